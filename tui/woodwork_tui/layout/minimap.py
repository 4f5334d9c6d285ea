"""A drawing made small: which nodes are where, and which part of it the window shows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from woodwork_tui.layout.geometry import Layout

MOST_COLUMNS, MOST_ROWS = 30, 8
_LEAST = 4
"""Cells of the drawing that one of the map stands for at least; two of its lines."""
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Minimap:
    """*columns* x *rows* cells, each for *across* x *down* cells of the drawing; *nodes* are the names in each."""

    columns: int
    rows: int
    across: float
    down: float
    nodes: Mapping[Place, tuple[str, ...]]

    def window(self, left: int, top: int, width: int, height: int) -> tuple[int, int, int, int]:
        """Return the cells, from and up to, that the window at *left*, *top* of the drawing shows of it."""
        first = max(0, int(left / self.across)), max(0, int(top / self.down))
        end = math.ceil((left + width) / self.across), math.ceil((top + height) / self.down)
        return *first, min(self.columns, max(first[0] + 1, end[0])), min(self.rows, max(first[1] + 1, end[1]))

    def place(self, column: int, row: int) -> Place:
        """Return the cell of the drawing in the middle of what one cell stands for."""
        return int((column + 0.5) * self.across), int((row + 0.5) * self.down)


def minimap(layout: Layout, columns: int = MOST_COLUMNS, rows: int = MOST_ROWS) -> Minimap:
    """Return *layout* in at most *columns* x *rows* cells; what is much longer one way is drawn shorter that way."""
    width, height = max(1, layout.width), max(1, layout.height)
    wide, high = (
        min(most, math.ceil(length / least)) for most, length, least in ((columns, width, _LEAST), (rows, height, 2))
    )
    across, down = width / wide, height / high
    nodes: dict[Place, tuple[str, ...]] = {}
    for box in layout.boxes:
        row = min(high - 1, int((box.y + box.height / 2) / down))
        last = min(wide - 1, int((box.x + box.width - 1) / across))
        for column in range(int(box.x / across), last + 1):
            nodes[column, row] = (*nodes.get((column, row), ()), box.name)
    return Minimap(wide, high, across, down, nodes)
