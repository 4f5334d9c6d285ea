"""Dead letters in groups that have something in common, each kept up to date letter by letter."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from operator import attrgetter
from typing import TypeVar

from woodwork_engine.dead_letter import DeadLetter, Note
from woodwork_tui.state.dlq import LONGEST_REASON, is_under_way, normalised, reason_of

TREND_PARTS = 8
TREND_WINDOW = 600.0

Key = TypeVar("Key", bound=Hashable)

_at = attrgetter("at")
_order = attrgetter("at", "dlq_id")


class GroupBy(StrEnum):
    """What the letters of one group have in common."""

    REASON = "reason"
    NODE = "node"
    SESSION = "session"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class Group:
    """Letters with something in common, oldest first; `first` and `last` are deaths in s since the epoch.

    `note` is what was written last on any of them.
    """

    key: str
    title: str
    node: str
    first: float
    last: float
    letters: tuple[DeadLetter, ...]
    replayed: str
    note: str = ""

    @property
    def count(self) -> int:
        """How many letters are in it."""
        return len(self.letters)


def group_key(letter: DeadLetter, by: GroupBy) -> str:
    """Return what *letter* shares with the others of its group."""
    match by:
        case GroupBy.REASON:
            return normalised(reason_of(letter)[:LONGEST_REASON])
        case GroupBy.NODE:
            return letter.route.target
        case GroupBy.SESSION:
            return letter.envelope.session_id
        case GroupBy.EVENT:
            return letter.envelope.event_type


class Members:
    """The letters of one group while they come and go; `group` makes what is shown of them."""

    def __init__(self, key: str, by: GroupBy) -> None:
        self._key = key
        self._by = by
        self._letters: list[DeadLetter] = []
        self._nodes: Counter[str] = Counter()
        self._reasons: Counter[int] = Counter()
        self._moving = self._again = 0
        self._notes: dict[str, Note] = {}

    def __len__(self) -> int:
        return len(self._letters)

    def put(self, letter: DeadLetter) -> None:
        """Have *letter* too."""
        if not self._letters or _order(letter) > _order(self._letters[-1]):
            self._letters.append(letter)
        else:
            insort(self._letters, letter, key=_order)
        self._count(letter, 1)
        if letter.notes:
            self._notes[letter.dlq_id] = letter.notes[-1]

    def take(self, letter: DeadLetter) -> None:
        """Have *letter*, which was put here as it is, no longer."""
        del self._letters[bisect_left(self._letters, _order(letter), key=_order)]
        self._count(letter, -1)
        self._notes.pop(letter.dlq_id, None)

    def _count(self, letter: DeadLetter, by: int) -> None:
        _add(self._nodes, letter.route.target, by)
        if self._by is GroupBy.REASON:
            _add(self._reasons, hash(reason_of(letter)[:LONGEST_REASON]), by)
        self._moving += by * is_under_way(letter)
        self._again += by * (letter.replay.count > 0)

    @property
    def rank(self) -> tuple[int, float, str]:
        """What puts groups in order: the largest first, equal ones by their first death."""
        return -len(self._letters), self._letters[0].at if self._letters else 0.0, self._key

    def group(self) -> Group:
        """Return the group as it is now; there has to be a letter in it."""
        letters = self._letters
        more = len(self._nodes) - 1
        node = letters[0].route.target + (f" +{more}" if more else "")
        newest = max(self._notes.values(), key=_at).text if self._notes else ""
        first, last = letters[0].at, letters[-1].at
        return Group(self._key, self._title(), node, first, last, tuple(letters), self._replayed(), newest)

    def _title(self) -> str:
        """Return the reason as it is where all letters agree, else what they share."""
        agree = self._by is GroupBy.REASON and len(self._reasons) == 1
        return reason_of(self._letters[0])[:LONGEST_REASON] if agree else self._key

    def _replayed(self) -> str:
        parts = [f"{self._moving:,} under way"] if self._moving else []
        parts += [f"{self._again:,} died again"] if self._again else []
        return ", ".join(parts)


def _add(counter: Counter[Key], key: Key, by: int) -> None:
    counter[key] += by
    if not counter[key]:
        del counter[key]


def place_of(newest_first: Sequence[DeadLetter], letter: DeadLetter) -> int | None:
    """Return where *letter* is among the letters of a group, None where it is not."""
    low, high, wanted = 0, len(newest_first), _order(letter)
    while low < high:
        middle = (low + high) // 2
        if _order(newest_first[middle]) > wanted:
            low = middle + 1
        else:
            high = middle
    return low if low < len(newest_first) and newest_first[low].dlq_id == letter.dlq_id else None


def trend_since(groups: Iterable[Group], now: float) -> float:
    """Return where all trends begin, s since the epoch: the first death, but at most ten minutes before *now*."""
    return max(min((group.first for group in groups), default=now), now - TREND_WINDOW)


def trend(letters: Sequence[DeadLetter], *, since: float, now: float) -> tuple[int, ...]:
    """Return the deaths in each of eight equal parts of the time from *since* to *now*; *letters* are oldest first."""
    width = max(now - since, 1.0) / TREND_PARTS
    places = [bisect_left(letters, since + part * width, key=_at) for part in range(TREND_PARTS)]
    return tuple(end - start for start, end in pairwise([*places, len(letters)]))
