"""The first half of a layered layout: break cycles, give every node a layer, and cut long edges into links."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from woodwork_engine.plan import Edge, EdgeKind, FlowPlan, Node
from woodwork_engine.role import Role

_STRENGTH = (EdgeKind.EXPLICIT, EdgeKind.INFERRED, EdgeKind.REFERENCE)


@dataclass(frozen=True, slots=True)
class Line:
    """One line to draw between two nodes; several edges between the same two are one line of the strongest kind."""

    source: str
    target: str
    kind: EdgeKind
    via: str
    feedback: bool = False

    @property
    def left(self) -> str:
        """The end in the earlier layer."""
        return self.target if self.feedback else self.source

    @property
    def right(self) -> str:
        """The end in the later layer."""
        return self.source if self.feedback else self.target


@dataclass(slots=True)
class Link:
    """The piece of one or more lines between two neighbouring layers; *left* and *right* are item numbers."""

    left: int
    right: int
    feedback: bool
    lines: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Layered:
    """Items in layers and the links between them; an item is a node, or a bend (None) where a line passes a layer.

    `gaps[n]` are the links between layers *n* and *n* + 1; `chains` are each line's links from left to right; `loops`
    are the items with a line into themselves.
    """

    items: list[str | None] = field(default_factory=list)
    layers: list[list[int]] = field(default_factory=list)
    gaps: list[list[Link]] = field(default_factory=list)
    chains: dict[int, list[Link]] = field(default_factory=dict)
    loops: dict[int, int] = field(default_factory=dict)


def merged(plan: FlowPlan) -> tuple[Line, ...]:
    """Return one line for each two nodes that edges join, in the order of the plan; unknown ends are left out."""
    known = set(plan.names())
    best: dict[tuple[str, str], Edge] = {}
    for edge in plan.edges:
        if edge.source not in known or edge.target not in known:
            continue
        other = best.setdefault((edge.source, edge.target), edge)
        if _STRENGTH.index(edge.kind) < _STRENGTH.index(other.kind):
            best[edge.source, edge.target] = edge
    return tuple(Line(edge.source, edge.target, edge.kind, edge.via) for edge in best.values())


def starting_order(plan: FlowPlan, lines: Sequence[Line]) -> tuple[str, ...]:
    """Return all names, those where messages start first: inputs, nodes nothing leads to, the rest.

    Nodes that are only referred to come last.
    """
    reached = {line.target for line in lines if line.source != line.target}
    moving = {end for line in lines if line.kind is not EdgeKind.REFERENCE for end in (line.source, line.target)}

    def rank(node: Node) -> int:
        if node.role is Role.INPUT:
            return 0
        if node.name not in reached:
            return 1
        return 2 if node.name in moving else 3

    return tuple(node.name for node in sorted(plan.nodes, key=rank))


def without_cycles(order: Iterable[str], lines: Sequence[Line]) -> tuple[Line, ...]:
    """Return *lines* with those marked as feedback that a depth-first search meets on their own way back."""
    leaving: dict[str, list[int]] = defaultdict(list)
    for index, line in enumerate(lines):
        leaving[line.source].append(index)
    back: set[int] = set()
    state: dict[str, int] = {}
    for start in order:
        if start in state:
            continue
        state[start] = 1
        stack = [(start, iter(leaving[start]))]
        while stack:
            name, edges = stack[-1]
            for index in edges:
                target = lines[index].target
                if state.get(target) == 1:
                    back.add(index)
                elif target not in state:
                    state[target] = 1
                    stack.append((target, iter(leaving[target])))
                    break
            else:
                state[name] = 2
                stack.pop()
    return tuple(Line(line.source, line.target, line.kind, line.via, index in back) for index, line in enumerate(lines))


def layer_of(order: Sequence[str], lines: Sequence[Line], *, anchored: frozenset[str]) -> dict[str, int]:
    """Return each node's layer: its longest way from a start; starts not *anchored* move next to their first target."""
    ahead: dict[str, list[str]] = {name: [] for name in order}
    waiting = dict.fromkeys(order, 0)
    for line in lines:
        if line.source != line.target:
            ahead[line.left].append(line.right)
            waiting[line.right] += 1
    starts = [name for name in order if not waiting[name]]
    layer = dict.fromkeys(order, 0)
    ready = list(starts)
    for name in ready:
        for target in ahead[name]:
            layer[target] = max(layer[target], layer[name] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    for name in starts:
        if name not in anchored and ahead[name]:
            layer[name] = min(layer[target] for target in ahead[name]) - 1
    lowest = min(layer.values(), default=0)
    return {name: number - lowest for name, number in layer.items()}


def layered(order: Sequence[str], lines: Mapping[int, Line], layer: Mapping[str, int]) -> Layered:
    """Return *order* in layers with every line cut into links; long lines to the same end share their bends."""
    graph = Layered(layers=[[] for _ in range(max(layer.values(), default=0) + 1)])
    graph.gaps = [[] for _ in graph.layers[1:]]
    number: dict[object, int] = {}

    def item(key: object, name: str | None, at: int) -> int:
        if key not in number:
            number[key] = len(graph.items)
            graph.items.append(name)
            graph.layers[at].append(number[key])
        return number[key]

    for name in order:
        item(("node", name), name, layer[name])
    leaving: dict[tuple[str, bool], int] = defaultdict(int)
    entering: dict[tuple[str, bool], int] = defaultdict(int)
    for line in lines.values():
        leaving[line.left, line.feedback] += 1
        entering[line.right, line.feedback] += 1
    known: dict[tuple[int, int, bool], Link] = {}
    for index, line in lines.items():
        if line.source == line.target:
            graph.loops[index] = number["node", line.source]
            continue
        fans_out = leaving[line.left, line.feedback] > entering[line.right, line.feedback]
        shared = (fans_out, line.left if fans_out else line.right, line.feedback, line.kind is EdgeKind.REFERENCE)
        previous = number["node", line.left]
        chain: list[Link] = []
        for at in range(layer[line.left] + 1, layer[line.right] + 1):
            last = at == layer[line.right]
            current = number["node", line.right] if last else item(("bend", *shared, at), None, at)
            link = known.get((previous, current, line.feedback))
            if link is None:
                link = known[previous, current, line.feedback] = Link(previous, current, line.feedback)
                graph.gaps[at - 1].append(link)
            link.lines.append(index)
            chain.append(link)
            previous = current
        graph.chains[index] = chain
    return graph
