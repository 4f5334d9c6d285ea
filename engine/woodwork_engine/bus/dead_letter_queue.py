"""`bus.dead_letters`: everything that can be asked of the dead letters of a bus, and done about them (bus.md E)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Unpack

from msgspec.structs import replace

from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.replay import HowToReplay, Replays
from woodwork_engine.dead_letter import DeadLetter, DeadState, Note
from woodwork_engine.dead_letter_codec import from_lines, to_line
from woodwork_engine.dead_letter_filter import LetterChoice, state_of
from woodwork_engine.errors import LetterFormatError

SLICE = 0.001
"""Seconds for which a look at many letters holds the loop (bus.md H4)."""
AT_ONCE = 100
"""Letters that change between two turns of the loop."""
_LOOK_AT_CLOCK = 64  # letters between two looks at the clock

EVERY = LetterChoice()


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of an import: the ids that the letters have here, and the line numbers (from 1) that hold none."""

    ids: tuple[str, ...] = ()
    problems: tuple[tuple[int, str], ...] = ()


class DeadLetterQueue:
    """Lists, replays, discards, restores, purges, exports and imports dead letters; only on the loop's thread."""

    def __init__(self, core: BusCore, replays: Replays) -> None:
        self._core = core
        self._replays = replays
        core.dead.on_evicted = self._tell_evicted

    def __len__(self) -> int:
        """Return how many are open."""
        return len(self._core.dead)

    def get(self, dlq_id: str) -> DeadLetter | None:
        """Return the dead letter *dlq_id*, or None."""
        return self._core.dead.get(dlq_id)

    def list(self, choice: LetterChoice = EVERY) -> tuple[DeadLetter, ...]:
        """Return the letters that *choice* means, oldest first; raises FilterError."""
        if choice == EVERY:
            return self._core.dead.list()
        return tuple(filter(choice.test(self._core.clock.time()), self._core.dead.list()))

    async def select(self, choice: LetterChoice = EVERY) -> tuple[DeadLetter, ...]:
        """Do as `list`, of however many letters, without holding the loop for longer than a slice."""
        test = choice.test(self._core.clock.time())
        found = []
        end = self._core.monotonic() + SLICE
        for number, letter in enumerate(self._core.dead.list(), 1):
            if test(letter):
                found.append(letter)
            if not number % _LOOK_AT_CLOCK and self._core.monotonic() >= end:
                await asyncio.sleep(0)
                end = self._core.monotonic() + SLICE
        return tuple(found)

    async def replay(self, dlq_id: str, **how: Unpack[HowToReplay]) -> str:
        """Send a dead letter again and return the new message's id (bus.md E4, E5); see `Replays.replay`."""
        return await self._replays.replay(dlq_id, **how)

    def discard(
        self, dlq_ids: Sequence[str], note: str | None = None, by: str = "person", at: float | None = None
    ) -> tuple[DeadLetter, ...]:
        """Move open letters to the trash and return them; *note* says why, *at* when (s since the epoch; now)."""
        letters = self._core.dead.discard(dlq_ids, by, note, at)
        for letter in letters:
            self._tell("discarded", letter, {"reason": "dead letter discarded", "dlq_id": letter.dlq_id})
        return letters

    async def discard_many(self, dlq_ids: Sequence[str], note: str | None = None, by: str = "person") -> int:
        """Do as `discard`, of however many letters, without holding the loop for long; return how many were open.

        They were discarded at one moment, so that they are brought back together.
        """
        at = self._core.clock.time()
        return await self._in_parts(dlq_ids, lambda part: len(self.discard(part, note, by, at)))

    async def restore_many(self, dlq_ids: Sequence[str]) -> int:
        """Do as `restore`, of however many letters, without holding the loop for long; return how many there were."""
        return await self._in_parts(dlq_ids, lambda part: len(self.restore(part)))

    async def note_many(self, dlq_ids: Sequence[str], text: str, by: str = "person") -> int:
        """Do as `note`, of however many letters, without holding the loop for long; return how many there are."""
        return await self._in_parts(dlq_ids, lambda part: self.note(part, text, by))

    @staticmethod
    async def _in_parts(dlq_ids: Sequence[str], act: Callable[[Sequence[str]], int]) -> int:
        done = 0
        for start in range(0, len(dlq_ids), AT_ONCE):
            done += act(dlq_ids[start : start + AT_ONCE])
            await asyncio.sleep(0)
        return done

    def restore(self, dlq_ids: Sequence[str]) -> tuple[DeadLetter, ...]:
        """Take discarded letters back out of the trash and return them."""
        letters = self._core.dead.restore(dlq_ids)
        for letter in letters:
            self._tell("restored", letter, {"dlq_id": letter.dlq_id})
        return letters

    def note(self, dlq_ids: Sequence[str], text: str, by: str = "person") -> int:
        """Write *text* on these letters; return how many there are. At most 50 notes of 4 KiB stay on a letter."""
        noted = [one for dlq_id in dlq_ids if (one := self._core.dead.note(dlq_id, text, by)) is not None]
        for letter in noted:
            data: dict[str, object] = {"event": "dead_letter.note", "dlq_id": letter.dlq_id}
            self._tell("note", letter, {**data, "text": letter.notes[-1].text})
        return len(noted)

    def purge(self, choice: LetterChoice = EVERY, *, unresolved: bool = False) -> int:
        """Forget for good the letters that *choice* means, and return how many those were.

        Only resolved ones and those in the trash go, unless *unresolved*; one whose replay is under way stays.
        """
        return self._forget(self.list(choice), unresolved=unresolved)

    async def purge_many(self, choice: LetterChoice = EVERY, *, unresolved: bool = False) -> int:
        """Do as `purge`, of however many letters, without holding the loop for longer than a slice."""
        chosen = await self.select(choice)
        gone = 0
        for start in range(0, len(chosen), AT_ONCE):
            gone += self._forget(chosen[start : start + AT_ONCE], unresolved=unresolved)
            await asyncio.sleep(0)
        return gone

    def _forget(self, letters: Iterable[DeadLetter], *, unresolved: bool) -> int:
        dead = self._core.dead
        still = [now for one in letters if (now := dead.get(one.dlq_id)) is not None]
        going = [one.dlq_id for one in still if one.is_resolved or (unresolved and not one.is_under_way)]
        gone = len(dead.remove(going))
        if gone and self._core.log is not None:
            data: dict[str, object] = {"event": "dead_letters.purged", "count": gone}
            self._core.log.append(self._core.clock.time(), "note", data=data)
        return gone

    def export(self, choice: LetterChoice = EVERY) -> Iterator[str]:
        """Return the letters that *choice* means as lines of JSON, one each, without line ends.

        They are as of now; lines are made when they are taken, in whichever thread.
        """
        return map(to_line, self.list(choice))

    def import_(self, lines: Iterable[str], by: str = "person") -> Imported:
        """Have the letters that `export` wrote as *lines*; blank lines are skipped.

        Each is open again, and says in a note what it was where it came from. An id that is taken here is exchanged for
        a new one. A line that holds no complete letter, or for which there is no room (bus.md E2), is reported.
        """
        return self.adopt(from_lines(lines), by)

    def adopt(self, read: Iterable[tuple[int, DeadLetter | LetterFormatError]], by: str = "person") -> Imported:
        """Keep what `from_lines` has read elsewhere, as `import_` says."""
        ids: list[str] = []
        problems: list[tuple[int, str]] = []
        for number, letter in read:
            if isinstance(letter, LetterFormatError):
                problems.append((number, str(letter)))
            elif self._core.dead.full:
                problems.append((number, str(self._core.dead.full_error())))
            else:
                ids.append(self._adopt(letter, by))
        if ids and self._core.log is not None:
            data: dict[str, object] = {"event": "dead_letters.imported", "count": len(ids)}
            self._core.log.append(self._core.clock.time(), "note", data=data)
        return Imported(tuple(ids), tuple(problems))

    def _adopt(self, letter: DeadLetter, by: str) -> str:
        dead = self._core.dead
        dlq_id = letter.dlq_id if dead.is_free(letter.dlq_id) else dead.next_id()
        origin = f"imported; it was {letter.dlq_id} of {letter.flow}, {state_of(letter)}"
        note = Note(self._core.clock.time(), by, origin)
        dead.add(
            replace(
                letter, dlq_id=dlq_id, state=DeadState.OPEN, resolution=None, replay_ok=None, died_again_as=None,
                notes=(*letter.notes, note),
            )
        )  # fmt: skip
        return dlq_id

    def _tell(self, kind: str, letter: DeadLetter, data: dict[str, object]) -> None:
        core = self._core
        if core.log is not None:
            core.log.append(core.clock.time(), kind, letter.envelope, letter.route.target, None, None, data)

    def _tell_evicted(self, count: int, why: str) -> None:
        core = self._core
        if core.log is not None:
            data: dict[str, object] = {"event": "dead_letters.evicted", "count": count, "reason": why}
            core.log.append(core.clock.time(), "note", data=data)
