"""Building on the graph: a change of the flow as a change of its files' texts, or why it cannot be made."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from woodwork_engine.plan import TRANSCRIPT, EdgeKind, FlowPlan
from woodwork_engine.role import Role
from woodwork_engine.source import Diagnostic, Severity
from woodwork_tui.state.source_file import read

SENDING = (Role.INPUT, Role.AGENT, Role.LLM, Role.PROCESSOR)
"""What a component is whose messages go somewhere."""


@dataclass(frozen=True, slots=True)
class Add:
    """A new component; *settings* are values as they are written."""

    name: str
    kind: str
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Connect:
    """A new route from *source* to *target*, for *events* or for all."""

    source: str
    target: str
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Disconnect:
    """A line of the graph goes: a route, or a reference."""

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Remove:
    """A component goes, and with it every line from it and to it."""

    name: str


Change = Add | Connect | Disconnect | Remove


@dataclass(frozen=True, slots=True)
class Undo:
    """A change that was made is taken back."""

    change: Change


_Edit = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Base:
    """What the flow's files say now: the plan, the texts by absolute path, and what is wrong with them."""

    plan: FlowPlan
    texts: Mapping[str, str]
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """Texts as they would be, by absolute path, of the files that change, over those that are there."""

    before: Mapping[str, str]
    after: Mapping[str, str]


def read_base(file: str) -> Base | str:
    """Return what the flow *file* and its includes say now, or in a sentence why nothing can be built on it.

    It blocks, and belongs in a thread.
    """
    # Here and not above: the first frame must not wait for it.
    from woodwork_engine.language import check_file
    from woodwork_tui.state.draft import known_kinds

    checked = check_file(file, known_kinds())
    if checked.plan is None:
        errors = sum(found.blocks for found in checked.diagnostics)
        return f"{os.path.basename(file)} has {'an error' if errors == 1 else 'errors'}; mend what 7 File tells first."
    texts: dict[str, str] = {}
    for name in checked.texts:
        reading = read(name)
        if reading.text is None:
            return reading.problem
        texts[os.path.abspath(name)] = reading.text
    return Base(checked.plan, texts, checked.diagnostics)


def proposed(change: Change, base: Base) -> Proposal | str:
    """Return the texts of *base* after *change*, or in a sentence why it cannot be made."""
    why = _refusal(change, base.plan)
    if why:
        return why
    after = dict(base.texts)
    for path, edit in _edits(change, base):
        after[path] = edit(after[path])
    changed = [path for path in after if after[path] != base.texts[path]]
    if not changed:
        return "The file says so already."
    return Proposal({path: base.texts[path] for path in changed}, {path: after[path] for path in changed})


def taken_back(made: Proposal, base: Base) -> Proposal | str:
    """Return the texts of *base* as they were before *made*, or in a sentence why they cannot be had again."""
    for path, text in made.after.items():
        if base.texts.get(path) != text:
            return f"{os.path.basename(path)} has changed since; roll back in 7 File, or edit it there."
    return Proposal(made.after, made.before)


def command(change: Change | Undo) -> str:
    """Return what to type on the `:` line for *change*."""
    match change:
        case Add():
            return f"add {change.kind}"
        case Connect():
            return " ".join(("route", change.source, change.target, *change.events))
        case Disconnect():
            return f"remove {change.source}->{change.target}"
        case Remove():
            return f"remove {change.name}"
        case Undo():
            return "undo"


def title(change: Change | Undo) -> str:
    """Return what *change* does, in a few words."""
    match change:
        case Add():
            return f"Add {change.name}"
        case Connect():
            on = f" for {', '.join(change.events)}" if change.events else ""
            return f"Route {change.source} → {change.target}{on}"
        case Disconnect():
            return f"Remove {change.source} → {change.target}"
        case Remove():
            return f"Remove {change.name}"
        case Undo():
            return f"Undo: {title(change.change)}"


def new_problems(before: tuple[Diagnostic, ...], after: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """Return the errors and warnings among *after* that are not in *before*, wherever they stand."""
    known = {(found.code, found.summary) for found in before}
    return tuple(
        found for found in after if found.severity is not Severity.INFO and (found.code, found.summary) not in known
    )


def targets_from(source: str, plan: FlowPlan) -> tuple[str, ...]:
    """Return the components to which a route from *source* could be drawn."""
    taken = {edge.target for edge in plan.routes_from(source) if edge.kind is EdgeKind.EXPLICIT}
    return tuple(node.name for node in plan.nodes if node.role is not Role.INPUT and node.name not in taken)


# Why not


def _refusal(change: Change, plan: FlowPlan) -> str:
    match change:
        case Add():
            return f"{change.name} is there already." if plan.node(change.name) else ""
        case Connect():
            return _no_route(change, plan)
        case Disconnect():
            edges = [edge for edge in plan.edges if (edge.source, edge.target) == (change.source, change.target)]
            if change.target == TRANSCRIPT and edges:
                return "The built-in transcript goes away by itself once the flow has an output."
            return "" if edges else f"The file has no route from {change.source} to {change.target}."
        case Remove():
            return "" if plan.node(change.name) else f"The file has no component {change.name}."


def _no_route(change: Connect, plan: FlowPlan) -> str:
    source, target = plan.node(change.source), plan.node(change.target)
    if source is None or target is None:
        return f"The file has no component {change.source if source is None else change.target}."
    if source.role not in SENDING:
        return f"{source.name} is {source.kind} and sends nothing on."
    if source.sends_by is not None:
        return f"{source.name} sends by its {source.sends_by}; write them in the file."
    if target.role is Role.INPUT:
        return f"{target.name} is an input and takes no messages."
    if target.name not in targets_from(source.name, plan):
        return f"{source.name} goes to {target.name} already."
    return ""


# Which texts


def _edits(change: Change, base: Base) -> Iterator[tuple[str, _Edit]]:
    """Yield the path of each file that changes, and what turns its text into the one that is wanted."""
    from woodwork_engine.language import edits  # as above

    plan = base.plan
    match change:
        case Add():
            added = partial(edits.with_component, name=change.name, kind=change.kind, settings=change.settings)
            yield os.path.abspath(plan.file), added
        case Connect():
            inferred = [name for name in _inferred(change.source, plan) if name != change.target]
            yield (
                _path(change.source, plan),
                partial(
                    edits.with_route,
                    name=change.source,
                    target=change.target,
                    events=change.events,
                    inferred=inferred,
                ),
            )
        case Disconnect():
            yield from _without_lines(change.source, change.target, plan)
        case Remove():
            for source in dict.fromkeys(edge.source for edge in plan.edges if edge.target == change.name):
                if source != change.name and not _only_inferred(source, change.name, plan):
                    yield from _without_lines(source, change.name, plan)
            yield _path(change.name, plan), partial(edits.without_component, name=change.name)


def _without_lines(source: str, target: str, plan: FlowPlan) -> Iterator[tuple[str, _Edit]]:
    from woodwork_engine.language import edits  # as above

    path = _path(source, plan)
    for edge in plan.edges:
        if (edge.source, edge.target) != (source, target):
            continue
        if edge.is_route and edge.via == "to":
            yield path, partial(edits.without_route, name=source, target=target, inferred=_inferred(source, plan))
        else:
            yield path, partial(edits.without_reference, name=source, key=edge.via, target=target)


def _inferred(source: str, plan: FlowPlan) -> list[str]:
    """Return the targets that *source* has because it says nothing; the built-in one cannot be written."""
    found = (edge.target for edge in plan.routes_from(source) if edge.kind is EdgeKind.INFERRED)
    return [target for target in found if target != TRANSCRIPT]


def _only_inferred(source: str, target: str, plan: FlowPlan) -> bool:
    kinds = {edge.kind for edge in plan.edges if (edge.source, edge.target) == (source, target)}
    return kinds == {EdgeKind.INFERRED}


def _path(name: str, plan: FlowPlan) -> str:
    node = plan.node(name)
    return os.path.abspath(plan.file if node is None else node.span.file)
