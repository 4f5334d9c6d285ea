"""The inspector: everything there is to say about the selection."""

from __future__ import annotations

from textual.events import Resize

from woodwork_tui.state.facts import plain
from woodwork_tui.state.inspector import Facts, inspect
from woodwork_tui.state.setting_facts import LastDeclared
from woodwork_tui.state.troubles import Troubles
from woodwork_tui.state.view import View
from woodwork_tui.widgets.line_view import LineView


class Inspector(LineView):
    """Shows the facts about a selection, in the width it has."""

    DEFAULT_CSS = """
    Inspector { padding: 0 0 0 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's word
        super().__init__(id=id)
        self.facts = Facts("", ())
        self._view = View()
        self._troubles = Troubles()
        self._declared = LastDeclared()

    def show(self, view: View) -> None:
        """Show the facts about what is selected in *view*; another selection begins at its top."""
        width = max(12, self.container_size.width - self.styles.scrollbar_size_vertical - 1)
        troubles = self._troubles.update(view.deliveries, view.selection.node)
        self.facts = inspect(
            view.snapshot, view.selection, width, troubles=troubles, declared=self._declared, ascii_only=view.ascii
        )
        same, self._view = view.selection == self._view.selection, view
        self.set_lines(self.facts.lines, keep_place=same)

    def on_resize(self, event: Resize) -> None:
        """Say it in the new width."""
        self.show(self._view)

    @property
    def copied(self) -> str:
        """Everything it says, as text."""
        return plain(self.facts.lines)
