"""Stopping: drain, report, and nothing left alive (bus.md H2, H3)."""

from __future__ import annotations

import asyncio

import pytest

from support.bus import Worker, make_bus, message, records, routed, running
from support.virtual_loop import later, virtual_time
from woodwork_engine.bus.interface import StopReport
from woodwork_engine.bus.runner import CANCELLATIONS, PATIENCE
from woodwork_engine.errors import ClosingError
from woodwork_engine.events import EventLog
from woodwork_engine.message import MessageEnvelope
from woodwork_engine.policy import DeliveryPolicy, FlowPolicy, RetryPolicy

SEEDS = pytest.mark.parametrize("seed", range(5))


@virtual_time
async def test_a_stopping_bus_takes_nothing_from_outside_and_lets_the_flow_drain() -> None:
    """H2: ingress first; what is under way goes on, outputs included."""
    async with running() as bus:
        done: list[object] = []

        async def slow(_delivery: object, data: object) -> object:
            await asyncio.sleep(1)
            return data

        routed(bus, {"in": ("a",), "a": ("b",)}, {"a": slow, "b": lambda _d, data: done.append(data)})
        for number in range(5):
            await bus.outbox.emit("in", "x", number, session="s")
        await later(0.5)
        stopping = asyncio.create_task(bus.stop())
        await later()
        for call in (
            bus.publish(MessageEnvelope(1)),
            bus.send_to_component(message("a", 1)),
            bus.outbox.emit("in", "x", 9),
            bus.outbox.emit("nowhere", "x", 9),
            bus.replays.replay("dl-000001"),
        ):
            with pytest.raises((ClosingError, Exception), match=r"stopping|no dead letter"):
                await call
        report = await stopping
    assert done == list(range(5))
    assert report == StopReport(settled=10, cancelled=0, left={})


@virtual_time
async def test_a_drain_ends_at_its_deadline_and_the_report_says_what_is_left() -> None:
    """H2: running attempts are cut, their messages stay the heads of their lanes."""
    async with running(flow=FlowPolicy(stop_timeout=7)) as bus:
        worker = Worker(seconds=3)
        worker.failures["retry"] = 99
        bus.register_component_handler("a", worker)
        for number in range(4):
            await bus.send_to_component(message("a", number, "s1"))
        await bus.send_to_component(message("a", "retry", "s2"))
        await bus.send_to_component(message("nobody", 1, "s3"))
        before = bus.core.clock.monotonic()
        report = await bus.stop()
        assert bus.core.clock.monotonic() - before == 7
    assert report.settled == 2
    assert report.cancelled == 1
    assert report.left == {"a/s1": 2, "a/s2": 1, "nobody/s3": 1}


@virtual_time
async def test_a_stop_without_drain_ends_at_once() -> None:
    """H2: queued messages are reported."""
    async with running() as bus:
        bus.register_component_handler("a", Worker(seconds=100))
        for number in range(3):
            await bus.send_to_component(message("a", number))
        await later()
        before = bus.core.clock.monotonic()
        assert await bus.stop(drain=False) == StopReport(0, 1, {"a/s": 3})
        assert bus.core.clock.monotonic() == before
        assert await bus.stop() == StopReport(), "it is stopped already"


@virtual_time
async def test_a_drain_does_not_wait_for_what_nobody_can_handle() -> None:
    """H2: parked messages cannot drain."""
    async with running() as bus:
        await bus.send_to_component(message("nobody", 1))
        before = bus.core.clock.monotonic()
        assert (await bus.stop()).left == {"nobody/s": 1}
        assert bus.core.clock.monotonic() == before


@virtual_time
async def test_what_is_settled_after_ingress_was_closed_counts_as_drained() -> None:
    """H2: ingress may be closed before the stop, so that whoever feeds the bus can end first."""
    async with running() as bus:
        bus.register_component_handler("a", Worker(seconds=1))
        for number in range(3):
            await bus.send_to_component(message("a", number))
        await later(1.5)
        bus.close_ingress()
        await later(1)
        assert (await bus.stop()).settled == 2


@virtual_time
async def test_a_second_stop_ends_the_drain_and_both_report_the_same() -> None:
    """H2: the second signal means at once."""
    async with running() as bus:
        bus.register_component_handler("a", Worker(seconds=1000))
        await bus.send_to_component(message("a", 1))
        first = asyncio.create_task(bus.stop(deadline=500))
        patient = asyncio.create_task(bus.stop(deadline=500))
        await later(1)
        assert not first.done()
        second = await bus.stop(drain=False)
        assert second.left == {"a/s": 1}
        assert await first == await patient == second


@virtual_time
async def test_a_stop_whose_caller_gives_up_is_finished_by_the_next() -> None:
    """H2: whoever waits for its report goes on with it."""
    async with running() as bus:
        bus.register_component_handler("a", Worker(seconds=1000))
        await bus.send_to_component(message("a", 1))
        first = asyncio.create_task(bus.stop(deadline=500))
        await later(1)
        second = asyncio.create_task(bus.stop(deadline=5))
        await later(1)
        first.cancel()
        assert (await second).left == {"a/s": 1}
        assert not bus.core.running


@SEEDS
@virtual_time
async def test_whoever_waits_for_room_learns_that_the_bus_is_stopping(seed: int) -> None:
    """H2: at once, also behind attempts that wait for room themselves."""
    async with running(DeliveryPolicy(max_queue=1, ttl=None), seed=seed) as bus:

        async def slow(_delivery: object, _data: object) -> None:
            await asyncio.sleep(1000)

        routed(bus, {"in": ("a",), "a": ("b",)}, {"a": lambda _d, data: data, "b": slow})
        for number in range(2):
            await bus.outbox.emit("in", "x", number, session="s")
        await later(1)
        waiting = [asyncio.create_task(bus.send_to_component(message("b", n))) for n in range(3)]
        waiting += [asyncio.create_task(bus.outbox.emit("in", "x", n, session="s")) for n in range(2)]
        await later(1)
        stopping = asyncio.create_task(bus.stop(deadline=50))
        await later()
        assert [type(task.exception()) for task in waiting] == [ClosingError] * 5
        assert (await stopping).left == {"b/s": 1, "a/s": 1}


@pytest.mark.parametrize("moment", [0.0, 0.4, 1.0, 1.5, 2.2, 5.0])
@virtual_time
async def test_nothing_of_a_stopped_bus_is_alive(moment: float) -> None:
    """H3: no task, no timer, no retry that revives it; whatever it was doing."""
    log = EventLog()
    policy = DeliveryPolicy(
        timeout=2, max_queue=3, concurrency=3, retry=RetryPolicy(base=0.7, factor=1, jitter="none"), block_timeout=90
    )
    bus = make_bus(policy, flow=FlowPolicy(max_inflight=2), log=log)
    await bus.start()
    worker = Worker(seconds=1)
    worker.failures = {1: 9, 3: 9}
    stubborn = Worker(seconds=3)
    bus.register_component_handler("a", worker)
    bus.register_component_handler("b", stubborn)
    await bus.subscribe("*", worker)
    sending = [asyncio.create_task(bus.send_to_component(message("ab"[n % 2], n, f"s{n % 4}"))) for n in range(12)] + [
        asyncio.create_task(bus.publish(message("a", n, event_type="news"))) for n in range(5)
    ]
    await later(moment)
    await bus.stop(drain=False)
    await asyncio.gather(*sending, return_exceptions=True)
    seen = log.seq
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert asyncio.get_running_loop().timers() == []
    await later(3600)
    assert log.seq == seen
    assert worker.running == stubborn.running == 0


@virtual_time
async def test_a_handler_that_fails_because_it_is_cut_schedules_nothing() -> None:
    """H3: an error raised on the way out is an attempt's, but no retry of a stopped bus."""
    async with running() as bus:

        async def handler(_envelope: MessageEnvelope) -> None:
            try:
                await asyncio.sleep(100)
            except asyncio.CancelledError:
                raise ValueError("closing badly") from None

        bus.register_component_handler("a", handler)
        await bus.send_to_component(message("a", 1))
        await later(1)
        report = await bus.stop(drain=False)
        assert report.left == {"a/s": 1}
        assert asyncio.get_running_loop().timers() == []


@pytest.mark.parametrize("times", [1, 2, 99])
@virtual_time
async def test_a_handler_that_swallows_being_cancelled_cannot_hold_a_stop_up_for_ever(times: int) -> None:
    """H2, H3: it is cancelled again; one that never gives in is left behind and counted."""
    bus = make_bus()
    await bus.start()
    release = asyncio.Event()

    async def handler(_envelope: MessageEnvelope) -> None:
        for _ in range(times):
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue
            return

    bus.register_component_handler("a", handler)
    await bus.send_to_component(message("a", 1))
    await bus.send_to_component(message("a", 2))
    await later(1)
    before = bus.core.clock.monotonic()
    report = await bus.stop(drain=False)
    assert bus.core.clock.monotonic() - before <= CANCELLATIONS * PATIENCE
    assert report.cancelled == (1 if times == 99 else 0)
    assert report.left == ({"a/s": 2} if times == 99 else {"a/s": 1})
    release.set()
    await later()
    assert asyncio.all_tasks() == {asyncio.current_task()}


@virtual_time
async def test_a_handler_may_stop_its_own_bus() -> None:
    """H2: it is not cancelled by that itself."""
    async with running() as bus:
        reports: list[StopReport] = []

        async def handler(_envelope: MessageEnvelope) -> None:
            reports.append(await bus.stop(drain=False))

        bus.register_component_handler("a", handler)
        await bus.send_to_component(message("a", 1))
        await later(1)
    assert len(reports) == 1


@virtual_time
async def test_a_bus_that_was_stopped_can_be_started_again() -> None:
    """H2: what was left is handled, in order, each lane from its head."""
    log = EventLog()
    async with running(log=log) as bus:
        worker = Worker(seconds=10)
        worker.failures[3] = 1
        bus.register_component_handler("a", worker)
        for number in range(6):
            await bus.send_to_component(message("a", number, f"s{number % 2}"))
        await later(25)
        assert bus.core.endpoints["a"].retrying == 0
        report = await bus.stop(drain=False)
        assert sum(report.left.values()) == 3
        with pytest.raises(ClosingError):
            await bus.send_to_component(message("a", 9))
        await bus.start()
        await bus.start()
        await bus.idleness.reached()
        assert worker.numbers("s0") == [0, 2, 4]
        assert worker.numbers("s1") == [1, 3, 5]
        assert len(records(log, "ok")) == 6


@virtual_time
async def test_a_runner_that_somebody_cancelled_is_replaced() -> None:
    """H3: a handler that cancels its own task cannot stop its component."""
    async with running(DeliveryPolicy(concurrency=1)) as bus:
        done: list[object] = []

        async def handler(envelope: MessageEnvelope) -> None:
            if envelope.payload["n"] == 1 and not done:
                done.append("cancelled")
                asyncio.current_task().cancel()
                await asyncio.sleep(1)
            done.append(envelope.payload["n"])

        bus.register_component_handler("a", handler)
        await bus.send_to_component(message("a", 1))
        await bus.send_to_component(message("a", 2))
        await bus.idleness.reached()
    assert done == ["cancelled", 1, 2]
