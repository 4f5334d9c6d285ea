"""Snapshots of a running flow: its numbers, frozen, with the record they are true for (interfaces: Event records)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from woodwork_engine.bus.breaker import BreakerState
from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.counters import percentile_ms
from woodwork_engine.bus.endpoint import Endpoint, EndpointState
from woodwork_engine.bus.holds import Holds
from woodwork_engine.bus.statistics import is_failing, latency_counts, unhandled
from woodwork_engine.clock import Clock
from woodwork_engine.dead_letter import DeadState
from woodwork_engine.events import EventLog
from woodwork_engine.hold import BY_BREAKPOINT, BY_LETTER, BY_PERSON, Scope
from woodwork_engine.plan import Node
from woodwork_engine.role import Role
from woodwork_engine.runtime.closeup import CloseUp, Detail
from woodwork_engine.runtime.health import HealthCheck
from woodwork_engine.runtime.live_flow import LiveFlow
from woodwork_engine.runtime.revisions import Revisions
from woodwork_engine.snapshot import MOST_HELD, EdgeStats, FlowState, LaneStats, NodeState, NodeStats, Snapshot, Totals

_BACKLOG = 10
_UNHANDLED = "the flow has no component of this name; its messages wait for one until they expire"
_HELD_STATES = {BY_LETTER: "stuck", BY_BREAKPOINT: "stopped", BY_PERSON: "paused"}
_WEIGHTS = (*_HELD_STATES.values(), "~")
"""What is said of a lane that is held for several reasons: the first of these."""
_ACCEPTED, _EMITTED, _SETTLED, _FAILED, _DEAD = range(5)


class SnapshotMaker:
    """Takes snapshots on the engine's loop; *looked* is called when sessions, lanes and retries were looked at anew."""

    def __init__(
        self,
        flow: LiveFlow,
        revisions: Revisions,
        health: HealthCheck,
        log: EventLog,
        clock: Clock,
        looked: Callable[[], None],
    ) -> None:
        self._flow = flow
        self._revisions = revisions
        self._health = health
        self._log = log
        self._clock = clock
        self._started_at = clock.time()
        self._close_up = CloseUp(flow, log, clock, looked)
        self._paused: Counter[str] = Counter()

    def take(self, state: FlowState, drain_until: float | None = None) -> Snapshot:
        """Return the numbers of this moment; *drain_until* is when a flow that drains is ended (s since the epoch)."""
        flow, core, now = self._flow, self._flow.bus.core, self._clock.time()
        if state is FlowState.STOPPED:
            self._close_up.finish()
        else:
            self._close_up.freshen()
        detail = self._close_up.last
        failures = flow.failures()
        self._paused = Counter()
        for lane in core.halted:
            self._paused[lane.endpoint.name] += len(lane.queue) - (lane.running and bool(lane.queue))
        return Snapshot(
            seq=self._log.seq,
            at=now,
            started_at=self._started_at,
            state=state,
            rev=flow.rev,
            rev_at=self._revisions.applied_at,
            plan=flow.plan,
            nodes=tuple(self._node(name, node, detail, failures, now) for name, node in self._shown().items()),
            edges=tuple(
                EdgeStats(e.source or "", e.target, e.count, e.window.rate(now, 0, e.count))
                for e in core.edges.values()
            ),
            lanes=detail.lanes,
            sessions=detail.sessions,
            retries=detail.retries,
            totals=self._totals(core, now),
            health=self._health.look(ready=state is FlowState.RUNNING),
            dead_version=core.dead.version,
            drain_until=drain_until if state is FlowState.DRAINING else None,
            jobs=flow.bus.jobs.all(),
            holds=flow.bus.holds.list(),
            breakpoints=flow.bus.breakpoints.list(),
            held=flow.bus.breakpoints.messages(MOST_HELD),
            held_lanes=_held_lanes(flow.bus.holds, now),
            revisions=self._revisions.history.all,
            diagnostics=self._revisions.diagnostics,
        )

    def _shown(self) -> dict[str, Node | None]:
        """Return the components of the plan, then those that left it with messages behind."""
        plan, endpoints = self._flow.plan, self._flow.bus.core.endpoints
        shown: dict[str, Node | None] = {node.name: node for node in plan.nodes} if plan is not None else {}
        return shown | {name: None for name, one in endpoints.items() if one.depth and name not in shown}

    def _node(self, name: str, node: Node | None, detail: Detail, failures: Mapping[str, str], now: float) -> NodeStats:
        endpoint = self._flow.bus.core.endpoint(name)
        window, counts = endpoint.window, endpoint.histogram.counts()
        settled = window.rate(now, _SETTLED, endpoint.settled) - window.rate(now, _DEAD, endpoint.dead)
        emitted = window.rate(now, _EMITTED, endpoint.emitted)
        is_input = node is not None and node.role is Role.INPUT
        in_rate = emitted if is_input else window.rate(now, _ACCEPTED, endpoint.accepted)
        out_rate = emitted if is_input else max(0.0, settled)
        breaker = endpoint.breaker if _is_open(endpoint) else None
        return NodeStats(
            name=name,
            state=self._state(endpoint, node, in_rate, out_rate),
            depth=endpoint.depth,
            inflight=endpoint.inflight,
            retrying=endpoint.retrying,
            blocked=endpoint.blocked,
            limit=endpoint.policy.max_queue,
            peak=endpoint.peak,
            peak_at=endpoint.peak_at,
            accepted=endpoint.accepted,
            emitted=endpoint.emitted,
            ok=endpoint.ok,
            failed=endpoint.failed,
            retried=endpoint.retried,
            dead=endpoint.dead,
            dropped=endpoint.dropped,
            duplicates=endpoint.duplicates,
            dead_now=self._flow.bus.core.dead.open_at[name],
            in_rate=in_rate,
            out_rate=out_rate,
            failure_rate=window.rate(now, _FAILED, endpoint.failed),
            p50_ms=percentile_ms(counts, 0.50),
            p95_ms=percentile_ms(counts, 0.95),
            p99_ms=percentile_ms(counts, 0.99),
            oldest_age=detail.oldest.get(name, 0.0),
            activity=window.per_second(_EMITTED if is_input else _SETTLED),
            last_error=endpoint.last_error,
            problem=_UNHANDLED if node is None and endpoint.is_unhandled else failures.get(name),
            detail=detail.summaries.get(name),
            paused=self._paused[name],
            breaker=breaker.state.value if breaker is not None else None,
            breaker_due=breaker.due if breaker is not None else None,
            drain_until=self._flow.drains_until(name),
        )

    def _state(self, endpoint: Endpoint, node: Node | None, in_rate: float, out_rate: float) -> NodeState:
        if endpoint.name in self._flow.crew.failed or (node is None and endpoint.is_unhandled):
            return NodeState.NOT_STARTED
        if endpoint.state is EndpointState.DRAINING:
            return NodeState.DRAINING
        if node is None or endpoint.state is EndpointState.PARKED:
            return NodeState.PARKED
        if _is_open(endpoint):
            return NodeState.BREAKER_OPEN
        if not self._flow.bus.core.held.isdisjoint(((None, None), (endpoint.name, None))):
            return NodeState.PAUSED
        member = self._flow.crew.members.get(endpoint.name)
        if is_failing(endpoint) or (member is not None and member.failure is not None):
            return NodeState.FAILING
        if endpoint.retrying:
            return NodeState.RETRYING
        if endpoint.blocked or (endpoint.depth >= _BACKLOG and in_rate > out_rate):
            return NodeState.BACKLOG
        settled = endpoint.window.growth(_SETTLED, endpoint.settled)
        emitted = endpoint.window.growth(_EMITTED, endpoint.emitted)
        return NodeState.OK if endpoint.depth or endpoint.inflight or settled or emitted else NodeState.IDLE

    def _totals(self, core: BusCore, now: float) -> Totals:
        endpoints = core.everybody()
        settled = sum(endpoint.settled for endpoint in endpoints)
        counts = latency_counts(core)
        return Totals(
            in_rate=core.window.rate(now, 0, core.from_outside),
            out_rate=core.window.rate(now, 1, settled),
            p50_ms=percentile_ms(counts, 0.50),
            p95_ms=percentile_ms(counts, 0.95),
            p99_ms=percentile_ms(counts, 0.99),
            queued=core.depth,
            inflight=core.inflight,
            retrying=len(core.waiting),
            dead_letters=len(core.dead),
            sessions=len(core.sessions),
            accepted=sum(endpoint.accepted for endpoint in endpoints),
            settled=settled,
            ok=sum(endpoint.ok for endpoint in endpoints),
            failed=sum(endpoint.failed for endpoint in endpoints),
            retried=sum(endpoint.retried for endpoint in endpoints),
            dead=sum(endpoint.dead for endpoint in endpoints),
            dropped=sum(endpoint.dropped for endpoint in endpoints),
            discarded=sum(endpoint.discarded for endpoint in endpoints),
            replayed=core.dead.states[DeadState.REPLAYED],
            blocked=core.blocked,
            unroutable=core.unroutable,
            rejected=core.rejected,
            unhandled=unhandled(core),
            in_activity=core.window.per_second(0),
            out_activity=core.window.per_second(1),
            latency_histogram=counts,
        )


def _held_lanes(holds: Holds, now: float) -> tuple[LaneStats, ...]:
    """Return the lanes that are held by themselves, those held longest first."""
    states: dict[Scope, str] = {}
    for hold in holds.list():
        if hold.scope.kind == "lane" and (hold.scope in states or len(states) < MOST_HELD):
            states[hold.scope] = min(states.get(hold.scope, "~"), _HELD_STATES[hold.by], key=_WEIGHTS.index)
    return tuple(_held_lane(scope, state, holds.waiting(scope), now) for scope, state in states.items())


def _held_lane(scope: Scope, state: str, waiting: tuple[int, float | None], now: float) -> LaneStats:
    depth, oldest = waiting
    age = 0.0 if oldest is None else max(0.0, now - oldest)
    return LaneStats(scope.session or "", scope.component or "", depth, state, age)


def _is_open(endpoint: Endpoint) -> bool:
    """Whether a breaker keeps attempts at *endpoint* back, all or all but a few."""
    return endpoint.breaker is not None and endpoint.breaker.state is not BreakerState.CLOSED
