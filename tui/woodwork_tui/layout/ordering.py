"""The order of items within their layers: barycenter sweeps that keep the order with the fewest crossings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from woodwork_tui.layout.layers import Layered, Link

_SWEEPS = 12


def crossings(links: Iterable[Link], left: dict[int, int], right: dict[int, int]) -> int:
    """Return how many of *links* cross, given the places of their ends; counted with a Fenwick tree."""
    pairs = sorted((2 * left[k.left] + k.feedback, 2 * right[k.right] + k.feedback) for k in links)
    size = max((end for _, end in pairs), default=0) + 1
    tree = [0] * (size + 1)
    total = 0
    for seen, (_, end) in enumerate(pairs):
        at, not_after = end + 1, 0
        while at:
            not_after += tree[at]
            at &= at - 1
        total += seen - not_after
        at = end + 1
        while at <= size:
            tree[at] += 1
            at += at & -at
    return total


def _places(layer: Sequence[int]) -> dict[int, int]:
    return {item: place for place, item in enumerate(layer)}


def _total(graph: Layered, layers: Sequence[Sequence[int]]) -> int:
    places = [_places(layer) for layer in layers]
    return sum(crossings(links, places[n], places[n + 1]) for n, links in enumerate(graph.gaps))


def _sorted_by(layer: list[int], neighbours: dict[int, list[int]], places: dict[int, int]) -> list[int]:
    def mean(pair: tuple[int, int]) -> float:
        place, item = pair
        ends = neighbours.get(item)
        return sum(places[end] for end in ends) / len(ends) if ends else float(place)

    return [item for _, item in sorted(enumerate(layer), key=mean)]


def _transposed(graph: Layered, layers: list[list[int]]) -> None:
    """Swap neighbours in a layer as long as that removes crossings."""
    for n, layer in enumerate(layers):
        gaps = [g for g in (n - 1, n) if 0 <= g < len(graph.gaps)]
        for place in range(len(layer) - 1):
            pair = set(layer[place : place + 2])
            near = [(g, [k for k in graph.gaps[g] if (k.right if g < n else k.left) in pair]) for g in gaps]

            def cost(near: list[tuple[int, list[Link]]] = near) -> int:
                return sum(crossings(links, _places(layers[g]), _places(layers[g + 1])) for g, links in near)

            before = cost()
            layer[place], layer[place + 1] = layer[place + 1], layer[place]
            if before <= cost():
                layer[place], layer[place + 1] = layer[place + 1], layer[place]


def order(graph: Layered) -> None:
    """Put each layer of *graph* in an order with few crossings."""
    ahead: dict[int, list[int]] = defaultdict(list)
    behind: dict[int, list[int]] = defaultdict(list)
    for links in graph.gaps:
        for link in links:
            ahead[link.left].append(link.right)
            behind[link.right].append(link.left)
    best = [list(layer) for layer in graph.layers]
    fewest = _total(graph, best)
    current = [list(layer) for layer in best]
    last = len(current) - 1
    for sweep in range(_SWEEPS):
        if not fewest:
            break
        forward = sweep % 2 == 0
        for n in range(1, last + 1) if forward else range(last - 1, -1, -1):
            beside = current[n - 1] if forward else current[n + 1]
            current[n] = _sorted_by(current[n], behind if forward else ahead, _places(beside))
        if sum(map(len, current)) <= 120:
            _transposed(graph, current)
        found = _total(graph, current)
        if found < fewest:
            fewest, best = found, [list(layer) for layer in current]
    graph.layers = best


Cost = Callable[[int, int], int]
"""What it costs to have the first of two before the second."""


def local_search(sequence: list[int], cost: Cost, fixed: set[tuple[int, int]]) -> list[int]:
    """Return *sequence* with neighbours swapped while that lowers the cost; pairs in *fixed* keep their order."""
    result = list(sequence)
    for _ in range(len(result)):
        moved = False
        for place in range(len(result) - 1):
            a, b = result[place], result[place + 1]
            if (a, b) not in fixed and cost(b, a) < cost(a, b):
                result[place], result[place + 1] = b, a
                moved = True
        if not moved:
            break
    return result
