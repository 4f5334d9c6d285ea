"""Asks before something is done to several messages, or to one for good; states the exact count."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widget import Widget

from woodwork_tui.screens.modal import Modal
from woodwork_tui.state.lines import Line
from woodwork_tui.state.questions import Key, Question
from woodwork_tui.widgets.dialog_box import Answers, DialogBox
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.told import Told

__all__ = ["CHANGED", "Ask", "Key", "Question"]

CHANGED = Line("This has changed just now: look again before you confirm.", "warn")


class Ask(Modal[tuple[Key, ...] | None]):
    """Shows a question, made anew whenever things change; answers with the keys confirmed, or None.

    Widgets *between* stand above the answers. Confirming looks once more: where the keys are no longer those shown, it
    shows the new ones and waits.
    """

    DEFAULT_CSS = """
    Ask { align: center middle; }
    Ask DialogBox { width: 68; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings("app.back")

    def __init__(
        self,
        question: Callable[[], Question[Key]],
        *between: Widget,
        careful: bool = False,
        start_at_yes: bool = False,
    ) -> None:
        super().__init__()
        self._question = question
        self._shown = question()
        self._told = Told(self._shown.lines)
        self._answers = Answers(self._shown.doing, careful=careful, start_at_yes=start_at_yes)
        self._box = DialogBox(
            self._told, *between, self._answers, title=self._shown.title, hint="enter chooses  esc cancels"
        )

    def compose(self) -> ComposeResult:
        """Lay the dialog out."""
        yield self._box

    def on_mount(self) -> None:
        """Offer only what can be done."""
        self._show(self._shown)

    def look(self) -> None:
        """Ask anew: something may have changed."""
        question = self._question()
        if question != self._shown:
            self._show(question)

    def _show(self, question: Question[Key], note: Line | None = None) -> None:
        self._shown = question
        self._box.tell(question.title, "enter chooses  esc cancels")
        self._told.tell((*question.lines, note) if note is not None else question.lines)
        self._answers.offer(question.doing, possible=bool(question.keys))

    def on_answers_confirmed(self) -> None:
        """Answer with what was shown, if it is still so."""
        question = self._question()
        if question.keys == self._shown.keys:
            self.dismiss(question.keys)
        else:
            self._show(question, CHANGED)
