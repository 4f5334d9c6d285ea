"""Asks before the flow changes, or about what a removed component has left: what happens, and to whose messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from woodwork_tui.screens.ask import CHANGED
from woodwork_tui.screens.modal import Modal
from woodwork_tui.state.fates import Fate
from woodwork_tui.state.lines import Line, painted
from woodwork_tui.widgets.choice import Choice
from woodwork_tui.widgets.dialog_box import Answers, DialogBox
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.line_view import LineView
from woodwork_tui.widgets.told import Told

_HINT = "tab next  enter chooses  esc cancels"
_HIGHEST = 8
"""Lines of a difference that are shown at once; half as many on a screen of less than 30 lines."""
_TALL = 30


@dataclass(frozen=True, slots=True)
class FateQuestion:
    """What is asked: *lines* tell what happens, *ways* (value, label) are what may become of messages, if any.

    *way* is the value chosen at first, *doing* what the button says, *out* what the way out says, *names* are the
    components whose messages it is about. *change* is how the file's text differs, shown when it is asked for.
    """

    title: str
    lines: tuple[Line, ...]
    doing: str
    names: tuple[str, ...] = ()
    ways: tuple[tuple[str, str], ...] = ()
    way: str = ""
    out: str = "Cancel"
    change: tuple[Line, ...] = ()


class FateDialog(Modal[Fate | None]):
    """Shows a question, made anew while messages come and go; answers with what was confirmed, or None.

    Confirming looks once more: where it is about other components by now, it shows these and waits.
    """

    DEFAULT_CSS = """
    FateDialog { align: center middle; }
    FateDialog Choice { margin-top: 1; }
    FateDialog LineView { margin-bottom: 1; display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings("app.back", "file.difference")

    def __init__(self, question: Callable[[], FateQuestion], *, ascii_only: bool = False) -> None:
        super().__init__()
        self._question = question
        self._shown = asked = question()
        self._told = Told(asked.lines)
        values = [value for value, _ in asked.ways]
        index = values.index(asked.way) if asked.way in values else 0
        self._choice = Choice([label for _, label in asked.ways], index=index, ascii_only=ascii_only)
        self._choice.display = bool(asked.ways)
        self._change = LineView()
        self._answers = Answers(asked.doing, out=asked.out, also="Diff" if asked.change else "")
        self._box = DialogBox(self._change, self._told, self._choice, self._answers, title=asked.title, hint=self._hint)

    def compose(self) -> ComposeResult:
        """Lay the dialog out."""
        yield self._box

    def on_mount(self) -> None:
        """Have the difference ready."""
        self._change.set_lines(painted(self._shown.change))
        most = _HIGHEST if self.app.size.height >= _TALL else _HIGHEST // 2
        self._change.styles.height = min(most, max(1, len(self._shown.change)))

    @property
    def _hint(self) -> str:
        return f"d diff  {_HINT}" if self._shown.change else _HINT

    def look(self) -> None:
        """Ask anew: numbers may have changed."""
        question = self._question()
        if question != self._shown:
            self._show(question)

    def _show(self, question: FateQuestion, note: Line | None = None) -> None:
        self._shown = question
        self._box.tell(question.title, self._hint)
        self._told.tell((*question.lines, note) if note is not None else question.lines)
        self._choice.display = bool(question.ways)
        self._choice.set_options([label for _, label in question.ways])
        self._answers.offer(question.doing)

    @property
    def _way(self) -> str:
        ways = self._shown.ways
        return ways[min(self._choice.index, len(ways) - 1)][0] if ways else ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the difference where there is one."""
        return action != "difference" or bool(self._shown.change)

    @on(Answers.Asked)
    def action_difference(self) -> None:
        """Show how the text of the file differs, or no longer."""
        self._change.display = not self._change.display
        self.call_after_refresh(self._answers.scroll_visible, animate=False)

    @on(Answers.Cancelled)
    def _cancelled(self) -> None:
        self.dismiss(None)

    @on(Answers.Confirmed)
    def _confirmed(self) -> None:
        question = self._question()
        if question.names == self._shown.names:
            self.dismiss(Fate(question.names, self._way))
        else:
            self._show(question, CHANGED)
