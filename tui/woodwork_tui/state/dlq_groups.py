"""Dead letters in groups that have something in common."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from operator import attrgetter

from woodwork_engine.dead_letter import DeadLetter
from woodwork_tui.state.dlq import LONGEST_REASON, is_under_way, normalised, reason_of

TREND_PARTS = 8
TREND_WINDOW = 600.0

_at = attrgetter("at")


class GroupBy(StrEnum):
    """What the letters of one group have in common."""

    REASON = "reason"
    NODE = "node"
    SESSION = "session"
    EVENT = "event"

    def next(self) -> GroupBy:
        """Return the grouping that `v` turns to."""
        order = list(GroupBy)
        return order[(order.index(self) + 1) % len(order)]


@dataclass(frozen=True, slots=True)
class Group:
    """Letters with something in common, oldest first; `first` and `last` are deaths in s since the epoch."""

    key: str
    title: str
    node: str
    first: float
    last: float
    letters: tuple[DeadLetter, ...]
    replayed: str

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


def grouped(keyed: Iterable[tuple[str, DeadLetter]], by: GroupBy) -> tuple[Group, ...]:
    """Return letters, each with its `group_key`, in groups, the largest first, equal ones by their first death."""
    groups: dict[str, list[DeadLetter]] = {}
    for key, letter in keyed:
        groups.setdefault(key, []).append(letter)
    made = [_group(key, members, by) for key, members in groups.items()]
    return tuple(sorted(made, key=lambda group: (-group.count, group.first, group.key)))


def _group(key: str, letters: list[DeadLetter], by: GroupBy) -> Group:
    letters.sort(key=_at)
    title = _common_reason(letters, key) if by is GroupBy.REASON else key
    nodes = list(dict.fromkeys(letter.route.target for letter in letters))
    node = nodes[0] + (f" +{len(nodes) - 1}" if len(nodes) > 1 else "")
    return Group(key, title, node, letters[0].at, letters[-1].at, tuple(letters), _replayed(letters))


def _common_reason(letters: Sequence[DeadLetter], folded: str) -> str:
    """Return the reason as it is where all letters agree, else the folded one."""
    first = reason_of(letters[0])[:LONGEST_REASON]
    agree = all(reason_of(letter)[:LONGEST_REASON] == first for letter in letters)
    return first if agree else folded


def _replayed(letters: Sequence[DeadLetter]) -> str:
    moving = sum(map(is_under_way, letters))
    again = sum(letter.replay.count > 0 for letter in letters)
    parts = [f"{moving:,} under way"] if moving else []
    parts += [f"{again:,} died again"] if again else []
    return ", ".join(parts)


def trend_since(groups: Iterable[Group], now: float) -> float:
    """Return where all trends begin, s since the epoch: the first death, but at most ten minutes before *now*."""
    return max(min((group.first for group in groups), default=now), now - TREND_WINDOW)


def trend(letters: Sequence[DeadLetter], *, since: float, now: float) -> tuple[int, ...]:
    """Return the deaths in each of eight equal parts of the time from *since* to *now*; *letters* are oldest first."""
    width = max(now - since, 1.0) / TREND_PARTS
    places = [bisect_left(letters, since + part * width, key=_at) for part in range(TREND_PARTS)]
    return tuple(end - start for start, end in pairwise([*places, len(letters)]))
