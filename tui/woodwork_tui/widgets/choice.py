"""One of a few options, side by side, or one below the other where they do not fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.binding import BindingType
from textual.events import Click
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from woodwork_tui.text import fit, one_line
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.tones import toned, tones

_GAP = 3
_MARK = 4  # cells of `(•) `


class Choice(Widget, can_focus=True):
    """`(•) one   ( ) another`; arrow keys and the mouse choose. Labels may be foreign text."""

    DEFAULT_CSS = """
    Choice { width: 1fr; height: auto; }
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings("list.left", "list.right", "list.up", "list.down")

    class Changed(Message):
        """The person chose option *index*."""

        def __init__(self, choice: Choice, index: int) -> None:
            self.choice = choice
            self.index = index
            super().__init__()

        @property
        def control(self) -> Choice:
            """The choice, for `on(..., selector)`."""
            return self.choice

    def __init__(
        self,
        options: Sequence[str],
        *,
        index: int = 0,
        ascii_only: bool = False,
        id: str | None = None,  # noqa: A002  Textual's word
    ) -> None:
        super().__init__(id=id)
        self.index = index
        self._options = tuple(options)
        self._dot = "*" if ascii_only else "•"

    def set_options(self, options: Sequence[str]) -> None:
        """Offer *options*, as many as before, in other words."""
        if tuple(options) != self._options:
            self._options = tuple(options)
            self.refresh(layout=True)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """Return the cells that all options take side by side."""
        return sum(self._widths()) + _GAP * (len(self._options) - 1)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return one line, or one for each option."""
        return 1 if self._beside(width) else len(self._options)

    def render(self) -> Text:
        """Paint the options; the chosen one stands out, most of all with the focus."""
        width = self.size.width
        beside = self._beside(width)
        text = Text(no_wrap=True, end="")
        for number, option in enumerate(self._options):
            if number:
                text.append(" " * _GAP if beside else "\n")
            chosen = number == self.index
            label = one_line(option) if beside else fit(option, max(1, width - _MARK))
            tone = ("cursor" if self.has_focus else "strong") if chosen else ""
            text.append(f"({self._dot if chosen else ' '}) {label}", tone)
        return toned(text, tones(self.app.current_theme))

    def action_cursor_left(self) -> None:
        """Choose the option before."""
        self._choose(self.index - 1)

    def action_cursor_right(self) -> None:
        """Choose the option after."""
        self._choose(self.index + 1)

    def action_cursor_up(self) -> None:
        """Choose the option before; from the first one go to what stands above."""
        if self.index == 0:
            self.screen.focus_previous()
        else:
            self._choose(self.index - 1)

    def action_cursor_down(self) -> None:
        """Choose the option after; from the last one go to what stands below."""
        if self.index == len(self._options) - 1:
            self.screen.focus_next()
        else:
            self._choose(self.index + 1)

    def on_click(self, event: Click) -> None:
        """Choose the option the mouse points at."""
        if not self._beside(self.size.width):
            self._choose(event.y)
            return
        start = 0
        for number, width in enumerate(self._widths()):
            if start <= event.x < start + width:
                self._choose(number)
            start += width + _GAP

    def _choose(self, index: int) -> None:
        index = min(max(index, 0), len(self._options) - 1)
        if index != self.index:
            self.index = index
            self.refresh()
            self.post_message(self.Changed(self, index))

    def _widths(self) -> list[int]:
        return [_MARK + cell_len(one_line(option)) for option in self._options]

    def _beside(self, width: int) -> bool:
        return sum(self._widths()) + _GAP * (len(self._options) - 1) <= width
