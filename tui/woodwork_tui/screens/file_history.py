"""The panes that show what became of each save: the table of revisions, and how the chosen one differs."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.message import Message

from woodwork_engine.snapshot import Revision
from woodwork_tui.state.buffer import Buffer
from woodwork_tui.state.columns import Column
from woodwork_tui.state.lines import Line, painted
from woodwork_tui.state.revisions import (
    EDITED,
    RevisionRow,
    diff_title,
    diff_to_live,
    no_diff,
    revision_diff,
    revision_rows,
)
from woodwork_tui.state.text_diff import DiffLine, counts, unified
from woodwork_tui.text import safe, state_text
from woodwork_tui.widgets.line_table import LineTable
from woodwork_tui.widgets.line_view import LineView
from woodwork_tui.widgets.pane import Pane

_TONES = {"+": "ok", "-": "bad", "@": "muted", " ": ""}
_LONGEST_CHANGE = 400


class RevisionsPane(Pane):
    """Every attempt to change the flow, the newest first; above them the edited text while there is one."""

    class Reached(Message):
        """The cursor came to another revision."""

    class Opened(Reached):
        """The person wants to read how the chosen revision differs."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's word
        super().__init__(title="Revisions", hint="enter diff  U roll back  T text  = compare", id=id)
        self.table = LineTable[RevisionRow](_columns(False), key=lambda row: row.index, empty="Nothing was read yet.")
        self._shown: tuple[object, ...] = ()
        self._ascii = False

    def compose(self) -> ComposeResult:
        """Lay out the table."""
        yield self.table

    @on(LineTable.Highlighted)
    def _moved(self, event: LineTable.Highlighted) -> None:
        event.stop()
        self.post_message(self.Opened() if isinstance(event, LineTable.Chosen) else self.Reached())

    def show(self, revisions: Sequence[Revision], *, edited: bool, ascii_only: bool) -> None:
        """Show *revisions*; what is newer than the chosen one becomes the chosen one."""
        if ascii_only != self._ascii:
            self._ascii = ascii_only
            self.table.set_columns(_columns(ascii_only))
        shown = (revisions, edited)
        if shown == self._shown:
            return
        self._shown = shown
        rows = revision_rows(revisions, edited=edited)
        self.table.set_rows(rows)
        if rows and not self.table.has_focus:
            self.table.move_to(rows[0].index)


class DiffPane(Pane):
    """How the text of one revision differs from the one before it, or the edited text from the file."""

    DEFAULT_CSS = """
    DiffPane LineView { padding: 0 0 0 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's word
        super().__init__(title="Diff", id=id)
        self.lines = LineView()
        self._shown: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        """Lay out the viewer."""
        yield self.lines

    def show(
        self,
        revisions: Sequence[Revision],
        row: RevisionRow | None,
        buffer: Buffer | None,
        *,
        to_live: bool = False,
        effect: str = "",
    ) -> None:
        """Show the difference that *row* stands for; cheap where nothing changed.

        *to_live* compares a revision with what runs instead of the one before it; *effect* says what the edited text
        would do to the flow.
        """
        shown = (revisions, row, to_live) if row is not EDITED else (buffer, effect)
        if shown == self._shown:
            return
        self._shown = shown
        if to_live and row is not None and row is not EDITED:
            title, lines = _from_live(revisions, row)
        else:
            title, lines = _difference(revisions, row, buffer, effect)
        self.tell(title, "w wrap")
        self.lines.set_lines(painted(lines), keep_place=row is EDITED)


def painted_diff(lines: Sequence[DiffLine]) -> list[Line]:
    """Return a diff as lines of a detail."""
    return [Line(line.text if line.mark == "@" else f"{line.mark}  {line.text}", _TONES[line.mark]) for line in lines]


def _difference(
    revisions: Sequence[Revision], row: RevisionRow | None, buffer: Buffer | None, effect: str
) -> tuple[str, list[Line]]:
    if row is None or (row is EDITED and buffer is None):
        return "Diff", []
    if row is EDITED and buffer is not None:
        lines = unified(buffer.disk, buffer.text)
        told = [Line(effect, "muted"), Line("")] if effect else []
        return f"Diff · file → edited text  {counts(lines)}", [*told, *painted_diff(lines)]
    lines = revision_diff(revisions, row.index)
    title = f"Diff · {diff_title(revisions, row.index)}"
    whole = [Line(f"{row.change} ({row.by})" if row.change else row.by), Line("")]  # the table may have to cut it
    if not lines:
        return title, [*whole, Line(no_diff(revisions, row.index), "muted")]
    return f"{title}  {counts(lines)}", [*whole, *painted_diff(lines)]


def _from_live(revisions: Sequence[Revision], row: RevisionRow) -> tuple[str, list[Line]]:
    title, lines = diff_to_live(revisions, row.index)
    if not lines:
        return f"Diff · {title}", [Line("The text of the main file is the same.", "muted")]
    return f"Diff · {title}  {counts(lines)}", painted_diff(lines)


def _columns(ascii_only: bool) -> tuple[Column[RevisionRow], ...]:
    return (
        Column("rev", "REV", lambda row: safe(row.number, width=3), 3, align="right", drop=0),
        Column("at", "TIME", lambda row: row.at, 8, drop=2),
        Column("result", "RESULT", lambda row: state_text(row.state, ascii_only, row.result), 11, drop=0),
        Column("change", "CHANGE", lambda row: safe(row.change, width=_LONGEST_CHANGE), minimum=19, drop=1),
        Column("by", "BY", lambda row: safe(row.by, width=8), 6, drop=3),
    )
