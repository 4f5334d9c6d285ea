"""What the File tab says: problems in order, revisions in words, and how the buffer stands to the file."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import PurePath

from woodwork_engine.snapshot import Revision, Snapshot
from woodwork_engine.source import Diagnostic, Severity
from woodwork_tui.state.dlq import age
from woodwork_tui.state.text_diff import DiffLine, unified

_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
_REJECTED = "rejected"


def in_file_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return *diagnostics*, errors first, equal ones by their place."""
    return tuple(
        sorted(diagnostics, key=lambda d: (_RANK[d.severity], d.span.file, d.span.line, d.span.column, d.code))
    )


def current_problems(snapshot: Snapshot) -> tuple[Diagnostic, ...]:
    """Return what is wrong with the file as read last."""
    last = snapshot.revisions[-1] if snapshot.revisions else None
    found = last.diagnostics if last is not None and last.result == _REJECTED else snapshot.diagnostics
    return in_file_order(found)


def same_file(one: str, other: str) -> bool:
    """Whether two spellings of a path end in the same file name; problems carry the name as it was given."""
    return PurePath(one).name == PurePath(other).name


def problem_text(diagnostic: Diagnostic) -> tuple[str, str]:
    """Return where and what in one line, and what to do (may be empty)."""
    return f"{diagnostic.span}  {diagnostic.summary}", diagnostic.help or ""


def gutter(diagnostics: Iterable[Diagnostic], file: str) -> Mapping[int, Severity]:
    """Return the worst severity of each line (from 1) of *file*."""
    marks: dict[int, Severity] = {}
    for diagnostic in diagnostics:
        line = diagnostic.span.line
        if same_file(diagnostic.span.file, file) and (
            line not in marks or _RANK[diagnostic.severity] < _RANK[marks[line]]
        ):
            marks[line] = diagnostic.severity
    return marks


def next_line(diagnostics: Iterable[Diagnostic], file: str, *, after: int) -> int | None:
    """Return the line of the next problem of *file* below line *after*, going round; None without problems."""
    lines = sorted({d.span.line for d in diagnostics if same_file(d.span.file, file)})
    return next((line for line in lines if line > after), lines[0] if lines else None)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _day_time(at: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(at))


def notice(snapshot: Snapshot, file: str, now: float) -> str:
    """Return why the file as it is does not run, or nothing; *now* in s since the epoch."""
    last = snapshot.revisions[-1] if snapshot.revisions else None
    name = PurePath(file).name or "The file"
    blocking = sum(d.blocks for d in current_problems(snapshot))
    if snapshot.rev == 0:
        if not blocking:
            return ""
        return (
            f"{name} has {_count(blocking, 'error')} – nothing is running yet. "
            "Watching the file; it starts by itself when the file parses."
        )
    if last is None or last.result != _REJECTED:
        return ""
    return (
        f"{name} saved {_day_time(last.at)} has {_count(blocking, 'error')} – NOT applied. "
        f"Still running rev {snapshot.rev} from {_day_time(snapshot.rev_at)} ({age(now - snapshot.rev_at)} old)."
    )


def no_problems(snapshot: Snapshot) -> str:
    """Return what an empty list of problems says."""
    if not snapshot.rev:
        return "No problems. The flow has not started yet."
    return f"No problems. rev {snapshot.rev} live since {_day_time(snapshot.rev_at)}."


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """One line of the revisions table; *index* is its place in `Snapshot.revisions`."""

    index: int
    number: str
    result: str
    at: str
    change: str
    by: str
    good: bool


def revision_rows(revisions: Sequence[Revision]) -> tuple[RevisionRow, ...]:
    """Return *revisions* newest first, in words."""
    return tuple(_revision_row(index, revision) for index, revision in reversed(list(enumerate(revisions))))


def _revision_row(index: int, revision: Revision) -> RevisionRow:
    rejected = revision.result == _REJECTED
    errors = sum(d.blocks for d in revision.diagnostics)
    result = (_count(errors, "error") if errors else _REJECTED) if rejected else revision.result
    number = "–" if rejected or not revision.number else str(revision.number)
    change = f"{revision.change} (not applied)".strip() if rejected else revision.change
    return RevisionRow(index, number, result, _day_time(revision.at), change, revision.by, not rejected)


def revision_diff(revisions: Sequence[Revision], index: int) -> tuple[DiffLine, ...]:
    """Return how the text of revision *index* differs from the one applied before it; empty for the first."""
    for earlier in reversed(revisions[:index]):
        if earlier.result != _REJECTED:
            return unified(earlier.source, revisions[index].source)
    return ()


class BufferState(StrEnum):
    """How edited text stands to the file."""

    SAME = "on disk = buffer"
    EDITED = "edited"
    CONFLICT = "changed on disk too"


@dataclass(frozen=True, slots=True)
class Buffer:
    """The text of the editor, the text it began from, and the text last read from the file.

    *passed* is a reading that a save has made old: the engine may still report it for a moment.
    """

    text: str
    base: str
    disk: str
    passed: str | None = None

    @classmethod
    def of(cls, text: str) -> Buffer:
        """Return the buffer of a file that was just opened."""
        return cls(text, text, text)

    @property
    def state(self) -> BufferState:
        """How the text stands to the file."""
        if self.text == self.disk:
            return BufferState.SAME
        return BufferState.EDITED if self.base == self.disk else BufferState.CONFLICT

    def edited(self, text: str) -> Buffer:
        """Return the buffer after typing."""
        return replace(self, text=text)

    def on_disk(self, text: str) -> Buffer:
        """Return the buffer after the file was read as *text*; one without edits follows the file."""
        if text == self.disk or text == self.passed:
            return self
        if self.text in (self.base, text):
            return Buffer.of(text)
        return replace(self, disk=text, passed=None)

    def saved(self) -> Buffer:
        """Return the buffer after its text was written to the file."""
        return Buffer(self.text, self.text, self.text, self.disk)

    def reverted(self) -> Buffer:
        """Return the buffer with the file's text, its edits dropped."""
        return Buffer.of(self.disk)
