"""Effectively once: duplicates at acceptance and at the start, the window, fences (bus.md C3)."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from support.bus import ONCE, Worker, message, records, routed, running
from support.engines import running as running_flow
from support.virtual_loop import VirtualClock, later, until, virtual_time
from woodwork_engine import MessageEnvelope, current_context
from woodwork_engine.bus.memory import InMemoryMessageBus
from woodwork_engine.bus.seen import Seen
from woodwork_engine.delivery import fences_from
from woodwork_engine.errors import QueueFullError
from woodwork_engine.events import EventLog
from woodwork_engine.message import DeliveryMode
from woodwork_engine.policy import DedupePolicy, DeliveryPolicy, RetryPolicy


def once(**more: object) -> DeliveryPolicy:
    return DeliveryPolicy(delivery="effectively_once", retry=RetryPolicy(base=1, jitter="none"), **more)


@virtual_time
async def test_the_same_message_sent_again_is_accepted_without_a_delivery_and_told() -> None:
    """C3: by its id; True as for the first, one more duplicate, one note, nothing in the lane."""
    log = EventLog()
    async with running(once(), log=log) as bus:
        worker = Worker()
        bus.register_component_handler("a", worker)
        first = message("a", 1)
        assert await bus.send_to_component(first)
        assert await bus.send_to_component(first)
        await bus.idleness.reached()
        assert await bus.send_to_component(first)
        await bus.idleness.reached()
        endpoint = bus.core.endpoints["a"]
        assert (endpoint.duplicates, endpoint.accepted, endpoint.ok) == (2, 1, 1)
    assert worker.numbers() == [1]
    assert len(records(log, "emitted")) == 1
    notes = records(log, "note")
    assert [(note.message_id, note.target, note.details()["event"]) for note in notes] == [
        (first.message_id, "a", "duplicate")
    ] * 2
    assert notes[0].details()["first"] == first.message_id


@virtual_time
async def test_a_dedupe_key_makes_messages_the_same_within_a_session() -> None:
    """C3: (session, key); the id that is told is that of the first."""
    log = EventLog()
    async with running(once(), log=log) as bus:
        worker = Worker()
        bus.register_component_handler("a", worker)
        first = message("a", 1, "x", dedupe_key="order-7")
        await bus.send_to_component(first)
        await bus.send_to_component(message("a", 2, "x", dedupe_key="order-7"))
        await bus.send_to_component(message("a", 3, "y", dedupe_key="order-7"))
        await bus.send_to_component(message("a", 4, "x", dedupe_key="order-8"))
        await bus.idleness.reached()
    assert sorted(number for _, number in worker.done) == [1, 3, 4]
    assert [note.details() for note in records(log, "note")] == [
        {"event": "duplicate", "first": first.message_id, "dedupe_key": "order-7"}
    ]


@virtual_time
async def test_a_message_for_several_targets_is_looked_up_at_each() -> None:
    """C3, C5: one delivery for each target that has not had it."""
    async with running(DeliveryPolicy()) as bus:
        got: list[tuple[str, object]] = []
        policies = {"once": once(), "often": DeliveryPolicy()}
        steps = {name: lambda d, payload: got.append((d.target, payload)) for name in policies}
        routed(bus, {"in": ("once", "often")}, steps, policies)
        ids = [await bus.outbox.emit("in", "x", number, session="s", dedupe_key="k") for number in (1, 2)]
        await bus.idleness.reached()
    assert ids[0] == ids[1]
    assert sorted(got, key=str) == [("often", 1), ("often", 2), ("once", 1)]


@virtual_time
async def test_the_id_of_the_first_is_returned_to_who_sends_again() -> None:
    """C3: emit and send with a dedupe_key."""
    async with running(once()) as bus:
        routed(bus, {"in": ("a",)}, {"a": lambda _d, _p: None})
        first = await bus.outbox.send("in", "a", "x", 1, session="s", dedupe_key="k")
        assert await bus.outbox.send("in", "a", "x", 2, session="s", dedupe_key="k") == first
        assert await bus.outbox.emit("in", "x", 3, session="s", dedupe_key="k") == first
        assert await bus.outbox.emit("in", "x", 4, session="s", dedupe_key="other") != first


@virtual_time
async def test_an_output_with_a_key_is_the_same_message_as_an_earlier_one() -> None:
    """C3, C4: staged with the key, looked up when it leaves."""
    async with running(DeliveryPolicy()) as bus:
        got: list[object] = []

        async def step(_delivery: object, payload: object) -> None:
            await bus.outbox.emit("a", "out", payload, dedupe_key="k")

        routed(bus, {"a": ("b",)}, {"a": step, "b": lambda _d, p: got.append(p)}, {"a": DeliveryPolicy(), "b": once()})
        for number in (1, 2):
            await bus.outbox.send(None, "a", "x", number, session="s")
        await bus.idleness.reached()
        assert bus.core.endpoints["b"].duplicates == 1
    assert got == [1]


@virtual_time
async def test_a_topic_has_a_window_for_each_subscriber() -> None:
    """C3: publish."""
    async with running(once()) as bus:
        workers = [Worker(), Worker()]
        for worker in workers:
            await bus.subscribe("news", worker)
        news = MessageEnvelope({"n": 1}, "news", created_at=VirtualClock().time())
        assert await bus.publish(news)
        assert await bus.publish(news)
        await bus.idleness.reached()
    assert [worker.numbers("default") for worker in workers] == [[1], [1]]


@pytest.mark.parametrize("mode", [DeliveryMode.EFFECTIVELY_ONCE, "effectively_once"])
@virtual_time
async def test_what_the_envelope_says_goes_before_what_the_component_says(mode: str) -> None:
    """C3, A2: once at a component that says nothing, and as often as sent where the envelope says so."""
    async with running(DeliveryPolicy()) as bus:
        worker, other = Worker(), Worker()
        bus.register_component_handler("a", worker)
        mine = message("a", 1, delivery_mode=mode)
        plain = message("a", 2)
        for one in (mine, mine, plain, plain):
            await bus.send_to_component(one)
        bus.core.endpoint("b").policy = once()
        bus.register_component_handler("b", other)
        often = message("b", 3, delivery_mode=DeliveryMode.AT_LEAST_ONCE)
        for one in (often, often):
            await bus.send_to_component(one)
        await bus.idleness.reached()
    assert worker.numbers() == [1, 2, 2]
    assert other.numbers() == [3, 3]


@virtual_time
async def test_a_duplicate_needs_no_room() -> None:
    """C3, F2: where the target is full and rejects, or blocks."""
    async with running(once(max_queue=1, overflow="reject")) as bus:
        worker = Worker()
        worker.gate = asyncio.Event()
        bus.register_component_handler("a", worker)
        first = message("a", 1)
        await bus.send_to_component(first)
        assert await bus.send_to_component(first)
        with pytest.raises(QueueFullError):
            await bus.send_to_component(message("a", 2))
        worker.gate.set()
        await bus.idleness.reached()
        assert await bus.send_to_component(message("a", 2))
        await bus.idleness.reached()
    assert worker.numbers() == [1, 2]


@virtual_time
async def test_what_was_refused_was_not_seen() -> None:
    """C3, F7: a call that is cancelled, or runs into its timeout, may be made again."""
    async with running(once(max_queue=1, block_timeout=5)) as bus:
        worker = Worker(seconds=20)
        bus.register_component_handler("a", worker)
        await bus.send_to_component(message("a", 1))
        second = message("a", 2)
        with pytest.raises(QueueFullError):
            await bus.send_to_component(second)
        waiting = asyncio.create_task(bus.send_to_component(second))
        await later()
        waiting.cancel()
        await asyncio.wait([waiting])
        await later(20)
        assert await bus.send_to_component(second)
        await bus.idleness.reached()
        assert bus.core.endpoints["a"].duplicates == 0
    assert worker.numbers() == [1, 2]


@virtual_time
async def test_two_that_wait_for_room_with_one_key_become_one_delivery() -> None:
    """C3, B4: looked up when they are accepted, not only when they came."""
    async with running(once(max_queue=1)) as bus:
        worker = Worker(seconds=1)
        bus.register_component_handler("a", worker)
        await bus.send_to_component(message("a", 1))
        sent = [bus.send_to_component(message("a", number, dedupe_key="k")) for number in (2, 3)]
        assert await asyncio.gather(*sent) == [True, True]
        await bus.idleness.reached()
        assert bus.core.endpoints["a"].duplicates == 1
    assert worker.numbers() == [1, 2]


@virtual_time
async def test_a_retry_is_no_duplicate_and_a_replay_goes_past_the_window() -> None:
    """C3, E4: the dedupe key is kept for the handler."""
    async with running(once()) as bus:
        worker = Worker()
        worker.failures[1] = 5
        bus.register_component_handler("a", worker)
        sent = message("a", 1, dedupe_key="k")
        await bus.send_to_component(sent)
        await bus.idleness.reached()
        letter = bus.core.dead.list()[0]
        assert len(letter.attempts) == 4
        assert await bus.send_to_component(sent), "it was seen, although it died"
        worker.failures.clear()
        await bus.replays.replay(letter.dlq_id)
        await bus.replays.replay(letter.dlq_id, force=True)
        await bus.idleness.reached()
        assert bus.core.endpoints["a"].duplicates == 1
    assert worker.numbers() == [1, 1]
    assert worker.seen[-1].dedupe_key == "k"


@virtual_time
async def test_what_was_handled_after_it_left_the_window_is_not_handled_again() -> None:
    """C3, D8: the window at the start; accepted anew, the second ends as a discarded duplicate."""
    log = EventLog()
    async with running(once(dedupe=DedupePolicy(window=10), ttl=None), log=log) as bus:
        worker = Worker(seconds=15)
        bus.register_component_handler("a", worker)
        first = message("a", 1)
        await bus.send_to_component(first)
        await later(12)
        await bus.send_to_component(first)
        assert bus.core.depth == 2, "too long ago for the window at acceptance"
        await bus.idleness.reached()
        endpoint = bus.core.endpoints["a"]
        assert (endpoint.ok, endpoint.discarded, endpoint.duplicates) == (1, 1, 1)
    assert len(worker.started) == 1
    assert [record.details() for record in records(log, "discarded")] == [{"reason": "duplicate"}]


@virtual_time
async def test_a_duplicate_that_is_late_as_well_is_a_duplicate_first() -> None:
    """C3, D8: dedupe stands before ttl."""
    async with running(once(dedupe=DedupePolicy(window=3), ttl=2)) as bus:
        worker = Worker(seconds=3.5)
        bus.register_component_handler("a", worker)
        first = message("a", 1)
        await bus.send_to_component(first)
        await later(3.2)
        worker.seconds = 2.3  # over between the end of its life and the next sweep
        await bus.send_to_component(message("a", 2))
        await bus.send_to_component(msg_again(first))
        await bus.idleness.reached()
        endpoint = bus.core.endpoints["a"]
        assert (endpoint.ok, endpoint.duplicates, endpoint.dead) == (2, 1, 0)


def msg_again(envelope: MessageEnvelope) -> MessageEnvelope:
    """Return the same message, made anew now."""
    return message("a", 1, message_id=envelope.message_id)


@virtual_time
async def test_the_window_is_over_after_its_time() -> None:
    """C3: and what it held is let go."""
    async with running(once(dedupe=DedupePolicy(window=600))) as bus:
        worker = Worker()
        bus.register_component_handler("a", worker)
        first = message("a", 1)
        await bus.send_to_component(first)
        await later(599)
        await bus.send_to_component(first)
        await later(2)
        assert len(bus.core.endpoints["a"].seen or ()) == 0
        await bus.send_to_component(message("a", 1, message_id=first.message_id))
        await bus.idleness.reached()
    assert worker.numbers() == [1, 1]


@virtual_time
async def test_the_window_holds_so_many_ids_and_the_oldest_go_first() -> None:
    """C3: by size."""
    async with running(once(dedupe=DedupePolicy(max_ids=3))) as bus:
        worker = Worker()
        bus.register_component_handler("a", worker)
        sent = [message("a", number) for number in range(5)]
        for one in sent:
            await bus.send_to_component(one)
            await bus.idleness.reached()
        assert len(bus.core.endpoints["a"].seen or ()) == 3
        await bus.send_to_component(sent[4])
        await bus.send_to_component(sent[0])
        await bus.idleness.reached()
    assert worker.numbers() == [0, 1, 2, 3, 4, 0]


def test_what_is_too_old_goes_in_slices() -> None:
    """C3, H4: at most so many at once, and no more than need to."""
    seen = Seen(DedupePolicy(window=10))
    for number in range(10):
        seen.accept(MessageEnvelope(message_id=str(number)), float(number))
    assert [seen.trim(15.0, 4), seen.trim(15.0, 4), seen.trim(15.0, 4)] == [4, 2, 0]
    seen.policy = DedupePolicy(window=10, max_ids=1)
    assert seen.trim(15.0, 100) == 3


def test_what_was_seen_can_be_kept_and_given_back() -> None:
    """C3: for a store; what was seen since is newer."""
    before, after = Seen(DedupePolicy()), Seen(DedupePolicy())
    done, open_ = MessageEnvelope(message_id="done"), MessageEnvelope(message_id="open")
    before.accept(done, 1.0)
    before.acknowledge(done, 2.0)
    before.accept(open_, 3.0)
    late = MessageEnvelope(message_id="late")
    after.accept(late, 4.0)
    after.restore(before.list())
    assert [one.first for one in after.list()] == ["done", "open", "late"]
    assert after.handled(done, 5.0) == "done"
    assert after.handled(open_, 5.0) is None
    assert after.accepted(open_, 5.0) == "open"


@virtual_time
async def test_the_context_has_what_a_handler_needs_to_be_idempotent_itself() -> None:
    """C3: id, attempt, and a fence that grows from attempt to attempt of a lane, over a restart too."""
    seen: list[tuple[str, int, int]] = []

    async def handler(_envelope: MessageEnvelope) -> None:
        context = current_context()
        assert context is not None
        assert context.fence == (current_context() or context).fence, "one per attempt"
        seen.append((context.message_id, context.attempt, context.fence))
        if context.attempt == 1:
            raise ConnectionError

    async with running(once()) as bus:
        bus.register_component_handler("a", handler)
        sent = [message("a", number) for number in range(3)]
        for one in sent:
            await bus.send_to_component(one)
        await bus.idleness.reached()
        await bus.stop()
        await bus.start()
        await bus.send_to_component(message("a", 9))
        await bus.idleness.reached()
    assert [(i, n) for i, n, _ in seen[:6]] == [(one.message_id, n) for one in sent for n in (1, 2)]
    fences = [fence for _, _, fence in seen]
    assert fences == sorted(set(fences))
    assert fences[0] > 0


def test_a_later_process_draws_greater_fences() -> None:
    """C3: from the clock on."""
    early, late = fences_from(1_000.0), fences_from(1_000.5)
    assert max(next(early) for _ in range(1_000)) < next(late)


async def test_a_thread_that_was_given_up_keeps_the_fence_of_its_own_attempt() -> None:
    """C3, D5: smaller than that of the attempt after it. In real time, because threads know no other."""
    bus = InMemoryMessageBus(policy=DeliveryPolicy(timeout=0.1, retry=RetryPolicy(max_retries=1, base=0)))
    await bus.start()
    release = threading.Event()
    seen: list[tuple[int, int]] = []

    def handler(envelope: MessageEnvelope) -> None:
        if envelope.retry_count == 0:
            release.wait()
        context = current_context()
        assert context is not None
        seen.append((context.attempt, context.fence))

    bus.register_component_handler("a", handler)
    await bus.send_to_component(MessageEnvelope(1, target_component="a"))
    await bus.idleness.reached()
    release.set()
    await until(lambda: len(seen) == 2)
    (second, later_fence), (first, fence) = seen
    assert (first, second) == (1, 2)
    assert 0 < fence < later_fence
    await bus.stop()


@virtual_time
async def test_nobody_who_asks_for_no_fence_pays_for_one() -> None:
    """C3: nothing is kept for it."""
    async with running(DeliveryPolicy(retry=ONCE)) as bus:
        marks: list[object] = []
        routed(bus, {}, {"a": lambda delivery, _payload: marks.append(delivery.marks)})
        await bus.outbox.send(None, "a", "x", 1)
        await bus.idleness.reached()
    assert marks == [None]


def test_a_flow_can_say_that_a_component_is_to_have_a_message_once(tmp_path: Path) -> None:
    """C3: `delivery = effectively_once`, with a key from a script and from inject."""
    (tmp_path / "flow").mkdir()
    (tmp_path / "flow" / "pay.py").write_text(
        "from woodwork_engine import Component\n"
        "class Pay(Component):\n"
        "    async def process(self, data):\n"
        "        await self.emit('paid', data, dedupe_key='k')\n"
    )
    text = """
    pay = function python { path = "pay.py", class = Pay, to = out }
    out = console { delivery = effectively_once, dedupe = { window = 1m, max_ids = 5 } }
    """
    with running_flow(tmp_path / "flow", text) as flow:
        flow.until_rev(1)
        for text in ("one", "two"):
            flow.send("pay", text, "s")
        snapshot = flow.until_empty()
        first = flow.engine.inject("out", "three", session="s", dedupe_key="j").result(20)
        assert flow.engine.inject("out", "four", session="s", dedupe_key="j").result(20) == first
        flow.until_empty()
        assert flow.said() == ["one", "three"]
        assert flow.engine.take_snapshot().result(20).node("out").duplicates == 2
    assert snapshot.plan.node("out").policy.dedupe == DedupePolicy(60.0, 5)
