"""Edits of a flow's text that leave everything else as it was: components and routes come and go.

Every function takes a text without syntax errors and raises ValueError for any other, KeyError for a component that
the text does not declare. Comments, layout and line ends outside the edit stay byte by byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from woodwork_engine.language.references import TO
from woodwork_engine.language.source_text import Edit, SourceText
from woodwork_engine.language.syntax import Array, Block, Declaration, Scalar, Value
from woodwork_engine.language.values import items_of, text_of
from woodwork_engine.language.writing import quoted

_INDENT = "    "


def with_component(text: str, name: str, kind: str, settings: Mapping[str, str]) -> str:
    """Return *text* with a component at its end; *settings* are values as they are written in a file."""
    source = SourceText(text)
    sign = source.sign(inside=True)
    entries = "".join(f"{_INDENT}{key}{sign}{value}\n" for key, value in settings.items())
    declaration = f"{name}{source.sign(inside=False)}{kind} {{" + (f"\n{entries}}}\n" if entries else "}\n")
    end = len(source.text)
    gap = "" if not source.text.strip() else "\n" if source.text.endswith("\n") else "\n\n"
    return source.after(Edit(end, end, gap + declaration))


def without_component(text: str, name: str) -> str:
    """Return *text* without the declaration of *name*, a comment behind it, and one of two empty lines around it.

    Comments above it stay. What other components say about it is not looked at.
    """
    source = SourceText(text)
    return source.after(Edit(*source.lines_of(*source.place(source.declaration(name).span)), ""))


def with_route(text: str, name: str, target: str, *, events: Sequence[str] = (), inferred: Iterable[str] = ()) -> str:
    """Return *text* in which the component *name* also routes to *target*, for *events* or for all.

    *inferred* are the targets that it has because it says nothing about routes; they are written beside the new one.
    """
    source = SourceText(text)
    declaration = source.declaration(name)
    new = _target(source.sign(inside=True), target, events)
    entry = declaration.block.get(TO)
    if entry is None:
        return _with_to(source, declaration, [*inferred, new])
    value = entry.value
    start, end = source.place(value.span)
    if isinstance(value, Array):
        return source.put(value.span, [item.span for item in value.items], new)
    if isinstance(value, Scalar) and value.kind == "NULL":
        return source.after(Edit(start, end, new))
    return source.after(Edit(start, start, "["), Edit(end, end, f", {new}]"))


def without_route(text: str, name: str, target: str, *, inferred: Iterable[str] = ()) -> str:
    """Return *text* in which the component *name* does not route to *target*, nor anywhere that it did not before.

    *inferred* are the targets that it has because it says nothing about routes; the others of them are written.
    """
    source = SourceText(text)
    declaration = source.declaration(name)
    entry = declaration.block.get(TO)
    if entry is None:
        return _with_to(source, declaration, [other for other in inferred if other != target])
    item = next((item for item in items_of(entry.value) if _target_of(item) == target), None)
    if item is None:
        return text
    if isinstance(entry.value, Array):
        return without_route(source.without(item.span), name, target)
    return source.after(Edit(*source.place(entry.value.span), "[]"))


def without_reference(text: str, name: str, key: str, target: str) -> str:
    """Return *text* in which the setting *key* of the component *name* does not name *target*.

    In a setting of blocks the names are those in their `to`; a block that names nothing else goes.
    """
    source = SourceText(text)
    entry = source.declaration(name).block.get(key)
    items = items_of(entry.value) if entry is not None else ()
    block = next((item for item in items if isinstance(item, Block) and target in _targets_in(item)), None)
    if block is not None and (to := block.get(TO)) is not None:
        others = [item for item in items_of(to.value) if text_of(item) != target]
        gone = [item for item in items_of(to.value) if text_of(item) == target]
        return without_reference(source.without(gone[0].span if others else block.span), name, key, target)
    item = next((item for item in items if text_of(item) == target), None)
    if entry is None or item is None:
        return text
    if isinstance(entry.value, Array):
        return without_reference(source.without(item.span), name, key, target)
    return source.without(entry.span)


def _with_to(source: SourceText, declaration: Declaration, targets: Sequence[str]) -> str:
    value = targets[0] if len(targets) == 1 else f"[{', '.join(targets)}]"
    block = declaration.block
    return source.put(block.span, [entry.span for entry in block.entries], f"{TO}{source.sign(inside=True)}{value}")


def _targets_in(block: Block) -> list[str | None]:
    to = block.get(TO)
    return [] if to is None else [text_of(item) for item in items_of(to.value)]


def _target(sign: str, target: str, events: Sequence[str]) -> str:
    if not events:
        return target
    names = [quoted(event) for event in events]
    on = names[0] if len(names) == 1 else f"[{', '.join(names)}]"
    return f"{{ component{sign}{target}, on{sign}{on} }}"


def _target_of(item: Value) -> str | None:
    component = item.get("component") if isinstance(item, Block) else None
    return text_of(component.value) if component is not None else text_of(item)
