"""Lets one of many be chosen: a list, and a line that narrows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from woodwork_tui.screens.modal import Modal
from woodwork_tui.text import fit, pad
from woodwork_tui.widgets.dialog_box import DialogBox
from woodwork_tui.widgets.entry_line import SafeInput
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.options import Options

_WIDTH, _EDGES = 84, 5
"""Cells of the dialog, and of its frame and scroll bar."""
_COLUMN = 20


class Pick(Modal[str | None]):
    """Offers *options*, each a value that is unique and what is said about it; answers with a value, or None.

    Both may be foreign text. Typing narrows the list, arrow keys move in it.
    """

    DEFAULT_CSS = """
    Pick { align: center middle; }
    Pick SafeInput, Pick SafeInput:focus { border: none; height: 1; padding: 0; background: $background; }
    Pick OptionList, Pick OptionList:focus {
        height: auto; max-height: 14; border: none; padding: 0; margin-top: 1; background: $surface;
        scrollbar-size-vertical: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings("app.back", "pick.up", "pick.down")

    def __init__(self, title: str, options: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._title = title
        self._values = options
        self._shown: Sequence[tuple[str, str]] = ()
        self._typed = SafeInput(placeholder="type to narrow the list", compact=True)
        self._typed.cursor_blink = False
        self._list = Options(markup=False)
        self._list.can_focus = False

    def compose(self) -> ComposeResult:
        """Lay the dialog out."""
        yield DialogBox(self._typed, self._list, title=self._title, hint="↑↓ choose  enter takes it  esc cancels")

    def on_mount(self) -> None:
        """Begin to narrow the list; it is filled once its width is known."""
        self._typed.focus()

    def on_resize(self) -> None:
        """Fit the lines into the new width."""
        self._narrow(self._typed.value)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show those that fit what is typed."""
        event.stop()
        self._narrow(event.value)

    def _narrow(self, typed: str) -> None:
        words = typed.lower().split()
        self._shown = [each for each in self._values if all(word in f"{each[0]} {each[1]}".lower() for word in words)]
        self._list.clear_options()
        room = max(_COLUMN, min(_WIDTH, self.size.width * 96 // 100) - _EDGES)
        self._list.add_options([Option(fit(f"{pad(value, _COLUMN)} {said}", room)) for value, said in self._shown])
        self._list.highlighted = 0 if self._shown else None

    def action_up(self) -> None:
        """Go to the one above."""
        self._list.action_cursor_up()

    def action_down(self) -> None:
        """Go to the one below."""
        self._list.action_cursor_down()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the one that is marked."""
        event.stop()
        self._take(self._list.highlighted)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Take the one that was clicked."""
        event.stop()
        self._take(event.option_index)

    def _take(self, index: int | None) -> None:
        if index is not None and index < len(self._shown):
            self.dismiss(self._shown[index][0])
