"""A flow under load for a long time: sessions that come and go, failures, reloads, somebody who looks on."""

from __future__ import annotations

import gc
import os
import random
import sqlite3
import threading
import time
import tracemalloc
from collections import Counter, deque
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import NamedTuple

from support.engines import LONG, RunningFlow
from woodwork_engine.bus.counters import Histogram, percentile_ms
from woodwork_engine.dead_letter import DeadState
from woodwork_engine.runtime.health import resident_bytes
from woodwork_engine.snapshot import Revision

FLOW = """
deployment = local {{ durable = {durable}, drain_timeout = 1s, dlq = {{ max_count = {letters} }} }}
defaults {{ retry = {{ max_retries = 2, base = 1ms, cap = 5ms }} }}
in = input cli {{ to = [work] }}
work = function python {{ path = "step.py", function = work, concurrency = {concurrency}, to = [{to}] }}
out = output console {{}}
"""
EXTRA = "extra = output console {}\n"
BROKEN = "broken = echo {\n"

STEP = """
import asyncio
VERSION = {version}

async def work(data, context):
    if data["fails"] >= context.attempt:
        raise ConnectionError("now and then")
    await asyncio.sleep(0)
    return data["text"]
"""

SESSIONS_AT_ONCE = 20
LETTERS = 40
PROBE = 0.7
"""Seconds for which the flow does what it can, to learn how much that is."""
MOST_WAITING = 100
"""Sends that are not accepted yet; beyond that the sender waits, as whoever overloads a flow has to."""
FASTEST = 2_000
ALIKE = 150
"""Sessions, of three messages each, with which what keeps the latest few is filled before anything is compared."""
SOMETIMES, NEVER = 1, 9
"""How many attempts fail of a message that succeeds in the end, and of one that does not."""


class Counted(NamedTuple):
    """What the flow has of everything that must not grow."""

    lanes: int
    sessions: int
    waiting: int
    timers: int
    tasks: int
    threads: int
    files: int


@dataclass(frozen=True, slots=True)
class Mark:
    """What was seen at rest after a stretch of load; sizes in bytes.

    *allocated* is what each Python file has; *reloads* and *ended_sessions* are those of the stretch.
    """

    sent: int
    ended_sessions: int
    reloads: int
    resident: int
    counted: Counted
    allocated: Mapping[str, int] = field(repr=False)


@dataclass(slots=True)
class _Session:
    """A session of the load: the next number in it, and the acceptance of the one before."""

    name: str
    number: int = 0
    accepted: Future[str] | None = None


class Arrivals:
    """What came out, looked at as it comes: per session in order and without a gap; durations by stretch of load."""

    def __init__(self) -> None:
        self.arrived = 0
        self.wrong: list[str] = []
        self.durations = Histogram()
        self._next: dict[str, int] = {}

    def __call__(self, name: str, session: str, text: str) -> None:
        """Take what `out` says: a number of its session, whether that ends with it, when it was to be sent."""
        if name != "out":
            return
        number, last, due = text.split()
        self.durations.add(time.monotonic() - float(due))
        self.arrived += 1
        expected = self._next.pop(session, 0)
        if int(number) != expected and len(self.wrong) < 10:
            self.wrong.append(f"{session}: {number} where {expected} should be")
        if last == "-":
            self._next[session] = int(number) + 1

    def stretch(self) -> tuple[float, float]:
        """Return lower quartile and median, in ms, since this was asked last."""
        counts = tuple(self.durations.now)
        self.durations.rotate()
        return percentile_ms(counts, 0.25), percentile_ms(counts, 0.5)


class Observer(threading.Thread):
    """Looks on as a screen does, ten times a second: records by cursor, snapshots, dead letters, which it discards."""

    def __init__(self, flow: RunningFlow) -> None:
        super().__init__(name="observer", daemon=True)
        self.looked = self.read = self.missed = self.discarded = 0
        self._flow = flow
        self._reader = flow.engine.events.reader()
        self._enough = threading.Event()

    def run(self) -> None:
        engine = self._flow.engine
        while not self._enough.wait(0.1):
            batch = self._reader.read()
            self.read += len(batch.records)
            self.missed += batch.missed
            engine.snapshot()
            letters = [letter.dlq_id for letter in engine.dead_letters() if letter.state is DeadState.OPEN]
            self.discarded += engine.discard(letters).result(LONG) if letters else 0
            self.looked += 1

    def stop(self) -> None:
        """Look no more."""
        self._enough.set()
        self.join(LONG)
        assert not self.is_alive()


class Soak:
    """Loads *flow* for stretches of time and marks what it has at rest after each."""

    def __init__(self, flow: RunningFlow, arrivals: Arrivals, *, churn: float, reloads: float, durable: bool) -> None:
        """*churn* in sessions/s, *reloads* in reloads/s."""
        self.sent = self.survivors = self.ended_sessions = self.reloads = 0
        self.results: Counter[str] = Counter()
        self.rate = 0.0
        self._flow = flow
        self._arrivals = arrivals
        self._churn, self._reloads, self._durable = churn, reloads, durable
        self._chance = random.Random(1)
        self._names, self._changes = count(), count()
        self._open: deque[_Session] = deque()
        self._accepting: deque[Future[str]] = deque()
        self._reload: Future[Revision] | None = None
        self._version = 0
        self._marked = (0, 0, 0)

    def prepare(self) -> None:
        """Write the script that the flow runs."""
        self._script(0)

    def text(self, *, concurrency: int = 8, extra: bool = False) -> str:
        """Return the flow file."""
        to, durable = "out, extra" if extra else "out", str(self._durable).lower()
        text = FLOW.format(durable=durable, letters=LETTERS, concurrency=concurrency, to=to)
        return text + EXTRA if extra else text

    def calibrate(self) -> None:
        """Take half of what the flow can do as the rate of the load, and fill what keeps dead letters."""
        for _ in range(LETTERS + 10):
            self._send(time.monotonic(), NEVER)
        self._rest()
        before = self.sent
        self.rate = FASTEST
        self.load(PROBE)
        began = time.monotonic()
        self._rest()
        self.rate = 0.5 * (self.sent - before) / (PROBE + time.monotonic() - began)
        self._arrivals.stretch()

    def load(self, seconds: float) -> None:
        """Send, change sessions and reload for so long."""
        began, pace = time.monotonic(), threading.Event()
        sent = churned = reloaded = 0
        while (passed := time.monotonic() - began) < seconds:
            while sent < passed * self.rate and time.monotonic() - began < seconds:
                self._send(began + sent / self.rate, self._fate())
                sent += 1
            while churned < passed * self._churn:
                self._end_session()
                churned += 1
            if reloaded < passed * self._reloads and (self._reload is None or self._reload.done()):
                self._change(next(self._changes))
                reloaded += 1
            pace.wait(0.002)

    def mark(self) -> Mark:
        """Let everything come to rest and tell what there is."""
        while self._open:
            self._end_session()
        self._change(0)
        self._rest()
        self._arrivals.stretch()
        self._fill_alike()
        deadline = time.monotonic() + LONG
        while lanes := self.counted().lanes:
            assert time.monotonic() < deadline, f"{lanes} idle lanes are not let go"
        gc.collect()
        before, self._marked = self._marked, (self.sent, self.ended_sessions, self.reloads)
        sent, sessions, reloads = (now - then for now, then in zip(self._marked, before, strict=True))
        return Mark(sent, sessions, reloads, resident_bytes(), self.counted(), _allocated())

    def _fill_alike(self) -> None:
        """Let everything that keeps the latest few keep the same each time, so that what is left can be compared."""
        for _ in range(ALIKE):
            self._send(time.monotonic(), 0)
            self._send(time.monotonic(), 0)
            self._end_session()
            self._rest_of_sends()
        self._rest()

    def counted(self) -> Counted:
        """Count what the flow has now."""
        core = self._flow.engine._flow.bus.core
        timers = sum(not timer.cancelled() for timer in tuple(core.loop._scheduled))
        return Counted(
            sum(len(endpoint.lanes) for endpoint in tuple(core.endpoints.values())),
            len(core.sessions),
            len(core.waiting),
            timers,
            self._flow.engine.take_snapshot().result(LONG).health.tasks,
            threading.active_count(),
            len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0,
        )

    def _rest(self) -> None:
        if self._reload is not None:
            self._took(self._reload.result(LONG))
            self._reload = None
        self._rest_of_sends()
        self._flow.until_empty()

    def _rest_of_sends(self) -> None:
        while self._accepting:
            self._accepting.popleft().result(LONG)

    def _fate(self) -> int:
        """One in a hundred fails; a tenth of those for good."""
        return 0 if self._chance.random() >= 0.01 else NEVER if self._chance.random() < 0.1 else SOMETIMES

    def _send(self, due: float, fails: int) -> None:
        if len(self._open) < SESSIONS_AT_ONCE:
            self._open.append(_Session(f"session-{next(self._names)}"))
        self._hand_in(self._chance.choice(self._open), due, fails, "-")

    def _end_session(self) -> None:
        if self._open:
            self.ended_sessions += 1
            self._hand_in(self._open.popleft(), time.monotonic(), 0, "end")

    def _hand_in(self, session: _Session, due: float, fails: int, last: str) -> None:
        if session.accepted is not None:  # the order is that in which calls return
            session.accepted.result(LONG)
        payload = {"fails": fails, "text": f"{session.number} {last} {due}"}
        if fails != NEVER:  # what does not come out has no number
            session.number += 1
            self.survivors += 1
        self.sent += 1
        session.accepted = self._flow.engine.inject("in", payload, session=session.name)
        self._accepting.append(session.accepted)
        while self._accepting and (self._accepting[0].done() or len(self._accepting) > MOST_WAITING):
            self._accepting.popleft().result(LONG)

    def _change(self, number: int) -> None:
        """Save something else and ask for it: a policy, a script, one more component, one less, a file with errors."""
        if self._reload is not None:
            self._took(self._reload.result(LONG))
        match number % 5:
            case 1:
                self._flow.save(self.text(concurrency=4))
            case 2:
                self._script(self._version + 1)
            case 3:
                self._flow.save(self.text(extra=True))
            case 4:
                self._flow.save(self.text() + BROKEN)
            case _:
                self._flow.save(self.text())
        self._reload = self._flow.engine.reload()
        self.reloads += 1

    def _took(self, revision: Revision) -> None:
        self.results[revision.result] += 1

    def _script(self, version: int) -> None:
        self._version = version
        (self._flow.folder / "step.py").write_text(STEP.format(version=version), encoding="utf-8")


def _allocated() -> dict[str, int]:
    """Return how many bytes each Python file has allocated and not given back."""
    own = [tracemalloc.Filter(inclusive=False, filename_pattern=file) for file in (__file__, tracemalloc.__file__)]
    lines = tracemalloc.take_snapshot().filter_traces(own).statistics("filename")
    return {line.traceback[0].filename: line.size for line in lines}


def kept_in(folder: Path) -> tuple[int, int, int]:
    """Return what a state folder has: deliveries, dead letters, bytes."""
    database = sqlite3.connect(folder / "state.db", timeout=LONG)
    try:
        (deliveries,) = database.execute("SELECT count(*) FROM deliveries").fetchone()
        (letters,) = database.execute("SELECT count(*) FROM letters").fetchone()
    finally:
        database.close()
    return deliveries, letters, sum(file.stat().st_size for file in folder.iterdir())
