"""The editor of flow files: a TextArea with colours, marks on lines with problems, and their words behind the line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.document._history import EditHistory
from textual.document._wrapped_document import WrappedDocument
from textual.events import Key, Resize
from textual.message import Message
from textual.strip import Strip
from textual.widgets import TextArea

from woodwork_engine.source import Span
from woodwork_tui.state.ww_syntax import carried, parts
from woodwork_tui.text import fit, visible
from woodwork_tui.widgets.tones import tones

_NARROWEST_NOTE = 12
_UNKNOWN = "\ufffd"


@dataclass(frozen=True, slots=True)
class Mark:
    """What is shown at a line: one cell in the gutter, and words behind the text; both in *tone*.

    *start* and *end* are the columns that are underlined, from 1, the end exclusive; 0 is the end of the line.
    """

    glyph: str
    note: str
    tone: str
    start: int = 1
    end: int = 1


class _Unwrapped(WrappedDocument):
    """A document that is never wrapped: its height is no sum over all lines, which each painted line would ask for."""

    @property
    def height(self) -> int:
        """The lines on the screen that all of it takes."""
        return self.document.line_count


class SourceEditor(TextArea):
    """Source text; printable keys are typed only while it has the focus, and `esc` leaves it.

    What would act on a terminal is shown as one cell and stays in the text. The private names of TextArea used here are
    `_line_cache`, which must be dropped when the colours of unchanged lines change, and WrappedDocument.
    """

    DEFAULT_CSS = """
    SourceEditor, SourceEditor:focus { border: none; padding: 0; background: $background; scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 0; }
    """

    class Left(Message):
        """The person pressed `esc`."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's word
        super().__init__(id=id, soft_wrap=False, show_line_numbers=True, tab_behavior="indent")
        self.cursor_blink = False
        self._marks: Mapping[int, Mark] = {}
        self._counts: Mapping[int, str] = {}
        self._within: list[str] | None = None
        self._of = ""
        self._left: dict[str, tuple[str, EditHistory]] = {}
        self._height = 0

    @property
    def line(self) -> int:
        """The line the cursor is in, from 1."""
        return self.cursor_location[0] + 1

    @property
    def place(self) -> tuple[int, int]:
        """The line and the column of the cursor, from 1, as diagnostics count them."""
        row, column = self.cursor_location
        return row + 1, column + 1 - self._mark_of_order(row)

    def mend(self, span: Span, text: str) -> None:
        """Replace what *span* covers by *text*, as one edit, and bring it into sight."""
        start, end = (
            (line - 1, column - 1) for line, column in ((span.line, span.column), (span.end_line, span.end_column))
        )
        start, end = ((row, column + self._mark_of_order(row)) for row, column in (start, end))
        self.history.checkpoint()
        result = self.replace(text, start, end, maintain_selection_offset=False)
        self.history.checkpoint()
        self.go_to(result.end_location[0] + 1, result.end_location[1] + 1)

    def rewrite(self, text: str) -> None:
        """Put *text* in the place of everything, as one edit; the cursor stays in its line as far as there is one."""
        place, scroll = self.cursor_location, self.scroll_offset
        self.history.checkpoint()
        self.replace(text, (0, 0), self.document.end, maintain_selection_offset=False)
        self.history.checkpoint()
        self.go_to(place[0] + 1, place[1] + 1)
        self.scroll_to(scroll.x, scroll.y, animate=False, immediate=True)

    def _mark_of_order(self, row: int) -> int:
        """Return how many characters of the first line places do not count: a byte order mark."""
        return int(row == 0 and self.document.get_line(0).startswith("\ufeff"))

    @property
    def wrapped_document(self) -> WrappedDocument:
        """The document as TextArea lays it out."""
        return self._laid_out

    @wrapped_document.setter
    def wrapped_document(self, laid_out: WrappedDocument) -> None:
        laid_out.__class__ = _Unwrapped  # made anew it would go through all lines once more
        self._laid_out = laid_out

    def set_marks(self, marks: Mapping[int, Mark]) -> None:
        """Mark lines (from 1)."""
        if marks != self._marks:
            self._marks = marks
            self._line_cache.clear()
            self.refresh()

    def set_counts(self, counts: Mapping[int, str]) -> None:
        """Show live numbers at the right end of lines (from 1), where nothing else stands there."""
        if counts != self._counts:
            self._counts = counts
            self.refresh()

    def show_text(self, text: str, *, keep_place: bool, of: str = "") -> None:
        """Show *text* *of* a file; with *keep_place* the cursor and the window stay where they are.

        What was edited in another file can still be undone when that is shown again as it was left.
        """
        place, scroll = self.cursor_location, self.scroll_offset
        if of != self._of:
            self._left[self._of] = (self.text, self.history)
            self._of = of
        before, history = self._left.pop(of, ("", None))
        self.history = EditHistory(max_checkpoints=50, checkpoint_timer=2.0, checkpoint_max_characters=100)
        self.load_text(text)
        if history is not None and before == text:
            self.history = history
        if keep_place:
            self.move_cursor(place)
            self.scroll_to(scroll.x, scroll.y, animate=False, immediate=True)

    def go_to(self, line: int, column: int = 1) -> None:
        """Put the cursor at *line*, *column* (from 1), in the middle of the window where it was out of sight."""
        top = self.scroll_offset.y
        in_sight = top <= line - 1 < top + self.size.height
        row = max(0, min(line, self.document.line_count) - 1)
        self.move_cursor((row, min(max(0, column - 1), len(self.document.get_line(row)))), center=not in_sight)

    def holds(self, text: str) -> bool:
        """Whether the editor shows *text* as it is; odd line ends (U+2028, form feeds, mixed ones) it would change."""
        return self.text == text

    # What TextArea asks for

    @property
    def gutter_width(self) -> int:
        """Line numbers, and two cells before them for marks."""
        return super().gutter_width + 2

    def get_component_rich_style(self, *names: str, partial: bool = False, default: Style | None = None) -> Style:
        """Return a style; the line of the cursor changes the ground alone, so that its colours stay."""
        style = super().get_component_rich_style(*names, partial=partial, default=default)
        return Style(bgcolor=style.bgcolor) if names == ("text-area--cursor-line",) else style

    def get_line(self, line_index: int) -> Text:
        """Return a line in colours, one character for each of the document's."""
        line = self.document.get_line(line_index)
        if self._within is None:
            self._within = carried(self.document.lines)
        within = self._within[line_index] if line_index < len(self._within) else ""
        text = Text(_same_length(line), end="", no_wrap=True)
        styles = tones(self.app.current_theme)
        for start, end, part in parts(line, within):
            text.stylize(styles[part.value], start, end)
        mark = self._marks.get(line_index + 1)
        if mark is not None and mark.start != mark.end:
            shift = self._mark_of_order(line_index) - 1
            text.stylize(Style(underline=True), mark.start + shift, mark.end + shift if mark.end else len(line))
        return text

    def render_line(self, y: int) -> Strip:
        """Paint one line with its mark."""
        strip = super().render_line(y)
        number = y + self.scroll_offset.y + 1
        if number > self.document.line_count:
            return strip
        mark, told = self._marks.get(number), self._counts.get(number, "")
        if mark is None and not told:
            return strip
        width = self.scrollable_content_region.width
        strip = strip.crop_extend(0, width, None)
        if mark is not None:
            return self._marked(strip, width, number, mark)
        start = width - cell_len(told) - 1
        if start < self._end_of(number - 1):
            return strip
        style = tones(self.app.current_theme)["muted"]
        # a blank cell's style keeps the ground of the line the cursor is in
        shown = Strip([Segment(told, _ground(strip, width - 1) + style)], cell_len(told))
        return Strip.join([strip.crop(0, start), shown, strip.crop(start + cell_len(told), width)])

    def _marked(self, strip: Strip, width: int, number: int, mark: Mark) -> Strip:
        style = tones(self.app.current_theme)[mark.tone]
        left = Strip([Segment(mark.glyph, _ground(strip, 0) + style)], 1)
        end = self._end_of(number - 1)
        if not mark.note or width - end < _NARROWEST_NOTE:
            return Strip.join([left, strip.crop(1, width)])
        note = fit(f"← {mark.note}", width - end)
        behind = Strip([Segment(note, _ground(strip, width - 1) + style)], cell_len(note))
        return Strip.join([left, strip.crop(1, end), behind, strip.crop(end + cell_len(note), width)])

    def _end_of(self, row: int) -> int:
        """Return the cell in which something can be written behind the text of *row*."""
        text = _same_length(self.document.get_line(row)).expandtabs(self.indent_width)
        return max(self.gutter_width, self.gutter_width + cell_len(text) - self.scroll_offset.x) + 2

    def on_resize(self, event: Resize) -> None:
        """Keep the line of the cursor in sight where it was."""
        row, before, self._height = self.cursor_location[0] - self.scroll_offset.y, self._height, event.size.height
        if 0 <= row < before and row >= self._height:
            self.scroll_cursor_visible(center=True, animate=False)

    def on_key(self, event: Key) -> None:
        """Leave with `esc`; a new line and a closing bracket stand where they belong."""
        if event.key == "escape":
            self.post_message(self.Left())
        elif self.read_only or not self._typed_in_place(event):
            return
        event.stop()
        event.prevent_default()

    def _typed_in_place(self, event: Key) -> bool:
        """Type what a key means with the blanks that belong before it; return whether it is such a key."""
        (row, column), end = sorted(self.selection)
        before = self.document.get_line(row)[:column]
        if event.key == "enter":
            blanks = before[: len(before) - len(before.lstrip())]
            deeper = " " * self.indent_width if before.rstrip().endswith(("{", "[")) else ""
            self.replace(f"\n{blanks}{deeper}", (row, column), end, maintain_selection_offset=False)
        elif event.character in ("}", "]") and before and not before.strip():
            kept = max(0, column - self.indent_width)
            self.replace(event.character, (row, kept), end, maintain_selection_offset=False)
        else:
            return False
        self.scroll_cursor_visible(animate=False)
        return True

    def on_text_area_changed(self) -> None:
        """Colour anew what an edit put into or out of a comment of several lines."""
        before, self._within = self._within, carried(self.document.lines)
        if before is not None and any(before) | any(self._within):
            self._line_cache.clear()
            self.refresh()


def _ground(strip: Strip, cell: int) -> Style:
    segments = list(strip.crop(cell, cell + 1))
    style = segments[0].style if segments else None
    return Style(bgcolor=style.bgcolor) if style is not None else Style.null()


def _same_length(line: str) -> str:
    """Return *line* with each character that would act or hide shown as one; tabs stay."""
    if visible(line) == line:
        return line
    return "".join(shown if len(shown := visible(character)) == 1 else _UNKNOWN for character in line)
