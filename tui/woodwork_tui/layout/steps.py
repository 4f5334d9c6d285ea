"""Moving from part to part of a drawn graph: onward along a line, back, to the one above or below."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from woodwork_tui.layout.geometry import Box, Layout, Path

Mark = str | tuple[str, str]
"""A part of the drawing: a node by its name, or a line by its ends."""


class Way(StrEnum):
    """Onward and back follow the direction of messages, whichever way a line is drawn."""

    ONWARD = "onward"
    BACK = "back"
    UP = "up"
    DOWN = "down"


def anchor(path: Path) -> tuple[int, int]:
    """Return the cell by which *path* is found: the middle of its label, else its own middle."""
    if path.label is not None:
        return path.label.x + path.label.width // 2, path.label.y
    return path.cells[len(path.cells) // 2]


def mark_at(layout: Layout, x: int, y: int) -> Mark | None:
    """Return what is drawn in the cell *x*, *y*; where lines run together, the one whose own stretch is nearest."""
    box = layout.box_at(x, y)
    if box is not None:
        return box.name
    cell = next((cell for cell in layout.cells if (cell.x, cell.y) == (x, y)), None)
    if cell is None:
        return None
    paths = [layout.paths[index] for index in cell.edges]
    return min(paths, key=lambda path: _apart(anchor(path), (x, y))).key


def known(layout: Layout, mark: Mark) -> bool:
    """Whether *mark* is part of the drawing."""
    return (layout.box(mark) if isinstance(mark, str) else layout.path(*mark)) is not None


def first(layout: Layout) -> Mark | None:
    """Return the node at the top of the left side."""
    return min(layout.boxes, key=lambda box: (box.x, box.y)).name if layout.boxes else None


def last(layout: Layout) -> Mark | None:
    """Return the node at the bottom of the right side."""
    return max(layout.boxes, key=lambda box: (box.x, box.y)).name if layout.boxes else None


def boxes_in(layout: Layout, x: int, y: int, width: int, height: int) -> list[Box]:
    """Return the nodes of which something is in the window that begins at *x*, *y*."""
    return [
        box
        for box in layout.boxes
        if box.x < x + width and x < box.x + box.width and box.y < y + height and y < box.y + box.height
    ]


def central(layout: Layout, x: int, y: int, width: int, height: int) -> str | None:
    """Return the node in the window that is nearest to its middle."""

    def apart(box: Box) -> int:  # a cell is about twice as high as it is wide
        across = abs(2 * box.x + box.width - 2 * x - width)
        return across + 2 * abs(2 * box.y + box.height - 2 * y - height)

    near = min(boxes_in(layout, x, y, width, height), key=apart, default=None)
    return near.name if near is not None else None


def step(layout: Layout, mark: Mark, way: Way) -> Mark:
    """Return what is next to *mark*; itself at the end."""
    if isinstance(mark, str):
        box = layout.box(mark)
        return mark if box is None else _from_node(layout, box, way)
    path = layout.path(*mark)
    return mark if path is None else _from_line(layout, path, way)


def _from_node(layout: Layout, box: Box, way: Way) -> Mark:
    if way in (Way.UP, Way.DOWN):
        return _beside(layout, box, way)
    end = "source" if way is Way.ONWARD else "target"
    lines = [path for path in layout.paths if getattr(path, end) == box.name]
    if lines:
        return min(lines, key=lambda path: (path.feedback, abs(anchor(path)[1] - box.port_row), anchor(path)[1])).key
    return _beside(layout, box, way)


def _beside(layout: Layout, box: Box, way: Way) -> Mark:
    """Return the nearest node wholly on that side, those that overlap it in the other direction first."""
    level = way in (Way.ONWARD, Way.BACK)
    sign = 1 if way in (Way.ONWARD, Way.DOWN) else -1

    def along(other: Box) -> int:
        return (other.x - box.x if level else other.y - box.y) * sign

    def place(other: Box) -> tuple[bool, int, int]:
        across = abs(other.y - box.y) if level else abs(other.x - box.x)
        apart = across >= (box.height if level else box.width)
        return apart, along(other) + 2 * across if apart else along(other), across

    others = [other for other in layout.boxes if along(other) >= (box.width if level else box.height)]
    return min(others, key=place).name if others else box.name


def _from_line(layout: Layout, path: Path, way: Way) -> Mark:
    if way is Way.ONWARD:
        return path.target
    if way is Way.BACK:
        return path.source
    near = sorted(_siblings(layout.paths, path), key=lambda other: (*reversed(anchor(other)), other.key))
    at = near.index(path) + (1 if way is Way.DOWN else -1)
    return near[min(max(at, 0), len(near) - 1)].key


def _siblings(paths: Iterable[Path], path: Path) -> list[Path]:
    """Return the lines with an end in common with *path*, itself among them."""
    return [other for other in paths if other.source == path.source or other.target == path.target]


def _apart(a: tuple[int, int], b: tuple[int, int]) -> int:
    return abs(a[0] - b[0]) + 2 * abs(a[1] - b[1])
