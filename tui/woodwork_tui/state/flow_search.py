"""Finding components on the picture of the flow: the filter grammar over what a component is and how it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from woodwork_engine.errors import FilterError
from woodwork_engine.filter import compile_filter
from woodwork_engine.plan import Node
from woodwork_engine.snapshot import NodeStats, Snapshot
from woodwork_tui.state.view import Selection

Component = tuple[Node, NodeStats | None]
"""What is looked at: a component as declared, and its numbers if it has any."""


def _number(name: str) -> Callable[[Component], object]:
    return lambda one: getattr(one[1], name) if one[1] is not None else None


_FIELDS: Mapping[str, Callable[[Component], object]] = {
    "text": lambda one: f"{one[0].name} {one[0].kind}",
    "node": lambda one: one[0].name,
    "name": lambda one: one[0].name,
    "kind": lambda one: one[0].kind,
    "role": lambda one: one[0].role.value,
    "state": lambda one: one[1].state.value if one[1] is not None else "not_started",
    "error": lambda one: (one[1].problem or one[1].last_error) if one[1] is not None else None,
    "queued": _number("depth"),
    "depth": _number("depth"),
    "in": _number("in_rate"),
    "out": _number("out_rate"),
    "retry": _number("retrying"),
    "dlq": _number("dead_now"),
    "p95": _number("p95_ms"),
    "age": _number("oldest_age"),
    "file": lambda one: one[0].span.file,
    "line": lambda one: one[0].span.line,
}
"""What a search can ask of a component; `age` is that of the oldest message waiting there."""


FIELD_NAMES = tuple(_FIELDS)
"""The names of all fields."""


def search(expression: str) -> Callable[[Component], bool]:
    """Return whether a component matches *expression*; raises FilterError."""
    return compile_filter(expression).over(_FIELDS)


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: `names` in the order in which they are drawn, out of so many components."""

    expression: str = ""
    names: tuple[str, ...] = ()
    total: int = 0

    @property
    def active(self) -> bool:
        """Whether anything is searched for."""
        return bool(self.expression.strip())

    @property
    def marked(self) -> frozenset[str] | None:
        """The names to stand out, None where nothing is searched for."""
        return frozenset(self.names) if self.active else None

    @property
    def status(self) -> str:
        """How many there are, for the filter line."""
        if not self.active:
            return ""
        more = " · n next, N before" if len(self.names) > 1 else ""
        return f"{len(self.names):,} of {self.total:,} components{more}"

    def beside(self, selection: Selection, step: int) -> str | None:
        """Return the match *step* places after what is selected (negative: before), round the corner."""
        if not self.names:
            return None
        if selection.node in self.names:
            return self.names[(self.names.index(selection.node) + step) % len(self.names)]
        return self.names[0 if step >= 0 else -1]


def find(snapshot: Snapshot, expression: str, order: Sequence[str]) -> Found:
    """Return the components of *snapshot* that match *expression*, those in *order* as they stand there.

    Raises FilterError.
    """
    plan = snapshot.plan
    if plan is None or not expression.strip():
        return Found(expression)
    matches = search(expression)
    stats = {node.name: node for node in snapshot.nodes}
    names = {node.name for node in plan.nodes if matches((node, stats.get(node.name)))}
    return Found(expression, tuple(name for name in order if name in names), len(plan.nodes))


def search_problem(text: str) -> str | None:
    """Return what is wrong with the search *text*, or None."""
    try:
        search(text)
    except FilterError as error:
        return str(error)
    return None
