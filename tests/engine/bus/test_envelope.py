"""Envelopes: identity, origin, payloads (bus.md A)."""

from __future__ import annotations

import copy
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from support.bus import Worker, message, records, routed, running
from support.virtual_loop import later, virtual_time
from woodwork_engine.bus.memory import InMemoryMessageBus
from woodwork_engine.delivery import Delivery
from woodwork_engine.errors import PayloadError
from woodwork_engine.events import EventLog
from woodwork_engine.message import IdSource, MessageEnvelope, child_id, new_id

PUBLISHED = {
    "message_id", "session_id", "event_type", "payload", "sender_component", "target_component", "delivery_mode",
    "pattern", "created_at", "max_retries", "ttl_seconds", "retry_count", "correlation_id", "causation_id", "hop",
    "expires_at", "dedupe_key", "revision", "replay_of", "replay_count", "priority", "traceparent", "tracestate",
}  # fmt: skip


def test_an_envelope_cannot_be_changed() -> None:
    """A1: what happens to a message on its way is never in its envelope."""
    envelope = MessageEnvelope({"n": 1})
    with pytest.raises(AttributeError):
        envelope.session_id = "other"
    assert not {"attempt", "due", "history"} & set(envelope.to_dict())


@virtual_time
async def test_a_retried_message_is_still_the_envelope_that_was_accepted() -> None:
    """A1: attempts and due times are kept beside the envelope, not in it."""
    async with running() as bus:
        worker = Worker()
        worker.failures[1] = 2
        bus.register_component_handler("a", worker)
        sent = message("a", 1)
        await bus.send_to_component(sent)
        await bus.idleness.reached()
    assert sent == worker.seen[0], "the first attempt sees what was sent"
    assert [seen.message_id for seen in worker.seen] == [sent.message_id] * 3


def test_an_envelope_carries_the_published_names_there_and_back() -> None:
    """A2: `to_dict` and `from_dict`; limits of None mean that the policy decides."""
    envelope = MessageEnvelope({"n": 1}, session_id="s", dedupe_key="k", traceparent="00-a-b-01")
    assert set(envelope.to_dict()) == PUBLISHED
    assert MessageEnvelope.from_dict(envelope.to_dict()) == envelope
    assert (envelope.max_retries, envelope.ttl_seconds) == (None, None)


def test_an_envelope_knows_whether_it_is_expired_and_may_be_retried() -> None:
    """A2: `is_expired` and `can_retry`."""
    envelope = MessageEnvelope(created_at=100.0, ttl_seconds=5, max_retries=1)
    assert [envelope.is_expired(104.9), envelope.is_expired(105.0)] == [False, True]
    assert MessageEnvelope(expires_at=50.0, ttl_seconds=1e9).is_expired(50.0)
    assert not MessageEnvelope().is_expired()
    assert envelope.can_retry()
    assert not MessageEnvelope(max_retries=1, retry_count=1).can_retry()
    assert MessageEnvelope(retry_count=99).can_retry(), "no limit of its own"


@virtual_time
async def test_a_retry_tells_how_many_attempts_were_made_before() -> None:
    """A2: the copy a handler gets on a retry has `retry_count` set."""
    async with running() as bus:
        worker = Worker()
        worker.failures[1] = 3
        bus.register_component_handler("a", worker)
        await bus.send_to_component(message("a", 1))
        await bus.idleness.reached()
    assert [seen.retry_count for seen in worker.seen] == [0, 1, 2, 3]


def test_ids_are_unique_and_sort_in_the_order_they_were_made() -> None:
    """A3: 12 hex digits of milliseconds, a prefix, a counter."""
    ids = [new_id() for _ in range(20_000)]
    assert len(set(ids)) == 20_000
    assert ids == sorted(ids)


@pytest.mark.parametrize("times", [[1.0, 1.0, 0.5, 1.0005, 1.001, 1.0019, 0.0, 2.0] * 2_000, [1.001] * 5_000])
def test_ids_stay_unique_and_sorted_when_the_clock_stands_still_or_goes_back(times: list[float]) -> None:
    """A3: never backwards, however many are made in one millisecond."""
    source = IdSource("abcdef")
    ids = [source.new(at) for at in times]
    assert ids == sorted(set(ids))
    assert ids[0][12:20] == "-abcdef-"


def test_ids_made_in_several_threads_are_unique() -> None:
    """A3: sync handlers make envelopes in threads of their own."""
    source, moments = IdSource(), count()
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as threads:
            made = threads.map(lambda _: [source.new(next(moments) / 1e5) for _ in range(5_000)], range(8))
            ids = [one for some in made for one in some]
    finally:
        sys.setswitchinterval(before)
    assert len(set(ids)) == len(ids)


@virtual_time
async def test_every_attempt_gives_its_outputs_the_same_ids() -> None:
    """A4: a child's id follows from its parent's, the source and the output's number."""
    async with running() as bus:
        staged: list[list[str]] = []

        async def step(delivery: Delivery, _data: object) -> None:
            ids = [await bus.outbox.emit("a", "out", number) for number in range(3)]
            staged.append(ids)
            if delivery.attempt == 1:
                raise ConnectionError("once")

        worker = Worker()
        routed(bus, {"in": ("a",), "a": ("b",)}, {"a": step, "b": lambda _d, data: worker.done.append(("s", data))})
        parent = await bus.outbox.emit("in", "input.received", {"n": 1}, session="s")
        await bus.idleness.reached()
    assert staged[0] == staged[1] == [child_id(parent, "a", number) for number in range(3)]
    assert worker.numbers() == [0, 1, 2]


def test_a_childs_id_stays_short_and_distinct_however_deep_it_is() -> None:
    """A4: long chains are hashed."""
    one, other = new_id(), new_id()
    for _ in range(200):
        one, other = child_id(one, "component", 0), child_id(other, "component", 0)
    assert len(one) <= 120
    assert one != other
    assert child_id(one, "a", 0) != child_id(one, "a", 1)


@virtual_time
async def test_children_tell_where_they_come_from() -> None:
    """A5: correlation is the ingress message, causation the direct parent, hop one more than the parent's."""
    async with running() as bus:
        seen: list[MessageEnvelope] = []

        def step(delivery: Delivery, data: object) -> object:
            seen.append(delivery.envelope)
            return data

        routed(bus, {"in": ("a",), "a": ("b",), "b": ("c",)}, {"a": step, "b": step, "c": step})
        ingress = await bus.outbox.emit("in", "input.received", "x", session="s")
        await bus.idleness.reached()
    assert [one.correlation_id for one in seen] == [ingress] * 3
    assert [one.causation_id for one in seen] == [None, seen[0].message_id, seen[1].message_id]
    assert [one.hop for one in seen] == [0, 1, 2]


@virtual_time
async def test_what_a_bare_handler_sends_tells_where_it_comes_from_too() -> None:
    """A5: on the bare bus as well, and in the records of it."""
    log = EventLog()
    async with running(log=log) as bus:
        last = Worker()

        async def first(envelope: MessageEnvelope) -> None:
            await bus.send_to_component(message("b", 1, sender_component="a"))

        bus.register_component_handler("a", first)
        bus.register_component_handler("b", last)
        sent = message("a", 1)
        await bus.send_to_component(sent)
        await bus.idleness.reached()
    child = last.seen[0]
    assert (child.correlation_id, child.causation_id, child.hop) == (sent.message_id, sent.message_id, 1)
    assert {record.correlation_id for record in records(log, "emitted", "ok")} == {sent.message_id}


FLAT_OR_NOT = pytest.mark.parametrize("payload", [{"n": 1}, {"n": 1, "list": [2]}])


@FLAT_OR_NOT
@virtual_time
async def test_a_handler_that_changes_its_payload_changes_it_for_nobody_else(payload: dict[str, object]) -> None:
    """A7: not for a sibling target, a retry, the log or the dead letter."""
    given = copy.deepcopy(payload)
    log = EventLog()
    async with running(log=log) as bus:
        seen: list[object] = []

        async def vandal(envelope: MessageEnvelope) -> None:
            seen.append(dict(envelope.payload))
            envelope.payload.clear()
            raise ConnectionError("always")

        await bus.subscribe("news", vandal)
        await bus.subscribe("news", vandal)
        await bus.publish(MessageEnvelope(payload, "news", target_component="x", created_at=bus.core.clock.time()))
        await bus.idleness.reached()
        letters = bus.core.dead.list()
    assert seen == [given] * 8, "two targets, four attempts each"
    assert [letter.payload() for letter in letters] == [given] * 2
    assert records(log, "emitted")[0].details()["payload"] == payload == given


@FLAT_OR_NOT
@virtual_time
async def test_a_sender_may_change_its_payload_once_several_have_got_it(payload: dict[str, object]) -> None:
    """A7: they get what it was when it was accepted."""
    given = copy.deepcopy(payload)
    async with running() as bus:
        first, second = Worker(), Worker()
        await bus.subscribe("news", first)
        await bus.subscribe("news", second)
        await bus.publish(MessageEnvelope(payload, "news", created_at=bus.core.clock.time()))
        payload["n"] = 2
        await bus.idleness.reached()
    assert [envelope.payload for envelope in (*first.seen, *second.seen)] == [given] * 2


@virtual_time
async def test_the_bare_bus_gives_the_first_attempt_of_a_single_target_the_object_itself() -> None:
    """A7: copies are made where somebody else may look at the payload too."""
    async with running() as bus:
        worker = Worker()
        worker.failures[1] = 1
        bus.register_component_handler("a", worker)
        sent = message("a", 1)
        await bus.send_to_component(sent)
        await bus.idleness.reached()
    assert worker.seen[0].payload is sent.payload
    assert worker.seen[1].payload is not sent.payload


@pytest.mark.parametrize("bad", [object(), {"x": {1, object()}}, [[lambda: 1]]])
async def test_what_cannot_be_encoded_is_refused_where_it_is_sent(bad: object) -> None:
    """A7: with the path to the value; nothing is accepted."""
    bus = InMemoryMessageBus()
    await bus.start()
    with pytest.raises(PayloadError, match=r"payload at \$"):
        await bus.send_to_component(MessageEnvelope(bad, target_component="a"))
    with pytest.raises(PayloadError):
        await bus.outbox.emit("in", "x", bad)
    assert bus.core.depth == 0
    await bus.stop()


@virtual_time
async def test_messages_of_components_are_decoded_anew_for_every_attempt() -> None:
    """A7: in the engine each attempt has its own copy."""
    async with running() as bus:
        seen: list[object] = []

        def step(_delivery: Delivery, data: dict[str, object]) -> None:
            seen.append(dict(data))
            data["n"] = "spoilt"
            if len(seen) < 3:
                raise ConnectionError("again")

        routed(bus, {"in": ("a", "b")}, {"a": step, "b": step})
        await bus.outbox.emit("in", "x", {"n": 1}, session="s")
        await bus.idleness.reached()
        await later()
    assert all(one == {"n": 1} for one in seen)
