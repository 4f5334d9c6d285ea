"""The bar of tabs with their counts; a click chooses one."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text
from textual.events import Click
from textual.message import Message

from woodwork_tui.state.header import WIDE, TabLabel, tab_labels
from woodwork_tui.state.view import View
from woodwork_tui.widgets.text_line import TextLine


class TabBar(TextLine):
    """All tabs in one line, the present one in brackets."""

    DEFAULT_CSS = """
    TabBar { background: $surface; }
    """

    class Chosen(Message):
        """The person clicked on *tab*."""

        def __init__(self, tab: str) -> None:
            self.tab = tab
            super().__init__()

    def __init__(self) -> None:
        super().__init__()
        self._labels: tuple[TabLabel, ...] = ()

    def show(self, view: View, active: str) -> None:
        """Show the counts of *view* with the tab *active* in front."""
        width = self.size.width or self.app.size.width
        self._labels = tab_labels(view, active, width)
        line = Text(self._edge(width), no_wrap=True, end="")
        for number, label in enumerate(self._labels):
            line.append(self._gap(width) if number else "")
            line.append(label.text, style="title" if label.text.startswith("[") else label.tone or "muted")
        self.tell(line)

    @staticmethod
    def _edge(width: int) -> str:
        return " " if width >= WIDE else ""

    @staticmethod
    def _gap(width: int) -> str:
        return "  " if width >= WIDE else ""

    def on_click(self, event: Click) -> None:
        """Choose the tab under the mouse."""
        x = event.x - len(self._edge(self.size.width))
        for label in self._labels:
            width = cell_len(label.text)
            if 0 <= x < width:
                self.post_message(self.Chosen(label.tab))
                return
            x -= width + len(self._gap(self.size.width))
