"""What the inspector says about the selection: a component, a route, or the whole flow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from rich.text import Text

from woodwork_engine.snapshot import FlowState, Snapshot
from woodwork_tui.state.edge_facts import edge_facts
from woodwork_tui.state.facts import ends, fact, listed, long_fact, pieces, rule
from woodwork_tui.state.ghosts import ghost_routes, unreached
from woodwork_tui.state.hold_facts import flow_holds
from woodwork_tui.state.node_facts import node_facts
from woodwork_tui.state.setting_facts import Declared, declared_facts
from woodwork_tui.state.troubles import Trouble
from woodwork_tui.state.view import Selection
from woodwork_tui.text import glyph, tone
from woodwork_tui.units import count, duration, milliseconds, plural, rate, sparkline

_WORST = 5


@dataclass(frozen=True, slots=True)
class Facts:
    """What is said: about what, in which lines; `place` is file and line (from 1) of its source."""

    title: str
    lines: tuple[Text, ...]
    place: tuple[str, int] | None = None


def inspect(
    snapshot: Snapshot,
    selection: Selection,
    width: int,
    *,
    troubles: Sequence[Trouble] = (),
    declared: Declared = declared_facts,
    ascii_only: bool = False,
) -> Facts:
    """Return what there is to say about *selection*, in lines of at most *width* cells.

    *troubles* are the last failures at the selected component, *declared* says how it is declared.
    """
    facts = _about(snapshot, selection, width, troubles, declared, ascii_only)
    for line in facts.lines:
        line.truncate(width)
    return facts


def _about(
    snapshot: Snapshot,
    selection: Selection,
    width: int,
    troubles: Sequence[Trouble],
    declared: Declared,
    ascii_only: bool,
) -> Facts:
    plan = snapshot.plan
    if selection.edge is not None:
        source, target = selection.edge
        lines = tuple(edge_facts(snapshot, source, target, width, ascii_only=ascii_only))
        edges = [each for each in plan.edges if (each.source, each.target) == selection.edge] if plan else []
        place = (edges[0].span.file, edges[0].span.line) if edges else None
        return Facts(f"{source} {'->' if ascii_only else '→'} {target}", lines, place)
    if selection.node is not None:
        node = plan.node(selection.node) if plan else None
        lines = tuple(node_facts(snapshot, selection.node, width, troubles, declared=declared, ascii_only=ascii_only))
        return Facts(selection.node, lines, (node.span.file, node.span.line) if node else None)
    return Facts("Whole flow", tuple(_flow_facts(snapshot, width, ascii_only)), (plan.file, 1) if plan else None)


def _flow_facts(snapshot: Snapshot, width: int, ascii_only: bool) -> Iterator[Text]:
    plan, totals = snapshot.plan, snapshot.totals
    if plan is None:
        starting = snapshot.state is FlowState.STARTING
        yield pieces(("It is starting." if starting else "Nothing is running.", "muted"))
        return
    state = snapshot.state.value
    yield ends((PurePath(plan.file).name, "strong"), (f"rev {snapshot.rev}" if snapshot.rev else "", "muted"), width)
    yield rule(width, ascii_only=ascii_only)
    yield fact("state", (f"{glyph(state, ascii_only)} {state}", tone(state)), _up(snapshot))
    room = max(0, width - 16)
    for label, moving, activity in (
        ("in", totals.in_rate, totals.in_activity),
        ("out", totals.out_rate, totals.out_activity),
    ):
        yield fact(label, f"{rate(moving):<8}", (sparkline(activity, min(room, 24), ascii_only=ascii_only), "accent"))
    times = (milliseconds(ms if totals.ok + totals.failed else None) for ms in (totals.p50_ms, totals.p95_ms))
    yield fact("handle", "p50 {}   p95 {}".format(*times))
    yield fact("waiting", f"{count(totals.queued)}   in flight {count(totals.inflight)}")
    yield fact(
        "trouble",
        (f"retry {count(totals.retrying)}", "warn" if totals.retrying else ""),
        "   ",
        (f"DLQ {count(totals.dead_letters)}", "bad" if totals.dead_letters else ""),
    )
    yield fact("since", f"{count(totals.accepted)} accepted, {count(totals.ok)} ok")
    yield fact("", f"{count(totals.failed)} failed, {count(totals.dead)} died")
    yield from _losses(snapshot)
    yield from flow_holds(snapshot, width, ascii_only=ascii_only)
    yield fact("is", f"{plural(len(plan.nodes), 'component')}, {plural(_routes(snapshot), 'route')}")
    yield fact("", plural(totals.sessions, "session"))
    yield from _never_used(snapshot, width, ascii_only)
    yield from _standing_out(snapshot, width, ascii_only)


def _up(snapshot: Snapshot) -> str:
    """Return for how long the flow is up: that it drains has not lasted as long as that it runs."""
    if snapshot.state is FlowState.STOPPED:
        return ""
    return f"{' for' if snapshot.state is FlowState.RUNNING else ', up'} {duration(snapshot.at - snapshot.started_at)}"


def _losses(snapshot: Snapshot) -> Iterator[Text]:
    totals = snapshot.totals
    for number, word in ((totals.dropped, "dropped"), (totals.unroutable, "without a route")):
        if number:
            yield fact("", (f"{count(number)} {word}", "bad"))


def _routes(snapshot: Snapshot) -> int:
    return sum(edge.is_route for edge in snapshot.plan.edges) if snapshot.plan else 0


def _never_used(snapshot: Snapshot, width: int, ascii_only: bool) -> Iterator[Text]:
    """Yield the routes that nothing has taken, and the components that nothing leads to."""
    ghosts = ghost_routes(snapshot)
    arrow = "->" if ascii_only else "→"
    routes = [f"{source}{arrow}{target}" for source, target in sorted(ghosts, key=lambda each: (ghosts[each], each))]
    if routes:
        yield from listed("unused", _some(routes), width, tone="muted")
    lonely = unreached(snapshot.plan) if snapshot.plan else ()
    if lonely:
        yield from listed("lonely", _some(lonely), width, tone="warn")


def _some(names: Sequence[str]) -> list[str]:
    more = [f"{len(names) - _WORST} more"] if len(names) > _WORST else []
    return [*names[:_WORST], *more]


def _standing_out(snapshot: Snapshot, width: int, ascii_only: bool) -> Iterator[Text]:
    """Yield the components that are not well, the fullest first, and those that did not start with the reason."""
    unwell = [node for node in snapshot.nodes if node.state.value not in ("ok", "idle")]
    if unwell:
        yield rule(width, ascii_only=ascii_only)
    for node in sorted(unwell, key=lambda each: (-each.depth, each.name))[:_WORST]:
        state = node.state.value
        what = f"{glyph(state, ascii_only)} {state.replace('_', ' ')}"
        yield ends((node.name, ""), (f"{what}{f'  q {count(node.depth)}' if node.depth else ''}", tone(state)), width)
        if node.problem:
            yield from long_fact("", node.problem, width, "bad")
    if len(unwell) > _WORST:
        yield pieces((f"and {len(unwell) - _WORST} more", "muted"))
