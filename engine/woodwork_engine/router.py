"""Who receives what, and why: a plan's routes by source and event (the published DeclarativeRouter)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from woodwork_engine.errors import UnknownComponentError
from woodwork_engine.plan import Edge, EdgeKind, FlowPlan
from woodwork_engine.source import Span

MOST_CHAINS = 1_000

_NOWHERE = Span.point("<code>")


class DeclarativeRouter:
    """Answers where an event of a component goes; made from a plan, or filled by hand from `to` lists."""

    def __init__(self, plan: FlowPlan | None = None) -> None:
        self._names: list[str] = list(plan.names()) if plan else []
        self._routes: dict[str, list[Edge]] = {}
        self._asked: dict[str, int] = {}
        for edge in plan.edges if plan else ():
            if edge.is_route:
                self._routes.setdefault(edge.source, []).append(edge)

    def configure_from_components(self, components: Mapping[str, object]) -> None:
        """Replace all routes by the `to` of *components*: name -> mapping with `to`, or an object with `to`."""
        self._names = list(components)
        self._routes = {}
        for name, component in components.items():
            for target in _targets_of(component):
                self.add_routing_target(name, target)

    def get_routing_targets(self, source: str, event: str = "*") -> list[str]:
        """Return the names that *event* of *source* goes to, in the order of the file; `*` means any event."""
        self._asked[source] = self._asked.get(source, 0) + 1
        return list(self.targets(source, event))

    def targets(self, source: str, event: str) -> tuple[str, ...]:
        """Return the names that *event* of *source* goes to, each once: what a bus asks when a revision is applied."""
        edges = self._routes.get(source, ())
        return tuple(dict.fromkeys(e.target for e in edges if event == "*" or e.carries(event)))

    def why(self, source: str, target: str) -> Edge | None:
        """Return the route from *source* to *target* with its place in the file, or None."""
        return next((edge for edge in self._routes.get(source, ()) if edge.target == target), None)

    def links(self) -> tuple[tuple[str, str], ...]:
        """Return every (source, target) pair, whatever the event."""
        return tuple((edge.source, edge.target) for edges in self._routes.values() for edge in edges)

    def has_routing_targets(self, source: str) -> bool:
        """Whether anything *source* sends goes anywhere."""
        return bool(self._routes.get(source))

    def add_routing_target(self, source: str, target: str) -> None:
        """Route everything of *source* to *target* too."""
        if self.why(source, target) is None:
            self._routes.setdefault(source, []).append(Edge(source, target, EdgeKind.EXPLICIT, _NOWHERE))

    def remove_routing_target(self, source: str, target: str) -> bool:
        """Stop routing *source* to *target*; True when there was such a route."""
        before = self._routes.get(source, [])
        self._routes[source] = [edge for edge in before if edge.target != target]
        return len(self._routes[source]) < len(before)

    def validate_routing_configuration(self) -> list[str]:
        """Return one sentence for each route whose target is no known component; empty when all is well."""
        return [
            str(UnknownComponentError(edge.target, self._names))
            for edges in self._routes.values()
            for edge in edges
            if edge.target not in self._names
        ]

    def get_routing_stats(self) -> dict[str, object]:
        """Return how many components and routes there are, and how often targets were asked for by source."""
        return {
            "components": len(self._names),
            "routes": sum(len(edges) for edges in self._routes.values()),
            "lookups": dict(self._asked),
        }

    def get_workflow_chains(self) -> list[list[str]]:
        """Return every path from a component that nothing routes to up to an end or to a name already on the path.

        At most MOST_CHAINS of them: there may be exponentially many.
        """
        targets = {edge.target for edges in self._routes.values() for edge in edges}
        starts = [name for name in self._names if name not in targets and self.has_routing_targets(name)]
        chains: list[list[str]] = []
        pending = [[start] for start in reversed(starts)]
        while pending and len(chains) < MOST_CHAINS:
            path = pending.pop()
            following = [name for name in self.targets(path[-1], "*") if name not in path]
            if not following:
                chains.append(path)
            pending.extend([*path, name] for name in reversed(following))
        return chains


def _targets_of(component: object) -> Iterable[str]:
    to = component.get("to") if isinstance(component, Mapping) else getattr(component, "to", None)
    if to is None:
        return ()
    return (to,) if isinstance(to, str) else tuple(str(name) for name in to)
