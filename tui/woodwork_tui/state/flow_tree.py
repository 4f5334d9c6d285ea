"""A flow as a tree for narrow screens: every node once with what it leads to below it, further ways to it as a mark."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from woodwork_engine.plan import Edge, EdgeKind, FlowPlan, Node
from woodwork_engine.role import Role
from woodwork_engine.snapshot import NodeStats, Snapshot
from woodwork_tui.state.holds import stopped_components

_DEEPEST = 12
"""Cells of a stem; of a deeper one only the end is shown."""
_ASCII = str.maketrans({"…": "~", "├": "|", "└": "`", "│": "|", "►": ">", "▷": "~", "⇄": "=", "↺": "<", "↑": "^"})
_HEADS = {EdgeKind.EXPLICIT: "►", EdgeKind.INFERRED: "▷", EdgeKind.REFERENCE: "⇄"}
_BACK = "↺"

_Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TreeRow:
    """One line of the tree. *path* are the names from the root to it: its key.

    *again* marks a node that is listed with its numbers elsewhere. *stats* are its numbers now. *found* says whether
    it is what was searched for, None that nothing was. *stopped*: a breakpoint holds messages before it.
    """

    path: _Path
    stem: str
    node: Node
    again: bool = False
    stats: NodeStats | None = None
    found: bool | None = None
    stopped: bool = False

    @property
    def name(self) -> str:
        """The name of the node."""
        return self.node.name

    def drawn(self, ascii_only: bool) -> str:
        """Return stem and name, `├► output`; a node listed elsewhere ends in an arrow."""
        stem = self.stem if len(self.stem) <= _DEEPEST else "…" + self.stem[1 - _DEEPEST :]
        mark = " ↑" if self.again else ""
        if ascii_only:
            stem, mark = stem.translate(_ASCII), mark.translate(_ASCII)
        return f"{stem}{self.name}{mark}"


def tree(plan: FlowPlan | None) -> tuple[TreeRow, ...]:
    """Return the rows of *plan*: inputs and their followers first, then what nothing leads to, then circles."""
    if plan is None:
        return ()
    nodes = {node.name: node for node in plan.nodes}
    leaving: dict[str, dict[str, Edge]] = {name: {} for name in nodes}
    reached: set[str] = set()
    for edge in plan.edges:
        if edge.source in nodes and edge.target in nodes:
            known = leaving[edge.source].setdefault(edge.target, edge)
            if edge.is_route and not known.is_route:
                leaving[edge.source][edge.target] = edge
            if edge.source != edge.target:
                reached.add(edge.target)
    ranks = {n.name: 0 if n.role is Role.INPUT else 1 if n.name not in reached else 2 for n in plan.nodes}
    listed: set[str] = set()
    rows: list[TreeRow] = []
    for name in sorted(nodes, key=ranks.__getitem__):
        if name not in listed:
            rows += _branch(name, nodes, leaving, listed)
    return tuple(rows)


def _branch(
    root: str, nodes: dict[str, Node], leaving: dict[str, dict[str, Edge]], listed: set[str]
) -> Iterator[TreeRow]:
    """Yield *root* and everything it leads to, depth first; without recursion, as a flow may be a long chain."""
    waiting: list[tuple[_Path, str, str]] = [((root,), "", "")]
    while waiting:
        path, stem, below = waiting.pop()
        name = path[-1]
        again = name in listed
        yield TreeRow(path, stem, nodes[name], again)
        if again:
            continue
        listed.add(name)
        children = list(leaving[name].values())
        for place in range(len(children) - 1, -1, -1):
            edge = children[place]
            last = place == len(children) - 1
            head = _BACK if edge.target in path else _HEADS[edge.kind]
            branch = f"{below}{'└' if last else '├'}{head} "
            waiting.append(((*path, edge.target), branch, below + ("  " if last else "│ ")))


def kinds_of_lines(rows: tuple[TreeRow, ...]) -> frozenset[str]:
    """Return how the lines in *rows* look, by the names of the layout's LineStyle."""
    heads = {head: kind.value for kind, head in _HEADS.items()} | {_BACK: "feedback"}
    return frozenset(heads[row.stem[-2]] for row in rows if row.stem)


def with_numbers(
    rows: tuple[TreeRow, ...], snapshot: Snapshot, found: frozenset[str] | None = None
) -> tuple[TreeRow, ...]:
    """Return *rows* with the numbers and breakpoints of *snapshot*, and whether they are among *found*."""
    stats, stopped = {node.name: node for node in snapshot.nodes}, stopped_components(snapshot)
    return tuple(
        replace(
            row,
            stats=stats.get(row.name),
            found=None if found is None else row.name in found,
            stopped=row.name in stopped,
        )
        for row in rows
    )
