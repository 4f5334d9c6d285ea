"""Routes: versions, and what a reload leaves alone (bus.md G1, G4)."""

from __future__ import annotations

import asyncio

from support.bus import Worker, message, records, routed, running
from support.virtual_loop import later, virtual_time
from woodwork_engine.bus.core import MOST_EDGES
from woodwork_engine.bus.endpoint import EndpointState
from woodwork_engine.bus.routes import MOST_REMEMBERED
from woodwork_engine.events import EventLog
from woodwork_engine.policy import DeliveryPolicy, RetryPolicy


@virtual_time
async def test_an_attempt_keeps_the_routes_of_the_revision_in_which_it_started() -> None:
    """G1: and its outputs carry that revision; what starts later uses the new one."""
    log = EventLog()
    async with running(log=log) as bus:
        got: list[tuple[str, object, int]] = []

        async def step(_delivery: object, data: object) -> object:
            await asyncio.sleep(10)
            return data

        def end(delivery: object, data: object) -> None:
            got.append((delivery.target, data, delivery.envelope.revision))

        steps = {"a": step, "old": end, "new": end}
        routed(bus, {"in": ("a",), "a": ("old",)}, steps)
        for number in range(2):
            await bus.outbox.emit("in", "x", number, session="s")
        await later(5)
        routed(bus, {"in": ("a",), "a": ("new",)}, steps, revision=2)
        await bus.outbox.emit("in", "x", 2, session="s")
        await bus.idleness.reached()
    assert got == [("old", 0, 1), ("new", 1, 2), ("new", 2, 2)]
    emitted = [record.rev for record in records(log, "emitted") if record.source == "in"]
    assert emitted == [1, 1, 2], "envelopes carry the revision that routed them"


@virtual_time
async def test_a_new_instance_takes_a_lane_over_at_the_next_message() -> None:
    """G1, G3: in order, and the old one is told when its last attempt is over."""
    async with running() as bus:
        old, new = Worker(seconds=5), Worker()
        bus.register_component_handler("a", old)
        instance = bus.core.endpoints["a"].instance
        for number in range(3):
            await bus.send_to_component(message("a", number))
        await later(1)
        bus.register_component_handler("a", new)
        retired = instance.retire(asyncio.get_running_loop())
        assert not retired.done()
        await retired
        await bus.idleness.reached()
    assert (old.numbers(), new.numbers()) == ([0], [1, 2])


@virtual_time
async def test_a_waiting_retry_survives_a_reload_and_its_attempts_count() -> None:
    """G4: the next attempt uses the new instance and the new retry policy."""
    async with running(DeliveryPolicy(retry=RetryPolicy(base=10, factor=1, jitter="none"))) as bus:
        old, new = Worker(), Worker()
        old.failures[1] = new.failures[1] = 99
        bus.register_component_handler("a", old)
        await bus.send_to_component(message("a", 1))
        await later(5)
        policy = DeliveryPolicy(retry=RetryPolicy(max_retries=2, base=30, factor=1, jitter="none"))
        bus.core.endpoints["a"].policy = policy
        bus.register_component_handler("a", new)
        assert new.started == [], "its backoff goes on"
        await bus.idleness.reached()
        letter = bus.core.dead.list()[0]
    assert old.started == [("s", 1, 1)]
    assert new.started == [("s", 1, 2), ("s", 1, 3)]
    assert [attempt.n for attempt in letter.attempts] == [1, 2, 3]
    assert round(letter.attempts[2].started - letter.attempts[1].ended) == 30
    assert [attempt.component_version for attempt in letter.attempts] == [1, 2, 2]


@virtual_time
async def test_a_retry_that_is_due_while_nobody_is_there_waits_for_somebody() -> None:
    """G4: unregistered in the meantime; nothing is lost, and its lane stays in order."""
    async with running() as bus:
        worker = Worker()
        worker.failures[1] = 1
        bus.register_component_handler("a", worker)
        for number in (1, 2):
            await bus.send_to_component(message("a", number))
        await later()
        assert bus.unregister_component_handler("a")
        assert not bus.unregister_component_handler("a")
        await later(10)
        assert not bus.retry_now((worker.seen[0].message_id, "a"))
        bus.register_component_handler("a", worker)
        await bus.idleness.reached()
    assert worker.numbers() == [1, 2]


@virtual_time
async def test_runners_of_a_name_that_nobody_handles_any_more_go() -> None:
    """G3, H3: no task waits for ever for a component that was removed."""
    async with running() as bus:
        before = asyncio.all_tasks()
        bus.register_component_handler("a", Worker(seconds=1))
        for number in range(5):
            await bus.send_to_component(message("a", number, f"s{number}"))
        await bus.idleness.reached()
        await later()
        assert len(bus.core.endpoints["a"].runners) == 5
        bus.unregister_component_handler("a")
        await later()
        assert asyncio.all_tasks() == before


@virtual_time
async def test_idle_does_not_wait_for_messages_that_nobody_can_handle() -> None:
    """G3: parked ones, and those of a component that was never started; it does wait for attempts that still run."""
    async with running() as bus:
        await bus.send_to_component(message("nobody", 1))
        await bus.idleness.reached()
        worker = Worker(seconds=5)
        bus.register_component_handler("a", worker)
        for number in range(3):
            await bus.send_to_component(message("a", number))
        await later(1)
        bus.core.endpoints["a"].state = EndpointState.DRAINING
        bus.serving.park(bus.core.endpoints["a"])
        assert bus.idleness.parked() == 3
        await bus.idleness.reached()
        assert worker.numbers() == [0]
        assert bus.core.depth == 3


@virtual_time
async def test_made_up_senders_and_event_types_do_not_pile_up() -> None:
    """G1: what is remembered of routes is bounded, whatever is sent."""
    async with running(DeliveryPolicy(max_queue=10**6, max_session_queue=10**6)) as bus:
        bus.register_component_handler("a", Worker())
        routed(bus, {"in": ("b",)}, {"b": lambda _d, _: None})
        for number in range(MOST_EDGES + 100):
            await bus.send_to_component(message("a", number, sender_component=f"sender {number}"))
            await bus.outbox.emit("in", f"event {number}", 1, session="s")
            await bus.publish(message("a", number, event_type=f"topic {number}"))
        await bus.idleness.reached()
        assert len(bus.core.edges) <= MOST_EDGES + 2
        assert len(bus._routes) <= MOST_REMEMBERED
        assert len(bus.core.table.resolved) <= MOST_REMEMBERED
        assert sum(edge.count for edge in bus.core.edges.values()) == 2 * (MOST_EDGES + 100)
