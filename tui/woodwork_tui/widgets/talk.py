"""What is said line by line, the newest last: wrapped, followed while one stands at the end, never jumping else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.cells import cell_len, chop_cells
from rich.text import Text
from textual.binding import BindingType
from textual.events import Resize
from textual.message import Message

from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.line_view import LineView


class Talk(LineView):
    """Shows the last *most* lines. Scrolling up ends following, the end or `F` begins it again.

    `unseen` counts the lines that came in between.
    """

    DEFAULT_CSS = """
    Talk { padding: 0 0 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings("list.follow")

    class Followed(Message):
        """Following began or ended."""

    def __init__(self, most: int, *, id: str | None = None) -> None:  # noqa: A002  Textual's word
        super().__init__(id=id)
        self.following = True
        self.unseen = 0
        self._most = most
        self._said: list[Text] = []
        self._placing = False

    def add(self, lines: Iterable[Text]) -> None:
        """Append *lines*; what is in sight stays there unless the end is followed."""
        new = list(lines)
        if not new:
            return
        self._said += new
        gone = self._said[: -self._most]
        del self._said[: -self._most]
        place = self.scroll_offset.y - sum(map(self._height, gone))
        self._placing = True
        self.set_lines(self._said, keep_place=True)
        if self.following:
            self.scroll_end(animate=False, immediate=True)
        else:
            self.unseen += len(new)
            self.scroll_to(y=max(0, place), animate=False, immediate=True)
        self._placing = False

    def _height(self, line: Text) -> int:
        folds = self.wrapped and cell_len(line.plain) > self._width > 0
        return len(chop_cells(line.plain, self._width)) if folds else 1

    def start_anew(self, lines: Iterable[Text]) -> None:
        """Show *lines* instead of what was said, and follow."""
        self._said = list(lines)[-self._most :]
        self.set_lines(self._said, keep_place=True)
        self.follow(following=True)

    def follow(self, *, following: bool) -> None:
        """Begin or end following."""
        if following:
            self._placing = True
            self.scroll_end(animate=False, immediate=True)
            self._placing = False
        self._change(following)

    def _change(self, following: bool) -> None:
        changed, self.following = following is not self.following, following
        if following:
            self.unseen = 0
        if changed:
            self.post_message(self.Followed())

    def action_follow(self) -> None:
        """Follow what is said, or no longer."""
        self.follow(following=not self.following)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Follow exactly while the end is in sight, whoever moved the window."""
        super().watch_scroll_y(old_value, new_value)
        if not self._placing and new_value != old_value:
            self._change(new_value >= self.max_scroll_y)

    def watch_show_vertical_scrollbar(self, shown: bool) -> None:
        """Put the thumb where the window is; Textual leaves it at the top of a bar that has just come."""
        if shown:
            self.vertical_scrollbar.position = self.scroll_y

    def on_resize(self, event: Resize) -> None:
        """Stay at the end."""
        if self.following:
            self.call_after_refresh(self.follow, following=True)
