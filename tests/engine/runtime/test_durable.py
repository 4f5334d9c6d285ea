"""Rules I1, I2 and E7 with a whole flow: what was under way comes back, where there is a state folder."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from woodwork_engine.errors import JournalError, StateFolderInUseError
from woodwork_engine.runtime import Engine
from woodwork_engine.runtime.state import folder_beside

SLOW = """
deployment = local { durable = true }
first = function python { path = "work.py", function = "first", to = [second] }
second = function python { path = "work.py", function = "second", to = [], concurrency = 1 }
"""
WORK = """
import os, time
def first(data):
    return data
def second(data):
    with open("done.txt", "a") as done:
        done.write(f"{data}\\n")
    time.sleep(0.02)
"""
RUN = """
import sys, time
from woodwork_engine.runtime import Engine
from woodwork_engine.runtime.state import folder_beside
engine = Engine("main.ww", watch=False, state=folder_beside("main.ww"))
engine.start()
for number in range(60):
    engine.inject("first", number, session=f"s{number % 3}").result(30)
    print(number, flush=True)
time.sleep(60)
"""


@pytest.fixture
def flow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A durable flow of two stages, the second one slow, in the folder of the process."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "main.ww").write_text(SLOW)
    (tmp_path / "work.py").write_text(WORK)
    return tmp_path


def opened(file: str = "main.ww") -> Engine:
    """Return a started engine with its state beside the file."""
    engine = Engine(file, watch=False, state=folder_beside(file))
    engine.start()
    return engine


def test_a_durable_flow_that_is_killed_goes_on_where_it_was_with_its_order(flow: Path) -> None:
    """I2: kill -9 in mid-traffic: nothing accepted is missing, order per session is kept, only the head comes twice."""
    child = subprocess.Popen([sys.executable, "-c", RUN], stdout=subprocess.PIPE, cwd=flow, env={**os.environ})
    assert child.stdout is not None
    accepted = [int(child.stdout.readline()) for _ in range(45)]
    done_file = flow / "done.txt"
    end = time.monotonic() + 30
    while time.monotonic() < end and (not done_file.exists() or len(done_file.read_text().split()) < 8):
        time.sleep(0.005)
    child.send_signal(signal.SIGKILL)
    accepted += [int(line) for line in child.communicate()[0].split()]
    before = [int(line) for line in (flow / "done.txt").read_text().split()]
    assert len(before) < len(accepted)
    engine = opened()
    engine.idle().result(60)
    engine.stop().result(30)
    done = [int(line) for line in (flow / "done.txt").read_text().split()]
    assert set(accepted) <= set(done)
    for session in range(3):
        own = [number for number in done if number % 3 == session]
        assert list(dict.fromkeys(own)) == sorted(set(own))
        assert len(own) - len(set(own)) <= 2
    records = [r for r in engine.events.reader(from_start=True).read().records if r.type == "restored"]
    assert records
    log = (flow / ".woodwork" / "woodwork.log").read_text()
    assert "is kept in" in log


def test_dead_letters_and_pauses_of_any_flow_come_back_with_a_state_folder(flow: Path) -> None:
    """I1: what a person would have to redo is never lost; the rest says that it lives in the process."""
    (flow / "main.ww").write_text(SLOW.replace("durable = true", ""))
    (flow / "work.py").write_text("def first(data):\n    raise RuntimeError('no')\ndef second(data): ...\n")
    text = (flow / "main.ww").read_text().replace("to = [second]", "to = [second], retry = { max_retries = 0 }")
    (flow / "main.ww").write_text(text)
    engine = opened()
    engine.inject("first", 1).result(30)
    engine.idle().result(30)
    engine.pause("second").result(30)
    engine.inject("second", 5, session="held").result(30)
    engine.stop(drain=False).result(30)
    again = opened()
    again.holds().result(30)  # the file is read
    snapshot = again.take_snapshot().result(30)
    assert snapshot.totals.dead_letters == 1
    assert [hold.scope.component for hold in again.take_snapshot().result(30).holds] == ["second"]
    assert next(node for node in snapshot.nodes if node.name == "second").depth == 1
    again.stop(drain=False).result(30)
    assert "live in this process" in (flow / ".woodwork" / "woodwork.log").read_text()


def test_what_a_changed_flow_has_no_component_for_is_parked(flow: Path) -> None:
    """I2, G3: it waits for its name to return."""
    engine = opened()
    engine.pause("second").result(30)
    engine.inject("second", 7).result(30)
    engine.stop(drain=False).result(30)
    (flow / "main.ww").write_text(SLOW.replace("second", "other").replace('function = "other"', 'function = "second"'))
    again = opened()
    again.holds().result(30)  # the file is read
    snapshot = again.take_snapshot().result(30)
    assert any("1 messages are parked" in reason for reason in snapshot.health.degraded)
    again.stop(drain=False).result(30)


@pytest.mark.parametrize("while_it_runs", [True, False])
def test_what_waits_comes_back_under_the_name_that_its_component_was_given(flow: Path, while_it_runs: bool) -> None:
    """G3, I2: whether the flow was saved before the process ended or after."""
    engine = opened()
    engine.pause("second").result(30)
    for number in range(3):
        engine.inject("second", number, session="s").result(30)
    renamed = (
        SLOW.replace("second = ", "third = ").replace("[second]", "[third]").replace("to = []", "was = second, to = []")
    )
    if while_it_runs:
        (flow / "main.ww").write_text(renamed)
        assert engine.reload().result(30).change == "second⇒third"
    engine.stop(drain=False).result(30)
    (flow / "main.ww").write_text(renamed)
    again = opened()
    assert [hold.scope.component for hold in again.holds().result(30)] == ["third"]
    for hold in again.holds().result(30):
        again.resume(hold.scope.component).result(30)
    again.idle().result(30)
    again.stop().result(30)
    assert (flow / "done.txt").read_text().split() == ["0", "1", "2"]


def test_two_engines_do_not_share_a_state_folder(flow: Path) -> None:
    """I2: the second one is refused, with a sentence."""
    engine = opened()
    with pytest.raises(StateFolderInUseError, match="in use by process"):
        Engine("main.ww", watch=False, state=folder_beside("main.ww"))
    engine.stop(drain=False).result(30)
    opened().stop(drain=False).result(30)


def test_a_folder_that_cannot_be_written_stops_nothing_but_what_is_durable(flow: Path) -> None:
    """H1, I2: durable ingress is refused with the reason; health says so; what is not durable goes on."""
    (flow / "plain").write_text("")
    (flow / "main.ww").write_text(SLOW + "third = echo { to = [], durable = false }\n")
    engine = Engine("main.ww", watch=False, state=flow / "plain" / "state")
    engine.start()
    with pytest.raises(JournalError, match="make the folder writable"):
        engine.inject("first", 1).result(30)
    assert engine.inject("third", 1).result(30)
    assert any("in this process only" in reason for reason in engine.take_snapshot().result(30).health.degraded)
    engine.stop(drain=False).result(30)


PAUSED = """
from woodwork_engine.runtime import Engine
from woodwork_engine.runtime.state import folder_beside
engine = Engine("main.ww", watch=False, state=folder_beside("main.ww"))
engine.start()
engine.pause("first", "s").result(30)
for number in range(5):
    engine.inject("first", number, session="s").result(30)
engine.add_breakpoint("second").result(30)
engine.pause("second").result(30)
print("done", flush=True)
__import__("time").sleep(60)
"""


def test_a_kill_right_after_a_pause_loses_neither_it_nor_what_it_holds(flow: Path) -> None:
    """I1: in a flow that is not durable, with a state folder; nothing waits for a sweep."""
    (flow / "main.ww").write_text(SLOW.replace("durable = true", ""))
    child = subprocess.Popen([sys.executable, "-c", PAUSED], stdout=subprocess.PIPE, cwd=flow, env={**os.environ})
    assert child.stdout is not None
    assert child.stdout.readline() == b"done\n"
    child.send_signal(signal.SIGKILL)
    child.communicate()
    engine = opened()
    held = {(hold.scope.component, hold.scope.session) for hold in engine.holds().result(30)}
    assert held == {("first", "s"), ("second", None)}
    assert [one.component for one in engine.breakpoints().result(30)] == ["second"]
    snapshot = engine.take_snapshot().result(30)
    assert next(node for node in snapshot.nodes if node.name == "first").depth == 5
    engine.stop(drain=False).result(30)


def test_a_message_that_cannot_be_read_refuses_nothing_and_is_told_everywhere(flow: Path) -> None:
    """I2, H5: the rest goes on; the log file, a record and health name it."""
    engine = opened()
    engine.pause("first").result(30)
    for number in range(3):
        engine.inject("first", number, session="s").result(30)
    engine.stop(drain=False).result(30)
    with closing(sqlite3.connect(flow / ".woodwork" / "state.db")) as harmed, harmed:
        harmed.execute("UPDATE deliveries SET envelope = x'c1' WHERE seq = 2")
    again = opened()
    again.resume("first").result(30)
    again.idle().result(30)
    assert any("not complete: a row of deliveries" in one for one in again.take_snapshot().result(30).health.degraded)
    notes = [r for r in again.events.reader(from_start=True).read().records if r.type == "note"]
    assert any(note.data and note.data.get("event") == "state.unreadable" for note in notes)
    again.stop().result(30)
    assert (flow / "done.txt").read_text().split() == ["0", "2"]
    assert "cannot be read" in (flow / ".woodwork" / "woodwork.log").read_text()
