"""Loops in a graph: the groups of names that lead back to themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

Graph = Mapping[str, Mapping[str, None]]
"""Names, each with the names it leads to, which are names of the graph too."""


def loops(graph: Graph) -> list[tuple[str, ...]]:
    """Return the strongly connected groups of *graph* that have an edge inside, each in the order of *graph*.

    Tarjan's algorithm (1972) without recursion: linear in names and edges.
    """
    return _Tarjan(graph).run()


class _Tarjan:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.index: dict[str, int] = {}
        self.low: dict[str, int] = {}
        self.stack: list[str] = []
        self.on_stack: set[str] = set()
        self.path: list[tuple[str, Iterator[str]]] = []
        self.order = {name: number for number, name in enumerate(graph)}
        self.found: list[tuple[str, ...]] = []

    def run(self) -> list[tuple[str, ...]]:
        for start in self.graph:
            if start not in self.index:
                self.enter(start)
            while self.path:
                self.step()
        return sorted(self.found, key=lambda group: self.order[group[0]])

    def enter(self, name: str) -> None:
        self.index[name] = self.low[name] = len(self.index)
        self.stack.append(name)
        self.on_stack.add(name)
        self.path.append((name, iter(self.graph[name])))

    def step(self) -> None:
        name, targets = self.path[-1]
        for target in targets:
            if target not in self.index:
                self.enter(target)
                return
            if target in self.on_stack:
                self.low[name] = min(self.low[name], self.index[target])
        self.path.pop()
        if self.path:
            parent = self.path[-1][0]
            self.low[parent] = min(self.low[parent], self.low[name])
        if self.low[name] == self.index[name]:
            self.leave(name)

    def leave(self, name: str) -> None:
        at = len(self.stack) - 1
        while self.stack[at] != name:
            at -= 1
        group = self.stack[at:]
        del self.stack[at:]
        self.on_stack.difference_update(group)
        if len(group) > 1 or name in self.graph[name]:
            self.found.append(tuple(sorted(group, key=self.order.__getitem__)))
