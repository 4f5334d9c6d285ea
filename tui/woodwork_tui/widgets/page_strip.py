"""The names of a detail's pages in one line, the shown one in brackets; a click turns to one."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text
from textual.events import Click
from textual.message import Message

from woodwork_tui.widgets.text_line import TextLine

_ROOMY = 70


class PageStrip(TextLine):
    """`[ Payload ]  Headers 9  Attempts 2`; titles are the program's own words."""

    class Turned(Message):
        """The person clicked on the page *name*."""

        def __init__(self, name: str) -> None:
            self.name = name
            super().__init__()

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's word
        super().__init__(id=id)
        self._ends: list[tuple[int, str]] = []

    def show(self, pages: Sequence[tuple[str, str]], shown: str) -> None:
        """Show *pages*, each a name and a title, with *shown* in front."""
        gap = "  " if self.size.width >= _ROOMY else " "
        line = Text(no_wrap=True, end="")
        self._ends = []
        for number, (name, title) in enumerate(pages):
            line.append(gap if number else "")
            here = name == shown
            line.append(f"[{title}]" if here else title, style="title" if here else "muted")
            self._ends.append((cell_len(line.plain), name))
        self.tell(line)

    def on_click(self, event: Click) -> None:
        """Turn to the page under the mouse."""
        for end, name in self._ends:
            if event.x < end:
                self.post_message(self.Turned(name))
                return
