"""Bare handlers: a person's function, sync or async, that takes envelopes (interfaces: Python)."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial

from msgspec.structs import replace as _replace

from woodwork_engine.bus.instance import Handler
from woodwork_engine.bus.interface import MessageHandler
from woodwork_engine.delivery import Delivery, pinned_context
from woodwork_engine.message import MessageEnvelope
from woodwork_engine.payload import decode
from woodwork_engine.threads import Threads

HANDLER_THREADS = 32
"""Threads in which the sync handlers of one bus run (bus.md D5)."""


class EnvelopeHandlers:
    """Makes of a person's function what the runners call; sync ones run in the bus's own threads."""

    def __init__(self, flow: str) -> None:
        self._flow = flow
        self._threads = Threads(flow, HANDLER_THREADS)

    def start(self) -> None:
        """Have threads; they are made when needed."""
        self._threads = Threads(self._flow, HANDLER_THREADS)

    def stop(self) -> None:
        """Let the threads end."""
        self._threads.close()

    def taking(self, handler: MessageHandler) -> Handler:
        """Return *handler* as the runners call it."""
        if _is_coroutine_function(handler):
            return OnLoop(handler)  # type: ignore[arg-type]

        async def in_thread(delivery: Delivery) -> object:
            with pinned_context():
                result = await self._threads.run(partial(handler, envelope_for(delivery)))
            return await result if isinstance(result, Awaitable) else result

        return in_thread


def _is_coroutine_function(handler: MessageHandler) -> bool:
    call = getattr(handler, "__call__", None)  # noqa: B004 - an object whose call is a coroutine function
    return inspect.iscoroutinefunction(handler) or inspect.iscoroutinefunction(call)


class OnLoop:
    """A person's coroutine function as the runners call it."""

    __slots__ = ("function",)

    def __init__(self, function: Callable[[MessageEnvelope], Coroutine[object, object, object]]) -> None:
        self.function = function

    def __call__(self, delivery: Delivery) -> Coroutine[object, object, object]:
        """Begin an attempt."""
        return self.function(envelope_for(delivery))


def envelope_for(delivery: Delivery) -> MessageEnvelope:
    """Return the sender's own object at first, where nobody else has it; then complete copies (bus.md A2, A7)."""
    if delivery.own_payload:
        return delivery.envelope
    envelope = delivery.envelope
    return _replace(
        envelope,
        payload=envelope.payload.copy() if delivery.flat else decode(delivery.encoded),  # type: ignore[attr-defined]
        target_component=delivery.target,
        expires_at=delivery.expires_at,
        retry_count=delivery.attempt - 1,
    )


def sent_inside(envelope: MessageEnvelope, parent: Delivery) -> MessageEnvelope:
    """Return *envelope* as sent by the handler of *parent*: with its origin and its life (bus.md A5, D4)."""
    cause = parent.envelope
    if (cause.traceparent is not None or parent.marks is not None) and envelope.traceparent is None:
        envelope = parent.traced(envelope)
    caused_by, hop = envelope.causation_id, envelope.hop
    if caused_by is None and envelope is not cause:
        caused_by = cause.message_id
    expires_at = envelope.expires_at
    if expires_at is None and envelope.ttl_seconds is None:
        expires_at = parent.expires_at
    return _replace(
        envelope,
        correlation_id=envelope.correlation_id or cause.correlation_id or cause.message_id,
        causation_id=caused_by,
        hop=hop if hop > cause.hop else cause.hop + 1,
        expires_at=expires_at,
    )
