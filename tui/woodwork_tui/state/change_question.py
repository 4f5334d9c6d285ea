"""What is asked before a change of the flow is written: what it does to the flow, to its messages and to its files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from woodwork_engine.plan import FlowPlan
from woodwork_engine.policy import redirect_of
from woodwork_engine.snapshot import Snapshot
from woodwork_engine.source import Severity
from woodwork_tui.state.building import Add, Base, Change, Proposal, Remove, Undo, new_problems, title
from woodwork_tui.state.draft import Draft
from woodwork_tui.state.lines import Line
from woodwork_tui.state.reload_plan import ReloadPlan, Stranded, plan_lines, reload_plan
from woodwork_tui.state.text_diff import diff_lines, unified
from woodwork_tui.text import glyph
from woodwork_tui.units import age, plural

_AROUND = 2
_LEFT = {"park": "parked", "dead_letter": "dead-lettered", "discard": "discarded, for good"}


@dataclass(frozen=True, slots=True)
class ChangeQuestion:
    """*lines* tell what happens, *diff* what is written; *doing* is what the button says, if that is *possible*.

    *keys* are the components whose messages it is about; *careful* where something goes.
    """

    title: str
    lines: tuple[Line, ...]
    diff: tuple[Line, ...]
    doing: str
    keys: tuple[str, ...] = ()
    possible: bool = True
    careful: bool = False


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
    lines = (*plan_lines(plan), *(_fate(plan, each) for each in plan.stranded), *asked.lines)
    return ChangeQuestion(asked.title, lines, asked.diff, asked.doing, plan.keys, asked.possible, asked.careful)


def _fate(plan: ReloadPlan, stranded: Stranded) -> Line:
    to = redirect_of(stranded.on_remove)
    left = f"sent on to {to}" if to is not None else _LEFT.get(stranded.on_remove, stranded.on_remove)
    waits = "waits" if stranded.total == 1 else "wait"
    return Line(
        f"{plural(stranded.total, 'message')} {waits} at {stranded.name}. It takes nothing new and may go on for "
        f"{age(plan.drain_timeout)}; what is left then is {left} (on_remove).",
        "warn",
    )


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
