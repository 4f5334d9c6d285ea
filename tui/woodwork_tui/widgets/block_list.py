"""A list whose items take as many lines as their text needs, with a cursor that goes from item to item."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.binding import BindingType
from textual.events import Click, Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from woodwork_tui.state.list_cursor import ListCursor
from woodwork_tui.widgets.hanging import hanging
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.line_cells import CURSOR_MARK, text_strip
from woodwork_tui.widgets.tones import toned, tones


@dataclass(frozen=True, slots=True)
class Block:
    """One item: *text*, folded beside *label*; both are visible already (`text.safe`), their styles are tones."""

    key: Hashable
    label: Text
    text: Text


class BlockList(ScrollView, can_focus=True):
    """Shows blocks one below the other; the cursor stays on its key whatever comes and goes."""

    DEFAULT_CSS = """
    BlockList { height: 1fr; scrollbar-size-horizontal: 0; scrollbar-size-vertical: 1; overflow-x: hidden; }
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "list.up", "list.down", "list.first", "list.final", "list.page_up", "list.page_down", "list.choose"
    )

    class Highlighted(Message):
        """The person moved the cursor to *key*."""

        def __init__(self, blocks: BlockList, key: Hashable | None) -> None:
            self.blocks = blocks
            self.key = key
            super().__init__()

        @property
        def control(self) -> Widget:
            """The list, for `on(..., selector)`."""
            return self.blocks

    class Chosen(Highlighted):
        """The person opened *key*; None: pressed the key for it where there is nothing."""

    def __init__(self, *, empty: str = "", id: str | None = None) -> None:  # noqa: A002  Textual's word
        super().__init__(id=id)
        self.spot: ListCursor[Block] = ListCursor(lambda block: block.key)
        self._empty = empty
        self._lines: list[tuple[int, Text]] = []
        self._tops: list[int] = []
        self._width = 0

    @property
    def cursor_key(self) -> Hashable | None:
        """The key of the item under the cursor; None in an empty list."""
        return self.spot.key

    @property
    def line_count(self) -> int:
        """The lines all items take at the present width."""
        return max(1, len(self._lines))

    def set_blocks(self, blocks: Sequence[Block], *, empty: str) -> None:
        """Show *blocks*, or say *empty* when there are none."""
        if (tuple(blocks), empty) == (self.spot.rows, self._empty):
            return
        self._empty = empty
        self.spot.set_rows(tuple(blocks), None, 0)
        self._fold()

    def step(self) -> Hashable | None:
        """Move to the next item, from the last to the first; return its key."""
        if self.spot.rows:
            self._go(self.spot.index + 1 if self.spot.index < self.spot.last else 0)
        return self.spot.key

    def action_cursor_up(self) -> None:
        """Move to the item above."""
        self._go(self.spot.index - 1)

    def action_cursor_down(self) -> None:
        """Move to the item below."""
        self._go(self.spot.index + 1)

    def action_cursor_first(self) -> None:
        """Move to the first item."""
        self._go(0)

    def action_cursor_last(self) -> None:
        """Move to the last item."""
        self._go(self.spot.last)

    def action_page_up(self) -> None:
        """Move up by what is in sight."""
        self._go_to_line(self._top(self.spot.index) - max(1, self.size.height - 1))

    def action_page_down(self) -> None:
        """Move down by what is in sight."""
        self._go_to_line(self._top(self.spot.index) + max(1, self.size.height - 1))

    def action_choose(self) -> None:
        """Open the item under the cursor."""
        self.post_message(self.Chosen(self, self.spot.key))

    def on_click(self, event: Click) -> None:
        """Put the cursor where the mouse points; a second click opens."""
        line = event.y + self.scroll_offset.y
        if line >= len(self._lines):
            return
        self._go(self._lines[line][0])
        if event.chain > 1:
            self.action_choose()

    def on_resize(self, event: Resize) -> None:
        """Fold anew for another width."""
        if self.scrollable_content_region.width != self._width:
            self._fold()

    def on_focus(self) -> None:
        """Show the cursor as active."""
        self.refresh()

    def on_blur(self) -> None:
        """Show the cursor as resting."""
        self.refresh()

    def _go_to_line(self, line: int) -> None:
        if self._lines:
            self._go(self._lines[min(max(line, 0), len(self._lines) - 1)][0])

    def _go(self, index: int) -> None:
        self.spot.go(index)
        self._bring_into_sight()
        self.refresh()
        if self.spot.key is not None:
            self.post_message(self.Highlighted(self, self.spot.key))

    def _top(self, index: int) -> int:
        return self._tops[index] if 0 <= index < len(self._tops) else 0

    def _bring_into_sight(self) -> None:
        top = self._top(self.spot.index)
        height = (self._tops[self.spot.index + 1] if self.spot.index < self.spot.last else len(self._lines)) - top
        self.scroll_to_region(Region(0, top, 1, max(1, height)), animate=False, immediate=True, force=True)

    def _fold(self) -> None:
        self._width = self.scrollable_content_region.width
        self._lines, self._tops = [], []
        for index, block in enumerate(self.spot.rows):
            self._tops.append(len(self._lines))
            lines = hanging(block.label, block.text, self._width - 1)
            self._lines.extend((index, line) for line in lines)
        self.virtual_size = Size(0, len(self._lines))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint one line of an item, or what stands for no items."""
        width, base = self.size.width, self.rich_style
        styles = tones(self.app.current_theme)
        number = y + self.scroll_offset.y
        if not self.spot.rows:
            return text_strip(self._empty if y == 0 else "", width, base + styles["muted"])
        if number >= len(self._lines):
            return Strip.blank(width, base)
        index, line = self._lines[number]
        if index != self.spot.index:
            return self._strip(" ", toned(line, styles), width, base)
        if self.has_focus:
            return self._strip(CURSOR_MARK, Text(line.plain), width, base + styles["cursor"])
        return self._strip(CURSOR_MARK, toned(line, styles), width, base + styles["resting"])

    def _strip(self, mark: str, text: Text, width: int, ground: Style) -> Strip:
        text.end = ""
        text.no_wrap = True
        segments = [Segment(mark), *text.render(self.app.console)]
        return Strip(segments, 1 + cell_len(text.plain)).adjust_cell_length(width).apply_style(ground)
