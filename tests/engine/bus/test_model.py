"""Whatever is done to a bus, in whatever order: nothing lost, nothing twice, nothing out of order (bus.md 2.2)."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Coroutine
from itertools import pairwise

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from support.bus import make_bus, routed
from support.virtual_loop import VirtualLoop, later
from woodwork_engine.bus.breakpoints import Breakpoint
from woodwork_engine.bus.endpoint import LaneState
from woodwork_engine.delivery import Delivery
from woodwork_engine.errors import WoodworkError
from woodwork_engine.events import EventLog, Record
from woodwork_engine.hold import BY_LETTER
from woodwork_engine.policy import DeliveryPolicy, ErrorRule, FlowPolicy, RetryPolicy

RETRY = RetryPolicy(max_retries=2, base=2, factor=2, on=((ErrorRule("PermissionError", "pause"),),))
POLICIES = {
    "a": DeliveryPolicy(max_queue=4, max_session_queue=3, concurrency=2, quantum=2, ttl=None, retry=RETRY),
    "b": DeliveryPolicy(max_queue=3, max_session_queue=2, concurrency=2, ttl=30, retry=RETRY, timeout=4),
    "c": DeliveryPolicy(max_queue=2, concurrency=1, delivery="at_most_once", ttl=None),
}
CYCLE = {"in": ("a",), "a": ("b",), "b": ("a",)}
ROUTES = (
    {"in": ("a",), "a": ("b", "c")},
    {"in": ("a",), "a": ("b",), "b": ("c",)},
    {"in": ("a", "b"), "a": ("c",)},
    CYCLE,
)
DRAINED = 5_000
"""Virtual seconds in which everything is handled that a history may have sent."""
ENDS = ("ok", "dead", "dropped", "discarded")
sessions = st.sampled_from(["s1", "s2", "s3"])
work = st.fixed_dictionaries(
    {
        "sleep": st.sampled_from([0, 0, 0.5, 3, 6]),
        "fails": st.dictionaries(st.sampled_from("abc"), st.integers(1, 4), max_size=2),
        "rounds": st.integers(0, 3),
        "stops": st.sampled_from([False, False, True]),
    }
)


class BusMachine(RuleBasedStateMachine):
    """A flow of three components with tiny queues, through which anything may be sent at any moment."""

    def __init__(self) -> None:
        super().__init__()
        self.loop: VirtualLoop | None = None

    @initialize(seed=st.integers(0, 2**32), routes=st.sampled_from(ROUTES))
    def begin(self, seed: int, routes: dict[str, tuple[str, ...]]) -> None:
        self.loop = VirtualLoop(seed)
        self.log = EventLog()
        self.revision = 0
        self.had_a_cycle = False
        self.publishing: list[asyncio.Task[str]] = []
        self.number = 0
        self.hurried: set[tuple[str, str]] = set()
        self.stops: list[int] = []
        self.do(self._start(seed))
        self.reload(routes)

    async def _start(self, seed: int) -> None:
        self.bus = make_bus(flow=FlowPolicy(max_inflight=3, max_messages=9, max_hops=9), log=self.log, seed=seed)
        await self.bus.start()

    def do(self, step: Coroutine[object, object, object]) -> None:
        self.loop.run_until_complete(step)

    async def _step(self, delivery: Delivery, data: dict[str, object]) -> object:
        if data["sleep"]:
            await asyncio.sleep(data["sleep"])
        if data["fails"].get(delivery.target, 0) >= delivery.attempt:
            raise PermissionError("stop here") if data["stops"] else ConnectionError("as told")
        rounds = data["rounds"] - (delivery.target == "b")
        return None if rounds < 0 else {**data, "rounds": rounds}

    @rule(session=sessions, plan=work, count=st.integers(1, 6))
    def publish(self, session: str, plan: dict[str, object], count: int) -> None:
        async def go() -> None:
            for _ in range(count):
                self.number += 1
                emit = self.bus.outbox.emit("in", "x", {**plan, "n": self.number}, session=session)
                self.publishing.append(asyncio.create_task(emit))
                await asyncio.sleep(0)

        self.do(go())

    @rule(seconds=st.sampled_from([0, 0.5, 1.5, 5, 40]))
    def wait(self, seconds: float) -> None:
        self.do(later(seconds))

    @rule(which=st.integers(0, 20))
    def cancel_a_publisher(self, which: int) -> None:
        pending = [task for task in self.publishing if not task.done()]
        if pending:
            pending[which % len(pending)].cancel()

    @rule(routes=st.sampled_from(ROUTES))
    def reload(self, routes: dict[str, tuple[str, ...]]) -> None:
        self.revision += 1
        self.had_a_cycle |= routes is CYCLE  # from then on there may be more than the limits say

        async def go() -> None:
            routed(self.bus, routes, dict.fromkeys("abc", self._step), POLICIES, self.revision)

        self.do(go())

    @rule(name=st.sampled_from("abc"))
    def let_nobody_handle(self, name: str) -> None:
        async def go() -> None:
            self.bus.unregister_component_handler(name)

        self.do(go())

    @rule(
        component=st.sampled_from([None, "a", "b", "c"]),
        session=st.sampled_from([None, "s1", "s2"]),
        what=st.sampled_from(["pause", "resume", "step"]),
    )
    def hold(self, component: str | None, session: str | None, what: str) -> None:
        async def go() -> None:
            before = dict(self.bus.core.waiting)
            getattr(self.bus.holds, what)(component, session)
            self.hurried |= {key for key in before if key not in self.bus.core.waiting}

        self.do(go())

    @rule(name=st.sampled_from("abc"), there=st.booleans())
    def break_at(self, name: str, there: bool) -> None:
        change = self.bus.breakpoints.add if there else self.bus.breakpoints.remove
        change(Breakpoint(name, condition="payload.n>2"))

    @rule()
    def release_all(self) -> None:
        async def go() -> None:
            self.bus.breakpoints.release_all()

        self.do(go())

    @rule(now=st.booleans())
    def settle_a_retry(self, now: bool) -> None:
        async def go() -> None:
            for key in list(self.bus.core.waiting)[:1]:
                self.hurried.add(key)
                _ = self.bus.retry_now(key) if now else self.bus.kill_retry(key)

        self.do(go())

    @rule()
    def replay_the_oldest(self) -> None:
        letters = [letter for letter in self.bus.core.dead.list() if letter.state == "open"]
        if letters:
            stuck = self.bus.holds.stuck_on(letters[0].route.target, letters[0].envelope.session_id)
            self.had_a_cycle |= stuck == letters[0].dlq_id  # it takes the place it had, though the lane is full
            replay = self.bus.replays.replay(letters[0].dlq_id)
            self.publishing.append(self.loop.create_task(replay))
            self.do(later())

    @rule(deadline=st.sampled_from([None, 0.0, 1.0]))
    def stop_and_start(self, deadline: float | None) -> None:
        async def go() -> None:
            await self.bus.stop(drain=deadline is not None, deadline=deadline)
            async with asyncio.timeout(DRAINED):
                await asyncio.gather(*self.publishing, return_exceptions=True)
            assert asyncio.all_tasks() == {asyncio.current_task()}, "H3"
            assert self.loop.timers() == [], "H3"
            self.stops.append(self.log.seq)
            await self.bus.start()

        self.do(go())

    @invariant()
    def the_books_are_right(self) -> None:
        if self.loop is None:
            return
        core = self.bus.core
        for endpoint in core.endpoints.values():
            waiting = [delivery for lane in endpoint.lanes.values() for delivery in lane.queue]
            assert endpoint.depth == len(waiting)
            assert endpoint.depth <= endpoint.max_queue or self.had_a_cycle
            assert endpoint.retrying == sum(lane.timer is not None for lane in endpoint.lanes.values())
            assert not endpoint.ready or endpoint.waking or endpoint.working or core.slots.waiters, "B3: nobody comes"
            for lane in endpoint.lanes.values():
                assert len(lane.queue) <= endpoint.session_limit or self.had_a_cycle
                is_held = any(
                    scope.component in (None, endpoint.name) and scope.session in (None, lane.session.id)
                    for scope in (hold.scope for hold in self.bus.holds.list())
                )
                assert is_held == (lane in core.halted) == (lane.go is LaneState.HALTING)
                assert (lane in endpoint.ready) == (lane.state is LaneState.READY)
        assert core.depth == sum(endpoint.depth for endpoint in core.endpoints.values())
        assert core.bytes == sum(
            len(delivery.encoded)
            for endpoint in core.endpoints.values()
            for lane in endpoint.lanes.values()
            for delivery in lane.queue
        )
        assert 0 <= core.inflight <= 3
        assert core.in_line == sum(not task.done() for task in self.publishing) + sum(
            endpoint.working - endpoint.inflight for endpoint in core.endpoints.values()
        )

    def teardown(self) -> None:
        if self.loop is None:
            return
        try:
            self.do(self._finish())
            records = self.log.reader().read().records
            Checks(records, self.stops, self.hurried).all()
        finally:
            for task in asyncio.all_tasks(self.loop):
                task.cancel()
            self.loop.close()

    async def _finish(self) -> None:
        routed(self.bus, ROUTES[0], dict.fromkeys("abc", self._step), POLICIES, self.revision + 1)
        for breakpoint_ in self.bus.breakpoints.list():
            self.bus.breakpoints.remove(breakpoint_)
        async with asyncio.timeout(DRAINED):
            held = self.bus.holds.list()
            while held or self.bus.core.depth:  # what goes on may be stopped again
                for one in held:
                    self.bus.holds.resume(one.scope.component, one.scope.session)
                await later(5)
                held = self.bus.holds.list()
            results = await asyncio.gather(*self.publishing, return_exceptions=True)
            await self.bus.core.idle()
        assert all(isinstance(r, str | WoodworkError | asyncio.CancelledError) for r in results), results
        await self.bus.stop()
        assert self.bus.core.depth == self.bus.core.in_line == self.bus.core.inflight == 0
        assert asyncio.all_tasks() == {asyncio.current_task()}, "H3"
        assert self.loop.timers() == [], "H3"


class Checks:
    """What must hold of the records of any history."""

    def __init__(self, records: tuple[Record, ...], stops: list[int], hurried: set[tuple[str, str]]) -> None:
        self.records = records
        self.stops = stops
        self.hurried = hurried
        self.by_delivery: dict[tuple[str, str], list[Record]] = defaultdict(list)
        self.by_lane: dict[tuple[str, str], list[Record]] = defaultdict(list)
        self.in_front = {
            record.message_id
            for before, record in pairwise(records)
            if record.type == "replayed" and before.type == "resumed" and before.details()["by"] == BY_LETTER
        }
        """Replays of the letter on which their lane was stopped (bus.md E4)."""
        for record in records:
            if record.message_id and record.target and record.type not in ("blocked", "replayed", "held", "released"):
                self.by_delivery[(record.message_id, record.target)].append(record)
                self.by_lane[(record.session_id, record.target)].append(record)

    def all(self) -> None:
        """Check everything."""
        for story in self.by_delivery.values():
            self.one_beginning_and_one_end(story)
            self.attempts_are_contiguous(story)
            self.waits_are_kept(story)
        for story in self.by_lane.values():
            self.in_order_and_one_at_a_time(story)
        self.children_exactly_once()

    def one_beginning_and_one_end(self, story: list[Record]) -> None:
        """Conservation: accepted once, ended once, and nothing before or after."""
        kinds = [record.type for record in story]
        assert sum(kind in ENDS for kind in kinds) == 1, story
        assert kinds[-1] in ENDS, story
        refused = kinds == ["dead"]
        assert refused or (kinds[0] == "queued" and kinds.count("queued") == 1), story

    def attempts_are_contiguous(self, story: list[Record]) -> None:
        """From 1, one by one, at most three; the same one again only where a stop came in between."""
        last = None
        for record in story:
            if record.type != "started":
                continue
            if last is not None and record.attempt == last.attempt:
                assert any(last.seq <= stop < record.seq for stop in self.stops), story
            else:
                assert record.attempt == (1 if last is None else last.attempt + 1), story
            last = record
        assert last is None or last.attempt <= 3

    def waits_are_kept(self, story: list[Record]) -> None:
        """A retry is not early; one that would be too late is given up in the step that says so."""
        for before, record in pairwise(story):
            if before.type == "retry_scheduled" and record.type == "started":
                key = (record.message_id, record.target)
                stopped = any(before.seq <= stop < record.seq for stop in self.stops)
                assert stopped or key in self.hurried or record.ts >= before.details()["due"] - 1e-6, story
            if record.type == "dead" and record.details()["reason"] == "expired_before_retry":
                assert before.type == "failed", story
                assert record.ts == before.ts, story

    def in_order_and_one_at_a_time(self, story: list[Record]) -> None:
        """An attempt starts only when everything accepted earlier in its lane is settled, and none is running."""
        ahead: list[str] = []
        running: str | None = None
        since = 0
        for record in story:
            if record.type == "queued" and record.message_id in self.in_front:
                ahead.insert(0, record.message_id)
            elif record.type == "queued":
                ahead.append(record.message_id)
            elif record.type == "started":
                stopped = any(since <= stop < record.seq for stop in self.stops)
                assert running is None or stopped, (running, record)
                begun_before = ahead[0] in self.in_front and record.attempt > 1  # a step had begun it
                assert record.message_id in ahead[: 1 + begun_before], (ahead, record)
                running, since = record.message_id, record.seq
            elif record.type == "failed":
                running = None
            elif record.type in ENDS and record.message_id in ahead:
                if running == record.message_id:
                    running = None
                ahead.remove(record.message_id)
        assert ahead == []

    def children_exactly_once(self) -> None:
        """The outputs of acknowledged attempts are what was emitted, each once; failed ones emitted nothing."""
        announced = [child for record in self.records if record.type == "ok" for child in record.details()["outputs"]]
        emitted = [record.message_id for record in self.records if record.type == "emitted" and record.causation_id]
        children = [message_id for message_id in emitted if "/" in message_id or "~" in message_id]
        assert sorted(announced) == sorted(children)
        assert len(set(children)) == len(children)


TestBus = BusMachine.TestCase
TestBus.settings = settings(
    max_examples=100, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
