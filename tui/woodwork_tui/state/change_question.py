"""What is asked before a change of the flow is written: what it does to the flow, to its messages and to its files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace

from woodwork_engine.plan import FlowPlan
from woodwork_engine.snapshot import Snapshot
from woodwork_engine.source import Severity
from woodwork_tui.state.building import Add, Base, Change, Proposal, Remove, Undo, new_problems, title
from woodwork_tui.state.draft import Draft
from woodwork_tui.state.fates import ways_for
from woodwork_tui.state.lines import Line
from woodwork_tui.state.reload_plan import fate_lines, plan_lines, reload_plan
from woodwork_tui.state.text_diff import diff_lines, unified
from woodwork_tui.text import glyph
from woodwork_tui.units import plural

_AROUND = 2


@dataclass(frozen=True, slots=True)
class ChangeQuestion:
    """*lines* tell what happens, *diff* what is written; *doing* is what the button says, if that is *possible*.

    *keys* are the components whose messages it strands. *fate* tells of these, up to the choice among *ways* (value,
    label); *way* is the one to begin with. *careful* where something goes.
    """

    title: str
    lines: tuple[Line, ...]
    diff: tuple[Line, ...]
    doing: str
    keys: tuple[str, ...] = ()
    possible: bool = True
    careful: bool = False
    fate: tuple[Line, ...] = ()
    ways: tuple[tuple[str, str], ...] = ()
    way: str = ""


def change_question(
    change: Change | Undo, base: Base, proposal: Proposal, draft: Draft, snapshot: Snapshot, *, ascii_only: bool = False
) -> ChangeQuestion:
    """Return what to ask about *change*, which makes *proposal* of the files in *base* and checks as *draft*."""
    names = [os.path.basename(path) for path in proposal.after]
    asked = ChangeQuestion(
        title(change),
        tuple(_problems(base, draft, ascii_only)),
        tuple(_diff(proposal)),
        f"Write {names[0]}" if len(names) == 1 else f"Write {plural(len(names), 'file')}",
        possible=draft.plan is not None,
        careful=_removes(change),
    )
    return asked if draft.plan is None else _with_plan(asked, draft.plan, snapshot)


def _removes(change: Change | Undo) -> bool:
    return isinstance(change.change, Add) if isinstance(change, Undo) else isinstance(change, Remove)


def _with_plan(asked: ChangeQuestion, after: FlowPlan, snapshot: Snapshot) -> ChangeQuestion:
    plan = reload_plan(after, snapshot)
    fate = fate_lines(plan) if plan.stranded else ()
    ways, way = ways_for(plan)
    return replace(asked, lines=(*plan_lines(plan), *asked.lines), fate=fate, keys=plan.keys, ways=ways, way=way)


def _problems(base: Base, draft: Draft, ascii_only: bool) -> Iterator[Line]:
    found = new_problems(base.diagnostics, draft.diagnostics)
    if draft.plan is None:
        yield Line("This would leave an error that keeps the whole file from running, so it is not written:", "bad")
    for each in found:
        if draft.plan is not None or each.blocks:
            told = f"{each.summary}; {each.help}" if each.help else each.summary
            yield Line(
                f"{glyph(each.severity.value, ascii_only)} {told}", "bad" if each.severity is Severity.ERROR else "warn"
            )


def _diff(proposal: Proposal) -> Iterator[Line]:
    for number, (path, after) in enumerate(proposal.after.items()):
        if len(proposal.after) > 1:
            if number:
                yield Line("")
            yield Line(os.path.basename(path), "strong")
        yield from diff_lines(unified(_read(proposal.before[path]), _read(after), around=_AROUND))


def _read(text: str) -> str:
    """Return *text* with newlines between its lines, as a person sees it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
