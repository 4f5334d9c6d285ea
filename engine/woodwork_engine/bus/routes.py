"""The route table of one revision: names resolved once, cycles known (bus.md G1, F4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING
from weakref import WeakSet

if TYPE_CHECKING:  # endpoints hold instances, which hold their table
    from woodwork_engine.bus.endpoint import Endpoint, Route

Targets = Callable[[str, str], tuple[str, ...]]
"""What a router gives: the names that (source, event) goes to."""


MOST_REMEMBERED = 4_096
"""Resolved routes that a table remembers; event types and senders may be made up by anybody."""


class RouteTable:
    """An immutable answer to "where does it go", with a version; resolved routes are remembered.

    What it knows about cycles may change: by sends that no link announced, and by the links of tables that are in use
    beside it while attempts pinned to them still run.
    """

    __slots__ = (
        "__weakref__",
        "_components",
        "_direct",
        "_known",
        "_resolve",
        "_targets",
        "links",
        "resolved",
        "revision",
    )

    def __init__(
        self,
        revision: int,
        targets: Targets,
        links: Iterable[tuple[str, str]],
        resolve: Callable[[str | None, str, bool], Route],
    ) -> None:
        self.revision = revision
        self.links = set(links)
        """The links of this table, and the sends along them that were made without one."""
        self._targets = targets
        self._resolve = resolve
        self._known = set(self.links)
        self._components = strongly_connected(self._known)
        self.resolved: dict[tuple[str, str], tuple[Route, ...]] = {}
        """What `routed` has found by source and event; who asks for every message looks here first."""
        self._direct: dict[tuple[str | None, str], Route] = {}

    def routed(self, source: str, event: str) -> tuple[Route, ...]:
        """Return the routes that *event* of *source* takes."""
        key = (source, event)
        found = self.resolved.get(key)
        if found is None:
            if len(self.resolved) >= MOST_REMEMBERED:
                self.resolved.clear()
            found = self.resolved[key] = tuple(self.direct(source, name) for name in self._targets(source, event))
        return found

    def direct(self, source: str | None, target: str) -> Route:
        """Return the route from *source* straight to *target*."""
        key = (source, target)
        found = self._direct.get(key)
        if found is None:
            if len(self._direct) >= MOST_REMEMBERED:
                self._direct.clear()
            found = self._direct[key] = self._resolve(
                source, target, source is not None and self.on_cycle(source, target)
            )
        return found

    def on_cycle(self, source: str, target: str) -> bool:
        """Whether *source* must not wait for room at *target* (bus.md F4), or at what *target* is waiting for.

        A send that no link announced is a new link; it closes a cycle exactly when *target* already leads to *source*.
        """
        if source == target:
            return True
        if (source, target) not in self.links:
            if self._leads(target, source):
                return True
            self.links.add((source, target))
            self._known.add((source, target))
        return self._together(source, target)

    def _together(self, source: str | None, target: str) -> bool:
        component = None if source is None else self._components.get(source)
        return component is not None and component == self._components.get(target)

    def _leads(self, start: str, goal: str) -> bool:
        after: dict[str, list[str]] = {}
        for source, target in self._known:
            after.setdefault(source, []).append(target)
        seen = {start}
        pending = [start]
        while pending:
            for following in after.get(pending.pop(), ()):
                if following == goal:
                    return True
                if following not in seen:
                    seen.add(following)
                    pending.append(following)
        return False

    def relink(self, known: set[tuple[str, str]]) -> None:
        """Find cycles in *known*, the links of all tables in use; *known* is shared by them, and routes taken learn."""
        self._known = known
        self._components = strongly_connected(known)
        for (source, target), route in self._direct.items():
            if source is not None and (source, target) in self.links and source != target:
                route.cyclic = self._together(source, target)

    def lead(self, before: Endpoint, after: Endpoint) -> None:
        """Let the routes to *before* lead to *after*."""
        for route in {*self._direct.values(), *(route for routes in self.resolved.values() for route in routes)}:
            if route.endpoint is before:
                route.endpoint = after


class RouteTables:
    """The tables in use: the current one, and those that running attempts are pinned to.

    *changed* is called when who waits for room may not have to any more.
    """

    def __init__(self, first: RouteTable, changed: Callable[[], None]) -> None:
        self.current = first
        self._changed = changed
        self._used = WeakSet((first,))
        self._linked = 1

    def adopt(self, table: RouteTable) -> None:
        """Route by *table* from now on; cycles are found across all tables in use (bus.md F4)."""
        self.current = table
        self._used.add(table)
        self._relink()

    def lead(self, before: Endpoint, after: Endpoint) -> None:
        """Let every route to *before*, at which there is nothing, lead to *after*, which has its name now."""
        for table in self._used:
            table.lead(before, after)
        self._changed()
        before.gate.call_all()

    def look_after(self) -> None:
        """Forget the links of tables that no attempt is pinned to any more."""
        if len(self._used) != self._linked:
            self._relink()

    def _relink(self) -> None:
        tables = tuple(self._used)
        self._linked = len(tables)
        links = {link for table in tables for link in table.links}
        for table in tables:
            table.relink(links)
        self._changed()


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
