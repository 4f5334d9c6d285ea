"""Orthogonal routing of one channel between two layers: which row and which columns each wire takes.

A wire leaves its left pin, turns once on the track of that pin (a fan-out bus), crosses the middle of the channel on
its middle row, turns once on the track of its right pin (a fan-in bus) and enters it. A row of the middle belongs to
one wire, so that its label is nobody else's; wires share one only where no row is free.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from woodwork_tui.layout.ordering import local_search

_NEAR = 12
_FEW = 3


@dataclass(frozen=True, slots=True)
class Wire:
    """What is to be joined: two pins, each with its row; the same pin may have many wires."""

    left: int
    left_row: int
    right: int
    right_row: int


@dataclass(frozen=True, slots=True)
class Course:
    """How a wire runs: its middle row, its tracks as columns of the channel (None: no turn), whether it is alone."""

    row: int
    first: int | None
    second: int | None
    alone: bool


@dataclass(frozen=True, slots=True)
class Channel:
    """A routed channel: its width, where its middle starts, how wide that is, and the courses of its wires in order."""

    width: int
    middle: int
    middle_width: int
    courses: tuple[Course, ...]


class _Order:
    """Which track must be left of which; refuses what would make a circle."""

    def __init__(self) -> None:
        self.pairs: set[tuple[int, int]] = set()
        self._after: dict[int, set[int]] = defaultdict(set)

    def allows(self, first: int, second: int) -> bool:
        """Whether *first* may still be put left of *second*."""
        seen, stack = {second}, [second]
        while stack:
            for item in self._after[stack.pop()]:
                if item not in seen:
                    seen.add(item)
                    stack.append(item)
        return first not in seen

    def put(self, first: int, second: int) -> None:
        """Demand that *first* is left of *second*."""
        self.pairs.add((first, second))
        self._after[first].add(second)

    def arranged(self, items: Iterable[int]) -> list[int]:
        """Return *items* in an order that obeys every demand, else as given."""
        given = list(items)
        inside = set(given)
        waiting = dict.fromkeys(given, 0)
        for _, second in sorted(p for p in self.pairs if p[0] in inside and p[1] in inside):
            waiting[second] += 1
        ready = [item for item in given if not waiting[item]]
        for item in ready:
            for follower in sorted(self._after[item] & inside):
                waiting[follower] -= 1
                if not waiting[follower]:
                    ready.append(follower)
        return ready


@dataclass(frozen=True, slots=True)
class _Net:
    """A track's wires: the row of its pin and the middle rows it serves."""

    row: int
    ends: frozenset[int]

    @property
    def low(self) -> int:
        return min(self.row, *self.ends)

    @property
    def high(self) -> int:
        return max(self.row, *self.ends)

    def overlaps(self, other: _Net) -> bool:
        return self.low <= other.high and other.low <= self.high

    def crossings(self, inner: _Net) -> int:
        """Return how often the two cross when *inner* is farther from the pins."""
        over = sum(inner.low <= end <= inner.high for end in self.ends)
        return over + (self.low <= inner.row <= self.high)


class _Rows:
    """Gives each wire its middle row, and remembers what that demands of the tracks."""

    def __init__(self, wires: Sequence[Wire], rows: int) -> None:
        self._wires = wires
        self._rows = rows
        self._left = {wire.left_row: wire.left for wire in wires}
        self._right = {wire.right_row: wire.right for wire in wires}
        self._fan_out: dict[int, int] = defaultdict(int)
        self._fan_in: dict[int, int] = defaultdict(int)
        for wire in wires:
            self._fan_out[wire.left] += 1
            self._fan_in[wire.right] += 1
        self.owners: dict[int, list[Wire]] = defaultdict(list)
        self.first, self.second = _Order(), _Order()
        self.taken: dict[Wire, int] = {}

    def assign(self) -> None:
        """Choose all rows: straight wires first, then those that fan at one end only, then the rest."""
        for wire in sorted(self._wires, key=self._rank):
            row = next((row for row in self._wanted(wire) if self._take(wire, row)), None)
            if row is None:
                self._take(wire, self._new_row())

    def _rank(self, wire: Wire) -> tuple[int, int, int]:
        straight = wire.left_row == wire.right_row
        both = self._fan_out[wire.left] > 1 and self._fan_in[wire.right] > 1
        return (0 if straight else 2 if both else 1, abs(wire.left_row - wire.right_row), wire.right_row)

    def _wanted(self, wire: Wire) -> Iterator[int]:
        ends = [wire.right_row, wire.left_row]
        if self._fan_in[wire.right] > 1 and self._fan_out[wire.left] == 1:
            ends.reverse()
        yield from (row for row in ends if not self.owners.get(row))
        yield from self._free(wire)
        yield from ends

    def _free(self, wire: Wire) -> Iterator[int]:
        low, high = sorted((wire.left_row, wire.right_row))
        rows = range(max(0, low - _NEAR), min(self._rows, high + _NEAR + 1))
        for row in sorted(rows, key=lambda r: (max(low - r, r - high, 0), abs(r - wire.right_row), r)):
            if not self.owners.get(row) and row not in self._left and row not in self._right:
                yield row

    def _may_share(self, wire: Wire, row: int) -> bool:
        """Whether the lines of *row* and *wire* can be one line without seeming to lead where they do not."""
        others = self.owners.get(row)
        if not others:
            return True
        turning = [each for each in (*others, wire) if each.left_row != row]
        ending = [each for each in (*others, wire) if each.right_row != row]
        return (
            row == wire.right_row
            and all(other.right == wire.right for other in others)
            and all(self._fan_out[each.left] == 1 for each in turning)
        ) or (
            row == wire.left_row
            and all(other.left == wire.left for other in others)
            and all(self._fan_in[each.right] == 1 for each in ending)
        )

    def _new_row(self) -> int:
        used = [*self.owners, *self._left, *self._right, self._rows - 1]
        return max(used) + 1

    def _take(self, wire: Wire, row: int) -> bool:
        if not self._may_share(wire, row):
            return False
        left, right = self._left.get(row, wire.left), self._right.get(row, wire.right)
        blocked = (left != wire.left and not self.first.allows(left, wire.left)) or (
            right != wire.right and not self.second.allows(wire.right, right)
        )
        if blocked:
            return False
        if left != wire.left:
            self.first.put(left, wire.left)
        if right != wire.right:
            self.second.put(wire.right, right)
        self.owners[row].append(wire)
        self.taken[wire] = row
        return True


def _tracks(nets: dict[int, _Net], order: _Order) -> tuple[dict[int, int], int]:
    """Return each net's track, 0 next to the pins, and how many tracks there are."""
    start = order.arranged(sorted(nets, key=lambda pin: (nets[pin].row, pin)))
    known: dict[tuple[int, int], int] = {}

    def cost(a: int, b: int) -> int:
        if (a, b) not in known:
            known[a, b] = nets[a].crossings(nets[b]) if nets[a].overlaps(nets[b]) else 0
        return known[a, b]

    found = local_search(start, cost, order.pairs)
    track: dict[int, int] = {}
    for pin in found:
        beside = [number for other, number in track.items() if nets[other].overlaps(nets[pin])]
        track[pin] = max(beside, default=-1) + 1
    return track, max(track.values(), default=-1) + 1


def _columns(tracks: dict[int, int], count: int) -> tuple[dict[int, int], int]:
    """Return each net's column, and how many columns all take; a few tracks stand apart."""
    step = 2 if count <= _FEW else 1
    return {pin: track * step for pin, track in tracks.items()}, (count - 1) * step + 1 if count else 0


def _nets(wires: Sequence[Wire], rows: dict[Wire, int], *, left: bool) -> dict[int, _Net]:
    ends: dict[tuple[int, int], set[int]] = defaultdict(set)
    for wire in wires:
        pin, row = (wire.left, wire.left_row) if left else (wire.right, wire.right_row)
        if rows[wire] != row:
            ends[pin, row].add(rows[wire])
    return {pin: _Net(row, frozenset(found)) for (pin, row), found in ends.items()}


def route(wires: Sequence[Wire], rows: int, middle: int) -> Channel:
    """Return the courses of *wires* through a channel of *rows* rows whose middle is *middle* columns wide.

    A course may use a row below the last one where no other is left.
    """
    plan = _Rows(wires, rows)
    plan.assign()
    first, first_span = _columns(*_tracks(_nets(wires, plan.taken, left=True), plan.first))
    mirrored = _Order()
    for a, b in sorted(plan.second.pairs):
        mirrored.put(b, a)
    second, second_span = _columns(*_tracks(_nets(wires, plan.taken, left=False), mirrored))
    width = 1 + first_span + middle + second_span + 1
    courses = []
    for wire in wires:
        row = plan.taken[wire]
        start = 1 + first[wire.left] if row != wire.left_row else None
        end = width - 2 - second[wire.right] if row != wire.right_row else None
        courses.append(Course(row, start, end, len(plan.owners[row]) == 1))
    return Channel(width, 1 + first_span, middle, tuple(courses))
