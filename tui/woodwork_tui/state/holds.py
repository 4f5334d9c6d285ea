"""What a person has paused or stopped at in a flow, what is stuck there, and how each is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from woodwork_engine.hold import BY_BREAKPOINT, BY_LETTER, BY_PERSON, Breakpoint, HoldState, Scope
from woodwork_engine.plan import FlowPlan
from woodwork_engine.role import Role
from woodwork_engine.snapshot import Snapshot
from woodwork_tui.units import plural

Deed = tuple[str, Mapping[str, object]]
"""An Engine method and its keywords."""


def scope_word(scope: Scope) -> str:
    """Return *scope* as it is typed: nothing for the whole flow, `agent`, `/s-02`, `agent/s-02`."""
    session = "" if scope.session is None else f"/{scope.session}"
    return f"{scope.component or ''}{session}"


def read_scope(word: str) -> Scope:
    """Return the scope that is typed as *word*."""
    component, _, session = word.partition("/")
    return Scope(component or None, session or None)


def scope_text(scope: Scope) -> str:
    """Return *scope* in words."""
    if scope.session is None:
        return scope.component or "the whole flow"
    return f"session {scope.session}" if scope.component is None else f"session {scope.session} at {scope.component}"


def stop_word(stop: Breakpoint) -> str:
    """Return where *stop* is as it is typed, `agent` or `agent->audit`, with its condition behind `if`."""
    place = stop.component if stop.source is None else f"{stop.source}->{stop.component}"
    return f"{place} if {stop.condition}" if stop.condition else place


def read_stop(word: str, condition: str = "") -> Breakpoint:
    """Return the breakpoint at the place typed as *word*."""
    source, arrow, target = word.partition("->")
    return Breakpoint(target, source, condition) if arrow else Breakpoint(word, None, condition)


def _touch(one: Scope, other: Scope) -> bool:
    """Whether a lane may lie in both scopes."""
    pairs = ((one.component, other.component), (one.session, other.session))
    return all(a is None or b is None or a == b for a, b in pairs)


def _covers(wide: Scope, narrow: Scope) -> bool:
    """Whether every lane of *narrow* lies in *wide*."""
    pairs = ((wide.component, narrow.component), (wide.session, narrow.session))
    return all(a is None or a == b for a, b in pairs)


def is_paused(snapshot: Snapshot, scope: Scope) -> bool:
    """Whether a person has paused exactly *scope*."""
    return any(hold.scope == scope and hold.by == BY_PERSON for hold in snapshot.holds)


def is_held(snapshot: Snapshot, scope: Scope) -> bool:
    """Whether anything in *scope* is held by whatever it may be, so that it can be stepped."""
    return any(_touch(hold.scope, scope) for hold in snapshot.holds)


def also_paused(snapshot: Snapshot, scope: Scope) -> tuple[Scope, ...]:
    """Return the wider scopes that are paused and hold all of *scope* as well."""
    return tuple(
        hold.scope
        for hold in snapshot.holds
        if hold.by == BY_PERSON and hold.scope != scope and _covers(hold.scope, scope)
    )


def stuck(snapshot: Snapshot, scope: Scope) -> HoldState | None:
    """Return the hold of the lane *scope* that is stuck on a dead letter, None where it is not stuck."""
    return next((hold for hold in snapshot.holds if hold.scope == scope and hold.by == BY_LETTER), None)


def stuck_in(snapshot: Snapshot, scope: Scope) -> tuple[HoldState, ...]:
    """Return the holds of lanes in *scope* that are stuck on a dead letter, the oldest first."""
    return tuple(hold for hold in snapshot.holds if hold.by == BY_LETTER and _covers(scope, hold.scope))


def toggle_pause(snapshot: Snapshot, scope: Scope) -> Deed:
    """Return what pauses *scope*, or what resumes it where it is paused."""
    action = "resume" if is_paused(snapshot, scope) else "pause"
    return action, {"component": scope.component, "session": scope.session}


def waiting(snapshot: Snapshot, scope: Scope) -> int:
    """Return how many messages wait in *scope* because something holds them; of a lane, where it is held by itself."""
    if scope.component is not None and scope.session is not None:
        place = (scope.component, scope.session)
        return sum(lane.depth for lane in snapshot.held_lanes if (lane.target, lane.session) == place)
    if scope.component is not None:
        node = snapshot.node(scope.component)
        return node.paused if node is not None else 0
    if scope.session is not None:
        return sum(session.paused for session in snapshot.sessions if session.id == scope.session)
    return sum(node.paused for node in snapshot.nodes)


def stops_at(snapshot: Snapshot, stop: Breakpoint) -> tuple[Breakpoint, ...]:
    """Return the breakpoints at the place of *stop*, whatever their condition."""
    place = (stop.component, stop.source)
    return tuple(one for one in snapshot.breakpoints if (one.component, one.source) == place)


def toggle_stop(snapshot: Snapshot, stop: Breakpoint) -> tuple[Deed, ...]:
    """Return what sets a breakpoint at the place of *stop*, or what takes away those that are there."""
    there = stops_at(snapshot, stop)
    if there:
        return tuple(("remove_breakpoint", stop_arguments(one)) for one in there)
    return (("add_breakpoint", stop_arguments(stop)),)


def stop_arguments(stop: Breakpoint) -> Mapping[str, object]:
    """Return *stop* as keywords of the Engine's methods."""
    return {"component": stop.component, "source": stop.source, "condition": stop.condition}


def stopped_components(snapshot: Snapshot) -> frozenset[str]:
    """Return the components before which a breakpoint holds messages, on whatever way they come."""
    return frozenset(one.component for one in snapshot.breakpoints)


def stopped_ways(snapshot: Snapshot) -> frozenset[tuple[str, str]]:
    """Return the routes on which there is a breakpoint, each as source and target."""
    return frozenset((one.source, one.component) for one in snapshot.breakpoints if one.source is not None)


def why_no_stop(plan: FlowPlan | None, stop: Breakpoint) -> str | None:
    """Return why no message would ever stop at *stop*; None where one may."""
    node = plan.node(stop.component) if plan is not None else None
    if plan is None or node is None:
        return None  # the engine knows what it is
    if stop.source is not None and not _is_route(plan, stop.source, stop.component):
        return f"{stop.source} asks {stop.component} and sends it no messages, so none would stop there."
    if node.role is Role.RESOURCE:
        return f"{stop.component} is asked, not sent to, so no message would stop there."
    if node.role is Role.INPUT and not any(edge.target == node.name and edge.is_route for edge in plan.edges):
        return f"{stop.component} is an input: messages come from it. Break on what it sends to, or on that route."
    return None


def _is_route(plan: FlowPlan, source: str, target: str) -> bool:
    ways = [edge for edge in plan.edges if (edge.source, edge.target) == (source, target)]
    return not ways or any(edge.is_route for edge in ways)


@dataclass(frozen=True, slots=True)
class Holding:
    """How much is held: scopes that a person paused (the whole flow not among them), stuck lanes, held messages."""

    paused: int = 0
    stuck: int = 0
    stopped: int = 0

    def text(self, *, wide: bool) -> str:
        """Return it in words, `2 paused · 1 stuck · 3 held`, or nothing where nothing is held."""
        parts = ((self.paused, "paused"), (self.stuck, "stuck"), (self.stopped, "held"))
        told = [f"{number:,} {word}" for number, word in parts if number]
        return ("  " if wide else " ").join(told)


def holding(snapshot: Snapshot) -> Holding:
    """Return how much is held in the flow."""
    by = [hold.by for hold in snapshot.holds if hold.scope != Scope()]
    return Holding(by.count(BY_PERSON), by.count(BY_LETTER), by.count(BY_BREAKPOINT))


def paused_names(holds: Iterable[HoldState]) -> str:
    """Return the scopes of *holds* in words, the first three of them."""
    texts = [scope_text(hold.scope) for hold in holds]
    more = f" and {plural(len(texts) - 3, 'other')}" if len(texts) > 3 else ""
    return ", ".join(texts[:3]) + more
