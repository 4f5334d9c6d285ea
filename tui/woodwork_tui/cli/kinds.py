"""`woodwork-tui kinds`: what a flow can be made of (interfaces: Command line)."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from textwrap import wrap

from woodwork_engine.components import builtin_kinds
from woodwork_engine.kinds import Kind
from woodwork_engine.language.settings import DELIVERY
from woodwork_engine.language.vocabulary import inside_of
from woodwork_tui.cli.requests import Kinds
from woodwork_tui.state.component_form import NAME, TO, Field, fields_of
from woodwork_tui.text import visible

USAGE = 2


def kinds(request: Kinds) -> int:
    """Print the kinds, or the settings of one; 0 printed, 2 there is no such kind."""
    known = builtin_kinds()
    if request.name is None:
        print(json.dumps([_data(kind) for kind in known], indent=2) if request.json else "\n".join(_list(known)))
        return 0
    kind = known.get(request.name)
    if kind is None:
        close = known.close_to(request.name)
        hint = f"did you mean {close!r}?" if close else f"there are {', '.join(each.name for each in known)}"
        print(f"woodwork-tui: there is no kind {visible(repr(request.name))}; {hint}", file=sys.stderr)
        return USAGE
    print(json.dumps(_data(kind), indent=2) if request.json else "\n".join(_told(kind)))
    return 0


def _list(known: Iterable[Kind]) -> Iterator[str]:
    rows = [(kind.name, kind.role.value, kind.summary) for kind in known]
    wide, middle = (max(len(row[column]) for row in rows) for column in (0, 1))
    for name, role, summary in rows:
        yield f"{name:<{wide}}  {role:<{middle}}  {summary}"


def _own(kind: Kind) -> list[Field]:
    return [field for field in fields_of(kind) if field.key not in (NAME, TO)]


def _told(kind: Kind) -> Iterator[str]:
    yield f"{kind.name}: {kind.summary}"
    if kind.aliases:
        yield f"also written: {', '.join(kind.aliases)}"
    fields = _own(kind)
    if fields:
        yield ""
        wide = max(len(field.key) for field in fields)
        for field in fields:
            default = "needed" if field.required else f"default: {field.default}"
            yield f"  {field.key:<{wide}}  {field.description} ({default})"
            yield from (f"  {'':<{wide}}    {name}: {told}" for name, told in inside_of(kind, field.key))
    yield ""
    yield "and what every component has:"
    to = ("to",) if kind.sends_by is None else ()
    yield from wrap(
        ", ".join((*to, "hooks", "pipes", *sorted(DELIVERY))), 100, initial_indent="  ", subsequent_indent="  "
    )


def _data(kind: Kind) -> dict[str, object]:
    return {
        "name": kind.name,
        "role": kind.role.value,
        "aliases": list(kind.aliases),
        "summary": kind.summary,
        "schema": kind.settings.model_json_schema(),
    }
