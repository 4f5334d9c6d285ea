"""Joins the paths of a drawing into cells: where lines meet, branch, cross and end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from woodwork_engine.plan import EdgeKind
from woodwork_tui.layout.geometry import EAST, NORTH, SOUTH, WEST, Cell, Head, LineStyle, Path

_STYLES = list(LineStyle)
_UPRIGHT = NORTH | SOUTH
_LEVEL = EAST | WEST
_Piece = tuple[int, int]


def style_of(path: Path) -> LineStyle:
    """Return how *path* looks; a way back shows as one whatever its kind, unless it carries no messages."""
    if path.kind is EdgeKind.REFERENCE:
        return LineStyle.REFERENCE
    if path.feedback:
        return LineStyle.FEEDBACK
    return LineStyle.INFERRED if path.kind is EdgeKind.INFERRED else LineStyle.EXPLICIT


def _towards(here: tuple[int, int], there: tuple[int, int]) -> int:
    if here[0] != there[0]:
        return EAST if there[0] > here[0] else WEST
    return SOUTH if there[1] > here[1] else NORTH


def _pieces(path: Path) -> list[int]:
    """Return the arms of each cell of *path*; the first is joined to its box, the last ends in an arrow."""
    cells = path.cells
    arms = [0] * len(cells)
    arms[0] = NORTH if path.feedback else WEST
    for n in range(len(cells) - 1):
        arms[n] |= _towards(cells[n], cells[n + 1])
        arms[n + 1] |= _towards(cells[n + 1], cells[n])
    return arms


def _cell(at: tuple[int, int], pieces: Sequence[_Piece], ranks: Sequence[int], head: Head | None) -> Cell:
    if len(pieces) == 1:
        edge, arms = pieces[0]
        return Cell(at[0], at[1], arms, _STYLES[ranks[edge]], (edge,), head)
    union = 0
    turns = False
    for _, arms in pieces:
        union |= arms
        turns = turns or bool(arms & _UPRIGHT and arms & _LEVEL)
    crossing = not turns and head is None and bool(union & _UPRIGHT) and bool(union & _LEVEL)
    drawn = [(edge, arms) for edge, arms in pieces if arms & _UPRIGHT] if crossing else pieces
    style = _STYLES[min(ranks[edge] for edge, _ in drawn)]
    return Cell(at[0], at[1], union, style, tuple(edge for edge, _ in drawn), head, crossing)


def joined(paths: Sequence[Path]) -> tuple[Cell, ...]:
    """Return the cells of all *paths*, by row then column."""
    pieces: dict[tuple[int, int], list[_Piece]] = defaultdict(list)
    heads: dict[tuple[int, int], Head] = {}
    for index, path in enumerate(paths):
        for at, arms in zip(path.cells, _pieces(path), strict=True):
            pieces[at].append((index, arms))
        heads[path.cells[-1]] = Head.UP if path.feedback else Head.RIGHT
    ranks = [_STYLES.index(style_of(path)) for path in paths]
    places = sorted(pieces, key=lambda at: (at[1], at[0]))
    return tuple(_cell(at, pieces[at], ranks, heads.get(at)) for at in places)
