"""Asks which of the flows to begin with is meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import OptionList

from woodwork_tui.screens.modal import Modal
from woodwork_tui.text import fit
from woodwork_tui.widgets.dialog_box import DialogBox
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.options import Options


class TemplateMenu(Modal[str | None]):
    """Shows *templates*, each a name and what it shows; answers with a name."""

    DEFAULT_CSS = """
    TemplateMenu { align: center middle; }
    TemplateMenu DialogBox { width: 76; padding: 0; }
    TemplateMenu OptionList, TemplateMenu OptionList:focus { border: none; height: auto; background: $surface; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings("app.back", "app.leave")

    def __init__(self, title: str, templates: Mapping[str, str]) -> None:
        super().__init__()
        self._title = title
        self._templates = templates

    def compose(self) -> ComposeResult:
        """Lay the names out."""
        width = max(map(len, self._templates))
        rows = [Text(f"{name:<{width}}  {fit(shows, 60)}") for name, shows in self._templates.items()]
        yield DialogBox(Options(*rows), title=self._title, hint="enter chooses  esc cancels")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Answer with the one chosen."""
        event.stop()
        self.dismiss(tuple(self._templates)[event.option_index])

    def action_leave(self) -> None:
        """Choose none."""
        self.dismiss(None)
