"""Dead letters as the DLQ tab lists them: which ones, in which groups, in which words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import msgspec

from woodwork_engine.dead_letter import DeadLetter, DeadState, DeathReason

TREND_PARTS = 8
TREND_WINDOW = 600.0
_LONGEST_REASON = 300
_LONGEST_PREVIEW = 400
_SAME_BATCH = 0.05

_FOLD = re.compile(
    r"""(?P<quoted>(?<![\w'])'[^'\n]*'(?!\w)|"[^"\n]*")
    |(?P<uuid>\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b)
    |(?P<id>\b(?:\w+-)?(?=[0-9a-fA-F-]*\d)(?=[0-9-]*[a-fA-F])[0-9a-fA-F]{6,}(?:-[0-9a-fA-F]+)*\b)
    |(?P<number>(?<![\w.])[-+]?\d+(?:\.\d+)*(?:[eE][-+]?\d+)?(?!\w))""",
    re.VERBOSE,
)


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


def _folded(match: re.Match[str]) -> str:
    match match.lastgroup:
        case "quoted":
            return f"{match[0][0]}…{match[0][-1]}"
        case "number":
            return "<n>"
        case _:
            return "<id>"


@lru_cache(maxsize=20_000)
def normalised(reason: str) -> str:
    """Return *reason* without what differs from message to message: numbers, ids and quoted strings."""
    return _FOLD.sub(_folded, " ".join(reason[:_LONGEST_REASON].split()))


def reason_of(letter: DeadLetter) -> str:
    """Return why *letter* died, in one line: its last error, or the reason and then the error."""
    if letter.reason in (DeathReason.EXHAUSTED, DeathReason.REJECTED) or not letter.attempts:
        return letter.error
    return f"{letter.reason.value.replace('_', ' ')} after {letter.error}"


def listed(letters: Iterable[DeadLetter]) -> tuple[DeadLetter, ...]:
    """Return the letters somebody may still want to act on, in the order given.

    Those are the open ones, those whose replay is under way, and those whose replay died again without leaving a newer
    letter; one that died again is otherwise shown once, as the newer letter (bus.md E5).
    """
    known = tuple(letters)
    superseded = {letter.replay.of for letter in known}
    return tuple(
        letter
        for letter in known
        if letter.state is DeadState.OPEN
        or is_under_way(letter)
        or (letter.state is DeadState.REPLAYED and letter.replay_ok is False and letter.dlq_id not in superseded)
    )


def is_under_way(letter: DeadLetter) -> bool:
    """Whether a replay of *letter* has been accepted and has not ended."""
    return letter.state is DeadState.REPLAYED and letter.replay_ok is None


def replay_mark(letter: DeadLetter, *, ascii_only: bool = False) -> str:
    """Return what the column RPL says: how often replayed and with which result, or that a replay is under way."""
    if is_under_way(letter):
        return "under way"
    count = letter.replay.count + (letter.state is DeadState.REPLAYED)
    return f"{count}{'X' if ascii_only else '✗'}" if count else ("-" if ascii_only else "–")


def _replayed(letters: Sequence[DeadLetter]) -> str:
    moving = sum(map(is_under_way, letters))
    again = sum(letter.replay.count > 0 for letter in letters)
    parts = [f"{moving} under way"] if moving else []
    parts += [f"{again} died again"] if again else []
    return ", ".join(parts)


def _key(letter: DeadLetter, by: GroupBy) -> str:
    match by:
        case GroupBy.REASON:
            return normalised(reason_of(letter)[:_LONGEST_REASON])
        case GroupBy.NODE:
            return letter.route.target
        case GroupBy.SESSION:
            return letter.envelope.session_id
        case GroupBy.EVENT:
            return letter.envelope.event_type


def _group(key: str, letters: list[DeadLetter], by: GroupBy) -> Group:
    letters.sort(key=lambda letter: letter.at)
    title = key
    if by is GroupBy.REASON:
        reasons = {reason_of(letter)[:_LONGEST_REASON] for letter in letters}
        title = reasons.pop() if len(reasons) == 1 else key
    nodes = list(dict.fromkeys(letter.route.target for letter in letters))
    node = nodes[0] + (f" +{len(nodes) - 1}" if len(nodes) > 1 else "")
    return Group(key, title, node, letters[0].at, letters[-1].at, tuple(letters), _replayed(letters))


def grouped(letters: Iterable[DeadLetter], by: GroupBy) -> tuple[Group, ...]:
    """Return *letters* in groups, the largest first, equal ones by their first death."""
    groups: dict[str, list[DeadLetter]] = {}
    for letter in letters:
        groups.setdefault(_key(letter, by), []).append(letter)
    made = [_group(key, members, by) for key, members in groups.items()]
    return tuple(sorted(made, key=lambda group: (-group.count, group.first, group.key)))


def trend_since(letters: Iterable[DeadLetter], now: float) -> float:
    """Return where all trends begin: the first death, but at most ten minutes ago."""
    return max(min((letter.at for letter in letters), default=now), now - TREND_WINDOW)


def trend(letters: Iterable[DeadLetter], *, since: float, now: float) -> tuple[int, ...]:
    """Return the deaths in each of eight equal parts of the time from *since* to *now*, oldest first."""
    counts = [0] * TREND_PARTS
    width = max(now - since, 1.0) / TREND_PARTS
    for letter in letters:
        if letter.at >= since:
            counts[min(TREND_PARTS - 1, int((letter.at - since) / width))] += 1
    return tuple(counts)


def last_discarded(letters: Iterable[DeadLetter]) -> tuple[str, ...]:
    """Return the ids of the letters that were discarded last, together: what `u` brings back."""
    when = {
        letter.dlq_id: letter.resolution.at
        for letter in letters
        if letter.state is DeadState.DISCARDED and letter.resolution is not None
    }
    newest = max(when.values(), default=0.0)
    return tuple(dlq_id for dlq_id, at in when.items() if newest - at < _SAME_BATCH)


def in_trash(letters: Iterable[DeadLetter]) -> int:
    """Return how many letters are discarded and can be brought back."""
    return sum(letter.state is DeadState.DISCARDED for letter in letters)


def age(seconds: float) -> str:
    """Return *seconds* in at most two units: `41s`, `6m02s`, `3h01m`, `1d01h`."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02}s"
    if whole < 86_400:
        return f"{whole // 3600}h{whole % 3600 // 60:02}m"
    return f"{whole // 86_400}d{whole % 86_400 // 3600:02}h"


def compact(value: object) -> str:
    """Return plain data as JSON on one line; bytes and datetimes as text."""
    return json.dumps(value, ensure_ascii=False, default=str, separators=(",", ":"))


def preview(letter: DeadLetter) -> str:
    """Return the beginning of the payload as JSON on one line, at most 400 characters and an ellipsis."""
    try:
        text = compact(letter.payload())
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return f"(undecodable, {len(letter.encoded)} bytes)"
    return text if len(text) <= _LONGEST_PREVIEW else text[:_LONGEST_PREVIEW] + "…"


def tries(letter: DeadLetter) -> str:
    """Return attempts made out of attempts allowed; the envelope's own limit wins over the policy."""
    own = letter.envelope.max_retries
    allowed = letter.policy.retry.max_attempts if own is None else own + 1
    return f"{len(letter.attempts)}/{allowed}"


def empty_text(letters: Sequence[DeadLetter], *, died: int, matches: int, query: str) -> str:
    """Return why the list is empty; *letters* are all that are kept, *died* counts since start."""
    open_letters = len(listed(letters))
    if open_letters and query:
        return f"{matches} of {open_letters} match {query}. esc clears the filter."
    done = sum(letter.replay_ok is True for letter in letters)
    return f"No dead letters. (since start: {died} died, {done} replayed ok)"
