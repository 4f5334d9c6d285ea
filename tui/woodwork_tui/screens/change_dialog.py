"""Shows what a change of the flow would do and write, and asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import BindingType

from woodwork_tui.screens.ask import CHANGED
from woodwork_tui.screens.modal import Modal
from woodwork_tui.state.change_question import ChangeQuestion
from woodwork_tui.state.facts import wrapped
from woodwork_tui.state.fates import Fate
from woodwork_tui.state.lines import Line, painted
from woodwork_tui.text import visible
from woodwork_tui.widgets.choice import Choice
from woodwork_tui.widgets.dialog_box import Answers, DialogBox
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.line_view import LineView
from woodwork_tui.widgets.told import Told

_HINT = "tab to scroll  enter chooses  esc cancels"
_LOOK = 0.5  # seconds: messages come and go
_WIDTH, _EDGES, _NARROWEST = 92, 6, 20  # cells: of the dialog, of its frame, and of a line at the least
_LEAST, _FRAME = 3, 4
"""Lines of what is told at the least, and lines of the screen that are left for the frame and the answers."""


class ChangeDialog(Modal[Fate | None]):
    """Shows a question, made anew while messages come and go; answers with their fate, or None: nothing is written.

    Confirming looks once more: where messages of other components are concerned by now, it shows them and waits.
    """

    DEFAULT_CSS = """
    ChangeDialog { align: center middle; }
    ChangeDialog DialogBox { width: 92; }
    ChangeDialog Told { margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings("app.back")

    def __init__(self, question: Callable[[], ChangeQuestion], *, ascii_only: bool = False) -> None:
        super().__init__()
        self._question = question
        self._shown = asked = question()
        self._told = LineView()
        self._fate = Told()
        values = [value for value, _ in asked.ways]
        index = values.index(asked.way) if asked.way in values else 0
        self._choice = Choice([label for _, label in asked.ways], index=index, ascii_only=ascii_only)
        self._answers = Answers(asked.doing, careful=asked.careful, start_at_yes=not asked.careful)

    def compose(self) -> ComposeResult:
        """Lay the dialog out."""
        yield DialogBox(self._told, self._fate, self._choice, self._answers, title=self._shown.title, hint=_HINT)

    def on_mount(self) -> None:
        """Show the change; look again now and then."""
        self._show(self._shown)
        self._answers.offer(self._shown.doing, possible=self._shown.possible)
        self.set_interval(_LOOK, self.look)

    def on_resize(self) -> None:
        """Fit what is told into the screen, above the answers."""
        self._show(self._shown)

    def _fit(self) -> None:
        below = self._fate.outer_size.height + self._choice.outer_size.height + self._fate.display
        room = self.size.height * 96 // 100 - _FRAME - below
        self._told.styles.height = max(_LEAST, min(self._told.virtual_size.height, room))

    @property
    def _way(self) -> str:
        ways = self._shown.ways
        return ways[min(self._choice.index, len(ways) - 1)][0] if ways else ""

    def look(self) -> None:
        """Ask anew: numbers may have changed."""
        question = self._question()
        if question != self._shown:
            self._show(question)

    def _show(self, question: ChangeQuestion, note: Line | None = None) -> None:
        self._shown = question
        self._fate.display = self._choice.display = bool(question.ways)
        self._fate.tell(question.fate)
        self._choice.set_options([label for _, label in question.ways])
        told = [*([note] if note is not None else []), *question.lines]
        lines = [*(part for line in told for part in self._folded(line)), Line(""), *question.diff]
        self._told.set_lines(painted(lines), keep_place=note is None)
        self.call_after_refresh(self._fit)

    def _folded(self, line: Line) -> Iterator[Line]:
        """Yield *line* broken at blanks where it is too long."""
        room = max(_NARROWEST, min(_WIDTH, self.size.width * 96 // 100) - _EDGES)
        if cell_len(line.text) <= room:
            yield line
        else:
            yield from (Line(part, line.tone) for part in wrapped(visible(line.text), room))

    def on_answers_confirmed(self) -> None:
        """Have it written, if it is about what was shown."""
        question = self._question()
        if question.keys == self._shown.keys:
            self.dismiss(Fate(question.keys, self._way))
        else:
            self._show(question, CHANGED)
