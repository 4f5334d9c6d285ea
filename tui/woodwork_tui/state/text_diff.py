"""What differs between two texts, line by line, as a person reads it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Literal

from woodwork_tui.state.lines import Line

Mark = Literal["+", "-", " ", "@"]

LONGEST = 2_000
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
    changes = difflib.unified_diff(before.split("\n"), after.split("\n"), n=around, lineterm="")
    for number, line in enumerate(changes):
        if number < 2:
            continue  # the two file names
        if len(lines) == LONGEST:
            lines.append(DiffLine("@", f"… cut after {LONGEST:,} lines"))
            break
        if line.startswith("@@"):
            lines.append(DiffLine("@", line))
        elif line.startswith("+"):
            lines.append(DiffLine("+", line[1:]))
        elif line.startswith("-"):
            lines.append(DiffLine("-", line[1:]))
        else:
            lines.append(DiffLine(" ", line[1:]))
    return tuple(lines)


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
