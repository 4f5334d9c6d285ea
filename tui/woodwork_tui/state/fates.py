"""What becomes of messages whose component a change of the flow removes: the choice, and when it is carried out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from woodwork_engine.snapshot import Snapshot
from woodwork_tui.state.reload_plan import ReloadPlan, leftovers
from woodwork_tui.state.revisions import REJECTED

LABELS = {
    "park": "parked: kept, back in order when it returns",
    "dead_letter": "dead-lettered: to be replayed by hand",
    "discard": "discarded: gone for good",
}
"""The ways that can be chosen, in words."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What was confirmed: the messages of the components *names* go the way *way*; empty: as the file says."""

    names: tuple[str, ...]
    way: str


def ways_for(plan: ReloadPlan) -> tuple[tuple[tuple[str, str], ...], str]:
    """Return the ways (value, label) that the stranded messages of *plan* may go, and the one to begin with."""
    hows = {each.on_remove for each in plan.stranded}
    if not hows:
        return (), ""
    ways = [(way, LABELS[way]) for way in ("park", "dead_letter")]
    if not hows <= {"park"} and hows != {"dead_letter"}:
        said = ", ".join(f"{each.name} {each.on_remove}" for each in plan.stranded)
        ways.insert(0, ("", f"as the file says it: {said}"))
    return tuple(ways), next(iter(hows)) if len(hows) == 1 and ways[0][0] else ways[0][0]


@dataclass(frozen=True, slots=True)
class Decided:
    """Ways by component that differ from what the file says, for once a revision after *after* (s) has removed them."""

    ways: Mapping[str, str] = field(default_factory=dict)
    after: float = 0.0

    @classmethod
    def of(cls, fate: Fate, snapshot: Snapshot) -> Decided:
        """Return what *fate* decides about the flow in *snapshot*."""
        plan, revisions = snapshot.plan, snapshot.revisions
        ways = {}
        for name in fate.names:
            node = plan.node(name) if plan is not None else None
            if fate.way and node is not None and node.policy.on_remove != fate.way:
                ways[name] = fate.way
        return cls(ways, revisions[-1].at if revisions else 0.0)

    def due(self, snapshot: Snapshot) -> tuple[Decided, tuple[tuple[str, str], ...]]:
        """Return what is still to wait for, and the components, each with its way, that can be dealt with now."""
        revisions, plan = snapshot.revisions, snapshot.plan
        if not self.ways or not revisions or revisions[-1].at <= self.after:
            return self, ()
        if revisions[-1].result == REJECTED:
            return Decided(), ()
        gone = [name for name in self.ways if plan is not None and plan.node(name) is None]
        left = {each.name for each in leftovers(snapshot)}
        return self._without(gone), tuple((name, self.ways[name]) for name in gone if name in left)

    def _without(self, names: Iterable[str]) -> Decided:
        rest = {name: way for name, way in self.ways.items() if name not in set(names)}
        return Decided(rest, self.after)
