"""The pane that lists what is wrong with the flow's files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.message import Message

from woodwork_engine.source import Diagnostic, Severity
from woodwork_tui.state.problems import counts, in_file_order
from woodwork_tui.text import fit, glyph, one_line, tone
from woodwork_tui.widgets.block_list import Block, BlockList
from woodwork_tui.widgets.pane import Pane
from woodwork_tui.widgets.source_editor import Mark

_LONGEST = 600
_LONGEST_NOTE = 200
"""Cells of a sentence in the list, and behind a line of the editor."""

_HINT = "enter edit  n next"

Title = Callable[[str], str]
"""The name of a file, as a place has it, in; how people know it, out."""


class ProblemsPane(Pane):
    """Problems, the worst first; the cursor stays on its problem while others come and go."""

    class Reached(Message):
        """The cursor came to *problem*."""

        def __init__(self, problem: Diagnostic) -> None:
            self.problem = problem
            super().__init__()

    class Opened(Message):
        """The person wants to edit where the cursor is."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's word
        super().__init__(title="Problems", hint=_HINT, id=id)
        self.blocks = BlockList()
        self._problems: tuple[Diagnostic, ...] = ()
        self._shown: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        yield self.blocks

    @property
    def height_wanted(self) -> int:
        """The lines that show every problem, with the frame."""
        return self.blocks.line_count + 2

    def show(
        self, problems: tuple[Diagnostic, ...], title: Title, *, draft: bool, empty: str, ascii_only: bool
    ) -> None:
        """Show *problems*, or say *empty*; *draft*: they are those of edited text."""
        shown = (problems, draft, empty, ascii_only)
        if shown == self._shown:
            return
        self._shown, self._problems = shown, problems
        mendable = any(each.fix is not None for each in problems)
        self.tell(_heading(problems, draft, ascii_only), f"{_HINT}  ^f fix" if mendable else _HINT)
        self.blocks.set_blocks([_block(each, title, ascii_only) for each in problems], empty=empty)

    def step(self) -> None:
        """Go to the next problem, from the last to the first."""
        self.blocks.step()

    def under_cursor(self) -> Diagnostic | None:
        """Return the problem under the cursor."""
        key = self.blocks.cursor_key
        return next((each for each in self._problems if _key(each) == key), None)

    def at(self, is_here: Callable[[str], bool], place: tuple[int, int]) -> Diagnostic | None:
        """Return the problem with a fix on the line of *place* (line, column, from 1), the nearest one there."""
        line, column = place
        near = [
            each
            for each in self._problems
            if each.fix is not None and each.span.line == line and is_here(each.span.file)
        ]
        return min(near, key=lambda each: abs(each.span.column - column), default=None)

    @on(BlockList.Highlighted)
    def _moved(self, event: BlockList.Highlighted) -> None:
        event.stop()
        problem = self.under_cursor()
        if problem is not None:
            self.post_message(self.Reached(problem))
        if isinstance(event, BlockList.Chosen):
            self.post_message(self.Opened())


def marks(problems: Iterable[Diagnostic], ascii_only: bool) -> dict[int, Mark]:
    """Return what is shown at each line (from 1); *problems* are those of one file, the worst of a line counts."""
    shown: dict[int, Mark] = {}
    for problem in in_file_order(problems):
        severity = problem.severity.value
        span = problem.span
        end = span.end_column if span.end_line == span.line else 0
        # what is only good to know leaves the text as it is
        columns = (1, 1) if problem.severity is Severity.INFO else (span.column, end)
        mark = Mark(glyph(severity, ascii_only), _note(problem), tone(severity), *columns)
        shown.setdefault(span.line, mark)
    return shown


def _note(problem: Diagnostic) -> str:
    told = f"{problem.summary} – {problem.help}" if problem.help else problem.summary
    return fit(told, _LONGEST_NOTE)


def _key(problem: Diagnostic) -> tuple[str, int, int, str, str]:
    span = problem.span
    return (span.file, span.line, span.column, problem.code, problem.summary)


def _heading(problems: Sequence[Diagnostic], draft: bool, ascii_only: bool) -> str:
    numbers = " ".join(f"{number} {glyph(severity.value, ascii_only)}" for severity, number in counts(problems))
    return f"Problems{' in the edited text' if draft else ''} {numbers}".rstrip()


def _block(problem: Diagnostic, title: Title, ascii_only: bool) -> Block:
    severity, span = problem.severity.value, problem.span
    label = Text(f"{glyph(severity, ascii_only)} ", style=tone(severity))
    place = one_line(f"{title(span.file)}:{span.line}:{span.column}")
    text = Text.assemble((f"{place}  ", "muted"), fit(problem.summary, _LONGEST))
    if problem.help:
        text.append(f" – {fit(problem.help, _LONGEST)}", "muted")
    return Block(_key(problem), label, text)
