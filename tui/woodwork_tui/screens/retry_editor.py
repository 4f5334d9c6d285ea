"""The payload of a delivery that waits for its next attempt, in an editor."""

from __future__ import annotations

from collections.abc import Callable

from woodwork_tui.screens.json_dialog import JsonDialog
from woodwork_tui.state.lines import Line

Rewrite = Callable[[bytes, Callable[[object], None]], None]
"""Has the next attempt get a payload, and hands on whether the delivery still waited."""


class RetryEditor(JsonDialog[None]):
    """Edits *text* while *waiting* tells how long the retry waits; closes once *rewrite* has taken the edit.

    Where it no longer waits the text stays: it may wait once more.
    """

    def __init__(self, title: str, text: str, waiting: Callable[[], Line], rewrite: Rewrite) -> None:
        hint = "^s takes effect at the next attempt  esc cancels"
        super().__init__(title, text, waiting(), doing="Edit the retry", hint=hint)
        self._waiting = waiting
        self._rewrite = rewrite

    def look(self) -> None:
        """Look again at how long it waits."""
        self._above.tell((self._waiting(),))

    def edited(self, encoded: bytes, changes: tuple[Line, ...]) -> None:
        """Have the next attempt get the payload."""
        self._rewrite(encoded, self._answered)

    def _answered(self, waited: object) -> None:
        if waited:
            self.dismiss(None)
        else:
            told = "It did not wait any more, so nothing was changed. Your edit is still here: try again when it waits."
            self._told.tell((Line(told, "warn"),))
