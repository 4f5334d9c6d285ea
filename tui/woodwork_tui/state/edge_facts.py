"""What the inspector says about a route or a reference: why it is there, and what moves along it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from woodwork_engine.plan import Edge, EdgeKind
from woodwork_engine.snapshot import EdgeStats, Snapshot
from woodwork_tui.state.facts import ends, fact, listed, long_fact, place_text, rule
from woodwork_tui.state.ghosts import route_since
from woodwork_tui.state.hold_facts import edge_holds
from woodwork_tui.text import glyph, tone
from woodwork_tui.units import clock, count, rate


def edge_facts(snapshot: Snapshot, source: str, target: str, width: int, *, ascii_only: bool = False) -> Iterator[Text]:
    """Yield the lines about everything that joins *source* to *target*."""
    edges = [e for e in snapshot.plan.edges if (e.source, e.target) == (source, target)] if snapshot.plan else []
    if not edges:
        yield fact("", ("It is no longer in the file.", "warn"))
        return
    first = edges[0]
    yield ends((_what(first), "strong"), (place_text(first.span.file, first.span.line), "accent"), width)
    yield rule(width, ascii_only=ascii_only)
    routes = [edge for edge in edges if edge.is_route]
    if routes:
        stats = next((e for e in snapshot.edges if (e.source, e.target) == (source, target)), None)
        yield from _moving(stats, route_since(snapshot, (source, target)))
        yield from _events(routes, width)
    yield from edge_holds(snapshot, source, target, width, ascii_only=ascii_only)
    yield from long_fact("to", f"{target}{_state(snapshot, target, ascii_only)}", width, _tone(snapshot, target))
    yield from long_fact("from", f"{source}{_state(snapshot, source, ascii_only)}", width, _tone(snapshot, source))
    for edge in edges:
        place = f" ({place_text(edge.span.file, edge.span.line)})" if edge is not first else ""
        yield from long_fact("why", _why(edge) + place, width)


def _what(edge: Edge) -> str:
    return f"{edge.via} (no messages)" if edge.kind is EdgeKind.REFERENCE else f"{edge.kind.value} route"


def _moving(stats: EdgeStats | None, since: float) -> Iterator[Text]:
    if stats is None or not stats.count:
        yield fact("moved", (f"0 since {clock(since, millis=False)}" if since else "nothing so far", "muted"))
        return
    yield fact("rate", rate(stats.rate))
    yield fact("moved", f"{count(stats.count)} since start")


def _events(routes: list[Edge], width: int) -> Iterator[Text]:
    events = list(dict.fromkeys(event for route in routes for event in route.events))
    if any(not route.events for route in routes):
        yield fact("events", "all")
    else:
        yield from listed("events", events, width)


def _state(snapshot: Snapshot, name: str, ascii_only: bool) -> str:
    stats = snapshot.node(name)
    if stats is None:
        return ""
    return f"  {glyph(stats.state.value, ascii_only)} {stats.state.value.replace('_', ' ')}"


def _tone(snapshot: Snapshot, name: str) -> str:
    stats = snapshot.node(name)
    shown = tone(stats.state.value) if stats else ""
    return shown if shown in ("warn", "bad") else ""


def _why(edge: Edge) -> str:
    if edge.kind is EdgeKind.EXPLICIT:
        return f"{edge.source} names it in `{edge.via}`"
    if edge.kind is EdgeKind.INFERRED:
        return f"inferred: {edge.source} has no `to`"
    return f"{edge.source} is built with it: `{edge.via}`"
