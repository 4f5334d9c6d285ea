"""Routes that nothing has taken although there was something to take them, and components that nothing leads to."""

from __future__ import annotations

from collections.abc import Mapping

from woodwork_engine.plan import Edge, FlowPlan
from woodwork_engine.role import Role
from woodwork_engine.snapshot import Snapshot
from woodwork_tui.units import clock

Route = tuple[str, str]


def ghost_routes(snapshot: Snapshot) -> Mapping[Route, float]:
    """Return the routes that were never used although their source has sent messages, each with since when.

    Since when: since the start, or the revision that brought it (s since the epoch). A route whose source has sent
    nothing is no ghost: nothing could have taken it.
    """
    plan = snapshot.plan
    if plan is None:
        return {}
    used = {(edge.source, edge.target) for edge in snapshot.edges if edge.count}
    sending = {node.name for node in snapshot.nodes if node.emitted}
    unused = {
        (edge.source, edge.target)
        for edge in plan.edges
        if edge.is_route and edge.source in sending and (edge.source, edge.target) not in used
    }
    return {route: route_since(snapshot, route) for route in unused}


def route_since(snapshot: Snapshot, route: Route) -> float:
    """Return since when *route* is there, in s since the epoch."""
    brought = (
        revision.at
        for revision in reversed(snapshot.revisions)
        if revision.diff is not None and revision.number and route in map(_ends, revision.diff.routes_added)
    )
    return max(snapshot.started_at, next(brought, 0.0))


def _ends(edge: Edge) -> Route:
    return edge.source, edge.target


def unused_text(since: float) -> str:
    """Return `0 since 12:01`."""
    return f"0 since {clock(since, millis=False)[:5]}"


def unreached(plan: FlowPlan) -> tuple[str, ...]:
    """Return the components that no route and no reference leads to, inputs aside."""
    reached = {edge.target for edge in plan.edges}
    return tuple(node.name for node in plan.nodes if node.role is not Role.INPUT and node.name not in reached)
