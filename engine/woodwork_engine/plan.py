"""A checked flow as frozen data: the language makes it, the runtime runs it, the screens draw it."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from woodwork_engine.policy import DeliveryPolicy, FlowPolicy
from woodwork_engine.role import Role
from woodwork_engine.source import Diagnostic, Span

TRANSCRIPT = "transcript"
"""The built-in target of processors in a flow without any output."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A setting whose value is an environment variable; the value itself never enters the plan."""

    name: str
    span: Span

    def __str__(self) -> str:
        return f"${self.name}"


@dataclass(frozen=True, slots=True)
class Template:
    """A text setting with variables inside: *parts* are literal text and variables in order."""

    parts: tuple[str | Variable, ...]

    def __str__(self) -> str:
        return "".join(part if isinstance(part, str) else f"${{{part.name}}}" for part in self.parts)


Setting = None | bool | int | float | str | Variable | Template | tuple["Setting", ...] | Mapping[str, "Setting"]


class EdgeKind(StrEnum):
    """Why an edge is there: written as `to`, inferred, or a construction reference such as `tools` or `memory`."""

    EXPLICIT = "explicit"
    INFERRED = "inferred"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class Edge:
    """A line of the graph; *span* is where it was written, or the component that caused the inference.

    *via* is the key (`to`, `tools`, `memory`...). *events* narrows a route to event types (`*` wildcards); empty means
    all.
    """

    source: str
    target: str
    kind: EdgeKind
    span: Span
    via: str = "to"
    events: tuple[str, ...] = ()

    @property
    def is_route(self) -> bool:
        """Whether messages move along it."""
        return self.kind is not EdgeKind.REFERENCE

    def carries(self, event: str) -> bool:
        """Whether messages of type *event* take this route."""
        return self.is_route and (not self.events or any(fnmatch.fnmatchcase(event, p) for p in self.events))


@dataclass(frozen=True, slots=True)
class Script:
    """A function in a person's file: *path* is absolute, *event* None means every event of the component."""

    use: Literal["hook", "pipe"]
    path: str
    function: str
    event: str | None
    span: Span


class Layer(StrEnum):
    """Where settings of a policy can be written, the nearest first; what none of them sets is built in."""

    COMPONENT = "component"
    DEFAULTS = "defaults"
    DEPLOYMENT = "deployment"


@dataclass(frozen=True, slots=True)
class PolicyPlace:
    """Where a setting of a policy was written; of several layers the one that counts."""

    layer: Layer
    span: Span


@dataclass(frozen=True, slots=True)
class PayloadField:
    """A field of the object that a component is sent, as its kind describes it; *type* text, number, flag or JSON."""

    name: str
    type: Literal["text", "number", "flag", "JSON"] = "text"
    required: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """A component as declared; *kind* is the canonical header, *problem* says why it will not be started.

    *places* says where *settings* were written, *built_in* what its kind takes for those that were not. *policy_places*
    says the same of what in *policy* (and in its `retry`) is not built in.
    *was* is the name it had before, whose messages it takes over (bus.md G3). *takes* are the fields that its kind
    describes of what is sent to it, none where it describes none. *sends_by* is the setting that says where it sends,
    for a kind that has no `to`.
    """

    name: str
    kind: str
    role: Role
    span: Span
    settings: Mapping[str, Setting] = field(default_factory=lambda: MappingProxyType({}))
    policy: DeliveryPolicy = field(default_factory=DeliveryPolicy)
    hooks: tuple[Script, ...] = ()
    pipes: tuple[Script, ...] = ()
    problem: Diagnostic | None = None
    places: Mapping[str, Span] = field(default_factory=lambda: MappingProxyType({}))
    built_in: Mapping[str, Setting] = field(default_factory=lambda: MappingProxyType({}))
    policy_places: Mapping[str, PolicyPlace] = field(default_factory=lambda: MappingProxyType({}))
    was: str | None = None
    takes: tuple[PayloadField, ...] = ()
    sends_by: str | None = None

    @property
    def own_policy(self) -> frozenset[str]:
        """The names of what in *policy* (and in its `retry`) the component sets itself."""
        return frozenset(name for name, place in self.policy_places.items() if place.layer is Layer.COMPONENT)


@dataclass(frozen=True, slots=True)
class FlowPlan:
    """A whole flow: nodes and edges in the order of the file, policies, and every file it was read from.

    *file* is the main file as given; *files* are absolute paths of it, its includes and its `.env`; a change of one of
    them is a change of the flow.
    """

    file: str
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    policy: FlowPolicy = field(default_factory=FlowPolicy)
    files: tuple[str, ...] = ()

    def node(self, name: str) -> Node | None:
        """Return the node called *name*, or None."""
        return next((node for node in self.nodes if node.name == name), None)

    def names(self) -> tuple[str, ...]:
        """Return the names of all nodes in the order of the file."""
        return tuple(node.name for node in self.nodes)

    def routes_from(self, name: str) -> tuple[Edge, ...]:
        """Return the routes out of *name*."""
        return tuple(edge for edge in self.edges if edge.source == name and edge.is_route)

    def routes_to(self, name: str) -> tuple[Edge, ...]:
        """Return the routes into *name*."""
        return tuple(edge for edge in self.edges if edge.target == name and edge.is_route)


@dataclass(frozen=True, slots=True)
class PlanDiff:
    """What changes from one plan to the next, by meaning: places, comments and layout do not count.

    *renamed* maps names to those that the components had before; they are neither added nor removed.
    *changed* maps a component to the names of the settings that differ (`kind`, `hooks`, `pipes`, `policy` among them).
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    changed: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    routes_added: tuple[Edge, ...] = ()
    routes_removed: tuple[Edge, ...] = ()
    flow_policy: bool = False

    def __bool__(self) -> bool:
        return bool(
            self.added
            or self.removed
            or self.renamed
            or self.changed
            or self.routes_added
            or self.routes_removed
            or self.flow_policy
        )

    def summary(self) -> str:
        """Return one line for people: `+new -gone old⇒name ~audit path +agent→audit`."""
        parts = [f"+{name}" for name in self.added] + [f"-{name}" for name in self.removed]
        parts += [f"{old}⇒{new}" for new, old in self.renamed.items()]
        parts += [f"~{name} {' '.join(keys)}" for name, keys in self.changed.items()]
        parts += [f"+{edge.source}→{edge.target}" for edge in self.routes_added]
        parts += [f"-{edge.source}→{edge.target}" for edge in self.routes_removed]
        if self.flow_policy:
            parts.append("~flow settings")
        return " ".join(parts) or "no effective change"

    def to_dict(self) -> dict[str, object]:
        """Return the diff as JSON-ready data."""
        return {
            "added": list(self.added),
            "removed": list(self.removed),
            "renamed": dict(self.renamed),
            "changed": {name: list(keys) for name, keys in self.changed.items()},
            "routes_added": [[edge.source, edge.target] for edge in self.routes_added],
            "routes_removed": [[edge.source, edge.target] for edge in self.routes_removed],
            "flow_policy": self.flow_policy,
        }


def _without_places(value: object) -> object:
    if isinstance(value, Variable):
        return ("variable", value.name)
    if isinstance(value, Template):
        return ("template", tuple(_without_places(part) for part in value.parts))
    if isinstance(value, tuple):
        return tuple(_without_places(item) for item in value)
    if isinstance(value, Mapping):
        return {key: _without_places(item) for key, item in value.items()}
    return value


def _facts(node: Node) -> dict[str, object]:
    facts: dict[str, object] = {key: _without_places(value) for key, value in node.settings.items()}
    facts |= {"kind": node.kind, "policy": node.policy, "problem": node.problem is not None}
    for use, scripts in (("hooks", node.hooks), ("pipes", node.pipes)):
        facts[use] = tuple((script.path, script.function, script.event) for script in scripts)
    return facts


def _changed_keys(old: Node, new: Node) -> tuple[str, ...]:
    before, after = _facts(old), _facts(new)
    return tuple(key for key in {**before, **after} if before.get(key) != after.get(key))


def _edge_key(edge: Edge) -> tuple[object, ...]:
    return (edge.source, edge.target, edge.via, edge.kind, edge.events)


def diff(before: FlowPlan, after: FlowPlan) -> PlanDiff:
    """Return what changes from *before* to *after*."""
    old = {node.name: node for node in before.nodes}
    new = {node.name: node for node in after.nodes}
    renamed = {
        node.name: node.was for node in after.nodes if node.was in old and node.was not in new and node.name not in old
    }
    before_name = {name: name for name in new if name in old} | renamed
    changed = {name: keys for name, was in before_name.items() if (keys := _changed_keys(old[was], new[name]))}
    now = {was: name for name, was in renamed.items()}
    called = [
        replace(edge, source=now.get(edge.source, edge.source), target=now.get(edge.target, edge.target))
        for edge in before.edges
    ]
    old_edges = {_edge_key(edge): edge for edge in called}
    new_edges = {_edge_key(edge): edge for edge in after.edges}
    return PlanDiff(
        added=tuple(name for name in new if name not in before_name),
        removed=tuple(name for name in old if name not in new and name not in now),
        renamed=MappingProxyType(renamed),
        changed=MappingProxyType(changed),
        routes_added=tuple(edge for key, edge in new_edges.items() if key not in old_edges),
        routes_removed=tuple(edge for key, edge in old_edges.items() if key not in new_edges),
        flow_policy=before.policy != after.policy,
    )
