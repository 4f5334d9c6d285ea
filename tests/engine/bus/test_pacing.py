"""A pace: messages wait in their order until they may start, and waiting costs them nothing (LANGUAGE.md)."""

from __future__ import annotations

import asyncio

from support.bus import Worker, hired, make_bus, message, records, running, send
from support.virtual_loop import later, virtual_time
from woodwork_engine.events import EventLog
from woodwork_engine.pace import Pace
from woodwork_engine.policy import DeliveryPolicy, FlowPolicy


def times(log: EventLog, *sessions: str) -> list[float]:
    """Return when attempts began, in seconds after the first, to the millisecond."""
    began = [r.ts for r in records(log, "started") if not sessions or r.session_id in sessions]
    return [round(at - began[0], 3) for at in began]


@virtual_time
async def test_messages_of_a_session_start_one_interval_apart_in_their_order() -> None:
    """B1."""
    log = EventLog()
    async with running(log=log) as bus:
        worker = hired(bus)
        bus.pacing.keep("a", Pace(rate=2))
        await send(bus, range(4))
        await bus.idleness.reached()
    assert worker.numbers() == [0, 1, 2, 3]
    assert times(log) == [0, 0.5, 1, 1.5]


@virtual_time
async def test_each_session_has_the_rate_of_its_own_however_many_there_are() -> None:
    """A thousand sessions that wait take none of 64 runners and none of 256 slots."""
    log = EventLog()
    async with running(log=log) as bus:
        hired(bus)
        bus.pacing.keep("a", Pace(rate=1))
        for number in range(2_000):
            await bus.send_to_component(message("a", number, f"s{number % 1_000}"))
        await later(0.5)
        assert bus.core.inflight == 0
        await bus.idleness.reached()
    assert times(log, "s7") == times(log, "s999") == [0, 1]
    assert max(times(log)) < 1.01


@virtual_time
async def test_sessions_that_share_a_rate_take_turns() -> None:
    log = EventLog()
    async with running(log=log) as bus:
        worker = hired(bus)
        bus.pacing.keep("a", Pace(rate=10, per_session=False))
        await send(bus, range(3), session="x")
        await send(bus, range(3), session="y")
        await bus.idleness.reached()
    assert times(log) == [0, 0.1, 0.2, 0.3, 0.4, 0.5]
    assert [session for session, _ in worker.done][:4] in (["x", "y", "x", "y"], ["x", "x", "y", "x"])


@virtual_time
async def test_after_a_rest_as_many_as_the_burst_go_at_once() -> None:
    log = EventLog()
    async with running(log=log) as bus:
        hired(bus)
        bus.pacing.keep("a", Pace(rate=1, burst=3))
        await send(bus, range(5))
        await bus.idleness.reached()
        await later(100)
        await send(bus, range(4))
        await bus.idleness.reached()
    found = times(log)
    assert found[:5] == [0, 0, 0, 1, 2]
    assert [round(at - found[5], 3) for at in found[5:]] == [0, 0, 0, 1]


@virtual_time
async def test_waiting_for_a_turn_uses_no_attempt_and_loses_nothing() -> None:
    log = EventLog()
    async with running(DeliveryPolicy(ttl=None), log=log) as bus:
        worker = hired(bus)
        bus.pacing.keep("a", Pace(rate=1 / 3600))
        await send(bus, range(5))
        await bus.idleness.reached()
    assert [attempt for _, _, attempt in worker.started] == [1] * 5
    assert {r.type for r in log.reader().read().records} == {"emitted", "queued", "started", "ok"}


@virtual_time
async def test_a_paced_session_that_is_paused_starts_nothing_until_it_is_resumed() -> None:
    """D4."""
    async with running() as bus:
        worker = hired(bus)
        bus.pacing.keep("a", Pace(rate=1))
        await send(bus, range(3))
        await later(0.5)
        bus.holds.pause("a", "s")
        await later(100)
        assert worker.numbers() == [0]
        bus.holds.resume("a", "s")
        await bus.idleness.reached()
        assert worker.numbers() == [0, 1, 2]


@virtual_time
async def test_a_new_pace_holds_at_once_and_none_lets_all_go() -> None:
    """G3."""
    async with running() as bus:
        worker = hired(bus)
        bus.pacing.keep("a", Pace(rate=1 / 3600))
        await send(bus, range(5))
        await later(10)
        bus.pacing.keep("a", Pace(rate=1))
        await later(1.5)
        assert worker.numbers() == [0, 1, 2]
        bus.pacing.keep("a", None)
        await later()
        assert worker.numbers() == [0, 1, 2, 3, 4]


@virtual_time
async def test_a_stop_leaves_what_waits_for_its_turn_unacknowledged_and_no_timer() -> None:
    """H2, H3: the second start goes on with it."""
    bus, worker = make_bus(flow=FlowPolicy(stop_timeout=2)), Worker()
    await bus.start()
    bus.register_component_handler("a", worker)
    bus.pacing.keep("a", Pace(rate=1))
    await send(bus, range(9))
    report = await bus.stop()
    assert sum(report.left.values()) + len(worker.done) == 9
    assert len(worker.done) in (2, 3)
    assert not [timer for timer in asyncio.get_running_loop().timers() if not timer.cancelled()]
    await bus.start()
    await bus.idleness.reached()
    assert worker.numbers() == list(range(9))
    await bus.stop()


@virtual_time
async def test_what_is_known_of_silent_sessions_is_forgotten() -> None:
    """H4."""
    async with running() as bus:
        hired(bus)
        bus.pacing.keep("a", Pace(rate=100))
        for number in range(500):
            await bus.send_to_component(message("a", number, f"s{number}"))
            await later(0.02)
        assert len(bus.pacing._paced["a"]._next) < 10
