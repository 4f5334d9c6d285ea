"""Makes changes of the flow's files: shows what each does, asks, writes, and can take it back."""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Callable, Mapping

from textual.app import App

from woodwork_engine.snapshot import Snapshot
from woodwork_tui.screens.change_dialog import ChangeDialog
from woodwork_tui.screens.main import MainScreen
from woodwork_tui.state.building import Base, Change, Proposal, Undo, command, proposed, read_base, taken_back
from woodwork_tui.state.change_question import ChangeQuestion, change_question
from woodwork_tui.state.draft import Examine, examine
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


class FlowWriter:
    """Works for *app* and its *main* screen; *tell* says what was done, *act* reaches the engine.

    *check* says what texts would be as a flow.
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

    def make(self, change: Change) -> None:
        """Show what *change* does, and make it if that is wanted."""
        self._app.run_worker(self._make(change), group="build", exclusive=True)

    def undo(self) -> None:
        """Take the last change back that was made here; asks."""
        if self._made:
            self._app.run_worker(self._undo(*self._made[-1]), group="build", exclusive=True)
        else:
            self.refuse("undo", "Nothing was built here that could be taken back.")

    def is_edited(self, wish: str) -> bool:
        """Whether a write would get in the way of edits; then the person is told so about *wish*."""
        unsaved = self._main.unsaved()
        if unsaved:
            self.refuse(wish, f"{unsaved[0]} has edits that are not saved; save or undo them in 7 File.")
        return bool(unsaved)

    def refuse(self, wish: str, why: str) -> None:
        """Tell the person *why* what they typed or meant as *wish* is not done."""
        self._tell(wish, Said(why, "warning"))

    async def _make(self, change: Change) -> None:
        base = await self._base(command(change))
        if base is not None:
            await self._ask(change, base, proposed(change, base))

    async def _undo(self, change: Change, made: Proposal) -> None:
        base = await self._base("undo")
        if base is not None:
            await self._ask(Undo(change), base, taken_back(made, base))

    async def _base(self, wish: str) -> Base | None:
        base = await asyncio.to_thread(read_base, self._main.view.file)
        if isinstance(base, str):
            self.refuse(wish, base)
            return None
        return base

    async def _ask(self, change: Change | Undo, base: Base, proposal: Proposal | str) -> None:
        wish = command(change)
        if isinstance(proposal, str):
            self.refuse(wish, proposal)
            return
        draft = await asyncio.to_thread(self._check, proposal.after, self._main.view.file)

        def question() -> ChangeQuestion:
            view = self._main.view
            return change_question(change, base, proposal, draft, view.snapshot, ascii_only=view.ascii)

        def answered(fate: Fate | None) -> None:
            if fate is not None and not self.is_edited(wish):
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
                self.refuse(command(change), why + done)
                return
            written.append(name)
        self._note(change, proposal, ", ".join(written))

    def _note(self, change: Change | Undo, proposal: Proposal, names: str) -> None:
        """Remember what was made, and tell of it."""
        more = ""
        if isinstance(change, Undo):
            self._made.pop()
        else:
            self._made.append((change, proposal))
            more = "; :undo takes it back"
        self._tell(command(change), Said(f"written to {names}, applied as any save is{more}"))
