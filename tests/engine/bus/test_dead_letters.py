"""Dead letters: the record, and the step in which it is made (bus.md E1, E3)."""

from __future__ import annotations

import json
from dataclasses import dataclass

import msgspec

from support.bus import EVERY_SECOND, ONCE, Worker, message, records, routed, running
from support.virtual_loop import EPOCH, later, virtual_time
from woodwork_engine.bus.endpoint import EndpointState
from woodwork_engine.dead_letter import DeadLetter, DeadState
from woodwork_engine.events import EventLog
from woodwork_engine.message import MessageEnvelope
from woodwork_engine.policy import DeliveryPolicy


def fail(_delivery: object, _data: object) -> None:
    raise ValueError("no")


@virtual_time
async def test_a_dead_letter_has_everything_needed_to_understand_it() -> None:
    """E1: the schema, complete."""
    policy = DeliveryPolicy(retry=EVERY_SECOND)
    async with running(policy) as bus:
        steps = {"a": lambda _d, data: data, "b": fail, "c": lambda _d, _: None}
        routed(bus, {"in": ("a",), "a": ("b", "c")}, steps, revision=7)
        root = await bus.outbox.emit("in", "x", {"n": 1}, session="s-1")
        await later()
        await bus.outbox.emit("in", "x", {"n": 2}, session="s-1")
        await bus.idleness.reached()
        first = bus.core.dead.list()[0]
    assert (first.v, first.dlq_id, first.reason, first.at) == (1, "dl-000001", "exhausted", EPOCH + 3)
    assert (first.flow, first.revision, first.state) == ("flow", 7, "open")
    assert (first.route.source, first.route.target, first.route.targets_at_time) == ("a", "b", ("b", "c"))
    envelope = first.envelope
    assert (envelope.payload, envelope.session_id, envelope.target_component) == ({"n": 1}, "s-1", "b")
    assert (envelope.correlation_id, envelope.causation_id, envelope.hop) == (root, root, 1)
    assert (envelope.created_at, envelope.expires_at) == (EPOCH, EPOCH + 300)
    assert [attempt.n for attempt in first.attempts] == [1, 2, 3, 4]
    assert (first.lane.position, first.lane.queued_behind) == (0, 1)
    assert first.worker == first.attempts[-1].worker
    assert first.policy is policy
    assert (first.replay.of, first.replay.count, first.replay.chain) == (None, 0, ())
    assert (first.resolution, first.replay_ok) == (None, None)


@virtual_time
async def test_a_dead_letter_survives_being_written_and_read() -> None:
    """E1: versioned, and plain data throughout."""
    async with running(DeliveryPolicy(retry=ONCE)) as bus:
        routed(bus, {"in": ("a",)}, {"a": fail})
        await bus.outbox.emit("in", "x", {"n": [1, None, "ü"]}, session="s")
        await bus.idleness.reached()
        letter = bus.core.dead.list()[0]
    assert msgspec.json.decode(msgspec.json.encode(letter), type=DeadLetter) == letter


@virtual_time
async def test_dying_and_being_settled_are_one_step() -> None:
    """E3: the delivery is in its lane or it is a dead letter, never both, never neither."""
    log = EventLog()
    async with running(DeliveryPolicy(retry=ONCE), log=log) as bus:
        worker = Worker()
        worker.failures = dict.fromkeys(range(5), 9)
        bus.register_component_handler("a", worker)
        states = []
        add = bus.core.dead.add

        def watched(letter: DeadLetter) -> None:
            add(letter)
            endpoint = bus.core.endpoints["a"]
            states.append((endpoint.depth + endpoint.dead + 1, len(bus.core.dead) - endpoint.dead))

        bus.core.dead.add = watched
        for number in range(5):
            await bus.send_to_component(message("a", number))
        await bus.idleness.reached()
    assert set(states) == {(5, 1)}
    assert [record.type for record in records(log)][-2:] == ["failed", "dead"]


@virtual_time
async def test_a_lane_goes_on_with_the_next_after_a_dead_letter() -> None:
    """E1, B1: the head is given up, the rest is not."""
    async with running(DeliveryPolicy(retry=ONCE)) as bus:
        worker = Worker()
        worker.failures[1] = 9
        bus.register_component_handler("a", worker)
        for number in range(3):
            await bus.send_to_component(message("a", number))
        await bus.idleness.reached()
    assert worker.numbers() == [0, 2]


@virtual_time
async def test_the_list_of_dead_letters_changes_its_version_with_every_change() -> None:
    """E1: so that who shows it need not compare."""
    async with running(DeliveryPolicy(retry=ONCE)) as bus:
        worker = Worker()
        worker.failures[1] = 9
        bus.register_component_handler("a", worker)
        dead, versions = bus.core.dead, [bus.core.dead.version]
        await bus.send_to_component(message("a", 1))
        await bus.idleness.reached()
        versions.append(dead.version)
        bus.dead_letters.discard(["dl-000001"])
        versions.append(dead.version)
        assert (len(dead), dead.list()[0].state) == (0, DeadState.DISCARDED)
        bus.dead_letters.restore(["dl-000001"])
        versions.append(dead.version)
        assert (len(dead), dead.list()[0].state) == (1, DeadState.OPEN)
    assert versions == sorted(set(versions))


@dataclass(frozen=True)
class Odd:
    """A dictionary key that can be written but not read back."""

    x: int


@virtual_time
async def test_a_payload_that_cannot_be_read_becomes_a_dead_letter_that_says_so() -> None:
    """E1: `undecodable`; the lane goes on."""
    async with running(DeliveryPolicy(retry=ONCE)) as bus:
        done: list[object] = []
        routed(bus, {"in": ("a",)}, {"a": lambda _d, data: done.append(data)})
        await bus.outbox.emit("in", "x", {Odd(1): 2}, session="s")
        await bus.outbox.emit("in", "x", "next", session="s")
        await bus.idleness.reached()
        letter = bus.core.dead.list()[0]
    assert done == ["next"]
    assert letter.reason == "undecodable"
    assert "cannot be read" in letter.payload()


@virtual_time
async def test_any_payload_is_shown_as_json_to_be_edited() -> None:
    """E1: bytes, datetimes and odd keys as text."""
    async with running(DeliveryPolicy(retry=ONCE)) as bus:
        routed(bus, {"in": ("a",)}, {"a": fail})
        await bus.outbox.emit("in", "x", {("a", 1): b"x", 2: [{b"k": None}]}, session="s")
        await bus.idleness.reached()
        text = bus.core.dead.list()[0].payload_text()
    assert json.loads(text) == {"('a', 1)": "b'x'", "2": [{"b'k'": None}]}


@virtual_time
async def test_what_a_removed_component_leaves_goes_the_way_its_policy_says() -> None:
    """E1, G3: dead letters or discarded; a running attempt may end, and what arrives afterwards goes the same way."""
    log = EventLog()
    for on_remove, reasons in (("dead_letter", 4), ("discard", 0)):
        async with running(DeliveryPolicy(on_remove=on_remove), log=log) as bus:
            worker = Worker(seconds=5)
            worker.failures[0] = 1
            bus.register_component_handler("a", worker)
            for number in range(3):
                await bus.send_to_component(message("a", number))
            await later(1)
            endpoint = bus.core.endpoints["a"]
            endpoint.state = EndpointState.DRAINING
            bus.relocation.discard_rest(endpoint, dead=on_remove == "dead_letter")
            bus.serving.park(endpoint)
            assert endpoint.depth == 1, "the running one"
            await bus.send_to_component(message("a", 9))
            await bus.idleness.reached()
            assert endpoint.depth == 0
            assert [letter.reason for letter in bus.core.dead.list()] == ["component_removed"] * reasons
            assert endpoint.discarded == 4 - reasons


@virtual_time
async def test_what_waits_for_an_ended_subscription_is_discarded_visibly() -> None:
    """E1: and the subscription leaves nothing behind, not even while a message is handled."""
    log = EventLog()
    async with running(log=log) as bus:
        worker = Worker(seconds=5)
        name = await bus.subscribe("news", worker)
        for number in range(4):
            await bus.publish(MessageEnvelope({"n": number}, "news", "s", created_at=bus.core.clock.time()))
        await later(1)
        assert await bus.unsubscribe(name)
        assert not await bus.unsubscribe(name)
        assert not await bus.publish(MessageEnvelope({"n": 9}, "news"))
        await later(10)
        assert worker.numbers() == [0]
        assert [record.details() for record in records(log, "discarded")] == [{"reason": "unsubscribed"}] * 3
        assert name not in bus.core.endpoints
        stats = bus.get_stats()
        assert (stats["messages_published"], stats["messages_delivered"], stats["active_subscriptions"]) == (4, 1, 0)
        assert stats["registered_components"] == 0
