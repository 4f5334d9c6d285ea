"""The circuit breaker: open, half-open, closed (bus.md D7)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from support.bus import message, records, running
from support.engines import running as running_flow
from support.virtual_loop import later, virtual_time
from woodwork_engine import MessageEnvelope, Reject
from woodwork_engine.bus.breaker import PROBES, BreakerState, Outcomes
from woodwork_engine.bus.memory import InMemoryMessageBus
from woodwork_engine.bus.statistics import degraded_reasons
from woodwork_engine.events import EventLog
from woodwork_engine.policy import BreakerPolicy, DeliveryPolicy, RetryPolicy


class Service:
    """A handler whose service works or does not."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.works = False
        self.error: BaseException = ConnectionError("down")
        self.seconds = seconds
        self.calls: list[object] = []
        self.running = self.most_running = 0

    async def __call__(self, envelope: MessageEnvelope) -> None:
        self.calls.append(envelope.payload["n"])
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            if self.seconds:
                await asyncio.sleep(self.seconds)
            if not self.works:
                raise self.error
        finally:
            self.running -= 1


def policy(**more: object) -> DeliveryPolicy:
    usual = {
        "ttl": None,
        "retry": RetryPolicy(base=1, factor=1, jitter="none"),
        "breaker": BreakerPolicy(rate=0.5, window=30, min=4),
    }
    return DeliveryPolicy(**usual | more)


async def send(bus: InMemoryMessageBus, *numbers: int, target: str = "a") -> None:
    """Send each number in a session of its own."""
    for number in numbers:
        await bus.send_to_component(message(target, number, f"s{number}"))


def state(bus: InMemoryMessageBus) -> BreakerState:
    breaker = bus.core.endpoints["a"].breaker
    assert breaker is not None
    return breaker.state


@virtual_time
async def test_a_component_that_mostly_fails_is_left_alone_and_no_attempt_is_used_up() -> None:
    """D7: its lanes stop starting, messages stay, attempts stand still; other components go on."""
    async with running(policy()) as bus:
        service, other = Service(), Service()
        other.works = True
        bus.register_component_handler("a", service)
        bus.register_component_handler("b", other)
        await send(bus, *range(4))
        await later()
        assert state(bus) is BreakerState.OPEN
        await send(bus, *range(4, 10))
        await send(bus, 1, 2, target="b")
        await later(29)
        assert service.calls == [0, 1, 2, 3]
        assert bus.core.endpoints["a"].depth == 10
        assert {d.attempt for lane in bus.core.endpoints["a"].lanes.values() for d in lane.queue} == {0, 1}
        assert len(other.calls) == 2
        assert not bus.retry_now((next(iter(bus.core.endpoints["a"].lanes["s0"].queue)).envelope.message_id, "a"))


@virtual_time
async def test_after_a_cool_down_a_few_are_let_through_and_when_they_succeed_all_are() -> None:
    """D7: half-open; as many probes as are named, at most so many at once, then closed."""
    log = EventLog()
    async with running(policy(), log=log) as bus:
        service = Service(seconds=1)
        bus.register_component_handler("a", service)
        await send(bus, *range(20))
        await later(2)
        before = len(service.calls)
        assert state(bus) is BreakerState.OPEN
        service.works = True
        service.most_running = 0
        await later(29.5)
        assert state(bus) is BreakerState.HALF_OPEN
        assert len(service.calls) - before == PROBES
        assert service.most_running == PROBES
        await later(1)
        assert state(bus) is BreakerState.CLOSED
        await bus.idleness.reached()
        assert bus.core.endpoints["a"].ok == 20
    told = [(one.type, one.details()) for one in records(log, "paused", "resumed", "note")]
    assert [kind for kind, _ in told] == ["paused", "note", "resumed"]
    assert told[0][1]["by"] == "breaker"
    assert "attempts failed within 30 s" in told[0][1]["reason"]
    assert told[1][1] == {"event": "breaker.half_open", "probes": PROBES}
    assert {record.target for record in records(log, "paused", "resumed")} == {"a"}


@virtual_time
async def test_a_probe_that_fails_opens_it_again() -> None:
    """D7: for another cool-down."""
    async with running(policy()) as bus:
        service = Service()
        bus.register_component_handler("a", service)
        await send(bus, *range(4))
        await later()
        calls = len(service.calls)
        for turn in range(1, 4):
            await later(30.5 if turn == 1 else 30)
            assert state(bus) is BreakerState.OPEN
            assert len(service.calls) == calls + turn, "the first probe tells; no other one is needed"


@virtual_time
async def test_probes_that_come_one_by_one_close_it_as_well() -> None:
    """D7: where little is to be done."""
    async with running(policy()) as bus:
        service = Service()
        bus.register_component_handler("a", service)
        await send(bus, *range(4))
        await later()
        for number in range(4):
            assert bus.core.endpoints["a"].lanes[f"s{number}"].queue
        service.works = True
        bus.kill_retry((bus.core.endpoints["a"].lanes["s0"].queue[0].envelope.message_id, "a"))
        await later(31)
        assert state(bus) is BreakerState.CLOSED
        await bus.idleness.reached()


@virtual_time
async def test_fewer_attempts_than_the_least_do_not_open_it_and_neither_does_a_lower_rate() -> None:
    """D7: rate of at least so many within the window."""
    async with running(policy(retry=RetryPolicy(max_retries=0))) as bus:
        service = Service()
        bus.register_component_handler("a", service)
        await send(bus, 0, 1, 2)
        await later(31)
        await send(bus, 3, 4, 5)
        await later()
        assert state(bus) is BreakerState.CLOSED, "three of three, twice, but not within one window"
        service.works = True
        await send(bus, *range(6, 20))
        await later()
        service.works = False
        await send(bus, 20, 21)
        await later()
        assert state(bus) is BreakerState.CLOSED, "five of nineteen"


def test_outcomes_leave_the_window_with_time() -> None:
    """D7: to a tenth of it."""
    outcomes = Outcomes(10.0)
    for second in range(10):
        outcomes.add(float(second), failed=True)
    assert (outcomes.attempts, outcomes.failed) == (10, 10)
    outcomes.add(14.5, failed=False)
    assert (outcomes.attempts, outcomes.failed) == (6, 5)


@virtual_time
async def test_a_message_that_is_rejected_says_nothing_about_the_component() -> None:
    """D7, D3: nor does it close a half-open one."""
    async with running(policy()) as bus:
        service = Service()
        service.error = Reject("bad")
        bus.register_component_handler("a", service)
        await send(bus, *range(10))
        await later()
        assert state(bus) is BreakerState.CLOSED
        service.error = ConnectionError("down")
        await send(bus, *range(10, 14))
        await later()
        assert state(bus) is BreakerState.OPEN
        service.error = Reject("bad")
        await later(31)
        assert state(bus) is BreakerState.HALF_OPEN
        assert bus.core.endpoints["a"].depth == 0, "each handed its place as a probe on"


@virtual_time
async def test_what_began_before_it_opened_tells_nothing_after() -> None:
    """D7: late successes of attempts that were running do not close it."""
    async with running(policy()) as bus:
        service = Service(seconds=0)
        gate = asyncio.Event()

        async def handler(envelope: MessageEnvelope) -> None:
            if envelope.payload["n"] >= 100:
                await gate.wait()
                return
            await service(envelope)

        bus.register_component_handler("a", handler)
        await send(bus, *range(100, 110))
        await later()
        await send(bus, *range(4))
        await later(30.5)
        assert state(bus) is BreakerState.OPEN, "a probe has failed by now"
        gate.set()
        await later(1)
        assert state(bus) is BreakerState.OPEN


@virtual_time
async def test_a_timeout_is_a_failure_and_a_stop_is_none() -> None:
    """D7, D5, H3: the breaker stands around the timeout; and no timer of it outlives the bus."""
    log = EventLog()
    async with running(policy(timeout=1), log=log) as bus:
        service = Service(seconds=100)
        bus.register_component_handler("a", service)
        await send(bus, 0, 1, 2, 3)
        await later(0.5)
        await bus.stop(drain=False)
        assert records(log, "paused") == [], "four were cut short"
        await bus.start()
        await later(1.2)
        assert state(bus) is BreakerState.OPEN, "four were late"


@virtual_time
async def test_a_lane_that_a_person_holds_stays_held_when_the_breaker_closes() -> None:
    """D7, B6: and goes on when both have let go."""
    async with running(policy()) as bus:
        service = Service()
        bus.register_component_handler("a", service)
        await send(bus, *range(6))
        await later()
        bus.holds.pause("a", "s5")
        service.works = True
        await later(40)
        assert state(bus) is BreakerState.CLOSED
        assert {name for name, lane in bus.core.endpoints["a"].lanes.items() if lane.queue} == {"s5"}
        bus.holds.resume("a", "s5")
        await bus.idleness.reached()
        assert bus.core.endpoints["a"].ok == 6


@virtual_time
async def test_an_open_breaker_makes_the_bus_unwell_until_it_closes() -> None:
    """D7, H5: the reason says when it is tried again."""
    async with running(policy()) as bus:
        service = Service()
        bus.register_component_handler("a", service)
        await send(bus, *range(4))
        await later(10)
        assert degraded_reasons(bus.core) == ("a: the breaker is open; it is tried again in 20 s",)
        assert not bus.is_healthy()
        service.works = True
        await bus.idleness.reached()
        assert bus.is_healthy()


@virtual_time
async def test_new_code_and_a_policy_without_breaker_begin_anew() -> None:
    """D7, G3: what failed was the old one."""
    async with running(policy()) as bus:
        service = Service()
        bus.register_component_handler("a", service)
        await send(bus, *range(4))
        await later()
        handler = bus.core.endpoints["a"].instance.handler
        bus.employ("a", handler, policy())
        assert state(bus) is BreakerState.OPEN, "the same code, as after a reload of something else"
        good = Service()
        good.works = True
        bus.register_component_handler("a", good)
        assert state(bus) is BreakerState.CLOSED
        await bus.idleness.reached()
        assert len(good.calls) == 4
        await send(bus, *range(10, 14))
        bus.register_component_handler("a", service)
        await later()
        assert state(bus) is BreakerState.OPEN
        bus.employ("a", handler, policy(breaker=None))
        assert bus.core.endpoints["a"].breaker is None
        service.works = True
        await bus.idleness.reached()


@virtual_time
async def test_a_component_that_leaves_takes_its_breaker_along() -> None:
    """D7, H3: unregistered while it is open; whoever comes next begins anew, and no timer is left."""
    async with running(policy()) as bus:
        bus.register_component_handler("a", Service())
        await send(bus, *range(4))
        await later()
        assert bus.unregister_component_handler("a")
        assert len(asyncio.get_running_loop().timers()) == 1 + 4, "the housekeeper and four retries"
        good = Service()
        good.works = True
        bus.register_component_handler("a", good)
        await bus.idleness.reached()
        assert len(good.calls) == 4


@virtual_time
async def test_while_it_is_open_messages_still_expire() -> None:
    """D7, D4: nobody holds them on purpose."""
    async with running(policy(ttl=10)) as bus:
        bus.register_component_handler("a", Service())
        await send(bus, *range(4))
        await later()
        await send(bus, 4)
        await later(12)
        assert [letter.reason for letter in bus.core.dead.list()] == ["expired"] * 5


def test_a_flow_has_a_breaker_where_it_says_so_and_shows_how_it_is(tmp_path: Path) -> None:
    """D7: `breaker = { ... }`; state, health, record."""
    (tmp_path / "flow").mkdir()
    (tmp_path / "flow" / "fail.py").write_text("def fail(data):\n    raise ConnectionError('down')\n")
    text = """
    a = function python { path = "fail.py", function = fail, to = [], ttl = none
        breaker = { min = 3, window = 1h, rate = 1 }
        retry = { base = 1h, cap = 1h, jitter = none } }
    b = echo { to = [] }
    """
    with running_flow(tmp_path / "flow", text) as flow:
        flow.until_rev(1)
        for number in range(5):
            flow.send("a", number, f"s{number}")
        flow.until_record("paused")
        snapshot = flow.until(lambda snapshot: snapshot.node("a").breaker == "open")
        node = snapshot.node("a")
        assert (node.state, node.depth) == ("breaker_open", 5)
        assert node.breaker_due > snapshot.at + 3_000
        seen = flow.until(lambda snapshot: any("breaker is open" in why for why in snapshot.health.degraded))
        assert seen.plan.node("a").policy.breaker == BreakerPolicy(1.0, 3600.0, 3)
        assert seen.plan.node("b").policy.breaker is None
        assert {lane.state for lane in flow.until(lambda s: len(s.lanes) == 5).lanes} <= {"retrying", "held"}


@pytest.mark.parametrize("held", [True, False])
@virtual_time
async def test_what_else_holds_a_component_goes_on_holding_it(held: bool) -> None:
    """D7: two reasons at once."""
    async with running(policy()) as bus:
        service = Service()
        bus.register_component_handler("a", service)
        await send(bus, *range(4))
        await later()
        endpoint = bus.core.endpoints["a"]
        if held:
            bus.serving.hold(endpoint, "somebody")
        service.works = True
        await later(31)
        assert (endpoint.depth == 0) is not held
        bus.serving.release(endpoint, "somebody")
        await bus.idleness.reached()
