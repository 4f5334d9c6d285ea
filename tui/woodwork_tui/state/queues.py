"""Queues per component and per session: how full they are, how old, and whether they will drain."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from woodwork_engine.filter import compile_filter
from woodwork_engine.role import Role
from woodwork_engine.snapshot import LaneStats, NodeState, NodeStats, Snapshot
from woodwork_tui.units import age, clock, count, forecast, rate

_WITHOUT_QUEUE = (Role.INPUT, Role.RESOURCE)
_NODE_TRENDS = {
    NodeState.PAUSED: ("paused", "warn"),
    NodeState.PARKED: ("parked", "warn"),
    NodeState.NOT_STARTED: ("not started", "bad"),
    NodeState.BREAKER_OPEN: ("breaker open", "bad"),
}
_LANE_TRENDS = {
    "ready": ("waiting", ""),
    "running": ("handling", "accent"),
    "retrying": ("retrying", "warn"),
    "blocked": ("blocked", "warn"),
    "paused": ("paused", "warn"),
    "parked": ("parked", "warn"),
    "unhandled": ("nobody there", "warn"),
    "held": ("held", "warn"),
    "stuck": ("stuck (p asks)", "bad"),
    "stopped": ("at a breakpoint", "warn"),
}
_FORECAST_TONES = {"idle": "muted", "growing": "warn", "draining": "ok"}


@dataclass(frozen=True, slots=True)
class QueueRow:
    """The queue of a component, or one *session*'s lane of it; rates in messages/s, age in s, None: not measured.

    *state* is the published one of node or lane; *trend* is it in words, or what will become of the queue, in *tone*.
    *lanes* are the sessions that wait here.
    """

    component: str
    session: str | None
    depth: int
    limit: int
    state: str
    trend: str
    tone: str
    oldest: float
    in_rate: float | None = None
    out_rate: float | None = None
    inflight: int | None = None
    policy: str = ""
    dropped: int | None = None
    lanes: int = 0
    is_open: bool = False

    @property
    def key(self) -> tuple[str, str | None]:
        """What tells rows apart."""
        return (self.component, self.session)


Matches = Callable[[QueueRow], bool]

_FIELDS: Mapping[str, Callable[[QueueRow], object]] = {
    "text": lambda row: row.session or row.component,
    "node": lambda row: row.component,
    "component": lambda row: row.component,
    "session": lambda row: row.session or "",
    "depth": lambda row: row.depth,
    "limit": lambda row: row.limit,
    "age": lambda row: row.oldest,
    "oldest": lambda row: row.oldest,
    "in": lambda row: row.in_rate,
    "out": lambda row: row.out_rate,
    "flight": lambda row: row.inflight,
    "dropped": lambda row: row.dropped,
    "policy": lambda row: row.policy,
    "state": lambda row: row.state,
    "trend": lambda row: row.trend,
}


FIELD_NAMES = tuple(_FIELDS)
"""The names of all fields."""


def queue_filter(query: str) -> Matches:
    """Return whether a row matches *query*; raises FilterError."""
    return compile_filter(query).over(_FIELDS)


def queues(snapshot: Snapshot) -> tuple[NodeStats, ...]:
    """Return the components that have a queue, in the order of the file; those that left it behind them."""
    plan = snapshot.plan
    roles = {node.name: node.role for node in plan.nodes} if plan is not None else {}
    return tuple(
        node
        for node in snapshot.nodes
        if node.depth or node.accepted or roles.get(node.name, Role.PROCESSOR) not in _WITHOUT_QUEUE
    )


def component_row(node: NodeStats, snapshot: Snapshot, *, lanes: int = 0, is_open: bool = False) -> QueueRow:
    """Return the row of *node*, at which *lanes* sessions wait."""
    trend, tone = _trend(node)
    planned = snapshot.plan.node(node.name) if snapshot.plan is not None else None
    return QueueRow(
        node.name,
        None,
        node.depth,
        node.limit,
        node.state.value,
        trend,
        tone,
        node.oldest_age if node.depth else 0.0,
        node.in_rate,
        node.out_rate,
        node.inflight,
        planned.policy.overflow if planned is not None else "",
        node.dropped,
        lanes,
        is_open,
    )


def _trend(node: NodeStats) -> tuple[str, str]:
    if node.state in _NODE_TRENDS:
        return _NODE_TRENDS[node.state]
    if node.blocked or 0 < node.limit <= node.depth:
        return (f"full, {node.blocked:,} wait" if node.blocked else "full"), "bad"
    text = forecast(node.depth, node.in_rate, node.out_rate)
    return text, _FORECAST_TONES.get(text.split()[0], "")


def lanes_of(snapshot: Snapshot) -> Iterator[LaneStats]:
    """Yield the busiest lanes, and those held by themselves with what is true of them at this moment."""
    held = {(lane.target, lane.session): lane for lane in snapshot.held_lanes}
    for lane in snapshot.lanes:
        yield held.pop((lane.target, lane.session), lane)
    yield from held.values()


def lane_row(lane: LaneStats, snapshot: Snapshot) -> QueueRow:
    """Return the row of one session's lane."""
    planned = snapshot.plan.node(lane.target) if snapshot.plan is not None else None
    limit = planned.policy.session_limit if planned is not None else 0
    trend, tone = _LANE_TRENDS.get(lane.state, (lane.state, "muted"))
    if 0 < limit <= lane.depth:
        trend, tone = f"full, {trend}", "bad"
    return QueueRow(lane.target, lane.session, lane.depth, limit, lane.state, trend, tone, lane.oldest_age)


def queue_rows(
    snapshot: Snapshot,
    order: Sequence[str],
    *,
    opened: frozenset[str],
    session: str | None = None,
    matches: Matches | None = None,
) -> tuple[QueueRow, ...]:
    """Return the rows shown: components in *order*, under each one that is open its lanes, deepest first.

    A component stays when it matches itself or one of its lanes does; with *session* only lanes of that session are
    there. Whatever was found by filter or session is open.
    """
    searched = matches is not None or session is not None
    nodes = {node.name: node for node in snapshot.nodes}
    lanes: dict[str, list[QueueRow]] = {}
    for lane in lanes_of(snapshot):
        if session is None or lane.session == session:
            lanes.setdefault(lane.target, []).append(lane_row(lane, snapshot))
    rows: list[QueueRow] = []
    for name in order:
        own = sorted(lanes.get(name, ()), key=lambda row: (-row.depth, row.session or ""))
        found = [row for row in own if matches(row)] if matches is not None else own
        is_open = bool(found) and (name in opened or searched)
        head = component_row(nodes[name], snapshot, lanes=len(found), is_open=is_open)
        if found or (session is None and (matches is None or matches(head))):
            rows.append(head)
            rows.extend(found if is_open else ())
    return tuple(rows)


ORDERS: Mapping[str, Callable[[NodeStats], float] | None] = {
    "as in the file": None,
    "deepest first": lambda node: -node.depth,
    "oldest first": lambda node: -node.oldest_age if node.depth else 0.0,
    "busiest first": lambda node: -node.in_rate,
}
"""Orders of the components."""


class SteadyOrder:
    """The order of the components; where it follows numbers, looked at once a second, so that rows do not dance."""

    def __init__(self) -> None:
        self._names: tuple[str, ...] = ()
        self._asked = ("", False)
        self._looked = 0.0

    def names(self, nodes: Iterable[NodeStats], order: str, now: float, *, backwards: bool) -> tuple[str, ...]:
        """Return the names of *nodes* in *order*, a name of ORDERS; *now* in s since the epoch."""
        known = {node.name: node for node in nodes}
        fresh = (order, backwards) == self._asked and abs(now - self._looked) < 1.0
        if not fresh or known.keys() != set(self._names):
            self._asked, self._looked = (order, backwards), now
            rank = ORDERS[order]
            chosen = list(known.values()) if rank is None else sorted(known.values(), key=rank)
            self._names = tuple(node.name for node in (reversed(chosen) if backwards else chosen))
        return self._names


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session over all components: what waits where; *oldest* in s."""

    session: str
    total: int
    oldest: float
    cells: Mapping[str, LaneStats]


def session_rows(
    snapshot: Snapshot, *, session: str | None = None, matches: Matches | None = None
) -> tuple[SessionRow, ...]:
    """Return the sessions that have messages waiting anywhere, those with the most first."""
    found: dict[str, dict[str, LaneStats]] = {}
    for lane in lanes_of(snapshot):
        if lane.depth and (session is None or lane.session == session):
            found.setdefault(lane.session, {})[lane.target] = lane
    rows = [
        SessionRow(
            name,
            sum(lane.depth for lane in cells.values()),
            max(lane.oldest_age for lane in cells.values()),
            cells,
        )
        for name, cells in found.items()
        if matches is None or any(matches(lane_row(lane, snapshot)) for lane in cells.values())
    ]
    return tuple(sorted(rows, key=lambda row: (-row.total, row.session)))


def summary(snapshot: Snapshot) -> str:
    """Return how the queues are, in one line (screens 1.5)."""
    nodes = queues(snapshot)
    full = [node for node in nodes if node.depth]
    if not full:
        return f"All queues empty. {_deepest(nodes)}"
    oldest = max(full, key=lambda node: node.oldest_age)
    told = f"{sum(node.depth for node in full):,} in {len(full)} of {len(nodes)} queues"
    if oldest.oldest_age:
        told += f" · oldest {age(oldest.oldest_age)} in {oldest.name}"
    worst = max(full, key=lambda node: node.in_rate - node.out_rate)
    if forecast(worst.depth, worst.in_rate, worst.out_rate).startswith("growing"):
        told += f" · {worst.name} grows by {rate(worst.in_rate - worst.out_rate)}"
    return told


def _deepest(nodes: Sequence[NodeStats]) -> str:
    top = max(nodes, key=lambda node: node.peak, default=None)
    if top is None or not top.peak:
        return "Nothing has been queued yet."
    when = f" at {clock(top.peak_at, millis=False)}" if top.peak_at else ""
    return f"Deepest so far: {top.name} {count(top.peak)}{when}."
