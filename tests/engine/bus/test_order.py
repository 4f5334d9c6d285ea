"""Order, lanes, concurrency and fairness of the memory bus (bus.md B)."""

from __future__ import annotations

import asyncio

import pytest

from support.bus import EVERY_SECOND, Worker, message, routed, running
from support.virtual_loop import later, virtual_time
from woodwork_engine.bus.intake import DEEP
from woodwork_engine.errors import SettingError
from woodwork_engine.message import MessageEnvelope
from woodwork_engine.policy import DeliveryPolicy, FlowPolicy, RetryPolicy

SEEDS = pytest.mark.parametrize("seed", range(5))


@SEEDS
@virtual_time
async def test_messages_of_a_session_are_handled_in_the_order_they_were_accepted(seed: int) -> None:
    """B1: whatever the schedule, however long each takes, and one at a time."""
    async with running(seed=seed) as bus:
        worker = Worker(seconds=0.01)
        bus.register_component_handler("a", worker)
        for number in range(60):
            await bus.send_to_component(message("a", number, f"s{number % 3}"))
        await bus.idleness.reached()
    for session in range(3):
        assert worker.numbers(f"s{session}") == list(range(session, 60, 3))
    assert worker.most_running == 3, "one attempt at a time in each of three lanes"


@SEEDS
@virtual_time
async def test_order_within_a_session_holds_across_retries(seed: int) -> None:
    """B2: while the head waits for a retry its lane waits; nothing overtakes it."""
    async with running(seed=seed) as bus:
        worker = Worker()
        worker.failures = dict.fromkeys(range(0, 30, 3), 2)
        bus.register_component_handler("a", worker)
        for number in range(30):
            await bus.send_to_component(message("a", number))
        await bus.idleness.reached()
    assert worker.numbers() == list(range(30))
    assert [entry for entry in worker.started if entry[1] == 3] == [("s", 3, 1), ("s", 3, 2), ("s", 3, 3)]


@virtual_time
async def test_a_failing_session_does_not_hold_up_another() -> None:
    """B2: other lanes never wait for a lane that waits for a retry."""
    async with running(DeliveryPolicy(ttl=None, retry=RetryPolicy(base=3600, cap=3600, jitter="none"))) as bus:
        worker = Worker()
        worker.failures["bad"] = 9
        bus.register_component_handler("a", worker)
        await bus.send_to_component(message("a", "bad", "s1"))
        await bus.send_to_component(message("a", "behind", "s1"))
        await bus.send_to_component(message("a", "good", "s2"))
        await later()
        assert worker.done == [("s2", "good")]
        assert bus.core.endpoints["a"].retrying == 1


@virtual_time
async def test_lanes_run_side_by_side_up_to_the_components_concurrency() -> None:
    """B3: `concurrency` of a component."""
    async with running(DeliveryPolicy(concurrency=4)) as bus:
        worker = Worker(seconds=1)
        bus.register_component_handler("a", worker)
        for number in range(20):
            await bus.send_to_component(message("a", number, f"s{number}"))
        await bus.idleness.reached()
    assert worker.most_running == 4
    assert len(worker.done) == 20


@SEEDS
@virtual_time
async def test_all_components_together_run_no_more_than_max_inflight(seed: int) -> None:
    """B3: `max_inflight` of the flow; slots are handed on in turn, so every component makes progress."""
    async with running(flow=FlowPolicy(max_inflight=3), seed=seed) as bus:
        shared = Worker(seconds=1)
        for name in ("a", "b", "c", "d"):
            bus.register_component_handler(name, shared)
        for number in range(40):
            await bus.send_to_component(message("abcd"[number % 4], number, f"s{number}"))
        await later(2.5)
        assert {number % 4 for _, number in shared.done} == {0, 1, 2, 3}, "nobody starves"
        await bus.idleness.reached()
    assert shared.most_running == 3
    assert len(shared.done) == 40


@virtual_time
async def test_attempts_that_wait_for_room_for_their_outputs_take_no_slot() -> None:
    """B3: a slot is free again while an attempt is blocked on output, so what it waits for can run."""
    policies = {"b": DeliveryPolicy(max_queue=1)}
    async with running(flow=FlowPolicy(max_inflight=1)) as bus:
        done: list[object] = []

        async def slow(_delivery: object, data: object) -> None:
            await asyncio.sleep(1)
            done.append(data)

        routed(bus, {"in": ("a",), "a": ("b",)}, {"a": lambda _d, data: data, "b": slow}, policies)
        for number in range(10):
            await bus.outbox.emit("in", "x", number, session=f"s{number}")
        await bus.idleness.reached()
    assert sorted(done) == list(range(10))


@SEEDS
@virtual_time
async def test_handlers_that_do_not_wait_need_one_runner_and_those_that_do_one_each(seed: int) -> None:
    """B3: another one is woken only where ready lanes are left behind."""
    async with running(seed=seed) as bus:
        quick, slow = Worker(), Worker(seconds=1)
        for name, worker, runners in (("quick", quick, 1), ("slow", slow, 50)):
            bus.register_component_handler(name, worker)
            for number in range(50):
                await bus.send_to_component(message(name, number, f"s{number}"))
            before = bus.core.clock.monotonic()
            await bus.idleness.reached()
            assert len(worker.done) == 50
            assert len(bus.core.endpoints[name].runners) == runners
            assert bus.core.clock.monotonic() - before == len(worker.done) // 50 * (1 if worker is slow else 0)


@virtual_time
async def test_a_sender_that_never_waits_lets_its_messages_be_handled_meanwhile() -> None:
    """F3: so that they do not pile up where somebody keeps up with them; where nobody does, it goes on."""
    async with running() as bus:
        bus.register_component_handler("a", Worker())
        for number in range(1_000):
            await bus.send_to_component(message("a", number, f"s{number % 100}"))
        await bus.idleness.reached()
        assert bus.core.endpoints["a"].peak <= 2 * DEEP
        for number in range(1_000):
            await bus.send_to_component(message("nobody", number, f"s{number % 100}"))
        assert bus.core.endpoints["nobody"].depth == 1_000


@virtual_time
async def test_a_component_whose_concurrency_was_lowered_goes_on_working() -> None:
    """B3, G4: runners that are too many go, and the last of them does not leave work behind."""
    async with running() as bus:
        worker = Worker(seconds=1)
        bus.register_component_handler("a", worker)
        for number in range(8):
            await bus.send_to_component(message("a", number, f"s{number}"))
        await bus.idleness.reached()
        endpoint = bus.core.endpoints["a"]
        assert len(endpoint.runners) == 8
        bus.employ("a", endpoint.instance.handler, DeliveryPolicy(concurrency=1))
        before = bus.core.clock.monotonic()
        for number in range(8, 16):
            await bus.send_to_component(message("a", number, f"s{number}"))
        await bus.idleness.reached()
        assert len(worker.done) == 16
        assert bus.core.clock.monotonic() - before == pytest.approx(8), "one after the other, without a pause"
        await later(2)
        assert len(endpoint.runners) == 1


@SEEDS
@virtual_time
async def test_those_who_wait_for_room_are_served_in_turn(seed: int) -> None:
    """B4: acceptance is in the order of arrival, and a newcomer never overtakes who waits in the same lane."""
    async with running(DeliveryPolicy(max_queue=2, max_session_queue=2), seed=seed) as bus:
        worker = Worker(seconds=1)
        bus.register_component_handler("a", worker)
        tasks = []
        for number in range(12):
            tasks.append(asyncio.create_task(bus.send_to_component(message("a", number))))
            await later(0.25)
        await asyncio.gather(*tasks)
        await bus.idleness.reached()
    assert worker.numbers() == list(range(12))


@SEEDS
@virtual_time
async def test_who_waited_for_the_queue_keeps_its_turn_in_the_lane(seed: int) -> None:
    """B4: somebody who waits elsewhere came before whoever arrives at the lane later."""
    policy = DeliveryPolicy(max_queue=3, max_session_queue=1)
    async with running(policy, seed=seed) as bus:
        endpoint = bus.core.endpoint("a")
        for number, session in enumerate(("x", "y", "z")):
            await bus.send_to_component(message("a", number, session))
        first = asyncio.create_task(bus.send_to_component(message("a", "first", "s")))
        await later()
        assert endpoint.gate.waiters, "the whole queue is full, its lane is empty"
        bus.core.push(
            bus.core.lane(endpoint, "s", 0.0), _delivery(bus, "fed back")
        )  # as a cycle would, past every limit
        second = asyncio.create_task(bus.send_to_component(message("a", "second", "s")))
        await later()
        worker = Worker(seconds=1)
        bus.register_component_handler("a", worker)
        await asyncio.gather(first, second)
        await bus.idleness.reached()
    assert worker.numbers() == ["fed back", "first", "second"]


def _delivery(bus: object, number: object) -> object:
    envelope = message("a", number)
    return bus._intake.parcel(bus._route(None, "a"), envelope, b"", bus.core.clock.time(), own_payload=True)[1]


@virtual_time
async def test_one_publishers_messages_are_accepted_in_the_order_its_calls_returned() -> None:
    """B4: for one publisher, also when it has to wait in between."""
    async with running(DeliveryPolicy(max_queue=3)) as bus:
        worker = Worker(seconds=0.1)
        bus.register_component_handler("a", worker)
        returned = []
        for number in range(30):
            await bus.send_to_component(message("a", number))
            returned.append(number)
        await bus.idleness.reached()
    assert worker.numbers() == returned


@virtual_time
async def test_a_busy_session_does_not_keep_the_others_waiting() -> None:
    """B8: after `quantum` deliveries a lane goes to the end of the line."""
    async with running(DeliveryPolicy(concurrency=1, quantum=4, max_session_queue=1000)) as bus:
        worker = Worker()
        worker.gate = asyncio.Event()
        bus.register_component_handler("a", worker)
        for number in range(400):
            await bus.send_to_component(message("a", number, "hot"))
        for session in range(20):
            await bus.send_to_component(message("a", session, f"cold{session}"))
        worker.gate.set()
        await bus.idleness.reached()
    order = [session for session, _ in worker.done]
    assert order.index("cold19") < 20 * 1 + 3 * 4, "every other session had its turn between two turns of the hot one"
    assert worker.numbers("hot") == list(range(400))


@virtual_time
async def test_a_subscription_keeps_order_and_retries_like_a_component() -> None:
    """B1, B2: topics may have wildcards, sessions may be chosen."""
    async with running(DeliveryPolicy(retry=EVERY_SECOND)) as bus:
        everything, one = Worker(), Worker()
        everything.failures[2] = 1
        await bus.subscribe("order.*", everything)
        await bus.subscribe("order.made", one, session_id="s1")
        for number in range(6):
            envelope = MessageEnvelope({"n": number}, "order.made", f"s{number % 2}", created_at=bus.core.clock.time())
            assert await bus.publish(envelope)
        assert not await bus.publish(MessageEnvelope({"n": 9}, "invoice.made"))
        await bus.idleness.reached()
        with pytest.raises(SettingError, match="is the name of a subscription"):
            bus.register_component_handler("sub-1", everything)
        bus.register_component_handler("sub-3", everything)
        assert await bus.subscribe("x", one) == "sub-4"
    assert everything.numbers("s0") == [0, 2, 4]
    assert one.done == [("s1", 1), ("s1", 3), ("s1", 5)]
