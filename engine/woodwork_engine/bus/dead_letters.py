"""The dead letters of a bus: kept, listed, marked; nothing here decides that a message is dead."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import msgspec

from woodwork_engine.clock import Clock
from woodwork_engine.dead_letter import DeadLetter, DeadState, DeathReason, Resolution
from woodwork_engine.errors import ReplayRefusedError


class DeadLetters:
    """Dead letters by id, oldest first; `version` changes with every change."""

    def __init__(self, clock: Clock) -> None:
        self.version = 0
        self.exhausted = 0
        self.open_count = 0
        self._clock = clock
        self._letters: dict[str, DeadLetter] = {}
        self._replays: dict[str, int] = {}
        self._numbered = 0

    def __len__(self) -> int:
        """Return how many are neither replayed nor discarded."""
        return self.open_count

    def next_id(self) -> str:
        """Return the id of the next dead letter."""
        self._numbered += 1
        return f"dl-{self._numbered:06d}"

    def add(self, letter: DeadLetter) -> None:
        """Keep *letter*."""
        self._letters[letter.dlq_id] = letter
        self.open_count += 1
        self.exhausted += letter.reason is DeathReason.EXHAUSTED
        self.version += 1

    def get(self, dlq_id: str) -> DeadLetter | None:
        """Return the dead letter *dlq_id*, or None."""
        return self._letters.get(dlq_id)

    def list(self) -> tuple[DeadLetter, ...]:
        """Return every dead letter kept, oldest first."""
        return tuple(self._letters.values())

    def ready_to_replay(self, dlq_id: str, *, max_replays: int, force: bool) -> DeadLetter:
        """Return the dead letter to replay; raises ReplayRefusedError where that needs `force` (bus.md E5)."""
        letter = self._letters.get(dlq_id)
        if letter is None:
            raise ReplayRefusedError(f"there is no dead letter {dlq_id}")
        if force:
            return letter
        if letter.state is DeadState.REPLAYED:
            raise ReplayRefusedError(f"{dlq_id} was replayed before; replay it again with force")
        if letter.state is DeadState.DISCARDED:
            raise ReplayRefusedError(f"{dlq_id} was discarded; restore it first")
        if letter.replay.count >= max_replays:
            raise ReplayRefusedError(f"{dlq_id} has died after {letter.replay.count} replays; replay it with force")
        return letter

    def mark_replayed(self, letter: DeadLetter, new_id: str, encoded: bytes, by: str, targets: int) -> None:
        """Note that *letter* was accepted again as *new_id* with payload *encoded* for *targets* (bus.md E4, E5)."""
        resolution = Resolution(
            by,
            self._clock.time(),
            new_id=new_id,
            payload_sha256_before=sha256(letter.encoded).hexdigest(),
            payload_sha256_after=sha256(encoded).hexdigest(),
        )
        self._change(letter, DeadState.REPLAYED, resolution)
        self._replays[letter.dlq_id] = self._replays.get(letter.dlq_id, 0) + targets

    def replay_ended(self, dlq_id: str, *, ok: bool) -> None:
        """Note how one delivery of the replay of *dlq_id* ended; it succeeded when all of them did."""
        left = self._replays.pop(dlq_id, 1) - 1
        if left > 0:
            self._replays[dlq_id] = left
        letter = self._letters.get(dlq_id)
        if letter is None or letter.replay_ok is not None or (ok and left > 0):
            return
        self._letters[dlq_id] = msgspec.structs.replace(letter, replay_ok=ok)
        self.version += 1

    def discard(self, dlq_ids: Sequence[str], by: str) -> tuple[DeadLetter, ...]:
        """Move open letters to the trash and return them; `restore` takes them back."""
        found = [self._letters[i] for i in dlq_ids if i in self._letters]
        chosen = tuple(letter for letter in found if letter.state is DeadState.OPEN)
        together = Resolution(by, self._clock.time())  # one moment for all: a person undoes what was one act
        for letter in chosen:
            self._change(letter, DeadState.DISCARDED, together)
        return chosen

    def restore(self, dlq_ids: Sequence[str]) -> tuple[DeadLetter, ...]:
        """Take discarded letters back out of the trash and return them."""
        found = [self._letters[i] for i in dlq_ids if i in self._letters]
        chosen = tuple(letter for letter in found if letter.state is DeadState.DISCARDED)
        for letter in chosen:
            self._change(letter, DeadState.OPEN, None)
        return chosen

    def _change(self, letter: DeadLetter, state: DeadState, resolution: Resolution | None) -> None:
        self.open_count += (state is DeadState.OPEN) - (letter.state is DeadState.OPEN)
        self._letters[letter.dlq_id] = msgspec.structs.replace(
            letter, state=state, resolution=resolution, replay_ok=None
        )
        self.version += 1
