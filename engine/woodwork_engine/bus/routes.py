"""The route table of one revision: names resolved once, cycles known (bus.md G1, F4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # endpoints hold instances, which hold their table
    from woodwork_engine.bus.endpoint import Route

Targets = Callable[[str, str], tuple[str, ...]]
"""What a router gives: the names that (source, event) goes to."""


class RouteTable:
    """An immutable answer to "where does it go", with a version; resolved routes are remembered."""

    __slots__ = ("_components", "_direct", "_resolve", "_routed", "_targets", "revision")

    def __init__(
        self,
        revision: int,
        targets: Targets,
        links: Iterable[tuple[str, str]],
        resolve: Callable[[str | None, str, bool], Route],
    ) -> None:
        self.revision = revision
        self._targets = targets
        self._resolve = resolve
        self._components = strongly_connected(links)
        self._routed: dict[tuple[str, str], tuple[Route, ...]] = {}
        self._direct: dict[tuple[str | None, str], Route] = {}

    def routed(self, source: str, event: str) -> tuple[Route, ...]:
        """Return the routes that *event* of *source* takes."""
        key = (source, event)
        found = self._routed.get(key)
        if found is None:
            found = self._routed[key] = tuple(self.direct(source, name) for name in self._targets(source, event))
        return found

    def direct(self, source: str | None, target: str) -> Route:
        """Return the route from *source* straight to *target*."""
        key = (source, target)
        found = self._direct.get(key)
        if found is None:
            cyclic = source is not None and self._on_one_cycle(source, target)
            found = self._direct[key] = self._resolve(source, target, cyclic)
        return found

    def _on_one_cycle(self, source: str, target: str) -> bool:
        return source == target or (
            source in self._components and self._components.get(source) == self._components.get(target)
        )


NO_LINKS: tuple[tuple[str, str], ...] = ()


def strongly_connected(links: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Return for each name the number of its strongly connected component (Tarjan 1972, without recursion)."""
    after: dict[str, list[str]] = {}
    for source, target in links:
        after.setdefault(source, []).append(target)
        after.setdefault(target, [])
    search = _Tarjan(after)
    for name in after:
        if name not in search.order:
            search.visit(name)
    return search.component


class _Tarjan:
    def __init__(self, after: dict[str, list[str]]) -> None:
        self.after = after
        self.order: dict[str, int] = {}
        self.low: dict[str, int] = {}
        self.component: dict[str, int] = {}
        self._stack: list[str] = []
        self._groups = 0

    def visit(self, root: str) -> None:
        path = [(root, iter(self.after[root]))]
        self._enter(root)
        while path:
            name, rest = path[-1]
            for following in rest:
                if following not in self.order:
                    self._enter(following)
                    path.append((following, iter(self.after[following])))
                    break
                if following not in self.component:
                    self.low[name] = min(self.low[name], self.order[following])
            else:
                path.pop()
                if path:
                    self.low[path[-1][0]] = min(self.low[path[-1][0]], self.low[name])
                if self.low[name] == self.order[name]:
                    self._close(name)

    def _enter(self, name: str) -> None:
        self.order[name] = self.low[name] = len(self.order)
        self._stack.append(name)

    def _close(self, root: str) -> None:
        while True:
            name = self._stack.pop()
            self.component[name] = self._groups
            if name == root:
                break
        self._groups += 1
