"""The characters of a drawing, in Unicode and in ASCII: lines of four styles, corners, junctions, arrows, boxes."""

from __future__ import annotations

from dataclasses import dataclass

from woodwork_tui.layout.geometry import EAST, NORTH, SOUTH, WEST, Cell, Head, LineStyle

_CORNERS = {
    NORTH | EAST: "╰",
    NORTH | WEST: "╯",
    SOUTH | EAST: "╭",
    SOUTH | WEST: "╮",
    NORTH | SOUTH | EAST: "├",
    NORTH | SOUTH | WEST: "┤",
    EAST | WEST | SOUTH: "┬",
    EAST | WEST | NORTH: "┴",
    NORTH | EAST | SOUTH | WEST: "┼",
}
_LINES = {
    LineStyle.EXPLICIT: ("─", "│"),
    LineStyle.INFERRED: ("┄", "┆"),
    LineStyle.FEEDBACK: ("╌", "╎"),
    LineStyle.REFERENCE: ("┈", "┊"),
}
_ASCII_LINES = {
    LineStyle.EXPLICIT: ("-", "|"),
    LineStyle.INFERRED: ("~", "!"),
    LineStyle.FEEDBACK: ("=", "|"),
    LineStyle.REFERENCE: (".", ":"),
}


@dataclass(frozen=True, slots=True)
class Frame:
    """The characters of a box."""

    top_left: str
    top_right: str
    bottom_left: str
    bottom_right: str
    level: str
    upright: str
    out: str
    down: str


FRAME = Frame("╭", "╮", "╰", "╯", "─", "│", "├", "┬")
CHOSEN_FRAME = Frame("┏", "┓", "┗", "┛", "━", "┃", "┠", "┯")
ASCII_FRAME = Frame("+", "+", "+", "+", "-", "|", "+", "+")
ASCII_CHOSEN_FRAME = Frame("#", "#", "#", "#", "=", "#", "#", "#")


def frame(*, chosen: bool = False, ascii_only: bool = False) -> Frame:
    """Return the characters of a box; the chosen one differs by shape, not by colour alone."""
    if ascii_only:
        return ASCII_CHOSEN_FRAME if chosen else ASCII_FRAME
    return CHOSEN_FRAME if chosen else FRAME


def line(style: LineStyle, *, ascii_only: bool = False) -> str:
    """Return the character of a level line."""
    return (_ASCII_LINES if ascii_only else _LINES)[style][0]


def character(cell: Cell, *, ascii_only: bool = False) -> str:
    """Return the character of *cell*."""
    if cell.head is not None:
        reference = cell.style is LineStyle.REFERENCE
        if cell.head is Head.UP:
            return "^" if ascii_only else "△" if reference else "▲"
        return ">" if ascii_only else "▷" if reference else "►"
    level, upright = (_ASCII_LINES if ascii_only else _LINES)[cell.style]
    if cell.crossing or not cell.arms & (EAST | WEST):
        return upright
    if not cell.arms & (NORTH | SOUTH):
        return level
    return "+" if ascii_only else _CORNERS[cell.arms]
