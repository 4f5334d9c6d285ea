"""Brings back how a person looked at a flow, and keeps it: written when it changes, not only at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from textual.app import App
from textual.worker import Worker

from woodwork_engine.snapshot import Snapshot
from woodwork_tui.appearance import Appearance
from woodwork_tui.screens.main import MainScreen
from woodwork_tui.state.filters import sound
from woodwork_tui.state.leaving import Ending
from woodwork_tui.state.memory import Memory, MemoryFile
from woodwork_tui.state.recents import Recent, RecentFlows, seen

EVERY = 1.0
"""Seconds between two looks at what has changed."""

StateOf = Callable[[str], Path | None]
"""Returns the state folder of a flow file, None where it has none."""


class Recollection:
    """What is kept of *main* and *appearance*, for each flow in its state folder; *recents* are all flows opened."""

    def __init__(
        self, app: App[Ending], main: MainScreen, appearance: Appearance, state: StateOf, recents: RecentFlows | None
    ) -> None:
        self._app = app
        self._main = main
        self._appearance = appearance
        self._state = state
        self._recents = recents
        self._file = MemoryFile(None)
        self._path = ""
        self._kept = Memory()
        self._noted: Recent | None = None
        self._looked = 0.0
        self._writing: Worker[None] | None = None

    def recents(self) -> tuple[Recent, ...]:
        """Return the flows that were opened last and are still there."""
        return self._recents.read() if self._recents is not None else ()

    def begin(self, file: str) -> None:
        """Show the flow in *file* as it was left."""
        self._path = str(Path(file).absolute())
        self._file = MemoryFile(self._state(file))
        kept = self._file.read()
        self._kept = replace(kept, filters=sound(kept.filters))
        self._appearance.recall(self._kept.theme)
        self._main.recall(self._kept)

    def look(self, now: float, snapshot: Snapshot) -> None:
        """Keep what has changed since the last look, at most once a second (*now* in s since the epoch)."""
        if not self._path or 0 <= now - self._looked < EVERY:
            return
        if self._writing is not None and not self._writing.is_finished:  # a slow disk
            return
        self._looked = now
        memory, recent = self._changed(now, snapshot)
        if memory is not None or recent is not None:
            self._writing = self._app.run_worker(asyncio.to_thread(self._write, memory, recent))

    def end(self, now: float, snapshot: Snapshot) -> None:
        """Keep what is new, at once."""
        if self._path:
            self._write(*self._changed(now, snapshot))

    def _changed(self, now: float, snapshot: Snapshot) -> tuple[Memory | None, Recent | None]:
        memory = self._main.remembered(self._appearance.chosen)
        recent = seen(self._path, now, snapshot)
        noted = self._noted
        if noted is not None and (noted.rev, noted.errors) == (recent.rev, recent.errors):
            recent = noted
        found = (None if memory == self._kept else memory, None if recent is noted else recent)
        self._noted = recent
        return found

    def _write(self, memory: Memory | None, recent: Recent | None) -> None:
        if memory is not None and self._file.write(memory):
            self._kept = memory
        if recent is not None and self._recents is not None:
            self._recents.put(recent)
