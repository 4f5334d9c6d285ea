"""The dialogs that are open now: each is shown once, and looks twice a second whether what it asks is still so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar, runtime_checkable

from textual.app import App
from textual.screen import Screen

from woodwork_tui.state.leaving import Ending

_LOOKS = 2.0  # a second

Answer = TypeVar("Answer")


@runtime_checkable
class Looking(Protocol):
    """A dialog that can look again."""

    def look(self) -> None:
        """Ask anew: something may have changed."""
        ...


class Dialogs:
    """Opens dialogs over *app*."""

    def __init__(self, app: App[Ending]) -> None:
        self._app = app
        self._open: list[Screen[object]] = []
        self._beat = -1

    def open(self, dialog: Screen[Answer | None], answered: Callable[[Answer], None]) -> None:
        """Show *dialog*; *answered* gets what it says, unless that is nothing."""

        def done(answer: Answer | None) -> None:
            self._open.remove(dialog)  # type: ignore[arg-type]  # a screen is never asked for its answer here
            if answer is not None:
                answered(answer)

        self._open.append(dialog)  # type: ignore[arg-type]  # the same
        self._app.push_screen(dialog, done)

    def look(self, now: float) -> None:
        """Let what is open look again, *now* in s since the epoch."""
        beat = int(now * _LOOKS)
        if beat != self._beat:
            self._beat = beat
            for dialog in tuple(self._open):
                if isinstance(dialog, Looking):
                    dialog.look()
