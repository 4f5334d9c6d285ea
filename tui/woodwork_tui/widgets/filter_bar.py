"""The `/` line: the filter of a tab, how much it matches, and what is wrong with it while it is typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message
from textual.widgets import Input

from woodwork_tui.text import safe
from woodwork_tui.widgets.entry_line import EntryLine
from woodwork_tui.widgets.keys import bindings

Check = Callable[[str], str | None]
Complete = Callable[[str], tuple[str, ...]]


class FilterBar(EntryLine):
    """Open while a filter is typed or set. The last good expression stays the filter."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("filter.clear", "filter.complete")

    class Changed(Message):
        """The filter is now *expression*."""

        def __init__(self, expression: str) -> None:
            self.expression = expression
            super().__init__()

    class Done(Message):
        """Typing ended; *cleared* when the filter was given up."""

        def __init__(self, cleared: bool) -> None:
            self.cleared = cleared
            super().__init__()

    def __init__(self) -> None:
        super().__init__("/ ")
        self._check: Check = lambda text: None
        self._complete: Complete = lambda text: ()
        self._status = ""

    def edit(self, expression: str, check: Check, complete: Complete) -> None:
        """Let the person change *expression*; *check* says what is wrong with one, *complete* how it can go on."""
        self._check = check
        self._complete = complete
        self.open(expression)

    def show(self, expression: str, status: str) -> None:
        """Show *expression* and how much it matches, without taking the focus; nothing when it is empty."""
        self._status = status
        if self.input.has_focus:
            self._remark_on(self.input.value)
            return
        if not expression:
            self.close()
            return
        self.add_class("-open")
        if self.input.value != expression:
            with self.prevent(Input.Changed):
                self.input.value = expression
        self.say(safe(status, style="muted"))

    def completions(self, line: str) -> tuple[str, ...]:
        """Return how *line* can go on, each as the whole line."""
        return self._complete(line)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Take the filter over as far as it can be read."""
        event.stop()
        if event.value not in self._round:
            self._round = ()
        if self._remark_on(event.value):
            self.post_message(self.Changed(event.value))

    def _remark_on(self, expression: str) -> bool:
        problem = self._check(expression)
        self.say(safe(self._status, style="muted") if problem is None else safe(problem, width=60, style="bad"))
        return problem is None

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Leave the line; a filter that cannot be read is not left behind."""
        event.stop()
        if self._check(event.value) is None:
            self.post_message(self.Done(cleared=not event.value.strip()))

    def action_abandon(self) -> None:
        """Give the filter up."""
        with self.prevent(Input.Changed):
            self.input.value = ""
        self.post_message(self.Done(cleared=True))
