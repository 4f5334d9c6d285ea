"""The words of the replay dialog."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from woodwork_tui.state.dlq_replay import ReplayCheck, Route
from woodwork_tui.state.lines import Line
from woodwork_tui.text import glyph
from woodwork_tui.units import duration, plural

_MOST_WARNINGS = 4


class Preview(Protocol):
    """What the engine counted in a dry run: letters in all and of each target, sessions, how many it would refuse.

    *seconds* is the least that it takes at its rate.
    """

    @property
    def total(self) -> int:
        """How many letters."""
        ...

    @property
    def targets(self) -> Sequence[tuple[str, int]]:
        """How many of each target."""
        ...

    @property
    def sessions(self) -> int:
        """Of how many sessions."""
        ...

    @property
    def need_force(self) -> int:
        """How many would be refused."""
        ...

    @property
    def seconds(self) -> float:
        """The least that it takes."""
        ...


def doing(shown: ReplayCheck) -> str:
    """Return what the button says."""
    return f"Replay {plural(len(shown.ids), 'message')}"


def route_words(shown: ReplayCheck, route: Route, rev: int) -> tuple[str, str]:
    """Return the two ways that a replay can go, in words."""
    sources = shown.sources
    origin = sources[0] if len(sources) == 1 else plural(len(sources), "component")
    one = route is Route.ORIGINAL and len(shown.targets) == 1
    first = f"{shown.targets[0]}, the original target" if one else "the original targets"
    return first, f"re-emit from {origin} along the routes of rev {rev}"


def facts(shown: ReplayCheck, *, newer: int, edited: bool, ascii_only: bool) -> list[Line]:
    """Return what is to be known before a replay is confirmed; *newer* letters have died since it was offered."""
    warning = glyph("warning", ascii_only)
    sends = f"{plural(len(shown.ids), 'message')} to {shown.to}" if shown.ids else "nothing"
    lines = [Line(f"Sends     {sends}")]
    lines += [Line(f"          {glyph('ok', ascii_only)} {handler}", "muted") for handler in shown.handlers]
    lines += [
        Line("Order     oldest first in each session, after what waits there now", "muted"),
        Line("Identity  new id, linked to its letter; attempts and ttl start anew", "muted"),
    ]
    if edited:
        lines.append(Line("Edit      the original payload stays in the dead letter", "muted"))
    if shown.need_force:
        died = "was replayed too often already" if shown.need_force == 1 else "were replayed too often already"
        lines.append(Line(f"{warning} {shown.need_force:,} {died}", "warn"))
    if shown.refused:
        lines.append(Line(f"{glyph('error', ascii_only)} {shown.refused}", "bad"))
    lines += [Line(f"{warning} {note}", "warn") for note in shown.notes]
    if newer:
        lines.append(Line(f"Without   {plural(newer, 'letter')} that died since this was opened", "warn"))
    lines += [Line(f"{warning} {text}", "warn") for text in shown.warnings[:_MOST_WARNINGS]]
    if (more := len(shown.warnings) - _MOST_WARNINGS) > 0:
        lines.append(Line(f"{warning} and {more} more warnings", "warn"))
    return [*lines, Line("A replay cannot be undone.")]


def preview_lines(found: Preview) -> list[Line]:
    """Return what a dry run found."""
    targets = ", ".join(f"{count:,} → {name}" for name, count in found.targets) or "nobody"
    least = f", at least {duration(found.seconds)}" if found.seconds else ""
    told = f"Dry run   {plural(found.total, 'message')} of {plural(found.sessions, 'session')}: {targets}{least}"
    refused = f"; {found.need_force:,} would be refused" if found.need_force else ""
    return [Line(told + refused, "strong")]
