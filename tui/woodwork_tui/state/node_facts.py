"""What the inspector says about a component: how it is, its queue, its numbers, its routes, its policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from rich.text import Text

from woodwork_engine.plan import Edge, Node
from woodwork_engine.role import Role
from woodwork_engine.snapshot import NodeStats, Snapshot
from woodwork_tui.state.facts import LABEL, Piece, ends, fact, listed, long_fact, place_text, rule
from woodwork_tui.state.ghosts import unreached
from woodwork_tui.state.hold_facts import node_holds
from woodwork_tui.state.setting_facts import Declared, declared_facts, ends_with
from woodwork_tui.state.troubles import Trouble
from woodwork_tui.text import fit, glyph, tone
from woodwork_tui.units import clock, count, duration, forecast, gauge, milliseconds, plural, rate, sparkline

_MOST_SESSIONS = 6
_ERROR_LINES = 2


def node_facts(
    snapshot: Snapshot,
    name: str,
    width: int,
    troubles: Sequence[Trouble] = (),
    *,
    declared: Declared = declared_facts,
    ascii_only: bool = False,
) -> Iterator[Text]:
    """Yield the lines about the component *name*; *troubles* are its last failures, the newest first."""
    node = snapshot.plan.node(name) if snapshot.plan else None
    stats = snapshot.node(name)
    place = place_text(node.span.file, node.span.line) if node else "not in the file"
    yield ends((f"{name} {node.kind if node else ''}", "strong"), (place, "accent"), width)
    yield rule(width, ascii_only=ascii_only)
    if stats is not None:
        yield from _numbers(node, stats, snapshot.at, width, ascii_only)
    elif node is not None and node.problem is not None:
        yield from long_fact("problem", node.problem.summary, width, "bad")
    yield from node_holds(snapshot, name, width, ascii_only=ascii_only)
    yield from _errors(stats, troubles, width, ascii_only)
    yield from _sessions(snapshot, name, width)
    yield from _routes(snapshot, name, width)
    if node is not None:
        yield from declared(node, width)


def _numbers(node: Node | None, stats: NodeStats, now: float, width: int, ascii_only: bool) -> Iterator[Text]:
    state = stats.state.value
    yield fact("state", (f"{glyph(state, ascii_only)} {state.replace('_', ' ')}", tone(state)))
    if stats.breaker is not None:
        due = stats.breaker_due
        yield fact(
            "breaker", f"tried again in {duration(max(0, round(due - now)))}" if due else "trying a few messages"
        )
    if stats.paused:
        waits = "waits" if stats.paused == 1 else "wait"
        yield fact("", (f"{plural(stats.paused, 'message')} {waits} in a hold", "warn"))
    if stats.problem:
        yield from long_fact("problem", stats.problem, width, "bad")
    is_input = node is not None and node.role is Role.INPUT
    if not is_input or stats.depth:
        yield from _queue(stats, width, ascii_only)
    room = max(0, min(width - LABEL - 8, 24))
    spark = (sparkline(stats.activity, room, ascii_only=ascii_only), "accent")
    if is_input:
        yield fact("out", f"{rate(stats.out_rate):<8}", spark)
        yield fact("sent", f"{count(stats.emitted)} since start")
    else:
        yield fact("in", rate(stats.in_rate))
        yield fact("out", f"{rate(stats.out_rate):<8}", spark)
        handled = stats.ok + stats.failed
        times = (milliseconds(ms if handled else None) for ms in (stats.p50_ms, stats.p95_ms))
        yield fact("handle", "p50 {}   p95 {}".format(*times))
        yield _trouble(stats)
        if stats.duplicates:
            yield fact("twice", f"{count(stats.duplicates)} duplicates left out")
    if stats.detail:
        yield from long_fact("holds", stats.detail, width)


def _errors(stats: NodeStats | None, troubles: Sequence[Trouble], width: int, ascii_only: bool) -> Iterator[Text]:
    """Yield the last failures with when and whose; only the last error where no delivery of it is kept."""
    if not troubles and stats is not None and stats.last_error:
        yield from long_fact("error", stats.last_error, width, "bad")
    for number, trouble in enumerate(troubles):
        who = (
            f"{glyph(trouble.state, ascii_only)} {clock(trouble.at, millis=False)} {trouble.session} #{trouble.attempt}"
        )
        yield fact("last" if number == 0 else "", (fit(who, width - LABEL), tone(trouble.state)))
        yield from long_fact("", trouble.problem, width, "bad", most=_ERROR_LINES)


def _queue(stats: NodeStats, width: int, ascii_only: bool) -> Iterator[Text]:
    depth = f"  {count(stats.depth)}/{count(stats.limit)}" if stats.limit else f"  {count(stats.depth)}"
    room = max(0, min(20, width - LABEL - len(depth)))
    full = "bad" if 0 < stats.limit <= stats.depth else "accent"
    bar = gauge(stats.depth, stats.limit, room, ascii_only=ascii_only) if stats.limit else ""
    yield fact("queue", (bar, full if stats.depth else "faint"), depth)
    if stats.depth:
        trend = forecast(stats.depth, stats.in_rate, stats.out_rate)
        growing: Piece = (trend, "warn") if trend.startswith("growing") else trend
        yield fact("oldest", f"{duration(stats.oldest_age)}   ", growing)
        yield fact("", f"{count(stats.inflight)} in flight, {count(stats.retrying)} retrying")
    if stats.blocked:
        yield fact("", (f"{count(stats.blocked)} senders wait for room", "warn"))


def _trouble(stats: NodeStats) -> Text:
    return fact(
        "errors",
        (count(stats.failed), "warn" if stats.failed else ""),
        "   retries ",
        (count(stats.retried), "warn" if stats.retried else ""),
        "   DLQ ",
        (count(stats.dead_now), "bad" if stats.dead_now else ""),
    )


def _sessions(snapshot: Snapshot, name: str, width: int) -> Iterator[Text]:
    lanes = [lane for lane in snapshot.lanes if lane.target == name and lane.depth]
    if lanes:
        fullest = sorted(lanes, key=lambda lane: -lane.depth)[:_MOST_SESSIONS]
        yield from listed("queued", [f"{lane.session} {lane.depth}" for lane in fullest], width, " · ")


def _routes(snapshot: Snapshot, name: str, width: int) -> Iterator[Text]:
    edges = snapshot.plan.edges if snapshot.plan else ()
    coming = [edge for edge in edges if edge.target == name and edge.is_route]
    going = [edge for edge in edges if edge.source == name and edge.is_route]
    used = [edge for edge in edges if edge.source == name and not edge.is_route]
    users = [edge for edge in edges if edge.target == name and not edge.is_route]
    if snapshot.plan is not None and name in unreached(snapshot.plan):
        yield fact("from", ("nothing leads here", "warn"))
    yield from _by_place("from", coming, lambda edge: edge.source, width)
    yield from _by_place("to", going, lambda edge: edge.target, width)
    for via in dict.fromkeys(edge.via for edge in used):
        yield from _by_place(via, [edge for edge in used if edge.via == via], lambda edge: edge.target, width)
    yield from _by_place("used by", users, lambda edge: edge.source, width)


def _by_place(label: str, edges: list[Edge], end: Callable[[Edge], str], width: int) -> Iterator[Text]:
    """Yield *edges* with the lines they were written in, those of one line together."""
    places = dict.fromkeys((edge.span.file, edge.span.line) for edge in edges)
    for number, place in enumerate(places):
        here = [edge for edge in edges if (edge.span.file, edge.span.line) == place]
        names = [end(edge) + (" (inferred)" if edge.kind.value == "inferred" else "") for edge in here]
        lines = listed(label[: LABEL - 1] if number == 0 else "", names, width - 5)
        yield ends_with(lines.pop(0), f":{place[1]}", width)
        yield from lines
