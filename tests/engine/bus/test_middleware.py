"""What stands around an attempt, in which order, and what a person can add to it (bus.md D8)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from support.bus import ONCE, Worker, message, routed, running
from support.engines import running as running_flow
from support.virtual_loop import virtual_time
from woodwork_engine import Context, MessageEnvelope, current_context
from woodwork_engine.bus.endpoint import Endpoint
from woodwork_engine.bus.instance import Handler
from woodwork_engine.bus.interface import Middleware, Next
from woodwork_engine.bus.middleware import ORDER, Layers
from woodwork_engine.delivery import Delivery
from woodwork_engine.policy import DeliveryPolicy


def telling(name: str, told: list[str]) -> Middleware:
    async def middleware(_context: Context, call_next: Next) -> object:
        told.append(f"{name} before")
        answer = await call_next()
        told.append(f"{name} after")
        return answer

    return middleware


def layer(name: str, told: list[str]) -> Callable[[Endpoint, Handler], Handler]:
    def around(_endpoint: Endpoint, handler: Handler) -> Handler:
        async def attempt(delivery: Delivery) -> object:
            told.append(name)
            return await handler(delivery)

        return attempt

    return around


async def test_the_order_of_the_layers_is_fixed_whatever_order_they_come_in() -> None:
    """D8: trace, metrics, dedupe, ttl, breaker, timeout, then what was added, then pipes and handler."""
    assert ORDER == (
        "trace", "metrics", "dedupe", "ttl", "breaker", "in_flight", "timeout", "added", "pipes", "handler",
    )  # fmt: skip
    told: list[str] = []
    layers = Layers()
    names = [name for name in ORDER if name not in ("ttl", "added", "pipes", "handler")]
    for name in reversed(names):
        layers.put(name, layer(name, told))
    layers.add(telling("added", told))

    async def handler(_delivery: Delivery) -> None:
        told.append("handler")

    delivery = Delivery(MessageEnvelope(), b"", "a", None, 0.0)
    await layers.around(Endpoint("a", DeliveryPolicy()), handler)(delivery)
    assert told == [*names, "added before", "handler", "added after"]
    with pytest.raises(KeyError):
        layers.put("ttl", layer("ttl", told))


@virtual_time
async def test_a_component_that_needs_no_layer_is_called_directly() -> None:
    """D8: built once per component into one callable; layers without need do not exist in it."""
    async with running(DeliveryPolicy(timeout=None)) as bus:

        async def handler(_delivery: Delivery) -> None: ...

        plain = bus.employ("plain", handler, DeliveryPolicy(timeout=None))
        timed = bus.employ("timed", handler, DeliveryPolicy(timeout=1))
        assert plain.attempt is handler
        assert plain.asked is handler
        assert timed.attempt is not handler


@virtual_time
async def test_added_middleware_stands_around_bare_handlers_the_first_one_outermost() -> None:
    """D8: bus.add_middleware, also for handlers that are there already."""
    async with running() as bus:
        told: list[str] = []

        async def handler(_envelope: MessageEnvelope) -> None:
            told.append("handler")

        bus.register_component_handler("a", handler)
        bus.add_middleware(telling("first", told))
        bus.add_middleware(telling("second", told))
        await bus.send_to_component(message("a", 1))
        await bus.idleness.reached()
    assert told == ["first before", "second before", "handler", "second after", "first after"]


@virtual_time
async def test_added_middleware_knows_the_message_and_the_attempt() -> None:
    """D8: the context of the message, anew for every attempt."""
    async with running() as bus:
        seen: list[Context] = []

        async def middleware(context: Context, call_next: Next) -> object:
            seen.append(context)
            return await call_next()

        bus.add_middleware(middleware)
        worker = Worker()
        worker.failures[1] = 1
        bus.register_component_handler("a", worker)
        sent = message("a", 1, "x")
        await bus.send_to_component(sent)
        await bus.idleness.reached()
    assert [(one.message_id, one.session_id, one.target, one.attempt) for one in seen] == [
        (sent.message_id, "x", "a", 1),
        (sent.message_id, "x", "a", 2),
    ]


@virtual_time
async def test_what_middleware_raises_fails_the_attempt_and_what_it_takes_counts_for_the_timeout() -> None:
    """D8, D5: it stands within the timeout."""
    async with running(DeliveryPolicy(retry=ONCE, timeout=2)) as bus:

        async def middleware(context: Context, call_next: Next) -> object:
            if context.session_id == "refused":
                raise PermissionError("not you")
            await asyncio.sleep(10)
            return await call_next()

        bus.add_middleware(middleware)
        worker = Worker()
        bus.register_component_handler("a", worker)
        await bus.send_to_component(message("a", 1, "refused"))
        await bus.send_to_component(message("a", 2, "slow"))
        await bus.idleness.reached()
        letters = {letter.envelope.session_id: letter.error for letter in bus.core.dead.list()}
    assert worker.started == []
    assert letters["refused"] == "PermissionError: not you"
    assert letters["slow"].startswith("HandlerTimeoutError")


@virtual_time
async def test_middleware_that_does_not_go_on_acknowledges_the_message_unhandled() -> None:
    """D8, C1: nothing is sent by a handler that was not called."""
    async with running() as bus:

        async def middleware(_context: Context, _call_next: Next) -> object:
            return None

        bus.add_middleware(middleware)
        worker = Worker()
        bus.register_component_handler("a", worker)
        await bus.send_to_component(message("a", 1))
        await bus.idleness.reached()
        assert bus.get_stats()["messages_delivered"] == 1
    assert worker.started == []


@virtual_time
async def test_middleware_added_while_a_component_is_busy_is_there_within_a_slice() -> None:
    """D8: a runner that never rests takes notice too."""
    async with running(DeliveryPolicy(concurrency=1)) as bus:
        worker = Worker(seconds=1)
        bus.register_component_handler("a", worker)
        for number in range(100):
            await bus.send_to_component(message("a", number))
        told: list[str] = []
        await asyncio.sleep(1.5)
        bus.add_middleware(telling("late", told))
        await bus.idleness.reached()
    assert told.count("late before") == 98


@virtual_time
async def test_a_request_goes_past_the_layers_but_not_past_what_was_added() -> None:
    """D8, C6: nobody is asked behind middleware's back."""
    async with running() as bus:
        told: list[str] = []
        bus.add_middleware(telling("added", told))

        async def answer(_delivery: Delivery) -> str:
            return "yes"

        bus.employ("a", answer, DeliveryPolicy(timeout=1))
        assert await bus.outbox.request("me", "a", {}, timeout=5) == "yes"
    assert told == ["added before", "added after"]


@virtual_time
async def test_the_outputs_of_a_handler_leave_as_without_middleware() -> None:
    """D8, C4: staged behind any number of layers."""
    async with running(DeliveryPolicy(timeout=5)) as bus:
        bus.add_middleware(telling("one", []))
        got: list[object] = []
        routed(bus, {"a": ("b",)}, {"a": lambda _d, payload: payload, "b": lambda _d, payload: got.append(payload)})
        await bus.outbox.send(None, "a", "in", {"n": 1})
        await bus.idleness.reached()
    assert got == [{"n": 1}]


@virtual_time
async def test_a_bare_handler_can_ask_what_is_known_of_its_message() -> None:
    """D8: current_context, which is None outside a handler."""
    async with running() as bus:
        seen: list[Context | None] = []

        async def handler(_envelope: MessageEnvelope) -> None:
            seen.append(current_context())

        bus.register_component_handler("a", handler)
        sent = message("a", 1)
        await bus.send_to_component(sent)
        await bus.idleness.reached()
        assert current_context() is None
    assert seen[0] is not None
    assert (seen[0].message_id, seen[0].attempt, seen[0].target) == (sent.message_id, 1, "a")


def test_an_engine_takes_middleware_for_every_component(tmp_path: Path) -> None:
    """D8: Engine(middleware=...)."""
    seen: list[tuple[str, str]] = []

    async def middleware(context: Context, call_next: Next) -> object:
        seen.append((context.target, context.event_type))
        return await call_next()

    text = "a = echo { to = b }\nb = echo { to = out }\nout = console {}\n"
    with running_flow(tmp_path / "flow", text, middleware=[middleware]) as flow:
        flow.until_rev(1)
        flow.send("a", "hello")
        flow.until_empty()
        assert flow.said() == ["hello"]
    assert seen == [("a", "input.received"), ("b", "component.response"), ("out", "component.response")]
