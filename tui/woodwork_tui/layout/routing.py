"""Turns items with rows into boxes and paths: channels between layers are routed and their courses become cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from woodwork_tui.layout.channel import Channel, Course, Wire, route
from woodwork_tui.layout.geometry import SIZES, Box, Label, Path, Size, Zoom
from woodwork_tui.layout.layers import Layered, Line, Link
from woodwork_tui.layout.placement import Rows

_Cells = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Routed:
    """One connected part of a drawing, from the cell 0, 0; paths by the index of their line."""

    boxes: tuple[Box, ...]
    paths: dict[int, Path]
    width: int
    height: int


class _Part:
    """One connected part while its boxes and paths are being found."""

    def __init__(self, graph: Layered, rows: Rows, lines: Sequence[Line], zoom: Zoom, widths: dict[str, int]) -> None:
        self.graph, self.rows, self.lines, self.zoom = graph, rows, lines, zoom
        self.size: Size = SIZES[zoom]
        self.widths = widths
        self.boxes: dict[int, Box] = {}
        self.start: dict[int, int] = {}
        self.width = 0
        self.height = rows.total()

    def wires(self, links: Sequence[Link]) -> list[Wire]:
        """Return what is to be joined in one channel; a pin's number is its item and its kind."""
        return [
            Wire(
                2 * link.left + link.feedback,
                self.rows.row(link.left, link.feedback),
                2 * link.right + link.feedback,
                self.rows.row(link.right, link.feedback),
            )
            for link in links
        ]

    def put_layer(self, items: Sequence[int], x: int) -> int:
        """Make the boxes of one layer at column *x* and return its width."""
        names = {item: self.graph.items[item] for item in items}
        wide = max((self.widths[name] for name in names.values() if name is not None), default=1)
        for item, name in names.items():
            self.start[item] = x
            if name is not None:
                width = self.widths[name] if self.zoom is Zoom.COMPACT else wide
                self.boxes[item] = Box(name, x, self.rows.top[item], width, self.size.height, self.size.port)
        return wide

    def exit(self, link: Link) -> int:
        """Return the column where *link* starts at its left item."""
        box = self.boxes.get(link.left)
        if box is None:
            return self.start[link.left]
        return box.feedback_in if link.feedback else box.x + box.width

    def entry(self, link: Link) -> int:
        """Return the column where *link* ends at its right item."""
        box = self.boxes.get(link.right)
        return self.start[link.right] - 1 if box is None or not link.feedback else box.feedback_out

    def cells(self, link: Link, course: Course, wire: Wire, x: int) -> _Cells:
        """Return the cells of *link* from left to right through the channel that starts at column *x*."""
        corners = [(self.exit(link), wire.left_row)]
        if course.first is not None:
            corners += [(x + course.first, wire.left_row), (x + course.first, course.row)]
        if course.second is not None:
            corners += [(x + course.second, course.row), (x + course.second, wire.right_row)]
        corners.append((self.entry(link), wire.right_row))
        return _between(corners)


def _between(corners: Sequence[tuple[int, int]]) -> _Cells:
    cells = [corners[0]]
    for x, y in corners[1:]:
        at_x, at_y = cells[-1]
        steps = max(abs(x - at_x), abs(y - at_y))
        cells += [(at_x + (x - at_x) * n // steps, at_y + (y - at_y) * n // steps) for n in range(1, steps + 1)]
    return cells


def _loop(box: Box, label: int) -> tuple[_Cells, Label | None]:
    """Return the cells of a line from a node into itself, in the row under its box."""
    row = box.feedback_row
    room = box.feedback_in - box.feedback_out - 1
    place = Label(box.feedback_out + 1 + (room - label) // 2, row, label) if room >= label + 2 else None
    return [(x, row) for x in range(box.feedback_out, box.feedback_in + 1)], place


def _label(link: Link, course: Course, channel: Channel, x: int, width: int) -> Label | None:
    if len(link.lines) > 1 or not course.alone:
        return None
    return Label(x + channel.middle + (channel.middle_width - width) // 2, course.row, width)


def _with_ports(box: Box, lines: Sequence[Line]) -> Box:
    own = [line for line in lines if line.source == box.name]
    return replace(box, out=any(not line.feedback for line in own), loop=any(line.feedback for line in own))


@dataclass(frozen=True, slots=True)
class _Step:
    """One link of a line where it was routed: its course in the channel that starts at column *x*."""

    link: Link
    course: Course
    wire: Wire
    channel: Channel
    x: int


def _routes(part: _Part) -> tuple[dict[int, list[_Step]], int]:
    """Return every line's steps from left to right, and the width of all; makes the boxes of *part* on the way."""
    graph = part.graph
    found: dict[int, list[_Step]] = {index: [] for index in graph.chains}
    x = 0
    for number, items in enumerate(graph.layers):
        x += part.put_layer(items, x)
        if number == len(graph.gaps):
            break
        links = graph.gaps[number]
        wires = part.wires(links)
        channel = route(wires, part.height, part.size.label + 2)
        for link, course, wire in zip(links, channel.courses, wires, strict=True):
            part.height = max(part.height, course.row + 1)
            for index in link.lines:
                found[index].append(_Step(link, course, wire, channel, x))
        x += channel.width
    return found, x


def _path(part: _Part, line: Line, steps: Sequence[_Step]) -> Path:
    cells: _Cells = []
    labels: list[Label] = []
    for step in steps:
        cells += part.cells(step.link, step.course, step.wire, step.x)
        label = _label(step.link, step.course, step.channel, step.x, part.size.label)
        labels += [label] if label else []
    if line.feedback:
        cells.reverse()
        labels.reverse()
    label = labels[0] if labels else None
    return Path(line.source, line.target, line.kind, line.via, line.feedback, tuple(cells), label)


def routed(graph: Layered, rows: Rows, lines: Sequence[Line], zoom: Zoom, widths: dict[str, int]) -> Routed:
    """Return the boxes and paths of *graph*, whose rows are known."""
    part = _Part(graph, rows, lines, zoom, widths)
    found, width = _routes(part)
    paths = {index: _path(part, lines[index], steps) for index, steps in found.items()}
    for index, item in graph.loops.items():
        line = lines[index]
        cells, label = _loop(part.boxes[item], part.size.label)
        paths[index] = Path(line.source, line.target, line.kind, line.via, True, tuple(cells), label)
    own = [lines[index] for index in paths]
    boxes = tuple(_with_ports(box, own) for box in part.boxes.values())
    return Routed(boxes, paths, width, part.height)
