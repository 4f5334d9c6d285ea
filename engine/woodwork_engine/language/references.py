"""Names in settings: the routes of `to` and the construction references such as `memory`, `model` and `tools`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from woodwork_engine.kinds import Kind, Reference, reference_settings
from woodwork_engine.language.codes import Code
from woodwork_engine.language.lines import Lines
from woodwork_engine.language.names import Names
from woodwork_engine.language.part import Part
from woodwork_engine.language.problems import Problems
from woodwork_engine.language.syntax import Array, Block, Entry, Scalar, TypedBlock, Value
from woodwork_engine.language.values import items_of, text_of
from woodwork_engine.plan import Edge, EdgeKind
from woodwork_engine.role import Role
from woodwork_engine.source import Fix, Span

TO = "to"

_WITHOUT_MODEL = ("tools", "memory", "knowledge_base", "container", "components", "vector_db", "embedding_model", "api")
_MODEL = "model"


def routed_names(block: Block, kind: Kind | None) -> Iterator[str]:
    """Yield the names that the block of a component of *kind* routes to, whether or not they are declared."""
    marks = {} if kind is None else reference_settings(kind.settings)
    for entry in block.entries:
        if entry.key == TO:
            yield from _target_names(entry)
        elif entry.key in marks and marks[entry.key].routes:
            for item in items_of(entry.value):
                to = item.get(TO) if isinstance(item, Block) else None
                yield from _target_names(entry if to is None else to)


def _target_names(entry: Entry) -> Iterator[str]:
    for item in items_of(entry.value):
        name = text_of(item)
        if name is None and isinstance(item, Block) and (component := item.get("component")) is not None:
            name = text_of(component.value)
        if name is not None:
            yield name


class ReferenceReader:
    """Reads the edges that a component's entries declare; names and forms that are wrong are reported."""

    def __init__(self, names: Names, roles: Mapping[str, Role], lines: Lines, problems: Problems) -> None:
        self._names = names
        self._roles = roles
        self._lines = lines
        self._problems = problems
        self._moved: set[str] = set()

    def edges(self, part: Part) -> Iterator[Edge]:
        """Yield the routes and references that *part* declares, in order."""
        keys = reference_keys(part)
        for entry in part.entries:
            mark = keys.get(entry.key)
            if entry.key == TO and part.kind is not None and part.kind.sends_by is not None:
                self._problems.error(
                    Code.MISPLACED_SETTING, f"a {part.header} sends by its {part.kind.sends_by}, not by 'to'",
                    entry.key_span, f"write where messages go in {part.kind.sends_by}", component=part.name,
                )  # fmt: skip
            elif entry.key == TO:
                yield from self._routes(part, entry)
            elif mark is not None and mark.routes:
                yield from self._own_routes(part, entry, mark)
            elif entry.key in keys or (entry.key == _MODEL and self._is_model_reference(part, entry.value)):
                yield from self._references(part, entry)

    def _is_model_reference(self, part: Part, value: Value) -> bool:
        """Whether a `model` names a component: only a bare word does, declared or, for an agent, meant to be."""
        if part.kind is not None or not isinstance(value, Scalar) or value.kind != "WORD":
            return isinstance(value, TypedBlock) and part.kind is None
        return value.value in self._names or part.role is Role.AGENT

    def _references(self, part: Part, entry: Entry) -> Iterator[Edge]:
        seen: set[str] = set()
        for item in items_of(entry.value):
            if isinstance(item, Block) or (isinstance(item, Scalar) and item.kind == "NULL"):
                continue
            name = self._name(part, entry, item)
            if name is not None and name not in seen and self._names.check(name, item, entry.key, target=False):
                seen.add(name)
                yield Edge(part.name, name, EdgeKind.REFERENCE, item.span, entry.key)

    def _routes(self, part: Part, entry: Entry) -> Iterator[Edge]:
        routes: dict[str, Edge] = {}
        for item in items_of(entry.value):
            if isinstance(item, Scalar) and item.kind == "NULL":
                continue
            edge = self._narrowed(part, entry, item) if isinstance(item, Block) else self._route(part, entry, item)
            if edge is None:
                continue
            before = routes.get(edge.target)
            if before is None:
                routes[edge.target] = edge
            elif before.events and edge.events and set(edge.events) - set(before.events):
                merged = (*before.events, *(event for event in edge.events if event not in before.events))
                routes[edge.target] = Edge(part.name, edge.target, EdgeKind.EXPLICIT, before.span, TO, merged)
            else:
                self._problems.warning(
                    Code.REPEATED_TARGET, f"{part.name!r} goes to {edge.target!r} twice", edge.span,
                    "a message is sent there once; remove this", context=before.span, component=part.name,
                )  # fmt: skip
        yield from routes.values()

    def _own_routes(self, part: Part, entry: Entry, mark: Reference) -> Iterator[Edge]:
        """Yield the routes in a setting of the kind's own: its names, or those in the `to` of each of its blocks."""
        for number, item in enumerate(items_of(entry.value), 1):
            if not isinstance(item, Block) and not mark.blocks:
                yield from self._named(part, entry, (item,), mark.event, entry.key)
            elif isinstance(item, Block) and mark.blocks and (to := item.get(TO)) is not None:
                called = item.get("name")
                name = text_of(called.value) if called is not None else None
                yield from self._named(part, to, items_of(to.value), f"{mark.event}.{name or number}", entry.key)

    def _named(self, part: Part, entry: Entry, items: Iterable[Value], event: str, via: str) -> Iterator[Edge]:
        seen: set[str] = set()
        for item in items:
            if isinstance(item, Block) or (isinstance(item, Scalar) and item.kind == "NULL"):
                continue  # what the model of the kind has something against
            edge = self._route(part, entry, item, (event,), via)
            if edge is not None and edge.target not in seen:
                seen.add(edge.target)
                yield edge

    def _route(self, part: Part, entry: Entry, item: Value, events: tuple[str, ...] = (), via: str = TO) -> Edge | None:
        name = self._name(part, entry, item)
        if name is None or not self._names.check(name, item, entry.key, target=True):
            return None
        if self._roles.get(name) is Role.INPUT:
            self._problems.error(
                Code.ROUTE_TO_INPUT, f"{name!r} is an input and takes no messages", item.span,
                "route to a component that does", context=None,
            )  # fmt: skip
            return None
        return Edge(part.name, name, EdgeKind.EXPLICIT, item.span, via, events)

    def _narrowed(self, part: Part, entry: Entry, block: Block) -> Edge | None:
        component, on = block.get("component"), block.get("on")
        events = tuple(text_of(item) for item in items_of(on.value)) if on is not None else ()
        if component is None or not all(events):
            self._problems.error(
                Code.BAD_REFERENCE, "a narrowed route names a component and its events", block.span,
                'write { component = name, on = "agent.error" }',
            )  # fmt: skip
            return None
        for extra in block.entries:
            if extra.key not in ("component", "on"):
                self._problems.warning(
                    Code.UNKNOWN_SETTING, f"a route has no setting {extra.key!r}", extra.key_span, "it has no effect"
                )
        return self._route(part, entry, component.value, tuple(event for event in events if event))

    def _name(self, part: Part, entry: Entry, item: Value) -> str | None:
        if isinstance(item, TypedBlock):
            self._nested(part, entry, item)
            return None
        name = text_of(item)
        if name is None:
            what = "a list inside a list" if isinstance(item, Array) else self._lines.written(item.span)
            self._problems.error(
                Code.BAD_REFERENCE, f"{entry.key!r} takes names of components, not {what}", item.span, "write a name"
            )
        return name

    def _nested(self, part: Part, entry: Entry, item: TypedBlock) -> None:
        name = entry.key if entry.key not in self._names else f"{part.name}_{entry.key}"
        # One fix for each component: it rewrites all that follows, and would do so anew for every block.
        fix = None if part.name in self._moved or name in self._names else self._moved_out(part, name, item)
        self._moved.add(part.name)
        self._problems.error(
            Code.NESTED_COMPONENT, f"{entry.key!r} takes the name of a component, not a component", item.span,
            f"declare it at the top level: {name} = {item.header.text} {{ ... }}", fix=fix,
        )  # fmt: skip

    def _moved_out(self, part: Part, name: str, item: TypedBlock) -> Fix:
        end = part.declaration.block.span
        rest = Span(item.span.file, item.span.end_line, item.span.end_column, end.end_line, end.end_column)
        text = f"{name}{self._lines.written(rest)}\n\n{name} = {self._lines.written(item.span)}"
        return Fix(item.span.to(end), text)


def reference_keys(part: Part) -> Mapping[str, Reference]:
    """Return the entries of *part* that name components, `to` aside."""
    if part.kind is None:
        return dict.fromkeys(_WITHOUT_MODEL, Reference())
    return reference_settings(part.kind.settings)
