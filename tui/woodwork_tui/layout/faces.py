"""What a node's box says, as runs of text with roles; colours come later, from whoever paints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from woodwork_engine.plan import Node
from woodwork_engine.role import Role
from woodwork_engine.snapshot import NodeState, NodeStats
from woodwork_tui.layout.geometry import Box, Zoom
from woodwork_tui.layout.glyphs import Frame, frame
from woodwork_tui.text import fit_middle, glyph, pad
from woodwork_tui.units import count, rate, sparkline

_WORDED = (NodeState.NOT_STARTED, NodeState.PAUSED, NodeState.PARKED, NodeState.DRAINING, NodeState.BREAKER_OPEN)


@dataclass(frozen=True, slots=True)
class Run:
    """Text with one look.

    *role* is border, name, kind, value, spark, held, retry, dead, breakpoint, or the value of a NodeState.
    """

    text: str
    role: str


Row = tuple[Run, ...]


def flow_rate(node: Node, stats: NodeStats) -> float:
    """Return what moves through a node in messages/s: into it, for an input out of it."""
    return stats.out_rate if node.role is Role.INPUT else stats.in_rate


def _state(node: Node, stats: NodeStats, width: int, zoom: Zoom, ascii_only: bool) -> tuple[list[Run], bool]:
    """Return glyph, rate or word, and the queue; and whether the queue found room."""
    mark = Run(glyph(stats.state.value, ascii_only), stats.state.value)
    word = stats.state.value.replace("_", " ")
    if node.role is Role.RESOURCE and stats.state not in _WORDED:  # asked, not sent to: neither rate nor queue
        return [mark, Run(pad(f" {node.kind if zoom is Zoom.NORMAL else word}", width - 1), "kind")], False
    if stats.state not in _WORDED:
        word = rate(flow_rate(node, stats))
    depth = f"q {count(stats.depth)}"
    room = width - 2 - len(word)
    if node.role is Role.INPUT and not stats.depth:  # what others send to an input is all it can have waiting
        return [mark, Run(pad(f" {word}", width - 1), "value")], True
    if len(depth) >= room:
        return [mark, Run(pad(f" {word}", width - 1), "value")], False
    waiting = Run(depth.rjust(room), "backlog" if stats.depth else "kind")
    return [mark, Run(f" {word}", "value"), waiting], True


def _title(name: str, box: Box, frame: Frame, stop: str) -> Row:
    """Return the upper border with the name, and at its end *stop*, the mark of a breakpoint, if there is one."""
    shown = fit_middle(name, box.width - 5 - len(stop))
    rest = frame.level * (box.width - 4 - len(stop) - cell_len(shown))
    head = Run(f"{frame.top_left} ", "border"), Run(shown, "name"), Run(f" {rest}", "border")
    return *head, Run(stop, "breakpoint"), Run(frame.top_right, "border")


def _alarms(stats: NodeStats, queue_shown: bool, ascii_only: bool) -> list[Run]:
    alarms = []
    if stats.depth and not queue_shown:
        alarms.append(Run(f" q {count(stats.depth)}", "backlog"))
    if stats.paused and stats.state is not NodeState.PAUSED:
        alarms.append(Run(f" {glyph('held', ascii_only)}{count(stats.paused)}", "held"))
    if stats.retrying:
        alarms.append(Run(f" {glyph('retry', ascii_only)}{count(stats.retrying)}", "retry"))
    if stats.dead_now:
        alarms.append(Run(f" {glyph('dead', ascii_only)}{count(stats.dead_now)}", "dead"))
    return alarms


def _bottom(box: Box, alarms: Sequence[Run], frame: Frame) -> Row:
    """Return the lower border; alarms that have no room go from the left, what died stays longest."""
    lead = frame.bottom_left + frame.level + (frame.down if box.loop else frame.level)
    used = sum(cell_len(run.text) for run in alarms) + bool(alarms)
    room = box.width - len(lead) - 1 - used
    if room < 0:
        return _bottom(box, alarms[1:], frame)
    tail = (" " if alarms else "") + frame.bottom_right
    return Run(lead + frame.level * room, "border"), *alarms, Run(tail, "border")


def _inner(content: Sequence[Run], box: Box, port: bool, frame: Frame) -> Row:
    used = sum(cell_len(run.text) for run in content)
    right = frame.out if port and box.out else frame.upright
    fill = " " * (box.width - 4 - used)
    return Run(f"{frame.upright} ", "border"), *content, Run(f"{fill} {right}", "border")


def _compact(node: Node, box: Box, stats: NodeStats | None, stop: str, ascii_only: bool, chosen: bool) -> Row:
    left, right = "<>" if chosen else "[]"
    name = Run(pad(fit_middle(node.name, box.width - 4), box.width - 4), "name")
    if stats is None:
        return Run(f"{left} ", "border"), name, Run(f" {right}", "border")
    mark = Run(glyph(stats.state.value, ascii_only), stats.state.value)
    between = Run(stop, "breakpoint") if stop else Run(" ", "border")
    return Run(left, "border"), mark, between, name, Run(right, "border")


def face(
    node: Node,
    box: Box,
    zoom: Zoom,
    stats: NodeStats | None,
    *,
    stopped: bool = False,
    ascii_only: bool = False,
    chosen: bool = False,
) -> tuple[Row, ...]:
    """Return the rows of *box*, each exactly as wide as it; without numbers it says only what *node* is.

    *stopped*: a breakpoint holds messages before it.
    """
    stop = glyph("breakpoint", ascii_only) if stopped else ""
    if zoom is Zoom.COMPACT:
        return (_compact(node, box, stats, stop, ascii_only, chosen),)
    lines = frame(chosen=chosen, ascii_only=ascii_only)
    width = box.width - 4
    kind = [Run(pad(node.kind, width), "kind")]
    state, queue_shown = _state(node, stats, width, zoom, ascii_only) if stats else (kind, True)
    bottom = _bottom(box, _alarms(stats, queue_shown, ascii_only) if stats else (), lines)
    title = _title(node.name, box, lines, stop)
    if zoom is Zoom.NORMAL:
        return title, _inner(state, box, True, lines), bottom
    spark = [Run(sparkline(stats.activity, width, ascii_only=ascii_only) if stats else "", "spark")]
    inner = [(kind, False), (state if stats else [], True), (spark, False)]
    return title, *(_inner(content, box, port, lines) for content, port in inner), bottom
