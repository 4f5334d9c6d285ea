"""What attempts send: staged, committed with the acknowledgement, one delivery per target (bus.md C4-C6)."""

from __future__ import annotations

import asyncio

import pytest

from support.bus import EVERY_SECOND, Worker, message, records, routed, running
from support.virtual_loop import later, virtual_time
from woodwork_engine.delivery import Delivery
from woodwork_engine.errors import PayloadError, RequestError, UnknownComponentError
from woodwork_engine.events import EventLog
from woodwork_engine.policy import DeliveryPolicy, RetryPolicy


def keep(into: list[object]) -> object:
    return lambda _delivery, data: into.append(data)


@virtual_time
async def test_an_attempt_that_fails_has_sent_nothing() -> None:
    """C4: fail after emit, and no child exists anywhere."""
    log = EventLog()
    async with running(log=log) as bus:
        got: list[object] = []

        async def step(delivery: Delivery, data: object) -> None:
            await bus.outbox.emit("a", "out", (delivery.attempt, data))
            await bus.outbox.send("a", "b", "direct", (delivery.attempt, "direct"))
            if delivery.attempt < 3:
                raise ConnectionError("after emit")

        routed(bus, {"in": ("a",), "a": ("b",)}, {"a": step, "b": keep(got)})
        await bus.outbox.emit("in", "x", "data", session="s")
        await bus.idleness.reached()
    assert got == [[3, "data"], [3, "direct"]]
    assert len(records(log, "emitted")) == 3


@pytest.mark.parametrize("how", ["cancelled", "late"])
@virtual_time
async def test_an_attempt_that_is_cancelled_or_late_has_sent_nothing(how: str) -> None:
    """C4: nor one that the bus or its timeout ends."""
    async with running(DeliveryPolicy(timeout=5, retry=RetryPolicy(max_retries=0))) as bus:
        got: list[object] = []

        async def step(_delivery: Delivery, data: object) -> None:
            await bus.outbox.emit("a", "out", data)
            await asyncio.sleep(100)

        routed(bus, {"in": ("a",), "a": ("b",)}, {"a": step, "b": keep(got)})
        await bus.outbox.emit("in", "x", 1, session="s")
        await later(1)
        if how == "cancelled":
            await bus.stop(drain=False)
            await bus.start()
        await later(4.5)
        assert got == []
        assert bus.core.endpoints["b"].accepted == 0


@virtual_time
async def test_outputs_and_acknowledgement_are_one_step() -> None:
    """C4: there is no moment at which the children exist and the parent is not settled, or the other way round."""
    log = EventLog()
    async with running(log=log) as bus:
        routed(bus, {"in": ("a",), "a": ("b", "c")}, {n: lambda _d, data: data for n in "abc"})
        await bus.outbox.emit("in", "x", 1, session="s")
        await bus.idleness.reached()
    steps = [(record.type, record.target) for record in records(log)]
    commit = steps.index(("ok", "a"))
    assert steps[commit - 3 : commit] == [("emitted", None), ("queued", "b"), ("queued", "c")]
    ok = records(log, "ok")[0]
    assert ok.details() == {"outputs": [records(log, "emitted")[1].message_id]}


@virtual_time
async def test_all_targets_get_the_outputs_or_none_while_one_has_no_room() -> None:
    """C4, C5: the source's commit waits for room in every blocking target."""
    policies = {"slow": DeliveryPolicy(max_queue=1)}
    async with running() as bus:
        fast: list[object] = []

        async def slow(_delivery: Delivery, _data: object) -> None:
            await asyncio.sleep(10)

        steps = {"a": lambda _d, data: data, "fast": keep(fast), "slow": slow}
        routed(bus, {"in": ("a",), "a": ("fast", "slow")}, steps, policies)
        for number in range(3):
            await bus.outbox.emit("in", "x", number, session="s")
        await later(1)
        assert fast == [0], "the second waits for room in slow, so fast has not got it either"
        await later(10)
        assert fast == [0, 1]
        await bus.idleness.reached()
        assert fast == [0, 1, 2]


@virtual_time
async def test_each_target_of_a_fan_out_has_its_own_queue_attempts_and_dead_letter() -> None:
    """C5: one delivery per target; a slow or failing one does not delay what the others do."""
    log = EventLog()
    async with running(DeliveryPolicy(retry=EVERY_SECOND), log=log) as bus:
        good: list[object] = []

        def bad(_delivery: Delivery, _data: object) -> None:
            raise ValueError("never")

        routed(bus, {"in": ("good", "bad")}, {"good": keep(good), "bad": bad})
        await bus.outbox.emit("in", "x", 1, session="s")
        await later()
        assert good == [1]
        await bus.idleness.reached()
        letter = bus.core.dead.list()[0]
    assert (letter.route.target, letter.route.targets_at_time) == ("bad", ("good", "bad"))
    assert len(letter.attempts) == 4
    assert records(log, "emitted")[0].details()["targets"] == ["good", "bad"]
    assert [(r.type, r.target) for r in records(log, "ok", "dead")] == [("ok", "good"), ("dead", "bad")]


@virtual_time
async def test_a_message_to_a_component_is_one_delivery_in_one_lane() -> None:
    """C6: `send_to_component`; an unknown or removed name is refused by components, and waits on the bare bus."""
    async with running() as bus:
        got: list[object] = []

        async def step(_delivery: Delivery, data: object) -> None:
            await bus.outbox.send("a", "c", "direct", data)
            with pytest.raises(UnknownComponentError, match="did you mean 'other'"):
                await bus.outbox.send("a", "othr", "direct", data)

        other: list[object] = []
        routed(bus, {"in": ("a",)}, {"a": step, "c": keep(got), "other": keep(other)})
        await bus.outbox.emit("in", "x", 1, session="s")
        await bus.idleness.reached()
        assert (got, other) == ([1], [])
        assert await bus.send_to_component(message("nobody", 7))
        worker = Worker()
        bus.register_component_handler("nobody", worker)
        await bus.idleness.reached()
        assert worker.numbers() == [7]


@virtual_time
async def test_a_broadcast_reaches_every_component_that_accepts_the_event() -> None:
    """C6: as of the moment it is accepted, and never its sender."""
    accepting = DeliveryPolicy(accepts=("alarm",))
    async with running() as bus:
        got: dict[str, list[object]] = {name: [] for name in "abc"}
        policies = {"a": accepting, "b": accepting}
        routed(bus, {}, {name: keep(got[name]) for name in "abc"}, policies)
        await bus.outbox.broadcast("x", "alarm", 1, session="s")
        await bus.outbox.broadcast("a", "alarm", 2, session="s")
        await bus.outbox.broadcast("a", "other", 3, session="s")
        await bus.idleness.reached()
    assert got == {"a": [1], "b": [1, 2], "c": []}
    assert bus.core.unroutable == 1


@virtual_time
async def test_outputs_belong_to_the_session_of_what_is_handled_unless_they_name_one() -> None:
    """C4: a child goes on in its parent's session."""
    async with running() as bus:
        sessions: list[str] = []

        async def step(_delivery: Delivery, data: object) -> None:
            await bus.outbox.emit("a", "out", data)
            await bus.outbox.emit("a", "out", data, session="another")

        routed(bus, {"in": ("a",), "a": ("b",)}, {"a": step, "b": lambda d, _: sessions.append(d.envelope.session_id)})
        await bus.outbox.emit("in", "x", 1, session="s")
        await bus.idleness.reached()
    assert sessions == ["s", "another"]


@virtual_time
async def test_an_output_that_is_not_plain_data_is_the_attempts_failure() -> None:
    """C4, A7: refused where it is emitted."""
    async with running(DeliveryPolicy(retry=RetryPolicy(max_retries=0))) as bus:

        async def step(_delivery: Delivery, _data: object) -> None:
            with pytest.raises(PayloadError):
                await bus.outbox.emit("a", "out", object())
            raise ValueError("told")

        routed(bus, {"in": ("a",), "a": ("b",)}, {"a": step, "b": keep([])})
        await bus.outbox.emit("in", "x", 1, session="s")
        await bus.idleness.reached()
    assert bus.core.endpoints["b"].accepted == 0
    assert bus.core.dead.list()[0].error == "ValueError: told"


@virtual_time
async def test_a_task_that_outlives_its_handler_sends_on_its_own_account() -> None:
    """C4: nothing can be staged for an attempt that is over."""
    async with running() as bus:
        got: list[object] = []
        left: list[asyncio.Task[None]] = []

        async def afterwards() -> None:
            await asyncio.sleep(5)
            await bus.outbox.emit("a", "late", "late")

        async def step(_delivery: Delivery, _data: object) -> None:
            left.append(asyncio.create_task(afterwards()))

        routed(bus, {"in": ("a",), "a": ("b",)}, {"a": step, "b": lambda d, _: got.append(d.envelope)})
        await bus.outbox.emit("in", "x", 1, session="s")
        await later(6)
    assert [(one.session_id, one.hop) for one in got] == [("s", 0)]


@virtual_time
async def test_a_request_passes_the_lanes_by_and_returns_the_answer() -> None:
    """C6: it waits at most as long as asked, and what the asked one emits leaves at once."""
    async with running() as bus:
        got: list[object] = []
        answers: list[object] = []

        async def tool(delivery: Delivery, data: object) -> None:
            await bus.outbox.emit("tool", "trace", data)
            if data == "slow":
                await asyncio.sleep(100)
            if data == "odd":
                raise TimeoutError("its own")

        async def asker(_delivery: Delivery, data: object) -> None:
            answers.append(await bus.outbox.request("a", "tool", data, timeout=2))

        steps = {"a": asker, "tool": tool, "b": keep(got)}
        routed(bus, {"in": ("a",), "tool": ("b",)}, steps, {"a": DeliveryPolicy(retry=RetryPolicy(max_retries=0))})
        for data in ("quick", "slow", "odd"):
            await bus.outbox.emit("in", "x", data, session="s")
        await bus.idleness.reached()
    assert (answers, got) == ([None], ["quick"])
    errors = [letter.error for letter in bus.core.dead.list()]
    assert errors == ["RequestError: tool did not answer within 2 s", "TimeoutError: its own"]


@virtual_time
async def test_who_is_asked_by_somebody_it_waits_for_is_told_at_once() -> None:
    """C6: no request can wait for itself."""
    async with running(DeliveryPolicy(retry=RetryPolicy(max_retries=0))) as bus:

        async def ask(name: str, of: str) -> None:
            await bus.outbox.request(name, of, 1, timeout=60)

        routed(bus, {"in": ("a",)}, {"a": lambda _d, _: ask("a", "b"), "b": lambda _d, _: ask("b", "a")})
        await bus.outbox.emit("in", "x", 1, session="s")
        await later(1)
    assert "cannot answer it" in bus.core.dead.list()[0].error


@virtual_time
async def test_nobody_can_be_asked_that_does_not_run() -> None:
    """C6, H2: neither on a stopped bus nor before it is there."""
    async with running() as bus:
        routed(bus, {}, {"a": keep([])})
        bus.core.endpoint("b")
        with pytest.raises(RequestError, match="is not running"):
            await bus.outbox.request("x", "b", 1, timeout=1)
        await bus.stop()
        with pytest.raises(RequestError, match="is not running"):
            await bus.outbox.request("x", "a", 1, timeout=1)
