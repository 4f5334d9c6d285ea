"""Lays out a flow: each connected part in layers, parts under each other, nodes without any line in rows below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from rich.cells import cell_len

from woodwork_engine.plan import FlowPlan, Node
from woodwork_engine.role import Role
from woodwork_tui.layout.geometry import SIZES, Box, Label, Layout, Path, Zoom
from woodwork_tui.layout.layers import Layered, Line, layer_of, layered, merged, starting_order, without_cycles
from woodwork_tui.layout.lines import joined
from woodwork_tui.layout.ordering import order
from woodwork_tui.layout.placement import Rows
from woodwork_tui.layout.routing import Routed, routed
from woodwork_tui.text import fit

_LEAST_WIDTH = 76
_MANY = 9
"""Nodes above each other from which a compact drawing leaves no room between them."""


@dataclass(slots=True)
class _Sheet:
    """Parts laid out so far, and where the next one goes."""

    boxes: list[Box] = field(default_factory=list)
    paths: dict[int, Path] = field(default_factory=dict)
    width: int = 0
    height: int = 0

    def add(self, part: Routed) -> None:
        """Put *part* under everything else."""
        down = self.height + (1 if self.height else 0)
        self.boxes += [replace(box, y=box.y + down) for box in part.boxes]
        for index, path in part.paths.items():
            label = path.label and Label(path.label.x, path.label.y + down, path.label.width)
            self.paths[index] = replace(path, cells=tuple((x, y + down) for x, y in path.cells), label=label)
        self.width = max(self.width, part.width)
        self.height = down + part.height


def node_width(node: Node, zoom: Zoom, *, with_kind: bool = False) -> int:
    """Return how wide *node* is drawn, in cells, within the limits of *zoom*: its name, and its kind where that shows.

    A full box always shows it, a normal one *with_kind*.
    """
    size = SIZES[zoom]
    name = cell_len(fit(node.name, size.max_width)) + (4 if zoom is Zoom.COMPACT else 5)
    kind = cell_len(fit(node.kind, size.max_width)) + 4 if zoom is Zoom.FULL or with_kind else 0
    return max(size.min_width, min(size.max_width, max(name, kind)))


def _parts(names: Sequence[str], lines: Sequence[Line]) -> list[list[str]]:
    """Return the connected parts, each in the order of *names*."""
    leader = {name: name for name in names}

    def find(name: str) -> str:
        while leader[name] != name:
            leader[name] = leader[leader[name]]
            name = leader[name]
        return name

    for line in lines:
        leader[find(line.target)] = find(line.source)
    parts: dict[str, list[str]] = {}
    for name in names:
        parts.setdefault(find(name), []).append(name)
    return list(parts.values())


def _draw(graph: Layered, lines: Sequence[Line], zoom: Zoom, widths: dict[str, int]) -> Routed:
    order(graph)
    size = SIZES[zoom]
    if zoom is Zoom.COMPACT and max(map(len, graph.layers)) > _MANY:
        size = replace(size, gap=0)
    rows = Rows(graph, size)
    rows.place()
    return routed(graph, rows, lines, zoom, widths)


def _loose(names: Sequence[str], zoom: Zoom, widths: dict[str, int], limit: int) -> Routed:
    """Return nodes without lines, in rows not wider than *limit*."""
    size = SIZES[zoom]
    boxes: list[Box] = []
    x = y = 0
    for name in names:
        if x and x + widths[name] > limit:
            x, y = 0, y + size.height
        boxes.append(Box(name, x, y, widths[name], size.height, size.port))
        x += widths[name] + 2
    return Routed(tuple(boxes), {}, max(box.x + box.width for box in boxes), y + size.height)


def arrange(plan: FlowPlan, zoom: Zoom, *, with_kinds: bool = False) -> Layout:
    """Return the drawing of *plan*, with room for the kinds of nodes if wanted; the same plan is always drawn alike."""
    lines = merged(plan)
    names = starting_order(plan, lines)
    lines = without_cycles(names, lines)
    anchored = frozenset(node.name for node in plan.nodes if node.role is Role.INPUT)
    widths = {node.name: node_width(node, zoom, with_kind=with_kinds) for node in plan.nodes}
    sheet = _Sheet()
    loose: list[str] = []
    for part in _parts(names, lines):
        inside = set(part)
        own = {index: line for index, line in enumerate(lines) if line.source in inside}
        if own:
            layer = layer_of(part, list(own.values()), anchored=anchored)
            sheet.add(_draw(layered(part, own, layer), lines, zoom, widths))
        else:
            loose.append(part[0])
    if loose:
        sheet.add(_loose(loose, zoom, widths, max(sheet.width, _LEAST_WIDTH)))
    place = {node.name: number for number, node in enumerate(plan.nodes)}
    boxes = tuple(sorted(sheet.boxes, key=lambda box: place[box.name]))
    paths = tuple(sheet.paths[index] for index in range(len(lines)))
    return Layout(zoom, sheet.width, sheet.height, boxes, paths, joined(paths))
