"""What is wrong right now, in a sentence each: the sticky lines under the tabs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from woodwork_engine.hold import HoldState, Scope
from woodwork_engine.snapshot import FlowState, NodeState, NodeStats
from woodwork_engine.source import Diagnostic
from woodwork_tui.state.holds import scope_text, stuck_in
from woodwork_tui.state.problems import notice as file_notice
from woodwork_tui.state.reload_plan import leftovers
from woodwork_tui.state.revisions import unlike_the_disk
from woodwork_tui.state.view import View
from woodwork_tui.units import plural

MOST = 2
_REFUSED = "Durable messages are refused."
_PATIENCE = 1.0
"""Seconds a loop may be busy before it is worth a line."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that is wrong; *state* names its glyph and tone, *hint* says what to do."""

    state: str
    text: str
    hint: str = ""


def notices(view: View, trouble: str = "", standing: Sequence[Notice] = (), *, tab: str = "") -> tuple[Notice, ...]:
    """Return what to say, worst first, at most two.

    *trouble* is what kept the engine from coming up, *standing* what is wrong beside the flow. What helps is said for
    who looks at *tab*.
    """
    found = []
    if trouble:
        found.append(Notice("failed", trouble, "^q Quit"))
    if view.blocked is not None and view.blocked[0] >= _PATIENCE:
        seconds, by = view.blocked
        found.append(Notice("failed", f"The loop has not answered for {seconds:.1f} s: blocked by {by}.", "8 Health"))
    if view.snapshot.state is FlowState.DRAINING:
        found.append(Notice("draining", "Draining: nothing new is taken, what is there is finished.", "^q at once"))
    if journal := view.snapshot.health.journal:
        found.append(Notice("failed", f"The state folder cannot be written: {journal}. {_REFUSED}", "8 Health"))
    if file := file_notice(view.snapshot, view.file, view.now):
        found.append(Notice("failed", file, "n next" if tab == "file" else "7 File"))
    if stuck := stuck_in(view.snapshot, Scope()):
        others = f" ({len(stuck) - 1} more)" if len(stuck) > 1 else ""
        where = f"{scope_text(stuck[0].scope).capitalize()}{others}"
        found.append(Notice("failed", f"{where} is stuck{_on(view, stuck[0])}", "4 Queues: p on it"))
    if view.snapshot.rev and view.snapshot.state is FlowState.STOPPED:
        found.append(Notice("failed", "The flow has stopped; what is shown is its last state.", "^r Reload"))
    down = [node for node in view.snapshot.nodes if node.state is NodeState.NOT_STARTED]
    if down:
        others = f" ({len(down) - 1} more)" if len(down) > 1 else ""
        found.append(Notice("failed", f"{down[0].name}{others} did not start{_why(view, down[0])}", "7 File"))
    return (*found, *_after_changes(view, tab), *standing)[:MOST]


def _after_changes(view: View, tab: str) -> Iterator[Notice]:
    """Yield what a rollback or a removed component has left to be decided."""
    live = unlike_the_disk(view.snapshot.revisions)
    if live is not None:
        name = PurePath(view.file).name or "the file"
        yield Notice(
            "warning", f"rev {live.number} is a rollback; {name} on the disk says otherwise.", "^r applies that"
        )
    parked = [left for left in leftovers(view.snapshot) if not left.draining]
    if parked:
        messages = plural(sum(left.messages for left in parked), "message")
        names = ", ".join(left.name for left in parked[:3])
        text = f"{messages} of what is no longer in the flow wait for it to return: {names}."
        yield Notice("parked", text, "" if tab == "file" else "7 File")


def remarks(problems: Sequence[Diagnostic], home: Path) -> tuple[Notice, ...]:
    """Return what to say about *problems* of a person's own settings: the first, and how many more there are."""
    if not problems:
        return ()
    first = str(problems[0])
    if first.startswith(f"{home}/"):
        first = f"~{first[len(str(home)) :]}"
    others = f" ({len(problems) - 1} more)" if len(problems) > 1 else ""
    return (Notice("warning", f"{first}{others}", "F12 shows all" if others else ""),)


def _on(view: View, hold: HoldState) -> str:
    letter = next((one for one in view.dead_letters if one.dlq_id == hold.dlq_id), None)
    return f" on {letter.why}" if letter is not None else ""


def _why(view: View, node: NodeStats) -> str:
    """Return why *node* did not start, without the place and the name that the engine's sentence begins with."""
    declared = view.snapshot.plan.node(node.name) if view.snapshot.plan else None
    why = (node.problem or "").removeprefix(f"{declared.span} " if declared else "").removeprefix(f"{node.name}: ")
    return f": {why}" if why else ""
