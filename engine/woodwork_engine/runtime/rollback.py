"""The revisions that a flow can go back to, with what is needed to apply them again (bus.md G6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from woodwork_engine.errors import UnknownRevisionError
from woodwork_engine.language import Checked
from woodwork_engine.plan import FlowPlan
from woodwork_engine.snapshot import ROLLBACKS_KEPT


@dataclass(frozen=True, slots=True)
class Applied:
    """A revision as it was applied: the files as they were checked, the plan, and the variables.

    What scripts held is not kept: they are a person's files, which run as they are when a component is made.
    """

    number: int
    checked: Checked
    plan: FlowPlan
    environment: Mapping[str, str] = field(repr=False)


class Rollbacks:
    """The last ROLLBACKS_KEPT applied revisions."""

    def __init__(self) -> None:
        self._kept: dict[int, Applied] = {}

    def keep(self, applied: Applied) -> None:
        """Keep *applied*, the newest one."""
        self._kept[applied.number] = applied
        if len(self._kept) > ROLLBACKS_KEPT:
            del self._kept[min(self._kept)]

    def get(self, number: int) -> Applied:
        """Return revision *number*; raises UnknownRevisionError where it is not kept."""
        if number not in self._kept:
            raise UnknownRevisionError(number, self._kept)
        return self._kept[number]


def with_names_now(plan: FlowPlan, name_now: Callable[[str], str], *, back: bool = False) -> FlowPlan:
    """Return *plan* with each `was` naming what that component is called now; *name_now* knows, and may know no better.

    Going *back*, a component that was renamed since is called as before, so that it has its lanes (bus.md G3).
    """
    taken = set(plan.names())
    nodes = []
    for node in plan.nodes:
        earlier = (node.name, node.was) if back else (node.was,)
        now = next((now for name in earlier if name is not None and (now := name_now(name)) not in taken), None)
        if now is not None:
            taken.add(now)  # only one can take its messages over
        nodes.append(replace(node, was=now))
    return replace(plan, nodes=tuple(nodes))
