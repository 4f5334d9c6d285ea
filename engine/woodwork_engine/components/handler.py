"""The handler: one attempt of one delivery at one component."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

from woodwork_engine.components.component import Component, Input, Link
from woodwork_engine.components.services import Services
from woodwork_engine.delivery import Context, Delivery, Output, pinned_context
from woodwork_engine.errors import Halt
from woodwork_engine.kinds import Role
from woodwork_engine.message import Outbox, child_id
from woodwork_engine.payload import decode, encode
from woodwork_engine.plan import Node

_EVENTS = {Role.INPUT: Input.event, Role.AGENT: "agent.response", Role.LLM: "agent.response"}


def response_event(role: Role) -> str:
    """Return the event type under which a component of *role* sends on what it returns (interfaces: Python)."""
    return _EVENTS.get(role, "component.response")


class Handler:
    """What the bus calls for each attempt: decode, pipes, `process`, stage the answer (bus.md A7, C4, C6, D1).

    Whatever a pipe or `process` raises is raised here and is the attempt's failure, but a pipe's Halt: that ends the
    message as handled, with a note.
    """

    __slots__ = ("_event", "_hooks", "_name", "_note_halt", "_pipes", "_process")

    def __init__(self, component: Component, node: Node, outbox: Outbox, services: Services) -> None:
        link = component.link
        self._name = node.name
        self._event = response_event(node.role)
        # An input's pipes see what it emits, not what it is sent.
        self._pipes = None if isinstance(component, Input) else link.pipes
        self._hooks = link.hooks
        self._note_halt = component.note_halt
        self._process = _awaitable(component, link)

    async def attempt(self, delivery: Delivery) -> object:
        """Make one attempt and return the answer; outputs are left staged on *delivery*, which is the current one."""
        if delivery.staged is not None or delivery.emits:  # what a failed attempt staged has never been (C4)
            delivery.staged = None
            delivery.emits = False
        hooks, encoded = self._hooks, delivery.encoded
        if hooks is not None and delivery.attempt <= 1:
            hooks.fire(delivery.envelope.event_type, encoded, delivery.context)
        data = decode(encoded)
        if self._pipes is not None:
            try:
                data = await self._pipes.apply(delivery.envelope.event_type, data)
            except Halt as halt:
                self._note_halt(halt)
                return None
        result = await self._process(data)
        if result is not None and not delivery.emits:
            encoded = encode(result)
            if delivery.staged is None:  # as `stage` does it: a call less for nearly every message
                message_id = child_id(delivery.envelope.message_id, self._name, 0)
                delivery.staged = [Output(message_id, self._name, self._event, encoded)]
            else:
                delivery.stage(self._name, self._event, encoded)
        if hooks is not None and delivery.staged is not None:
            for output in delivery.staged:
                hooks.fire(output.event, output.encoded, partial(_context_of, output, delivery))
        return result


def _context_of(output: Output, delivery: Delivery) -> Context:
    """Return what is known of *output*, which the handler of *delivery* sends."""
    parent = Context.of(delivery)
    return replace(
        parent,
        message_id=output.message_id,
        event_type=output.event,
        sender=output.source,
        causation_id=parent.message_id,
        hop=parent.hop + 1,
    )


def _awaitable(component: Component, link: Link) -> Callable[[object], Awaitable[object]]:
    if inspect.iscoroutinefunction(component.process):
        return component.process

    async def in_thread(data: object) -> object:
        with pinned_context():
            result: object = await link.threads.run(partial(component.process, data))
        return await result if isinstance(result, Awaitable) else result

    return in_thread
