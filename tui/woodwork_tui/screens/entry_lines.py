"""The two lines to type into, `/` and `:`; the focus goes back where it came from when one is left."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget

from woodwork_tui.state.command_form import Command, Grammar
from woodwork_tui.widgets.command_line import CommandLine
from woodwork_tui.widgets.filter_bar import Check, Complete, FilterBar


class EntryLines(Vertical):
    """Holds the lines; they take no room while nobody types and no filter is set."""

    DEFAULT_CSS = """
    EntryLines { height: auto; }
    """

    class Filtered(Message):
        """The filter of the tab in front is now *expression*."""

        def __init__(self, expression: str) -> None:
            self.expression = expression
            super().__init__()

    class Entered(Message):
        """The person typed *command*."""

        def __init__(self, command: Command) -> None:
            self.command = command
            super().__init__()

    class Homeless(Message):
        """The focus cannot go back where it came from."""

    def __init__(self) -> None:
        super().__init__()
        self._filter = FilterBar()
        self._command = CommandLine()
        self._before: Widget | None = None

    def compose(self) -> ComposeResult:
        """Lay the lines out."""
        yield self._filter
        yield self._command

    def show(self, expression: str, status: str) -> None:
        """Show the filter *expression* and how much it matches."""
        self._filter.show(expression, status)

    def filter(self, expression: str, check: Check, complete: Complete) -> None:
        """Let the person change the filter *expression*."""
        self._remember()
        self._filter.edit(expression, check, complete)

    def command(self, text: str, grammar: Grammar) -> None:
        """Let the person type a command that *grammar* reads, beginning with *text*."""
        self._remember()
        self._command.type(text, grammar)

    @property
    def lines(self) -> tuple[str, ...]:
        """The commands that were typed, oldest first."""
        return self._command.lines

    def recall(self, lines: Sequence[str]) -> None:
        """Have *lines* for the commands that were typed before."""
        self._command.recall(lines)

    def _remember(self) -> None:
        focused = self.screen.focused
        if focused is not None and self not in focused.ancestors:
            self._before = focused

    def _return(self) -> None:
        before, self._before = self._before, None
        if before is not None and before.is_attached and before.focusable:
            before.focus()
        else:
            self.post_message(self.Homeless())

    @on(FilterBar.Changed)
    def _take_filter(self, event: FilterBar.Changed) -> None:
        event.stop()
        self.post_message(self.Filtered(event.expression))

    @on(FilterBar.Done)
    def _end_filter(self, event: FilterBar.Done) -> None:
        event.stop()
        self._return()
        self.post_message(self.Filtered("" if event.cleared else self._filter.input.value))

    @on(CommandLine.Entered)
    def _pass_on(self, event: CommandLine.Entered) -> None:
        event.stop()
        self._return()
        self.post_message(self.Entered(event.command))

    @on(CommandLine.Abandoned)
    def _forget(self, event: CommandLine.Abandoned) -> None:
        event.stop()
        self._return()
