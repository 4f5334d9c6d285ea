"""What is known of a component to which dead letters would go: since when it is as it is, and how it fares."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from woodwork_engine.snapshot import NodeState, Snapshot
from woodwork_tui.state.delivery_row import DeliveryState
from woodwork_tui.state.history import DeliveryHistory
from woodwork_tui.units import age, clock

WINDOW = 600.0
"""Seconds that count as lately."""
_LOOK_BACK = 5_000
"""Deliveries that are looked at, at most."""
_ENDS = frozenset({DeliveryState.OK, DeliveryState.DEAD, DeliveryState.REPLAYED})
_TROUBLE = {
    NodeState.FAILING: "is failing now",
    NodeState.BREAKER_OPEN: "is left alone by its breaker",
    NodeState.NOT_STARTED: "is not started",
    NodeState.PAUSED: "is paused",
    NodeState.PARKED: "is parked",
    NodeState.DRAINING: "is draining",
}


@dataclass(frozen=True, slots=True)
class Lately:
    """Of *ended* deliveries in the last *seconds*, so many have *failed* for good."""

    failed: int = 0
    ended: int = 0
    seconds: float = 0.0


def lately(target: str, history: DeliveryHistory, now: float) -> Lately:
    """Return how deliveries to *target* have ended in the ten minutes before *now* (s since the epoch)."""
    failed = ended = 0
    first = now
    for number, row in enumerate(reversed(history.rows)):
        if number >= _LOOK_BACK or row.at < now - WINDOW:
            break
        if row.target == target and row.settled_at is not None and row.state in _ENDS:
            failed += row.state is not DeliveryState.OK
            ended += 1
            first = min(first, row.settled_at)
    return Lately(failed, ended, now - first)


def up_since(target: str, snapshot: Snapshot) -> tuple[float, int] | None:
    """Return since when (s since the epoch) and which revision *target* is as it is; None where that is forgotten."""
    found: tuple[float, int] | None = None
    for revision in snapshot.revisions:
        if revision.result not in ("live", "ok") or not revision.number:
            continue
        diff = revision.diff
        if diff is None or target in diff.added or target in diff.renamed or target in diff.changed:
            found = (revision.at, revision.number)
    return found


def handler_text(target: str, snapshot: Snapshot) -> str:
    """Return `handler up since 12:03:44 (rev 7)`."""
    since = up_since(target, snapshot)
    return f"handler up since {clock(since[0], millis=False)} (rev {since[1]})" if since else "handler up"


def troubles(target: str, snapshot: Snapshot, history: DeliveryHistory, now: float) -> Iterator[str]:
    """Yield what there is to worry about *target*, each in a sentence."""
    node = snapshot.node(target)
    if node is not None and node.state in _TROUBLE:
        why = node.problem if node.state is NodeState.NOT_STARTED else node.last_error
        yield f"{target} {_TROUBLE[node.state]}" + (f": {why}" if why else "")
    seen = lately(target, history, now)
    if seen.failed:
        yield f"{target} failed {seen.failed:,}/{seen.ended:,} in the last {age(seen.seconds)}: a canary is advised"
