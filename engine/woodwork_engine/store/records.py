"""What is kept, as plain data: deliveries, and the batches in which changes are written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from woodwork_engine.dead_letter import DeadLetter
from woodwork_engine.message import MessageEnvelope
from woodwork_engine.policy import Sync
from woodwork_engine.snapshot import AttemptInfo


class Progress(msgspec.Struct, frozen=True, array_like=True):
    """What has happened to a kept delivery; times in s since the epoch.

    *frozen_at* is since when its time to live stands still, None while that runs.
    """

    accepted_at: float
    expires_at: float | None
    siblings: tuple[str, ...] = ()
    attempt: int = 0
    uncounted: int = 0
    history: tuple[AttemptInfo, ...] = ()
    frozen_at: float | None = None


class Kept(msgspec.Struct):
    """One accepted delivery as the journal has it; *seq* gives the order of acceptance, *encoded* is its payload.

    *crashes* counts the processes that died while they attempted it (bus.md E7).
    """

    seq: int
    target: str
    envelope: MessageEnvelope
    encoded: bytes
    progress: Progress
    crashes: int = 0


class KeptSighting(msgspec.Struct, frozen=True, array_like=True):
    """One message that *target* is to have once and has had (bus.md C3); *at* in s since the epoch."""

    target: str
    session: str
    key: str
    first: str
    at: float
    handled: bool


@dataclass(slots=True)
class Batch:
    """Changes that are written in one transaction, or not at all.

    Within a batch the order does not matter: a delivery that is accepted and settled in the same one is in neither.
    """

    accepted: dict[int, Kept] = field(default_factory=dict)
    rewritten: set[int] = field(default_factory=set)
    """Those of `accepted` that were kept before as something else."""
    settled: list[int] = field(default_factory=list)
    progress: dict[int, Progress] = field(default_factory=dict)
    letters: dict[str, DeadLetter | None] = field(default_factory=dict)
    """Letters as they are now, by id; None for those that are no longer kept."""
    sightings: dict[tuple[str, str, str], KeptSighting] = field(default_factory=dict)
    facts: dict[str, bytes] = field(default_factory=dict)
    outdated: dict[str, float] = field(default_factory=dict)
    """Targets, and before when (s since the epoch) what they have seen need not be remembered any more."""

    def __bool__(self) -> bool:
        return bool(
            self.accepted
            or self.settled
            or self.progress
            or self.letters
            or self.sightings
            or self.facts
            or self.outdated
        )

    def accept(self, kept: Kept) -> None:
        """Keep a delivery that was not kept before under its number."""
        self.accepted[kept.seq] = kept

    def rewrite(self, kept: Kept) -> None:
        """Keep a delivery as it is now, in the place of what its number has stood for."""
        if kept.seq not in self.accepted:
            self.rewritten.add(kept.seq)
            self.progress.pop(kept.seq, None)
        self.accepted[kept.seq] = kept

    def proceed(self, seq: int, progress: Progress) -> None:
        """Keep what delivery *seq* has come to."""
        if seq in self.accepted:
            self.accepted[seq].progress = progress
        else:
            self.progress[seq] = progress

    def settle(self, seq: int) -> None:
        """Keep delivery *seq* no longer."""
        if self.accepted.pop(seq, None) is None or seq in self.rewritten:
            self.settled.append(seq)
            if self.progress:
                self.progress.pop(seq, None)

    def add(self, later: Batch) -> None:
        """Let what happened after all this be written with it."""
        for seq in later.settled:
            self.settle(seq)
        for seq, progress in later.progress.items():
            self.proceed(seq, progress)
        for seq, kept in later.accepted.items():
            if seq in later.rewritten:
                self.rewrite(kept)
            else:
                self.accept(kept)
        self.letters |= later.letters
        self.sightings |= later.sightings
        self.facts |= later.facts
        self.outdated |= later.outdated


class Journal(Protocol):
    """Where a bus keeps what is to outlive it. Reading is done before the first write."""

    def deliveries(self) -> list[Kept]:
        """Return what was accepted and not settled, in the order of acceptance; crashes are counted up."""
        ...

    def letters(self) -> list[DeadLetter]:
        """Return every dead letter, oldest first."""
        ...

    def sightings(self) -> list[KeptSighting]:
        """Return what targets have had that are to have it once, oldest first."""
        ...

    def fact(self, name: str) -> bytes | None:
        """Return what was kept under *name*."""
        ...

    def unreadable(self) -> Sequence[str]:
        """Return what of all that was read could not be, a sentence each; it is kept aside."""
        ...

    def write(self, batch: Batch, done: Callable[[Exception | None], object]) -> None:
        """Write *batch* in one step, in the order of the calls; then call *done*, from whatever thread, with the error.

        A batch that failed has changed nothing.
        """
        ...

    def set_sync(self, sync: Sync) -> None:
        """Say what a write survives from now on (bus.md I3)."""
        ...

    def begin(self, seq: int) -> int | None:
        """Mark that an attempt at delivery *seq* runs, in a way that survives the process; None: no mark is left."""
        ...

    def end(self, mark: int) -> None:
        """Take a mark back: the attempt is over."""
        ...
