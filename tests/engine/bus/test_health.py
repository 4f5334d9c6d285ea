"""Health: over a sliding window, and it recovers by itself (bus.md H5)."""

from __future__ import annotations

import asyncio

import pytest

from support.bus import EVERY_SECOND, ONCE, Worker, message, running, send
from support.virtual_loop import later, virtual_time
from woodwork_engine.bus.statistics import degraded_reasons
from woodwork_engine.policy import DeliveryPolicy


@virtual_time
async def test_a_component_most_of_whose_attempts_failed_is_unwell_until_they_do_not() -> None:
    """H5: more than half of at least ten attempts in the last minute; never since the start."""
    async with running(DeliveryPolicy(retry=ONCE)) as bus:
        worker = Worker()
        bus.register_component_handler("a", worker)
        assert bus.is_healthy()
        await later(2)
        worker.failures = dict.fromkeys(range(5), 9)
        await send(bus, range(9))
        await later(2)
        assert bus.is_healthy(), "nine attempts are too few to tell"
        worker.failures = dict.fromkeys(range(20), 9)
        await send(bus, range(20))
        await later(2)
        assert degraded_reasons(bus.core) == ("a: most attempts of the last minute failed",)
        assert not bus.is_healthy()
        await later(61)
        assert bus.is_healthy()


@virtual_time
async def test_a_component_that_fails_less_than_half_the_time_is_well() -> None:
    """H5: retried failures count as attempts, not as deliveries."""
    async with running(DeliveryPolicy(retry=EVERY_SECOND)) as bus:
        worker = Worker()
        worker.failures = dict.fromkeys(range(0, 40, 2), 1)
        bus.register_component_handler("a", worker)
        for number in range(40):
            await bus.send_to_component(message("a", number, f"s{number}"))
        await later(3)
        assert bus.is_healthy(), "20 of 60 failed"


@virtual_time
async def test_a_queue_is_unwell_when_it_has_been_nearly_full_for_half_a_minute() -> None:
    """H5: over 80 % for 30 s, not at every burst."""
    async with running(DeliveryPolicy(max_queue=10, ttl=None)) as bus:
        worker = Worker()
        worker.gate = asyncio.Event()
        bus.register_component_handler("a", worker)
        await send(bus, range(9))
        await later(20)
        assert bus.is_healthy()
        await later(12)
        assert "a: queue is 9 of 10" in degraded_reasons(bus.core)
        worker.gate.set()
        await later(2)
        assert bus.is_healthy()


@virtual_time
async def test_a_message_that_waits_too_long_is_told() -> None:
    """H5: the oldest one's age."""
    async with running(DeliveryPolicy(ttl=None)) as bus:
        worker = Worker()
        worker.gate = asyncio.Event()
        bus.register_component_handler("a", worker)
        await send(bus, range(1))
        await later(59)
        assert bus.is_healthy()
        await later(2)
        assert degraded_reasons(bus.core) == ("a: the oldest message has waited 61 s",)
        worker.gate.set()
        await later(1)
        assert bus.is_healthy()


@virtual_time
async def test_a_message_that_nobody_handles_is_told_unless_somebody_registers_soon() -> None:
    """H5: the name may have been mistyped; who starts late has a few seconds."""
    async with running() as bus:
        await send(bus, range(1))
        await later(5)
        assert bus.is_healthy()
        await later(1)
        assert degraded_reasons(bus.core) == ("a: 1 message waits for a name that nobody handles",)
        await send(bus, range(1))
        assert degraded_reasons(bus.core) == ("a: 2 messages wait for a name that nobody handles",)
        bus.register_component_handler("a", Worker())
        await later(1)
        assert bus.is_healthy()


@virtual_time
async def test_many_dead_letters_in_a_minute_are_told() -> None:
    """H5: growth, not number."""
    async with running(DeliveryPolicy(ttl=5, max_session_queue=1000)) as bus:
        await send(bus, range(100))
        await later(8)
        assert degraded_reasons(bus.core) == ("a: 100 dead letters in the last minute",)
        await later(62)
        assert bus.is_healthy()
        assert len(bus.core.dead) == 100


@virtual_time
async def test_parked_messages_are_told_as_such() -> None:
    """H5: somebody must bring the component back; their age is no reason of its own."""
    async with running() as bus:
        await send(bus, range(3))
        bus.serving.park(bus.core.endpoint("a"))
        await later(100)
        assert degraded_reasons(bus.core) == ("a: 3 messages are parked until the component returns",)


@pytest.mark.parametrize("started", [False, True])
@virtual_time
async def test_a_bus_that_does_not_run_is_not_healthy(started: bool) -> None:
    """H5: before it starts and after it stopped."""
    async with running() as bus:
        assert bus.is_healthy()
        await bus.stop()
        assert not bus.is_healthy()
        if started:
            await bus.start()
            assert bus.is_healthy()
