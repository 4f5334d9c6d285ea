"""Engines that run a flow written into a folder, for tests that look at them from outside."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from woodwork_engine.record import Record
from woodwork_engine.runtime import Engine
from woodwork_engine.snapshot import Snapshot

LONG = 20.0
"""Seconds after which something that should have happened counts as not happening."""


GATED = """
import asyncio, pathlib
here = pathlib.Path(__file__).parent

async def gated(data):
    (here / f"at-{data}").touch()
    while not (here / f"let-{data}").exists():
        await asyncio.sleep(0.002)
    if (here / f"fail-{data}").exists():
        raise ConnectionError(data)
    return f"OLD {data}"
"""
"""A script whose `gated` touches `at-X`, waits for `let-X`, and fails where there is `fail-X`, for each payload X."""


class RunningFlow:
    """A started engine and every record it has written."""

    def __init__(self, folder: Path, **options: object) -> None:
        self.folder = folder
        self.path = folder / "main.ww"
        self.engine = Engine(str(self.path), **options)
        self._reader = self.engine.events.reader()
        self._records: list[Record] = []

    def save(self, text: str) -> None:
        """Write the flow file in place."""
        self.path.write_text(text, encoding="utf-8")

    def records(self, *kinds: str) -> list[Record]:
        """Return every record so far, or those of *kinds*."""
        batch = self._reader.read()
        assert batch.missed == 0
        self._records += batch.records
        return [record for record in self._records if not kinds or record.type in kinds]

    def until(self, holds: Callable[[Snapshot], bool]) -> Snapshot:
        """Return the first snapshot for which *holds*; the engine is asked again and again, never slept for."""
        deadline = time.monotonic() + LONG
        while True:
            snapshot = self.engine.take_snapshot().result(LONG)
            if holds(snapshot):
                return snapshot
            assert time.monotonic() < deadline, snapshot

    def until_record(self, kind: str, count: int = 1) -> list[Record]:
        """Return the records of *kind* once there are *count* of them."""
        self.until(lambda _: len(self.records(kind)) >= count)
        return self.records(kind)

    def until_rev(self, rev: int) -> Snapshot:
        """Return the first snapshot of revision *rev*."""
        return self.until(lambda snapshot: snapshot.rev >= rev)

    def send(self, component: str, payload: object, session: str | None = None) -> str:
        """Inject and wait for acceptance."""
        return self.engine.inject(component, payload, session=session).result(LONG)

    def until_empty(self) -> Snapshot:
        """Return the first snapshot in which nothing is queued, running or waiting."""
        return self.until(lambda snapshot: snapshot.totals.queued == 0)

    def said(self) -> list[str]:
        """Return what console outputs have said."""
        return [line.text for line in self.engine.transcript.after(0) if line.said == "out"]

    def ended(self) -> Counter[str]:
        """Return how often each way of ending a delivery was recorded."""
        return Counter(record.type for record in self.records("ok", "dead", "dropped", "discarded"))


@contextmanager
def running(folder: Path, text: str, **options: object) -> Iterator[RunningFlow]:
    """Run the flow *text* in *folder*/main.ww and stop it at the end."""
    folder.mkdir(exist_ok=True)
    flow = RunningFlow(folder, **options)
    flow.save(text)
    flow.engine.start()
    try:
        yield flow
    finally:
        flow.engine.stop(drain=False).result(LONG)
