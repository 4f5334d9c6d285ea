"""Which routes messages have just taken: their lines brighten for a moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from woodwork_engine.snapshot import EdgeStats

PULSE_SECONDS = 0.3

_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Pulse:
    """The last count of every route, and when (s, any clock) it last grew."""

    counts: Mapping[_Key, int] = field(default_factory=lambda: MappingProxyType({}))
    grown: Mapping[_Key, float] = field(default_factory=lambda: MappingProxyType({}))

    def after(self, edges: Iterable[EdgeStats], now: float) -> Pulse:
        """Return the pulse once *edges* were counted at *now*; a route seen for the first time does not beat."""
        counts = {(edge.source, edge.target): edge.count for edge in edges}
        grown = {key: at for key, at in self.grown.items() if now - at < PULSE_SECONDS}
        grown |= {key: now for key, count in counts.items() if count > self.counts.get(key, count)}
        return Pulse(MappingProxyType(counts), MappingProxyType(grown))

    def beating(self, now: float) -> frozenset[_Key]:
        """Return the routes that messages took within the last 0.3 s."""
        return frozenset(key for key, at in self.grown.items() if now - at < PULSE_SECONDS)
