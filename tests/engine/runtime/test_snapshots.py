"""What a snapshot holds of many lanes, sessions and retries, and what it costs the loop to find out."""

from __future__ import annotations

import asyncio

import pytest

from support.engines import GATED, LONG, running
from woodwork_engine import MessageEnvelope
from woodwork_engine.clock import SystemClock
from woodwork_engine.runtime import closeup
from woodwork_engine.snapshot import NodeState, Snapshot

FLOW = """
in = input cli { to = step }
step = function python {
    path = "step.py", function = work, ttl = none, retry = { base = 1h, cap = 1h, jitter = none }
}
"""


@pytest.fixture(autouse=True)
def step(tmp_path):
    tmp_path.joinpath("step.py").write_text("async def work(data):\n    raise ValueError('no')\n")


def test_the_deepest_lanes_the_latest_sessions_and_the_next_retries_are_shown_and_no_more(tmp_path, monkeypatch):
    for name in ("MOST_LANES", "MOST_SESSIONS", "MOST_RETRIES"):
        monkeypatch.setattr(closeup, name, 3)
    with running(tmp_path, FLOW) as flow:
        for session in range(10):
            for number in range(session + 1):
                flow.send("in", number, f"s-{session}")
        flow.until_record("retry_scheduled", 10)
        snapshot = flow.until(lambda now: [lane.depth for lane in now.lanes] == [10, 9, 8] and len(now.retries) == 3)
        assert [session.id for session in snapshot.sessions] == ["s-9", "s-8", "s-7"]
        assert [session.queued for session in snapshot.sessions] == [10, 9, 8]
        assert {session.retrying for session in snapshot.sessions} == {1}
        dues = [retry.due for retry in snapshot.retries]
        assert dues == sorted(dues)
        assert dues[-1] < flow.records("retry_scheduled")[3].details()["due"]
        assert (snapshot.totals.sessions, snapshot.totals.retrying, snapshot.totals.queued) == (10, 10, 55)


def test_who_has_handled_or_sent_anything_is_not_idle_not_even_in_the_first_second(tmp_path):
    tmp_path.joinpath("step.py").write_text("async def work(data):\n    return None\n")
    with running(tmp_path, FLOW) as flow:
        assert {node.state for node in flow.until(lambda now: len(now.nodes) == 2).nodes} == {NodeState.IDLE}
        flow.send("in", "hello", "s-1")
        snapshot = flow.until(lambda now: now.node("step").ok == 1)
        assert {node.state for node in snapshot.nodes} == {NodeState.OK}


class Hasty(SystemClock):
    """A clock by which every step of a look takes longer than a slice."""

    def __init__(self) -> None:
        self._now = 0.0

    def monotonic(self) -> float:
        self._now += 1.0
        return self._now


async def test_a_look_leaves_the_loop_to_others_between_its_steps(monkeypatch):
    """However many lanes there are, no message waits for a snapshot longer than one slice."""
    steps = 50

    class Steps:
        def __init__(self, *_: object) -> None:
            self.left = steps

        def __iter__(self):
            while self.left:
                self.left -= 1
                yield

        def detail(self) -> closeup.Detail:
            return closeup.Detail(summaries={"left": str(self.left)})

    monkeypatch.setattr(closeup, "_Steps", Steps)
    looked = asyncio.Event()
    close_up = closeup.CloseUp(None, closeup.EventLog(), Hasty(), looked.set)
    close_up.freshen()
    turns = 0
    while not looked.is_set():
        turns += 1
        await asyncio.sleep(0)
    assert turns >= steps
    assert close_up.last.summaries == {"left": "0"}


async def test_a_look_that_is_under_way_is_not_begun_a_second_time(monkeypatch):
    begun = 0

    class Steps:
        def __init__(self, *_: object) -> None:
            nonlocal begun
            begun += 1

        def __iter__(self):
            for _ in range(50):
                yield

        def detail(self) -> closeup.Detail:
            return closeup.Detail()

    monkeypatch.setattr(closeup, "_Steps", Steps)
    looked = asyncio.Event()
    close_up = closeup.CloseUp(None, closeup.EventLog(), Hasty(), looked.set)
    for _ in range(5):
        close_up.freshen()
        await asyncio.sleep(0)
    assert begun == 1
    await looked.wait()


def test_the_last_snapshot_of_a_stopped_flow_has_everything_in_it(tmp_path):
    with running(tmp_path, FLOW) as flow:
        flow.send("in", "x", "s")
        flow.until_record("retry_scheduled")
        flow.engine.stop(drain=False).result()
        last: Snapshot = flow.engine.snapshot()
        assert [(lane.session, lane.depth) for lane in last.lanes] == [("s", 1)]
        assert [session.id for session in last.sessions] == ["s"]
        assert last.seq == flow.records()[-1].seq


def test_messages_for_a_name_that_is_in_no_flow_are_shown_as_such(tmp_path):
    with running(tmp_path, FLOW) as flow:
        bus, thread = flow.engine._flow.bus, flow.engine._thread
        flow.until_rev(1)
        thread.call(lambda: bus.send_to_component(MessageEnvelope(1, target_component="stpe"))).result(LONG)
        snapshot = flow.until(lambda now: now.totals.unhandled == 1 and bool(now.lanes))
        node = snapshot.node("stpe")
        assert (node.state, node.depth) == (NodeState.NOT_STARTED, 1)
        assert "no component of this name" in node.problem
        assert [(lane.target, lane.state) for lane in snapshot.lanes] == [("stpe", "unhandled")]
        assert snapshot.totals.queued == 1


def test_a_drain_tells_when_it_ends(tmp_path):
    """H2, G3: of a flow that stops, and of a component that was removed."""
    (tmp_path / "gate.py").write_text(GATED)
    step = 'step = function python { path = "gate.py", function = "gated" }\n'
    limits = "deployment = local { drain_timeout = 50s }\n"
    with running(tmp_path, f'{limits}in = input cli {{ to = "step" }}\n{step}') as flow:
        flow.send("in", "a", "s-1")
        flow.until(lambda shown: shown.totals.inflight == 1)
        assert flow.engine.take_snapshot().result(LONG).drain_until is None
        flow.save(f"{limits}in = input cli {{}}\n")
        leaving = flow.until(lambda shown: shown.node("step") is not None and shown.node("step").drain_until)
        assert 40 < leaving.node("step").drain_until - leaving.at <= 50
        flow.engine.stop(deadline=30.0)
        draining = flow.until(lambda shown: shown.drain_until)
        assert 20 < draining.drain_until - draining.at <= 30
        (tmp_path / "let-a").touch()
