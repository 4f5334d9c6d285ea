"""Asks before what cannot be undone is done to many messages: the word for it has to be typed."""

from __future__ import annotations

from collections.abc import Callable

from textual.containers import Horizontal
from textual.widgets import Input, Label

from woodwork_tui.screens.ask import Ask, Key, Question
from woodwork_tui.state.lines import Line
from woodwork_tui.widgets.entry_line import SafeInput


class AskTyped(Ask[Key]):
    """A question that can be confirmed only once *word* is typed; enter goes from the word to the answers."""

    DEFAULT_CSS = """
    AskTyped Horizontal.row { height: 1; margin-top: 1; }
    AskTyped Label { width: auto; margin-right: 1; }
    AskTyped SafeInput, AskTyped SafeInput:focus {
        border: none; height: 1; padding: 0; width: 1fr; background: $background; }
    """

    def __init__(self, question: Callable[[], Question[Key]], word: str) -> None:
        self._word = word
        self._typed = SafeInput(compact=True)
        self._typed.cursor_blink = False
        label = Label(f"type {word} to go on:", markup=False)
        super().__init__(question, Horizontal(label, self._typed, classes="row"), careful=True)

    def on_mount(self) -> None:
        """Begin in the word."""
        self.call_after_refresh(self._typed.focus)

    def _show(self, question: Question[Key], note: Line | None = None) -> None:
        super()._show(question, note)
        self._answers.offer(question.doing, possible=bool(question.keys) and self._is_typed)

    @property
    def _is_typed(self) -> bool:
        return self._typed.value.strip() == self._word

    def on_input_changed(self, event: Input.Changed) -> None:
        """Offer it once the word is there."""
        event.stop()
        self._show(self._shown)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Do it, if the word is there."""
        event.stop()
        if self._is_typed:
            self.on_answers_confirmed()
