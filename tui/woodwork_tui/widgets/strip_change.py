"""Where a line on the screen has changed, so that no more of it is sent to the terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.segment import Segment
from textual.strip import Strip


def changed(before: Strip | None, after: Strip) -> tuple[int, int] | None:
    """Return the columns, from the first to the one after the last, in which *after* differs; None: in none."""
    width = after.cell_length
    if before is None or before.cell_length != width:
        return 0, width
    old, new = list(before), list(after)
    start = _alike(old, new)
    if start >= width:
        return None
    return start, width - min(_alike(reversed(old), reversed(new)), width - start)


def _alike(some: Iterable[Segment], others: Iterable[Segment]) -> int:
    """Return how many cells lie in the equal segments with which both begin."""
    cells = 0
    for one, other in zip(some, others, strict=False):
        if one != other:
            break
        cells += one.cell_length
    return cells
