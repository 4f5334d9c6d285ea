"""A time axis in cells on which long idle gaps are folded away."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from woodwork_tui.units import duration, milliseconds

Time = tuple[float, float]
"""Start and end in s since the epoch."""

_WORTH_FOLDING = 0.3
"""A gap is folded when it is longer than this share of all that is not idle."""
_SHORTEST_GAP = 0.01
_CELLS_A_STRETCH = 12
_NARROWEST = 2
_TAIL, _LAST_TAIL = 6, 18
"""Cells kept free behind a stretch, and behind the last one, for what is said about its end."""
_BETWEEN_TICKS = 10


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time without folds, *start* to *end* in s since the epoch, drawn from cell *left* up to *right*."""

    start: float
    end: float
    left: int
    right: int

    def place(self, at: float) -> float:
        """Return where the time *at* is, in cells."""
        length = self.end - self.start
        share = (at - self.start) / length if length > 0 else 0.0
        return self.left + min(1.0, max(0.0, share)) * (self.right - self.left)


@dataclass(frozen=True, slots=True)
class Fold:
    """A gap that is folded away, drawn from cell *left* on as *text*."""

    left: int
    text: str


@dataclass(frozen=True, slots=True)
class Axis:
    """Stretches in the order of time, the folds between them; *step* are the s between two ticks."""

    stretches: tuple[Stretch, ...]
    folds: tuple[Fold, ...]
    step: float

    def cells(self, start: float, end: float) -> tuple[int, int] | None:
        """Return the first cell of a time and the cell behind its last, one at least; None where it is folded away."""
        if end <= start:
            here = next((each for each in self.stretches if each.start <= start <= each.end), None)
            if here is None:
                return None
            first = min(int(here.place(start)), here.right - 1)
            return first, first + 1
        begins = next((each for each in self.stretches if start < each.end), None)
        ends = next((each for each in reversed(self.stretches) if end > each.start), None)
        if begins is None or ends is None or begins.left > ends.left:
            return None
        first = min(int(begins.place(start)), begins.right - 1)
        return first, max(first + 1, math.ceil(ends.place(end) - 1e-9))

    def ticks(self) -> tuple[tuple[int, str], ...]:
        """Return cells and what stands there: the time since the beginning."""
        found: list[tuple[int, str]] = []
        free, origin = 0, self.stretches[0].start if self.stretches else 0.0
        for stretch in self.stretches:
            for at in _times(stretch, origin, self.step):
                cell, text = int(stretch.place(at)), _since(at - origin, self.step)
                if cell >= free and (cell + len(text) <= stretch.right or cell == stretch.left):
                    found.append((cell, text))
                    free = cell + len(text) + 2
        return tuple(found)


def fold_axis(busy: Iterable[Time], width: int) -> Axis:
    """Return the axis of *width* cells on which the times *busy* are seen, and nothing of longer gaps between them."""
    merged = _merged(busy)
    if not merged:
        return Axis((), (), 1.0)
    stretches = _joined(merged, max(1, width // _CELLS_A_STRETCH))
    gaps = [after[0] - before[1] for before, after in pairwise(stretches)]
    texts = _fold_texts(gaps, width // 3)
    tails = [_TAIL] * len(gaps) + [_LAST_TAIL]
    room = width - sum(map(len, texts)) - sum(tails)
    if room < width // 3:
        tails = [1] * len(tails)
        room = width - sum(map(len, texts)) - len(tails)
    widths = _shares([end - start for start, end in stretches], room)
    drawn, folds, left = [], [], 0
    for (start, end), wide, tail, text in zip(stretches, widths, tails, [*texts, ""], strict=True):
        drawn.append(Stretch(start, end, left, left + wide))
        left += wide + tail
        if text:
            folds.append(Fold(left, text))
            left += len(text)
    total = sum(end - start for start, end in stretches)
    return Axis(tuple(drawn), tuple(folds), _nice(total / max(1, sum(widths)) * _BETWEEN_TICKS))


def _merged(times: Iterable[Time]) -> list[Time]:
    merged: list[Time] = []
    for start, end in sorted(times):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _joined(times: Sequence[Time], most: int) -> list[Time]:
    """Return *times* with short gaps closed, *most* of them at most."""
    limit = max(_SHORTEST_GAP, _WORTH_FOLDING * sum(end - start for start, end in times))
    while True:
        joined = [times[0]]
        for start, end in times[1:]:
            if start - joined[-1][1] <= limit:
                joined[-1] = (joined[-1][0], end)
            else:
                joined.append((start, end))
        if len(joined) <= most:
            return joined
        limit *= 2


def _fold_texts(gaps: Sequence[float], room: int) -> list[str]:
    lengths = [_short(gap) for gap in gaps]
    for form in ("┊ {} idle ┊", "┊ {} ┊"):
        texts = [form.format(length) for length in lengths]
        if sum(map(len, texts)) <= room:
            return texts
    return ["┊"] * len(gaps)


def _shares(lengths: Sequence[float], room: int) -> list[int]:
    """Return *room* cells shared out in proportion to *lengths*, none below the narrowest."""
    total = sum(lengths)
    shares = [
        max(_NARROWEST, round(length / total * room) if total > 0 else room // len(lengths)) for length in lengths
    ]
    while sum(shares) > room and max(shares) > _NARROWEST:
        shares[shares.index(max(shares))] -= 1
    return shares


def _nice(seconds: float) -> float:
    """Return the smallest of 1, 2, 5 times a power of ten that is not less than *seconds*."""
    if seconds <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(seconds))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= seconds * (1 - 1e-9))


def _times(stretch: Stretch, origin: float, step: float) -> Iterable[float]:
    yield stretch.start
    number = math.floor((stretch.start - origin) / step) + 1
    while (at := origin + number * step) < stretch.end:
        yield at
        number += 1


def _short(seconds: float) -> str:
    return milliseconds(seconds * 1000) if seconds < 1 else duration(seconds)


def _since(seconds: float, step: float) -> str:
    if seconds <= 0:
        return "0ms"
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    if seconds < 1 and step < 1:
        return f"{seconds * 1000:.{max(0, digits - 3)}f}ms"
    return f"{seconds:.{min(3, max(1, digits))}f}s" if seconds < 60 else duration(seconds)
