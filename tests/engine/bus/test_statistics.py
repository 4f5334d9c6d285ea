"""The statistics of a bus against a count by hand (bus.md J1)."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.bus import PUBLISHED, make_bus, message, records
from support.virtual_loop import later, run_virtually
from woodwork_engine.bus.memory import InMemoryMessageBus
from woodwork_engine.dead_letter import DeadState
from woodwork_engine.errors import QueueFullError, WoodworkError
from woodwork_engine.events import EventLog
from woodwork_engine.message import DeliveryMode, MessageEnvelope
from woodwork_engine.policy import DeliveryPolicy, RetryPolicy
from woodwork_engine.record import Record

SECONDS = 0.25
"""How long an attempt takes that is neither late nor fails."""
POLICY = DeliveryPolicy(
    retry=RetryPolicy(2, base=1, factor=1, jitter="none"), timeout=2.0, ttl=8.0, max_queue=4, block_timeout=0.5
)
TARGETS = {
    "plain": {},
    "once": {"delivery": "at_most_once"},
    "seen": {"delivery": "effectively_once"},
    "newest": {"overflow": "drop_new", "max_queue": 2},
    "oldest": {"overflow": "drop_oldest", "max_queue": 2},
    "refusing": {"overflow": "reject", "max_queue": 2},
    "loose": {"ordering": "none"},
    "nobody": None,
}
ENDS = ("ok", "dead", "dropped", "discarded")

Step = tuple[object, ...]
_send = st.tuples(
    st.just("send"), st.sampled_from(sorted(TARGETS)), st.integers(0, 4), st.sampled_from("st"),
    st.sampled_from([None, None, *DeliveryMode]),
)  # fmt: skip
STEPS = st.lists(
    st.one_of(
        _send, _send, _send, _send, _send,
        st.tuples(st.just("again")),
        st.tuples(st.just("publish"), st.sampled_from(["x.a", "x.b", "y"]), st.integers(0, 4)),
        st.tuples(st.just("subscribe"), st.sampled_from(["x.*", "x.a", "*"]), st.sampled_from([None, "s", "t"])),
        st.tuples(st.just("unsubscribe")),
        st.tuples(st.just("replay"), st.booleans()),
        st.tuples(st.just("discard")),
        st.tuples(st.just("purge"), st.sampled_from(sorted(TARGETS)), st.sampled_from("st")),
        st.tuples(st.just("kill")),
        st.tuples(st.just("unregister"), st.sampled_from(["plain", "once"])),
        st.tuples(st.just("register"), st.sampled_from(["plain", "once"])),
        st.tuples(st.just("wait"), st.sampled_from([0.1, 0.5, 1.0, 3.0, 12.0])),
    ),
    min_size=20,
    max_size=60,
)  # fmt: skip


class Traffic:
    """Does what the steps say and counts by hand what is seen from outside and inside the handlers."""

    def __init__(self, bus: InMemoryMessageBus) -> None:
        self.bus = bus
        self.seen: Counter[str] = Counter()
        self.topics: dict[str, tuple[str, str | None]] = {}
        self.handlers = {name for name, policy in TARGETS.items() if policy is not None}
        self.sent: list[MessageEnvelope] = []
        self.number = 0

    async def handle(self, envelope: MessageEnvelope) -> None:
        """Succeed, or fail as often as the message says: every third time by being late."""
        if envelope.payload["n"] > envelope.retry_count:
            if envelope.payload["n"] == 3:
                try:
                    await asyncio.sleep(60)
                except asyncio.CancelledError:
                    self.seen["late"] += 1
                    raise
            self.seen["raised"] += 1
            raise ConnectionError("as told")
        await asyncio.sleep(SECONDS)
        self.seen["succeeded"] += 1

    async def take(self, step: Step) -> None:
        """Do one step."""
        await getattr(self, f"_{step[0]}")(*step[1:])

    async def _accepted(self, envelope: MessageEnvelope, targets: int) -> None:
        try:
            if envelope.target_component is None:
                assert await self.bus.publish(envelope) is (targets > 0)
            else:
                await self.bus.send_to_component(envelope)
        except QueueFullError:
            self.seen["refused"] += 1
        else:
            self.seen["accepted"] += targets

    async def _send(self, target: str, failures: int, session: str, mode: DeliveryMode | None) -> None:
        self.sent.append(message(target, failures, session, delivery_mode=mode))
        await self._accepted(self.sent[-1], 1)

    async def _again(self) -> None:
        if self.sent:
            self.seen["repeated"] += 1
            await self._accepted(self.sent[-1], 1)

    async def _publish(self, topic: str, failures: int) -> None:
        heard = [
            name
            for name, (wanted, session) in self.topics.items()
            if (wanted in ("*", topic) or (wanted == "x.*" and topic[0] == "x")) and session in (None, "s")
        ]
        envelope = message("-", failures, "s")
        await self._accepted(MessageEnvelope(envelope.payload, topic, "s", created_at=envelope.created_at), len(heard))

    async def _subscribe(self, topic: str, session: str | None) -> None:
        self.topics[await self.bus.subscribe(topic, self.handle, session)] = (topic, session)

    async def _unsubscribe(self) -> None:
        if self.topics:
            name = next(iter(self.topics))
            del self.topics[name]
            assert await self.bus.unsubscribe(name)

    async def _replay(self, force: bool) -> None:
        for letter in self.bus.core.dead.list()[:1]:
            try:
                await self.bus.replays.replay(letter.dlq_id, force=force)
            except QueueFullError:
                self.seen["refused"] += 1
            except WoodworkError:
                continue
            else:
                self.seen["accepted"] += 1
                self.seen["replayed"] += letter.state is DeadState.OPEN

    async def _discard(self) -> None:
        letters = self.bus.core.dead.list()
        self.seen["resolved"] += len(self.bus.dead_letters.discard([one.dlq_id for one in letters[-1:]]))

    async def _purge(self, target: str, session: str) -> None:
        if (endpoint := self.bus.core.endpoints.get(target)) is not None and session in endpoint.lanes:
            with suppress(WoodworkError):
                self.bus.holds.purge(target, session)

    async def _kill(self) -> None:
        for key in list(self.bus.core.waiting)[:1]:
            assert self.bus.kill_retry(key)

    async def _unregister(self, name: str) -> None:
        assert self.bus.unregister_component_handler(name) is (name in self.handlers)
        self.handlers.discard(name)

    async def _register(self, name: str) -> None:
        self.bus.register_component_handler(name, self.handle)
        self.handlers.add(name)

    async def _wait(self, seconds: float) -> None:
        await later(seconds)


def in_lanes(kept: list[Record]) -> Counter[tuple[str, str]]:
    """Return how many deliveries there are now by target and last record; one id accepted twice counts twice."""
    last: dict[tuple[str, str], list[str]] = {}
    for record in kept:
        if record.target is None or record.type in ("note", "blocked"):
            continue
        states = last.setdefault((record.message_id, record.target), [])
        if record.type == "queued":
            states.append("queued")
        elif record.type in ENDS:
            for before in ("retry_scheduled", "started", "failed", "queued"):
                if before in states:
                    states.remove(before)
                    break
        elif states:
            states[0] = record.type
    return Counter((target, state) for (_, target), states in last.items() for state in states)


def deliveries(log: EventLog) -> list[Record]:
    """Return the records of what became of deliveries; what became of a dead letter later is not among them."""
    return [record for record in records(log) if record.type == "dead" or "dlq_id" not in (record.details() or {})]


def compare(traffic: Traffic, log: EventLog) -> None:
    """Compare every statistic with what was counted by hand, and with what the records tell."""
    stats, seen, kept = traffic.bus.get_stats(), traffic.seen, deliveries(log)
    told = Counter(record.type for record in kept)
    reasons = Counter(record.details()["reason"] for record in kept if record.type == "dead")
    duplicates = sum(record.type == "note" and record.details()["event"] == "duplicate" for record in kept)
    expected = {
        "messages_published": seen["accepted"] - duplicates,
        "messages_delivered": told["ok"],
        "messages_failed": told["dead"] + told["dropped"],
        "messages_dead_lettered": told["dead"],
        "messages_dropped": told["dropped"],
        "messages_discarded": told["discarded"],
        "messages_rejected": seen["refused"],
        "messages_retried": told["retry_scheduled"],
        "delivery_failures": told["failed"],
        "timeout_failures": seen["late"],
        "retry_exhausted": reasons["exhausted"],
        "queued_messages": seen["accepted"] - duplicates - sum(told[end] for end in ENDS),
        "active_subscriptions": len(traffic.topics),
        "active_topics": len({topic for topic, _ in traffic.topics.values()}),
        "registered_components": len(traffic.handlers),
        "component_handlers": sorted(traffic.handlers),
        "running": True,
        "peak_queue_size": max((record.details()["depth"] for record in kept if record.type == "queued"), default=0),
    }
    assert {name: stats[name] for name in expected} == expected
    discarded_duplicates = sum(
        record.type == "discarded" and record.details()["reason"] == "duplicate" for record in kept
    )
    assert stats["messages_duplicated"] == duplicates + discarded_duplicates
    assert stats["messages_delivered"] == seen["succeeded"]
    assert stats["delivery_failures"] == seen["raised"] + seen["late"]
    assert stats["dead_letter_queue_size"] == told["dead"] - seen["replayed"] - seen["resolved"]
    assert abs(stats["avg_delivery_time_ms"] - (1000 * SECONDS if seen["succeeded"] else 0)) < 1e-6
    ended = stats["messages_delivered"] + stats["messages_failed"]
    assert stats["delivery_success_rate"] == (stats["messages_delivered"] / ended if ended else 1.0) <= 1.0
    waiting = in_lanes(kept)
    if not seen["repeated"]:  # else records do not tell whose they are
        there = traffic.handlers | set(traffic.topics)
        unhandled = sum(n for (name, state), n in waiting.items() if name not in there and state != "started")
        retrying = sum(n for (_, state), n in waiting.items() if state == "retry_scheduled")
        assert (stats["unhandled_messages"], stats["retry_queue_size"]) == (unhandled, retrying)
        assert waiting.total() == stats["queued_messages"]


async def go_through(steps: list[Step]) -> None:
    log = EventLog()
    bus = make_bus(POLICY, log=log)
    await bus.start()
    traffic = Traffic(bus)
    for name, more in TARGETS.items():
        if more is not None:
            bus.register_component_handler(name, traffic.handle)
            bus.core.endpoint(name).policy = _with(more)
    try:
        for step in steps:
            await traffic.take(step)
            compare(traffic, log)
        await later(60)
        compare(traffic, log)
        stats = bus.get_stats()
        assert (stats["queued_messages"], stats["retry_queue_size"], stats["unhandled_messages"]) == (0, 0, 0)
        assert stats["messages_per_second"] == 0.0
        assert stats["uptime_seconds"] >= 60
        assert set(stats) == PUBLISHED
    finally:
        await bus.stop(drain=False)


def _with(more: dict[str, object]) -> DeliveryPolicy:
    fields = {name: getattr(POLICY, name) for name in ("retry", "timeout", "ttl", "max_queue", "block_timeout")}
    return DeliveryPolicy(**{**fields, **more})


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_every_statistic_is_what_a_count_by_hand_says_after_each_step(steps: list[Step]) -> None:
    """J1: over sends of every mode, drops, duplicates, replays, discards, expiry, late attempts and subscriptions."""
    run_virtually(go_through(steps))
