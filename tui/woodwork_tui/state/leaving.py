"""What would be lost by quitting now, and what was left behind when the flow had been stopped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from woodwork_engine.snapshot import FlowState, Snapshot
from woodwork_tui.units import plural


@dataclass(frozen=True, slots=True)
class Ending:
    """How the app ended: the exit status, and sentences for the terminal it leaves."""

    status: int = 0
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Messages that are not settled: waiting, being handled, and waiting for a retry; and files with *edits*."""

    queued: int = 0
    running: int = 0
    retrying: int = 0
    edits: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.total or self.edits)

    @property
    def total(self) -> int:
        """All messages."""
        return self.queued + self.running + self.retrying

    def lines(self) -> tuple[str, ...]:
        """Return one line for each state that holds any."""
        counts = ((self.queued, "queued"), (self.running, "running"), (self.retrying, "waiting for a retry"))
        return tuple(f"{number:>7,} {what}" for number, what in counts if number)


def unfinished(snapshot: Snapshot, edits: tuple[str, ...] = ()) -> Unfinished:
    """Return what quitting would lose: no messages when the flow has stopped, *edits* in any case."""
    if snapshot.state is FlowState.STOPPED:
        return Unfinished(edits=edits)
    totals = snapshot.totals
    return Unfinished(totals.queued, totals.inflight, totals.retrying, edits)


class Report(Protocol):
    """What a stopped flow left: attempts cut off, and messages not settled by component."""

    @property
    def cancelled(self) -> int:
        """Attempts that were cut off."""
        ...

    @property
    def left(self) -> Mapping[str, int]:
        """Messages that were not settled."""
        ...


def left_behind(report: Report) -> tuple[str, ...]:
    """Return sentences about what was left, none if everything was settled."""
    told = [f"{plural(report.cancelled, 'attempt')} cut off"] if report.cancelled else []
    left = {name: number for name, number in report.left.items() if number}
    if left:
        places = ", ".join(f"{name} {number:,}" for name, number in left.items())
        told.append(f"{plural(sum(left.values()), 'message')} left behind: {places}")
    return tuple(told)
