"""The rows of items: isotonic regression moves each layer as near to its neighbours as its order allows."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

from woodwork_tui.layout.geometry import Size
from woodwork_tui.layout.layers import Layered

_PASSES = 6


def isotonic(wanted: Sequence[float], weights: Sequence[float]) -> list[float]:
    """Return the non-decreasing numbers nearest to *wanted* by weighted squares (pool adjacent violators)."""
    blocks: list[tuple[float, float, int]] = []
    for value, weight in zip(wanted, weights, strict=True):
        block = (value, weight, 1)
        while blocks and blocks[-1][0] > block[0]:
            mean, before, count = blocks.pop()
            total = before + block[1]
            block = ((mean * before + block[0] * block[1]) / total, total, count + block[2])
        blocks.append(block)
    return [mean for mean, _, count in blocks for _ in range(count)]


def _lower_median(values: Sequence[tuple[int, float]]) -> int:
    """Return the lowest value with at least half of all weight at or below it."""
    half = sum(weight for _, weight in values) / 2
    reached = 0.0
    for value, weight in sorted(values):
        reached += weight
        if reached >= half:
            return value
    return 0


class Rows:
    """Finds the top row of every item of one graph; the first row used is 0."""

    def __init__(self, graph: Layered, size: Size) -> None:
        self._graph = graph
        self._size = size
        looped = {k.left for gap in graph.gaps for k in gap if k.feedback}
        looped |= {k.right for gap in graph.gaps for k in gap if k.feedback}
        looped |= set(graph.loops.values())
        self.looped = {item for item in looped if graph.items[item] is not None}
        self._near: dict[int, list[tuple[int, bool, bool]]] = defaultdict(list)
        for gap in graph.gaps:
            for link in gap:
                self._near[link.left].append((link.right, link.feedback, True))
                self._near[link.right].append((link.left, link.feedback, False))
        self.top: dict[int, int] = {}

    def height(self, item: int) -> int:
        """Return how many rows *item* takes, with the one below it where feedback enters and leaves."""
        return 1 if self._graph.items[item] is None else self._size.height + (item in self.looped)

    def port(self, item: int, feedback: bool) -> int:
        """Return the row of a port of *item*, counted from its top."""
        if self._graph.items[item] is None:
            return 0
        return self._size.height if feedback else self._size.port

    def row(self, item: int, feedback: bool) -> int:
        """Return the row of a port of *item*."""
        return self.top[item] + self.port(item, feedback)

    def _gap(self, above: int, below: int) -> int:
        nodes = self._graph.items[above] is not None and self._graph.items[below] is not None
        return self._size.gap if nodes and above not in self.looped else 0

    def _prefix(self, layer: Sequence[int]) -> list[int]:
        rows, at = [], 0
        for n, item in enumerate(layer):
            rows.append(at)
            at += self.height(item) + (self._gap(item, layer[n + 1]) if n + 1 < len(layer) else 0)
        return rows

    def _pull(self, item: int, other: int, feedback: bool) -> float:
        bends = (self._graph.items[item] is None) + (self._graph.items[other] is None)
        return (0.25 if feedback else 1.0) * (8.0 if bends == 2 else 2.0 - bends)

    def _settle(self, layer: Sequence[int], sides: Mapping[bool, bool]) -> None:
        prefix = self._prefix(layer)
        wanted, weights = [], []
        for item, start in zip(layer, prefix, strict=True):
            rows = [
                (self.row(other, feedback) - self.port(item, feedback), self._pull(item, other, feedback))
                for other, feedback, ahead in self._near[item]
                if sides[ahead]
            ]
            wanted.append(float((_lower_median(rows) if rows else self.top[item]) - start))
            weights.append(sum(weight for _, weight in rows) or 0.2)
        for item, start, place in zip(layer, prefix, isotonic(wanted, weights), strict=True):
            self.top[item] = math.floor(place + 0.5) + start

    def place(self) -> None:
        """Find the rows."""
        layers = self._graph.layers
        for layer in layers:
            self.top.update(zip(layer, self._prefix(layer), strict=True))
        for _ in range(_PASSES):
            for layer in layers[1:]:
                self._settle(layer, {True: False, False: True})
            for layer in reversed(layers[:-1]):
                self._settle(layer, {True: True, False: False})
        for layer in layers[1:]:
            self._settle(layer, {True: False, False: True})
        for layer in (*layers, *reversed(layers)):
            self._settle(layer, {True: True, False: True})
        self._close_up()

    def _close_up(self) -> None:
        """Start at row 0 and leave at most one row in which there is nothing."""
        taken = sorted({row + n for item, row in self.top.items() for n in range(self.height(item))})
        place: dict[int, int] = {}
        at = before = -1
        for row in taken:
            at += min(row - before, 2) if place else 1
            place[row] = at
            before = row
        self.top = {item: place[row] for item, row in self.top.items()}

    def total(self) -> int:
        """Return how many rows all items span."""
        return max((row + self.height(item) for item, row in self.top.items()), default=0)
