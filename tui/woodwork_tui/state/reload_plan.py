"""What a change of the flow does to the messages that are in it: the reload plan (bus.md G3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from woodwork_engine.plan import FlowPlan, PlanDiff, diff
from woodwork_engine.snapshot import NodeState, NodeStats, Snapshot
from woodwork_tui.state.lines import Line
from woodwork_tui.units import age, plural

_MOST = 6
"""Components or routes named in one line."""

WAYS = {"park": "parked", "dead_letter": "dead-lettered", "discard": "discarded"}
"""How the bus can end what a removed component leaves, and the word for it."""


@dataclass(frozen=True, slots=True)
class Stranded:
    """Messages at a component that a change removes: *waiting* of them neither run nor wait for a retry."""

    name: str
    waiting: int
    retrying: int
    inflight: int
    on_remove: str = "park"

    @property
    def total(self) -> int:
        """All of them."""
        return self.waiting + self.retrying + self.inflight

    @property
    def told(self) -> str:
        """Their numbers in words."""
        return f"{self.waiting:,} queued, {self.retrying:,} retrying, {self.inflight:,} in flight"


@dataclass(frozen=True, slots=True)
class ReloadPlan:
    """A change of the flow: what differs, what is *same*, what is *stranded*, and for how long that may go on (s)."""

    diff: PlanDiff
    same: tuple[str, ...] = ()
    stranded: tuple[Stranded, ...] = ()
    depths: Mapping[str, int] | None = None
    drain_timeout: float = 0.0

    @property
    def total(self) -> int:
        """How many messages are stranded."""
        return sum(each.total for each in self.stranded)

    @property
    def keys(self) -> tuple[str, ...]:
        """The components whose messages are stranded."""
        return tuple(each.name for each in self.stranded)


def reload_plan(after: FlowPlan, snapshot: Snapshot) -> ReloadPlan:
    """Return what going over from what runs in *snapshot* to *after* does."""
    before = snapshot.plan or FlowPlan(after.file)
    difference = diff(before, after)
    stats = {node.name: node for node in snapshot.nodes}
    stranded = tuple(
        _stranded(stats[name], before) for name in difference.removed if name in stats and stats[name].depth
    )
    touched = {*difference.added, *difference.changed, *difference.renamed}
    same = tuple(name for name in after.names() if name not in touched)
    depths = {name: node.depth for name, node in stats.items()}
    return ReloadPlan(difference, same, stranded, depths, after.policy.drain_timeout)


def _stranded(node: NodeStats, plan: FlowPlan) -> Stranded:
    declared = plan.node(node.name)
    waiting = max(0, node.depth - node.retrying - node.inflight)
    how = declared.policy.on_remove if declared is not None else "park"
    return Stranded(node.name, waiting, node.retrying, node.inflight, how)


def plan_lines(plan: ReloadPlan) -> tuple[Line, ...]:
    """Return *plan* in words, one line for each component or route that changes."""
    difference, depths = plan.diff, plan.depths or {}
    lines = []
    for name in difference.added:
        waits = depths.get(name, 0)
        lines.append(
            Line(f"+ added    {name}" + (f"  takes back the {waits:,} that wait for it" if waits else ""), "ok")
        )
    for name, keys in difference.changed.items():
        kept = depths.get(name, 0)
        lines.append(Line(f"~ changed  {name}  {', '.join(keys)}" + (f"  keeps its queue ({kept:,})" if kept else "")))
    lines += [Line(f"~ renamed  {was} → {name}  with its queue") for name, was in difference.renamed.items()]
    stranded = {each.name: each for each in plan.stranded}
    for name in difference.removed:
        told = f"  {stranded[name].told}" if name in stranded else "  nothing waits there"
        lines.append(Line(f"- removed  {name}{told}", "warn" if name in stranded else "bad"))
    lines += [Line(f"+ route    {edge.source} → {edge.target}", "ok") for edge in difference.routes_added[:_MOST]]
    lines += [Line(f"- route    {edge.source} → {edge.target}", "bad") for edge in difference.routes_removed[:_MOST]]
    more = len(difference.routes_added[_MOST:]) + len(difference.routes_removed[_MOST:])
    if more:
        lines.append(Line(f"  and {plural(more, 'more route')}", "muted"))
    if difference.flow_policy:
        lines.append(Line("~ changed  settings of the whole flow"))
    if not difference:
        lines.append(Line("Nothing that has an effect changes."))
    if plan.same:
        lines.append(Line(f"= same     {_some(plan.same)}  not restarted", "muted"))
    return tuple(lines)


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more


def fate_lines(plan: ReloadPlan) -> tuple[Line, ...]:
    """Return what happens to stranded messages first, whatever is chosen for the rest."""
    who = _some(plan.keys)
    verb = "takes" if len(plan.stranded) == 1 else "take"
    return (
        Line(
            f"{plural(plan.total, 'message')} would be stranded. {who} {verb} nothing new and may go on for "
            f"{age(plan.drain_timeout)}; what is left then is",
            "warn",
        ),
    )


def effect(plan: ReloadPlan) -> str:
    """Return *plan* in one line, for beside a difference."""
    difference = plan.diff
    if not difference:
        return "Would change nothing that has an effect."
    told = f"{len(difference.added)} added, {len(difference.removed)} removed, {len(difference.changed)} changed"
    waits = [f"{name}: {depth:,} queued would wait" for name in difference.changed if (depth := _depth(plan, name))]
    waits += [f"{each.name}: {plural(each.total, 'message')} stranded" for each in plan.stranded]
    return f"Would affect components: {told}" + (f" ({'; '.join(waits[:_MOST])})" if waits else "") + "."


def _depth(plan: ReloadPlan, name: str) -> int:
    return (plan.depths or {}).get(name, 0)


@dataclass(frozen=True, slots=True)
class Leftover:
    """What a component that left the file has: how many messages, the oldest how old (s), whether it drains."""

    name: str
    messages: int
    oldest: float
    draining: bool


def leftovers(snapshot: Snapshot) -> tuple[Leftover, ...]:
    """Return what removed components have left, the most first."""
    plan = snapshot.plan
    if plan is None:
        return ()
    declared = set(plan.names())
    found = [
        Leftover(node.name, node.depth, node.oldest_age, node.state is NodeState.DRAINING)
        for node in snapshot.nodes
        if node.name not in declared and node.depth and node.state in (NodeState.DRAINING, NodeState.PARKED)
    ]
    return tuple(sorted(found, key=lambda each: (-each.messages, each.name)))
