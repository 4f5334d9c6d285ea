"""The frame of a dialog and its row of answers."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.events import Mount
from textual.message import Message
from textual.widgets import Button

from woodwork_tui.text import safe
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.pane import Pane


class DialogBox(Pane):
    """A frame as high as what is in it, at most as high as the screen."""

    DEFAULT_CSS = """
    DialogBox { width: 84; max-width: 96%; height: auto; max-height: 96%; background: $surface; padding: 0 1;
        overflow-y: auto; scrollbar-size-vertical: 1; }
    DialogBox, DialogBox:focus-within { border: round $primary; }
    """


def _label(text: str) -> Content:
    return Content.from_rich_text(safe(f"[ {text} ]", width=60))


class Answers(Horizontal):
    """`[ Cancel ]   [ Replay 2 messages ]`: the way out first, then what is to be done; arrow keys move between them.

    *doing* says what the second one does, *out* what the first; with *careful* the second is painted as something that
    cannot be taken back. *also* is one more button before them, which leaves the dialog open.
    """

    DEFAULT_CSS = """
    Answers { height: 1; width: 1fr; align-horizontal: right; margin-top: 1; }
    Answers Button, Answers Button:hover { background: transparent; margin-left: 1; min-width: 1; }
    Answers Button.-style-default:focus { background: $primary; color: $text; text-style: bold; }
    Answers #yes.-careful { color: $text-error; }
    Answers #yes.-careful:focus { background: $error; color: $text; text-style: bold; }
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings("list.left", "list.right")

    class Cancelled(Message):
        """The person chose the way out."""

    class Confirmed(Message):
        """The person chose to do it."""

    class Asked(Message):
        """The person pressed the button before them."""

    def __init__(
        self, doing: str, *, out: str = "Cancel", careful: bool = False, start_at_yes: bool = False, also: str = ""
    ) -> None:
        super().__init__()
        self._also = Button(_label(also), id="also", compact=True) if also else None
        self._no = Button(_label(out), id="no", compact=True)
        self._yes = Button(_label(doing), id="yes", compact=True, classes="-careful" if careful else "")
        self._start = self._yes if start_at_yes else self._no
        self._doing = doing

    def compose(self) -> ComposeResult:
        """Lay the buttons out."""
        if self._also is not None:
            yield self._also
        yield self._no
        yield self._yes

    def on_mount(self, event: Mount) -> None:
        """Begin at the answer that harms least, unless there is only one message to harm."""
        self._start.focus()

    def offer(self, doing: str, *, possible: bool = True) -> None:
        """Say what the second button does now; where that is not *possible* it cannot be pressed."""
        if doing != self._doing:
            self._doing = doing
            self._yes.label = _label(doing)
            self._yes.refresh(layout=True)  # a longer word needs a wider button
        if self._yes.disabled is possible:
            if self._yes.has_focus:
                self._no.focus()
            self._yes.disabled = not possible

    def action_cursor_left(self) -> None:
        """Go to the way out, and from there to what stands before it."""
        if self._no.has_focus and self._also is not None:
            self._also.focus()
        else:
            self._no.focus()

    def action_cursor_right(self) -> None:
        """Go to what is to be done, from the first button to the way out."""
        if self._also is not None and self._also.has_focus:
            self._no.focus()
        else:
            self._yes.focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Pass the answer on."""
        event.stop()
        if event.button is self._also:
            self.post_message(self.Asked())
        else:
            self.post_message(self.Confirmed() if event.button is self._yes else self.Cancelled())
