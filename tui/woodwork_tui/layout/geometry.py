"""The frozen geometry of a drawn routing graph: boxes, lines and label slots in terminal cells, without any colour."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from woodwork_engine.plan import EdgeKind

NORTH, EAST, SOUTH, WEST = 1, 2, 4, 8


class Zoom(StrEnum):
    """How much room a node takes: a box with a sparkline, a box of one line, or only its name."""

    FULL = "full"
    NORMAL = "normal"
    COMPACT = "compact"


class LineStyle(StrEnum):
    """How a line looks; where lines share a cell, the first of this list wins."""

    EXPLICIT = "explicit"
    INFERRED = "inferred"
    FEEDBACK = "feedback"
    REFERENCE = "reference"


class Head(StrEnum):
    """The end of a line: an arrow into the left side of a node or, for feedback, into its bottom."""

    RIGHT = "right"
    UP = "up"


@dataclass(frozen=True, slots=True)
class Size:
    """What one zoom asks for, in cells: a node's height, its widths, the row of its side port, gaps and label width."""

    height: int
    min_width: int
    max_width: int
    port: int
    gap: int
    label: int


SIZES = {
    Zoom.FULL: Size(height=5, min_width=18, max_width=26, port=2, gap=1, label=6),
    Zoom.NORMAL: Size(height=3, min_width=16, max_width=24, port=1, gap=0, label=6),
    Zoom.COMPACT: Size(height=1, min_width=5, max_width=22, port=0, gap=1, label=5),
}


@dataclass(frozen=True, slots=True)
class Box:
    """A node's place; *out* says that lines leave its right side, *loop* that feedback leaves its bottom."""

    name: str
    x: int
    y: int
    width: int
    height: int
    port: int
    out: bool = False
    loop: bool = False

    @property
    def port_row(self) -> int:
        """The row where forward lines enter and leave."""
        return self.y + self.port

    @property
    def feedback_row(self) -> int:
        """The row under the box where feedback lines enter and leave."""
        return self.y + self.height

    @property
    def feedback_out(self) -> int:
        """The column where feedback lines leave."""
        return self.x + (2 if self.height > 1 else 0)

    @property
    def feedback_in(self) -> int:
        """The column of the arrow that feedback lines end in."""
        return self.x + self.width - (3 if self.height > 1 else 1)

    def covers(self, x: int, y: int) -> bool:
        """Whether the cell *x*, *y* is inside the box."""
        return self.x <= x < self.x + self.width and self.y <= y < self.y + self.height


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a line: the sides it is joined to, how it looks, and which edges (by index) run through it.

    In a *crossing* two lines pass without touching: the vertical one is drawn, the other one goes under it.
    """

    x: int
    y: int
    arms: int
    style: LineStyle
    edges: tuple[int, ...]
    head: Head | None = None
    crossing: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """A stretch of a line that belongs to one edge alone and may carry its rate."""

    x: int
    y: int
    width: int


@dataclass(frozen=True, slots=True)
class Path:
    """An edge as drawn: its cells from source to target; *feedback* runs from right to left, or into the same node."""

    source: str
    target: str
    kind: EdgeKind
    via: str
    feedback: bool
    cells: tuple[tuple[int, int], ...]
    label: Label | None

    @property
    def key(self) -> tuple[str, str]:
        """The names of both ends."""
        return (self.source, self.target)


@dataclass(frozen=True, slots=True)
class Layout:
    """A whole drawing: *cells* by row then column, *paths* in the order of the plan's edges."""

    zoom: Zoom
    width: int
    height: int
    boxes: tuple[Box, ...] = ()
    paths: tuple[Path, ...] = ()
    cells: tuple[Cell, ...] = ()

    def box(self, name: str) -> Box | None:
        """Return the box of the node *name*, or None."""
        return next((box for box in self.boxes if box.name == name), None)

    def box_at(self, x: int, y: int) -> Box | None:
        """Return the box that covers the cell *x*, *y*, or None."""
        return next((box for box in self.boxes if box.covers(x, y)), None)

    def path(self, source: str, target: str) -> Path | None:
        """Return the line from *source* to *target*, or None."""
        return next((path for path in self.paths if path.key == (source, target)), None)
