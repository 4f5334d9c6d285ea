"""A line to type into, at the foot of the screen: what is typed, and beside it what to say about it."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.suggester import Suggester
from textual.widgets import Input, Label

from woodwork_tui.text import one_line
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.text_line import TextLine


class SafeInput(Input):
    """An input that shows what is pasted or completed as visible text, and cannot carry anything else."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("typed.done")

    def validate_value(self, value: str) -> str:
        """Return *value* without what acts on a terminal."""
        return one_line(value)


class EntryLine(Horizontal):
    """A mark, an input and a remark on the right. Typing never triggers a command (screens 3.5)."""

    DEFAULT_CSS = """
    EntryLine { height: 1; display: none; background: $boost; padding: 0 0 0 1; }
    EntryLine.-open { display: block; }
    EntryLine Label { width: auto; color: $text-accent; text-style: bold; }
    EntryLine Input { width: 1fr; border: none; height: 1; padding: 0; background: transparent; }
    EntryLine Input:focus { border: none; background-tint: $foreground 0%; }
    EntryLine TextLine { width: auto; max-width: 60%; padding: 0 1; }
    """

    def __init__(self, mark: str, *, suggester: Suggester | None = None) -> None:
        super().__init__()
        self.input = SafeInput(suggester=suggester, select_on_focus=False, compact=True)
        self.input.cursor_blink = False
        self._mark = mark
        self._remark = TextLine()

    def compose(self) -> ComposeResult:
        """Lay out mark, input and remark."""
        yield Label(self._mark, markup=False)
        yield self.input
        yield self._remark

    @property
    def is_open(self) -> bool:
        """Whether the line is on the screen."""
        return self.has_class("-open")

    @property
    def remark(self) -> str:
        """What is said about the text."""
        return self._remark.text

    def open(self, text: str = "") -> None:
        """Show the line with *text* in it, ready to type."""
        self.add_class("-open")
        self.input.value = text
        self.input.cursor_position = len(text)
        self.screen.set_focus(self.input)  # at once: the next key may be here already

    def close(self) -> None:
        """Take the line off the screen."""
        self.remove_class("-open")

    def say(self, text: Text) -> None:
        """Say *text* about what is typed."""
        self._remark.tell(text, layout=True)
