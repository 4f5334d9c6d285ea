"""When a flow is idle, and what it costs to know it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from support.bus import EVERY_SECOND, Worker, message, running
from support.virtual_loop import later, virtual_time
from woodwork_engine.bus.endpoint import Lane
from woodwork_engine.policy import DeliveryPolicy


class Looked(set[Lane]):
    """Held lanes; counts how often somebody looks at all of them."""

    times = 0

    def __iter__(self) -> Iterator[Lane]:
        """Return the lanes, and count that."""
        self.times += 1
        return super().__iter__()


@virtual_time
async def test_whoever_waits_for_an_idle_flow_does_not_look_at_every_held_lane_for_each_message() -> None:
    """H2: that the flow is idle can only be so when runners rest."""
    async with running() as bus:
        worker = Worker()
        bus.register_component_handler("a", worker)
        bus.core.halted = looked = Looked()
        bus.holds.pause("a", "held")
        await bus.send_to_component(message("a", 0, "held"))
        bus.serving.hold(bus.core.endpoint("a"), "somebody")
        for n in range(100):
            await bus.send_to_component(message("a", n))
        idle = asyncio.ensure_future(bus.idleness.reached())
        await later()
        looked.times = 0
        bus.serving.release(bus.core.endpoint("a"), "somebody")
        await idle
        assert len(worker.done) == 100
        assert looked.times < 10


@virtual_time
async def test_a_lane_that_is_held_is_not_looked_for_among_all_others_where_nobody_waits_for_an_idle_flow() -> None:
    """D4: breakpoints may hold thousands."""
    async with running() as bus:
        bus.register_component_handler("a", Worker())
        bus.core.halted = looked = Looked()
        for n in range(10):
            bus.holds.pause("a", f"s{n}")
            await bus.send_to_component(message("a", n, f"s{n}"))
        assert looked.times == 0


@virtual_time
async def test_a_flow_is_idle_when_the_last_attempt_is_over_and_what_waited_for_a_retry_was_given_up_meanwhile() -> (
    None
):
    """H2: whoever gives it up does not tell, as something still runs; the runner that rests does."""
    async with running(DeliveryPolicy(retry=EVERY_SECOND)) as bus:
        fails = Worker()
        fails.failures[1] = 9
        bus.register_component_handler("fails", fails)
        bus.register_component_handler("slow", Worker(seconds=0.5))
        failing = message("fails", 1)
        await bus.send_to_component(failing)
        await bus.send_to_component(message("slow", 1))
        idle = asyncio.ensure_future(bus.idleness.reached())
        await later(0.1)
        assert bus.kill_retry((failing.message_id, "fails"))
        await later(0.1)
        assert not idle.done()
        await later(0.5)
        assert idle.done()


@virtual_time
async def test_a_flow_is_idle_at_once_when_what_waited_for_a_retry_is_given_up_and_nothing_runs() -> None:
    """H2."""
    async with running(DeliveryPolicy(retry=EVERY_SECOND)) as bus:
        fails = Worker()
        fails.failures[1] = 9
        bus.register_component_handler("fails", fails)
        failing = message("fails", 1)
        await bus.send_to_component(failing)
        idle = asyncio.ensure_future(bus.idleness.reached())
        await later(0.1)
        assert bus.kill_retry((failing.message_id, "fails"))
        await later(0.01)
        assert idle.done()
