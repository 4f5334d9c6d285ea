"""A viewer for long text: paints only the lines in sight, wraps on demand, lets text be selected and copied."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from rich.cells import cell_len, chop_cells
from rich.style import Style
from rich.text import Text
from textual.binding import BindingType
from textual.events import Resize
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from woodwork_tui.text import visible
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.tones import toned, tones

_BREAKS = re.compile(r"\r\n|\n|\r")  # and no others: `splitlines` would swallow separators that are to be shown
_LONGEST = 2_000
"""Characters of one line; a longer one goes on below, so that nothing is cut off and no paint is slow."""


class LineView(ScrollView, can_focus=True):
    """Text or styled lines; `w` wraps. Styles of a Text are tones (see widgets.tones)."""

    ALLOW_SELECT = True
    DEFAULT_CSS = """
    LineView { height: 1fr; scrollbar-size-horizontal: 1; scrollbar-size-vertical: 1; }
    LineView.-wrap { overflow-x: hidden; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("list.up", "list.down", "list.left", "list.right", "list.first", "list.final"),
        *bindings("list.page_up", "list.page_down", "text.wrap"),
    ]

    def __init__(self, *, wrap: bool = True, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.wrapped = wrap
        self._source: tuple[str | Text, ...] = ()
        self._shown: list[str | Text] = []
        self._width = 0
        self.set_class(wrap, "-wrap")

    @property
    def shown(self) -> Sequence[str]:
        """Every line as it is shown, top to bottom."""
        return [line if isinstance(line, str) else line.plain for line in self._shown]

    def set_lines(self, lines: Sequence[str | Text], *, keep_place: bool = False) -> None:
        """Show *lines*; a str may be any foreign text, a Text must be visible already (`text.safe`)."""
        source = tuple(lines)
        if _alike(source, self._source):
            return
        self._source = source
        self._fold()
        if not keep_place:
            self.scroll_to(0, 0, animate=False, immediate=True)

    def action_wrap(self) -> None:
        """Wrap long lines, or no longer."""
        self.wrapped = not self.wrapped
        self.set_class(self.wrapped, "-wrap")
        self._fold()
        self.refresh_bindings()

    def action_cursor_up(self) -> None:
        """Scroll up by a line."""
        self.scroll_relative(y=-1, animate=False)

    def action_cursor_down(self) -> None:
        """Scroll down by a line."""
        self.scroll_relative(y=1, animate=False)

    def action_cursor_left(self) -> None:
        """Scroll to the left."""
        self.scroll_relative(x=-8, animate=False)

    def action_cursor_right(self) -> None:
        """Scroll to the right."""
        self.scroll_relative(x=8, animate=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave left and right to what the viewer stands in while lines are wrapped: then all of them are in sight."""
        return not self.wrapped or action not in ("cursor_left", "cursor_right")

    def action_cursor_first(self) -> None:
        """Scroll to the first line."""
        self.scroll_home(animate=False)

    def action_cursor_last(self) -> None:
        """Scroll to the last line."""
        self.scroll_end(animate=False)

    def on_resize(self, event: Resize) -> None:
        """Wrap anew for another width."""
        if self._text_width() != self._width:
            self._fold()

    def _text_width(self) -> int:
        return max(0, self.container_size.width - self.styles.scrollbar_size_vertical - 1)

    def _fold(self) -> None:
        self._width = self._text_width()
        width = self._width if self.wrapped and self._width > 0 else None
        before, self._shown = self._shown, list(_folded(self._source, width))
        widest = 0 if self.wrapped else max((_cells(line) for line in self._shown), default=0) + 1
        self.virtual_size = Size(widest, len(self._shown))
        self._repaint(before)

    def _repaint(self, before: Sequence[str | Text]) -> None:
        """Paint the lines that do not look as they did *before*; all of them where their number has changed."""
        if len(before) != len(self._shown):
            self.refresh()
            return
        for number, (old, new) in enumerate(zip(before, self._shown, strict=True)):
            if not _alike((old,), (new,)):
                self.refresh_line(number)

    def render_line(self, y: int) -> Strip:
        """Paint one line."""
        base, width = self.rich_style, self.size.width
        left, top = self.scroll_offset
        number = y + top
        if number >= len(self._shown):
            return Strip.blank(width, base)
        styles = tones(self.app.current_theme)
        strip = self._strip(number, base, styles)
        return strip.crop_extend(left, left + width, base).apply_offsets(left, number)

    def _strip(self, number: int, base: Style, styles: Mapping[str, Style]) -> Strip:
        line = self._shown[number]
        text = toned(line, styles) if isinstance(line, Text) else Text(line)
        chosen = self.text_selection
        if chosen is not None:
            span = chosen.get_span(number)
            if span is not None:
                start, end = span
                text = text.copy()
                text.stylize(self.screen.get_component_rich_style("screen--selection"), start, None if end < 0 else end)
        text.no_wrap = True
        text.end = ""
        whole = text.style if isinstance(text.style, Style) else Style.null()
        # rich leaves out the style of a text that has no spans
        return Strip(text.render(self.app.console), cell_len(text.plain)).apply_style(base + whole)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return the selected text and what to end it with."""
        return selection.extract("\n".join(self.shown)), "\n"


def _alike(some: Sequence[str | Text], others: Sequence[str | Text]) -> bool:
    """Whether two texts look the same; Rich's own comparison leaves the style of a whole line out."""
    return some == others and all(
        getattr(a, "style", "") == getattr(b, "style", "") for a, b in zip(some, others, strict=True)
    )


def _cells(line: str | Text) -> int:
    return cell_len(line if isinstance(line, str) else line.plain)


def _folded(lines: Iterable[str | Text], width: int | None) -> Iterable[str | Text]:
    for line in lines:
        if isinstance(line, Text):
            yield from _folded_text(line, width)
            continue
        for single in _BREAKS.split(line):
            for start in range(0, max(1, len(single)), _LONGEST):
                yield from _folded_str(visible(single[start : start + _LONGEST]).expandtabs(4), width)


def _folded_str(line: str, width: int | None) -> Iterable[str]:
    if width is None or len(line) * 2 <= width or cell_len(line) <= width:
        return [line]
    return chop_cells(line, width)


def _folded_text(line: Text, width: int | None) -> Iterable[Text]:
    if width is None or cell_len(line.plain) <= width:
        return [line]
    offsets = []
    place = 0
    for piece in chop_cells(line.plain, width)[:-1]:
        place += len(piece)
        offsets.append(place)
    return line.divide(offsets)
