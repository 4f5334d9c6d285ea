"""An engine under load for as long as one likes: nothing of it grows, and nothing goes wrong late.

`WOODWORK_SOAK_SECONDS=120` makes it two minutes of load; without it a few seconds, in which everything is faster.
"""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from support.engines import LONG, RunningFlow
from support.soak import LETTERS, MOST_WAITING, SESSIONS_AT_ONCE, Arrivals, Counted, Mark, Observer, Soak, kept_in
from woodwork_engine.bus import counters, housekeeping
from woodwork_engine.components import scripts
from woodwork_engine.events import EventLog
from woodwork_engine.runtime import engine, history, reading
from woodwork_engine.transcript import Transcript

SECONDS = float(os.environ.get("WOODWORK_SOAK_SECONDS", "4"))
SCALE = min(1.0, SECONDS / 120)
"""By how much everything is faster than in two minutes."""
CHURN = 1_000 / 60 / SCALE
RELOADS = min(5.0, 1 / SCALE)
KEPT_SESSIONS = 100
STRETCHES = 5
LEAK = 512
"""Bytes for each message, session or reload: half of the smallest leak that has to be found."""
MEGABYTE = 1024 * 1024


@pytest.fixture(autouse=True)
def everything_fills_early(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let what is bounded reach its bound in the first third, and what is forgotten be forgotten within a stretch."""
    monkeypatch.setattr(engine, "EventLog", partial(EventLog, 1_000))
    monkeypatch.setattr(engine, "Transcript", partial(Transcript, 100))
    monkeypatch.setattr(history, "REVISIONS_KEPT", 5)
    monkeypatch.setattr(scripts, "_MODULES_KEPT", 3)
    monkeypatch.setattr(reading, "REST", 0.0)
    monkeypatch.setattr(housekeeping, "PERIOD", max(0.05, SCALE))
    monkeypatch.setattr(housekeeping, "TIDY_EVERY", 1)
    monkeypatch.setattr(housekeeping, "ROTATE_EVERY", 3)
    monkeypatch.setattr(housekeeping, "IDLE_LANE_SECONDS", 10 * SCALE)
    monkeypatch.setattr(housekeeping, "MOST_SESSIONS", KEPT_SESSIONS)
    monkeypatch.setattr(counters, "WINDOW", max(1, round(20 * SCALE)))
    tracemalloc.start()
    yield
    tracemalloc.stop()


@pytest.mark.timeout(120 + 3 * SECONDS)
@pytest.mark.parametrize("durable", [False, True], ids=["in memory", "durable"])
def test_nothing_grows_and_nothing_goes_wrong_under_load_that_goes_on(tmp_path: Path, durable: bool) -> None:
    """H4, J4: sessions come and go, one in a hundred fails, the flow changes all the time, and somebody looks on."""
    state = tmp_path / "state" if durable else None
    arrivals = Arrivals()
    flow = RunningFlow(tmp_path, watch=False, console=arrivals, state=state)
    soak = Soak(flow, arrivals, churn=CHURN, reloads=RELOADS, durable=durable)
    soak.prepare()
    flow.save(soak.text())
    flow.engine.start()
    try:
        flow.until_rev(1)
        observer = Observer(flow)
        observer.start()
        soak.calibrate()
        marks, paces, busiest = [], [], []
        for _ in range(STRETCHES):
            soak.load(SECONDS / STRETCHES)
            busiest.append(soak.counted())
            marks.append(soak.mark())
            paces.append(arrivals.stretch())
        observer.stop()
        end = flow.until(lambda snapshot: snapshot.totals.queued == 0)
        kept = kept_in(state) if state is not None else (0, 0, 0)
    finally:
        flow.engine.stop(drain=False).result(LONG)

    print(f"{soak.rate:.0f} messages/s, {soak.results}, looked {observer.looked} times, missed {observer.missed}")
    for line in (*marks, *busiest, *paces, kept):
        print(line)
    assert not arrivals.wrong, "in order and complete in each session"
    assert arrivals.arrived == soak.survivors, "nothing is lost and nothing comes twice"
    assert end.totals.dead == soak.sent - soak.survivors, "what failed for good is a dead letter"
    assert end.totals.dead_letters <= LETTERS
    assert soak.results["live"] > soak.results["rejected"] > 0
    assert observer.looked > 5
    assert observer.read
    assert [one for one in end.health.degraded if "loop is held up" not in one] == [], "a busy machine may hold it up"
    assert end.health.zombie_threads == 0
    nothing_has_grown(marks)
    for counted in busiest:
        everything_has_its_bounds(counted)
    for first, last in zip(
        paces[0], paces[-1], strict=True
    ):  # of the few messages sent at rest: others use the machine
        assert last < 20 * first, f"from {first} to {last} ms: it takes longer and longer"
    if durable:
        deliveries, letters, size = kept
        assert deliveries == 0
        assert letters <= LETTERS
        assert size < 16 * MEGABYTE


def nothing_has_grown(marks: Sequence[Mark]) -> None:
    """At rest there is as much as there was at rest before; a kilobyte for each of anything is too much.

    What is kept differs a little each time. What leaks grows in every stretch, and with what happens in it.
    """
    for file in marks[-1].allocated:
        sizes = [mark.allocated.get(file, 0) for mark in marks]
        growths = [after - before for before, after in pairwise(sizes)]
        allowed = [LEAK * min(mark.reloads, mark.ended_sessions, mark.sent) for mark in marks[1:]]
        assert any(growth < most for growth, most in zip(growths, allowed, strict=True)), f"{file} leaks: {sizes}"
    first, last = marks[0], marks[-1]
    sent, sessions = sum(mark.sent for mark in marks[1:]), sum(mark.ended_sessions for mark in marks[1:])
    assert sum(last.allocated.values()) - sum(first.allocated.values()) < LEAK * sessions
    # Looking at what is allocated takes memory, too; two minutes of a leak outside Python are far more than that.
    assert last.resident - first.resident < 8 * MEGABYTE + LEAK * sent
    assert last.counted.lanes == last.counted.waiting == 0
    assert last.counted.sessions <= KEPT_SESSIONS
    for name in (
        "timers",
        "tasks",
        "threads",
        "files",
    ):  # runners and threads are made as they are needed, up to a limit
        assert getattr(last.counted, name) <= getattr(first.counted, name) + 12, name


def everything_has_its_bounds(counted: Counted) -> None:
    """While the load goes on there is no more than what the load of that moment needs."""
    recent = SESSIONS_AT_ONCE + CHURN * (housekeeping.IDLE_LANE_SECONDS + 4 * housekeeping.PERIOD)
    assert counted.lanes <= 4 * recent
    assert counted.sessions <= KEPT_SESSIONS + recent
    assert counted.waiting <= SESSIONS_AT_ONCE
    assert counted.timers <= 100
    assert counted.tasks <= 2 * MOST_WAITING
    assert counted.threads <= 40
    assert counted.files <= 100
