"""The `:` line: a command with its errors while it is typed, completed from the names of the running flow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import BindingType
from textual.message import Message
from textual.widgets import Input

from woodwork_tui.state.command_form import Command, Grammar, Wrong
from woodwork_tui.state.command_history import CommandHistory
from woodwork_tui.text import safe
from woodwork_tui.widgets.entry_line import EntryLine
from woodwork_tui.widgets.keys import bindings

_SHOWN = 6


class CommandLine(EntryLine):
    """A command to type. `tab` completes, and again goes to the next way to go on; up and down bring back old ones."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "command.close", "command.complete", "command.older", "command.newer"
    )

    class Entered(Message):
        """The person wants *command*."""

        def __init__(self, command: Command) -> None:
            self.command = command
            super().__init__()

    class Abandoned(Message):
        """The line was closed."""

    def __init__(self) -> None:
        super().__init__(":")
        self._grammar: Grammar | None = None
        self._history = CommandHistory()

    def type(self, text: str, grammar: Grammar) -> None:
        """Let the person type, beginning with *text*; *grammar* reads it."""
        self._grammar = grammar
        self._history = CommandHistory(self._history.lines)
        self.open(text)
        self._remark_on(text)

    @property
    def lines(self) -> tuple[str, ...]:
        """The commands that were typed, oldest first."""
        return self._history.lines

    def recall(self, lines: Sequence[str]) -> None:
        """Have *lines* for the commands that were typed before."""
        self._history = CommandHistory(tuple(lines))

    def completions(self, line: str) -> tuple[str, ...]:
        """Return how *line* can go on, each as the whole line."""
        return self._grammar.completions(line) if self._grammar is not None else ()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what is wrong, or how to go on."""
        event.stop()
        if event.value not in self._round:
            self._round = ()
        self._remark_on(event.value)

    def _remark_on(self, line: str) -> None:
        if self._grammar is None:
            return
        read = self._grammar.parse(line)
        if isinstance(read, Wrong) and not read.unfinished:
            self.say(safe(read.problem, width=60, style="bad"))
            return
        ways = [way.rstrip().rpartition(" ")[2] for way in self.completions(line)]
        told = "  ".join(ways[:_SHOWN]) + (f"  … {len(ways) - _SHOWN} more" if len(ways) > _SHOWN else "")
        self.say(safe(told or self._grammar.usage(line), width=60, style="muted"))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Close and hand the command up; what is no command stays with what is wrong with it."""
        event.stop()
        if self._grammar is None or not event.value.strip():
            self.action_abandon()
            return
        read = self._grammar.parse(event.value)
        if isinstance(read, Wrong):
            why = read.problem or self._grammar.usage(event.value)
            self.say(safe(why, width=60, style="bad") if why else Text("not a command yet", style="bad"))
            return
        self._history = self._history.added(event.value.strip())
        self.close()
        self.post_message(self.Entered(read))

    def action_abandon(self) -> None:
        """Close without a command."""
        self.close()
        self.post_message(self.Abandoned())

    def action_older(self, step: int) -> None:
        """Bring back a command typed before."""
        self._history = self._history.moved(step)
        self.put(self._history.line)
