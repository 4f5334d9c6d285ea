"""What can be said about a flow as a whole: what nothing reaches, loops, one port twice, secrets, odd layout."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from woodwork_engine.language.codes import Code
from woodwork_engine.language.headers import CLI
from woodwork_engine.language.loops import loops
from woodwork_engine.language.part import Part
from woodwork_engine.language.problems import Problems
from woodwork_engine.language.syntax import Array, Block, Declaration, Entry, Scalar, TypedBlock, Value
from woodwork_engine.language.values import block_of
from woodwork_engine.plan import Edge, EdgeKind
from woodwork_engine.role import Role
from woodwork_engine.secret_names import is_secret

_ENDS = (Role.OUTPUT, Role.SINK, Role.RESOURCE)


def check_reach(parts: Sequence[Part], edges: Sequence[Edge], problems: Problems) -> None:
    """Warn of a component that nothing reaches and that reaches nothing by a route that was written."""
    reached = {edge.target for edge in edges}
    sending = {edge.source for edge in edges if edge.kind is not EdgeKind.INFERRED}
    for part in parts:
        if part.role is Role.INPUT or part.header == CLI or part.name in reached or part.name in sending:
            continue
        if part.get("accepts") is None:
            used, where = ("uses", "the settings") if part.role is Role.RESOURCE else ("reaches", "the 'to'")
            problems.warning(
                Code.UNREACHED, f"nothing {used} {part.name!r}", part.span,
                f"name it in {where} of another component, or remove it", component=part.name,
            )  # fmt: skip


def check_ends(parts: Sequence[Part], edges: Sequence[Edge], problems: Problems) -> None:
    """Warn of routes out of a component that sends nothing on."""
    roles = {part.name: part.role for part in parts if part.kind is not None}
    for edge in edges:
        role = roles.get(edge.source)
        if edge.is_route and role in _ENDS:
            problems.warning(
                Code.MISPLACED_SETTING, f"{edge.source!r} sends nothing on, so this route stays empty", edge.span,
                "remove it", component=edge.source,
            )  # fmt: skip


def check_loops(parts: Sequence[Part], edges: Sequence[Edge], max_hops: int, problems: Problems) -> None:
    """Tell of routes that go in a circle, which may be, and of references that do, which may not."""
    for group in loops(_graph(parts, edges, routes=True)):
        edge = _first_within(edges, group, routes=True)
        problems.info(
            Code.ROUTE_CYCLE, f"messages can go in a circle: {_circle(group)}", edge.span,
            f"one that passed {max_hops} components becomes a dead letter (max_hops)",
        )  # fmt: skip
    for group in loops(_graph(parts, edges, routes=False)):
        edge = _first_within(edges, group, routes=False)
        problems.error(
            Code.DEPENDENCY_CYCLE, f"these components need each other to start: {_circle(group)}", edge.span,
            f"remove one of these references; 'to' may go in a circle, {edge.via!r} may not",
        )  # fmt: skip


def _graph(parts: Sequence[Part], edges: Sequence[Edge], *, routes: bool) -> dict[str, dict[str, None]]:
    graph: dict[str, dict[str, None]] = {part.name: {} for part in parts}
    for edge in edges:
        if edge.is_route is routes and edge.target in graph:
            graph[edge.source][edge.target] = None
    return graph


def _first_within(edges: Sequence[Edge], group: Sequence[str], *, routes: bool) -> Edge:
    members = set(group)
    return next(e for e in edges if e.is_route is routes and e.source in members and e.target in members)


def _circle(group: Sequence[str]) -> str:
    shown = list(group[:6]) + (["..."] if len(group) > 6 else [])
    return ", ".join(shown) if len(group) > 1 else f"{group[0]} to itself"


def check_ports(parts: Sequence[Part], problems: Problems) -> None:
    """Report two inputs that want one port."""
    taken: dict[tuple[str, object], Part] = {}
    for part in parts:
        port = part.get("port")
        if (
            part.role is not Role.INPUT
            or port is None
            or not isinstance(port.value, Scalar)
            or port.value.kind != "NUMBER"
        ):
            continue
        host = part.get("host")
        key = (str(host.value.value) if host is not None and isinstance(host.value, Scalar) else "", port.value.value)
        first = taken.setdefault(key, part)
        if first is not part:
            problems.error(
                Code.SAME_PORT, f"{first.name!r} has port {port.value.value} already", port.value.span,
                "choose another port", component=part.name,
            )  # fmt: skip


def check_secrets(declarations: Sequence[Declaration], problems: Problems) -> None:
    """Warn of secrets that stand in the file."""
    for declaration in declarations:
        for entry in _settings_within(declaration.block):
            value = entry.value
            if not isinstance(value, Scalar) or value.kind not in ("STRING", "WORD", "BAREWORD") or not value.value:
                continue
            if not isinstance(value.value, str):
                continue
            if is_secret(entry.key, value.value):
                problems.warning(
                    Code.LITERAL_SECRET, f"{entry.key!r} is a secret written into the file", value.span,
                    f"write ${_variable(entry.key)} and put the value into .env", component=declaration.name,
                )  # fmt: skip


def _variable(key: str) -> str:
    return re.sub(r"\W", "_", key.upper(), flags=re.ASCII)


def _settings_within(block: Block) -> Iterator[Entry]:
    pending = [block]
    while pending:
        for entry in pending.pop().entries:
            yield entry
            if isinstance(entry.value, TypedBlock):
                pending.append(entry.value.block)


def check_layout(declarations: Sequence[Declaration], problems: Problems) -> None:
    """Warn of a typed block that is no deeper than the declaration around it: a '}' may be missing before it."""
    for declaration in declarations:
        edge = declaration.name_span.column
        pending: list[Block] = [declaration.block]
        while pending:
            block = pending.pop()
            plain = any(_stands_at(entry, edge, block) for entry in block.entries if not _is_typed(entry))
            for entry in block.entries:
                pending.extend(_blocks_in(entry.value))
                if _is_typed(entry) and not plain and _stands_at(entry, edge, block):
                    problems.warning(
                        Code.SHALLOW_BLOCK, f"{entry.key!r} is inside {declaration.name!r} but stands at its margin",
                        entry.key_span, "if it is a component, a '}' is missing before it",
                        context=declaration.name_span, component=declaration.name,
                    )  # fmt: skip


def _is_typed(entry: Entry) -> bool:
    return isinstance(entry.value, TypedBlock)


def _stands_at(entry: Entry, edge: int, block: Block) -> bool:
    return entry.key_span.column <= edge and entry.key_span.line != block.span.line


def _blocks_in(value: Value) -> Iterator[Block]:
    pending = [value]
    while pending:
        inner = pending.pop()
        if isinstance(inner, Array):
            pending.extend(inner.items)
        elif (block := block_of(inner)) is not None:
            yield block
