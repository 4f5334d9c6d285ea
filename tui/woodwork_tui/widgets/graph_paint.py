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
from woodwork_tui.layout.geometry import Box, Cell, Layout
from woodwork_tui.layout.glyphs import character, line
from woodwork_tui.layout.lines import style_of
from woodwork_tui.layout.steps import Mark
from woodwork_tui.text import fit, tone
from woodwork_tui.units import short_rate

_ROLES = {"border": "muted", "kind": "muted", "value": "", "spark": "muted", "retry": "warn", "dead": "bad"}
_BORDERS = {
    NodeState.FAILING: "bad",
    NodeState.NOT_STARTED: "bad",
    NodeState.BACKLOG: "warn",
    NodeState.RETRYING: "warn",
    NodeState.PARKED: "warn",
    NodeState.DRAINING: "warn",
}
_LINE_TONES = ("faint", "muted", "", "strong", "title")
"""From a line that was never used to the chosen one; where lines run together the last of these shows."""
_UNUSED, _USED, _MOVING, _BEATING, _CHOSEN = range(5)


@dataclass(frozen=True, slots=True)
class Moment:
    """What a painted graph depends on beside its layout; *tones* are styles by name."""

    tones: Mapping[str, Style]
    nodes: Mapping[str, NodeStats] = field(default_factory=dict)
    edges: Mapping[tuple[str, str], EdgeStats] = field(default_factory=dict)
    beating: frozenset[tuple[str, str]] = frozenset()
    chosen: Mark | None = None
    focused: bool = False
    ascii: bool = False


@dataclass(slots=True)
class _Line:
    """One line of the drawing: runs of neighbouring cells, and boxes with the row of theirs, by column."""

    runs: list[tuple[int, list[Cell]]] = field(default_factory=list)
    boxes: list[tuple[int, Box, int]] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)


class GraphPaint:
    """One layout, ready to be painted at any moment; a painted line begins at column 0 and knows no colours."""

    def __init__(self, plan: FlowPlan, layout: Layout) -> None:
        self.layout = layout
        self._nodes = {node.name: node for node in plan.nodes}
        self._lines = [_Line() for _ in range(layout.height)]
        self._moment = Moment({})
        self._ranks: list[int] = []
        self._faces: dict[str, tuple[Row, ...]] = {}
        for cell in layout.cells:
            runs = self._lines[cell.y].runs
            if runs and runs[-1][0] + len(runs[-1][1]) == cell.x:
                runs[-1][1].append(cell)
            else:
                runs.append((cell.x, [cell]))
        for box in sorted(layout.boxes, key=lambda box: box.x):
            for dy in range(box.height):
                self._lines[box.y + dy].boxes.append((box.x, box, dy))
        for index, path in enumerate(layout.paths):
            if path.label is not None:
                self._lines[path.label.y].labels.append(index)

    def at(self, moment: Moment) -> None:
        """Paint as of *moment* from now on."""
        self._moment = moment
        self._faces.clear()
        self._ranks = [self._rank(index) for index in range(len(self.layout.paths))]

    def line(self, y: int, base: Style) -> list[Segment]:
        """Return line *y* of the drawing, gaps filled in *base*."""
        row = self._lines[y]
        pieces: list[tuple[int, int, list[Segment]]] = []
        labels = dict(self._labels(row))
        for x, cells in row.runs:
            pieces.append((x, len(cells), list(self._run(cells, labels, base))))
        for x, box, dy in row.boxes:
            pieces.append((x, box.width, self._box(box, dy, base)))
        segments: list[Segment] = []
        at = 0
        for x, width, painted in sorted(pieces, key=lambda piece: piece[0]):
            if x > at:
                segments.append(Segment(" " * (x - at), base))
            segments += painted
            at = x + width
        return segments

    def _rank(self, index: int) -> int:
        path, moment = self.layout.paths[index], self._moment
        if moment.chosen == path.key:
            return _CHOSEN
        stats = moment.edges.get(path.key)
        if path.kind is EdgeKind.REFERENCE or stats is None or not stats.count:
            return _UNUSED
        if path.key in moment.beating:
            return _BEATING
        return _MOVING if stats.rate >= 0.05 else _USED

    def _labels(self, row: _Line) -> Iterator[tuple[int, tuple[str, str]]]:
        """Yield column, character and tone of every cell that carries a rate or the name of a reference."""
        for index in row.labels:
            path = self.layout.paths[index]
            if path.label is None:
                continue
            stats = self._moment.edges.get(path.key)
            if path.kind is EdgeKind.REFERENCE:
                text = fit(path.via, path.label.width)
                if cell_len(text) != len(text):  # what is not one cell a character does not go over a line
                    continue
            elif stats is not None and stats.rate >= 0.05:
                text = short_rate(stats.rate, path.label.width)
            else:
                continue
            dash = line(style_of(path), ascii_only=self._moment.ascii)
            rank = self._ranks[index]
            own = _LINE_TONES[rank] if rank == _CHOSEN else "muted" if rank == _UNUSED else ""
            for offset, char in enumerate(text.center(path.label.width, dash)):
                shown = own if char != dash else _LINE_TONES[rank]
                yield path.label.x + offset, (char, shown)

    def _run(self, cells: list[Cell], labels: Mapping[int, tuple[str, str]], base: Style) -> Iterator[Segment]:
        text, tone_now = "", None
        for cell in cells:
            told = labels.get(cell.x)
            if told is None:
                rank = max(self._ranks[index] for index in cell.edges)
                told = (character(cell, ascii_only=self._moment.ascii), _LINE_TONES[rank])
            char, shown = told
            if shown != tone_now and text:
                yield Segment(text, self._style(tone_now or "", base))
                text = ""
            tone_now = shown
            text += char
        yield Segment(text, self._style(tone_now or "", base))

    def _box(self, box: Box, dy: int, base: Style) -> list[Segment]:
        moment = self._moment
        stats = moment.nodes.get(box.name)
        chosen = moment.chosen == box.name
        rows = self._faces.get(box.name)
        if rows is None:
            rows = self._faces[box.name] = face(
                self._nodes[box.name], box, self.layout.zoom, stats, ascii_only=moment.ascii, chosen=chosen
            )
        border = "title" if chosen else _BORDERS.get(stats.state, "muted") if stats else "muted"
        own = {"border": border, "name": ("cursor" if moment.focused else "resting") if chosen else "strong"}
        return [Segment(run.text, self._style(own.get(run.role) or _role_tone(run.role), base)) for run in rows[dy]]

    def _style(self, name: str, base: Style) -> Style:
        return base + self._moment.tones[name] if name else base


def _role_tone(role: str) -> str:
    known = _ROLES.get(role)
    return tone(role) if known is None else known
