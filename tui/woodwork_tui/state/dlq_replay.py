"""What replaying dead letters would do: how many, where to, and what to be careful about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from woodwork_engine.dead_letter import DeadLetter, DeadState
from woodwork_engine.policy import FlowPolicy
from woodwork_engine.snapshot import NodeState, Snapshot
from woodwork_tui.state.dlq import is_under_way
from woodwork_tui.units import plural

_TROUBLE = {
    NodeState.FAILING: "is failing now",
    NodeState.BREAKER_OPEN: "is left alone by its breaker",
    NodeState.NOT_STARTED: "is not started",
    NodeState.PAUSED: "is paused",
    NodeState.PARKED: "is parked",
    NodeState.DRAINING: "is draining",
}

_Origin = tuple[str | None, str]
"""Source and event type: what decides where the routes of now lead."""


class Route(StrEnum):
    """Where a replay goes: to the target it died at, or from its source along the routes of now (bus.md E4)."""

    ORIGINAL = "original"
    REROUTE = "reroute"


@dataclass(frozen=True, slots=True)
class Scope:
    """Letters that one choice of the dialog stands for; with *open_ended* more of the kind may die meanwhile."""

    label: str
    ids: tuple[str, ...]
    open_ended: bool = False


@dataclass(frozen=True, slots=True)
class ReplayCheck:
    """What would be replayed at this moment: *ids* oldest first, *to* for people.

    *need_force* letters are only among *ids* when forced; *notes* tell what is left out and why.
    """

    ids: tuple[str, ...]
    to: str
    need_force: int
    notes: tuple[str, ...]
    warnings: tuple[str, ...]


def scopes(
    *,
    marked: Collection[str],
    current: DeadLetter | None,
    group: Sequence[DeadLetter],
    shown: Sequence[DeadLetter],
    filtered: bool,
) -> tuple[Scope, ...]:
    """Return the choices of the dialog, smallest first: marked (else the current one), its group, everything shown."""
    chosen = tuple(letter.dlq_id for letter in shown if letter.dlq_id in marked)
    found: list[Scope] = []
    if chosen:
        found.append(Scope(f"{len(chosen):,} marked", chosen))
    elif current is not None:
        found.append(Scope("this one", (current.dlq_id,)))
    for letters, words in ((group, "in group"), (shown, "filtered" if filtered else "listed")):
        ids = tuple(letter.dlq_id for letter in letters)
        if all(set(ids) != set(scope.ids) for scope in found) and ids:
            found.append(Scope(f"{len(ids):,} {words}", ids, open_ended=True))
    return tuple(found)


class Routes:
    """Where the routes of now lead, looked up once for each source and event type."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._plan = snapshot.plan
        self._known: dict[_Origin, tuple[str, ...]] = {}

    def of(self, letter: DeadLetter) -> tuple[str, ...]:
        """Return the targets *letter* would be re-emitted to."""
        origin = (letter.route.source, letter.envelope.event_type)
        found = self._known.get(origin)
        if found is None:
            found = self._known[origin] = self._look_up(*origin)
        return found

    def _look_up(self, source: str | None, event: str) -> tuple[str, ...]:
        if self._plan is None or source is None:
            return ()
        return tuple(edge.target for edge in self._plan.routes_from(source) if edge.carries(event))

    def exists(self, target: str) -> bool:
        """Whether the flow has a component *target*."""
        return self._plan is None or self._plan.node(target) is not None


def check(
    ids: Collection[str], letters: Iterable[DeadLetter], snapshot: Snapshot, route: Route, *, force: bool
) -> ReplayCheck:
    """Return what replaying *ids* would do now; *letters* are all that are kept."""
    wanted = set(ids)
    here = sorted((one for one in letters if one.dlq_id in wanted), key=lambda one: (one.at, one.dlq_id))
    moving = sum(map(is_under_way, here))
    able = [one for one in here if _is_able(one)]
    routes = Routes(snapshot)
    reachable = [one for one in able if _targets(one, routes, route)]
    policy = snapshot.plan.policy if snapshot.plan else FlowPolicy()
    final = [one for one in reachable if force or not _needs_force(one, policy.dlq.max_replays)]
    return ReplayCheck(
        ids=tuple(one.dlq_id for one in final),
        to=_destination(reachable, routes, route),
        need_force=sum(_needs_force(one, policy.dlq.max_replays) for one in reachable),
        notes=_notes(moving, len(wanted) - len(able) - moving),
        warnings=_warnings(able, routes, snapshot, route),
    )


def _is_able(letter: DeadLetter) -> bool:
    return not (letter.state is DeadState.DISCARDED or letter.replay_ok is True or is_under_way(letter))


def _needs_force(letter: DeadLetter, most: int) -> bool:
    return letter.state is DeadState.REPLAYED or letter.replay.count >= most


def _targets(letter: DeadLetter, routes: Routes, route: Route) -> tuple[str, ...]:
    if route is Route.REROUTE:
        return routes.of(letter)
    target = letter.route.target
    return (target,) if routes.exists(target) else ()


def _destination(letters: Sequence[DeadLetter], routes: Routes, route: Route) -> str:
    if route is Route.REROUTE:
        return ", ".join(dict.fromkeys(target for letter in letters for target in routes.of(letter)))
    targets = Counter(letter.route.target for letter in letters)
    if len(targets) == 1:
        return next(iter(targets))
    return ", ".join(f"{count:,} → {name}" for name, count in targets.most_common())


def _notes(moving: int, gone: int) -> tuple[str, ...]:
    notes = []
    if moving:
        notes.append(f"{moving:,} {'is' if moving == 1 else 'are'} being replayed already")
    if gone:
        notes.append(f"{gone:,} {'is' if gone == 1 else 'are'} no longer here")
    return tuple(notes)


def _warnings(letters: Sequence[DeadLetter], routes: Routes, snapshot: Snapshot, route: Route) -> tuple[str, ...]:
    kinds = Counter((one.route.source, one.envelope.event_type, one.route.target) for one in letters)
    examples = {(one.route.source, one.envelope.event_type, one.route.target): one for one in letters}
    found: dict[str, None] = {}
    targets_now: dict[str, None] = {}
    for kind, count in kinds.items():
        targets = routes.of(examples[kind]) if route is Route.REROUTE else (kind[2],)
        targets_now |= dict.fromkeys(targets)
        if route is Route.REROUTE:
            found |= dict.fromkeys(_reroute_warnings(examples[kind], count, targets, snapshot.rev))
    for target in targets_now:
        found |= dict.fromkeys(_trouble(target, routes, snapshot))
    return tuple(found)


def _reroute_warnings(letter: DeadLetter, count: int, targets: tuple[str, ...], rev: int) -> Iterable[str]:
    if letter.route.source is None:
        yield f"{plural(count, 'letter')} came from outside the flow and cannot be re-emitted"
    elif not targets:
        yield f"{letter.route.source} has no route for {letter.envelope.event_type} in rev {rev}"
    if others := [name for name in targets if name != letter.route.target]:
        verb = "gets" if len(others) == 1 else "get"
        yield f"{', '.join(others)} {verb} it too and may have handled it already"


def _trouble(target: str, routes: Routes, snapshot: Snapshot) -> Iterable[str]:
    if not routes.exists(target):
        yield f"{target} is not in the flow of rev {snapshot.rev}"
        return
    node = snapshot.node(target)
    if node is None or node.state not in _TROUBLE:
        return
    why = node.problem if node.state is NodeState.NOT_STARTED else node.last_error
    yield f"{target} {_TROUBLE[node.state]}" + (f": {why}" if why else "")
