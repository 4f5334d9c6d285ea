"""Asks before quitting would lose messages: which ones, and what to do with them."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from woodwork_tui.screens.modal import Modal
from woodwork_tui.state.leaving import Unfinished
from woodwork_tui.state.lines import Line
from woodwork_tui.units import plural
from woodwork_tui.widgets.dialog_box import DialogBox
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.options import Options
from woodwork_tui.widgets.told import Told


class Way(StrEnum):
    """How to go on."""

    STAY = "stay"
    DRAIN = "drain"
    NOW = "now"


_WAYS = (
    (Way.STAY, "Stay"),
    (Way.DRAIN, "Drain and quit: take nothing new, finish what is there"),
    (Way.NOW, "Quit now: what is not finished is lost"),
)


class QuitScreen(Modal[Way]):
    """Lists what is *unfinished* and answers with the way chosen."""

    DEFAULT_CSS = """
    QuitScreen { align: center middle; }
    QuitScreen DialogBox { width: 60; }
    QuitScreen OptionList, QuitScreen OptionList:focus {
        height: auto; border: none; padding: 0; margin-top: 1; background: $surface; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings("app.back", "app.leave")

    def __init__(self, unfinished: Unfinished) -> None:
        super().__init__()
        self._told = Told(_lines(unfinished))
        self._again = "" if unfinished.edits else "^q again drains  "

    def compose(self) -> ComposeResult:
        """Lay the dialog out."""
        options = Options(*(Option(told, id=way.value) for way, told in _WAYS), markup=False)
        yield DialogBox(self._told, options, title="Quit", hint=f"enter chooses  {self._again}esc stays")

    def on_mount(self) -> None:
        """Begin at the way that loses nothing."""
        options = self.query_one(Options)
        options.highlighted = 0
        options.focus()

    def look(self, unfinished: Unfinished) -> None:
        """Show what is unfinished now."""
        self._told.tell(_lines(unfinished))

    def action_back(self) -> None:
        """Stay."""
        self.dismiss(Way.STAY)

    def action_leave(self) -> None:
        """Stay."""
        self.dismiss(Way.STAY)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Answer."""
        self.dismiss(Way(event.option.id or Way.STAY))


def _lines(unfinished: Unfinished) -> tuple[Line, ...]:
    if not unfinished:
        return (Line("Everything is finished; nothing would be lost."),)
    edits = [Line(f"{name} has edits that are not saved.", "warn") for name in unfinished.edits]
    if not unfinished.total:
        return tuple(edits)
    would = f"{plural(unfinished.total, 'message')} {'is' if unfinished.total == 1 else 'are'} not finished:"
    return (*edits, Line(would), *(Line(line, "warn") for line in unfinished.lines()))
