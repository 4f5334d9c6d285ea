"""Reads a drawn graph the way a person does: along the lines, in the direction of their arrows."""

from __future__ import annotations

from collections.abc import Iterator

from woodwork_tui.layout import Cell, Layout, Path
from woodwork_tui.layout.geometry import EAST, NORTH, SOUTH, WEST

STEP = {NORTH: (0, -1), EAST: (1, 0), SOUTH: (0, 1), WEST: (-1, 0)}
BACK = {NORTH: SOUTH, SOUTH: NORTH, EAST: WEST, WEST: EAST}


def cells_of(layout: Layout) -> dict[tuple[int, int], Cell]:
    """Return the cells by place."""
    return {(cell.x, cell.y): cell for cell in layout.cells}


def start_of(layout: Layout, path: Path) -> tuple[int, int]:
    """Return the cell beside the source's port."""
    box = layout.box(path.source)
    return (box.feedback_out, box.feedback_row) if path.feedback else (box.x + box.width, box.port_row)


def end_of(layout: Layout, path: Path) -> tuple[int, int]:
    """Return the cell of the arrow into the target's port."""
    box = layout.box(path.target)
    return (box.feedback_in, box.feedback_row) if path.feedback else (box.x - 1, box.port_row)


def arrows_reached(layout: Layout, start: tuple[int, int], *, feedback: bool) -> set[tuple[int, int]]:
    """Return the arrows that lines from *start* lead to, never turning back; lines run right, feedback left.

    Only a line into its own node leaves the start to the other side.
    """
    cells = cells_of(layout)
    against = EAST if feedback else WEST
    waiting = [(start, SOUTH if feedback else EAST)]
    seen, found = set(waiting), set()
    while waiting:
        at, heading = waiting.pop()
        cell = cells[at]
        if cell.head is not None:
            found.add(at)
            continue
        for way in _ways(cell, heading):
            step = (at[0] + STEP[way][0], at[1] + STEP[way][1])
            turned = way == against and heading != against and not (feedback and at == start)
            if not turned and step in cells and (step, way) not in seen:
                seen.add((step, way))
                waiting.append((step, way))
    return found


def _ways(cell: Cell, heading: int) -> Iterator[int]:
    if cell.crossing:
        yield heading
        return
    for way in STEP:
        if cell.arms & way and way != BACK[heading]:
            yield way
