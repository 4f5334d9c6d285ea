"""The Health tab: whether the flow is well, and the numbers that say so."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.events import Resize

from woodwork_tui.screens.health_lines import HealthLines
from woodwork_tui.screens.tab import Tab
from woodwork_tui.state.view import View
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.line_block import LineBlock
from woodwork_tui.widgets.pane import Pane

PERIOD = 0.25
"""Seconds between two looks at the numbers; faster ones cannot be read."""
_WIDE = 110
_PANES = (("state", "Health"), ("rates", "Messages a second, last minute"), ("facts", "Bus"),
          ("latency", "Time to handle a message"), ("loop", "Loop, memory, garbage"), ("queues", "Queues"),
          ("components", "Components since start"))  # fmt: skip


class _Page(VerticalScroll):
    """Everything, scrolling where it does not fit."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "list.up", "list.down", "list.first", "list.final", "list.page_up", "list.page_down"
    )

    def action_cursor_up(self) -> None:
        """Scroll up by a line."""
        self.scroll_relative(y=-1, animate=False)

    def action_cursor_down(self) -> None:
        """Scroll down by a line."""
        self.scroll_relative(y=1, animate=False)

    def action_cursor_first(self) -> None:
        """Scroll to the top."""
        self.scroll_home(animate=False)

    def action_cursor_last(self) -> None:
        """Scroll to the end."""
        self.scroll_end(animate=False)


class HealthTab(Tab):
    """Sentences first, then rates, times, queues and the bus's own numbers."""

    DEFAULT_CSS = """
    HealthTab Pane { height: auto; }
    HealthTab Container, HealthTab Vertical { height: auto; width: 1fr; }
    HealthTab Container { layout: horizontal; }
    HealthTab.-column Container { layout: vertical; }
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings("item.copy")

    def __init__(self) -> None:
        super().__init__()
        self._view = View()
        self._looked = float("-inf")

    def compose(self) -> ComposeResult:
        """Lay out the panes: two columns, or one on a narrow screen."""
        panes = {name: Pane(LineBlock(id=name), title=title) for name, title in _PANES}
        with _Page():
            yield panes["state"]
            with Container():
                yield Vertical(panes["rates"], panes["facts"])
                yield Vertical(panes["loop"], panes["latency"], panes["queues"])
            yield panes["components"]

    def on_resize(self, event: Resize) -> None:
        """Stand in one column where there is no room for two."""
        self.set_class(event.size.width < _WIDE, "-column")

    def show(self, view: View) -> None:
        """Show *view*, four times a second; at once when the loop stops or goes on."""
        soon = (view.blocked is None) != (self._view.blocked is None) or view.ascii != self._view.ascii
        if not soon and abs(view.now - self._looked) < PERIOD:
            return
        self._view, self._looked = view, view.now
        lines = HealthLines(view)
        for name, _ in _PANES:
            self.query_one(f"#{name}", LineBlock).show(getattr(lines, name))

    def action_copy(self) -> None:
        """Copy everything that is shown, as text."""
        parts = [f"{title}\n{self.query_one(f'#{name}', LineBlock).plain}" for name, title in _PANES]
        self.post_message(self.Copy("\n\n".join(parts), "the health of the flow"))
