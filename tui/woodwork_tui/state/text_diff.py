"""What differs between two texts, line by line, as a person reads it."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Literal

from woodwork_tui.state.lines import Line

Mark = Literal["+", "-", " ", "@"]

LONGEST = 2_000
_STARTS = re.compile(r"([-+])(\d+)")
_TONES = {"+": "ok", "-": "bad", "@": "muted", " ": ""}


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of a unified diff: added, removed, unchanged, or the place (`@`) of what follows."""

    mark: Mark
    text: str


def unified(before: str, after: str, *, around: int = 3) -> tuple[DiffLine, ...]:
    """Return the unified diff from *before* to *after*, with *around* unchanged lines; empty when they are equal.

    A diff of more than 2,000 lines is cut, and its last line says so.
    """
    lines: list[DiffLine] = []
    # Split at \n alone: splitlines would also split at characters that JSON and .ww strings may hold.
    old, new = before.split("\n"), after.split("\n")
    skipped, kept = _apart(old, new, around)
    changes = difflib.unified_diff(
        old[skipped : len(old) - kept], new[skipped : len(new) - kept], n=around, lineterm=""
    )
    for number, line in enumerate(changes):
        if number < 2:
            continue  # the two file names
        if len(lines) == LONGEST:
            lines.append(DiffLine("@", f"… cut after {LONGEST:,} lines"))
            break
        if line.startswith("@@"):
            lines.append(DiffLine("@", _moved(line, skipped)))
        elif line.startswith("+"):
            lines.append(DiffLine("+", line[1:]))
        elif line.startswith("-"):
            lines.append(DiffLine("-", line[1:]))
        else:
            lines.append(DiffLine(" ", line[1:]))
    return tuple(lines)


def _apart(old: list[str], new: list[str], around: int) -> tuple[int, int]:
    """Return how many lines at the start and at the end are the same in both, *around* of them left to be shown.

    A search for what differs takes its time by the number of lines; mostly very few of them do.
    """
    shortest = min(len(old), len(new))
    start = next((n for n in range(shortest) if old[n] != new[n]), shortest)
    end = next((n for n in range(shortest - start) if old[-1 - n] != new[-1 - n]), shortest - start)
    return max(0, start - around), max(0, end - around)


def _moved(place: str, lines: int) -> str:
    """Return *place*, `@@ -3,2 +3 @@`, as it is with *lines* more before it."""
    return _STARTS.sub(lambda found: f"{found[1]}{int(found[2]) + lines}", place)


def counts(lines: tuple[DiffLine, ...]) -> str:
    """Return how many lines were added and removed, as `+2 -1`."""
    added = sum(line.mark == "+" for line in lines)
    removed = sum(line.mark == "-" for line in lines)
    return f"+{added} -{removed}"


def diff_lines(lines: tuple[DiffLine, ...]) -> tuple[Line, ...]:
    """Return *lines* as a detail shows them."""
    return tuple(
        Line(line.text if line.mark == "@" else f"{line.mark} {line.text}", _TONES[line.mark]) for line in lines
    )
