"""Turns what is about to be painted into ASCII, cell by cell (`--ascii`): frames, bars, arrows, foreign text."""

from __future__ import annotations

from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_ALIKE = {
    **dict.fromkeys("─━╌╍┄┅┈┉╴╶╸╺╾╼▔▁", "-"),
    **dict.fromkeys("│┃╎╏┆┇┊┋╵╷╹╻▏▕▎▍▌▐", "|"),
    **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╰╯┏┓┗┛┣┫┳┻╋╔╗╚╝╠╣╦╩╬", "+"),
    **dict.fromkeys("═", "="),
    **dict.fromkeys("▂▃", "."),
    **dict.fromkeys("▄▅", "="),
    **dict.fromkeys("▆▇█▉▊▋▓", "#"),
    **dict.fromkeys("▒░", ":"),
    **dict.fromkeys("→►▶▸⇄⤳›»⟩", ">"),
    **dict.fromkeys("←◄◂‹«⟨", "<"),
    **dict.fromkeys("↑▲▴", "^"),
    **dict.fromkeys("↓▼▾", "v"),
    **dict.fromkeys("·•∙", "."),
    **dict.fromkeys("●◉★", "*"),
    **dict.fromkeys("○◌", "o"),
    **dict.fromkeys("–—−", "-"),
    **dict.fromkeys("‘’‚′", "'"),
    **dict.fromkeys("“”„″", '"'),
    "✓": "+", "✗": "X", "✕": "x", "×": "x", "†": "D", "↻": "R", "↺": "R", "‖": "H", "∅": "L", "⏎": "\\", "…": "~",
    "Δ": "d", "µ": "u", "⚠": "!", "±": "~", "°": "o",
}  # fmt: skip


@lru_cache(maxsize=8_192)
def ascii_only(text: str) -> str:
    """Return *text* in ASCII and as many cells wide: look-alikes where there are some, else `?` for each cell."""
    if text.isascii():
        return text
    return "".join(c if c.isascii() else _ALIKE.get(c) or "?" * cell_len(c) for c in text)


class AsciiFilter(LineFilter):
    """Makes painted segments ASCII."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return *segments* with their text in ASCII."""
        return [s if s.text.isascii() else Segment(ascii_only(s.text), s.style, s.control) for s in segments]
