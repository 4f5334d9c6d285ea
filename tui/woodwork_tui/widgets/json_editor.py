"""An editor for JSON text in which nothing can stand that a terminal would act on."""

from __future__ import annotations

import re
from dataclasses import replace

from rich.text import Text
from textual.widgets import TextArea
from textual.widgets.text_area import Edit, EditResult

from woodwork_tui.state.payload_edit import harmless
from woodwork_tui.widgets.tones import tones

_PARTS = re.compile(
    r"""(?P<title>"(?:[^"\\]|\\.)*"(?=\s*:))|(?P<ok>"(?:[^"\\]|\\.)*"?)
    |(?P<accent>\b(?:true|false|null)\b)|(?P<warn>-?\b\d[\d.eE+-]*)""",
    re.VERBOSE,
)
_LONGEST_COLOURED = 2_000
_LONGEST_WRAPPED = 10_000
"""Characters of a line; TextArea paints each row of a wrapped line by wrapping the whole line again."""


class JsonEditor(TextArea):
    r"""JSON in colours. What is typed or pasted and would act on a terminal becomes `\uXXXX`, which means the same."""

    DEFAULT_CSS = """
    JsonEditor, JsonEditor:focus { border: none; padding: 0; background: $background; scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 1; }
    """

    def __init__(self, text: str, *, id: str | None = None) -> None:  # noqa: A002  Textual's word
        wrap = max(map(len, text.split("\n"))) <= _LONGEST_WRAPPED
        super().__init__(harmless(text), id=id, soft_wrap=wrap, show_line_numbers=True, tab_behavior="focus")
        self.cursor_blink = False

    def edit(self, edit: Edit) -> EditResult:
        """Make an edit, with its text made harmless."""
        return super().edit(replace(edit, text=harmless(edit.text)))

    def get_line(self, line_index: int) -> Text:
        """Return a line in colours."""
        line = self.document.get_line(line_index)
        text = Text(line, end="", no_wrap=True)
        styles = tones(self.app.current_theme)
        for match in _PARTS.finditer(line[:_LONGEST_COLOURED]):
            if match.lastgroup is not None:
                text.stylize(styles[match.lastgroup], match.start(), match.end())
        return text
