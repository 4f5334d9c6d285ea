"""How late the loop is and who holds it: true to what happened, and forgotten in time."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import pytest

from support.engines import LONG, RunningFlow, running
from woodwork_engine.runtime import watchdog
from woodwork_engine.runtime.watchdog import Watchdog

BLOCKS = """
import pathlib, time
here = pathlib.Path(__file__).parent
def block():
    while not (here / "gate").exists(): time.sleep(0.005)
"""
"""One line waits, so that it does not matter at which moment somebody looks."""
HELD = {
    "while its file is loaded": "block()\nclass Step:\n    def process(self, data): return data\n",
    "while it is made": "class Step:\n    def __init__(self): block()\n    def process(self, data): return data\n",
    "while it starts": "class Step:\n    async def start(self): block()\n    def process(self, data): return data\n",
    "in an attempt": "class Step:\n    async def process(self, data): block()\n",
}
FLOW = """
in = input cli { to = step }
step = function python { path = "step.py", class = Step, to = out }
out = output console {}
"""


def blocked(flow: RunningFlow) -> tuple[float, str]:
    """Wait until the loop is blocked by a known place and return how long and by whom."""
    deadline = time.monotonic() + LONG
    while not (held := flow.engine.blocked()) or "step.py" not in held[1]:
        assert time.monotonic() < deadline, held
    return held


def blockers(flow: RunningFlow) -> list[object]:
    """Return whom the notes about a blocked loop have named so far."""
    notes = [record.details() for record in flow.records("note")]
    return [note["blocker"] for note in notes if note["event"] == "loop.blocked"]


@pytest.mark.parametrize("code", HELD.values(), ids=HELD)
def test_a_component_that_holds_the_loop_is_named_with_its_line(tmp_path, code):
    tmp_path.joinpath("step.py").write_text(BLOCKS + code)
    with running(tmp_path, FLOW) as flow:
        flow.engine.inject("in", "x")
        seconds, who = blocked(flow)
        (tmp_path / "gate").touch()
        assert seconds >= watchdog.LATE
        assert who == "step (step.py:5)"
        flow.until(lambda _: who in blockers(flow))
        health = flow.until(lambda now: now.health.blocker is not None).health
        assert health.blocker in blockers(flow)  # a crowded machine may have held up something else since
        assert f"the engine's loop is held up by {health.blocker}" in health.degraded
        assert flow.engine.blocked() is None


def test_a_stop_that_holds_the_loop_is_named_too(tmp_path):
    code = "class Step:\n    async def stop(self): block()\n    def process(self, data): return data\n"
    tmp_path.joinpath("step.py").write_text(BLOCKS + code)
    with running(tmp_path, FLOW) as flow:
        flow.until_rev(1)
        stopping = flow.engine.stop()
        assert blocked(flow)[1] == "step (step.py:5)"
        (tmp_path / "gate").touch()
        assert stopping.result(LONG).left == {}


async def test_a_block_counts_for_every_beat_that_it_kept_from_being_made(monkeypatch):
    """Else the longest block would be one sample among hundreds, and the 99th percentile would not know it."""
    monkeypatch.setattr(watchdog, "BEAT", 0.002)
    told: list[tuple[float, str]] = []
    beaten = asyncio.Event()

    def report(seconds: float, blocker: str) -> None:
        told.append((seconds, blocker))
        beaten.set()

    dog = Watchdog(lambda: "somebody", report)
    dog.start()
    dog._lags.extend([0.0] * 100)  # beats that were in time
    try:
        time.sleep(0.3)  # noqa: ASYNC251 - what is tested is a loop that is held up
        async with asyncio.timeout(LONG):
            await beaten.wait()
        latest, p99 = dog.lag()
        assert latest >= 0.25
        assert p99 >= 0.25
        assert told[0][0] >= 0.25
        assert told[0][1] == f"somebody ({Path(__file__).name}:{_line_of('time.sleep(0.3)')})"
    finally:
        dog.stop()


async def test_who_blocked_is_forgotten_with_the_lags_it_caused(monkeypatch):
    monkeypatch.setattr(watchdog, "BEAT", 0.002)
    beaten = asyncio.Event()
    dog = Watchdog(lambda: None, lambda _seconds, _blocker: beaten.set())
    dog.start()
    try:
        time.sleep(0.3)  # noqa: ASYNC251 - what is tested is a loop that is held up
        async with asyncio.timeout(LONG):
            await beaten.wait()
        assert dog.last_blocker is not None
        monkeypatch.setattr(watchdog, "_KEPT", 0)
        assert dog.last_blocker is None
    finally:
        dog.stop()


def test_a_library_that_a_person_calls_is_not_the_place_that_is_named(tmp_path):
    """The innermost line of the person's own code is: that is what can be mended."""
    import json

    frames = [os.path.dirname(json.__file__), os.path.dirname(pytest.__file__)]
    assert all(folder.startswith(watchdog._LIBRARIES) for folder in frames)


def _line_of(text: str) -> int:
    lines = Path(__file__).read_text("utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.strip().startswith(text))
