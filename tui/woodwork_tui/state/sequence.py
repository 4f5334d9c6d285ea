"""A turn drawn as a sequence: a lifeline for each component, an arrow for each delivery, the earliest first."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text

from woodwork_tui.state.delivery_row import DeliveryRow
from woodwork_tui.state.delivery_words import edge_text, short_outcome
from woodwork_tui.text import fit, pad, tone
from woodwork_tui.units import duration, milliseconds

OUTSIDE, NOBODY = "outside", "nobody"
_TIME, _FATE = 7, 11
_NARROWEST, _WIDEST = 9, 26
"""Cells between two lifelines: below the narrowest there is no room for an arrow with anything on it."""


def sequence(rows: Sequence[DeliveryRow], width: int, *, most: int = 20, ascii_only: bool = False) -> tuple[Text, ...]:
    """Return the turn of *rows*, oldest first, as lines of *width* cells, *most* of them at most.

    Where components have no room side by side, the deliveries are told in words.
    """
    if not rows:
        return ()
    names = tuple(dict.fromkeys(name for row in rows for name in _ends(row)))
    room = width - _TIME - _FATE - 2
    apart = min(_WIDEST, room // len(names))
    hidden = max(0, len(rows) - max(1, most - 2))
    shown = rows[hidden:]
    lines = [Text(f"{hidden:,} earlier ones are not drawn", "muted", end="")] if hidden else []
    if apart < _NARROWEST:
        return (*lines, *(_words(row, rows[0].at, width, ascii_only) for row in shown))
    drawing = _Drawing(names, apart, ascii_only)
    return (drawing.head(), *lines, *(drawing.line(row, rows[0].at) for row in shown))


def _ends(row: DeliveryRow) -> tuple[str, str]:
    return row.source or OUTSIDE, row.target or NOBODY


def _since(row: DeliveryRow, start: float) -> str:
    seconds = row.at - start
    if seconds <= 0:
        return "0ms"
    return milliseconds(seconds * 1000) if seconds < 1 else duration(seconds)


def _words(row: DeliveryRow, start: float, width: int, ascii_only: bool) -> Text:
    way = f"{pad(_since(row, start), _TIME, right=True)}  {edge_text(row, ascii_only=ascii_only)}  {row.event}"
    fate = pad(short_outcome(row, ascii_only=ascii_only), _FATE)
    line = Text(pad(way, max(1, width - _FATE - 1)), end="", no_wrap=True)
    return line.append(" ").append(fate, tone(row.state.value))


class _Drawing:
    """The lifelines, one every *apart* cells, and arrows between them."""

    def __init__(self, names: Sequence[str], apart: int, ascii_only: bool) -> None:
        self._names = names
        self._apart = apart
        self._ascii = ascii_only
        self._life, self._level, self._right, self._left = ("|", "-", ">", "<") if ascii_only else ("│", "─", "►", "◄")
        self._from_left, self._from_right = ("|", "|") if ascii_only else ("├", "┤")

    def head(self) -> Text:
        """Return the names over their lifelines."""
        line = Text(" " * (_TIME + 1), end="", no_wrap=True)
        for name in self._names:
            line.append(pad(fit(name, self._apart - 1), self._apart), "strong")
        return line

    def line(self, row: DeliveryRow, start: float) -> Text:
        """Return the arrow of one delivery."""
        source, target = (self._names.index(name) for name in _ends(row))
        line = Text(f"{pad(_since(row, start), _TIME, right=True)} ", "muted", end="", no_wrap=True)
        if source == target:
            self._loop(line, row, source)
        else:
            self._arrow(line, row, source, target)
        fate = pad(short_outcome(row, ascii_only=self._ascii), _FATE)
        return line.append(fate, tone(row.state.value))

    def _lives(self, line: Text, start: int, end: int) -> None:
        """Draw the lifelines from number *start* up to *end* with nothing between them."""
        for _ in range(start, end):
            line.append(self._life + " " * (self._apart - 1), "faint")

    def _loop(self, line: Text, row: DeliveryRow, at: int) -> None:
        self._lives(line, 0, at)
        mark = "(" if self._ascii else "⟲"
        line.append(pad(f"{mark} {fit(row.event, self._apart - 3)}", self._apart), "accent")
        self._lives(line, at + 1, len(self._names))

    def _arrow(self, line: Text, row: DeliveryRow, source: int, target: int) -> None:
        low, high = min(source, target), max(source, target)
        self._lives(line, 0, low)
        span = (high - low) * self._apart - 1
        told = fit(row.event, span - 3)
        left = 1
        right = max(0, span - 1 - left - cell_len(told))
        style = tone(row.state.value)
        level = self._level
        if source < target:
            line.append(self._from_left, style).append(level * left, style)
            line.append(told).append(level * right + self._right, style)
            line.append(self._life, style)
        else:
            line.append(self._life, style).append(self._left + level * left, style)
            line.append(told).append(level * right, style)
            line.append(self._from_right, style)
        line.append(" " * (self._apart - 1))
        self._lives(line, high + 1, len(self._names))
