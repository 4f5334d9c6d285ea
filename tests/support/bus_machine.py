"""A bus to which anything is done at any moment, in virtual time, and whose books are checked after each step."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Coroutine
from dataclasses import replace

import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from support.books import check_books
from support.bus import make_bus, routed
from support.history_checks import Checks, component
from support.virtual_loop import VirtualLoop, later
from woodwork_engine.bus.endpoint import EndpointState, LaneState
from woodwork_engine.bus.memory import InMemoryMessageBus
from woodwork_engine.bus.replay_order import BulkReplay
from woodwork_engine.bus.routes import strongly_connected
from woodwork_engine.delivery import Delivery
from woodwork_engine.errors import WoodworkError
from woodwork_engine.events import EventLog
from woodwork_engine.hold import Breakpoint
from woodwork_engine.payload import decode, encode
from woodwork_engine.policy import DeliveryPolicy, ErrorRule, FlowPolicy, RetryPolicy
from woodwork_engine.record import Record

NAMES = "abcdefg"
RETRY = RetryPolicy(max_retries=2, base=2, factor=2, on=((ErrorRule("PermissionError", "pause"),),))
POLICIES = {
    "a": DeliveryPolicy(max_queue=4, max_session_queue=3, concurrency=2, quantum=2, ttl=None, retry=RETRY),
    "b": DeliveryPolicy(max_queue=3, max_session_queue=2, concurrency=2, ttl=30, retry=RETRY, timeout=4),
    "c": DeliveryPolicy(max_queue=2, concurrency=1, delivery="at_most_once", ttl=None),
    "d": DeliveryPolicy(max_queue=4, delivery="effectively_once", ttl=None, retry=RETRY),
    "e": DeliveryPolicy(max_queue=4, concurrency=3, ordering="none", ttl=60, retry=RETRY),
    "f": DeliveryPolicy(max_queue=3, max_session_queue=2, concurrency=2, overflow="drop_oldest", ttl=None, retry=RETRY),
    "g": DeliveryPolicy(max_queue=2, concurrency=1, overflow="drop_new", ttl=20, retry=RETRY),
}
UNORDERED = "e"
ONCE = "d"
ROUTES = (
    {"in": ("a",), "a": ("b", "c")},
    {"in": ("a",), "a": ("b",), "b": ("c",)},
    {"in": ("a", "b"), "a": ("c",)},
    {"in": ("a",), "a": ("b",), "b": ("a",)},
    {"in": ("d",), "d": ("e", "f")},
    {"in": ("d", "e"), "d": ("a",), "e": ("g",)},
    {"in": ("f", "g", "a"), "f": ("e",), "a": ("d",)},
)
REMOVALS = ("park", "discard", "dead_letter", "redirect:a", "redirect:e")
DRAINED = 5_000
"""Virtual seconds in which everything is handled that a history may have sent."""
KEYS = (None, "k1", "k2")
sessions = st.sampled_from(["s1", "s2", "s3"])
work = st.fixed_dictionaries(
    {
        "sleep": st.sampled_from([0, 0, 0.5, 3, 6]),
        "fails": st.dictionaries(st.sampled_from(NAMES), st.integers(1, 4), max_size=2),
        "rounds": st.integers(0, 3),
        "stops": st.sampled_from([False, False, True]),
    }
)


class BusMachine(RuleBasedStateMachine):
    """A flow of seven components with tiny queues, through which anything may be sent at any moment."""

    policies = POLICIES
    unordered = UNORDERED

    def __init__(self) -> None:
        super().__init__()
        self.loop: VirtualLoop | None = None

    @initialize(seed=st.integers(0, 2**32), routes=st.sampled_from(ROUTES))
    def begin(self, seed: int, routes: dict[str, tuple[str, ...]]) -> None:
        self.loop = VirtualLoop(seed)
        self.seed = seed
        self.revision = 0
        self.no_limits = False
        self.links: set[tuple[str, str]] = set()
        self.publishing: list[asyncio.Task[str]] = []
        self.number = 0
        self.hurried: set[tuple[str, str]] = set()
        self.stops: list[int] = []
        self.called = {name: name for name in NAMES}
        self.slow = dict.fromkeys(NAMES, 0.0)
        self.had: dict[tuple[str, str], set[str]] = defaultdict(set)
        """By session and dedupe key, which messages the component started that is to have each once."""
        self.do(self.start())
        self.reload(routes)

    async def start(self) -> None:
        """Begin the life of a bus."""
        self.log = EventLog()
        self.bus = self.make()
        await self.bus.start()

    def make(self) -> InMemoryMessageBus:
        """Return a bus that was not started."""
        return make_bus(flow=FlowPolicy(max_inflight=3, max_messages=12, max_hops=9), log=self.log, seed=self.seed)

    def do(self, step: Coroutine[object, object, object]) -> None:
        self.loop.run_until_complete(step)

    async def _step(self, delivery: Delivery, data: dict[str, object]) -> object:
        name = component(delivery.target)
        envelope = delivery.envelope
        if name == ONCE and envelope.dedupe_key is not None and envelope.replay_of is None:
            self.had[envelope.session_id, envelope.dedupe_key].add(envelope.message_id)
        if data["sleep"] or self.slow[name]:
            await asyncio.sleep(data["sleep"] + self.slow[name])
        if data["fails"].get(name, 0) >= delivery.attempt:
            raise PermissionError("stop here") if data["stops"] else ConnectionError("as told")
        rounds = data["rounds"] - (name in "be")
        return None if rounds < 0 else {**data, "rounds": rounds}

    @rule(session=sessions, plan=work, count=st.integers(1, 6), key=st.sampled_from(KEYS))
    def publish(self, session: str, plan: dict[str, object], count: int, key: str | None) -> None:
        async def go() -> None:
            for _ in range(count):
                self.number += 1
                data = {**plan, "n": self.number}
                emit = self.bus.outbox.emit("in", "x", data, session=session, dedupe_key=key)
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
        # Attempts keep their routes: a cycle may be made of old and new ones. From then on limits may be exceeded (F4).
        self.links |= {(source, target) for source, targets in routes.items() for target in targets}
        found = strongly_connected(self.links)
        self.no_limits |= len(set(found.values())) < len(found)
        self.routes = routes

        async def go() -> None:
            self.employ(routes)

        self.do(go())

    def employ(self, routes: dict[str, tuple[str, ...]]) -> None:
        """Let every component serve *routes*, under the name that it has now."""
        called = self.called
        to = {called.get(source, source): tuple(called[one] for one in targets) for source, targets in routes.items()}
        policies = {called[name]: policy for name, policy in self.policies.items()}
        routed(self.bus, to, dict.fromkeys(called.values(), self._step), policies, self.revision)

    @rule(name=st.sampled_from(NAMES))
    def rename(self, name: str) -> None:
        """A component gets another name, and the flow is loaded anew, in one step (bus.md G3)."""
        self.revision += 1

        async def go() -> None:
            before = dict(self.bus.core.waiting)
            old, new = self.called[name], f"{name}{self.revision}"
            assert self.bus.relocation.rename(old, new)
            self.called[name] = new
            self.employ(self.routes)
            assert len(before) == len(self.bus.core.waiting)

        self.do(go())

    @rule(name=st.sampled_from(NAMES), how=st.sampled_from(REMOVALS))
    def remove(self, name: str, how: str) -> None:
        """A component is removed and drained for no time; it comes back with the next reload."""
        if how.endswith(f":{name}"):
            return
        how = how[:-1] + self.called[how[-1]] if ":" in how else how
        self.no_limits |= ":" in how

        async def go() -> None:
            core = self.bus.core
            endpoint = core.endpoint(self.called[name])
            endpoint.policy = replace(endpoint.policy, on_remove=how)
            self.bus.serving.dismiss(endpoint, EndpointState.PARKED)
            if ":" in how:
                self.bus.relocation.redirect(endpoint)
            elif how != "park":
                self.bus.relocation.discard_rest(endpoint, dead=how == "dead_letter")
            self.bus.serving.park(endpoint)

        self.do(go())

    @rule(name=st.sampled_from(NAMES))
    def let_nobody_handle(self, name: str) -> None:
        async def go() -> None:
            self.bus.unregister_component_handler(self.called[name])

        self.do(go())

    @rule(name=st.sampled_from(NAMES), seconds=st.sampled_from([0.0, 2.0, 20.0]))
    def become_slow(self, name: str, seconds: float) -> None:
        self.slow[name] = seconds

    @rule(
        name=st.sampled_from([None, *NAMES]),
        session=st.sampled_from([None, "s1", "s2"]),
        what=st.sampled_from(["pause", "resume", "step"]),
    )
    def hold(self, name: str | None, session: str | None, what: str) -> None:
        async def go() -> None:
            before = dict(self.bus.core.waiting)
            getattr(self.bus.holds, what)(self.called.get(name), session)
            self.hurried |= {key for key in before if key not in self.bus.core.waiting}

        self.do(go())

    @rule(name=st.sampled_from(NAMES), there=st.booleans())
    def break_at(self, name: str, there: bool) -> None:
        change = self.bus.breakpoints.add if there else self.bus.breakpoints.remove
        change(Breakpoint(self.called[name], condition="payload.n>2"))

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

    @rule(edited=st.booleans())
    def replay_the_oldest(self, edited: bool) -> None:
        letters = [letter for letter in self.bus.core.dead.list() if letter.state == "open"]
        if letters:
            letter = letters[0]
            self.no_limits |= self.is_stuck(letter.dlq_id)
            encoded = encode({**decode(letter.encoded), "fails": {}, "rounds": 0}) if edited else None
            replay = self.bus.dead_letters.replay(letter.dlq_id, encoded=encoded)
            self.publishing.append(self.loop.create_task(replay))
            self.do(later())

    def is_stuck(self, dlq_id: str | None = None) -> bool:
        """Whether a lane is stopped on this letter, or any: a replay takes its place there, though the lane is full."""
        found = [hold.dlq_id for hold in self.bus.holds.list() if hold.dlq_id is not None]
        return bool(found) if dlq_id is None else dlq_id in found

    @rule(rate=st.sampled_from([None, 1.0]), canary=st.integers(0, 1))
    def replay_all(self, rate: float | None, canary: int) -> None:
        async def go() -> None:
            self.no_limits |= self.is_stuck()
            try:
                await self.bus.jobs.start(BulkReplay(rate=rate, canary=canary, in_flight=2))
            except WoodworkError:
                return

        self.do(go())

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
        check_books(core)
        for endpoint in core.endpoints.values():
            assert endpoint.depth <= endpoint.max_queue or self.no_limits, "F1"
            for lane in endpoint.lanes.values():
                assert lane.depth <= endpoint.session_limit or self.no_limits or lane.anchor is not None, "F1"
                if lane.state is LaneState.WAITING and lane.queue[0].expires_at is not None:
                    was_held = self.bus.holds.version or core.endpoints[endpoint.name].state is EndpointState.PARKED
                    assert was_held or self.revision > 1 or lane.due < lane.queue[0].expires_at, "D4"
        assert 0 <= core.inflight <= 3
        pending = sum(not task.done() for task in self.publishing)
        elsewhere = sum(endpoint.working - endpoint.inflight for endpoint in core.endpoints.values())
        jobs = len(self.bus.jobs.all())  # one that has just been stopped may still stand there
        self.in_line_are(core.in_line - elsewhere, pending, jobs)
        assert all(len(messages) == 1 for messages in self.had.values()), "C3"

    def in_line_are(self, waiting: int, pending: int, jobs: int) -> None:
        """Who has not come back waits for room; a job may."""
        assert pending <= waiting <= pending + jobs, "B4"

    def teardown(self) -> None:
        if self.loop is None:
            return
        try:
            self.do(self._finish())
            self.check(self.log.reader().read().records, cut=False)
        finally:
            for task in asyncio.all_tasks(self.loop):
                task.cancel()
            self.loop.close()

    def check(self, records: tuple[Record, ...], *, cut: bool) -> None:
        """Check the records of one life."""
        Checks(records, self.stops, self.hurried, self.unordered, cut=cut).all()

    async def _finish(self) -> None:
        self.revision += 1
        self.slow = dict.fromkeys(NAMES, 0.0)
        self.employ(ROUTES[0])
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
            for job in self.bus.jobs.all():
                self.bus.jobs.cancel(job.id)
            while held or self.bus.core.depth:
                for one in held:
                    self.bus.holds.resume(one.scope.component, one.scope.session)
                await later(5)
                held = self.bus.holds.list()
            await self.bus.idleness.reached()
        assert all(isinstance(r, str | WoodworkError | asyncio.CancelledError) for r in results), results
        await self.bus.stop()
        assert self.bus.core.depth == self.bus.core.in_line == self.bus.core.inflight == 0
        assert asyncio.all_tasks() == {asyncio.current_task()}, "H3"
        assert self.loop.timers() == [], "H3"
