"""What replaying dead letters would do: how many, where to, and what to be careful about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from woodwork_engine.dead_letter import DeadLetter, DeadState
from woodwork_engine.snapshot import NodeState, Snapshot
from woodwork_tui.state.dlq import is_under_way

_BUILT_IN_REPLAYS = 3
_TROUBLE = {
    NodeState.FAILING: "is failing now",
    NodeState.NOT_STARTED: "is not started",
    NodeState.PARKED: "is parked",
    NodeState.DRAINING: "is draining",
}


class Route(StrEnum):
    """Where a replay goes: to the target it died at, or from its source along the routes of now (bus.md E4)."""

    ORIGINAL = "original"
    REROUTE = "reroute"


@dataclass(frozen=True, slots=True)
class Scope:
    """Letters that one choice of the dialog stands for."""

    label: str
    ids: tuple[str, ...]


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
            found.append(Scope(f"{len(ids):,} {words}", ids))
    return tuple(found)


def reroute_targets(letters: Sequence[DeadLetter], snapshot: Snapshot) -> tuple[str, ...]:
    """Return where the routes of now lead *letters*, each target once."""
    targets: dict[str, None] = {}
    for letter in letters:
        targets |= dict.fromkeys(_routes(letter, snapshot))
    return tuple(targets)


def _routes(letter: DeadLetter, snapshot: Snapshot) -> tuple[str, ...]:
    source = letter.route.source
    if snapshot.plan is None or source is None:
        return ()
    return tuple(edge.target for edge in snapshot.plan.routes_from(source) if edge.carries(letter.envelope.event_type))


def _needs_force(letter: DeadLetter, snapshot: Snapshot) -> bool:
    most = snapshot.plan.policy.max_replays if snapshot.plan else _BUILT_IN_REPLAYS
    return letter.state is DeadState.REPLAYED or letter.replay.count >= most


def check(
    ids: Collection[str], letters: Sequence[DeadLetter], snapshot: Snapshot, route: Route, *, force: bool
) -> ReplayCheck:
    """Return what replaying *ids* would do now; *letters* are all that are kept."""
    wanted = set(ids)
    here = sorted((one for one in letters if one.dlq_id in wanted), key=lambda one: (one.at, one.dlq_id))
    moving = sum(map(is_under_way, here))
    able = [one for one in here if one.state is not DeadState.DISCARDED and one.replay_ok is not True]
    able = [one for one in able if not is_under_way(one)]
    reachable = [one for one in able if _reachable(one, snapshot, route)]
    forced = [one for one in reachable if _needs_force(one, snapshot)]
    final = reachable if force else [one for one in reachable if one not in forced]
    return ReplayCheck(
        ids=tuple(one.dlq_id for one in final),
        to=_destination(reachable, snapshot, route),
        need_force=len(forced),
        notes=_notes(moving, len(wanted) - len(able) - moving),
        warnings=tuple(dict.fromkeys(_warnings(able, snapshot, route))),
    )


def _reachable(letter: DeadLetter, snapshot: Snapshot, route: Route) -> bool:
    if route is Route.REROUTE:
        return bool(_routes(letter, snapshot))
    return snapshot.plan is None or snapshot.plan.node(letter.route.target) is not None


def _destination(letters: Sequence[DeadLetter], snapshot: Snapshot, route: Route) -> str:
    if route is Route.REROUTE:
        return ", ".join(reroute_targets(letters, snapshot))
    targets = Counter(letter.route.target for letter in letters)
    if len(targets) == 1:
        return next(iter(targets))
    return ", ".join(f"{count} → {name}" for name, count in targets.most_common())


def _notes(moving: int, gone: int) -> tuple[str, ...]:
    notes = []
    if moving:
        notes.append(f"{moving} {'is' if moving == 1 else 'are'} being replayed already")
    if gone:
        notes.append(f"{gone} {'is' if gone == 1 else 'are'} no longer here")
    return tuple(notes)


def _warnings(letters: Sequence[DeadLetter], snapshot: Snapshot, route: Route) -> list[str]:
    found = []
    if route is Route.REROUTE:
        for letter in letters:
            targets = _routes(letter, snapshot)
            source = letter.route.source or "its source"
            if not targets:
                found.append(f"{source} has no route for {letter.envelope.event_type} in rev {snapshot.rev}")
            if others := [name for name in targets if name != letter.route.target]:
                verb = "gets" if len(others) == 1 else "get"
                found.append(f"{', '.join(others)} {verb} it too and may have handled it already")
        targets_now: tuple[str, ...] = reroute_targets(letters, snapshot)
    else:
        targets_now = tuple(dict.fromkeys(letter.route.target for letter in letters))
    for target in targets_now:
        found += _trouble(target, snapshot)
    return found


def _trouble(target: str, snapshot: Snapshot) -> list[str]:
    if snapshot.plan is not None and snapshot.plan.node(target) is None:
        return [f"{target} is not in the flow of rev {snapshot.rev}"]
    node = snapshot.node(target)
    if node is None or node.state not in _TROUBLE:
        return []
    why = node.problem if node.state is NodeState.NOT_STARTED else node.last_error
    return [f"{target} {_TROUBLE[node.state]}" + (f": {why}" if why else "")]
