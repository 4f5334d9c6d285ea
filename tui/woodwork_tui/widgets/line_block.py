"""A few lines of text, as high as they are many, made anew for each width."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from woodwork_tui.widgets.tones import toned, tones

Lines = Callable[[int], Sequence[Text]]
"""Cells of a line in, lines out; they are visible already (`text.safe`) and their styles are tones."""


class LineBlock(Widget):
    """Shows the lines that a function makes; one that is too long is cut."""

    DEFAULT_CSS = """
    LineBlock { height: auto; width: 1fr; padding: 0 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's word
        super().__init__(id=id)
        self._make: Lines = lambda width: ()
        self._lines: tuple[Text, ...] = ()
        self._width = 0

    @property
    def plain(self) -> str:
        """What is shown, as text."""
        return "\n".join(line.plain.rstrip() for line in self._lines)

    def show(self, make: Lines) -> None:
        """Show what *make* makes."""
        self._make = make
        before = self._lines
        if self._made_for(self._width) != before:
            self.refresh(layout=len(self._lines) != len(before))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the number of lines at *width*."""
        return len(self._made_for(width))

    def _made_for(self, width: int) -> tuple[Text, ...]:
        self._width = width
        self._lines = tuple(self._make(width)) if width > 0 else ()
        return self._lines

    def render_line(self, y: int) -> Strip:
        """Paint one line."""
        width, base = self.content_size.width, self.rich_style
        if y >= len(self._lines):
            return Strip.blank(width, base)
        text = toned(self._lines[y], tones(self.app.current_theme))
        text.end = ""
        text.no_wrap = True
        whole = text.style if isinstance(text.style, Style) else Style.null()
        # rich leaves out the style of a text that has no spans
        strip = Strip(text.render(self.app.console), cell_len(text.plain)).apply_style(whole)
        return strip.adjust_cell_length(width).apply_style(base)
