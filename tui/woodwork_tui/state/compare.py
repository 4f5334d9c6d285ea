"""Two sessions side by side: turns in their order, hops by their causal path, and what differs in each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import islice

from woodwork_tui.state.delivery_row import DeliveryRow
from woodwork_tui.state.history import DeliveryHistory
from woodwork_tui.state.session_path import turn_id
from woodwork_tui.units import plural

MOST_TURNS = 100
"""Turns of a session that are compared, the newest."""
MOST_HOPS = 2_000

Hop = tuple[str, str, str]
"""Source, target and event of a delivery: what makes two of them alike."""


class Verdict(StrEnum):
    """How the two sides of a hop compare, the first that applies."""

    ONLY_LEFT = "only left"
    ONLY_RIGHT = "only right"
    FATE = "ended otherwise"
    PAYLOAD = "payload differs"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Compared:
    """One hop of the two sessions; a side where it is missing is None. *turn* counts from 0, *depth* in its tree."""

    turn: int
    depth: int
    left: DeliveryRow | None
    right: DeliveryRow | None

    @property
    def row(self) -> DeliveryRow:
        """The side that is there, the left one first."""
        found = self.left or self.right
        assert found is not None  # noqa: S101  a hop has one side at least
        return found

    @property
    def key(self) -> tuple[object, ...]:
        """What tells hops apart."""
        return tuple(row.key if row else None for row in (self.left, self.right))

    @property
    def verdict(self) -> Verdict:
        """How the two sides compare."""
        if self.left is None or self.right is None:
            return Verdict.ONLY_RIGHT if self.left is None else Verdict.ONLY_LEFT
        if self.left.state is not self.right.state or self.left.error_type != self.right.error_type:
            return Verdict.FATE
        return Verdict.PAYLOAD if self.payload_differs else Verdict.SAME

    @property
    def payload_differs(self) -> bool:
        """Whether both payloads are known and not equal."""
        if self.left is None or self.right is None or not self.left.emission or not self.right.emission:
            return False
        return self.left.emission.encoded != self.right.emission.encoded

    @property
    def slower_by(self) -> float | None:
        """By how many ms the right side took longer, None where a time is missing."""
        times = [row.duration_ms if row else None for row in (self.left, self.right)]
        return None if times[0] is None or times[1] is None else times[1] - times[0]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sessions, hop by hop; *cut* says that only the newest turns, or the first hops, are compared."""

    left: str
    right: str
    hops: tuple[Compared, ...]
    cut: bool = False

    def summary(self) -> str:
        """Return how much differs, and how."""
        number: dict[Verdict, int] = defaultdict(int)
        for hop in self.hops:
            number[hop.verdict] += 1
        parts = []
        if number[Verdict.PAYLOAD]:
            parts.append(f"{plural(number[Verdict.PAYLOAD], 'payload')} differ{'s' * (number[Verdict.PAYLOAD] == 1)}")
        if number[Verdict.FATE]:
            parts.append(f"{number[Verdict.FATE]:,} ended otherwise")
        for verdict, name in ((Verdict.ONLY_LEFT, self.left), (Verdict.ONLY_RIGHT, self.right)):
            if number[verdict]:
                parts.append(f"{number[verdict]:,} only in {name}")
        if not parts:
            parts.append("no difference but in time")
        if self.cut:
            parts.append(f"the newest {MOST_TURNS} turns, at most {MOST_HOPS:,} hops")
        return " · ".join(parts)


def compare(history: DeliveryHistory, left: str, right: str) -> Comparison:
    """Return the sessions *left* and *right* of *history* side by side.

    Turns that begin with the same hop are paired in their order; within a pair hops are paired by the way that led to
    them, equal ones in the order of acceptance.
    """
    ours, theirs = (_turns(history, name) for name in (left, right))
    cut = any(len(turns) > MOST_TURNS for turns in (ours, theirs))
    pairs = _paired(ours[-MOST_TURNS:], theirs[-MOST_TURNS:])
    hops = (hop for number, (one, other) in enumerate(pairs) for hop in _walk(number, one, other))
    kept = tuple(islice(hops, MOST_HOPS + 1))
    return Comparison(left, right, kept[:MOST_HOPS], cut or len(kept) > MOST_HOPS)


Turn = list[DeliveryRow]


def _turns(history: DeliveryHistory, session: str) -> list[Turn]:
    turns: dict[str, Turn] = defaultdict(list)
    for row in history:
        if row.session == session:
            turns[turn_id(row)].append(row)
    return list(turns.values())


def hop_of(row: DeliveryRow) -> Hop:
    """Return what makes a delivery like another one."""
    return row.source or "", row.target, row.event


def _paired(ours: Sequence[Turn], theirs: Sequence[Turn]) -> Iterator[tuple[Turn, Turn]]:
    """Yield turns side by side; one that has no counterpart stands against nothing."""
    left, right = ([hop_of(turn[0]) for turn in turns] for turns in (ours, theirs))
    for tag, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from zip(ours[a:b], theirs[c:d], strict=True)
        else:
            yield from ((turn, []) for turn in ours[a:b])
            yield from (([], turn) for turn in theirs[c:d])


def _walk(number: int, ours: Turn, theirs: Turn) -> Iterator[Compared]:
    """Yield the hops of two turns, each followed by what it led to on either side."""
    trees = [_Tree(turn) for turn in (ours, theirs)]
    waiting = [(left, right, 0) for left, right in _matched(*(tree.roots for tree in trees))][::-1]
    while waiting:
        left, right, depth = waiting.pop()
        yield Compared(number, depth, left, right)
        below = _matched(*(tree.below(row) for tree, row in zip(trees, (left, right), strict=True)))
        waiting += [(one, other, depth + 1) for one, other in reversed(below)]


def _matched(
    ours: Iterable[DeliveryRow], theirs: Iterable[DeliveryRow]
) -> list[tuple[DeliveryRow | None, DeliveryRow | None]]:
    """Return rows that are the same hop side by side, in the order of the left; what only the right has comes last."""
    rest: dict[Hop, list[DeliveryRow]] = defaultdict(list)
    others = list(theirs)
    for row in others:
        rest[hop_of(row)].append(row)
    pairs: list[tuple[DeliveryRow | None, DeliveryRow | None]] = []
    taken: set[int] = set()
    for row in ours:
        same = rest[hop_of(row)]
        other = same.pop(0) if same else None
        taken |= {id(other)} if other is not None else set()
        pairs.append((row, other))
    return pairs + [(None, row) for row in others if id(row) not in taken]


class _Tree:
    """The deliveries of one turn by what caused them."""

    def __init__(self, rows: Turn) -> None:
        known = {row.message_id for row in rows}
        self.roots = [row for row in rows if row.causation not in known]
        self._caused: dict[tuple[str, str], list[DeliveryRow]] = defaultdict(list)
        reached = {row.key for row in rows}
        for row in rows:
            if row.causation in known:
                cause = (row.causation or "", row.source or "")
                if cause in reached:
                    self._caused[cause].append(row)
                else:  # who sent it had the message under another name, or by a replay
                    self.roots.append(row)

    def below(self, row: DeliveryRow | None) -> list[DeliveryRow]:
        """Return what the handling of *row* led to."""
        return self._caused.get(row.key, []) if row is not None else []
