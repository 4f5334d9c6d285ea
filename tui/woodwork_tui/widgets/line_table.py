"""A table over a sequence of rows that paints only the rows in sight."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import ClassVar, Generic

from rich.style import Style
from textual import on
from textual.binding import BindingType
from textual.events import Click, MouseScrollUp, Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollTo, ScrollUp
from textual.strip import Strip
from textual.widget import Widget

from woodwork_tui.state.columns import Column, Row, fitting
from woodwork_tui.state.key_words import rekeyed
from woodwork_tui.state.list_cursor import ListCursor
from woodwork_tui.widgets.keys import bindings, own_keys
from woodwork_tui.widgets.line_cells import heading_strip, row_strip, text_strip
from woodwork_tui.widgets.tones import tones

__all__ = ["Column", "LineTable"]

_WIDE = 100


class LineTable(ScrollView, Generic[Row], can_focus=True, inherit_bindings=False):
    """Rows under a fixed heading, with a cursor that stays on its row whatever comes and goes.

    With *follow* the newest row is last and the cursor stays there until the person moves it up (screens 3.2).
    *key* tells rows apart, *place* finds one faster than by looking at each; keys may also be handed to `set_rows`.
    `spot` is the cursor's state, to be read only.
    """

    DEFAULT_CSS = """
    LineTable { height: 1fr; scrollbar-size-horizontal: 0; scrollbar-size-vertical: 1; overflow-x: hidden; }
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "list.up",
        "list.down",
        "list.first",
        "list.final",
        "list.page_up",
        "list.page_down",
        "list.choose",
        "list.follow",
    )

    class Highlighted(Message):
        """The cursor came to the row *key*."""

        def __init__(self, table: LineTable[Row], key: Hashable) -> None:
            self.table = table
            self.key = key
            super().__init__()

        @property
        def control(self) -> Widget:
            """The table, for `on(..., selector)`."""
            return self.table

    class Chosen(Highlighted):
        """The person opened the row *key*."""

    class Followed(Message):
        """Following began or ended."""

        def __init__(self, table: LineTable[Row], following: bool) -> None:
            self.table = table
            self.following = following
            super().__init__()

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        *,
        key: Callable[[Row], Hashable] | None = None,
        follow: bool = False,
        empty: str = "",
        place: Callable[[Sequence[Row], Hashable], int | None] | None = None,
        id: str | None = None,  # noqa: A002  Textual's word
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.spot: ListCursor[Row] = ListCursor(key, can_follow=follow, place=place)
        self._columns = tuple(columns)
        self._empty = empty
        self._plan: list[tuple[Column[Row], int]] = []
        self._gap = 1
        self._laid_out = 0

    @property
    def rows(self) -> Sequence[Row]:
        """The rows shown."""
        return self.spot.rows

    @property
    def cursor_key(self) -> Hashable | None:
        """The key of the row under the cursor; None in an empty table."""
        return self.spot.key

    @property
    def cursor_row(self) -> Row | None:
        """The row under the cursor; None in an empty table."""
        return self.spot.row

    @property
    def following(self) -> bool:
        """Whether the cursor stays on the newest row."""
        return self.spot.following

    @property
    def unseen(self) -> int:
        """Rows that came since following ended."""
        return self.spot.unseen

    def set_columns(self, columns: Sequence[Column[Row]]) -> None:
        """Show other columns."""
        self._columns = tuple(columns)
        self._lay_out()
        self.refresh()

    def set_empty(self, text: str) -> None:
        """Say *text* while there are no rows: why, and what to do."""
        if text != self._empty:
            self._empty = text
            self.refresh()

    def set_rows(
        self, rows: Sequence[Row], keys: Sequence[Hashable] | None = None, *, added: int | None = None
    ) -> None:
        """Show *rows*; the cursor stays on its key, and the window with it, unless the table follows.

        *added* says how many are new where the length does not tell (a full ring).
        """
        before = self.spot.key
        grown = max(0, len(rows) - len(self.spot.rows)) if added is None else added
        moved = self.spot.set_rows(rows, keys, grown)
        self.virtual_size = Size(0, len(rows) + 1)
        if moved:
            self.scroll_to(y=max(0, self.scroll_offset.y + moved), animate=False, immediate=True)
        elif self.spot.following:
            self._bring_into_sight()
        self._tell(before)
        self.refresh()

    def move_to(self, key: Hashable) -> bool:
        """Put the cursor on the row *key*; return whether there is one."""
        found = self.spot.find(key) if self.spot.rows else None
        if found is not None:
            self._go(found)
        return found is not None

    def go_round(self, step: int) -> None:
        """Go *step* rows on, from the last one to the first and the other way round."""
        if self.spot.rows:
            self._go((self.spot.index + step) % len(self.spot.rows))

    def hold(self) -> None:
        """Follow no longer: the cursor stays on the row it is on."""
        if self.spot.following:
            self._change(lambda: self.spot.follow(False))

    def follow_newest(self) -> None:
        """Go to the newest row and stay there as others come."""
        if not self.spot.following:
            self._change(lambda: self.spot.follow(True))

    def allow_follow(self, allowed: bool) -> None:
        """Let the table follow, or not: only where the newest row is the last one."""
        if not allowed:
            self.hold()
        self.spot.can_follow = allowed

    def _go(self, index: int) -> None:
        self._change(lambda: self.spot.go(index))

    def _change(self, change: Callable[[], None]) -> None:
        key, following = self.spot.key, self.spot.following
        change()
        if self.spot.following != following:
            self.post_message(self.Followed(self, self.spot.following))
        self._bring_into_sight()
        self._tell(key)
        self.refresh()

    def _tell(self, before: Hashable | None) -> None:
        if self.spot.key is not None and self.spot.key != before:
            self.post_message(self.Highlighted(self, self.spot.key))

    def _bring_into_sight(self) -> None:
        if self.size.height > 1 and self.spot.index >= 0:
            # the heading covers the first line of the window, hence two lines from one above the row's own place
            self.scroll_to_region(Region(0, self.spot.index, 1, 2), animate=False, immediate=True, force=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to follow only where that is possible."""
        return action != "follow" or self.spot.can_follow

    def action_cursor_up(self) -> None:
        """Move to the row above."""
        self._go(self.spot.index - 1)

    def action_cursor_down(self) -> None:
        """Move to the row below."""
        self._go(self.spot.index + 1)

    def action_cursor_first(self) -> None:
        """Move to the first row."""
        self._go(0)

    def action_cursor_last(self) -> None:
        """Move to the last row."""
        self._go(self.spot.last)

    def action_page_up(self) -> None:
        """Move up by what is in sight."""
        self._go(self.spot.index - max(1, self.size.height - 2))

    def action_page_down(self) -> None:
        """Move down by what is in sight."""
        self._go(self.spot.index + max(1, self.size.height - 2))

    def action_choose(self) -> None:
        """Open the row under the cursor."""
        if self.spot.key is not None:
            self.post_message(self.Chosen(self, self.spot.key))

    def action_follow(self) -> None:
        """Follow the newest row; where already following, stop."""
        if self.spot.can_follow:
            self._change(lambda: self.spot.follow(not self.spot.following))

    def on_click(self, event: Click) -> None:
        """Put the cursor where the mouse points; a second click opens."""
        index = event.y - 1 + self.scroll_offset.y
        if event.y < 1 or index > self.spot.last:
            return
        again = index == self.spot.index and event.chain > 1
        self._go(index)
        if again:
            self.action_choose()

    @on(MouseScrollUp)
    @on(ScrollUp)
    @on(ScrollTo)
    def _hold_where_looked(self) -> None:
        """Follow no longer once the window is moved with the mouse: it would be pulled back (screens 3.2)."""
        if self.max_scroll_y > 0:
            self.hold()

    def on_resize(self, event: Resize) -> None:
        """Fit the columns into the new width."""
        self._lay_out()
        self._bring_into_sight()
        self.refresh()

    def watch_show_vertical_scrollbar(self, shown: bool) -> None:
        """Put the thumb where the window is; Textual leaves it at the top of a bar that has just come."""
        if shown:
            self.vertical_scrollbar.position = self.scroll_y

    def on_focus(self) -> None:
        """Show the cursor as active."""
        self.refresh()

    def on_blur(self) -> None:
        """Show the cursor as resting."""
        self.refresh()

    def _lay_out(self) -> None:
        width = self._laid_out = self.scrollable_content_region.width or self.size.width
        self._gap = 2 if width >= _WIDE else 1
        # a blank before the first column, where the cursor's mark goes, and one behind the last
        self._plan = fitting(self._columns, max(0, width - 2), self._gap)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Paint the lines in *crop*; a scroll bar that came or went has left the columns another width."""
        if self.scrollable_content_region.width not in (0, self._laid_out):
            self._lay_out()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Paint one line: the heading, a row, or what stands for no rows."""
        width, base = self.size.width, self.rich_style
        styles = tones(self.app.current_theme)
        if y == 0:
            return heading_strip(self._plan, self._gap, width, base + styles["muted"] + Style(bold=True))
        index = y - 1 + self.scroll_offset.y
        if not self.spot.rows:
            return text_strip(rekeyed(self._empty, own_keys(self)) if y == 1 else "", width, base + styles["muted"])
        if index > self.spot.last:
            return Strip.blank(width, base)
        chosen = ("cursor" if self.has_focus else "resting") if index == self.spot.index else None
        return row_strip(self._plan, self.spot.rows[index], self._gap, width, base, styles, chosen)
