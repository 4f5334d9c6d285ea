"""What replaying dead letters would do: how many, where to, and what to be careful about."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from woodwork_engine.dead_letter import DeadState
from woodwork_engine.policy import FlowPolicy
from woodwork_engine.snapshot import Snapshot
from woodwork_tui.state.dlq_kinds import Kind, Kinds, counted
from woodwork_tui.state.dlq_targets import handler_text, troubles
from woodwork_tui.state.history import DeliveryHistory
from woodwork_tui.units import plural

Counts = Counter[Kind]
_PLAIN = re.compile(r"[\w.-]+").fullmatch


class Route(StrEnum):
    """Where a replay goes: to the target it died at, or from its source along the routes of now (bus.md E4)."""

    ORIGINAL = "original"
    REROUTE = "reroute"


@dataclass(frozen=True, slots=True)
class Ask:
    """What a replay would be: of *ids*, by *route*, of those replayed too often too with *force*, *edited* or not."""

    ids: tuple[str, ...]
    route: Route = Route.ORIGINAL
    force: bool = False
    edited: bool = False


@dataclass(frozen=True, slots=True)
class ReplayCheck:
    """What would be replayed at this moment: *ids*, *to* for people, *handlers* says how those who get it are.

    *sources* are those from which all that was asked for came.

    *need_force* letters are only among *ids* when forced; *notes* tell what is left out and why. Where it is *refused*,
    with a sentence, nothing may be sent.
    """

    ids: tuple[str, ...]
    to: str
    targets: tuple[str, ...]
    sources: tuple[str, ...]
    need_force: int
    notes: tuple[str, ...]
    handlers: tuple[str, ...]
    warnings: tuple[str, ...]
    refused: str = ""

    @property
    def possible(self) -> bool:
        """Whether there is something that may be sent."""
        return bool(self.ids) and not self.refused

    @property
    def canary_advised(self) -> bool:
        """Whether one should go first: there are several, or who gets them has failed lately."""
        return len(self.ids) > 5 or (len(self.ids) > 1 and bool(self.warnings))


class Routes:
    """Where the routes of now lead, looked up once for each source and event type."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._plan = snapshot.plan
        self._known: dict[tuple[str | None, str], tuple[str, ...]] = {}

    def of(self, source: str | None, event: str) -> tuple[str, ...]:
        """Return the targets to which *source* sends *event*."""
        found = self._known.get((source, event))
        if found is None:
            found = self._known[(source, event)] = self._look_up(source, event)
        return found

    def _look_up(self, source: str | None, event: str) -> tuple[str, ...]:
        if self._plan is None or source is None:
            return ()
        return tuple(edge.target for edge in self._plan.routes_from(source) if edge.carries(event))

    def targets(self, kind: Kind, route: Route) -> tuple[str, ...]:
        """Return who gets a letter of *kind* by *route*."""
        if route is Route.REROUTE:
            return self.of(kind.source, kind.event)
        return (kind.target,) if self.exists(kind.target) else ()

    def exists(self, target: str) -> bool:
        """Whether the flow has a component *target*."""
        return self._plan is None or self._plan.node(target) is not None


def check(
    ask: Ask,
    kinds: Kinds,
    snapshot: Snapshot,
    history: DeliveryHistory,
    now: float,
    found: Counter[Kind | None] | None = None,
) -> ReplayCheck:
    """Return what *ask* would do now; *kinds* are those of all letters listed, *found* how many are asked for."""
    routes, policy = Routes(snapshot), snapshot.plan.policy if snapshot.plan else FlowPolicy()
    most = policy.dlq.max_replays
    found = counted(ask.ids, kinds) if found is None else found
    here: Counts = Counter({kind: count for kind, count in found.items() if kind is not None})
    moving = sum(count for kind, count in here.items() if kind.moving)
    able: Counts = Counter({kind: n for kind, n in here.items() if _is_able(kind)})
    reachable: Counts = Counter({kind: n for kind, n in able.items() if routes.targets(kind, ask.route)})
    final = {kind for kind in reachable if ask.force or not kind.needs_force(most)}
    targets = tuple(dict.fromkeys(name for kind in reachable for name in routes.targets(kind, ask.route)))
    return ReplayCheck(
        ids=_of(ask.ids, kinds, final) if sum(found[kind] for kind in final) < len(ask.ids) else ask.ids,
        to=_destination(reachable, targets, ask.route),
        targets=targets,
        sources=tuple(dict.fromkeys(kind.source or "outside" for kind in here)),
        need_force=sum(count for kind, count in reachable.items() if kind.needs_force(most)),
        notes=_notes(moving, len(ask.ids) - able.total() - moving),
        handlers=tuple(f"{name}: {handler_text(name, snapshot)}" for name in targets),
        warnings=tuple(dict.fromkeys(_warnings(able, routes, ask, snapshot, history, now))),
        refused=_refusal(reachable, routes, ask.route),
    )


def _of(ids: tuple[str, ...], kinds: Kinds, wanted: Collection[Kind]) -> tuple[str, ...]:
    """Return those of *ids* whose kind is *wanted*."""
    return tuple(one for one in ids if kinds.get(one) in wanted)


def _is_able(kind: Kind) -> bool:
    return not kind.moving and kind.state is not DeadState.DISCARDED


def where_words(query: str, session: str | None) -> str:
    """Return what to type to mean what *query* finds in *session*; nothing where that cannot be typed."""
    if session is None:
        return query.strip()
    if not _PLAIN(session):
        return ""
    return f"{query.strip()} session:{session}".strip()


def _destination(reachable: Counts, targets: Sequence[str], route: Route) -> str:
    if route is Route.REROUTE or len(targets) == 1:
        return ", ".join(targets)
    counts: Counter[str] = Counter()
    for kind, count in reachable.items():
        counts[kind.target] += count
    return ", ".join(f"{count:,} → {name}" for name, count in counts.most_common())


def _refusal(reachable: Counts, routes: Routes, route: Route) -> str:
    """Return why letters for unlike targets are not replayed together (screens 3.3): one is no canary for another."""
    ways = dict.fromkeys(routes.targets(kind, route) for kind in reachable)
    if len(ways) < 2:
        return ""
    first = next(iter(ways))[0]
    return f"These go to {len(ways)} different targets. Replay one after the other: filter by node:{first}, or v."


def _notes(moving: int, gone: int) -> tuple[str, ...]:
    notes = []
    if moving:
        notes.append(f"{moving:,} {'is' if moving == 1 else 'are'} being replayed already")
    if gone:
        notes.append(f"{gone:,} {'is' if gone == 1 else 'are'} no longer here")
    return tuple(notes)


def _warnings(
    able: Counts, routes: Routes, ask: Ask, snapshot: Snapshot, history: DeliveryHistory, now: float
) -> Iterator[str]:
    targets_now: dict[str, None] = {}
    for kind, count in able.items():
        targets = routes.of(kind.source, kind.event) if ask.route is Route.REROUTE else (kind.target,)
        targets_now |= dict.fromkeys(targets)
        if ask.route is Route.REROUTE:
            yield from _reroute_warnings(kind, count, targets, snapshot.rev)
        elif ask.edited and kind.others:
            verb = "has" if len(kind.others) == 1 else "have"
            yield f"{', '.join(kind.others)} {verb} handled the original: an edit changes what it meant"
    for target in targets_now:
        if routes.exists(target):
            yield from troubles(target, snapshot, history, now)
        else:
            yield f"{target} is not in the flow of rev {snapshot.rev}"


def _reroute_warnings(kind: Kind, count: int, targets: tuple[str, ...], rev: int) -> Iterator[str]:
    if kind.source is None:
        yield f"{plural(count, 'letter')} came from outside the flow and cannot be re-emitted"
    elif not targets:
        yield f"{kind.source} has no route for {kind.event} in rev {rev}"
    if others := [name for name in targets if name != kind.target]:
        verb = "gets" if len(others) == 1 else "get"
        yield f"{', '.join(others)} {verb} it too and may have handled it already"
