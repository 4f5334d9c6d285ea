"""How many dead letters are kept, and what happens when there is no room for more (bus.md E2)."""

from __future__ import annotations

import asyncio

import pytest

from support.bus import ONCE, Worker, message, records, routed, running
from support.virtual_loop import later, virtual_time
from woodwork_engine.bus.memory import InMemoryMessageBus
from woodwork_engine.errors import ClosingError, QueueFullError
from woodwork_engine.events import EventLog
from woodwork_engine.payload import encode
from woodwork_engine.policy import DeliveryPolicy, DlqPolicy, FlowPolicy

SOON = DeliveryPolicy(retry=ONCE)


def keeping(**limits: object) -> FlowPolicy:
    return FlowPolicy(dlq=DlqPolicy(**limits))


def failing(bus: InMemoryMessageBus, seconds: float = 0.0) -> Worker:
    """Let every message to `a` die, except those numbered from 100."""
    worker = Worker(seconds)
    worker.failures = dict.fromkeys(range(100), 9)
    bus.register_component_handler("a", worker)
    return worker


async def let_die(bus: InMemoryMessageBus, *numbers: int) -> None:
    for number in numbers:
        await bus.send_to_component(message("a", number))
    await bus.idleness.reached()


def ids(bus: InMemoryMessageBus) -> list[int]:
    return [int(letter.dlq_id.removeprefix("dl-")) for letter in bus.dead_letters.list()]


@virtual_time
async def test_when_full_the_letters_resolved_first_make_room_and_open_ones_never_do() -> None:
    """E2: evict_resolved; each is counted and told."""
    log = EventLog()
    async with running(SOON, flow=keeping(max_count=4), log=log) as bus:
        failing(bus)
        await let_die(bus, 1, 2, 3, 4)
        for n in (3, 1):
            bus.dead_letters.discard([f"dl-{n:06d}"])
            await later(1)
        await let_die(bus, 5)
        assert ids(bus) == [1, 2, 4, 5], "3 was resolved first"
        await let_die(bus, 6)
        assert ids(bus) == [2, 4, 5, 6]
        assert bus.core.dead.full
        with pytest.raises(QueueFullError, match=r"dead letters: room for letters is full \(4 of 4\); replay, discard"):
            await bus.send_to_component(message("a", 7))
        assert bus.core.dead.evicted == 2
    told = [one.details()["event"].removeprefix("dead_letters.") for one in records(log, "note")]
    assert told == ["full", "room", "evicted", "evicted", "full"]


@virtual_time
async def test_no_room_for_bytes_is_no_room() -> None:
    """E2: `max_bytes`."""
    async with running(SOON, flow=keeping(max_bytes=5_000)) as bus:
        failing(bus)
        worker = bus.core.endpoints["a"]
        while not bus.core.dead.full:
            await let_die(bus, 1)
        with pytest.raises(QueueFullError, match="room for bytes is full"):
            await bus.send_to_component(message("a", 1))
        assert bus.core.dead.bytes >= 5_000
        assert 1 <= worker.dead < 20


@virtual_time
async def test_ingress_is_refused_with_the_reason_counted_and_shown_until_there_is_room() -> None:
    """E2: whoever publishes or sends learns why; health says so and recovers by itself."""
    async with running(SOON, flow=keeping(max_count=1)) as bus:
        worker = failing(bus)
        await bus.subscribe("news", Worker())
        await let_die(bus, 1)
        assert not bus.is_healthy()
        for send in (bus.send_to_component(message("a", 2)), bus.publish(message("", 2, event_type="news"))):
            with pytest.raises(QueueFullError) as caught:
                await send
            assert (caught.value.target, caught.value.depth, caught.value.limit) == ("dead letters", 1, 1)
        with pytest.raises(QueueFullError):
            await bus.outbox.send(None, "a", "x", {"n": 3})
        assert bus.get_stats()["messages_rejected"] == 3
        bus.dead_letters.discard(["dl-000001"])
        assert bus.is_healthy()
        await let_die(bus, 100)
        assert worker.numbers() == [100]


@virtual_time
async def test_with_reject_resolved_letters_stay_and_ingress_is_refused_until_somebody_purges() -> None:
    """E2: `when_full = reject`."""
    async with running(SOON, flow=keeping(max_count=2, when_full="reject")) as bus:
        failing(bus)
        await let_die(bus, 1, 2)
        bus.dead_letters.discard(["dl-000001", "dl-000002"])
        with pytest.raises(QueueFullError):
            await bus.send_to_component(message("a", 3))
        assert bus.dead_letters.purge() == 2
        await let_die(bus, 3)
        assert ids(bus) == [3]


@virtual_time
async def test_an_attempt_that_dies_while_there_is_no_room_gets_its_letter_all_the_same() -> None:
    """E2: nothing is lost; the limit is passed by what was accepted before."""
    async with running(SOON, flow=keeping(max_count=2)) as bus:
        failing(bus, seconds=1)
        await let_die(bus, *range(10))
        assert ids(bus) == list(range(1, 11))
        assert bus.core.dead.full


@virtual_time
async def test_a_replay_gets_in_while_there_is_no_room_because_it_makes_some() -> None:
    """E2: the way out of a full queue."""
    async with running(SOON, flow=keeping(max_count=1)) as bus:
        worker = failing(bus)
        await let_die(bus, 1)
        worker.failures.clear()
        await bus.dead_letters.replay("dl-000001")
        assert bus.core.dead.full, "until it has succeeded"
        await bus.idleness.reached()
        assert not bus.core.dead.full
        await let_die(bus, 2)
        assert worker.numbers() == [1, 2]


@virtual_time
async def test_inputs_wait_in_turn_until_there_is_room_for_dead_letters() -> None:
    """E2, F2, B4: nothing they read is lost, nobody overtakes, and a stop ends the waiting."""
    async with running(SOON, flow=keeping(max_count=1)) as bus:
        got: list[object] = []

        def step(_delivery: object, data: object) -> None:
            if data == "bad":
                raise ValueError("no")
            got.append(data)

        routed(bus, {"in": ("a",)}, {"a": step})
        await bus.outbox.emit("in", "x", "bad", session="s")
        await bus.idleness.reached()
        senders = [asyncio.create_task(bus.outbox.emit("in", "x", n, session="s")) for n in range(3)]
        await later(100)
        assert (got, bus.core.blocked) == ([], 3)
        bus.dead_letters.discard(["dl-000001"])
        await asyncio.gather(*senders, bus.outbox.emit("in", "x", 3, session="s"))
        await bus.idleness.reached()
        assert got == [0, 1, 2, 3]
        await bus.outbox.emit("in", "x", "bad", session="s")
        await bus.idleness.reached()
        waiting = asyncio.create_task(bus.outbox.emit("in", "x", 4, session="s"))
        gone = asyncio.create_task(bus.outbox.emit("in", "x", 5, session="s"))
        await later()
        gone.cancel()
        bus.close_ingress()
        with pytest.raises(ClosingError):
            await waiting
        with pytest.raises(asyncio.CancelledError):
            await gone
        assert not bus.core.letter_gate.waiters


@virtual_time
async def test_age_takes_resolved_letters_only() -> None:
    """E2: `max_age`, from the moment somebody dealt with them; in slices (H4)."""
    async with running(SOON, flow=keeping(max_age=60)) as bus:
        failing(bus)
        await let_die(bus, 1, 2, 3)
        await later(1000)
        assert ids(bus) == [1, 2, 3], "unresolved: kept for ever"
        bus.dead_letters.discard(["dl-000002"])
        await later(30)
        bus.dead_letters.discard(["dl-000003"])
        await later(32)
        assert ids(bus) == [1, 3]
        bus.dead_letters.restore(["dl-000003"])
        await later(1000)
        assert ids(bus) == [1, 3]


@virtual_time
async def test_a_replay_under_way_is_not_resolved_however_old_or_full() -> None:
    """E2: it may still die."""
    async with running(SOON, flow=keeping(max_count=2, max_age=5)) as bus:
        worker = failing(bus)
        await let_die(bus, 1, 2)
        worker.gate = asyncio.Event()
        await bus.dead_letters.replay("dl-000001", encoded=encode({"n": 100}))
        await later(100)
        assert ids(bus) == [1, 2]
        assert bus.core.dead.full
        assert bus.dead_letters.purge(unresolved=True) == 1
        assert ids(bus) == [1]
        worker.gate.set()
        await later(100)
        assert ids(bus) == []


@virtual_time
async def test_new_limits_hold_at_once() -> None:
    """E2: a reload may change them."""
    async with running(SOON) as bus:
        failing(bus)
        await let_die(bus, *range(10))
        bus.dead_letters.discard([f"dl-{n:06d}" for n in range(1, 6)])
        bus.core.policy = keeping(max_count=7)
        assert ids(bus) == [4, 5, 6, 7, 8, 9, 10]
        bus.core.policy = keeping(max_count=3)
        assert ids(bus) == [6, 7, 8, 9, 10]
        with pytest.raises(QueueFullError):
            await bus.send_to_component(message("a", 1))
        bus.core.policy = FlowPolicy()
        await let_die(bus, 11)
