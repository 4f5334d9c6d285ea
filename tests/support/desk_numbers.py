"""What the support desk's engine would count at the moment shown; consistent with its traffic, rates chosen by hand."""

from __future__ import annotations

from collections import Counter

from support.desk_flow import EARLIER_SOURCE, SOURCE, place
from support.desk_traffic import NOW, REFUSED
from woodwork_engine.plan import Edge, FlowPlan, PlanDiff
from woodwork_engine.snapshot import (
    EdgeStats,
    FlowState,
    Health,
    LaneStats,
    NodeState,
    NodeStats,
    RetryRow,
    Revision,
    SessionStats,
    Snapshot,
    Totals,
)
from woodwork_engine.source import Diagnostic, Severity
from woodwork_tui.state.delivery_row import DeliveryRow, DeliveryState

STARTED = NOW - 732.0

_RATES = {
    "tickets": (4.0, 4.0, NodeState.OK),
    "chat": (0.0, 0.0, NodeState.IDLE),
    "agent": (4.0, 3.6, NodeState.BACKLOG),
    "kb": (0.0, 0.0, NodeState.IDLE),
    "desk": (3.6, 3.6, NodeState.OK),
    "audit": (3.6, 2.8, NodeState.FAILING),
}
_EDGE_RATES = {("tickets", "agent"): 4.0, ("agent", "desk"): 3.6, ("agent", "audit"): 3.6}
_LATENCIES = {"agent": (61.0, 88.0, 120.0), "desk": (2.0, 3.0, 4.0), "audit": (11.0, 14.0, 19.0)}


def _activity(rate: float, phase: int) -> tuple[int, ...]:
    return tuple(max(0, round(rate + (rate and ((second * 7 + phase * 3) % 5 - 2)))) for second in range(60))


def snapshot_of(
    plan: FlowPlan, seq: int, rows: tuple[DeliveryRow, ...], retries: tuple[RetryRow, ...], dead: int
) -> Snapshot:
    nodes = tuple(_node_stats(number, name, rows) for number, name in enumerate(plan.names()))
    unused = Diagnostic(
        Severity.INFO, "WW250", "nothing routes to 'kb'; 'agent' asks it", place("kb = function python")
    )
    return Snapshot(
        seq=seq,
        at=NOW,
        started_at=STARTED,
        state=FlowState.RUNNING,
        rev=2,
        rev_at=NOW - 579.0,
        plan=plan,
        nodes=nodes,
        edges=tuple(
            EdgeStats(e.source, e.target, _sent(rows, e), _EDGE_RATES.get((e.source, e.target), 0.0))
            for e in plan.edges
            if e.is_route
        ),
        lanes=_lanes(rows),
        sessions=_sessions(rows),
        retries=retries,
        totals=_totals(nodes, rows, dead),
        health=Health(
            ready=True,
            degraded=("audit: most attempts of the last minute failed",),
            loop_lag_ms=2.0,
            loop_lag_p99_ms=9.0,
            rss=64 * 1024 * 1024,
            tasks=14,
            log_records=seq,
            gc_collections=(41, 3, 1),
            gc_longest_ms=38.0,
            gc_paused_ms=120.0,
            lag_activity=tuple(1.0 + second % 7 for second in range(60)),
            rss_activity=tuple(60.0e6 + 1e5 * second for second in range(60)),
        ),
        dead_version=1,
        revisions=_revisions(plan),
        diagnostics=(unused,),
    )


def _node_stats(number: int, name: str, rows: tuple[DeliveryRow, ...]) -> NodeStats:
    states = Counter(row.state for row in rows if row.target == name)
    tries = [made for row in rows if row.target == name for made in row.attempts]
    failed = [made for made in tries if made.error_type]
    in_rate, out_rate, state = _RATES[name]
    p50, p95, p99 = _LATENCIES.get(name, (0.0, 0.0, 0.0))
    open_ = [row for row in rows if row.target == name and row.state.open]
    return NodeStats(
        name,
        state,
        depth=len(open_),
        inflight=states[DeliveryState.HANDLING],
        retrying=states[DeliveryState.RETRY],
        limit=10_000,
        peak=31 if name == "agent" else len(open_),
        accepted=sum(states.values()),
        emitted=sum(row.source == name for row in rows),
        ok=states[DeliveryState.OK],
        failed=len(failed),
        retried=sum(made.due is not None for made in failed),
        dead=states[DeliveryState.DEAD],
        dead_now=states[DeliveryState.DEAD],
        in_rate=in_rate,
        out_rate=out_rate,
        failure_rate=0.8 if name == "audit" else 0.0,
        p50_ms=p50,
        p95_ms=p95,
        p99_ms=p99,
        oldest_age=NOW - min(row.at for row in open_) if open_ else 0.0,
        activity=_activity(out_rate, number),
        last_error=f"ConnectionError: {REFUSED}" if name == "audit" else None,
    )


def _sent(rows: tuple[DeliveryRow, ...], edge: Edge) -> int:
    return sum(row.source == edge.source and row.target == edge.target for row in rows)


def _lanes(rows: tuple[DeliveryRow, ...]) -> tuple[LaneStats, ...]:
    waiting: dict[tuple[str, str], list[DeliveryRow]] = {}
    for row in rows:
        if row.state.open:
            waiting.setdefault((row.target, row.session), []).append(row)
    return tuple(
        LaneStats(session, target, len(lane), _lane_state(lane[0]), NOW - lane[0].at)
        for (target, session), lane in sorted(waiting.items(), key=lambda item: -len(item[1]))
    )


def _lane_state(head: DeliveryRow) -> str:
    return {DeliveryState.HANDLING: "running", DeliveryState.RETRY: "retrying"}.get(head.state, "ready")


def _sessions(rows: tuple[DeliveryRow, ...]) -> tuple[SessionStats, ...]:
    return tuple(
        _session(number, name, tuple(row for row in rows if row.session == name))
        for number, name in enumerate(sorted({row.session for row in rows}))
    )


def _session(number: int, name: str, rows: tuple[DeliveryRow, ...]) -> SessionStats:
    states = Counter(row.state for row in rows)
    rate = 0.0 if name == "s-06" else 0.8
    return SessionStats(
        name,
        min(row.at for row in rows),
        max(row.settled_at or row.started_at or row.at for row in rows),
        len({row.message_id for row in rows}),
        rate=rate,
        queued=states[DeliveryState.QUEUED],
        inflight=states[DeliveryState.HANDLING],
        retrying=states[DeliveryState.RETRY],
        dead=states[DeliveryState.DEAD],
        p95_ms=64.0 + number,
        activity=_activity(rate, number),
    )


def _totals(nodes: tuple[NodeStats, ...], rows: tuple[DeliveryRow, ...], dead: int) -> Totals:
    states = Counter(row.state for row in rows)
    return Totals(
        in_rate=4.0,
        out_rate=10.0,
        p50_ms=11.0,
        p95_ms=64.0,
        p99_ms=88.0,
        queued=states[DeliveryState.QUEUED],
        inflight=states[DeliveryState.HANDLING],
        retrying=states[DeliveryState.RETRY],
        dead_letters=dead,
        sessions=len({row.session for row in rows}),
        accepted=len(rows),
        settled=sum(not row.state.open for row in rows),
        ok=states[DeliveryState.OK],
        failed=sum(node.failed for node in nodes),
        retried=sum(node.retried for node in nodes),
        dead=states[DeliveryState.DEAD],
        replayed=1,
        in_activity=_activity(4.0, 1),
        out_activity=_activity(10.0, 2),
        latency_histogram=(0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 9, 13, 3, 6, 38, 2, 23, 1, 0, 0),
    )


def _revisions(plan: FlowPlan) -> tuple[Revision, ...]:
    change = PlanDiff(routes_added=(plan.edges[-1],))
    return (
        Revision(1, STARTED, "ok", "opened", by="start", source=EARLIER_SOURCE),
        Revision(2, NOW - 579.0, "live", change.summary(), diff=change, source=SOURCE),
    )
