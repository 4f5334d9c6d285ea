"""Sessions do not stand in each other's way: at their limits, in a crowded queue, behind a busy session."""

from __future__ import annotations

import asyncio

import pytest

from support.bus import Worker, message, running
from support.virtual_loop import later, virtual_time
from woodwork_engine.policy import DeliveryPolicy


def publish(bus, session: str, numbers) -> list[asyncio.Task[bool]]:
    return [asyncio.create_task(bus.send_to_component(message("a", number, session))) for number in numbers]


def accepted(tasks: list[asyncio.Task[bool]]) -> int:
    return sum(task.done() for task in tasks)


@virtual_time
async def test_a_session_at_its_limit_blocks_only_its_own_senders() -> None:
    """F6."""
    async with running(DeliveryPolicy(max_queue=100, max_session_queue=2)) as bus:
        stuck = publish(bus, "s", range(4))
        await later()
        free = publish(bus, "t", range(2))
        await later()
        assert (accepted(stuck), accepted(free)) == (2, 2)
        bus.register_component_handler("a", Worker())
        await asyncio.gather(*stuck)


@virtual_time
async def test_a_session_that_is_alone_may_have_the_whole_queue() -> None:
    """F6: its share of a crowded queue is all of it."""
    async with running(DeliveryPolicy(max_queue=20, max_session_queue=20)) as bus:
        poison = publish(bus, "poison", range(30))
        await later()
        assert accepted(poison) == 20, "alone, it has all of it"
        bus.register_component_handler("a", Worker())
        await asyncio.gather(*poison)


@virtual_time
async def test_a_poisoned_session_cannot_take_the_room_of_the_others() -> None:
    """F6, B4: with two sessions there, half of the queue is the most that one gets once it is crowded."""
    async with running(DeliveryPolicy(max_queue=20, max_session_queue=20)) as bus:
        first = publish(bus, "t", [1])
        await later()
        poison = publish(bus, "poison", range(30))
        await later()
        assert accepted(first) == 1
        assert accepted(poison) == 15  # up to 80 % of the queue, and no further
        more = publish(bus, "t", range(3))
        await later()
        assert accepted(more) == 3
        bus.register_component_handler("a", Worker())
        await asyncio.gather(*poison)
        await bus.idleness.reached()
        assert bus.core.endpoint("a").sharing == {}


@virtual_time
async def test_who_waits_for_its_share_goes_on_when_the_queue_is_no_longer_crowded() -> None:
    """F6, F7: though its own session has not moved."""
    async with running(DeliveryPolicy(max_queue=10, max_session_queue=10)) as bus:
        publish(bus, "t", range(4))
        await later()
        poison = publish(bus, "poison", range(6))
        await later()
        assert accepted(poison) == 5
        bus.holds.pause("a", "poison")
        bus.register_component_handler("a", Worker())
        await later()
        assert accepted(poison) == 6


@virtual_time
async def test_cold_sessions_behind_a_hot_one_are_served_within_one_round() -> None:
    """B8: a hot session has its quantum, then everybody else has a turn."""
    async with running(DeliveryPolicy(concurrency=1, quantum=16, max_session_queue=5_000)) as bus:
        worker = Worker()
        for number in range(1_000):
            await bus.send_to_component(message("a", number, "hot"))
        for number in range(100):
            await bus.send_to_component(message("a", 0, f"cold-{number}"))
        bus.register_component_handler("a", worker)
        await bus.idleness.reached()
        order = [session for session, _ in worker.done]
        assert order[:16] == ["hot"] * 16
        assert set(order[16:116]) == {f"cold-{number}" for number in range(100)}


IDLE = pytest.mark.parametrize("idle", [0, 400])


async def crowd(bus, idle: int) -> None:
    """Let *idle* sessions come and go, and hold what the sessions `poison` and `t` send."""
    bus.register_component_handler("a", Worker())
    for number in range(idle):
        await bus.send_to_component(message("a", number, f"idle-{number}"))
    await bus.idleness.reached()
    bus.holds.pause("a", "poison")
    bus.holds.pause("a", "t")


@IDLE
@virtual_time
async def test_a_session_that_had_it_all_gets_no_more_than_its_share_once_another_comes(idle: int) -> None:
    """F6: however many sessions have been there before."""
    async with running(DeliveryPolicy(max_queue=40, max_session_queue=40, block_timeout=1_000)) as bus:
        await crowd(bus, idle)
        first = publish(bus, "poison", range(33))
        await later()
        other = publish(bus, "t", [1])
        await later()
        more = publish(bus, "poison", range(6))
        await later()
        assert [accepted(tasks) for tasks in (first, other, more)] == [33, 1, 0]
        for task in more:
            task.cancel()


@IDLE
@virtual_time
async def test_who_waits_for_its_share_goes_on_when_the_other_has_gone(idle: int) -> None:
    """F6, F7: though the queue is still crowded and its own session has not moved."""
    async with running(DeliveryPolicy(max_queue=40, max_session_queue=40, block_timeout=1_000)) as bus:
        await crowd(bus, idle)
        publish(bus, "poison", range(33))
        await later()
        publish(bus, "t", [1])
        await later()
        waiting = publish(bus, "poison", [34])
        await later()
        assert accepted(waiting) == 0
        bus.holds.resume("a", "t")
        await later()
        assert accepted(waiting) == 1


@virtual_time
async def test_who_shares_the_room_is_counted_only_while_it_is_scarce() -> None:
    """F6: and no message pays for it at other times."""
    async with running(DeliveryPolicy(max_queue=20, max_session_queue=20)) as bus:
        tasks = publish(bus, "s", range(30))
        await later()
        endpoint = bus.core.endpoints["a"]
        assert endpoint.counts_sharers
        assert endpoint.sharers == endpoint.active == 1
        bus.register_component_handler("a", Worker())
        await asyncio.gather(*tasks)
        await bus.idleness.reached()
        await asyncio.sleep(2)
        assert not endpoint.counts_sharers
        assert endpoint.active == 0
