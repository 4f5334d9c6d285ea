"""What is done once a second is done in small pieces, however much there is of it."""

from __future__ import annotations

import asyncio

import pytest

from support.bus import message, running
from support.virtual_loop import VirtualClock, later, virtual_time
from woodwork_engine.bus import housekeeping
from woodwork_engine.bus.housekeeping import CHUNK
from woodwork_engine.policy import DeliveryPolicy


class SlowClock(VirtualClock):
    """A clock that shows a slice more each time it is looked at, so that each slice is one piece of work."""

    def __init__(self) -> None:
        super().__init__()
        self.looks = 0

    def monotonic(self) -> float:
        self.looks += 1
        return super().monotonic() + self.looks * housekeeping.SLICE


@virtual_time
async def test_the_loop_goes_on_between_two_slices_and_the_round_to_its_end() -> None:
    """H4: here each slice has time for one step."""
    async with running(DeliveryPolicy(ttl=5, max_queue=100_000)) as bus:
        for number in range(4 * CHUNK):
            await bus.send_to_component(message("a", number, f"s{number}"))
        endpoint = bus.core.endpoint("a")
        await later(4.5)
        bus.core.monotonic = SlowClock().monotonic
        left = set()
        while endpoint.depth:
            left.add(endpoint.depth)
            await asyncio.sleep(0 if bus._housekeeping._next_slice is not None else 0.5)
        assert any(0 < depth < 4 * CHUNK for depth in left), "nobody else had a turn"
        assert endpoint.dead == 4 * CHUNK


@virtual_time
async def test_no_step_of_a_round_touches_more_than_one_chunk() -> None:
    """H4."""
    async with running(DeliveryPolicy(ttl=5, max_queue=100_000)) as bus:
        for number in range(3 * CHUNK + 7):
            await bus.send_to_component(message("a", number, f"s{number}"))
        bus._housekeeping.stop()
        await later(10)
        endpoint = bus.core.endpoint("a")
        expired = [endpoint.dead for _ in bus._housekeeping._everything(bus.core.clock.time())]
        steps = [after - before for before, after in zip([0, *expired], expired, strict=False)]
        assert max(steps) <= CHUNK
        assert endpoint.dead == 3 * CHUNK + 7


@virtual_time
async def test_beyond_ten_thousand_idle_lanes_the_longest_idle_go_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    """H4."""
    monkeypatch.setattr(housekeeping, "MOST_IDLE_LANES", 50)
    async with running() as bus:
        bus.register_component_handler("a", _nothing)
        for number in range(40):
            await bus.send_to_component(message("a", number, f"old-{number}"))
        await later(20)
        for number in range(40):
            await bus.send_to_component(message("a", number, f"new-{number}"))
        await later(12)
        assert set(bus.core.endpoint("a").lanes) == {f"new-{number}" for number in range(40)}
        await later(60)
        assert bus.core.endpoint("a").lanes == {}


@virtual_time
async def test_a_round_that_takes_longer_than_a_second_is_not_begun_twice() -> None:
    """H4."""
    async with running() as bus:
        rounds = bus._housekeeping._rounds
        bus._housekeeping._next_slice = object()
        await later(3)
        assert bus._housekeeping._rounds == rounds
        bus._housekeeping._next_slice = None


async def _nothing(_envelope: object) -> None:
    """Handle it."""
