"""A state folder: made, locked against a second engine, with its database, marks and log in it (interfaces.md)."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TextIO

from woodwork_engine.dead_letter import DeadLetter
from woodwork_engine.errors import StateFolderInUseError, StoreError
from woodwork_engine.policy import Sync
from woodwork_engine.store.database import Database
from woodwork_engine.store.in_flight import InFlight
from woodwork_engine.store.records import Batch, Kept, KeptSighting
from woodwork_engine.store.writer import Writer

NAME = ".woodwork"
"""What the folder beside a flow file is called."""
DATABASE, MARKS, LOCK, SOCKET, LOG = "state.db", "in_flight", "lock", "control.sock", "woodwork.log"


class StateFolder:
    """What a flow keeps in one folder; a Journal of a bus. One process has it at a time."""

    def __init__(self, path: Path, sync: Sync = "process") -> None:
        """Open the folder *path*, made where it is missing.

        Raises StateFolderInUseError, and StoreError where it cannot be used.
        """
        self.path = path
        self._lock = _locked(path)
        try:
            self._database = Database(path / DATABASE, sync)
            try:
                self._marks = InFlight(path / MARKS)
            except OSError as error:
                self._database.close()
                raise StoreError(str(path / MARKS), f"cannot be used: {error.strerror}", _REMEDY) from error
        except BaseException:
            self._lock.close()
            raise
        self.begin, self.end = self._marks.begin, self._marks.end  # not methods: a call less for every attempt
        self._writer: Writer | None = None

    def set_sync(self, sync: Sync) -> None:
        """Say what a commit survives from now on (bus.md I3)."""
        if self._writer is None:
            self._database.set_sync(sync)
        else:
            self._writer.call(partial(self._database.set_sync, sync))

    def deliveries(self) -> list[Kept]:
        """Return what was accepted and not settled; whatever was being attempted has one crash more (bus.md E7)."""
        found = self._database.deliveries(self._marks.left())
        self._marks.clear()
        return found

    def letters(self) -> list[DeadLetter]:
        """Return every dead letter, oldest first."""
        return self._database.letters()

    def sightings(self) -> list[KeptSighting]:
        """Return what targets have had that are to have it once, oldest first."""
        return self._database.sightings()

    def fact(self, name: str) -> bytes | None:
        """Return what was kept under *name*."""
        return self._database.fact(name)

    def unreadable(self) -> Sequence[str]:
        """Return what of all that was read could not be, a sentence each; it is kept aside in its database."""
        return self._database.unreadable

    def write(self, batch: Batch, done: Callable[[Exception | None], object]) -> None:
        """Write *batch* in the store's own thread, then call *done* there."""
        if self._writer is None:
            self._writer = Writer(self._database)
        self._writer.write(batch, done)

    def close(self) -> None:
        """Write what was handed over and let the folder go."""
        if self._writer is not None:
            self._writer.close()
        self._database.close()
        self._marks.close()
        self._lock.close()


_REMEDY = "make the folder writable, or name another one with --state"


def _locked(path: Path) -> TextIO:
    """Make the folder if need be and lock it until the file is closed."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (path / LOCK).open("a+")
    except OSError as error:
        raise StoreError(str(path), f"cannot be used: {error.strerror}", _REMEDY) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.seek(0)
        holder = lock.read(20).strip()
        lock.close()
        raise StateFolderInUseError(str(path), int(holder) if holder.isdigit() else None) from error
    try:
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
    except OSError as error:
        lock.close()
        raise StoreError(str(path), f"cannot be used: {error.strerror}", _REMEDY) from error
    return lock
