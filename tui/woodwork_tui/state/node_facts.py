"""What the inspector says about a component: how it is, its queue, its numbers, its routes, its policy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from itertools import chain

from rich.text import Text

from woodwork_engine.plan import Edge, Node
from woodwork_engine.policy import BreakerPolicy, DedupePolicy, DeliveryPolicy, RetryPolicy
from woodwork_engine.role import Role
from woodwork_engine.snapshot import NodeStats, Snapshot
from woodwork_tui.state.facts import LABEL, Piece, ends, fact, listed, long_fact, place_text, rule
from woodwork_tui.text import glyph, tone
from woodwork_tui.units import count, duration, forecast, gauge, milliseconds, plural, rate, sparkline

_MOST_SESSIONS = 6
_SECONDS = frozenset({"timeout", "ttl", "block_timeout", "base", "cap", "max_retry_after"})


def node_facts(snapshot: Snapshot, name: str, width: int, *, ascii_only: bool = False) -> Iterator[Text]:
    """Yield the lines about the component *name*."""
    node = snapshot.plan.node(name) if snapshot.plan else None
    stats = snapshot.node(name)
    place = place_text(node.span.file, node.span.line) if node else "not in the file"
    yield ends((f"{name} {node.kind if node else ''}", "strong"), (place, "accent"), width)
    yield rule(width, ascii_only=ascii_only)
    if stats is not None:
        yield from _numbers(node, stats, snapshot.at, width, ascii_only)
    elif node is not None and node.problem is not None:
        yield from long_fact("problem", node.problem.summary, width, "bad")
    yield from _sessions(snapshot, name, width)
    yield from _routes(snapshot, name, width)
    if node is not None and node.role not in (Role.INPUT, Role.RESOURCE):
        yield from _policy(node, width)


def _numbers(node: Node | None, stats: NodeStats, now: float, width: int, ascii_only: bool) -> Iterator[Text]:
    state = stats.state.value
    yield fact("state", (f"{glyph(state, ascii_only)} {state.replace('_', ' ')}", tone(state)))
    if stats.breaker is not None:
        due = stats.breaker_due
        yield fact(
            "breaker", f"tried again in {duration(max(0, round(due - now)))}" if due else "trying a few messages"
        )
    if stats.paused:
        yield fact("paused", (plural(stats.paused, "message"), "warn"))
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
    if stats.last_error:
        yield from long_fact("error", stats.last_error, width, "bad")
    if stats.detail:
        yield from long_fact("holds", stats.detail, width)


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


def ends_with(line: Text, end: str, width: int) -> Text:
    """Return *line* filled up to *width* cells so that it closes with *end*."""
    line.append(" " * max(1, width - line.cell_len - len(end)))
    line.append(end, style="accent")
    return line


def _policy(node: Node, width: int) -> Iterator[Text]:
    """Yield what of the policy is not built in, and whether the component itself says so or the flow does."""
    built_in = DeliveryPolicy()
    changed = _changes(node.policy, built_in, skip=("retry", "ttl_is_own"))
    for number, (name, value) in enumerate((*changed, *_changes(node.policy.retry, built_in.retry))):
        where = "here" if name in node.own_policy else "flow-wide"
        yield ends_with(fact("policy" if number == 0 else "", f"{name} {value}"), where, width)


def _changes(
    policy: DeliveryPolicy | RetryPolicy, built_in: DeliveryPolicy | RetryPolicy, skip: Iterable[str] = ()
) -> Iterator[tuple[str, str]]:
    for each in fields(policy):
        value, usual = getattr(policy, each.name), getattr(built_in, each.name)
        if value != usual and each.name not in skip:
            yield each.name, _written(each.name, value)


def _written(name: str, value: object) -> str:
    if value is None:
        return "none"
    if name in _SECONDS and isinstance(value, int | float):
        return duration(value)
    if isinstance(value, BreakerPolicy):
        return f"{value.rate:.0%} of {value.min:,} in {duration(value.window)}"
    if isinstance(value, DedupePolicy):
        return f"{duration(value.window)}, {value.max_ids:,} ids"
    if isinstance(value, tuple):
        items = chain.from_iterable(value) if name == "on" else value  # rules about errors come in layers
        return ", ".join(map(str, items))
    return f"{value:,}" if isinstance(value, int) else str(value)
