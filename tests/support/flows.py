"""Flow plans made by hand, for tests that need a flow but no file."""

from __future__ import annotations

from collections.abc import Sequence

from woodwork_engine.kinds import Role
from woodwork_engine.plan import Edge, EdgeKind, FlowPlan, Node
from woodwork_engine.source import Span


def node(name: str, kind: str = "echo", role: Role = Role.PROCESSOR, line: int = 1) -> Node:
    """Return a component declared in *line* of main.ww."""
    return Node(name, kind, role, Span("main.ww", line, 1, line, 2))


def edge(source: str, target: str, line: int = 1, kind: EdgeKind = EdgeKind.EXPLICIT) -> Edge:
    """Return a route written in *line* of main.ww."""
    return Edge(source, target, kind, Span("main.ww", line, 11, line, 12))


def plan(nodes: Sequence[Node], edges: Sequence[Edge] = ()) -> FlowPlan:
    """Return the flow of *nodes* and *edges*."""
    return FlowPlan("main.ww", tuple(nodes), tuple(edges))
