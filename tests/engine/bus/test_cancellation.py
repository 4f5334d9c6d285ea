"""A call that is cancelled at any of its awaits has happened everywhere or nowhere (bus.md F7)."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import pytest

from support.books import check_books
from support.bus import ONCE, make_bus, message, routed
from support.cancelling import Cancelled, Moment
from support.journals import FakeJournal
from support.virtual_loop import later, run_virtually
from woodwork_engine.delivery import Delivery
from woodwork_engine.errors import ClosingError
from woodwork_engine.message import MessageEnvelope
from woodwork_engine.policy import DeliveryPolicy

TINY = DeliveryPolicy(max_queue=1, block_timeout=500, ttl=None, retry=ONCE)
KEPT = replace(TINY, durable=True)
BOTH = ("a", "b")
BUSY = {"a": 1.0, "b": 2.0}
"""For how many seconds the first message occupies the only place of each target."""
BOUND = 100.0
"""Virtual seconds after which whoever still waits counts as waiting for ever."""
MOST_AWAITS = 30


class Place:
    """A bus whose targets `a` and `b` have room for one message each, and what they got."""

    def __init__(self, policy: DeliveryPolicy) -> None:
        self.bus = make_bus(policy)
        self.journal = FakeJournal()
        if policy.durable:
            self.bus.keep_in(self.journal)
        self.policy = policy
        self.got: dict[str, list[object]] = defaultdict(list)
        self.dying: set[object] = set()
        self.letters: dict[object, str] = {}

    async def open(self) -> None:
        """Fill every place; a message at `a` is done sooner than one at `b`."""
        await self.bus.start()
        steps = {"a": self._step, "b": self._step, "tool": self._tool}
        policies = {"tool": replace(TINY, max_queue=9)}
        routed(self.bus, {"in": BOTH, "tool": BOTH}, steps, policies)
        for name in BOTH:
            await self.bus.subscribe("news", self._subscriber(name))

    async def _step(self, delivery: Delivery, data: dict[str, object]) -> None:
        await self._have(delivery.target, data["n"])

    def _subscriber(self, name: str) -> Callable[[MessageEnvelope], Awaitable[None]]:
        async def handle(envelope: MessageEnvelope) -> None:
            await self._have(name, envelope.payload["n"])

        return handle

    async def _have(self, name: str, number: object) -> None:
        if number in self.dying:
            raise ConnectionError("as told")
        if number == "first":
            await asyncio.sleep(BUSY[name])
        self.got[name].append(number)

    async def _tool(self, _delivery: Delivery, number: object) -> object:
        await asyncio.sleep(0.25)
        return {"n": number}

    async def bury(self, *numbers: object) -> None:
        """Let *numbers* become dead letters."""
        self.dying |= set(numbers)
        for number in numbers:
            await self.bus.outbox.emit("in", "x", {"n": number}, session="s")
            await self.bus.idleness.reached()
            self.letters[number] = self.bus.core.dead.list()[-1].dlq_id
        self.dying.clear()

    def commit_now_and_then(self) -> None:
        """Write what the journal has, twice a second."""
        self.journal.slow = True

        def commit() -> None:
            self.journal.commit()
            if self.bus.core.running:
                loop.call_later(0.5, commit)

        loop = asyncio.get_running_loop()
        loop.call_later(0.5, commit)


@dataclass(frozen=True)
class Call:
    """How *make* hands a message to *targets*; *awaits* is how many times it waits at least."""

    make: Callable[[Place, object], Awaitable[object]]
    awaits: int
    targets: tuple[str, ...] = BOTH
    policy: DeliveryPolicy = TINY


def publish(place: Place, number: object) -> Awaitable[object]:
    return place.bus.publish(MessageEnvelope({"n": number}, "news", "s"))


def send(place: Place, number: object) -> Awaitable[object]:
    return place.bus.send_to_component(message("a", number))


def emit(place: Place, number: object) -> Awaitable[object]:
    return place.bus.outbox.emit("in", "x", {"n": number}, session="s")


def replay(place: Place, number: object) -> Awaitable[object]:
    return place.bus.dead_letters.replay(place.letters[number], reroute=True)


def request(place: Place, number: object) -> Awaitable[object]:
    return place.bus.outbox.request("me", "tool", number, timeout=50)


CALLS = {
    "publish": Call(publish, 2),
    "send": Call(send, 1, ("a",)),
    "emit": Call(emit, 2),
    "replay": Call(replay, 2),
    "request": Call(request, 3),
    "send, kept": Call(send, 2, ("a",), KEPT),
    "emit, kept": Call(emit, 3, BOTH, KEPT),
}


@pytest.mark.parametrize("seed", [None, 1, 2])
@pytest.mark.parametrize("moment", Moment)
@pytest.mark.parametrize("name", CALLS)
def test_a_call_cancelled_at_any_await_is_accepted_whole_or_not_at_all(
    name: str, moment: Moment, seed: int | None
) -> None:
    """F7: and the room that it waited for goes to whoever stands behind it."""
    for at in range(1, MOST_AWAITS):
        late = run_virtually(_cancelled_in_line(CALLS[name], at, moment), seed)
        if late.awaits < at:
            break
        assert late.landed, f"the cancellation at await {at} has hit nothing"
    assert at > CALLS[name].awaits


async def _cancelled_in_line(call: Call, at: int, moment: Moment) -> Cancelled:
    place = Place(call.policy)
    bus = place.bus
    await place.open()
    await place.bury("late", "behind")
    place.got.clear()
    if call.make is publish:
        await publish(place, "first")
    else:
        await emit(place, "first")
    if call.policy.durable:
        place.commit_now_and_then()
    late = Cancelled(call.make(place, "late"), at, moment)
    await later()
    behind = asyncio.create_task(call.make(place, "behind"))
    _, waiting = await asyncio.wait({late.task, behind}, timeout=BOUND)
    assert not waiting, "somebody waits for ever"
    assert behind.exception() is None
    async with asyncio.timeout(BOUND):
        await bus.idleness.reached()
    had = [name for name in BOTH if "late" in place.got[name]]
    assert had in ([], list(call.targets)), "half of it was accepted"
    if not call.policy.durable:  # else what has its place stays accepted while it is written
        assert bool(had) != late.landed
    for name in call.targets:
        assert place.got[name] == ["first", *(["late"] if had else []), "behind"]
    if call.make is replay:
        assert bus.core.dead.get(place.letters["late"]).state == ("replayed" if had else "open")
    check_books(bus.core)
    assert bus.core.in_line == bus.core.depth == bus.core.inflight == bus.core.awaited == 0
    for endpoint in bus.core.endpoints.values():
        assert endpoint.blocked == endpoint.working == endpoint.inflight == len(endpoint.sharing) == 0
        assert endpoint.instance is None or endpoint.instance.inflight == 0
        assert not endpoint.gate.waiters
    await _ends(place)
    return late


async def _ends(place: Place) -> None:
    place.journal.slow = False
    place.journal.commit()
    async with asyncio.timeout(BOUND):
        await place.bus.stop(drain=False)
    await later(1)
    assert asyncio.all_tasks() == {asyncio.current_task()}, "H3"
    assert asyncio.get_running_loop().timers() == [], "H3"


@pytest.mark.parametrize("seed", [None, 1, 2])
@pytest.mark.parametrize("moment", Moment)
@pytest.mark.parametrize("deadline", [None, 0.5, 50.0])
def test_a_stop_cancelled_at_any_await_can_be_made_again(
    deadline: float | None, moment: Moment, seed: int | None
) -> None:
    """H2, F7: the next one ends everything, and after a start nothing that was accepted is missing."""
    for at in range(1, MOST_AWAITS):
        stopping = run_virtually(_cancelled_stop(deadline, at, moment), seed)
        if stopping.awaits < at:
            break
        assert stopping.landed, f"the cancellation at await {at} has hit nothing"
    assert at > 1


async def _cancelled_stop(deadline: float | None, at: int, moment: Moment) -> Cancelled:
    place = Place(replace(KEPT, timeout=40))
    bus = place.bus
    await place.open()
    await emit(place, "first")
    waiting = [asyncio.create_task(emit(place, number)) for number in (1, 2)]
    await later(0.1)
    place.commit_now_and_then()
    stopping = Cancelled(bus.stop(drain=deadline is not None, deadline=deadline), at, moment)
    await asyncio.wait({stopping.task}, timeout=BOUND)
    assert stopping.task.done()
    async with asyncio.timeout(BOUND):
        await bus.stop(drain=False)
    done, late = await asyncio.wait(waiting, timeout=BOUND)
    assert not late, "somebody waits for room at a bus that has stopped"
    assert all(isinstance(task.exception(), ClosingError | None) for task in done)
    await _ends(place)
    check_books(bus.core)
    assert len(place.journal.rows) == bus.core.depth, "I2: what is left is kept"
    await bus.start()
    async with asyncio.timeout(BOUND):
        await bus.idleness.reached()
    sent = ["first", *(number for number, task in zip((1, 2), waiting, strict=True) if task.exception() is None)]
    for name in BOTH:
        assert place.got[name] == sent
    await _ends(place)
    return stopping
