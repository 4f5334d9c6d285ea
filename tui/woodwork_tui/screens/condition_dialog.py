"""Asks on which condition a breakpoint holds messages; the condition is checked while it is typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Label

from woodwork_tui.screens.modal import Modal
from woodwork_tui.state.lines import Line
from woodwork_tui.state.stop_check import FIELDS_HINT, StopCheck
from woodwork_tui.widgets.dialog_box import Answers, DialogBox
from woodwork_tui.widgets.entry_line import SafeInput
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.told import Told

_DOING = "Set the breakpoint"


class ConditionDialog(Modal[str | None]):
    """Answers with a condition that *check* finds nothing wrong with, or None; *there* tells what is there already."""

    DEFAULT_CSS = """
    ConditionDialog { align: center middle; }
    ConditionDialog DialogBox { width: 76; }
    ConditionDialog Horizontal.row { height: 1; margin-bottom: 1; }
    ConditionDialog Label { width: auto; margin-right: 1; color: $text-muted; }
    ConditionDialog SafeInput, ConditionDialog SafeInput:focus {
        border: none; height: 1; padding: 0; width: 1fr; background: $background; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings("app.back")

    def __init__(self, title: str, check: Callable[[str], StopCheck], there: tuple[Line, ...] = ()) -> None:
        super().__init__()
        self._title = title
        self._check = check
        self._there = there
        self._input = SafeInput(compact=True, placeholder="payload.cost>1")
        self._input.cursor_blink = False
        self._told = Told()
        self._answers = Answers(_DOING)

    def compose(self) -> ComposeResult:
        """Lay the dialog out."""
        yield DialogBox(
            Horizontal(Label("hold if", markup=False), self._input, classes="row"),
            self._told,
            self._answers,
            title=self._title,
            hint="enter sets it  esc cancels",
        )

    def on_mount(self) -> None:
        """Begin in the condition."""
        self._judge()
        self.call_after_refresh(self._input.focus)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what is wrong with it, or what it would have held."""
        event.stop()
        self._judge()

    def _judge(self) -> StopCheck:
        text = self._input.value.strip()
        found = self._check(text)
        self._told.tell((found.line(always=not text), *self._there, Line(FIELDS_HINT, "muted")))
        self._answers.offer(_DOING, possible=found.wrong is None)
        return found

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Set it, if it can be read."""
        event.stop()
        self.on_answers_confirmed()

    def on_answers_confirmed(self) -> None:
        """Answer with the condition."""
        if self._judge().wrong is None:
            self.dismiss(self._input.value.strip())
