"""Builds on the graph: asks for what is missing, shows what a change does, and writes the flow's files."""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Callable, Mapping

from textual.app import App

from woodwork_engine.plan import FlowPlan
from woodwork_engine.snapshot import Snapshot
from woodwork_tui.screens.change_dialog import ChangeDialog
from woodwork_tui.screens.component_form import ComponentForm
from woodwork_tui.screens.main import MainScreen
from woodwork_tui.screens.pick import Pick
from woodwork_tui.state.building import (
    SENDING,
    Base,
    Change,
    Connect,
    Disconnect,
    Proposal,
    Remove,
    Undo,
    command,
    proposed,
    read_base,
    taken_back,
    targets_from,
)
from woodwork_tui.state.change_question import ChangeQuestion, change_question
from woodwork_tui.state.draft import Examine, examine, known_kinds
from woodwork_tui.state.fates import Decided, Fate
from woodwork_tui.state.leaving import Ending
from woodwork_tui.state.said import Said
from woodwork_tui.state.source_file import Changed, Refused, save

_MOST_MADE = 50
"""Changes that can be taken back, the last one first."""

Act = Callable[[str, Mapping[str, object]], None]
"""Has an Engine method called with keyword arguments."""
Tell = Callable[[str, Said], None]
"""Tells the person a command and what came of it."""


class Builder:
    """Works for *app* and its *main* screen; *tell* says what was done, *act* reaches the engine, *check* says what
    texts would be as a flow.
    """

    def __init__(self, app: App[Ending], main: MainScreen, tell: Tell, act: Act, check: Examine = examine) -> None:
        self._app = app
        self._main = main
        self._tell = tell
        self._act = act
        self._check = check
        self._decided = Decided()
        self._made: deque[tuple[Change, Proposal]] = deque(maxlen=_MOST_MADE)

    def look(self, snapshot: Snapshot) -> None:
        """Do what was decided about the messages of components that are gone in *snapshot*."""
        self._decided, due = self._decided.due(snapshot)
        for name, way in due:
            self._act("resolve_removed", {"component": name, "how": way})

    # what is wanted

    def do(self, wish: str, *words: str) -> None:
        """Do *wish* (add, route, remove or undo), of which *words* are known already."""
        said = " ".join((wish, *words))
        if self._is_edited(said):
            return
        if wish == "add":
            self._add(" ".join(words))
        elif wish == "remove":
            self._remove(*words)
        elif wish == "undo":
            self._app.run_worker(self._undo(), group="build", exclusive=True)
        else:
            source, target, *events = (*words, "", "")
            self._connect(source, target, tuple(" ".join(events).split()))

    def _add(self, kind: str) -> None:
        """Add a component of *kind*, or of one that is chosen."""
        if kind:
            self._fill(kind)
        else:
            options = [(each.name, each.summary) for each in known_kinds()]
            self._app.push_screen(Pick("Add a component", options), self._fill)

    def _fill(self, kind: str | None) -> None:
        known = known_kinds().get(kind) if kind is not None else None
        if known is not None:
            names = self._plan.names() if self._plan is not None else ()
            self._app.push_screen(ComponentForm(known, names), self._consider)
        elif kind is not None:
            self._refuse(f"add {kind}", f"There is no kind {kind!r}; :add without one lists them.")

    def _connect(self, source: str, target: str, events: tuple[str, ...]) -> None:
        """Route *source* to *target*, or to a component that is chosen."""
        if target:
            self._consider(Connect(source, target, events))
            return
        plan = self._plan
        node = plan.node(source) if plan is not None else None
        if plan is None or node is None:
            self._refuse("route", "Select the component that the route begins at.")
            return
        kinds = {each.name: each.kind for each in plan.nodes}
        found = [(name, kinds[name]) for name in targets_from(source, plan)]
        if node.role not in SENDING:
            self._refuse(f"route {source}", f"{source} is {node.kind} and sends nothing on.")
        elif not found:
            self._refuse(f"route {source}", f"{source} goes to every component that takes messages already.")
        else:
            self._app.push_screen(
                Pick(f"Route from {source} to", found),
                lambda chosen: self._consider(Connect(source, chosen) if chosen else None),
            )

    def _remove(self, name: str = "", target: str = "") -> None:
        """Remove the component *name*, or its line to *target*; both may be written as one, with an arrow."""
        source, arrow, end = name.partition("->")
        if not name:
            self._refuse("remove", "Select the component or the line that is to go.")
        elif target or arrow:
            self._consider(Disconnect(source, target or end))
        else:
            self._consider(Remove(name))

    # how it is done

    def _consider(self, change: Change | None) -> None:
        """Show what *change* does, if there is one."""
        if change is not None:
            self._app.run_worker(self._propose(change), group="build", exclusive=True)

    @property
    def _plan(self) -> FlowPlan | None:
        return self._main.view.snapshot.plan

    def _is_edited(self, wish: str) -> bool:
        """Whether a write would get in the way of edits; then that is told."""
        unsaved = self._main.unsaved()
        if unsaved:
            self._refuse(wish, f"{unsaved[0]} has edits that are not saved; save or undo them in 7 File.")
        return bool(unsaved)

    async def _base(self, wish: str) -> Base | None:
        base = await asyncio.to_thread(read_base, self._main.view.file)
        if isinstance(base, str):
            self._refuse(wish, base)
            return None
        return base

    async def _propose(self, change: Change) -> None:
        base = await self._base(command(change))
        if base is not None:
            await self._ask(change, base, proposed(change, base))

    async def _undo(self) -> None:
        """Take the last change back that was made here."""
        if not self._made:
            self._refuse("undo", "Nothing was built here that could be taken back.")
            return
        change, made = self._made[-1]
        base = await self._base("undo")
        if base is not None:
            await self._ask(Undo(change), base, taken_back(made, base))

    async def _ask(self, change: Change | Undo, base: Base, proposal: Proposal | str) -> None:
        """Show what *change* does, and have it written if that is wanted."""
        wish = command(change)
        if isinstance(proposal, str):
            self._refuse(wish, proposal)
            return
        draft = await asyncio.to_thread(self._check, proposal.after, self._main.view.file)

        def question() -> ChangeQuestion:
            view = self._main.view
            return change_question(change, base, proposal, draft, view.snapshot, ascii_only=view.ascii)

        def answered(fate: Fate | None) -> None:
            if fate is not None and not self._is_edited(wish):
                self._decided = Decided.of(fate, self._main.view.snapshot)
                self._app.run_worker(self._write(change, proposal), group="write")

        self._app.push_screen(ChangeDialog(question, ascii_only=self._main.view.ascii), answered)

    async def _write(self, change: Change | Undo, proposal: Proposal) -> None:
        written: list[str] = []
        for path, text in proposal.after.items():
            answer = await asyncio.to_thread(save, path, text, over=proposal.before[path])
            name = os.path.basename(path)
            if isinstance(answer, Changed | Refused):
                why = answer.problem if isinstance(answer, Refused) else f"{name} changed meanwhile; try again."
                done = f" {', '.join(written)} is written already." if written else " Nothing was written."
                self._decided = Decided()
                self._refuse(command(change), why + done)
                return
            written.append(name)
        if isinstance(change, Undo):
            self._made.pop()
        else:
            self._made.append((change, proposal))
        more = "" if isinstance(change, Undo) else "; :undo takes it back"
        self._tell(command(change), Said(f"written to {', '.join(written)}, applied as any save is{more}"))

    def _refuse(self, wish: str, why: str) -> None:
        self._tell(wish, Said(why, "warning"))
