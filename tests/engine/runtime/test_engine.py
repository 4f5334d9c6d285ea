"""A flow that runs in its own thread, commanded and looked at from this one."""

from __future__ import annotations

import threading

import pytest

from support.engines import LONG, running
from woodwork_engine.errors import ClosingError, UnknownComponentError, WoodworkError
from woodwork_engine.payload import encode
from woodwork_engine.runtime import Engine
from woodwork_engine.snapshot import FlowState, NodeState

HELLO = """
in = input cli { to = "agent" }
agent = echo { to = "out" }
out = output console {}
"""


def test_a_prompt_goes_through_the_flow_and_is_answered(tmp_path):
    with running(tmp_path, HELLO) as flow:
        flow.send("in", "hello", "s-1")
        flow.until(lambda _: flow.said() == ["hello"])
        kinds = [record.type for record in flow.records() if record.message_id]
        assert kinds == ["emitted", "queued", "started", "emitted", "queued", "ok", "started", "ok"]


def test_records_are_numbered_without_gaps_and_carry_the_session_through(tmp_path):
    with running(tmp_path, HELLO) as flow:
        flow.send("in", "hello", "s-1")
        flow.until_record("ok", 2)
        records = flow.records()
        assert [record.seq for record in records] == list(range(1, len(records) + 1))
        assert {record.session_id for record in records if record.message_id} == {"s-1"}
        assert len({record.correlation_id for record in records if record.message_id}) == 1


def test_records_are_in_the_order_of_their_times(tmp_path):
    """J1: an `ok` carries the time at which the handler was done, so it stands where it belongs in a waterfall."""
    tmp_path.joinpath("step.py").write_text("import asyncio\nasync def work(data):\n    await asyncio.sleep(0.01)\n")
    with running(tmp_path, STUCK) as flow:
        flow.send("in", "x")
        started, ok = flow.until_record("ok") and flow.records("started", "ok")
        assert ok.ts - started.ts == pytest.approx(ok.duration_ms / 1000, abs=1e-5)
        assert ok.duration_ms >= 10


def test_a_message_may_be_handed_to_a_component_that_is_no_input(tmp_path):
    with running(tmp_path, HELLO) as flow:
        flow.send("out", "straight", "s-2")
        flow.until(lambda _: flow.said() == ["straight"])
        assert flow.records("emitted")[0].source is None


def test_a_name_that_is_no_component_is_refused_with_the_nearest_one(tmp_path):
    with running(tmp_path, HELLO) as flow, pytest.raises(UnknownComponentError, match="did you mean 'agent'"):
        flow.send("agnet", "x")


def test_a_new_session_is_for_prompts(tmp_path):
    with running(tmp_path, HELLO) as flow:
        session = flow.engine.new_session("in").result(LONG)
        flow.send("in", "hi")
        assert flow.until_record("emitted")[0].session_id == session
        with pytest.raises(WoodworkError, match="agent has no prompt"):
            flow.engine.new_session("agent").result(LONG)


def test_the_snapshot_counts_what_the_records_tell(tmp_path):
    with running(tmp_path, HELLO) as flow:
        for number in range(20):
            flow.send("in", f"m{number}", f"s-{number % 4}")
        snapshot = flow.until(lambda now: now.totals.ok == 40)
        assert snapshot.totals.accepted == snapshot.totals.settled == 40
        assert [node.name for node in snapshot.nodes] == ["in", "agent", "out"]
        assert {(edge.source, edge.target): edge.count for edge in snapshot.edges} == {
            ("in", "agent"): 20,
            ("agent", "out"): 20,
        }
        assert snapshot.seq == flow.records()[-1].seq


def test_sessions_and_lanes_are_in_the_snapshot(tmp_path):
    with running(tmp_path, STUCK) as flow:
        for number in range(3):
            flow.send("in", number, "s-1")
        snapshot = flow.until(lambda now: bool(now.retries) and bool(now.lanes))
        assert [(lane.session, lane.target, lane.depth, lane.state) for lane in snapshot.lanes] == [
            ("s-1", "step", 3, "retrying")
        ]
        assert snapshot.sessions[0].queued == 3
        retry = snapshot.retries[0]
        assert (retry.target, retry.attempt, retry.allowed) == ("step", 1, 4)
        assert snapshot.node("step").state is NodeState.RETRYING


STUCK = """
in = input cli { to = step }
step = function python {
    path = "step.py", function = work, to = out
    ttl = none, retry = { base = 1h, cap = 1h, jitter = none }
}
out = output console {}
"""


@pytest.fixture(autouse=True)
def step(tmp_path):
    tmp_path.joinpath("step.py").write_text("def work(data):\n    raise ConnectionError('refused')\n")


def test_a_retry_can_be_had_now_or_given_up(tmp_path):
    with running(tmp_path, STUCK) as flow:
        message = flow.send("in", "x", "s-1")
        flow.until_record("retry_scheduled")
        assert flow.engine.retry_now(message, "step").result(LONG)
        flow.until_record("retry_scheduled", 2)
        assert flow.engine.kill_retry(message, "step").result(LONG)
        assert flow.until_record("dead")[0].details()["reason"] == "killed"
        assert not flow.engine.kill_retry(message, "step").result(LONG), "it waits no more"
        flow.until_empty()
        assert [letter.error for letter in flow.engine.dead_letters()] == ["ConnectionError: refused"]


def test_a_dead_letter_is_discarded_restored_and_replayed_with_another_payload(tmp_path):
    mended = "def work(data):\n    if data == 'bad':\n        raise ValueError('no')\n    return data\n"
    tmp_path.joinpath("step.py").write_text(mended)
    with running(tmp_path, STUCK.replace("base = 1h", "max_retries = 0, base = 1h")) as flow:
        flow.send("in", "bad", "s-1")
        dead = flow.until_record("dead")[0].details()["dlq_id"]
        assert flow.engine.discard([dead]).result(LONG) == 1
        assert flow.engine.replay([dead]).result(LONG).refused[0][1].endswith("restore it first")
        assert flow.engine.restore([dead]).result(LONG) == 1
        done = flow.engine.replay([dead], encoded=encode("good")).result(LONG)
        assert len(done.accepted) == 1
        flow.until(lambda now: flow.said() == ["good"] and now.totals.dead_letters == 0)
        assert flow.records("replayed")[0].details()["dlq_id"] == dead
        flow.until(lambda _now: flow.engine.dead_letters()[0].replay_ok is True)


def test_who_blocks_the_loop_is_named_while_it_blocks(tmp_path):
    gate = tmp_path / "gate"
    waiting = f"    while not os.path.exists({str(gate)!r}):\n        time.sleep(0.01)\n"
    blocking = f"import os, time\nasync def work(data):\n{waiting}"
    tmp_path.joinpath("step.py").write_text(blocking)
    with running(tmp_path, STUCK) as flow:
        flow.engine.inject("in", "x")
        while not (blocked := flow.engine.blocked()) or "step" not in blocked[1]:
            pass
        gate.touch()
        assert blocked[1].startswith("step (step.py:")
        # The first note may be another's: a busy machine holds the loop up too.
        flow.until(lambda _now: any("step (step.py:" in note.details()["blocker"] for note in flow.records("note")))


def test_idle_waits_for_inputs_that_end_and_for_everything_they_sent(tmp_path):
    text = HELLO.replace("input cli {", "input generator { count = 50, rate = 100000, sessions = 5,")
    with running(tmp_path, text) as flow:
        flow.engine.idle().result(LONG)
        assert len(flow.said()) == 50
        assert flow.engine.take_snapshot().result(LONG).totals.queued == 0


def test_stop_drains_and_leaves_no_thread_behind(tmp_path):
    """H2, H3: what was accepted is settled before the deadline; afterwards nothing of the engine is alive."""
    before = set(threading.enumerate())
    with running(tmp_path, HELLO) as flow:
        ours = {thread for thread in set(threading.enumerate()) - before if thread.name.startswith("woodwork")}
        for number in range(200):
            flow.send("in", number, f"s-{number % 7}")
        report = flow.engine.stop().result(LONG)
        assert report.left == {}
        assert report.cancelled == 0
        assert len(flow.said()) == 200
        assert flow.engine.snapshot().state is FlowState.STOPPED
        with pytest.raises(ClosingError):
            flow.send("in", "late")
        for thread in ours:
            thread.join(LONG)
            assert not thread.is_alive()


def test_stop_reports_what_was_left_and_a_second_stop_ends_the_drain(tmp_path):
    """H2: the rest is reported, never lost in silence."""
    with running(tmp_path, STUCK) as flow:
        flow.send("in", "x", "s-1")
        flow.until_record("retry_scheduled")
        stopping = flow.engine.stop(deadline=3600.0)
        flow.until(lambda now: now.state is FlowState.DRAINING)
        assert flow.engine.stop(drain=False) is stopping
        assert stopping.result(LONG).left == {"step/s-1": 1}


def test_an_engine_that_never_started_stops_at_once(tmp_path):
    assert Engine(str(tmp_path / "main.ww")).stop().result(LONG).left == {}


def test_a_component_that_does_not_start_keeps_no_other_from_running(tmp_path):
    tmp_path.joinpath("step.py").write_text("raise RuntimeError('broken')\n\ndef work(data): ...\n")
    text = STUCK.replace("to = step", "to = [step, out]")
    with running(tmp_path, text) as flow:
        flow.send("in", "x", "s-1")
        snapshot = flow.until(lambda now: now.node("out") is not None and now.node("out").ok == 1)
        node = snapshot.node("step")
        assert node.state is NodeState.NOT_STARTED
        assert "step.py:1 RuntimeError: broken" in node.problem
        assert node.depth == 1, "its message waits and is visible"
        assert any(found.code == "WW410" and found.component == "step" for found in snapshot.diagnostics)
        assert "broken" in flow.records("node_down")[0].details()["error"]
