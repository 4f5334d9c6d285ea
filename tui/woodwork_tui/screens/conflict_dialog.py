"""Asks what is to become of a file that changed on disk while it was edited."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from woodwork_tui.screens.modal import Modal
from woodwork_tui.state.lines import Line, painted
from woodwork_tui.widgets.dialog_box import DialogBox
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.line_view import LineView
from woodwork_tui.widgets.options import Options
from woodwork_tui.widgets.told import Told


class Resolution(StrEnum):
    """What the person decided."""

    KEEP = "keep"
    TAKE = "take"
    OVERWRITE = "overwrite"


_ANSWERS = (
    (Resolution.KEEP, "Go on editing; nothing is written"),
    (Resolution.TAKE, "Take what is on disk; my edits are lost"),
    (Resolution.OVERWRITE, "Overwrite it with my text; the other change is lost"),
)


class ConflictDialog(Modal[Resolution]):
    """Shows what a save would change in the file called *title*, and answers with what to do."""

    DEFAULT_CSS = """
    ConflictDialog { align: center middle; }
    ConflictDialog LineView { margin-top: 1; }
    ConflictDialog OptionList, ConflictDialog OptionList:focus {
        height: auto; border: none; padding: 0; margin-top: 1; background: $surface; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings("app.back")

    def __init__(self, title: str, change: Sequence[Line]) -> None:
        super().__init__()
        self._title = title
        self._change = change

    def compose(self) -> ComposeResult:
        """Lay the dialog out."""
        yield DialogBox(
            Told([Line("Somebody else saved it since it was read. Your text would change it like this:")]),
            LineView(),
            Options(*(Option(told, id=answer.value) for answer, told in _ANSWERS), markup=False),
            title=f"{self._title} changed on disk",
            hint="enter chooses  esc goes on editing",
        )

    def on_mount(self) -> None:
        """Show the difference; begin at the answer that loses nothing."""
        view = self.query_one(LineView)
        view.set_lines(painted(self._change))
        view.styles.height = min(12, max(1, len(self._change)))
        options = self.query_one(Options)
        options.highlighted = 0
        options.focus()

    def action_back(self) -> None:
        """Go on editing."""
        self.dismiss(Resolution.KEEP)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Answer."""
        self.dismiss(Resolution(event.option.id or Resolution.KEEP))
