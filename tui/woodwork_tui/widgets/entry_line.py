"""A line to type into, at the foot of the screen: what is typed, and beside it what to say about it."""

from __future__ import annotations

from collections.abc import Callable
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


class _FromLine(Suggester):
    """Suggests the first way to go on; what there is may change from key to key, so nothing is remembered."""

    def __init__(self, ways: Callable[[str], tuple[str, ...]]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._ways = ways

    async def get_suggestion(self, value: str) -> str | None:
        return next(iter(self._ways(value)), None)


class EntryLine(Horizontal):
    """A mark, an input and a remark on the right. Typing never triggers a command (screens 3.5).

    A subclass that overrides `completions` may offer the key for `action_complete`.
    """

    DEFAULT_CSS = """
    EntryLine { height: 1; display: none; background: $boost; padding: 0 0 0 1; }
    EntryLine.-open { display: block; }
    EntryLine Label { width: auto; color: $text-accent; text-style: bold; }
    EntryLine Input { width: 1fr; border: none; height: 1; padding: 0; background: transparent; }
    EntryLine Input:focus { border: none; background-tint: $foreground 0%; }
    EntryLine TextLine { width: auto; max-width: 60%; padding: 0 1; }
    """

    def __init__(self, mark: str) -> None:
        super().__init__()
        self.input = SafeInput(suggester=_FromLine(self.completions), select_on_focus=False, compact=True)
        self._round: tuple[str, ...] = ()
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

    def completions(self, line: str) -> tuple[str, ...]:
        """Return how *line* can go on, each as the whole line."""
        return ()

    def action_complete(self) -> None:
        """Complete what is typed; pressed again, the next way to go on."""
        line = self.input.value
        following = self._round.index(line) + 1 if line in self._round else 0
        if not following:
            self._round = self.completions(line)
        if self._round:
            self.put(self._round[following % len(self._round)])
        if len(self._round) == 1:
            self._round = ()

    def put(self, line: str) -> None:
        """Put *line* in the place of what is typed."""
        self.input.value = line
        self.input.cursor_position = len(line)

    def say(self, text: Text) -> None:
        """Say *text* about what is typed."""
        self._remark.tell(text, layout=True)
