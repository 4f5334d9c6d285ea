"""What the File tab says about the flow's files: what is wrong, in which order, and whether the file runs at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePath

from woodwork_engine.snapshot import Snapshot
from woodwork_engine.source import Diagnostic, Severity
from woodwork_tui.state.revisions import REJECTED
from woodwork_tui.units import age, clock, plural

_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


def in_file_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return *diagnostics*, errors first, equal ones by their place."""
    return tuple(
        sorted(diagnostics, key=lambda d: (_RANK[d.severity], d.span.file, d.span.line, d.span.column, d.code))
    )


def current_problems(snapshot: Snapshot) -> tuple[Diagnostic, ...]:
    """Return what is wrong with the file as read last."""
    last = snapshot.revisions[-1] if snapshot.revisions else None
    found = last.diagnostics if last is not None and last.result == REJECTED else snapshot.diagnostics
    return in_file_order(found)


def matching(problem: Diagnostic, found: Iterable[Diagnostic], path: Callable[[str], str]) -> Diagnostic | None:
    """Return the one of *found* that *problem* is by now: the same words in the same file, on the nearest line.

    *path* tells which file the name in a place means.
    """

    def words(each: Diagnostic) -> tuple[str, str, str]:
        return each.code, each.summary, path(each.span.file)

    alike = [each for each in found if words(each) == words(problem)]
    return min(alike, key=lambda each: abs(each.span.line - problem.span.line), default=None)


def counts(diagnostics: Sequence[Diagnostic]) -> tuple[tuple[Severity, int], ...]:
    """Return how many there are of each severity that occurs, the worst first."""
    numbers = {severity: sum(d.severity is severity for d in diagnostics) for severity in _RANK}
    return tuple((severity, number) for severity, number in numbers.items() if number)


def notice(snapshot: Snapshot, file: str, now: float) -> str:
    """Return why the file as it is does not run, or nothing; *now* in s since the epoch."""
    last = snapshot.revisions[-1] if snapshot.revisions else None
    found = current_problems(snapshot)
    name = PurePath(file).name or "The file"
    errors = plural(sum(each.severity is Severity.ERROR for each in found), "error")
    if snapshot.rev == 0:
        if not any(each.blocks for each in found):
            return ""
        return (
            f"{name} has {errors} – nothing is running yet. "
            "Watching the file; it starts by itself when the file parses."
        )
    if last is None or last.result != REJECTED:
        return ""
    return (
        f"{name} saved {clock(last.at, millis=False)} has {errors} – NOT applied. Still running "
        f"rev {snapshot.rev} from {clock(snapshot.rev_at, millis=False)} ({age(now - snapshot.rev_at)} old)."
    )


def no_problems(snapshot: Snapshot) -> str:
    """Return what an empty list of problems says."""
    if not snapshot.rev:
        return "No problems. The flow has not started yet."
    return f"No problems. rev {snapshot.rev} live since {clock(snapshot.rev_at, millis=False)}."
