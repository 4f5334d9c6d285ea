"""Asks for a line of text before something is done with it: a note, the name of a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Static

from woodwork_tui.screens.ask import CHANGED, Key, Question
from woodwork_tui.screens.modal import Modal
from woodwork_tui.state.lines import Line
from woodwork_tui.widgets.dialog_box import Answers, DialogBox
from woodwork_tui.widgets.entry_line import SafeInput
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.told import Told

_HINT = "enter does it  esc cancels"


class Typed(Modal[tuple[str, tuple[Key, ...]] | None]):
    """Shows a question and a line to type in; answers with the text and the keys confirmed, or None.

    *check* says what is wrong with the text, None where nothing is. Confirming looks once more: where the keys are no
    longer those shown, it shows the new ones and waits.
    """

    DEFAULT_CSS = """
    Typed { align: center middle; }
    Typed DialogBox { width: 76; }
    Typed Horizontal { height: 1; margin-top: 1; }
    Typed Static.label { width: auto; padding: 0 1 0 0; color: $foreground 70%; }
    Typed SafeInput, Typed SafeInput:focus {
        border: none; height: 1; width: 1fr; padding: 0; background: $background; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings("app.back")

    def __init__(
        self,
        question: Callable[[], Question[Key]],
        label: str,
        check: Callable[[str], str | None],
        *,
        text: str = "",
    ) -> None:
        super().__init__()
        self._question = question
        self._shown = question()
        self._check = check
        self._label = label
        self._input = SafeInput(text, compact=True, select_on_focus=False)
        self._input.cursor_blink = False
        self._told = Told(self._shown.lines)
        self._wrong = Told()
        self._answers = Answers(self._shown.doing)
        self._box = DialogBox(
            self._told,
            Horizontal(Static(label, classes="label", markup=False), self._input),
            self._wrong,
            self._answers,
            title=self._shown.title,
            hint=_HINT,
        )

    def compose(self) -> ComposeResult:
        """Lay the dialog out."""
        yield self._box

    def on_mount(self) -> None:
        """Begin in the line."""
        self._show(self._shown)
        self.call_after_refresh(self._input.focus)

    def look(self) -> None:
        """Ask anew: something may have changed."""
        question = self._question()
        if question != self._shown:
            self._show(question)

    def _show(self, question: Question[Key], note: Line | None = None) -> None:
        self._shown = question
        self._told.tell((*question.lines, note) if note is not None else question.lines)
        wrong = self._check(self._input.value)
        self._wrong.tell((Line(wrong, "muted"),) if wrong else ())
        self._answers.offer(question.doing, possible=bool(question.keys) and wrong is None)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what is wrong with the text so far."""
        event.stop()
        self._show(self._shown)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Do it, if it can be done."""
        event.stop()
        self.on_answers_confirmed()

    def on_answers_confirmed(self) -> None:
        """Answer with what was typed and shown, if it is still so."""
        question = self._question()
        if question.keys != self._shown.keys:
            self._show(question, CHANGED)
        elif question.keys and self._check(self._input.value) is None:
            self.dismiss((self._input.value.strip(), question.keys))
