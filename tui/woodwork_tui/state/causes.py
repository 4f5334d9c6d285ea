"""Why a message exists and went where it went: its route's place in the file, its siblings, its causal tree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath

from woodwork_engine.plan import Edge, EdgeKind, FlowPlan
from woodwork_tui.state.delivery_row import DeliveryRow
from woodwork_tui.state.history import DeliveryHistory

MOST_IN_TREE = 400


@dataclass(frozen=True, slots=True)
class Why:
    """Why a delivery went to its target; `file` and `line` (from 1) of the route in today's plan, if it has one.

    `folder` is where the flow's main file is.
    """

    text: str
    file: str | None = None
    line: int = 0
    folder: str = ""

    @property
    def place(self) -> str:
        """`main.ww:12`, seen from the flow's folder, or nothing."""
        if not self.file:
            return ""
        file = PurePath(self.file)
        inside = file.relative_to(self.folder) if file.is_relative_to(self.folder) else file
        return f"{inside}:{self.line}"


def route_of(row: DeliveryRow, plan: FlowPlan | None) -> Edge | None:
    """Return the route of *plan* that carries such a message, or None."""
    if plan is None or row.source is None:
        return None
    return next((e for e in plan.routes_from(row.source) if e.target == row.target and e.carries(row.event)), None)


def why(row: DeliveryRow, plan: FlowPlan | None, rev: int) -> Why:
    """Return why *row* went to its target; *rev* is the revision that runs now."""
    then = f" · under rev {row.rev}, now rev {rev}" if row.rev and rev and row.rev != rev else ""
    if not row.target:
        return Why(f"{row.source or 'it'} has no route for {row.event or 'it'}{then}")
    if row.source is None:
        return Why(f"injected into {row.target}{then}")
    route = route_of(row, plan)
    if route is None:
        gone = "its route is no longer in the file" if then else "sent to it by name, not by a route"
        return Why(f"{gone}{then}")
    events = f" for {', '.join(route.events)}" if route.events else ""
    how = "inferred" if route.kind is EdgeKind.INFERRED else f"explicit, {route.via}"
    folder = str(PurePath(plan.file).parent) if plan is not None else ""
    return Why(f"{how}{events}{then}", route.span.file, route.span.line, folder)


def siblings(row: DeliveryRow, history: DeliveryHistory) -> tuple[DeliveryRow, ...]:
    """Return the other deliveries of the same message that are kept, in the order of its targets."""
    others = (history.get((row.message_id, target)) for target in row.targets if target != row.target)
    return tuple(other for other in others if other is not None)


@dataclass(frozen=True, slots=True)
class Branch:
    """A line of the causal tree, *depth* from 0; *here* marks the delivery asked about.

    *note* stands for what is not shown.
    """

    depth: int
    row: DeliveryRow | None
    here: bool = False
    note: str = ""


def causal_tree(row: DeliveryRow, history: Iterable[DeliveryRow]) -> tuple[Branch, ...]:
    """Return everything *row* comes from and led to, root first, children in the order of acceptance.

    Up it is one chain, down the whole tree; what left the ring is a note. At most MOST_IN_TREE lines.
    """
    by_id: dict[str, list[DeliveryRow]] = defaultdict(list)
    children: dict[str, list[DeliveryRow]] = defaultdict(list)
    for each in history:
        if each.correlation != row.correlation:
            continue  # everything that one message from outside led to carries its id (bus.md A5)
        by_id[each.message_id].append(each)
        if each.causation:
            children[each.causation].append(each)
    chain: list[DeliveryRow] = []
    seen, at = {row.message_id}, row.causation
    while at and at not in seen and at in by_id:
        seen.add(at)
        chain.append(_cause_among(by_id[at], chain[-1] if chain else row))
        at = chain[-1].causation
    branches = [Branch(0, None, note="what caused it is no longer kept")] if at and at not in seen else []
    depth = len(branches)
    for number, cause in enumerate(reversed(chain)):
        branches.append(Branch(depth + number, cause))
    _descend(row, depth + len(chain), row, children, branches)
    return tuple(branches)


def _cause_among(deliveries: list[DeliveryRow], effect: DeliveryRow) -> DeliveryRow:
    """Return the delivery whose target sent *effect*."""
    return next((each for each in deliveries if each.target == effect.source), deliveries[0])


def _descend(
    row: DeliveryRow, depth: int, here: DeliveryRow, children: dict[str, list[DeliveryRow]], branches: list[Branch]
) -> None:
    waiting = [(row, depth)]
    done: set[tuple[str, str]] = set()
    while waiting:
        each, level = waiting.pop()
        if each.key in done:
            continue
        if len(branches) >= MOST_IN_TREE:
            branches.append(Branch(level, None, note=f"more than {MOST_IN_TREE} lines; the rest is not shown"))
            return
        done.add(each.key)
        branches.append(Branch(level, each, here=each is here))
        effects = [child for child in children.get(each.message_id, ()) if child.source == each.target]
        waiting.extend((child, level + 1) for child in reversed(effects))
