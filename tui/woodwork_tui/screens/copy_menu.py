"""Asks which part of something is to be copied."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import OptionList

from woodwork_tui.screens.modal import Modal
from woodwork_tui.state.copies import Copyable
from woodwork_tui.text import safe
from woodwork_tui.widgets.dialog_box import DialogBox
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.options import Options


class CopyMenu(Modal[Copyable | None]):
    """Shows what can be copied, the usual one chosen: `y` and enter copy it."""

    DEFAULT_CSS = """
    CopyMenu { align: center middle; }
    CopyMenu DialogBox { width: 44; padding: 0; }
    CopyMenu OptionList, CopyMenu OptionList:focus { border: none; height: auto; background: $surface; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings("app.back")

    def __init__(self, choices: Sequence[Copyable]) -> None:
        super().__init__()
        self._choices = tuple(choices)

    def compose(self) -> ComposeResult:
        """Lay the choices out."""
        options = Options(*(safe(choice.title, width=40) for choice in self._choices))
        yield DialogBox(options, title="Copy", hint="enter copies  esc cancels")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Answer with the choice."""
        event.stop()
        self.dismiss(self._choices[event.option_index])
