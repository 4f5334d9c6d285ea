"""What gives way at a full target that drops: who is dropped, who never is, and that it is always told."""

from __future__ import annotations

import pytest

from support.bus import EVERY_SECOND, Worker, message, records, routed, running
from support.virtual_loop import later, virtual_time
from woodwork_engine.events import EventLog
from woodwork_engine.policy import DeliveryPolicy


def dropping(overflow: str, **limits: object) -> DeliveryPolicy:
    return DeliveryPolicy(overflow=overflow, retry=EVERY_SECOND, **{"max_queue": 3, **limits})


async def send(bus, numbers, session: str = "s") -> None:
    for number in numbers:
        assert await bus.send_to_component(message("a", number, session))
        await later(0.001)


@virtual_time
async def test_the_oldest_waiting_message_becomes_a_dead_letter_where_the_queue_is_full() -> None:
    """F2: of whichever session, and the sender does not wait."""
    log = EventLog()
    async with running(dropping("drop_oldest"), log=log) as bus:
        await send(bus, [1], "t")
        await send(bus, [2, 3, 4])
        worker = Worker()
        bus.register_component_handler("a", worker)
        await bus.idleness.reached()
        assert worker.numbers() == [2, 3, 4]
        letter = bus.core.dead.list()[0]
        assert (letter.reason, letter.payload()) == ("dropped_oldest", {"n": 1})
        assert records(log, "dead")[0].details()["reason"] == "dropped_oldest"
        assert records(log, "blocked") == []


@virtual_time
async def test_neither_a_running_head_nor_one_that_waits_for_its_retry_gives_way() -> None:
    """F2."""
    async with running(dropping("drop_oldest")) as bus:
        worker = Worker(seconds=5)
        worker.failures = {1: 1}
        bus.register_component_handler("a", worker)
        await send(bus, [1, 2, 3, 4])
        await later(5.5)
        await send(bus, [5])
        await bus.idleness.reached()
        assert worker.numbers() == [1, 4, 5]
        assert [letter.payload()["n"] for letter in bus.core.dead.list()] == [2, 3]


@virtual_time
async def test_where_nothing_waits_that_could_give_way_the_new_message_does() -> None:
    """F2."""
    async with running(dropping("drop_oldest", max_queue=1)) as bus:
        worker = Worker(seconds=5)
        bus.register_component_handler("a", worker)
        await send(bus, [1, 2])
        await bus.idleness.reached()
        assert worker.numbers() == [1]
        assert bus.core.endpoint("a").dropped == 1


@virtual_time
async def test_the_new_message_is_dropped_visibly_where_the_target_says_so() -> None:
    """F2: it counts as accepted and dropped, once."""
    log = EventLog()
    async with running(dropping("drop_new"), log=log) as bus:
        await send(bus, range(5))
        worker = Worker()
        bus.register_component_handler("a", worker)
        await bus.idleness.reached()
        assert worker.numbers() == [0, 1, 2]
        assert [record.details()["reason"] for record in records(log, "dropped")] == ["overflow", "overflow"]
        endpoint = bus.core.endpoint("a")
        assert (endpoint.accepted, endpoint.dropped, endpoint.dead) == (5, 2, 0)


@pytest.mark.parametrize(("overflow", "left"), [("drop_oldest", [3, 4]), ("drop_new", [1, 2])])
@virtual_time
async def test_the_limit_of_a_session_drops_of_that_session_only(overflow: str, left: list[int]) -> None:
    """F2, F6."""
    async with running(dropping(overflow, max_queue=100, max_session_queue=2)) as bus:
        await send(bus, [1], "t")
        await send(bus, [1, 2, 3, 4])
        worker = Worker()
        bus.register_component_handler("a", worker)
        await bus.idleness.reached()
        assert worker.numbers() == left
        assert worker.numbers("t") == [1]


@pytest.mark.parametrize("overflow", ["drop_oldest", "drop_new"])
@virtual_time
async def test_outputs_do_not_wait_for_room_at_a_target_that_drops(overflow: str) -> None:
    """F2, F3: whoever appends."""
    async with running() as bus:
        routed(bus, {"x": ("a",)}, {"x": lambda _d, data: data}, {})
        bus.core.endpoint("a").policy = dropping(overflow)
        for number in range(6):
            await bus.send_to_component(message("x", number))
        await later(1)
        assert bus.core.endpoint("x").ok == 6
        assert bus.core.endpoint("a").depth == 3
        assert bus.core.endpoint("a").dead + bus.core.endpoint("a").dropped == 3


@virtual_time
async def test_many_sessions_give_way_in_the_order_in_which_their_messages_came() -> None:
    """F2."""
    async with running(dropping("drop_oldest", max_queue=10)) as bus:
        for number in range(30):
            await send(bus, [number], f"s{number % 7}")
        assert [letter.payload()["n"] for letter in bus.core.dead.list()] == list(range(20))
