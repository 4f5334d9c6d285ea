"""How often a message may reach its target (bus.md C1, C2)."""

from __future__ import annotations

import asyncio

import pytest

from support.bus import EVERY_SECOND, Worker, message, records, running
from support.virtual_loop import later, until, virtual_time
from woodwork_engine.events import EventLog
from woodwork_engine.message import DeliveryMode, MessageEnvelope
from woodwork_engine.policy import DeliveryPolicy

AT_MOST_ONCE = DeliveryPolicy(delivery="at_most_once", retry=EVERY_SECOND)
ENDS = ("ok", "dead", "dropped", "discarded")


@virtual_time
async def test_a_message_is_repeated_until_its_handler_has_returned() -> None:
    """C1: acknowledged after the handler returned; until then it stays the head of its lane."""
    log = EventLog()
    async with running(log=log) as bus:
        worker = Worker(seconds=1)
        worker.failures[1] = 2
        bus.register_component_handler("a", worker)
        await bus.send_to_component(message("a", 1))
        await later(0.5)
        assert bus.core.depth == 1, "in flight, and not acknowledged"
        await bus.idleness.reached()
    assert [attempt for _, _, attempt in worker.started] == [1, 2, 3]
    assert [record.type for record in records(log, "failed", *ENDS)] == ["failed", "failed", "ok"]


@pytest.mark.parametrize("said_by", ["component", "envelope"])
@virtual_time
async def test_at_most_once_is_never_repeated_and_never_a_dead_letter(said_by: str) -> None:
    """C2: a failure is counted and visible as dropped; the envelope's word goes before the component's."""
    log = EventLog()
    async with running(AT_MOST_ONCE if said_by == "component" else None, log=log) as bus:
        worker = Worker()
        worker.failures[1] = 9
        bus.register_component_handler("a", worker)
        mode = DeliveryMode.AT_MOST_ONCE if said_by == "envelope" else None
        await bus.send_to_component(message("a", 1, delivery_mode=mode))
        await bus.send_to_component(message("a", 2, delivery_mode=mode))
        await bus.idleness.reached()
        stats = bus.get_stats()
    assert [number for _, number, _ in worker.started] == [1, 2]
    assert (stats["messages_failed"], stats["messages_dead_lettered"], len(bus.core.dead)) == (1, 0, 0)
    assert bus.core.endpoints["a"].dropped == 1
    dropped = records(log, "dropped")
    assert [record.details() for record in dropped] == [{"reason": "error"}]
    assert records(log, "failed")[0].details()["message"] == "no 1"


@virtual_time
async def test_at_least_once_said_by_the_envelope_goes_before_the_component() -> None:
    """C1, C2: the first one set wins."""
    async with running(AT_MOST_ONCE) as bus:
        worker = Worker()
        worker.failures[1] = 1
        bus.register_component_handler("a", worker)
        await bus.send_to_component(message("a", 1, delivery_mode=DeliveryMode.AT_LEAST_ONCE))
        await bus.idleness.reached()
    assert worker.numbers() == [1]


@virtual_time
async def test_an_at_most_once_message_cut_short_by_a_stop_ends_too_and_is_not_left() -> None:
    """C2, H2: it was settled when it started; it does not run again after a restart."""
    log = EventLog()
    async with running(AT_MOST_ONCE, log=log) as bus:
        worker = Worker(seconds=100)
        bus.register_component_handler("a", worker)
        await bus.send_to_component(message("a", 1))
        await later(1)
        report = await bus.stop(drain=False)
        assert (report.cancelled, report.left) == (1, {})
    assert [record.details() for record in records(log, *ENDS)] == [{"reason": "shutdown"}]


@virtual_time
async def test_idle_waits_for_at_most_once_messages_that_run() -> None:
    """C2: settled does not mean over; a drain lets their handlers end."""
    async with running(AT_MOST_ONCE) as bus:
        worker = Worker(seconds=3)
        bus.register_component_handler("a", worker)
        await bus.send_to_component(message("a", 1))
        await later(1)
        report = await bus.stop(drain=True, deadline=10)
    assert worker.numbers() == [1]
    assert report.cancelled == 0


@virtual_time
async def test_every_accepted_delivery_ends_in_exactly_one_way() -> None:
    """C1, C2, J1: whatever happens to it."""
    log = EventLog()
    async with running(DeliveryPolicy(retry=EVERY_SECOND, ttl=30), log=log) as bus:
        worker = Worker(seconds=0.5)
        worker.failures = {number: number % 7 for number in range(40)}
        bus.register_component_handler("a", worker)
        modes = (None, DeliveryMode.AT_MOST_ONCE)
        for number in range(40):
            await bus.send_to_component(message("a", number, f"s{number % 5}", delivery_mode=modes[number % 2]))
        await bus.idleness.reached()
    accepted = sorted(record.message_id for record in records(log, "queued"))
    ended = sorted(record.message_id for record in records(log, *ENDS))
    assert accepted == ended
    assert len(accepted) == 40


@virtual_time
async def test_sync_handlers_run_in_threads_and_what_they_return_may_be_awaited() -> None:
    """C1: a plain function, a lambda around a coroutine function, an object with an async call."""
    loop = asyncio.get_running_loop()
    seen: list[object] = []

    async def note(envelope: MessageEnvelope) -> None:
        assert asyncio.get_running_loop() is loop
        seen.append(envelope.payload["n"])

    class Called:
        async def __call__(self, envelope: MessageEnvelope) -> None:
            await note(envelope)

    async with running() as bus:
        for number, handler in enumerate((note, lambda envelope: note(envelope), Called())):
            bus.register_component_handler(f"h{number}", handler)
            await bus.send_to_component(message(f"h{number}", number))
            await until(lambda bus=bus: bus.core.depth == 0)  # a thread works in real time
    assert seen == [0, 1, 2]
