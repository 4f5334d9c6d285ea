"""`ordering = none`: messages of a session are handled in any order and several at once; all other rules hold."""

from __future__ import annotations

import asyncio

import pytest

from support.bus import EVERY_SECOND, ONCE, Worker, hired, make_bus, message, running, send
from support.virtual_loop import later, virtual_time
from woodwork_engine.errors import QueueFullError
from woodwork_engine.policy import DeliveryPolicy


def unordered(**more: object) -> DeliveryPolicy:
    return DeliveryPolicy(**{"ordering": "none", "retry": EVERY_SECOND, **more})


@virtual_time
async def test_a_failing_message_holds_up_none_of_its_session() -> None:
    """B5: it waits for its retry on its own."""
    async with running(unordered()) as bus:
        worker = hired(bus, failures={1: 2})
        await send(bus, range(4))
        await later()
        assert sorted(worker.numbers()) == [0, 2, 3]
        await bus.idleness.reached()
        assert worker.numbers()[-1] == 1


@virtual_time
async def test_messages_of_one_session_run_beside_each_other_up_to_the_concurrency() -> None:
    """B5, B3."""
    async with running(unordered(concurrency=3)) as bus:
        worker = hired(bus, seconds=1)
        await send(bus, range(9))
        await bus.idleness.reached()
        assert worker.most_running == 3
        assert sorted(worker.numbers()) == list(range(9))


@virtual_time
async def test_limits_count_what_runs_and_what_waits_for_a_retry() -> None:
    """B5, F1: of the session and of the component; room is handed on."""
    policy = unordered(max_session_queue=2, max_queue=3, block_timeout=0.1)
    async with running(policy) as bus:
        worker = hired(bus, failures={1: 1})
        await bus.send_to_component(message("a", 1))
        await later()
        worker.gate = asyncio.Event()
        await bus.send_to_component(message("a", 2))
        with pytest.raises(QueueFullError):
            await bus.send_to_component(message("a", 3))
        await bus.send_to_component(message("a", 4, "t"))
        with pytest.raises(QueueFullError):
            await bus.send_to_component(message("a", 5, "u"))
        waiting = asyncio.create_task(bus.outbox.send(None, "a", "x", {"n": 6}, session="s"))
        await later()
        worker.gate.set()
        await waiting
        await bus.idleness.reached()
        assert sorted(worker.numbers()) == [1, 2, 6]


@virtual_time
async def test_nothing_is_left_of_the_lanes_of_settled_messages() -> None:
    """B5, H4: nor of those that died, expired or were killed."""
    async with running(unordered(ttl=30)) as bus:
        hired(bus, failures={1: 9, 2: 1})
        await send(bus, range(6))
        await later()
        key = next(key for key in bus.core.waiting)
        bus.kill_retry(key)
        await bus.idleness.reached()
        lanes = bus.core.endpoint("a").lanes
        assert set(lanes) == {"s"}
        assert lanes["s"].out == 0
        assert lanes["s"].session.lanes == 1
        assert bus.core.depth == bus.core.bytes == 0


@virtual_time
async def test_what_waits_unhandled_expires() -> None:
    """B5, D4."""
    async with running(unordered(ttl=5)) as bus:
        await send(bus, range(3))
        await later(10)
        assert len(bus.core.dead) == 3
        assert bus.core.endpoint("a").depth == 0


@virtual_time
async def test_a_paused_session_holds_all_of_its_messages() -> None:
    """B5, D4: those that were there and those that come."""
    async with running(unordered()) as bus:
        worker = Worker()
        await bus.send_to_component(message("a", 1))
        bus.holds.pause("a", "s")
        await bus.send_to_component(message("a", 2))
        await bus.send_to_component(message("a", 3, "t"))
        bus.register_component_handler("a", worker)
        await later()
        assert worker.done == [("t", 3)]
        assert bus.holds.step("a", "s")
        await later()
        assert worker.numbers() == [1]
        bus.holds.resume("a", "s")
        await bus.idleness.reached()
        assert worker.numbers() == [1, 2]


@virtual_time
async def test_a_session_that_is_stuck_on_a_letter_goes_on_with_its_replay() -> None:
    """B5, B6, E4."""
    async with running(unordered(on_exhausted="pause", retry=ONCE)) as bus:
        worker = hired(bus, failures={1: 1})
        await bus.send_to_component(message("a", 1))
        await later()
        await bus.send_to_component(message("a", 2))
        await later()
        assert worker.numbers() == []
        worker.failures = {}
        await bus.replays.replay(bus.core.dead.list()[0].dlq_id)
        await bus.idleness.reached()
        assert sorted(worker.numbers()) == [1, 2]


@virtual_time
async def test_a_stop_reports_what_is_left_per_session_and_a_start_goes_on_with_it() -> None:
    """B5, H2."""
    bus = make_bus(unordered(concurrency=1))
    await bus.start()
    worker = Worker()
    worker.gate = asyncio.Event()
    bus.register_component_handler("a", worker)
    await send(bus, range(4))
    await later()
    report = await bus.stop(drain=False)
    assert (report.cancelled, report.left) == (1, {"a/s": 4})
    worker.gate = None
    await bus.start()
    await bus.idleness.reached()
    assert sorted(worker.numbers()) == [0, 1, 2, 3]
    await bus.stop()


@virtual_time
async def test_it_may_become_ordered_and_unordered_while_messages_wait() -> None:
    """B5, G4."""
    async with running() as bus:
        policies = [unordered(), DeliveryPolicy(), unordered()]
        for number, policy in enumerate(policies):
            bus.core.endpoint("a").policy = policy
            for part in range(3):
                await bus.send_to_component(message("a", number * 3 + part))
        worker = hired(bus)
        await bus.idleness.reached()
        assert sorted(worker.numbers()) == list(range(9))
