"""Loops in a graph: the groups of names that lead back to themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

Graph = Mapping[str, Iterable[str]]


def loops(graph: Graph) -> list[tuple[str, ...]]:
    """Return the strongly connected groups of *graph* that have an edge inside, each in the order of *graph*.

    Tarjan's algorithm, 1972, without recursion: linear in names and edges.
    """
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    found: list[tuple[str, ...]] = []
    order = {name: number for number, name in enumerate(graph)}

    def leave(name: str) -> None:
        if low[name] != index[name]:
            return
        group = []
        while True:
            member = stack.pop()
            on_stack.discard(member)
            group.append(member)
            if member == name:
                break
        if len(group) > 1 or name in graph.get(name, ()):
            found.append(tuple(sorted(group, key=lambda member: order.get(member, len(order)))))

    for start in graph:
        if start in index:
            continue
        pending: list[tuple[str, Iterator[str]]] = []
        following: str | None = start
        while following is not None or pending:
            if following is not None:
                index[following] = low[following] = len(index)
                stack.append(following)
                on_stack.add(following)
                pending.append((following, iter(graph.get(following, ()))))
                following = None
            name, targets = pending[-1]
            for target in targets:
                if target not in index:
                    following = target
                    break
                if target in on_stack:
                    low[name] = min(low[name], index[target])
            if following is None:
                pending.pop()
                leave(name)
                if pending:
                    parent = pending[-1][0]
                    low[parent] = min(low[parent], low[name])
    return sorted(found, key=lambda group: order.get(group[0], 0))
