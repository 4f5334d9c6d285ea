"""What the bus counts, and what becomes a record (bus.md J1)."""

from __future__ import annotations

import asyncio

import pytest

from support.bus import EVERY_SECOND, PUBLISHED, Worker, message, records, routed, running
from support.virtual_loop import EPOCH, VirtualClock, later, virtual_time
from woodwork_engine.bus.counters import BUCKETS, Beat, Histogram, Window, percentile_ms
from woodwork_engine.bus.housekeeping import IDLE_LANE_SECONDS, MOST_SESSIONS, TIDY_EVERY
from woodwork_engine.events import EventLog
from woodwork_engine.policy import DeliveryPolicy


@virtual_time
async def test_the_published_statistics_count_what_happened() -> None:
    """J1: under their published names."""
    async with running(DeliveryPolicy(retry=EVERY_SECOND)) as bus:
        worker = Worker(seconds=0.5)
        worker.failures = {1: 1, 2: 9}
        bus.register_component_handler("a", worker)
        await bus.subscribe("news.*", worker)
        await bus.subscribe("news.*", worker, session_id="x")
        for number in range(4):
            await bus.send_to_component(message("a", number))
        await bus.send_to_component(message("nobody", 9))
        await bus.idleness.reached()
        stats = bus.get_stats()
    assert set(stats) == PUBLISHED
    expected = {
        "messages_published": 5, "messages_delivered": 3, "messages_failed": 1, "messages_retried": 4,
        "messages_dead_lettered": 1, "active_subscriptions": 2, "active_topics": 1, "registered_components": 1,
        "queued_messages": 1, "peak_queue_size": 4, "delivery_failures": 5, "retry_exhausted": 1, "running": True,
        "delivery_success_rate": 0.75, "dead_letter_queue_size": 1, "retry_queue_size": 0,
        "component_handlers": ["a"], "unhandled_messages": 1, "avg_delivery_time_ms": 500.0,
    }  # fmt: skip
    assert {name: stats[name] for name in expected} == expected


@virtual_time
async def test_every_transition_is_one_record_with_every_key() -> None:
    """J1: in order, numbered without gaps, and the envelope's origin in each."""
    log = EventLog()
    async with running(DeliveryPolicy(retry=EVERY_SECOND), log=log) as bus:

        async def step(delivery: object, data: object) -> object:
            await asyncio.sleep(0.25)
            if delivery.attempt == 1:
                raise ConnectionError("once")
            return data

        routed(bus, {"in": ("a",), "a": ("b",)}, {"a": step, "b": lambda _d, _: None}, revision=3)
        root = await bus.outbox.emit("in", "input.received", {"n": 1}, session="s")
        await bus.outbox.emit("a-dead-end", "x", 1, session="s")
        await bus.idleness.reached()
    kept = records(log)
    assert [(record.type, record.target, record.attempt) for record in kept] == [
        ("emitted", None, None),
        ("queued", "a", None),
        ("emitted", None, None),
        ("unroutable", None, None),
        ("started", "a", 1),
        ("failed", "a", 1),
        ("retry_scheduled", "a", 1),
        ("started", "a", 2),
        ("emitted", None, None),
        ("queued", "b", None),
        ("ok", "a", 2),
        ("started", "b", 1),
        ("ok", "b", 1),
    ]
    assert [record.seq for record in kept] == list(range(1, 14))
    assert all(record.rev == 3 and record.session_id == "s" for record in kept)
    ok = kept[10].to_dict()
    assert ok == {
        "seq": 11, "ts": EPOCH + 1.5, "type": "ok", "message_id": root, "session_id": "s", "source": "in",
        "target": "a", "event_type": "input.received", "attempt": 2, "rev": 3, "duration_ms": 250.0,
        "correlation_id": root, "causation_id": None, "data": {"outputs": [f"{root}/a.0"]},
    }  # fmt: skip
    assert kept[1].details() == {"depth": 1}
    assert kept[8].to_dict()["causation_id"] == root
    assert kept[5].duration_ms == 250.0


@virtual_time
async def test_messages_are_counted_per_component_and_per_route() -> None:
    """J1: across revisions."""
    async with running() as bus:
        steps = {"a": lambda _d, data: data, "b": lambda _d, _: None, "c": lambda _d, _: None}
        routed(bus, {"in": ("a",), "a": ("b", "c")}, steps)
        for number in range(5):
            await bus.outbox.emit("in", "x", number, session="s")
        await bus.idleness.reached()
        routed(bus, {"in": ("a",), "a": ("b",)}, steps, revision=2)
        await bus.outbox.emit("in", "x", 5, session="s")
        await bus.idleness.reached()
        edges = {key: edge.count for key, edge in bus.core.edges.items()}
        endpoints = bus.core.endpoints
    assert edges == {("in", "a"): 6, ("a", "b"): 6, ("a", "c"): 5}
    assert [(endpoints[n].accepted, endpoints[n].ok, endpoints[n].emitted) for n in "abc"] == [
        (6, 6, 6), (6, 6, 0), (5, 5, 0)
    ]  # fmt: skip
    assert (endpoints["in"].emitted, endpoints["in"].accepted) == (6, 0)


@virtual_time
async def test_durations_are_counted_in_powers_of_two_microseconds() -> None:
    """J1: per component and per session."""
    async with running() as bus:
        bus.register_component_handler("a", Worker(seconds=0.001))
        for number in range(3):
            await bus.send_to_component(message("a", number))
        await bus.idleness.reached()
        counts = bus.core.endpoints["a"].histogram.counts()
        assert {bucket: number for bucket, number in enumerate(counts) if number} == {10: 3}
        assert bus.core.sessions["s"].histogram.counts() == counts


@pytest.mark.parametrize(("seconds", "bucket"), [(0, 0), (1e-6, 1), (2e-6, 2), (3e-6, 2), (1023e-6, 10), (1e9, 39)])
def test_a_duration_is_in_the_bucket_below_whose_power_of_two_it_lies(seconds: float, bucket: int) -> None:
    """J1: bucket n holds less than 2 ** n microseconds."""
    histogram = Histogram()
    histogram.add(seconds)
    assert histogram.counts().index(1) == bucket
    assert len(histogram.counts()) == BUCKETS


def test_percentiles_lie_within_their_bucket() -> None:
    """J1: by linear interpolation."""
    histogram = Histogram()
    for _ in range(99):
        histogram.add(100e-6)
    histogram.add(1.0)
    assert 0.064 <= percentile_ms(histogram.counts(), 0.5) <= 0.128
    assert 0.064 <= percentile_ms(histogram.counts(), 0.99) <= 0.128
    assert 524 <= percentile_ms(histogram.counts(), 1.0) <= 1049
    assert percentile_ms((0,) * BUCKETS, 0.5) == 0.0


def test_a_window_forgets_what_is_older_than_a_minute() -> None:
    """J1, H5: rates over five seconds, growth over sixty, one bar a second."""
    window = Window()
    for second in range(200):
        window.sample(1000.0 + second, min(second, 100) * 10)
    assert window.growth(0, 1000) == 0
    assert window.rate(1199.5, 0, 1000) == 0.0
    assert window.per_second(0) == (0,) * 60
    busy = Window()
    for second in range(100):
        busy.sample(1000.0 + second, second * 10)
    assert busy.growth(0, 990) == 600
    assert busy.rate(1099.0, 0, 990) == 10.0
    assert busy.per_second(0) == (10,) * 60


def test_a_counter_that_stood_still_need_not_be_sampled() -> None:
    """J1: with a shared beat its window still tells how long it has been quiet."""
    beat = Beat()
    clock, quiet = Window(beat), Window(beat)
    quiet.sample(0.0, 0)
    for second in range(1, 31):
        clock.sample(float(second), second)
        if second == 10:
            quiet.sample(10.0, 7)
    activity = quiet.per_second(0)
    assert (len(activity), activity.index(7), sum(activity)) == (30, 9, 7)
    assert quiet.rate(30.0, 0, 7) == 0.0
    assert quiet.growth(0, 7) == 7


@virtual_time
async def test_rates_and_activity_follow_the_messages() -> None:
    """J1: settled a second, over the last five."""
    async with running() as bus:
        bus.register_component_handler("a", Worker())
        for second in range(10):
            for number in range(20):
                await bus.send_to_component(message("a", number, f"s{second}"))
            await later(1)
        assert bus.get_stats()["messages_per_second"] == pytest.approx(20, abs=1)
        assert bus.core.window.per_second(1)[-3:] == (20, 20, 20)
        assert sum(bus.core.sessions["s3"].window.per_second(0)) == 20


@virtual_time
async def test_a_route_that_is_taken_for_the_first_time_is_as_fast_as_its_target() -> None:
    """J1: one message after a long while is no burst."""
    async with running() as bus:
        bus.register_component_handler("a", Worker())
        await later(20)
        await bus.send_to_component(message("a"))
        await later(0.2)
        (edge,) = (edge for edge in bus.core.edges.values() if edge.target == "a")
        endpoint = bus.core.endpoints["a"]
        now = VirtualClock().time()
        assert edge.window.rate(now, 0, edge.count) == endpoint.window.rate(now, 0, endpoint.accepted) < 0.3


@virtual_time
async def test_idle_lanes_and_the_oldest_sessions_are_let_go() -> None:
    """H4, J1: nothing piles up with every new session."""
    async with running(DeliveryPolicy(max_queue=10**6)) as bus:
        bus.register_component_handler("a", Worker())
        for number in range(MOST_SESSIONS + 500):
            await bus.send_to_component(message("a", number, f"s{number}"))
        await bus.idleness.reached()
        await bus.send_to_component(message("nobody", 1, "kept"))
        assert len(bus.core.endpoints["a"].lanes) == MOST_SESSIONS + 500
        await later(IDLE_LANE_SECONDS + TIDY_EVERY + 2)
        assert bus.core.endpoints["a"].lanes == {}
        assert list(bus.core.endpoints["nobody"].lanes) == ["kept"]
        assert len(bus.core.sessions) == MOST_SESSIONS
        assert bus.core.sessions["kept"].lanes == 1


@virtual_time
async def test_who_has_the_loop_is_known_while_it_has_it() -> None:
    """J1: for whoever watches from another thread, also after a handler has waited."""
    async with running() as bus:
        seen: list[str | None] = [bus.core.busy]

        async def handler(_envelope: object) -> None:
            seen.append(bus.core.busy)
            await asyncio.sleep(1)
            seen.append(bus.core.busy)

        bus.register_component_handler("a", handler)
        await bus.send_to_component(message("a", 1))
        await bus.idleness.reached()
    assert seen == [None, "a", "a"]
    assert bus.core.busy is None
