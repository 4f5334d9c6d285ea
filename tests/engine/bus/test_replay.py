"""Replay of dead letters (bus.md E4, E5)."""

from __future__ import annotations

import asyncio
from hashlib import sha256

import pytest

from support.bus import ONCE, Worker, hired, message, records, routed, running, send
from support.virtual_loop import EPOCH, later, virtual_time
from woodwork_engine.bus.endpoint import EndpointState
from woodwork_engine.bus.memory import InMemoryMessageBus
from woodwork_engine.dead_letter import DeadLetter
from woodwork_engine.errors import PayloadError, QueueFullError, ReplayRefusedError, UnknownComponentError
from woodwork_engine.events import EventLog
from woodwork_engine.payload import encode
from woodwork_engine.policy import DeliveryPolicy, DlqPolicy, FlowPolicy

SOON = DeliveryPolicy(retry=ONCE)


async def dead(bus: InMemoryMessageBus, worker: Worker, number: object = 1, **more: object) -> DeadLetter:
    """Let a message to component `a` die, and return its letter."""
    worker.failures[number] = 99
    bus.register_component_handler("a", worker)
    await bus.send_to_component(message("a", number, **more))
    await bus.idleness.reached()
    return bus.core.dead.list()[-1]


@virtual_time
async def test_a_replay_is_a_new_message_that_tells_what_it_repeats() -> None:
    """E4: new id, cause and origin, attempts and life anew; session, correlation and dedupe key stay."""
    async with running(SOON) as bus:
        worker = Worker()
        letter = await dead(bus, worker, dedupe_key="k", ttl_seconds=20, max_retries=0, hop=3, priority=5)
        worker.failures.clear()
        await later(1000)
        new_id = await bus.replays.replay(letter.dlq_id)
        lane = bus.core.endpoints["a"].lanes["s"]
        delivery = lane.queue[0]
        await bus.idleness.reached()
    old, new = letter.envelope, delivery.envelope
    assert new.message_id == new_id != old.message_id
    assert (new.causation_id, new.correlation_id) == (old.message_id, old.message_id)
    assert (new.replay_of, new.replay_count) == (letter.dlq_id, 1)
    assert (new.dedupe_key, new.max_retries, new.priority, new.session_id) == ("k", 0, 5, "s")
    assert (new.hop, delivery.attempt) == (0, 1)
    assert delivery.expires_at == EPOCH + 1020, "its own time to live, from now"
    assert worker.numbers() == [1]
    assert worker.seen[-1].payload == {"n": 1}


@virtual_time
async def test_a_replay_goes_to_its_own_target_only_and_to_the_end_of_the_lane() -> None:
    """E4: no second fan-out, no overtaking."""
    async with running(SOON) as bus:
        got: dict[str, list[object]] = {"good": [], "bad": []}

        async def bad(_delivery: object, data: object) -> None:
            await asyncio.sleep(1)
            if data == "x" and not got["bad"]:
                raise ValueError("no")
            got["bad"].append(data)

        routed(bus, {"in": ("good", "bad")}, {"good": lambda _d, data: got["good"].append(data), "bad": bad})
        for data in ("x", "y", "z"):
            await bus.outbox.emit("in", "e", data, session="s")
        await later(1.5)
        await bus.replays.replay("dl-000001")
        await bus.idleness.reached()
    assert got == {"good": ["x", "y", "z"], "bad": ["y", "z", "x"]}


@virtual_time
async def test_a_replay_may_go_elsewhere_or_by_todays_routes() -> None:
    """E4: another target, or its source's routes as they are now."""
    async with running(SOON) as bus:
        got: dict[str, list[object]] = {name: [] for name in "bcd"}

        def keep(delivery: object, data: object) -> None:
            got[delivery.target].append(data)

        keeping = dict.fromkeys("bcd", keep)

        def fail(_delivery: object, _data: object) -> None:
            raise ValueError("no")

        routed(bus, {"in": ("a",)}, {"a": fail, **keeping})
        await bus.outbox.emit("in", "e", "x", session="s")
        await bus.idleness.reached()
        await bus.replays.replay("dl-000001", target="b")
        routed(bus, {"in": ("c", "d")}, {"a": fail, **keeping}, revision=2)
        await bus.replays.replay("dl-000001", reroute=True, force=True)
        await bus.idleness.reached()
        assert got == {"b": ["x"], "c": ["x"], "d": ["x"]}
        with pytest.raises(UnknownComponentError, match="no component 'nowhere'"):
            await bus.replays.replay("dl-000001", target="nowhere", force=True)
        routed(bus, {}, {"a": fail}, revision=3)
        with pytest.raises(ReplayRefusedError, match="in has no route"):
            await bus.replays.replay("dl-000001", reroute=True, force=True)


@virtual_time
async def test_a_replay_may_have_one_try_only_and_the_next_one_has_all_again() -> None:
    """E4: the limit is that of one replay, not of the message."""
    async with running(SOON, flow=FlowPolicy(dlq=DlqPolicy(max_replays=9))) as bus:
        worker = Worker()
        letter = await dead(bus, worker, max_retries=2)
        made = []
        for once in (True, False, True):
            await bus.replays.replay(letter.dlq_id, once=once)
            await bus.idleness.reached()
            letter = bus.core.dead.list()[-1]
            made.append((len(letter.attempts), letter.own_max_retries))
    assert made == [(1, 2), (3, 2), (1, 2)]


@virtual_time
async def test_an_edited_payload_is_sent_and_both_are_remembered() -> None:
    """E4: the original is kept, and a hash of each."""
    async with running(SOON) as bus:
        worker = Worker()
        letter = await dead(bus, worker)
        await bus.replays.replay(letter.dlq_id, encoded=encode({"n": 2}), by="ana")
        await bus.idleness.reached()
        after = bus.core.dead.get(letter.dlq_id)
    assert worker.numbers() == [2]
    assert (after.payload(), after.resolution.by) == ({"n": 1}, "ana")
    assert after.resolution.payload_sha256_before == sha256(encode({"n": 1})).hexdigest()
    assert after.resolution.payload_sha256_after == sha256(encode({"n": 2})).hexdigest()


@virtual_time
async def test_an_edited_payload_that_cannot_be_read_is_refused() -> None:
    """E4, A7: before anything is sent."""
    async with running(SOON) as bus:
        letter = await dead(bus, Worker())
        with pytest.raises(PayloadError):
            await bus.replays.replay(letter.dlq_id, encoded=b"\xc1")
        assert bus.core.dead.get(letter.dlq_id).state == "open"


@virtual_time
async def test_accepting_the_replay_and_marking_the_letter_are_one_step() -> None:
    """E5: the records of it stand together, and how it ended is noted."""
    log = EventLog()
    async with running(SOON, log=log) as bus:
        worker = Worker()
        letter = await dead(bus, worker)
        worker.failures.clear()
        new_id = await bus.replays.replay(letter.dlq_id)
        marked = bus.core.dead.get(letter.dlq_id)
        assert (marked.state, marked.resolution.new_id, marked.replay_ok) == ("replayed", new_id, None)
        await bus.idleness.reached()
        assert bus.core.dead.get(letter.dlq_id).replay_ok is True
    kinds = [record.type for record in records(log) if record.message_id == new_id]
    assert kinds[:3] == ["emitted", "queued", "replayed"]


@virtual_time
async def test_a_second_replay_needs_force() -> None:
    """E5: as does a discarded letter, and one that does not exist is refused."""
    async with running(SOON) as bus:
        letter = await dead(bus, Worker())
        await bus.replays.replay(letter.dlq_id)
        with pytest.raises(ReplayRefusedError, match="with force"):
            await bus.replays.replay(letter.dlq_id)
        await bus.replays.replay(letter.dlq_id, force=True)
        with pytest.raises(ReplayRefusedError, match="no dead letter"):
            await bus.replays.replay("dl-999999", force=True)
        await bus.idleness.reached()
        bus.dead_letters.discard([bus.core.dead.list()[-1].dlq_id])
        with pytest.raises(ReplayRefusedError, match="restore it first"):
            await bus.replays.replay(bus.core.dead.list()[-1].dlq_id)


@virtual_time
async def test_two_replays_of_one_letter_at_once_send_it_once() -> None:
    """E5: also while both wait for room."""
    async with running(DeliveryPolicy(retry=ONCE, max_queue=1)) as bus:
        worker = Worker()
        letter = await dead(bus, worker)
        worker.failures.clear()
        worker.seconds = 5
        await bus.send_to_component(message("a", "busy"))
        replays = [asyncio.create_task(bus.replays.replay(letter.dlq_id)) for _ in range(3)]
        await later(1)
        assert not any(task.done() for task in replays)
        results = await asyncio.gather(*replays, return_exceptions=True)
        await bus.idleness.reached()
    assert sorted(type(result).__name__ for result in results) == ["ReplayRefusedError", "ReplayRefusedError", "str"]
    assert worker.numbers() == ["busy", 1]


@pytest.mark.parametrize("room", [True, False])
@virtual_time
async def test_a_replay_that_is_cancelled_has_happened_or_not(room: bool) -> None:
    """E5, F7: wherever the cancellation lands; a letter is marked exactly when its message is there."""
    landed = 0
    for step in range(6):
        async with running(DeliveryPolicy(retry=ONCE, max_queue=9 if room else 1)) as bus:
            worker = Worker()
            letter = await dead(bus, worker)
            worker.failures.clear()
            worker.seconds = 1
            await bus.send_to_component(message("a", "busy"))
            bus.core.slice_end = 0.0
            task = asyncio.create_task(bus.replays.replay(letter.dlq_id))
            for _ in range(step):
                await asyncio.sleep(0 if room else 0.25)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            landed += task.cancelled()
            accepted = bus.core.endpoints["a"].accepted - 2
            assert accepted == (bus.core.dead.get(letter.dlq_id).state == "replayed")
            await bus.idleness.reached()
    assert landed >= 2


@virtual_time
async def test_a_replay_that_fails_again_makes_a_new_letter_linked_to_the_first() -> None:
    """E5: `chain`; after `max_replays` in a row it needs force."""
    async with running(SOON, flow=FlowPolicy(dlq=DlqPolicy(max_replays=2))) as bus:
        worker = Worker()
        letter = await dead(bus, worker)
        for _ in range(2):
            await bus.replays.replay(letter.dlq_id)
            await bus.idleness.reached()
            assert bus.core.dead.get(letter.dlq_id).replay_ok is False
            letter = bus.core.dead.list()[-1]
        assert (letter.replay.of, letter.replay.count) == ("dl-000002", 2)
        assert letter.replay.chain == ("dl-000001", "dl-000002")
        with pytest.raises(ReplayRefusedError, match="died after 2 replays"):
            await bus.replays.replay(letter.dlq_id)
        await bus.replays.replay(letter.dlq_id, force=True)


@pytest.mark.parametrize("failing", ["b", "c"])
@virtual_time
async def test_a_replay_to_several_targets_succeeded_when_all_of_them_did(failing: str) -> None:
    """E5: whichever ends last."""
    async with running(SOON) as bus:

        async def step(delivery: object, _data: object) -> None:
            await asyncio.sleep(1 if delivery.target == "b" else 2)
            if delivery.target in ("a", failing):
                raise ValueError("no")

        routed(bus, {"in": ("a",)}, dict.fromkeys("abc", step))
        await bus.outbox.emit("in", "e", "x", session="s")
        await bus.idleness.reached()
        routed(bus, {"in": ("b", "c")}, dict.fromkeys("abc", step), revision=2)
        await bus.replays.replay("dl-000001", reroute=True)
        await later(1.5)
        assert bus.core.dead.get("dl-000001").replay_ok is (False if failing == "b" else None)
        await bus.idleness.reached()
        assert bus.core.dead.get("dl-000001").replay_ok is False


@virtual_time
async def test_a_replay_waits_for_room_like_any_message_from_outside() -> None:
    """E4, F2: at most `block_timeout`; then the letter is as it was."""
    async with running(DeliveryPolicy(retry=ONCE, max_queue=1, block_timeout=3)) as bus:
        worker = Worker()
        letter = await dead(bus, worker)
        worker.seconds = 60
        await bus.send_to_component(message("a", "busy"))
        with pytest.raises(QueueFullError):
            await bus.replays.replay(letter.dlq_id)
        assert bus.core.dead.get(letter.dlq_id).state == "open"


@virtual_time
async def test_a_component_that_was_removed_for_good_gets_no_replays() -> None:
    """E4: it would only die again."""
    async with running(DeliveryPolicy(retry=ONCE, on_remove="dead_letter")) as bus:
        letter = await dead(bus, Worker())
        endpoint = bus.core.endpoints["a"]
        endpoint.state = EndpointState.DRAINING
        bus.serving.park(endpoint)
        with pytest.raises(UnknownComponentError):
            await bus.replays.replay(letter.dlq_id)


@pytest.mark.parametrize("limit", ["max_queue", "max_session_queue"])
@virtual_time
async def test_a_replay_is_refused_where_it_would_be_dropped_and_its_letter_stays_open(limit: str) -> None:
    """E2, F2: what is kept is not lost by being tried again."""
    policy = DeliveryPolicy(overflow="drop_new", retry=ONCE, **{limit: 2})
    async with running(policy) as bus:
        worker = hired(bus, failures={1: 1})
        await send(bus, (1,))
        await bus.idleness.reached()
        bus.holds.pause("a")
        await send(bus, (2, 3))
        letter = bus.core.dead.list()[0]
        with pytest.raises(QueueFullError, match=r"a: .*queue is full \(2 of 2\)"):
            await bus.replays.replay(letter.dlq_id)
        assert bus.core.dead.get(letter.dlq_id).state == "open"
        bus.holds.resume("a")
        await bus.idleness.reached()
        worker.failures = {}
        await bus.replays.replay(letter.dlq_id)
        await bus.idleness.reached()
        assert worker.numbers() == [2, 3, 1]
