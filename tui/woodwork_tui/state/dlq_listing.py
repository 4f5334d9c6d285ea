"""Dead letters that match one wish, in groups, kept up to date in slices: a hundred thousand hold nobody up."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from woodwork_engine.dead_letter import DeadLetter, DeadState
from woodwork_engine.dead_letter_filter import Matches
from woodwork_tui.state.dlq_groups import Group, GroupBy, Members, group_key
from woodwork_tui.state.dlq_kinds import Kind, kind_of

Change = tuple[DeadLetter | None, DeadLetter | None]
"""A letter as it was and as it is; None where there is none."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be listed: what *query* finds, of *session*, grouped *by* something; with *trash* what is there."""

    query: str = ""
    session: str | None = None
    by: GroupBy = GroupBy.REASON
    trash: bool = False


class Listing:
    """What of the letters handed to it matches *wish*, as *lasting* and *of_age* say; changes wait for `step`.

    `kinds` has the kind of every letter that is shown, in the order in which they died.
    """

    def __init__(self, wish: Wish, lasting: Matches, of_age: Matches | None, now: float) -> None:
        self.wish = wish
        self.made_at = now
        self.kinds: dict[str, Kind] = {}
        self.moving: set[str] = set()
        """Which of them are being replayed."""
        self.nodes: Counter[str] = Counter()
        self.replayed = self.noted = 0
        self.unresolved = self.trash = self.replayed_ok = 0
        """How many letters were handed over that somebody may still want to act on, that are in the trash, and whose
        replay has succeeded; whether they match or not."""
        self.groups: tuple[Group, ...] = ()
        self._lasting = lasting
        self._of_age = of_age
        self._same: dict[Kind, Kind] = {}
        self._letters: tuple[DeadLetter, ...] = ()
        self._taken = 0
        self._todo: deque[Change] = deque()
        self._shown: dict[str, DeadLetter] = {}
        self._keys: dict[str, str] = {}
        self._members: dict[str, Members] = {}
        self._made: dict[str, Group] = {}
        self._ranks: list[tuple[int, float, str]] = []
        self._ranked: dict[str, tuple[int, float, str]] = {}
        self._touched: dict[str, None] = {}

    @property
    def left(self) -> int:
        """How many letters and changes wait."""
        return len(self._letters) - self._taken + len(self._todo)

    def begin(self, letters: tuple[DeadLetter, ...]) -> None:
        """Let *letters* wait, before every change; nothing is made for each, for which memory would be cleaned up."""
        self._letters, self._taken = letters, 0

    def hand(self, changes: Iterable[Change]) -> None:
        """Let *changes* wait for the next step."""
        self._todo.extend(changes)

    def step(self, most: int) -> None:
        """Take in at most *most* of the letters and changes that wait."""
        first = self._letters[self._taken : self._taken + most]
        for letter in first:
            self._add(letter)
        self._taken += len(first)
        if self._taken == len(self._letters):
            self.begin(())
        for _ in range(min(most - len(first), len(self._todo))):
            before, after = self._todo.popleft()
            if before is not None:
                self._tally(before, -1)
                self._take(before.dlq_id)
            if after is not None:
                self._add(after)

    def _add(self, letter: DeadLetter) -> None:
        self._tally(letter, 1)
        if self._matches(letter):
            self._put(letter)

    def letter(self, dlq_id: str) -> DeadLetter | None:
        """Return the letter *dlq_id* as it is shown, None where it is not."""
        return self._shown.get(dlq_id)

    def letters(self) -> Iterable[DeadLetter]:
        """Return every letter that is shown."""
        return self._shown.values()

    def _tally(self, letter: DeadLetter, by: int) -> None:
        self.unresolved += by * (not letter.is_resolved)
        self.trash += by * (letter.state is DeadState.DISCARDED)
        self.replayed_ok += by * (letter.replay_ok is True)

    def _matches(self, letter: DeadLetter) -> bool:
        wish = self.wish
        wanted = letter.state is DeadState.DISCARDED if wish.trash else not letter.is_resolved
        return (
            wanted
            and (wish.session is None or letter.envelope.session_id == wish.session)
            and self._lasting(letter)
            and (self._of_age is None or self._of_age(letter))
        )

    def _put(self, letter: DeadLetter) -> None:
        key = group_key(letter, self.wish.by)
        members = self._members.get(key)
        if members is None:
            members = self._members[key] = Members(key, self.wish.by)
        members.put(letter)
        self._shown[letter.dlq_id] = letter
        self._keys[letter.dlq_id] = key
        kind = kind_of(letter)
        self.kinds[letter.dlq_id] = self._same.setdefault(kind, kind)
        if kind.moving:
            self.moving.add(letter.dlq_id)
        self._count(letter, 1)
        self._touched[key] = None

    def _take(self, dlq_id: str) -> None:
        letter = self._shown.pop(dlq_id, None)
        if letter is not None:
            key = self._keys.pop(dlq_id)
            self._members[key].take(letter)
            del self.kinds[dlq_id]
            self.moving.discard(dlq_id)
            self._count(letter, -1)
            self._touched[key] = None

    def _count(self, letter: DeadLetter, by: int) -> None:
        self.nodes[letter.route.target] += by
        self.replayed += by * (letter.replay.count > 0 or letter.is_under_way)
        self.noted += by * bool(letter.notes)

    @property
    def done(self) -> bool:
        """Whether `groups` tells all that was handed over."""
        return not self.left and not self._touched

    def settle(self, most: int) -> None:
        """Bring at most *most* groups up to date with what was taken in; `groups` changes when all of them are."""
        for key in list(islice(self._touched, most)):
            del self._touched[key]
            self._place(key)
        if not self._touched:
            self.groups = tuple(self._made[key] for _, _, key in self._ranks)

    def _place(self, key: str) -> None:
        before, members = self._ranked.pop(key, None), self._members[key]
        if before is not None:
            del self._ranks[bisect_left(self._ranks, before)]
        if members:
            self._made[key] = members.group()
            self._ranked[key] = members.rank
            insort(self._ranks, members.rank)
        else:
            del self._members[key]
            self._made.pop(key, None)
