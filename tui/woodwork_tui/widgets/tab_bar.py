"""The bar of tabs with their counts; a click chooses one."""

from __future__ import annotations

from rich.text import Text
from textual.events import Click
from textual.message import Message

from woodwork_tui.state.header import TabLabels, tab_labels
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
        self._tabs = TabLabels(())

    def show(self, view: View, active: str) -> None:
        """Show the counts of *view* with the tab *active* in front."""
        self._tabs = tab_labels(view, active, self.size.width or self.app.size.width)
        line = Text(self._tabs.edge, no_wrap=True, end="")
        for number, label in enumerate(self._tabs.labels):
            line.append(self._tabs.gap if number else "")
            line.append(label.text, style="title" if label.tab == active else label.tone or "muted")
        self.tell(line)

    def on_click(self, event: Click) -> None:
        """Choose the tab under the mouse."""
        x = event.x - len(self._tabs.edge)
        for label in self._tabs.labels:
            if 0 <= x < len(label.text):
                self.post_message(self.Chosen(label.tab))
                return
            x -= len(label.text) + len(self._tabs.gap)
