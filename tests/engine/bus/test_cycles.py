"""Cycles: edges inside one never block, so no flow can wedge itself (bus.md F4, F5)."""

from __future__ import annotations

import asyncio

import pytest

from support.bus import ONCE, Worker, message, routed, running
from support.virtual_loop import DeadlockError, later, run_virtually, virtual_time
from woodwork_engine.bus.routes import RouteTable, strongly_connected
from woodwork_engine.errors import QueueFullError
from woodwork_engine.message import MessageEnvelope
from woodwork_engine.policy import DeliveryPolicy, FlowPolicy

TIGHT = DeliveryPolicy(max_queue=2, max_session_queue=2, concurrency=2, ttl=None, retry=ONCE)
LOOP = {"in": ("a",), "a": ("b",), "b": ("a", "out"), "out": ()}


async def _feedback(seed: int, *, sessions: int = 6, rounds: int = 3) -> int:
    """Send messages around a -> b -> a three times each through queues of two; return how many came out."""
    out: list[object] = []
    async with running(TIGHT, flow=FlowPolicy(max_inflight=3), seed=seed) as bus:

        async def step(_delivery: object, data: list[int]) -> object:
            await asyncio.sleep(0.01)
            return [data[0], data[1] + 1]

        async def back(delivery: object, data: list[int]) -> None:
            await asyncio.sleep(0.01)
            if data[1] < rounds:
                await bus.outbox.send("b", "a", "again", data)
            else:
                await bus.outbox.send("b", "out", "done", data)

        routed(bus, LOOP, {"a": step, "b": back, "out": lambda _d, data: out.append(data)})
        for number in range(40):
            await bus.outbox.emit("in", "x", [number, 0], session=f"s{number % sessions}")
        await bus.idleness.reached()
    return len(out)


@pytest.mark.parametrize("seed", range(5))
def test_a_feedback_loop_through_tiny_queues_finishes(seed: int) -> None:
    """F4: with the smallest limits that make sense."""
    assert run_virtually(_feedback(seed), seed) == 40


def test_without_knowing_of_cycles_the_same_loop_wedges(monkeypatch: pytest.MonkeyPatch) -> None:
    """F4: the experiment: were edges on a cycle to block like others, everybody would wait for everybody."""
    monkeypatch.setattr(RouteTable, "on_cycle", lambda *_: False)

    async def main() -> int:
        async with asyncio.timeout(3600):
            return await _feedback(0)

    with pytest.raises((DeadlockError, TimeoutError)):
        run_virtually(main(), 0)


def test_components_on_a_cycle_are_found() -> None:
    """F4: strongly connected components, also of long chains, without recursion."""
    links = [("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("d", "e"), ("e", "d"), ("f", "f"), ("x", "a")]
    of = strongly_connected(links)
    assert of["a"] == of["b"] == of["c"]
    assert of["d"] == of["e"]
    assert len({of["a"], of["d"], of["f"], of["x"]}) == 4
    chain = strongly_connected([(str(n), str(n + 1)) for n in range(20_000)])
    assert len(set(chain.values())) == 20_001


@virtual_time
async def test_edges_into_and_out_of_a_cycle_block_and_edges_inside_do_not() -> None:
    """F4: as a component that sends to itself does not."""
    async with running() as bus:
        routed(bus, {**LOOP, "self": ("self",)}, {})
        table = bus.core.table
        flags = {link: table.direct(*link).cyclic for link in (("in", "a"), ("a", "b"), ("b", "a"), ("b", "out"))}
        assert flags == {("in", "a"): False, ("a", "b"): True, ("b", "a"): True, ("b", "out"): False}
        assert table.direct("self", "self").cyclic


@virtual_time
async def test_a_send_that_closes_a_cycle_no_route_announced_does_not_block() -> None:
    """F4: sending to a component by name is an edge too."""
    async with running(TIGHT) as bus:
        done: list[object] = []

        async def first(_delivery: object, data: int) -> None:
            await asyncio.sleep(0.01)
            await bus.outbox.emit("a", "out", data)

        async def second(_delivery: object, data: int) -> None:
            await asyncio.sleep(0.01)
            if data < 100:
                await bus.outbox.send("b", "a", "again", data + 100)
            else:
                done.append(data)

        routed(bus, {"in": ("a",), "a": ("b",)}, {"a": first, "b": second})
        for number in range(20):
            await bus.outbox.emit("in", "x", number, session=f"s{number % 4}")
        await bus.idleness.reached()
    assert sorted(done) == list(range(100, 120))


@virtual_time
async def test_two_revisions_whose_routes_run_against_each_other_do_not_wedge() -> None:
    """F4, G1: attempts that are pinned to the old routes wait with those of the new ones."""
    async with running(TIGHT) as bus:
        done: list[object] = []
        gate = asyncio.Event()

        async def step(delivery: object, data: int) -> object:
            await gate.wait()
            if delivery.envelope.hop == 0:
                return data
            done.append(data)
            return None

        routed(bus, {"x": ("a",), "y": ("b",), "a": ("b",)}, {"a": step, "b": step})
        for number in range(2):
            await bus.outbox.emit("x", "x", number, session=f"s{number}")
        await later()
        routed(bus, {"x": ("a",), "y": ("b",), "b": ("a",)}, {"a": step, "b": step}, revision=2)
        for number in range(2):
            await bus.outbox.emit("y", "x", 10 + number, session=f"t{number}")
        await later()
        gate.set()
        await bus.idleness.reached()
    assert sorted(done) == [0, 1, 10, 11]


@virtual_time
async def test_a_cycle_that_only_two_revisions_made_together_ends_with_the_older_one() -> None:
    """F4, F3: then edges block again, so that pressure reaches the input."""
    async with running(TIGHT) as bus:

        async def slow(_delivery: object, data: int) -> object:
            await asyncio.sleep(10)
            return data

        steps = {"a": slow, "b": slow}
        routed(bus, {"x": ("a",), "a": ("b",)}, steps)
        await bus.outbox.emit("x", "x", 1, session="s")
        await later(1)
        routed(bus, {"x": ("b",), "b": ("a",)}, steps, revision=2)
        assert bus.core.table.direct("b", "a").cyclic, "a still has an attempt that sends to b"
        for revision in range(3, 6):
            routed(bus, {"x": ("b",), "b": ("a",)}, steps, revision=revision)
        await later(60)
        assert not bus.core.table.direct("b", "a").cyclic


@virtual_time
async def test_a_message_that_goes_in_circles_dies_at_the_hop_limit() -> None:
    """F4: `max_hops`, loudly."""
    async with running(flow=FlowPolicy(max_hops=8)) as bus:
        hops: list[int] = []

        def step(delivery: object, data: object) -> object:
            hops.append(delivery.envelope.hop)
            return data

        routed(bus, {"in": ("a",), "a": ("b",), "b": ("a",)}, {"a": step, "b": step})
        await bus.outbox.emit("in", "x", 1, session="s")
        await bus.idleness.reached()
        letter = bus.core.dead.list()[0]
    assert hops == list(range(9))
    assert (letter.reason, letter.envelope.hop) == ("hop_limit", 9)


@virtual_time
async def test_bare_handlers_that_send_in_circles_die_at_the_hop_limit_too() -> None:
    """F4: whether they send new messages or pass the same one on."""
    async with running(flow=FlowPolicy(max_hops=8)) as bus:
        count = {"new": 0, "same": 0}

        async def fresh(_envelope: MessageEnvelope) -> None:
            count["new"] += 1
            await bus.send_to_component(message("new", 1))

        async def same(envelope: MessageEnvelope) -> None:
            count["same"] += 1
            await bus.send_to_component(envelope)

        bus.register_component_handler("new", fresh)
        bus.register_component_handler("same", same)
        await bus.send_to_component(message("new", 1))
        await bus.send_to_component(message("same", 1))
        await bus.idleness.reached()
    assert count == {"new": 9, "same": 9}
    assert [letter.reason for letter in bus.core.dead.list()] == ["hop_limit", "hop_limit"]


@virtual_time
async def test_a_cycle_that_multiplies_messages_ends_at_the_hard_cap() -> None:
    """F4: `overflow_factor` times the queue, then dead letters; the flow itself goes on."""
    async with running(DeliveryPolicy(max_queue=5, ttl=None), flow=FlowPolicy(overflow_factor=4, max_hops=12)) as bus:

        async def twice(_delivery: object, data: object) -> None:
            for _ in range(2):
                await bus.outbox.emit("a", "out", data)

        routed(bus, {"in": ("a",), "a": ("a",)}, {"a": twice})
        await bus.outbox.emit("in", "x", 1, session="s")
        await bus.idleness.reached()
        assert bus.core.endpoints["a"].peak == 20
        reasons = {letter.reason for letter in bus.core.dead.list()}
    assert reasons == {"overflow", "hop_limit"}


@virtual_time
async def test_what_a_bare_handler_sends_is_taken_at_once_and_limits_stay_for_the_others() -> None:
    """F4, F1: a send from inside never makes the same route unlimited for senders outside."""
    async with running(DeliveryPolicy(max_queue=2, block_timeout=1), flow=FlowPolicy(overflow_factor=3)) as bus:

        async def burst(_envelope: MessageEnvelope) -> None:
            for number in range(8):
                await bus.send_to_component(message("b", number, sender_component="a"))

        bus.register_component_handler("a", burst)
        await bus.send_to_component(message("a", 1))
        await later()
        endpoint = bus.core.endpoints["b"]
        assert (endpoint.depth, endpoint.dead) == (6, 2)
        assert {letter.reason for letter in bus.core.dead.list()} == {"overflow"}
        worker = Worker()
        bus.register_component_handler("b", worker)
        await bus.idleness.reached()
        bus.unregister_component_handler("b")
        for number in range(2):
            await bus.send_to_component(message("b", number, sender_component="a"))
        with pytest.raises(QueueFullError):
            await bus.send_to_component(message("b", 9, sender_component="a"))


@virtual_time
async def test_an_input_on_a_cycle_waits_for_room_like_any_other() -> None:
    """F4, F1: whoever comes from outside holds nothing up by waiting."""
    async with running(TIGHT) as bus:
        routed(bus, {"in": ("a",), "a": ("in",)}, {"in": lambda _d, data: None})
        sending = [asyncio.create_task(bus.outbox.emit("in", "x", n, session=f"s{n}")) for n in range(5)]
        await later(1)
        assert sum(task.done() for task in sending) == 2
        for task in sending:
            task.cancel()


@virtual_time
async def test_what_a_request_emits_never_waits_while_somebody_waits_for_its_answer() -> None:
    """F4, F5: asking is waiting, so it must not wait for room in turn."""
    async with running(TIGHT) as bus:
        done: list[object] = []

        async def tool(_delivery: object, data: object) -> None:
            await bus.outbox.emit("tool", "trace", data)

        async def asker(_delivery: object, data: object) -> None:
            await bus.outbox.request("a", "tool", data, timeout=100)

        async def audit(_delivery: object, data: int) -> None:
            done.append(data)
            if data < 100:
                await bus.outbox.send("b", "a", "again", data + 100)

        routed(bus, {"in": ("a",), "tool": ("b",)}, {"a": asker, "tool": tool, "b": audit})
        for number in range(12):
            await bus.outbox.emit("in", "x", number, session=f"s{number % 3}")
        await bus.idleness.reached()
    assert sorted(done) == [*range(12), *range(100, 112)]
