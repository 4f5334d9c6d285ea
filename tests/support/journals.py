"""A journal in memory that writes at once, fails when told, and shows what an earlier process has left."""

from __future__ import annotations

import copy
from collections.abc import Callable

from woodwork_engine.dead_letter import DeadLetter
from woodwork_engine.store.records import Batch, Kept, KeptSighting


class FakeJournal:
    """What is written is there at once, in the order of the calls; *full* makes every write fail.

    With *slow* a batch is kept back until `commit` is called.
    """

    def __init__(self) -> None:
        self.rows: dict[int, Kept] = {}
        self.dead: dict[str, DeadLetter] = {}
        self.seen: dict[tuple[str, str, str], KeptSighting] = {}
        self.facts: dict[str, bytes] = {}
        self.marks: dict[int, int] = {}
        self.batches: list[Batch] = []
        self.full = False
        self.slow = False
        self._pending: list[tuple[Batch, Callable[[Exception | None], object]]] = []

    def deliveries(self) -> list[Kept]:
        """Return what is not settled, with one crash more where an attempt was cut off."""
        for seq in self.marks.values():
            if seq in self.rows:
                self.rows[seq].crashes += 1
        self.marks.clear()
        return [copy.copy(self.rows[seq]) for seq in sorted(self.rows)]

    def letters(self) -> list[DeadLetter]:
        """Return the dead letters."""
        return list(self.dead.values())

    def sightings(self) -> list[KeptSighting]:
        """Return what was seen."""
        return list(self.seen.values())

    def fact(self, name: str) -> bytes | None:
        """Return what was kept under *name*."""
        return self.facts.get(name)

    def unreadable(self) -> tuple[str, ...]:
        """Return nothing: everything can be read."""
        return ()

    def write(self, batch: Batch, done: Callable[[Exception | None], object]) -> None:
        """Write *batch*, now or when `commit` is called."""
        self._pending.append((batch, done))
        if not self.slow:
            self.commit()

    def commit(self) -> None:
        """Write what was kept back, or fail."""
        pending, self._pending = self._pending, []
        for batch, done in pending:
            if self.full:
                done(OSError("database or disk is full"))
                continue
            self.batches.append(batch)
            for seq, kept in batch.accepted.items():
                self.rows[seq] = copy.copy(kept)
            for seq, progress in batch.progress.items():
                if seq in self.rows:
                    self.rows[seq].progress = progress
            for seq in batch.settled:
                self.rows.pop(seq, None)
            for dlq_id, letter in batch.letters.items():
                if letter is None:
                    self.dead.pop(dlq_id, None)
                else:
                    self.dead[dlq_id] = letter
            self.seen |= batch.sightings
            self.facts |= batch.facts
            self.seen = {
                key: one for key, one in self.seen.items() if one.at > batch.outdated.get(one.target, float("-inf"))
            }
            done(None)

    def set_sync(self, sync: str) -> None:
        """Remember what is to be survived."""
        self.sync = sync

    def begin(self, seq: int) -> int | None:
        """Mark an attempt."""
        mark = max(self.marks, default=0) + 1
        self.marks[mark] = seq
        return mark

    def end(self, mark: int) -> None:
        """Take a mark back."""
        self.marks.pop(mark, None)
