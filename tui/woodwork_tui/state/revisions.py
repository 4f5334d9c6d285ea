"""The revisions of a flow as the File tab lists them: which, when, what came of it, what changed, by what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from woodwork_engine.snapshot import ROLLBACKS_KEPT, Revision
from woodwork_engine.source import Severity
from woodwork_tui.state.text_diff import DiffLine, unified
from woodwork_tui.units import NONE, clock, plural

LIVE = "live"
REJECTED = "rejected"
ROLLBACK = "rollback"
UNCHANGED = "no effective change"


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """One line of the revisions table; *index* is its place in `Snapshot.revisions`, -1 for the edited text."""

    index: int
    number: str
    result: str
    at: str
    change: str
    by: str
    state: str
    """The name of its glyph: `running`, `ok`, `error` or `warning`."""


EDITED = RevisionRow(-1, "…", "edited", "", "not saved yet", "you", "warning")


def revision_rows(revisions: Sequence[Revision], *, edited: bool = False) -> tuple[RevisionRow, ...]:
    """Return *revisions* newest first, in words; above them the text in the editor when it is *edited*."""
    rows = tuple(_row(index, revision) for index, revision in reversed(list(enumerate(revisions))))
    return (EDITED, *rows) if edited else rows


def _row(index: int, revision: Revision) -> RevisionRow:
    number = str(revision.number) if revision.number else NONE
    state = {REJECTED: "error", LIVE: "running"}.get(revision.result, "ok")
    return RevisionRow(
        index, number, _result(revision), clock(revision.at, millis=False), _change(revision), revision.by, state
    )


def _result(revision: Revision) -> str:
    if revision.result == UNCHANGED:
        return "same"
    errors = sum(each.severity is Severity.ERROR for each in revision.diagnostics)
    return plural(errors, "error") if revision.result == REJECTED and errors else revision.result


def _change(revision: Revision) -> str:
    if revision.result != REJECTED:
        return revision.change
    first = next((each for each in revision.diagnostics if each.severity is Severity.ERROR), None)
    return f"not applied: {first.summary}" if first is not None else revision.change


def ways_back(revisions: Sequence[Revision]) -> tuple[Revision, ...]:
    """Return the applied revisions that can be gone back to, the newest first."""
    applied = [each for each in revisions if each.number and each.result != REJECTED]
    return tuple(each for each in reversed(applied[-ROLLBACKS_KEPT:]) if each.result != LIVE)


def live_revision(revisions: Sequence[Revision]) -> Revision | None:
    """Return the revision that runs, None where none does."""
    return next((each for each in reversed(revisions) if each.result == LIVE), None)


def as_written(source: str, *, like: str) -> str:
    """Return *source*, a revision's text, with the line ends and the byte order mark of the text *like*."""
    text = source.replace("\n", "\r\n") if "\r\n" in like else source
    return "\ufeff" + text if like.startswith("\ufeff") else text


def unlike_the_disk(revisions: Sequence[Revision]) -> Revision | None:
    """Return the revision that runs where it was rolled back to, and the file was not read as one that runs since."""
    read = next((each for each in reversed(revisions) if each.result != REJECTED), None)
    return read if read is not None and read.result == LIVE and read.by == ROLLBACK else None


def diff_to_live(revisions: Sequence[Revision], index: int) -> tuple[str, tuple[DiffLine, ...]]:
    """Return what going from what runs to revision *index* changes in the main file: a title, and the lines."""
    live, chosen = live_revision(revisions), revisions[index]
    if live is None:
        return f"nothing runs → {_name(chosen)}", ()
    return f"{_name(live)}, live → {_name(chosen)}", unified(live.source, chosen.source)


def revision_diff(revisions: Sequence[Revision], index: int) -> tuple[DiffLine, ...]:
    """Return how the text of revision *index* differs from the one applied before it; empty for the first."""
    earlier = _applied_before(revisions, index)
    return () if earlier is None else unified(earlier.source, revisions[index].source)


def diff_title(revisions: Sequence[Revision], index: int) -> str:
    """Return what `revision_diff` compares: `rev 6 → rev 7`, `rev 7 → saved 12:03:58, not applied`."""
    name, earlier = _name(revisions[index]), _applied_before(revisions, index)
    if revisions[index].result == REJECTED:
        name += ", not applied"
    return name if earlier is None else f"{_name(earlier)} → {name}"


def no_diff(revisions: Sequence[Revision], index: int) -> str:
    """Return why there is nothing to see between a revision and the one before it."""
    if _applied_before(revisions, index) is None:
        return "The first one; there is nothing to compare it with."
    return "The text of the main file is the same."


def _name(revision: Revision) -> str:
    return f"rev {revision.number}" if revision.number else f"saved {clock(revision.at, millis=False)}"


def _applied_before(revisions: Sequence[Revision], index: int) -> Revision | None:
    return next((each for each in reversed(revisions[:index]) if each.result != REJECTED), None)
