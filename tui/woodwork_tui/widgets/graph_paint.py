"""Paints a drawn graph line by line: geometry comes from the layout, numbers and colours from the moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from woodwork_engine.plan import EdgeKind, FlowPlan
from woodwork_engine.snapshot import EdgeStats, NodeState, NodeStats
from woodwork_tui.layout.faces import Row, face
from woodwork_tui.layout.geometry import Box, Label, Layout, Path
from woodwork_tui.layout.glyphs import character
from woodwork_tui.layout.steps import Mark
from woodwork_tui.text import fit, glyph, tone
from woodwork_tui.units import short_rate

_ROLES = {"border": "muted", "kind": "muted", "value": "", "spark": "muted", "retry": "warn", "dead": "bad"}
_BORDERS = {
    NodeState.FAILING: "bad",
    NodeState.BREAKER_OPEN: "bad",
    NodeState.NOT_STARTED: "bad",
    NodeState.BACKLOG: "warn",
    NodeState.RETRYING: "warn",
    NodeState.PAUSED: "warn",
    NodeState.PARKED: "warn",
    NodeState.DRAINING: "warn",
}
_LINE_TONES = ("faint", "muted", "", "strong", "title")
"""From a line that was never used to the chosen one; where lines run together the last of these shows."""
_UNUSED, _USED, _MOVING, _BEATING, _CHOSEN = range(5)
_LEAST_RATE = 0.05
_UNUSED_WORD = "unused"


@dataclass(frozen=True, slots=True)
class Moment:
    """What a painted graph depends on beside its layout; *tones* are styles by name, put on the style *base*."""

    tones: Mapping[str, Style] = field(default_factory=dict)
    base: Style = field(default_factory=Style)
    nodes: Mapping[str, NodeStats] = field(default_factory=dict)
    edges: Mapping[tuple[str, str], EdgeStats] = field(default_factory=dict)
    beating: frozenset[tuple[str, str]] = frozenset()
    chosen: Mark | None = None
    found: frozenset[str] | None = None
    """The nodes that stand out because they were searched for; None: nothing is."""
    ghosts: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """What is said on routes that were never used though they could have been."""
    focused: bool = False
    ascii: bool = False
    stopped: frozenset[str] = frozenset()
    """The nodes before which a breakpoint holds messages."""
    stops: frozenset[tuple[str, str]] = frozenset()
    """The lines on which there is one."""


@dataclass(slots=True)
class _Stretch:
    """Neighbouring cells of one row through which the same lines run, and the label that lies on them, if any."""

    x: int
    edges: tuple[int, ...]
    text: str = ""
    ascii: str = ""
    label: Label | None = None


class GraphPaint:
    """One layout, ready to be painted at any moment; a line of it begins at column 0."""

    def __init__(self, plan: FlowPlan, layout: Layout) -> None:
        self.layout = layout
        self._nodes = {node.name: node for node in plan.nodes}
        self._lines: list[list[_Stretch]] = _stretches(layout)
        self._boxes: list[list[Box]] = [[] for _ in range(layout.height)]
        for box in layout.boxes:
            for y in range(box.y, box.y + box.height):
                self._boxes[y].append(box)
        self._styles: dict[str, Style] = {}
        self._faces: dict[str, tuple[Row, ...]] = {}
        self.at(Moment())

    def at(self, moment: Moment) -> None:
        """Paint as of *moment* from now on."""
        self._moment = moment
        self._faces.clear()
        self._styles.clear()
        self._ranks = [self._rank(path) for path in self.layout.paths]

    def line(self, y: int, left: int, right: int) -> list[Segment]:
        """Return what of line *y* reaches into the columns from *left* to *right*, gaps filled from column 0 on."""
        lines = (s for s in self._lines[y] if s.x < right and s.x + len(s.text) > left)
        boxes = (b for b in self._boxes[y] if b.x < right and b.x + b.width > left)
        pieces = [(each.x, len(each.text), list(self._stretch(each))) for each in lines]
        pieces += [(box.x, box.width, self._box(box, y - box.y)) for box in boxes]
        segments: list[Segment] = []
        at = 0
        for x, width, painted in sorted(pieces, key=lambda piece: piece[0]):
            if x > at:
                segments.append(Segment(" " * (x - at), self._moment.base))
            segments += painted
            at = x + width
        return segments

    def _rank(self, path: Path) -> int:
        moment = self._moment
        if moment.chosen == path.key:
            return _CHOSEN
        if moment.found is not None and moment.found.isdisjoint(path.key):
            return _UNUSED
        stats = moment.edges.get(path.key)
        if path.kind is EdgeKind.REFERENCE or stats is None or not stats.count:
            return _UNUSED
        if path.key in moment.beating:
            return _BEATING
        return _MOVING if stats.rate >= _LEAST_RATE else _USED

    def _stretch(self, stretch: _Stretch) -> Iterator[Segment]:
        text = stretch.ascii if self._moment.ascii else stretch.text
        rank = max(self._ranks[index] for index in stretch.edges)
        style = self._style(_LINE_TONES[rank])
        told = self._told(self.layout.paths[stretch.edges[0]], stretch) if stretch.label else ""
        if not told or stretch.label is None:
            yield Segment(text, style)
            return
        start = stretch.label.x - stretch.x + (stretch.label.width - len(told)) // 2
        start = min(max(start, 1), max(1, len(text) - len(told) - 1))
        own = _LINE_TONES[rank] if rank == _CHOSEN else "muted" if rank == _UNUSED else ""
        yield Segment(text[:start], style)
        yield Segment(told, self._style(own))
        yield Segment(text[start + len(told) :], style)

    def _told(self, path: Path, stretch: _Stretch) -> str:
        """Return the rate on *path*, or the key of a reference; nothing where there is nothing to tell."""
        label = stretch.label
        if label is None:
            return ""
        if path.kind is EdgeKind.REFERENCE:
            via = fit(path.via, label.width)
            return via if cell_len(via) == len(via) else ""  # only one cell a character goes over a line
        stop = glyph("breakpoint", self._moment.ascii) if path.key in self._moment.stops else ""
        ghost = self._moment.ghosts.get(path.key)
        if ghost is not None:
            told = (f"{stop}{ghost}", f"{stop}{_UNUSED_WORD}", stop)
            return next((each for each in told if len(each) <= _room(stretch, label)), "")
        stats = self._moment.edges.get(path.key)
        moves = stats is not None and stats.rate >= _LEAST_RATE
        return stop + (short_rate(stats.rate, label.width - len(stop)) if stats is not None and moves else "")

    def _box(self, box: Box, dy: int) -> list[Segment]:
        moment = self._moment
        stats = moment.nodes.get(box.name)
        chosen = moment.chosen == box.name
        rows = self._faces.get(box.name)
        if rows is None:
            rows = self._faces[box.name] = face(
                self._nodes[box.name],
                box,
                self.layout.zoom,
                stats,
                stopped=box.name in moment.stopped,
                ascii_only=moment.ascii,
                chosen=chosen,
            )
        if not chosen and moment.found is not None and box.name not in moment.found:
            return [Segment(run.text, self._style("faint")) for run in rows[dy]]
        border = "title" if chosen else _BORDERS.get(stats.state, "muted") if stats else "muted"
        name = "strong" if moment.found is None else "mark"
        own = {"border": border, "name": ("cursor" if moment.focused else "resting") if chosen else name}
        return [Segment(run.text, self._style(own.get(run.role) or _role_tone(run.role))) for run in rows[dy]]

    def _style(self, name: str) -> Style:
        style = self._styles.get(name)
        if style is None:
            style = self._styles[name] = self._moment.base + self._moment.tones.get(name, Style.null())
        return style


def _stretches(layout: Layout) -> list[list[_Stretch]]:
    """Return the stretches of every row, each row from left to right."""
    rows: list[list[_Stretch]] = [[] for _ in range(layout.height)]
    for cell in layout.cells:
        row = rows[cell.y]
        if not row or row[-1].edges != cell.edges or row[-1].x + len(row[-1].text) != cell.x:
            row.append(_Stretch(cell.x, cell.edges))
        row[-1].text += character(cell)
        row[-1].ascii += character(cell, ascii_only=True)
    for index, path in enumerate(layout.paths):
        label = path.label
        for stretch in rows[label.y] if label else ():
            if stretch.edges == (index,) and label and stretch.x <= label.x < stretch.x + len(stretch.text):
                stretch.label = label
    return rows


def _room(stretch: _Stretch, label: Label) -> int:
    """Return the cells for words on *stretch*: more than its label has where the line goes on alone."""
    return max(label.width, len(stretch.text) - 4)


def _role_tone(role: str) -> str:
    known = _ROLES.get(role)
    return tone(role) if known is None else known
