"""What the Flow tab says around its pictures: titles, legend, and what stands for an empty flow."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import PurePath

from rich.cells import cell_len

from woodwork_engine.plan import FlowPlan
from woodwork_engine.snapshot import FlowState, Snapshot
from woodwork_tui.text import glyph
from woodwork_tui.units import plural

_STATES = (("ok", "ok"), ("backlog", "backlog"), ("failing", "failing"), ("retrying", "retrying"), ("dead", "dead"))
_LINES = {
    "explicit": ("──", "--", "to"), "inferred": ("┄┄", "~~", "inferred"), "feedback": ("╌╌", "==", "back"),
    "reference": ("┈┈", "..", "reference"),
}  # fmt: skip
_STEMS = {
    "explicit": ("►", ">", "to"), "inferred": ("▷", "~", "inferred"), "feedback": ("↺", "<", "back"),
    "reference": ("⇄", "=", "reference"),
}  # fmt: skip


def title(plan: FlowPlan | None, view: str) -> str:
    """Return `Flow · 5 nodes · 6 routes · graph`; *view* says how it is shown."""
    if plan is None:
        return "Flow"
    routes = sum(edge.is_route for edge in plan.edges)
    return f"Flow · {plural(len(plan.nodes), 'node')} · {plural(routes, 'route')} · {view}"


def legend(
    width: int,
    hints: str,
    lines: Collection[str] = (),
    *,
    marked: Iterable[str] = (),
    as_tree: bool = False,
    ascii_only: bool = False,
) -> str:
    """Return as much of what the marks mean as fits before *hints* into *width* cells.

    *lines* are the kinds of lines in the picture, `explicit`, `inferred`, `feedback`, `reference`; where there is only
    one, nobody has to tell it from others. *marked* are the marks that a person has set, which go first: `breakpoint`,
    `paused`.
    """
    dash = "-" if ascii_only else "─"
    signs = _STEMS if as_tree else _LINES
    told = [signs[kind] for kind in signs if kind in lines] if len(lines) > 1 else []
    items = [f"{glyph(state, ascii_only)} {state}" for state in marked]
    items += [f"{plain if ascii_only else drawn} {word}" for drawn, plain, word in told]
    items += [f"{glyph(state, ascii_only)} {word}" for state, word in _STATES]
    shown = ""
    for item in items:
        longer = f"{shown}  {item}" if shown else item
        if cell_len(longer) + cell_len(hints) + 4 > width:
            break
        shown = longer
    fill = width - cell_len(shown) - cell_len(hints) - 2
    return f"{shown} {dash * fill} {hints}" if shown else hints


def marks(snapshot: Snapshot) -> Iterator[str]:
    """Yield the marks that a person has set in the picture."""
    if snapshot.breakpoints:
        yield "breakpoint"
    if snapshot.holds:
        yield "paused"


def empty_text(snapshot: Snapshot, file: str) -> str:
    """Return what stands for the graph of a flow without components, and what to do."""
    name = PurePath(snapshot.plan.file if snapshot.plan else file).name or "This flow"
    if snapshot.plan is not None:
        return f"{name} has no components. Press 7 to edit."
    if any(diagnostic.blocks for diagnostic in snapshot.diagnostics):
        return f"{name} cannot run as it is; it starts by itself once it is mended. Press 7 to see why."
    if snapshot.state is FlowState.STARTING:
        return f"{name} is starting."
    return "Nothing is running."
