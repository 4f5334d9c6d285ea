"""Asks how a session goes on that is stuck on a message which failed for good."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from woodwork_tui.screens.ask import CHANGED
from woodwork_tui.screens.modal import Modal
from woodwork_tui.state.hold_lines import Way, way_doing, way_words
from woodwork_tui.state.lines import Line
from woodwork_tui.widgets.choice import Choice
from woodwork_tui.widgets.dialog_box import Answers, DialogBox
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.told import Told

_WAYS = tuple(Way)


@dataclass(frozen=True, slots=True)
class StuckNow:
    """A stuck session as it is now: why, in *lines*, and how many messages wait *behind* it; None: not stuck."""

    lines: tuple[Line, ...]
    behind: int | None


class StuckDialog(Modal[Way | None]):
    """Answers with the way chosen, or None; *look* tells how things are, and is asked again before it answers."""

    DEFAULT_CSS = """
    StuckDialog { align: center middle; }
    StuckDialog DialogBox { width: 76; }
    StuckDialog Choice { margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings("app.back")

    def __init__(self, title: str, look: Callable[[], StuckNow], *, ascii_only: bool = False) -> None:
        super().__init__()
        self._title = title
        self._now = look
        self._shown = look()
        self._told = Told(self._shown.lines)
        self._choice = Choice(self._words(), ascii_only=ascii_only)
        self._answers = Answers(way_doing(Way.RETRY, self._shown.behind or 0))

    def compose(self) -> ComposeResult:
        """Lay the dialog out."""
        hint = "up/down choose  tab to the answers  esc cancels"
        yield DialogBox(self._told, self._choice, self._answers, title=self._title, hint=hint)

    def on_mount(self) -> None:
        """Begin with the ways."""
        self.call_after_refresh(self._choice.focus)

    def look(self) -> None:
        """Look again: something may have changed."""
        now = self._now()
        if now != self._shown:
            self._show(now)

    def _show(self, now: StuckNow, *notes: Line) -> None:
        self._shown = now
        self._told.tell((*now.lines, *notes))
        self._choice.set_options(self._words())
        self._answers.offer(self._doing(), possible=now.behind is not None)

    def _words(self) -> Sequence[str]:
        return way_words(self._shown.behind or 0)

    def _doing(self) -> str:
        return way_doing(_WAYS[self._choice.index], self._shown.behind or 0)

    def on_choice_changed(self, event: Choice.Changed) -> None:
        """Say what the button does now."""
        event.stop()
        self._answers.offer(self._doing(), possible=self._shown.behind is not None)

    def on_answers_confirmed(self) -> None:
        """Answer with the way chosen, if things are as they were shown."""
        now = self._now()
        if now.behind == self._shown.behind and now.behind is not None:
            self.dismiss(_WAYS[self._choice.index])
        else:
            self._show(now, CHANGED)
