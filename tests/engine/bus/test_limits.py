"""Room: limits, overflow policies, waiting for it, and cancellation while waiting (bus.md F1-F3, F5, F7)."""

from __future__ import annotations

import asyncio

import pytest

from support.bus import EVERY_SECOND, ONCE, Worker, message, records, routed, running
from support.virtual_loop import later, until, virtual_time
from woodwork_engine.bus.memory import InMemoryMessageBus
from woodwork_engine.errors import QueueFullError, SettingError
from woodwork_engine.events import EventLog
from woodwork_engine.message import MessageEnvelope
from woodwork_engine.policy import DeliveryPolicy, FlowPolicy

SEEDS = pytest.mark.parametrize("seed", range(5))


async def fill(bus: InMemoryMessageBus, session_of: object, most: int = 50) -> int:
    """Send to `a`, which nobody handles, until there is no room; return how many were taken."""
    for number in range(most):
        try:
            await bus.send_to_component(message("a", number, session_of(number)))
        except QueueFullError:
            return number
    return most


REJECT = {"overflow": "reject"}


@pytest.mark.parametrize(
    ("policy", "flow", "room", "what"),
    [
        (DeliveryPolicy(max_queue=7, **REJECT), FlowPolicy(), 7, "queue"),
        (DeliveryPolicy(max_session_queue=5, **REJECT), FlowPolicy(), 15, "session queue"),
        (DeliveryPolicy(block_timeout=1), FlowPolicy(max_messages=11), 11, "flow (max_messages)"),
        (DeliveryPolicy(block_timeout=1), FlowPolicy(max_bytes=9 * 4), 9, "flow (max_bytes)"),
    ],
)
@virtual_time
async def test_no_more_messages_wait_than_each_limit_allows(
    policy: DeliveryPolicy, flow: FlowPolicy, room: int, what: str
) -> None:
    """F1: per component, per lane, per flow in messages and in bytes."""
    async with running(policy, flow=flow) as bus:
        assert await fill(bus, lambda number: f"s{number % 3}") == room
        assert bus.core.depth == room
        with pytest.raises(QueueFullError, match="is full") as caught:
            await bus.send_to_component(message("a", 9, "s0"))
        assert caught.value.what == what


def test_a_lane_may_hold_a_sixteenth_of_the_queue_but_at_least_64() -> None:
    """F1: `max_session_queue` when it is not set."""
    assert DeliveryPolicy().session_limit == 625
    assert DeliveryPolicy(max_queue=100).session_limit == 64
    assert DeliveryPolicy(max_session_queue=3).session_limit == 3


@virtual_time
async def test_what_is_in_flight_or_waits_for_a_retry_counts_as_well() -> None:
    """F1: everything accepted and not settled."""
    policy = DeliveryPolicy(max_queue=3, overflow="reject", retry=EVERY_SECOND)
    async with running(policy) as bus:
        worker = Worker(seconds=0.1)
        worker.failures[1] = 3
        bus.register_component_handler("a", worker)
        for number, session in ((1, "x"), (2, "y"), (3, "z")):
            await bus.send_to_component(message("a", number, session))
        with pytest.raises(QueueFullError):
            await bus.send_to_component(message("a", 4, "w"))
        await later(0.2)
        assert (bus.core.depth, bus.core.endpoints["a"].retrying) == (1, 1)
        await bus.send_to_component(message("a", 4, "w"))
        await bus.send_to_component(message("a", 5, "v"))
        with pytest.raises(QueueFullError):
            await bus.send_to_component(message("a", 6, "u"))


@virtual_time
async def test_a_message_for_several_targets_needs_room_for_each_of_them() -> None:
    """F1, F7: in the flow too; it is accepted by all or by none."""
    async with running(DeliveryPolicy(block_timeout=1), flow=FlowPolicy(max_messages=7)) as bus:
        for _ in range(3):
            await bus.subscribe("news", Worker(seconds=1000))
        envelope = MessageEnvelope({"n": 1}, "news", created_at=bus.core.clock.time())
        assert await bus.publish(envelope)
        assert await bus.publish(envelope)
        with pytest.raises(QueueFullError):
            await bus.publish(envelope)
        assert bus.core.depth == 6


@virtual_time
async def test_one_message_larger_than_the_flows_bytes_goes_through_alone() -> None:
    """F1: it would wait for ever otherwise."""
    async with running(DeliveryPolicy(block_timeout=1), flow=FlowPolicy(max_bytes=10)) as bus:
        worker = Worker(seconds=5)
        bus.register_component_handler("a", worker)
        await bus.send_to_component(message("a", "x" * 100))
        with pytest.raises(QueueFullError):
            await bus.send_to_component(message("a", 1))
        await bus.idleness.reached()
        assert len(worker.done) == 1


@virtual_time
async def test_a_sender_waits_for_room_no_longer_than_block_timeout() -> None:
    """F2: `block`; then it learns how full it is, and it is not accepted afterwards."""
    log = EventLog()
    async with running(DeliveryPolicy(max_queue=1, block_timeout=30), log=log) as bus:
        await bus.send_to_component(message("a", 1))
        before = bus.core.clock.monotonic()
        with pytest.raises(QueueFullError, match=r"a: queue is full \(1 of 1\)"):
            await bus.send_to_component(message("a", 2))
        assert bus.core.clock.monotonic() - before == 30
        assert (bus.core.depth, bus.core.endpoints["a"].blocked, bus.core.in_line) == (1, 0, 0)
        assert [record.details() for record in records(log, "blocked")] == [{"depth": 1, "limit": 1}]
        worker = Worker()
        bus.register_component_handler("a", worker)
        await bus.idleness.reached()
        assert worker.numbers() == [1]


@virtual_time
async def test_an_input_waits_for_room_without_limit() -> None:
    """F2: what is pulled is not lost by waiting."""
    async with running(DeliveryPolicy(max_queue=1)) as bus:
        got: list[object] = []

        async def slow(_delivery: object, data: object) -> None:
            await asyncio.sleep(3600)
            got.append(data)

        routed(bus, {"in": ("a",)}, {"a": slow}, {"a": DeliveryPolicy(max_queue=1, ttl=None)})
        for number in range(4):
            await bus.outbox.emit("in", "x", number, session="s")
        await bus.idleness.reached()
        assert got == [0, 1, 2, 3]


@virtual_time
async def test_a_target_that_rejects_says_so_at_once_to_whoever_appends() -> None:
    """F2: callers, bare handlers and attempts with outputs, whose attempt then fails."""
    rejecting = DeliveryPolicy(max_queue=1, overflow="reject", retry=EVERY_SECOND)
    async with running(rejecting) as bus:
        refused: list[object] = []

        async def relay(_envelope: MessageEnvelope) -> None:
            await bus.send_to_component(message("full", 2))
            try:
                await bus.send_to_component(message("full", 3))
            except QueueFullError as error:
                refused.append(error.target)

        bus.register_component_handler("relay", relay)
        await bus.send_to_component(message("relay", 1))
        await later()
        assert refused == ["full"]
        routed(bus, {"in": ("a",), "a": ("full",)}, {"a": lambda _d, data: data}, {"a": DeliveryPolicy(retry=ONCE)})
        await bus.outbox.emit("in", "x", 1, session="s")
        await later()
        assert bus.core.dead.list()[0].error == "QueueFullError: full: queue is full (1 of 1); " + (
            "send slower or raise the limit"
        )


@virtual_time
async def test_a_sender_to_several_targets_is_rejected_by_one_while_it_waits_for_another() -> None:
    """F2, F7: and none of them has got anything."""
    async with running(DeliveryPolicy(max_queue=1)) as bus:
        names = [await bus.subscribe("news", Worker(seconds=10)) for _ in range(2)]
        bus.core.endpoints[names[1]].policy = DeliveryPolicy(max_queue=1, overflow="reject")
        await bus.send_to_component(message(names[0], 1))
        publishing = asyncio.create_task(bus.publish(MessageEnvelope({"n": 2}, "news")))
        await later(1)
        assert not publishing.done()
        await bus.send_to_component(message(names[1], 3))
        with pytest.raises(QueueFullError):
            await publishing
        await bus.idleness.reached()
        assert [bus.core.endpoints[name].accepted for name in names] == [1, 1]


@virtual_time
async def test_pressure_reaches_the_input_through_every_component_between() -> None:
    """F3: a producing lane stays running, its head unacknowledged, until its target has room."""
    async with running() as bus:
        done: list[object] = []

        async def slow(_delivery: object, data: object) -> None:
            await asyncio.sleep(1)
            done.append(data)

        tight = DeliveryPolicy(max_queue=2, ttl=None)
        forward = lambda _d, data: data  # noqa: E731
        steps = {"a": forward, "b": forward, "c": slow}
        routed(bus, {"in": ("a",), "a": ("b",), "b": ("c",)}, steps, dict.fromkeys("abc", tight))
        sent: list[object] = []

        async def feed() -> None:
            for number in range(30):
                await bus.outbox.emit("in", "x", number, session="s")
                sent.append(number)

        feeding = asyncio.create_task(feed())
        await later(0.5)
        assert len(sent) == 6, "two at each of three components"
        assert bus.core.endpoints["c"].blocked == 1
        assert bus.core.endpoints["b"].lanes["s"].queue[0].envelope.hop == 1
        assert bus.core.inflight == 1, "only c works; the others wait and hold no slot"
        await feeding
        await bus.idleness.reached()
    assert done == list(range(30))


@virtual_time
async def test_who_waits_for_one_target_holds_no_room_at_another() -> None:
    """F5: room for several targets is awaited one at a time, holding none."""
    async with running(DeliveryPolicy(max_queue=1)) as bus:
        busy = Worker(seconds=100)
        names = [await bus.subscribe("news", busy), await bus.subscribe("news", Worker())]
        await bus.send_to_component(message(names[0], "busy"))
        publishing = asyncio.create_task(bus.publish(MessageEnvelope({"n": 1}, "news", ttl_seconds=1e9)))
        await later(1)
        assert bus.core.endpoints[names[1]].depth == 0
        for number in range(3):
            await bus.send_to_component(message(names[1], number))
        assert not publishing.done()
        publishing.cancel()


@SEEDS
@virtual_time
async def test_a_cancelled_sender_has_sent_everywhere_or_nowhere(seed: int) -> None:
    """F7: wherever the cancellation lands, for one target and for several; and nobody behind it waits for ever."""
    landed = 0
    for step in range(24):
        async with running(DeliveryPolicy(max_queue=1, ttl=None), seed=seed) as bus:
            workers = [Worker(seconds=1), Worker(seconds=1.5)]
            for worker in workers:
                await bus.subscribe("news", worker)
            bus.core.slice_end = 0.0

            def news(number: int, bus: InMemoryMessageBus = bus) -> asyncio.Task[bool]:
                return asyncio.create_task(bus.publish(MessageEnvelope({"n": number}, "news", "s")))

            tasks = [news(number) for number in range(4)]
            for _ in range(step):
                await (asyncio.sleep(0) if step < 8 else asyncio.sleep(0.25))
            tasks[1].cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
            await bus.idleness.reached()
            handled = [worker.numbers() for worker in workers]
            landed += tasks[1].cancelled()
        assert handled[0] == handled[1], "all targets or none"
        assert (1 in handled[0]) == (results[1] is True), "a call that returned was accepted, a cancelled one was not"
        assert {0, 2, 3} <= set(handled[0])
    assert landed >= 8, "the cancellation must have hit the call, not its end"


@SEEDS
@virtual_time
async def test_room_given_to_somebody_who_is_cancelled_goes_to_the_next(seed: int) -> None:
    """F7, B4: no wake-up is lost."""
    async with running(DeliveryPolicy(max_queue=1), seed=seed) as bus:
        worker = Worker()
        worker.gate = asyncio.Event()
        bus.register_component_handler("a", worker)
        await bus.send_to_component(message("a", 0))
        tasks = [asyncio.create_task(bus.send_to_component(message("a", number))) for number in range(1, 6)]
        await later()
        worker.gate.set()
        gate = bus.core.endpoints["a"].gate
        await until(lambda: any(waiter.called.done() for waiter in gate.waiters))
        for task in tasks[:3]:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        await bus.idleness.reached()
        accepted = [number for number, result in enumerate(results, 1) if result is True]
    assert sorted(worker.numbers()) == [0, *accepted]
    assert {4, 5} <= set(accepted)


@virtual_time
async def test_a_call_returns_only_after_the_message_is_in_its_lane() -> None:
    """F7: `publish`, `send_to_component` and an input's `emit`."""
    async with running() as bus:
        routed(bus, {"in": ("a",)}, {})
        await bus.send_to_component(message("a", 1))
        assert bus.core.endpoints["a"].depth == 1
        await bus.outbox.emit("in", "x", 2, session="s")
        assert bus.core.endpoints["a"].depth == 2


@virtual_time
async def test_a_log_whose_lossless_reader_is_behind_holds_senders_up_in_turn() -> None:
    """F2, B4: ingress waits for it like for room, learns of a stop, and newcomers do not overtake."""
    log = EventLog(limit=20)
    reader = log.reader(lossless=True)
    async with running(DeliveryPolicy(block_timeout=1000), log=log) as bus:
        worker = Worker()
        bus.register_component_handler("a", worker)
        tasks = [asyncio.create_task(bus.send_to_component(message("a", number))) for number in range(12)]
        await later(1)
        assert 0 < sum(task.done() for task in tasks) < 12
        while not all(task.done() for task in tasks):
            assert reader.read().missed == 0
            await later()
        while bus.core.depth:
            reader.read()
            await later()
        assert worker.numbers() == list(range(12))
        waiting = asyncio.create_task(bus.send_to_component(message("a", 99)))
        await later()
        await bus.stop(drain=False)
        result = (await asyncio.gather(waiting, return_exceptions=True))[0]
        assert result is True or type(result).__name__ == "ClosingError"


def test_a_bus_without_room_is_refused() -> None:
    """F1: settings that cannot be used."""
    with pytest.raises(SettingError, match="max_queue_size: must be at least 1"):
        InMemoryMessageBus(max_queue_size=0)
    with pytest.raises(SettingError, match="max_retries"):
        InMemoryMessageBus(max_retries=-1)
