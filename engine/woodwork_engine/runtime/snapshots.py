"""Snapshots of a running flow: its numbers, frozen, with the record they are true for (interfaces: Event records)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from heapq import nlargest, nsmallest
from operator import attrgetter

from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.counters import percentile_ms
from woodwork_engine.bus.endpoint import Endpoint, EndpointState, Lane, LaneState, Session
from woodwork_engine.bus.retry import describe
from woodwork_engine.bus.settlement import allowed_attempts
from woodwork_engine.bus.statistics import is_failing, latency_counts, oldest_age
from woodwork_engine.clock import Clock
from woodwork_engine.dead_letter import DeadState
from woodwork_engine.events import EventLog
from woodwork_engine.plan import Node
from woodwork_engine.role import Role
from woodwork_engine.runtime.health import HealthCheck
from woodwork_engine.runtime.live_flow import LiveFlow
from woodwork_engine.runtime.revisions import Revisions
from woodwork_engine.snapshot import (
    EdgeStats,
    FlowState,
    LaneStats,
    NodeState,
    NodeStats,
    RetryRow,
    SessionStats,
    Snapshot,
    Totals,
)  # fmt: skip

DETAIL_SECONDS = 0.5
"""Sessions, lanes and retries are looked at this often, everything else with every snapshot."""
MOST_LANES = 500
MOST_SESSIONS = 1_000
MOST_RETRIES = 1_000
_BACKLOG = 10
_ACCEPTED, _EMITTED, _SETTLED, _FAILED, _DEAD = range(5)

_LANE_STATES = {
    LaneState.IDLE: "idle", LaneState.READY: "ready", LaneState.RUNNING: "running", LaneState.WAITING: "retrying",
}  # fmt: skip


@dataclass(slots=True)
class _Detail:
    """The part of a snapshot that is taken less often."""

    at: float = 0.0
    lanes: tuple[LaneStats, ...] = ()
    sessions: tuple[SessionStats, ...] = ()
    retries: tuple[RetryRow, ...] = ()
    oldest: dict[str, float] = field(default_factory=dict)
    summaries: dict[str, str | None] = field(default_factory=dict)


class SnapshotMaker:
    """Takes snapshots on the engine's loop."""

    def __init__(
        self, flow: LiveFlow, revisions: Revisions, health: HealthCheck, log: EventLog, clock: Clock, started_at: float
    ) -> None:
        self._flow = flow
        self._revisions = revisions
        self._health = health
        self._log = log
        self._clock = clock
        self._started_at = started_at
        self._detail = _Detail()
        self._dead_version = -1
        self._dead_by_target: Counter[str] = Counter()
        self._replayed = 0

    def take(self, state: FlowState) -> Snapshot:
        """Return the numbers of this moment."""
        flow, core, now = self._flow, self._flow.bus.core, self._clock.time()
        if now - self._detail.at >= DETAIL_SECONDS or now < self._detail.at:
            self._detail = self._look_closer(now)
        self._count_dead(core)
        return Snapshot(
            seq=self._log.seq,
            at=now,
            started_at=self._started_at,
            state=state,
            rev=flow.rev,
            rev_at=self._revisions.applied_at,
            plan=flow.plan,
            nodes=tuple(self._node(name, now) for name in self._shown()),
            edges=tuple(
                EdgeStats(e.source or "", e.target, e.count, e.window.rate(now, 0, e.count))
                for e in core.edges.values()
            ),
            lanes=self._detail.lanes,
            sessions=self._detail.sessions,
            retries=self._detail.retries,
            totals=self._totals(core, now),
            health=self._health.look(ready=state is FlowState.RUNNING),
            dead_version=core.dead.version,
            revisions=tuple(self._revisions.history),
            diagnostics=self._revisions.diagnostics,
        )

    def _shown(self) -> list[str]:
        """Return the components of the plan, then those that left it with messages behind."""
        plan, endpoints = self._flow.plan, self._flow.bus.core.endpoints
        names = list(plan.names()) if plan is not None else []
        return names + [name for name, endpoint in endpoints.items() if endpoint.depth and name not in names]

    def _node(self, name: str, now: float) -> NodeStats:
        endpoint = self._flow.bus.core.endpoint(name)
        node = self._flow.plan.node(name) if self._flow.plan is not None else None
        window, counts = endpoint.window, endpoint.histogram.counts()
        settled = window.rate(now, _SETTLED, endpoint.settled) - window.rate(now, _DEAD, endpoint.dead)
        emitted = window.rate(now, _EMITTED, endpoint.emitted)
        is_input = node is not None and node.role is Role.INPUT
        in_rate = emitted if is_input else window.rate(now, _ACCEPTED, endpoint.accepted)
        out_rate = emitted if is_input else max(0.0, settled)
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
            dead_now=self._dead_by_target[name],
            in_rate=in_rate,
            out_rate=out_rate,
            failure_rate=window.rate(now, _FAILED, endpoint.failed),
            p50_ms=percentile_ms(counts, 0.50),
            p95_ms=percentile_ms(counts, 0.95),
            p99_ms=percentile_ms(counts, 0.99),
            oldest_age=self._detail.oldest.get(name, 0.0),
            activity=window.per_second(_EMITTED if is_input else _SETTLED),
            last_error=endpoint.last_error,
            problem=self._flow.crew.failed.get(name),
            detail=self._detail.summaries.get(name),
        )

    def _state(self, endpoint: Endpoint, node: Node | None, in_rate: float, out_rate: float) -> NodeState:
        if endpoint.name in self._flow.crew.failed:
            return NodeState.NOT_STARTED
        if endpoint.state is EndpointState.DRAINING:
            return NodeState.DRAINING
        if node is None or endpoint.state is EndpointState.PARKED:
            return NodeState.PARKED
        if is_failing(endpoint):
            return NodeState.FAILING
        if endpoint.retrying:
            return NodeState.RETRYING
        if endpoint.blocked or (endpoint.depth >= _BACKLOG and in_rate > out_rate):
            return NodeState.BACKLOG
        if not endpoint.depth and not endpoint.inflight and not any(endpoint.window.per_second(_SETTLED)):
            return NodeState.OK if any(endpoint.window.per_second(_EMITTED)) else NodeState.IDLE
        return NodeState.OK

    def _totals(self, core: BusCore, now: float) -> Totals:
        endpoints = core.endpoints.values()
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
            replayed=self._replayed,
            blocked=core.blocked,
            unroutable=core.unroutable,
            in_activity=core.window.per_second(0),
            out_activity=core.window.per_second(1),
            latency_histogram=counts,
        )

    def _count_dead(self, core: BusCore) -> None:
        if core.dead.version == self._dead_version:
            return
        self._dead_version = core.dead.version
        letters = core.dead.list()
        self._dead_by_target = Counter(one.route.target for one in letters if one.state is DeadState.OPEN)
        self._replayed = sum(one.state is DeadState.REPLAYED for one in letters)

    def _look_closer(self, now: float) -> _Detail:
        core = self._flow.bus.core
        full = [lane for endpoint in core.endpoints.values() for lane in endpoint.lanes.values() if lane.queue]
        busiest = nlargest(MOST_LANES, full, key=lambda lane: len(lane.queue))
        waiting = nsmallest(MOST_RETRIES, core.waiting.values(), key=attrgetter("due"))
        return _Detail(
            at=now,
            lanes=tuple(_lane(lane, now) for lane in busiest),
            sessions=_sessions(core, full, now),
            retries=tuple(_retry(lane) for lane in waiting),
            oldest={endpoint.name: oldest_age(endpoint, now) for endpoint in core.endpoints.values()},
            summaries={name: member.component.summary() for name, member in self._flow.crew.members.items()},
        )


def _lane(lane: Lane, now: float) -> LaneStats:
    endpoint = lane.endpoint
    state = "parked" if endpoint.instance is None else _LANE_STATES[lane.state]
    age = max(0.0, now - lane.queue[0].accepted_at)
    return LaneStats(lane.session.id, endpoint.name, len(lane.queue), state, age)


def _sessions(core: BusCore, full: list[Lane], now: float) -> tuple[SessionStats, ...]:
    queued: Counter[str] = Counter()
    inflight: Counter[str] = Counter()
    retrying: Counter[str] = Counter()
    for lane in full:
        name = lane.session.id
        queued[name] += len(lane.queue)
        inflight[name] += lane.state is LaneState.RUNNING
        retrying[name] += lane.state is LaneState.WAITING
    latest = nlargest(MOST_SESSIONS, core.sessions.values(), key=attrgetter("last_seen"))
    return tuple(_session(session, queued, inflight, retrying, now) for session in latest)


def _session(
    session: Session, queued: Counter[str], inflight: Counter[str], retrying: Counter[str], now: float
) -> SessionStats:
    return SessionStats(
        id=session.id,
        first_seen=session.first_seen,
        last_seen=session.last_seen,
        messages=session.messages,
        rate=session.window.rate(now, 0, session.messages),
        queued=queued[session.id],
        inflight=inflight[session.id],
        retrying=retrying[session.id],
        dead=session.dead,
        p95_ms=percentile_ms(session.histogram.counts(), 0.95),
        activity=session.window.per_second(0),
    )


def _retry(lane: Lane) -> RetryRow:
    head, policy = lane.queue[0], lane.endpoint.policy.retry
    envelope = head.envelope
    return RetryRow(
        message_id=envelope.message_id,
        session=envelope.session_id,
        source=envelope.sender_component,
        target=head.target,
        event=envelope.event_type,
        attempt=head.attempt,
        allowed=allowed_attempts(head, policy.max_retries),
        due=lane.due,
        expires_at=head.expires_at,
        policy=describe(policy),
        attempts=tuple(head.history or ()),
    )
