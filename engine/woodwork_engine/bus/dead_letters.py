"""The dead letters of a bus: kept, counted, marked; nothing here decides that a message is dead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from itertools import islice
from types import MappingProxyType
from typing import Protocol

from msgspec.structs import replace

from woodwork_engine.clock import Clock
from woodwork_engine.dead_letter import DeadLetter, DeadState, DeathReason, Note, Resolution
from woodwork_engine.errors import QueueFullError, ReplayRefusedError
from woodwork_engine.policy import DlqPolicy

MOST_NOTES = 50
MOST_EVICTED = 500
"""Letters that go in one piece: a slice of work (bus.md H4)."""
LONGEST_NOTE = 4 * 1024
"""Characters of a note that are kept."""


class LetterObserver(Protocol):
    """Somebody who is told of every change, on the loop and before it goes on; it must be quick and not raise."""

    def added(self, letter: DeadLetter) -> None:
        """*letter* is new."""
        ...

    def changed(self, letter: DeadLetter) -> None:
        """*letter* is what the one of this id is now."""
        ...

    def removed(self, dlq_ids: Sequence[str]) -> None:
        """These letters are no longer kept."""
        ...


class DeadLetters:
    """Dead letters by id, oldest first; `version` changes with every change.

    Counts are kept up to date with each change, so that who shows them need not go through the letters.
    """

    def __init__(self, clock: Clock, limits: DlqPolicy | None = None) -> None:
        self.limits = limits or DlqPolicy()
        self.full = False
        """Whether nothing more may come in that could die (bus.md E2); a letter is kept all the same."""
        self.evicted = 0
        """How many resolved letters made room, or were too old."""
        self.on_full: Callable[[], object] = lambda: None
        """Called when `full` has changed."""
        self.on_evicted: Callable[[int, str], object] = lambda _count, _why: None
        self.version = 0
        self.exhausted = 0
        self.bytes = 0
        """What is kept, in bytes (`DeadLetter.size`)."""
        self.states: Counter[DeadState] = Counter()
        """How many letters there are in each state."""
        self.open_at: Counter[str] = Counter()
        """How many open letters there are of each target."""
        self._clock = clock
        self._letters: dict[str, DeadLetter] = {}
        self._resolved: dict[str, None] = {}
        self._replays: dict[str, int] = {}
        self._numbered = 0
        self._observers: tuple[LetterObserver, ...] = ()

    def __len__(self) -> int:
        """Return how many are neither replayed nor discarded."""
        return self.states[DeadState.OPEN]

    @property
    def count(self) -> int:
        """How many letters are kept, in whatever state."""
        return len(self._letters)

    def limit(self, limits: DlqPolicy) -> None:
        """Go by *limits* from now on."""
        self.limits = limits
        self._make_room()

    def full_error(self) -> QueueFullError:
        """Return the error of a sender that is refused because no letter can go (bus.md E2)."""
        limits = self.limits
        full = (
            (self.bytes, limits.max_bytes, "bytes")
            if self.bytes >= limits.max_bytes
            else (self.count, limits.max_count, "letters")
        )
        return QueueFullError(
            "dead letters",
            full[0],
            full[1],
            f"room for {full[2]}",
            "replay, discard or purge dead letters, or raise the limits of dlq",
        )

    @property
    def last_number(self) -> int:
        """The number of the newest id that was given."""
        return self._numbered

    def watch(self, observer: LetterObserver) -> None:
        """Tell *observer* of every change from now on."""
        self._observers = (*self._observers, observer)

    def unwatch(self, observer: LetterObserver) -> None:
        """Tell *observer* no longer."""
        self._observers = tuple(one for one in self._observers if one is not observer)

    def recover(
        self,
        letters: Iterable[DeadLetter],
        last_number: int = 0,
        under_way: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        """Have *letters* of an earlier process, oldest first; new ids go on after *last_number*.

        *under_way* says of how many deliveries each replay still consists that was recovered too; any other replay that
        was under way has gone with its process, and its letter is open again.
        """
        self._numbered = max(self._numbered, last_number)
        reopened = []
        for letter in letters:
            if letter.is_under_way and letter.dlq_id not in under_way:
                letter = replace(letter, state=DeadState.OPEN, resolution=None)
                reopened.append(letter)
            self._numbered = max(self._numbered, number_of(letter.dlq_id))
            self._put(letter)
        self._replays.update((dlq_id, number) for dlq_id, number in under_way.items() if dlq_id in self._letters)
        order = [one for dlq_id in self._resolved if (one := self._letters[dlq_id]).resolution is not None]
        self._resolved = dict.fromkeys(one.dlq_id for one in sorted(order, key=_resolved_at))
        self.version += 1
        for letter in reopened:
            for observer in self._observers:
                observer.changed(letter)
        self._make_room()

    def next_id(self) -> str:
        """Return the id of the next dead letter."""
        self._numbered += 1
        return f"dl-{self._numbered:06d}"

    def is_free(self, dlq_id: str) -> bool:
        """Whether a letter from elsewhere may have this id: nobody here has it, and nobody ever had."""
        return dlq_id not in self._letters and not 0 < number_of(dlq_id) <= self._numbered

    def add(self, letter: DeadLetter) -> None:
        """Keep *letter*; where it is what a replay has become, the letter that was replayed is told."""
        self._numbered = max(self._numbered, number_of(letter.dlq_id))
        self.exhausted += letter.reason is DeathReason.EXHAUSTED
        self._put(letter)
        self.version += 1
        for observer in self._observers:
            observer.added(letter)
        before = self._letters.get(letter.replay.of or "")
        if before is not None:
            self._change(before, replace(before, died_again_as=letter.dlq_id))
        else:
            self._make_room()

    def get(self, dlq_id: str) -> DeadLetter | None:
        """Return the dead letter *dlq_id*, or None."""
        return self._letters.get(dlq_id)

    def list(self) -> tuple[DeadLetter, ...]:
        """Return every dead letter kept, oldest first."""
        return tuple(self._letters.values())

    def resolved(self) -> Iterable[str]:
        """Return the ids of the letters about which nothing is left to be done, first resolved first."""
        return self._resolved.keys()

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

    def mark_replayed(
        self, letter: DeadLetter, new_id: str, encoded: bytes, by: str, targets: int, note: str | None = None
    ) -> None:
        """Note that *letter* was accepted again as *new_id* with payload *encoded* for *targets* (bus.md E4, E5)."""
        resolution = Resolution(
            by,
            self._clock.time(),
            new_id=new_id,
            note=note,
            payload_sha256_before=sha256(letter.encoded).hexdigest(),
            payload_sha256_after=sha256(encoded).hexdigest(),
        )
        self._replays[letter.dlq_id] = self._replays.get(letter.dlq_id, 0) + targets
        self._resolve(letter, DeadState.REPLAYED, resolution)

    def replay_ended(self, dlq_id: str, *, ok: bool) -> None:
        """Note how one delivery of the replay of *dlq_id* ended; it succeeded when all of them did."""
        left = self._replays.pop(dlq_id, 1) - 1
        if left > 0:
            self._replays[dlq_id] = left
        letter = self._letters.get(dlq_id)
        if letter is None or letter.replay_ok is not None or (ok and left > 0):
            return
        self._change(letter, replace(letter, replay_ok=ok))

    def discard(
        self, dlq_ids: Sequence[str], by: str, note: str | None = None, at: float | None = None
    ) -> tuple[DeadLetter, ...]:
        """Move open letters to the trash and return them; `restore` takes them back. *at* is when; default: now."""
        found = [self._letters[i] for i in dlq_ids if i in self._letters]
        chosen = tuple(letter for letter in found if letter.state is DeadState.OPEN)
        together = Resolution(
            by, self._clock.time() if at is None else at, note=note
        )  # one moment: a person undoes what was one act
        for letter in chosen:
            self._resolve(letter, DeadState.DISCARDED, together)
        return chosen

    def restore(self, dlq_ids: Sequence[str]) -> tuple[DeadLetter, ...]:
        """Take discarded letters back out of the trash and return them."""
        found = [self._letters[i] for i in dlq_ids if i in self._letters]
        chosen = tuple(letter for letter in found if letter.state is DeadState.DISCARDED)
        for letter in chosen:
            self._resolve(letter, DeadState.OPEN, None)
        return chosen

    def note(self, dlq_id: str, text: str, by: str) -> DeadLetter | None:
        """Write *text* on the letter *dlq_id* and return it, or None where there is none; the newest notes are kept."""
        letter = self._letters.get(dlq_id)
        if letter is None:
            return None
        note = Note(self._clock.time(), by, text[:LONGEST_NOTE])
        noted = replace(letter, notes=(*letter.notes, note)[-MOST_NOTES:])
        self._change(letter, noted)
        return noted

    def remove(self, dlq_ids: Iterable[str]) -> tuple[str, ...]:
        """Keep these letters no longer; return the ids of those that were here."""
        gone = tuple(dict.fromkeys(dlq_id for dlq_id in dlq_ids if dlq_id in self._letters))
        for dlq_id in gone:
            letter = self._letters.pop(dlq_id)
            self._resolved.pop(dlq_id, None)
            self._count(letter, -1)
        if gone:
            self.version += 1
            for observer in self._observers:
                observer.removed(gone)
            self._tell_if_full()
        return gone

    def expire(self, now: float) -> int:
        """Forget resolved letters that were resolved longer than `max_age` before *now*; return how many.

        At most a slice of them go at once, so call it again.
        """
        oldest = self.limits.max_age
        late: list[str] = []
        if oldest is not None:
            for dlq_id in islice(self._resolved, MOST_EVICTED):
                if _resolved_at(self._letters[dlq_id]) > now - oldest:
                    break
                late.append(dlq_id)
        self._evict(late, "too old")
        self._make_room()
        return len(late)

    def _make_room(self) -> None:
        """Let the letters that were resolved first go while there are too many, and say whether that was enough."""
        over_count = self.count - self.limits.max_count
        over_bytes = self.bytes - self.limits.max_bytes
        if self.limits.when_full == "evict_resolved" and (over_count > 0 or over_bytes > 0):
            going: list[str] = []
            for dlq_id in islice(self._resolved, MOST_EVICTED):
                if over_count <= 0 and over_bytes <= 0:
                    break
                going.append(dlq_id)
                over_count -= 1
                over_bytes -= self._letters[dlq_id].size
            self._evict(going, "full")
        self._tell_if_full()

    def _evict(self, dlq_ids: Sequence[str], why: str) -> None:
        if dlq_ids:
            self.evicted += len(dlq_ids)
            self.on_evicted(len(dlq_ids), why)
            self.remove(dlq_ids)

    def _tell_if_full(self) -> None:
        limits = self.limits
        at_limit = self.count >= limits.max_count or self.bytes >= limits.max_bytes
        full = at_limit and not (self._resolved and limits.when_full == "evict_resolved")
        if full is not self.full:
            self.full = full
            self.on_full()

    def _resolve(self, letter: DeadLetter, state: DeadState, resolution: Resolution | None) -> None:
        changes = replace(letter, state=state, resolution=resolution, replay_ok=None, died_again_as=None)
        self._change(letter, changes)

    def _change(self, letter: DeadLetter, changed: DeadLetter) -> None:
        self._count(letter, -1)
        self._put(changed)
        self.version += 1
        for observer in self._observers:
            observer.changed(changed)
        self._make_room()

    def _put(self, letter: DeadLetter) -> None:
        self._letters[letter.dlq_id] = letter
        self._count(letter, 1)
        if not letter.is_resolved:
            self._resolved.pop(letter.dlq_id, None)
        elif letter.dlq_id not in self._resolved:
            self._resolved[letter.dlq_id] = None

    def _count(self, letter: DeadLetter, by: int) -> None:
        self.bytes += by * letter.size
        self.states[letter.state] += by
        if letter.state is DeadState.OPEN:
            self.open_at[letter.route.target] += by
            if not self.open_at[letter.route.target]:
                del self.open_at[letter.route.target]


def number_of(dlq_id: str) -> int:
    """Return the number in *dlq_id*; 0 for an id of another form."""
    digits = dlq_id.removeprefix("dl-")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 16 else 0


def _resolved_at(letter: DeadLetter) -> float:
    return letter.resolution.at if letter.resolution is not None else 0.0
