"""The published interface of the bus, name by name, without a flow (interfaces: Python)."""

from __future__ import annotations

import asyncio
import inspect

import pytest

from support.bus import EVERY_SECOND, PUBLISHED, Worker, message, records, running
from support.flows import node, plan
from support.virtual_loop import EPOCH, VirtualClock, later, virtual_time
from woodwork_engine import (
    ClosingError,
    DeclarativeRouter,
    DeliveryMode,
    DeliveryPolicy,
    EventLog,
    InMemoryMessageBus,
    MessageBusFactory,
    MessageBusIntegration,
    MessageBusInterface,
    MessageEnvelope,
    QueueFullError,
    RequestError,
    RetryPolicy,
    UnknownComponentError,
    WoodworkError,
    configure_global_message_bus,
    create_default_message_bus,
    get_global_message_bus,
    set_global_message_bus,
    shutdown_global_message_bus,
)
from woodwork_engine.bus import memory, statistics
from woodwork_engine.bus.statistics import degraded_reasons
from woodwork_engine.errors import SettingError

COROUTINES = {"start", "stop", "publish", "subscribe", "unsubscribe", "send_to_component"}
CALLS = {
    "register_component_handler", "unregister_component_handler", "add_middleware", "get_stats", "is_healthy",
}  # fmt: skip


def news(topic: str, number: object = None, session: str = "s", **more: object) -> MessageEnvelope:
    return MessageEnvelope({"n": number}, topic, session, created_at=VirtualClock().time(), **more)


def test_the_interface_has_the_published_names_and_those_that_wait_are_coroutines() -> None:
    """J1, F7: registering is not a coroutine, whatever sends is."""
    public = {name for name in vars(MessageBusInterface) if not name.startswith("_")}
    assert public == COROUTINES | CALLS
    for bus_class in (MessageBusInterface, InMemoryMessageBus):
        waiting = {name for name in public if inspect.iscoroutinefunction(getattr(bus_class, name))}
        assert waiting == COROUTINES
    assert MessageBusInterface.__abstractmethods__ == public


@virtual_time
async def test_the_arguments_of_a_bus_are_the_limits_of_every_target() -> None:
    """F1, D2: messages per target, and attempts after the first one."""
    bus = InMemoryMessageBus(max_queue_size=2, max_retries=1, clock=VirtualClock())
    await bus.start()
    worker = Worker()
    worker.failures = {1: 9}
    bus.register_component_handler("a", worker)
    await bus.send_to_component(message("a", 1))
    await bus.idleness.reached()
    assert [attempt for _, _, attempt in worker.started] == [1, 2]
    for number in range(2):
        await bus.send_to_component(message("nobody", number))
    with pytest.raises(QueueFullError, match="nobody"):
        await bus.send_to_component(message("nobody", 2))
    await bus.stop()
    for wrong in ({"max_queue_size": 0}, {"max_retries": -1}):
        with pytest.raises(SettingError):
            InMemoryMessageBus(**wrong)


@virtual_time
async def test_nothing_is_taken_before_the_start_and_after_the_stop() -> None:
    """H2: publish, also where nobody listens, and send say so."""
    bus = InMemoryMessageBus()
    bus.register_component_handler("a", Worker())
    for _ in range(2):
        for send in (bus.publish(news("x")), bus.send_to_component(message("a"))):
            with pytest.raises(ClosingError):
                await send
        await bus.start()
        await bus.start()
        assert await bus.send_to_component(message("a"))
        await bus.stop()
    with pytest.raises(SettingError, match="target_component"):
        await bus.send_to_component(news("x"))


@pytest.mark.parametrize(
    ("topic", "heard"),
    [
        ("news.sport", ["news.sport"]),
        ("news.*", ["news.sport", "news.sport.golf"]),
        ("*.sport", ["news.sport"]),
        ("*", ["news.sport", "news.sport.golf", "other"]),
        ("nothing", []),
    ],
)
@virtual_time
async def test_topics_may_have_wildcards(topic: str, heard: list[str]) -> None:
    """C5: publish is True exactly where somebody listens."""
    async with running() as bus:
        worker = Worker()
        await bus.subscribe(topic, worker)
        for event in ("news.sport", "news.sport.golf", "other"):
            assert await bus.publish(news(event, event)) is (event in heard)
        await bus.idleness.reached()
        assert worker.numbers() == heard


@virtual_time
async def test_a_subscription_may_be_for_one_session_and_ends_visibly() -> None:
    """C5, J1: what waits for one that ends is discarded, each with its record."""
    log = EventLog()
    async with running(log=log) as bus:
        everybody, one = Worker(), Worker(seconds=1)
        await bus.subscribe("x", everybody)
        name = await bus.subscribe("x", one, session_id="mine")
        for session in ("mine", "other", "mine"):
            await bus.publish(news("x", session, session))
        await later(0.5)
        assert everybody.numbers("mine") + everybody.numbers("other") == ["mine", "mine", "other"]
        assert await bus.unsubscribe(name) is True
        assert await bus.unsubscribe(name) is False
        await bus.idleness.reached()
        assert one.done == [("mine", "mine")], "an attempt that runs may end"
        assert [record.details() for record in records(log, "discarded")] == [{"reason": "unsubscribed"}]
        assert await bus.publish(news("x", 9, "mine"))
        await bus.idleness.reached()
        assert (len(one.done), len(everybody.done)) == (1, 4)
        assert bus.get_stats()["messages_discarded"] == 1


@virtual_time
async def test_subscribers_have_retries_and_dead_letters_like_components() -> None:
    """D2, E1, E4: each by itself; a replay goes to the one that failed alone."""
    async with running(DeliveryPolicy(retry=RetryPolicy(2, base=1, factor=1, jitter="none"))) as bus:
        good, bad = Worker(), Worker()
        bad.failures = {1: 3}
        await bus.subscribe("x", good)
        name = await bus.subscribe("*", bad)
        await bus.publish(news("x", 1))
        await bus.publish(news("x", 2))
        await bus.idleness.reached()
        assert good.numbers() == [1, 2]
        assert [(number, attempt) for _, number, attempt in bad.started] == [(1, 1), (1, 2), (1, 3), (2, 1)]
        (letter,) = bus.dead_letters.list()
        assert (letter.route.target, letter.reason, len(letter.attempts)) == (name, "exhausted", 3)
        bad.failures = {}
        await bus.replays.replay(letter.dlq_id)
        await bus.idleness.reached()
        assert (good.numbers(), bad.numbers()) == ([1, 2], [2, 1])


@virtual_time
async def test_a_handler_may_be_sync_async_or_replaced_and_a_send_inside_one_is_accepted_at_once() -> None:
    """C1, A5: sends of a bare handler are not staged; they know where they come from."""
    async with running() as bus:
        worker, later_one = Worker(), Worker()

        async def forward(envelope: MessageEnvelope) -> None:
            assert await bus.send_to_component(message("b", envelope.payload["n"]))
            raise ConnectionError

        bus.register_component_handler("a", forward)
        bus.register_component_handler("b", worker)
        await bus.send_to_component(message("a", 1, max_retries=0))
        await bus.idleness.reached()
        assert worker.numbers() == [1]
        assert worker.seen[0].causation_id is not None
        bus.register_component_handler("b", later_one)
        await bus.send_to_component(message("b", 2))
        await bus.idleness.reached()
        assert (worker.numbers(), later_one.numbers()) == ([1], [2])
        subscription = await bus.subscribe("x", worker)
        with pytest.raises(SettingError, match="name of a subscription"):
            bus.register_component_handler(subscription, worker)


@virtual_time
async def test_a_message_for_a_name_without_handler_waits_bounded_and_in_sight() -> None:
    """F1, D4, H5, J1: room and life hold as elsewhere; statistics, health and records tell; order is kept."""
    log = EventLog()
    async with running(DeliveryPolicy(max_queue=3, ttl=20, overflow="reject"), log=log) as bus:
        for number in range(3):
            assert await bus.send_to_component(message("late", number))
        with pytest.raises(QueueFullError, match="late"):
            await bus.send_to_component(message("late", 3))
        stats = bus.get_stats()
        assert (stats["unhandled_messages"], stats["queued_messages"], stats["messages_rejected"]) == (3, 3, 1)
        assert stats["component_handlers"] == []
        await later(10)
        assert degraded_reasons(bus.core) == ("late: 3 messages wait for a name that nobody handles",)
        worker = Worker()
        bus.register_component_handler("late", worker)
        await bus.idleness.reached()
        assert worker.numbers() == [0, 1, 2]
        assert (bus.is_healthy(), bus.get_stats()["unhandled_messages"]) == (True, 0)
        assert bus.unregister_component_handler("late") is True
        assert bus.unregister_component_handler("late") is False
        assert bus.unregister_component_handler("never") is False
        await bus.send_to_component(message("late", 4))
        assert bus.get_stats()["unhandled_messages"] == 1
        await later(21)
        assert bus.get_stats()["unhandled_messages"] == 0
        assert [record.details()["reason"] for record in records(log, "dead")] == ["expired"]


@virtual_time
async def test_names_that_nobody_handles_are_not_remembered_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """F1: a new one is refused; those that are known, and those that somebody registers, are not."""
    monkeypatch.setattr(memory, "MOST_UNHANDLED", 3)
    async with running() as bus:
        bus.register_component_handler("a", Worker())
        for name in ("a", "x", "y", "z", "z"):
            await bus.send_to_component(message(name, 1))
        with pytest.raises(QueueFullError, match=r"nobody handles is full \(3 of 3\); register a handler"):
            await bus.send_to_component(message("w", 1))
        assert bus.get_stats()["messages_rejected"] == 1
        bus.register_component_handler("w", Worker())
        assert await bus.send_to_component(message("w", 1))


def test_the_keys_of_the_statistics_are_those_of_the_table() -> None:
    """J1: documented in one place, all of them."""
    table = (statistics.__doc__ or "").split("\n=====")[1]
    documented = {line.split()[0] for line in table.splitlines() if line[:1].isalpha()}
    assert documented | {"component_handlers"} == PUBLISHED
    assert set(InMemoryMessageBus().get_stats()) == PUBLISHED


@virtual_time
async def test_a_bus_that_did_nothing_has_statistics_that_say_so() -> None:
    """J1: no division by nothing, and no rate above one."""
    bus = InMemoryMessageBus(clock=VirtualClock())
    stats = bus.get_stats()
    assert {name for name, value in stats.items() if value} == {"delivery_success_rate"}
    assert (stats["running"], stats["delivery_success_rate"], bus.is_healthy()) == (False, 1.0, False)
    await bus.start()
    await later(3)
    assert (bus.get_stats()["uptime_seconds"], bus.is_healthy()) == (pytest.approx(3), True)
    await bus.stop()


class Greeter(MessageBusIntegration):
    """A class of a person's own, which knows nothing of flows."""

    def __init__(self, bus: MessageBusInterface) -> None:
        self.join("greeter", bus.outbox)
        bus.register_component_handler("greeter", self.greet)
        self.sent: list[str] = []

    async def greet(self, envelope: MessageEnvelope) -> str:
        self.sent.append(await self.emit("greeted", f"hello {envelope.payload}"))
        await self.send_to_component("log", "note", {"n": self.context.attempt})
        return f"hello {envelope.payload}"


@virtual_time
async def test_any_class_may_send_as_components_do_on_a_bus_without_a_flow() -> None:
    """C4, A4, G1: emit goes along the routes of a router; inside a handler both leave with the acknowledgement."""
    async with running(DeliveryPolicy(retry=EVERY_SECOND)) as bus:
        router = DeclarativeRouter()
        router.configure_from_components({"greeter": {"to": ["out"]}, "out": {}, "log": {}})
        bus.set_routes(1, router.targets, router.links())
        greeter, out, notes = Greeter(bus), [], Worker()
        failures = [ConnectionError("once")]

        async def output(envelope: MessageEnvelope) -> None:
            if failures:
                raise failures.pop()
            out.append((envelope.payload, envelope.event_type, envelope.sender_component, envelope.message_id))

        bus.register_component_handler("out", output)
        bus.register_component_handler("log", notes)
        await bus.send_to_component(MessageEnvelope("ann", target_component="greeter", created_at=EPOCH))
        await bus.idleness.reached()
        assert out == [("hello ann", "greeted", "greeter", greeter.sent[0])]
        assert notes.numbers("default") == [1]
        outside = await greeter.emit("greeted", "all")
        await bus.idleness.reached()
        assert out[-1] == ("all", "greeted", "greeter", outside)
        assert await greeter.request("greeter", "bob", timeout=1.0) == "hello bob"
        with pytest.raises(UnknownComponentError, match="did you mean 'out'"):
            await greeter.send_to_component("outt", "x", 1)
        with pytest.raises(WoodworkError, match="handles no message now"):
            _ = greeter.context


@virtual_time
async def test_a_request_that_is_not_answered_in_time_fails_and_nothing_is_sent() -> None:
    """C6: nor does one to a name without handler wait."""
    async with running() as bus:
        asking = MessageBusIntegration()
        with pytest.raises(WoodworkError, match="join"):
            await asking.emit("x", 1)
        asking.join("asking", bus.outbox)
        bus.register_component_handler("slow", Worker(seconds=9))
        with pytest.raises(RequestError, match="within 2 s"):
            await asking.request("slow", {"n": 1}, timeout=2)
        bus.unregister_component_handler("slow")
        with pytest.raises(RequestError, match="not running"):
            await asking.request("slow", {"n": 1})
        assert bus.get_stats()["messages_published"] == 0


def test_the_router_has_its_eight_published_methods() -> None:
    """G1: configured from components, asked, changed, checked and counted."""
    router = DeclarativeRouter(plan([node("gone")], []))
    router.configure_from_components({"in": {"to": ["a"]}, "a": {"to": ["out"]}, "out": {}})
    assert router.get_routing_targets("in") == ["a"]
    assert (router.has_routing_targets("a"), router.has_routing_targets("gone")) == (True, False)
    router.add_routing_target("in", "outt")
    assert len(router.validate_routing_configuration()) == 1
    assert router.remove_routing_target("in", "outt")
    assert router.validate_routing_configuration() == []
    assert router.get_workflow_chains() == [["in", "a", "out"]]
    assert router.get_routing_stats() == {"components": 3, "routes": 2, "lookups": {"in": 1}}


async def test_the_factory_and_the_globals_make_buses_that_work() -> None:
    """H2: with the settings they are given."""
    try:
        assert MessageBusFactory.create_message_bus({"max_retries": 1}).core.default_policy.retry.max_retries == 1
        configure_global_message_bus({"delivery": "at_most_once", "retry": {"base": "1ms"}})
        bus = await get_global_message_bus()
        seen = asyncio.Event()

        async def fail(_envelope: MessageEnvelope) -> None:
            seen.set()
            raise ConnectionError

        bus.register_component_handler("a", fail)
        await bus.send_to_component(MessageEnvelope(1, target_component="a"))
        await seen.wait()
        await shutdown_global_message_bus()
        stats = bus.get_stats()
        assert (stats["messages_dropped"], stats["messages_retried"], stats["delivery_success_rate"]) == (1, 0, 0.0)
        own = create_default_message_bus()
        set_global_message_bus(own)
        assert await get_global_message_bus() is own
    finally:
        await shutdown_global_message_bus()
        configure_global_message_bus(None)


@virtual_time
async def test_what_an_envelope_says_goes_before_the_policy() -> None:
    """A2, C2, D2, D4: attempts, life and mode."""
    async with running(DeliveryPolicy(retry=EVERY_SECOND)) as bus:
        worker = Worker()
        worker.failures = dict.fromkeys(range(3), 9)
        bus.register_component_handler("a", worker)
        await bus.send_to_component(message("a", 0, max_retries=1))
        await bus.send_to_component(message("a", 1, "t", delivery_mode=DeliveryMode.AT_MOST_ONCE))
        await bus.send_to_component(message("a", 2, "u", ttl_seconds=1.5))
        await bus.idleness.reached()
        assert sorted((number, attempt) for _, number, attempt in worker.started) == [
            (0, 1), (0, 2), (1, 1), (2, 1), (2, 2),
        ]  # fmt: skip
        stats = bus.get_stats()
        assert (stats["messages_dead_lettered"], stats["messages_dropped"], stats["retry_exhausted"]) == (2, 1, 1)
