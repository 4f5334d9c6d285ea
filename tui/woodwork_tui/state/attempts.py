"""How a delivery went so far: its failed attempts and the route it came by, as lines."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from woodwork_engine.plan import Edge, EdgeKind, FlowPlan
from woodwork_engine.snapshot import AttemptInfo
from woodwork_tui.state.lines import Line
from woodwork_tui.state.tracebacks import traceback_lines
from woodwork_tui.text import glyph
from woodwork_tui.units import clock, duration, milliseconds

_MOST_LINES = 2_000
_WHY = {EdgeKind.EXPLICIT: "written in the file", EdgeKind.INFERRED: "inferred"}


def attempt_lines(attempts: tuple[AttemptInfo, ...], tried: str, *, ascii_only: bool = False) -> Iterator[Line]:
    """Yield failed *attempts* newest first, each traceback once; *tried* is how many of how many, `3/4`."""
    yield Line(f"Attempts {tried} (newest first)", "title")
    if not attempts:
        yield Line("  none was made", "muted")
    later = {attempt.n: following for attempt, following in pairwise(attempts)}
    seen: dict[str, int] = {}
    for attempt in reversed(attempts):
        yield from _attempt(attempt, later.get(attempt.n), seen, glyph("failed", ascii_only))


def _attempt(attempt: AttemptInfo, later: AttemptInfo | None, seen: dict[str, int], mark: str) -> Iterator[Line]:
    took = milliseconds((attempt.ended - attempt.started) * 1000)
    yield Line(f"  #{attempt.n} {clock(attempt.started)}  {took}  {mark} {attempt.error_type}", "bad")
    for text in attempt.message.split("\n")[:_MOST_LINES] if attempt.message else ():
        yield Line(f"     {text}")
    if later is not None:
        yield Line(f"     next attempt {duration(later.started - attempt.ended)} later", "muted")
    if attempt.traceback in seen:
        yield Line(f"     same traceback as #{seen[attempt.traceback]}", "muted")
    elif attempt.traceback:
        seen[attempt.traceback] = attempt.n
        for line in traceback_lines(attempt.traceback):
            yield Line(f"     {line.text}", line.tone)


def route_between(source: str | None, target: str, plan: FlowPlan | None, event: str = "") -> Edge | None:
    """Return the route of *plan* from *source* to *target*, of several the one for *event*, or None."""
    if plan is None or source is None:
        return None
    routes = [edge for edge in plan.routes_from(source) if edge.target == target]
    return next((edge for edge in routes if edge.carries(event)), routes[0] if routes else None)


def why_routed(source: str | None, target: str, plan: FlowPlan | None, event: str = "") -> str:
    """Return the place of the route that leads *event* from *source* to *target*, and why it is there."""
    if plan is None or source is None:
        return "sent from outside the flow"
    edge = route_between(source, target, plan, event)
    if edge is None:
        return "no such route in the flow of now"
    return f"{edge.span}  {edge.via} = {target}, {_WHY.get(edge.kind, edge.kind.value)}"
