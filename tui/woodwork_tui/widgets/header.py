"""The header: revision, state, chosen session, rates and counts in one line."""

from __future__ import annotations

from woodwork_tui.state.header import header_line
from woodwork_tui.state.view import View
from woodwork_tui.widgets.text_line import TextLine


class Header(TextLine):
    """Shows the header of a view as wide as there is room."""

    DEFAULT_CSS = """
    Header { background: $panel; color: $foreground; }
    """

    def show(self, view: View) -> None:
        """Show *view*."""
        self.tell(header_line(view, self.size.width or self.app.size.width))
