"""Time to live (bus.md D4)."""

from __future__ import annotations

import asyncio

import pytest

from support.bus import Worker, message, records, routed, running
from support.virtual_loop import EPOCH, later, virtual_time
from woodwork_engine.delivery import Delivery
from woodwork_engine.events import EventLog
from woodwork_engine.policy import DeliveryPolicy, FlowPolicy, RetryPolicy


@virtual_time
async def test_life_is_looked_at_before_every_attempt() -> None:
    """D4: what waited too long behind others is never started, and becomes a dead letter."""
    async with running(DeliveryPolicy(ttl=5)) as bus:
        worker = Worker(seconds=3)
        bus.register_component_handler("a", worker)
        for number in range(4):
            await bus.send_to_component(message("a", number))
        await bus.idleness.reached()
        letters = bus.core.dead.list()
    assert worker.numbers() == [0, 1], "the third would have started after 6 s"
    assert [letter.reason for letter in letters] == ["expired", "expired"]
    assert [letter.attempts for letter in letters] == [(), ()]


@virtual_time
async def test_life_is_looked_at_again_after_waiting_for_a_slot() -> None:
    """D4: the wait for `max_inflight` counts too."""
    async with running(DeliveryPolicy(ttl=5), flow=FlowPolicy(max_inflight=1)) as bus:
        slow, other = Worker(seconds=8), Worker()
        bus.register_component_handler("slow", slow)
        bus.register_component_handler("other", other)
        await bus.send_to_component(message("slow", 1))
        await later()
        await bus.send_to_component(message("other", 2))
        await bus.idleness.reached()
    assert other.started == []


@virtual_time
async def test_a_running_attempt_is_not_cut_by_the_end_of_life() -> None:
    """D4: only `timeout` does that."""
    async with running(DeliveryPolicy(ttl=1)) as bus:
        worker = Worker(seconds=100)
        bus.register_component_handler("a", worker)
        await bus.send_to_component(message("a", 1))
        await bus.idleness.reached()
    assert worker.numbers() == [1]


@virtual_time
async def test_a_retry_that_would_come_too_late_is_given_up_at_once() -> None:
    """D4: when it is scheduled, not when it is due."""
    log = EventLog()
    policy = DeliveryPolicy(ttl=10, retry=RetryPolicy(base=9, factor=1, jitter="none"))
    async with running(policy, log=log) as bus:
        worker = Worker(seconds=2)
        worker.failures = {1: 9, 2: 0}
        bus.register_component_handler("a", worker)
        await bus.send_to_component(message("a", 1))
        await bus.idleness.reached()
        letter = bus.core.dead.list()[0]
    assert (letter.reason, letter.at, len(letter.attempts)) == ("expired_before_retry", EPOCH + 2, 1)
    assert records(log, "retry_scheduled") == []


@pytest.mark.parametrize("where", ["a name without handler", "a full lane behind a long attempt", "behind a retry"])
@virtual_time
async def test_a_sweep_once_a_second_ends_whatever_waits_too_long_elsewhere(where: str) -> None:
    """D4: at most a second late, and never dropped silently."""
    policy = DeliveryPolicy(ttl=None, retry=RetryPolicy(base=3600, cap=3600, jitter="none"))
    async with running(policy) as bus:
        worker = Worker(seconds=3600 if "long" in where else 0)
        worker.failures["head"] = 1
        if "name" not in where:
            bus.register_component_handler("a", worker)
            await bus.send_to_component(message("a", "head"))
        for number in range(3):
            await bus.send_to_component(message("a", number, ttl_seconds=5 + number))
        await later(9)
        letters = bus.core.dead.list()
    assert [(letter.reason, letter.envelope.payload) for letter in letters] == [
        ("expired", {"n": 0}),
        ("expired", {"n": 1}),
        ("expired", {"n": 2}),
    ]
    assert all(0 <= letter.at - letter.envelope.expires_at <= 1.001 for letter in letters)
    head = 0 if "name" in where else 1
    assert [letter.lane.position for letter in letters] == [head, head, head]
    assert [letter.lane.queued_behind for letter in letters] == [2, 1, 0]


@virtual_time
async def test_a_sweep_of_many_expired_messages_keeps_the_rest_in_order() -> None:
    """D4, B1: one pass, whatever lies between."""
    async with running(DeliveryPolicy(ttl=None, max_session_queue=5000)) as bus:
        for number in range(1000):
            await bus.send_to_component(message("a", number, ttl_seconds=5 if number % 3 else None))
        await later(7)
        worker = Worker()
        bus.register_component_handler("a", worker)
        await bus.idleness.reached()
    assert worker.numbers() == list(range(0, 1000, 3))
    assert len(bus.core.dead) == 666


@virtual_time
async def test_a_lane_whose_waiting_head_expires_goes_on_with_the_next() -> None:
    """D4, B1: also when the clock has jumped."""
    async with running(DeliveryPolicy(ttl=None, retry=RetryPolicy(base=50, jitter="none"))) as bus:
        worker = Worker()
        worker.failures[1] = 9
        bus.register_component_handler("a", worker)
        await bus.send_to_component(message("a", 1, ttl_seconds=100))
        await bus.send_to_component(message("a", 2))
        await later(1)
        bus.core.endpoints["a"].lanes["s"].queue[0].expires_at = EPOCH + 3
        bus.core.endpoints["a"].lanes["s"].soonest_expiry = EPOCH + 3
        await later(4)
        assert worker.numbers() == [2]
        assert bus.core.endpoints["a"].retrying == 0


@virtual_time
async def test_children_live_as_long_as_their_parent_unless_the_component_says_otherwise() -> None:
    """D4: absolute, inherited, `ttl` of a component itself wins, and `none` is legal."""
    expiries: dict[str, float | None] = {}

    def step(delivery: Delivery, data: object) -> object:
        expiries[delivery.target] = delivery.expires_at
        return data

    policies = {
        "a": DeliveryPolicy(ttl=100),
        "b": DeliveryPolicy(ttl=999),
        "c": DeliveryPolicy(ttl=7, ttl_is_own=True),
        "d": DeliveryPolicy(ttl=None, ttl_is_own=True),
    }
    async with running() as bus:
        routed(bus, {"in": ("a",), "a": ("b", "c", "d")}, dict.fromkeys("abcd", step), policies)
        await bus.outbox.emit("in", "x", 1, session="s")
        await bus.idleness.reached()
    assert expiries == {"a": EPOCH + 100, "b": EPOCH + 100, "c": EPOCH + 7, "d": None}


@virtual_time
async def test_what_a_bare_handler_sends_lives_as_long_as_its_cause() -> None:
    """D4: on the bare bus too."""
    async with running(DeliveryPolicy(ttl=100)) as bus:

        async def relay(_envelope: object) -> None:
            await asyncio.sleep(30)
            await bus.send_to_component(message("nobody", 1))

        bus.register_component_handler("a", relay)
        await bus.send_to_component(message("a", 1))
        await later(31)
        lane = bus.core.endpoints["nobody"].lanes["s"]
        assert lane.queue[0].expires_at == EPOCH + 100


@virtual_time
async def test_time_in_which_a_message_is_parked_does_not_count() -> None:
    """D4: a removed component's messages keep what was left of their life."""
    async with running(DeliveryPolicy(ttl=10)) as bus:
        await bus.send_to_component(message("a", 1))
        await later(6)
        bus.serving.park(bus.core.endpoint("a"))
        await later(3600)
        assert len(bus.core.dead) == 0
        await bus.send_to_component(message("a", 2))
        await later(100)
        gone = Worker(seconds=5)
        bus.register_component_handler("a", gone)
        await bus.idleness.reached()
    assert gone.numbers() == [1, 2], "4 s were left of the first, 10 of the second"
    assert len(bus.core.dead) == 0
