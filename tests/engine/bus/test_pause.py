"""Pauses, single steps and stuck lanes: nothing starts that is held, nothing is lost, and life stands still."""

from __future__ import annotations

import pytest

from support.bus import EVERY_SECOND, ONCE, Worker, hired, make_bus, message, records, routed, running, send
from support.virtual_loop import later, virtual_time
from woodwork_engine.bus.statistics import degraded_reasons
from woodwork_engine.errors import UnknownComponentError
from woodwork_engine.events import EventLog
from woodwork_engine.hold import BY_LETTER, HoldState, Scope
from woodwork_engine.policy import DeliveryPolicy, ErrorRule, Overflow, RetryPolicy

STOPS = DeliveryPolicy(on_exhausted="pause", retry=ONCE)
SCOPES = {
    "bus": {},
    "component": {"component": "a"},
    "session": {"session": "s"},
    "lane": {"component": "a", "session": "s"},
}


@pytest.mark.parametrize("scope", SCOPES.values(), ids=SCOPES)
@virtual_time
async def test_nothing_starts_in_a_paused_scope_until_it_is_resumed_and_then_all_of_it_in_order(scope) -> None:
    """D4: also in lanes that did not exist when it was paused."""
    async with running() as bus:
        worker = hired(bus)
        bus.holds.pause(**scope)
        await send(bus, range(4))
        await later(5)
        assert worker.started == []
        assert bus.idleness.paused() == 4
        await bus.idleness.reached()  # what a person holds is no work
        assert bus.holds.resume(**scope) == 1
        await bus.idleness.reached()
        assert worker.numbers() == [0, 1, 2, 3]
        assert bus.core.halted == set()


@virtual_time
async def test_only_what_is_in_the_scope_waits() -> None:
    """D4."""
    async with running() as bus:
        a, b = Worker(), Worker()
        bus.register_component_handler("a", a)
        bus.register_component_handler("b", b)
        bus.holds.pause("a", "s")
        for target in ("a", "b"):
            for session in ("s", "t"):
                await bus.send_to_component(message(target, 1, session))
        await later()
        assert a.done == [("t", 1)]
        assert sorted(b.done) == [("s", 1), ("t", 1)]


@virtual_time
async def test_holds_are_independent_a_lane_goes_on_when_the_last_one_is_gone() -> None:
    """D4."""
    async with running() as bus:
        worker = hired(bus)
        for scope in SCOPES.values():
            bus.holds.pause(**scope)
        await bus.send_to_component(message("a", 1))
        for scope in SCOPES.values():
            await later()
            assert worker.done == []
            bus.holds.resume(**scope)
        await later()
        assert worker.numbers() == [1]


@virtual_time
async def test_a_pause_lets_the_running_attempt_end_and_starts_no_other() -> None:
    """D4."""
    async with running() as bus:
        worker = hired(bus, seconds=2)
        await send(bus, range(3))
        await later(1)
        bus.holds.pause("a", "s")
        await later(10)
        assert worker.numbers() == [0]
        bus.holds.resume("a", "s")
        await bus.idleness.reached()
        assert worker.numbers() == [0, 1, 2]


@virtual_time
async def test_resumed_while_its_attempt_still_runs_a_lane_goes_on_one_at_a_time() -> None:
    """B1."""
    async with running() as bus:
        worker = hired(bus, seconds=2)
        await send(bus, range(2))
        await later(1)
        bus.holds.pause()
        bus.holds.resume()
        await bus.idleness.reached()
        assert worker.numbers() == [0, 1]
        assert worker.most_running == 1


@virtual_time
async def test_a_retry_that_comes_due_in_a_paused_lane_waits_for_the_resume() -> None:
    """D4."""
    async with running(DeliveryPolicy(retry=EVERY_SECOND)) as bus:
        worker = hired(bus, failures={1: 1})
        await bus.send_to_component(message("a", 1))
        await later()
        bus.holds.pause("a")
        await later(20)
        assert len(worker.started) == 1
        bus.holds.resume("a")
        await later()
        assert worker.numbers() == [1]


@pytest.mark.parametrize("scope", SCOPES.values(), ids=SCOPES)
@virtual_time
async def test_a_step_lets_exactly_one_attempt_start(scope) -> None:
    """D4: of the message that has waited longest."""
    async with running() as bus:
        worker = hired(bus)
        assert bus.holds.step() is None
        bus.holds.pause(**scope)
        for number in range(3):
            await bus.send_to_component(message("a", number))
            await later(1)
        first = bus.core.endpoint("a").lanes["s"].queue[0].envelope.message_id
        assert bus.holds.step(**scope) == first
        await later(5)
        assert worker.numbers() == [0]
        bus.holds.step(**scope)
        await later(5)
        assert worker.numbers() == [0, 1]
        bus.holds.resume(**scope)
        await later()
        assert worker.numbers() == [0, 1, 2]


@virtual_time
async def test_a_step_has_a_waiting_retry_at_once_and_a_failed_one_waits_again() -> None:
    """D4, D2."""
    async with running(DeliveryPolicy(retry=EVERY_SECOND)) as bus:
        worker = hired(bus, failures={1: 2})
        await bus.send_to_component(message("a", 1))
        await later()
        bus.holds.pause("a")
        for attempts in (2, 3):
            assert bus.holds.step("a")
            await later(10)
            assert len(worker.started) == attempts
        assert worker.numbers() == [1]


@virtual_time
async def test_retry_now_in_a_paused_lane_is_a_step() -> None:
    """D2."""
    async with running(DeliveryPolicy(retry=EVERY_SECOND)) as bus:
        worker = hired(bus, failures={1: 1})
        await send(bus, (1, 2))
        await later()
        bus.holds.pause("a")
        assert bus.retry_now(next(iter(bus.core.waiting)))
        await later(5)
        assert worker.numbers() == [1]


@virtual_time
async def test_life_stands_still_while_a_message_is_held() -> None:
    """D4: for what was there before and for what came meanwhile; a removal in between does not count twice."""
    async with running(DeliveryPolicy(ttl=10)) as bus:
        worker = hired(bus)
        bus.holds.pause("a")
        await bus.send_to_component(message("a", 1))
        await later(8)
        await bus.send_to_component(message("a", 2))
        await later(100)
        bus.serving.park(bus.core.endpoint("a"))
        await later(100)
        assert len(bus.core.dead) == 0
        bus.register_component_handler("a", worker)
        await later(100)
        bus.holds.resume("a")
        await later()
        assert worker.numbers() == [1, 2]
        assert [d.expires_at for lane in bus.core.endpoint("a").lanes.values() for d in lane.queue] == []


@virtual_time
async def test_the_life_that_is_left_after_a_pause_is_what_was_left_before() -> None:
    """D4."""
    async with running(DeliveryPolicy(ttl=10)) as bus:
        await bus.send_to_component(message("a", 1))
        delivery = bus.core.endpoint("a").lanes["s"].queue[0]
        expires = delivery.expires_at
        await later(4)
        bus.holds.pause("a", "s")
        await later(50)
        bus.holds.resume("a", "s")
        assert delivery.expires_at == pytest.approx(expires + 50)
        await later(7)
        assert len(bus.core.dead) == 1


@virtual_time
async def test_on_exhausted_pause_stops_the_lane_on_the_letter_and_no_other_lane() -> None:
    """B6: the head is a complete dead letter; what comes behind it waits for a person."""
    log = EventLog()
    async with running(STOPS, log=log) as bus:
        worker = hired(bus, failures={1: 9})
        await send(bus, (1, 2))
        await bus.send_to_component(message("a", 3, "t"))
        await later(5)
        assert worker.done == [("t", 3)]
        letter = bus.core.dead.list()[0]
        assert letter.reason == "exhausted"
        assert bus.holds.stuck_on("a", "s") == letter.dlq_id
        assert records(log, "paused")[0].details()["dlq_id"] == letter.dlq_id
        assert degraded_reasons(bus.core) == ("a: 1 session is paused with messages waiting",)
        await bus.idleness.reached()


@virtual_time
async def test_a_stuck_lane_is_skipped_and_the_letter_stays() -> None:
    """B6."""
    async with running(STOPS) as bus:
        worker = await _stuck(bus)
        bus.holds.resume("a", "s")
        await later()
        assert worker.numbers() == [2, 3]
        assert len(bus.core.dead) == 1


@pytest.mark.parametrize("overflow", ["block", "reject", "drop_oldest", "drop_new"])
@virtual_time
async def test_a_replay_of_the_letter_a_lane_is_stuck_on_takes_the_place_it_had(overflow: Overflow) -> None:
    """E4, B6, F2: whatever becomes of others who find the lane full."""
    policy = DeliveryPolicy(on_exhausted="pause", retry=ONCE, max_session_queue=2, overflow=overflow)
    async with running(policy) as bus:
        worker = await _stuck(bus)
        worker.failures = {}
        await bus.replays.replay(bus.core.dead.list()[0].dlq_id)
        await bus.idleness.reached()
        assert worker.numbers() == [1, 2, 3]
        assert bus.holds.list() == ()


@virtual_time
async def test_a_replay_that_dies_again_stops_the_lane_again() -> None:
    """B6, E5."""
    async with running(STOPS) as bus:
        worker = await _stuck(bus)
        first = bus.core.dead.list()[0]
        await bus.replays.replay(first.dlq_id)
        await later()
        second = bus.core.dead.list()[1]
        assert second.replay.of == first.dlq_id
        assert bus.holds.stuck_on("a", "s") == second.dlq_id
        assert worker.numbers() == []


@virtual_time
async def test_a_replay_into_a_stuck_lane_goes_behind_what_a_step_has_begun() -> None:
    """B6, B1: whether that still runs or waits for its retry."""
    for failures in (0, 1):
        async with running(DeliveryPolicy(on_exhausted="pause", retry=RetryPolicy(1, base=5, jitter="none"))) as bus:
            worker = hired(bus, seconds=2, failures={1: 2, 2: failures})
            await send(bus, (1, 2, 3))
            await later(10)
            assert bus.holds.stuck_on("a", "s")
            bus.holds.step("a", "s")
            await later(3 * failures)
            worker.failures.pop(1)
            await bus.replays.replay(bus.core.dead.list()[0].dlq_id)
            await bus.idleness.reached()
            assert worker.numbers() == [2, 1, 3]
            assert worker.most_running == 1


@virtual_time
async def test_an_attempt_that_fails_while_its_lane_is_paused_is_not_given_up_for_its_life() -> None:
    """D4: that stands still, so the retry is not too late."""
    async with running(DeliveryPolicy(ttl=10, retry=RetryPolicy(3, base=5, jitter="none"))) as bus:
        worker = hired(bus, seconds=8, failures={1: 1})
        await bus.send_to_component(message("a", 1))
        await later()
        bus.holds.pause("a")
        await later(100)
        assert len(bus.core.dead) == 0
        bus.holds.resume("a")
        await bus.idleness.reached()
        assert worker.numbers() == [1]


@virtual_time
async def test_children_live_as_long_as_what_was_held_and_made_them() -> None:
    """D4."""
    async with running(DeliveryPolicy(ttl=10)) as bus:
        lives: list[float] = []
        routed(bus, {"a": ("b",)}, {"a": lambda d, data: lives.append(d.expires_at) or data, "b": lambda _d, _: None})
        bus.holds.pause("b")
        bus.holds.pause("a")
        await bus.send_to_component(message("a", 1))
        accepted = bus.core.clock.time()
        await later(60)
        bus.holds.resume("a")
        await later()
        child = bus.core.endpoint("b").lanes["s"].queue[0]
        assert lives == [child.expires_at] == [pytest.approx(accepted + 70)]


@virtual_time
async def test_a_letter_replayed_after_its_lane_was_skipped_goes_to_the_tail() -> None:
    """E4."""
    async with running(STOPS) as bus:
        worker = await _stuck(bus)
        worker.failures = {}
        bus.holds.pause("a")
        bus.holds.resume("a", "s")
        await bus.replays.replay(bus.core.dead.list()[0].dlq_id)
        bus.holds.resume("a")
        await bus.idleness.reached()
        assert worker.numbers() == [2, 3, 1]


@virtual_time
async def test_a_purge_discards_what_waits_behind_the_letter_visibly() -> None:
    """B6."""
    log = EventLog()
    async with running(STOPS, log=log) as bus:
        worker = await _stuck(bus)
        assert bus.holds.purge("a", "s") == 2
        assert {record.details()["reason"] for record in records(log, "discarded")} == {"lane purged"}
        await bus.send_to_component(message("a", 4))
        await bus.idleness.reached()
        assert worker.numbers() == [4]


@virtual_time
async def test_a_rule_about_an_error_may_stop_the_lane() -> None:
    """D3, B6: at once, whatever retries there are, and only for that error."""
    rule = ErrorRule("ConnectionError", "pause")
    async with running(DeliveryPolicy(retry=RetryPolicy(on=((rule,),)))) as bus:
        worker = await _stuck(bus)
        assert [number for _, number, _ in worker.started] == [1]
        assert bus.holds.stuck_on("a", "s") == bus.core.dead.list()[0].dlq_id


@virtual_time
async def test_a_bus_that_is_stopped_reports_what_is_held_and_holds_it_when_it_starts_again() -> None:
    """H2: and does not wait for it."""
    bus = make_bus()
    await bus.start()
    worker = hired(bus)
    bus.holds.pause("a")
    await bus.send_to_component(message("a", 1))
    report = await bus.stop(deadline=60)
    assert report.left == {"a/s": 1}
    assert report.held == 1
    await bus.start()
    await later(5)
    assert worker.done == []
    bus.holds.resume("a")
    await bus.idleness.reached()
    assert worker.numbers() == [1]
    await bus.stop()


@virtual_time
async def test_a_hold_is_plain_data_and_can_be_given_back() -> None:
    """B6: for whoever keeps it over a restart."""
    hold = HoldState(Scope("a", "s"), 5.0, BY_LETTER, "because", dlq_id="dl-1")
    assert HoldState.from_dict(hold.to_dict()) == hold
    async with running() as bus:
        worker = hired(bus)
        bus.holds.restore((hold,))
        await bus.send_to_component(message("a", 1))
        await later()
        assert worker.done == []
        assert bus.holds.list() == (hold,)
        assert bus.holds.stuck_on("a", "s") == "dl-1"


@virtual_time
async def test_idle_lanes_that_are_held_are_let_go_and_new_ones_are_held_too() -> None:
    """H4, D4."""
    async with running() as bus:
        worker = hired(bus)
        await bus.send_to_component(message("a", 1))
        await later()
        bus.holds.pause("a", "s")
        await later(200)
        assert bus.core.endpoint("a").lanes == {}
        assert bus.core.halted == set()
        await bus.send_to_component(message("a", 2))
        await later()
        assert worker.numbers() == [1]


@virtual_time
async def test_a_component_that_is_not_there_cannot_be_paused() -> None:
    """D4."""
    async with running() as bus:
        with pytest.raises(UnknownComponentError):
            bus.holds.pause("nobody")


@virtual_time
async def test_what_a_paused_attempt_sent_is_paused_there_as_well() -> None:
    """D4, C4."""
    async with running() as bus:
        done: list[str] = []
        routed(bus, {"a": ("b",)}, {"a": lambda _d, data: data, "b": lambda d, _: done.append(d.target)})
        bus.holds.pause(session="s")
        await bus.send_to_component(message("a", 1))
        bus.holds.step(session="s")
        await later()
        assert done == []
        assert bus.core.endpoint("b").depth == 1
        bus.holds.resume(session="s")
        await later()
        assert done == ["b"]


async def _stuck(bus) -> Worker:
    worker = hired(bus, failures={1: 9})
    await bus.send_to_component(message("a", 1))
    await later()
    await send(bus, (2, 3))
    await later(5)
    assert worker.numbers() == []
    return worker
