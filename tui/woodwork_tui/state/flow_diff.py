"""Two flows compared by what they mean, told line by line."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace

from woodwork_engine.language.values import plain
from woodwork_engine.plan import Edge, FlowPlan, Node, Script, Setting, diff
from woodwork_engine.policy import BreakerPolicy
from woodwork_tui.text import fit, one_line

_WIDEST = 60
"""Cells of a value."""
_BEFORE = 20
"""Characters shown of what two long values begin with alike."""


def compared(before: FlowPlan, after: FlowPlan) -> Iterator[str]:
    """Yield what differs from *before* to *after*, one thing a line; nothing where both mean the same.

    Scripts are named as seen from each flow's own folder, so that the same flow in two folders is the same.
    """
    before, after = _at_home(before), _at_home(after)
    found = diff(before, after)
    for name in found.added:
        yield f"+ component {one_line(name)}{_what(after.node(name))}"
    for name in found.removed:
        yield f"- component {one_line(name)}{_what(before.node(name))}"
    for name, was in found.renamed.items():
        yield f"~ component {one_line(was)} is now {one_line(name)}"
    for name in found.changed:
        yield f"~ component {one_line(name)}"
        yield from _node(before.node(found.renamed.get(name, name)), after.node(name))
    for edge in found.routes_added:
        yield f"+ {_edge(edge)}"
    for edge in found.routes_removed:
        yield f"- {_edge(edge)}"
    if found.flow_policy:
        yield "~ flow settings"
        yield from _fields(before.policy, after.policy)


def _at_home(plan: FlowPlan) -> FlowPlan:
    folder = os.path.dirname(os.path.abspath(plan.file))

    def homely(scripts: tuple[Script, ...]) -> tuple[Script, ...]:
        return tuple(replace(script, path=os.path.relpath(script.path, folder)) for script in scripts)

    nodes = (replace(node, hooks=homely(node.hooks), pipes=homely(node.pipes)) for node in plan.nodes)
    return replace(plan, nodes=tuple(nodes))


def _what(node: Node | None) -> str:
    return "" if node is None else f" = {one_line(node.kind)}"


def _edge(edge: Edge) -> str:
    kind = f"{edge.kind.value} route" if edge.is_route else f"reference ({one_line(edge.via)})"
    on = f" on {one_line(', '.join(edge.events))}" if edge.events else ""
    return f"{kind} {one_line(edge.source)} → {one_line(edge.target)}{on}"


def _node(before: Node | None, after: Node | None) -> Iterator[str]:
    if before is None or after is None:
        return
    if before.kind != after.kind:
        yield _change("kind", before.kind, after.kind)
    settings = {**before.settings, **after.settings}
    for key in settings:
        old, new = _shown(before.settings, key), _shown(after.settings, key)
        if old != new:
            yield _change(key, old, new)
    for use in ("hooks", "pipes"):
        old, new = _scripts(getattr(before, use)), _scripts(getattr(after, use))
        if old != new:
            yield _change(use, old, new)
    yield from _fields(before.policy, after.policy)
    if (before.problem is None) != (after.problem is None):
        yield _change("starts", _starts(before), _starts(after))


def _shown(settings: Mapping[str, Setting], key: str) -> str:
    return json.dumps(plain(settings[key]), ensure_ascii=False) if key in settings else "not set"


def _scripts(scripts: tuple[Script, ...]) -> str:
    return (
        ", ".join(
            f"{script.path}::{script.function}" + (f" on {script.event}" if script.event else "") for script in scripts
        )
        or "none"
    )


def _starts(node: Node) -> str:
    return "yes" if node.problem is None else f"no: {node.problem.summary}"


def _fields(before: object, after: object, prefix: str = "") -> Iterator[str]:
    """Yield the fields of two policies that differ."""
    for name in getattr(type(after), "__dataclass_fields__", {}):
        old, new = getattr(before, name, None), getattr(after, name)
        if old == new:
            continue
        if dataclasses.is_dataclass(old) and dataclasses.is_dataclass(new):
            yield from _fields(old, new, f"{prefix}{name}.")
        else:
            yield _change(prefix + name, _value(old), _value(new))


def _value(value: object) -> str:
    if value is None or isinstance(value, bool):
        return "none" if value is None else str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, BreakerPolicy):
        return f"rate {value.rate:g}, window {value.window:g}, min {value.min}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _change(name: str, old: str, new: str) -> str:
    alike = next(
        (at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), min(len(old), len(new))
    )
    if alike > _WIDEST // 2:  # else the difference might be cut away
        old, new = (f"…{text[alike - _BEFORE :]}" for text in (old, new))
    return f"    {one_line(name)}: {fit(old, _WIDEST)} → {fit(new, _WIDEST)}"
