"""Lines of a name and what there is to say, fitted into a width: what the inspector is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath

from rich.cells import cell_len, chop_cells
from rich.text import Text

from woodwork_tui.text import fit, fit_middle, one_line

LABEL = 8
"""Cells of a name, with the blank after it."""
_MOST_LINES = 6

Piece = str | tuple[str, str]
"""Text, or text and its tone; may be foreign."""


def pieces(*parts: Piece) -> Text:
    """Return *parts* as one visible line."""
    line = Text(end="", no_wrap=True)
    for part in parts:
        text, tone = (part, "") if isinstance(part, str) else part
        line.append(one_line(text), style=tone or None)
    return line


def ends(left: Piece, right: Piece, width: int) -> Text:
    """Return a line of *width* cells with *left* at the left end, cut in its middle, and *right* at the right."""
    shown = pieces(right)
    shown.truncate(max(1, width * 2 // 3))
    text, tone = (left, "") if isinstance(left, str) else left
    line = pieces((fit_middle(text, max(1, width - cell_len(shown.plain) - 1)), tone))
    line.append(" " * max(1, width - cell_len(line.plain) - cell_len(shown.plain)))
    return line + shown


def fact(label: str, *parts: Piece) -> Text:
    """Return one line: *label*, then *parts*."""
    return pieces((f"{label:<{LABEL}}", "muted"), *parts)


def long_fact(label: str, text: str, width: int, tone: str = "", *, most: int = _MOST_LINES) -> list[Text]:
    """Return *label* and *text*, which may be foreign and long, on at most *most* lines of *width* cells."""
    room = max(4, width - LABEL)
    lines = list(wrapped(fit(text, room * most), room))
    if len(lines) > most:
        lines[most - 1 :] = [fit(lines[most - 1] + " " * room + "…", room)]
    return [fact(label if number == 0 else "", (line, tone)) for number, line in enumerate(lines)]


def wrapped(text: str, width: int) -> Iterator[str]:
    """Yield visible *text* in lines of at most *width* cells, broken at blanks where there are some."""
    line = ""
    for word in text.split(" "):
        joined = f"{line} {word}" if line else word
        if cell_len(joined) <= width:
            line = joined
            continue
        if line:
            yield line
        *whole, line = chop_cells(word, width) or [""]
        yield from whole
    yield line


def listed(label: str, items: Sequence[str], width: int, between: str = ", ", tone: str = "") -> list[Text]:
    """Return *label* and *items*, broken only between items; one that is too long is cut."""
    room = max(4, width - LABEL)
    lines: list[str] = []
    for number, item in enumerate(items):
        text = fit_middle(item, room - 1) + (between.rstrip() if number + 1 < len(items) else "")
        gap = between[len(between.rstrip()) :]
        if lines and cell_len(lines[-1] + gap + text) <= room:
            lines[-1] += gap + text
        else:
            lines.append(text)
    return [fact(label if number == 0 else "", (line, tone)) for number, line in enumerate(lines)]


def rule(width: int, *, ascii_only: bool = False) -> Text:
    """Return a thin line."""
    return Text(("-" if ascii_only else "─") * max(0, width), style="faint", end="", no_wrap=True)


def place_text(file: str, line: int) -> str:
    """Return `main.ww:12`, without the folder."""
    return f"{PurePath(file).name}:{line}"


def plain(lines: Iterable[Text]) -> str:
    """Return *lines* as text, for copying."""
    return "\n".join(line.plain.rstrip() for line in lines)
