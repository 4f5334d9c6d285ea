"""The one thread that writes into a database, in the order in which it is told (bus.md I4)."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from functools import partial

from woodwork_engine.store.database import Database
from woodwork_engine.store.records import Batch

Done = Callable[[Exception | None], object]


class Writer:
    """Takes batches from any thread and writes each in one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._todo: queue.SimpleQueue[Callable[[], object] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="woodwork store", daemon=True)
        self._thread.start()

    def write(self, batch: Batch, done: Done) -> None:
        """Write *batch* after all that came before; then call *done*, in the writer's thread."""
        self._todo.put(partial(self._write, batch, done))

    def call(self, work: Callable[[], object]) -> None:
        """Do *work*, which does not raise, after all that came before."""
        self._todo.put(work)

    def close(self) -> None:
        """Write what was handed over and end the thread."""
        self._todo.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (work := self._todo.get()) is not None:
            work()

    def _write(self, batch: Batch, done: Done) -> None:
        error: Exception | None = None
        try:
            self._database.write(batch)
        except Exception as problem:  # noqa: BLE001 - whatever it is, who waits for the batch is told
            error = problem
        done(error)
