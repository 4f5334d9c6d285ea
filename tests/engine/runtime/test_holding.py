"""A running flow is paused, stepped, stopped at a message and let go again, from another thread."""

from __future__ import annotations

import pytest

from support.engines import LONG, running
from woodwork_engine.errors import FilterError, UnknownComponentError, WoodworkError
from woodwork_engine.hold import BY_LETTER, Breakpoint, Scope
from woodwork_engine.payload import decode, encode
from woodwork_engine.snapshot import NodeState

HELLO = """
in = input cli { to = "agent" }
agent = echo { to = "out" }
out = output console {}
"""

STOPS = """
in = input cli { to = step }
step = function python {
    path = "step.py", function = work, to = out, on_exhausted = pause, retry = { max_retries = 0 }
}
out = output console {}
"""


@pytest.fixture(autouse=True)
def step(tmp_path):
    tmp_path.joinpath("step.py").write_text(
        "bad = True\n"
        "def work(data):\n"
        "    if data == 'mend':\n"
        "        globals()['bad'] = False\n"
        "    elif bad:\n"
        "        raise ConnectionError('refused')\n"
        "    return data\n"
    )


def test_a_paused_component_takes_messages_and_handles_them_when_it_is_resumed(tmp_path):
    """B6, D4, H5."""
    with running(tmp_path, HELLO) as flow:
        hold = flow.engine.pause("agent", reason="looking").result(LONG)
        for number in range(3):
            flow.send("in", f"m{number}", "s-1")
        snapshot = flow.until(lambda now: now.node("agent").paused == 3 and bool(now.lanes))
        assert snapshot.node("agent").state is NodeState.PAUSED
        assert snapshot.holds == (hold,)
        assert "agent: 1 session is paused with messages waiting" in snapshot.health.degraded
        assert [(lane.target, lane.state) for lane in snapshot.lanes] == [("agent", "paused")]
        assert snapshot.sessions[0].paused == 3
        assert flow.said() == []
        assert flow.engine.step("agent").result(LONG) is not None
        flow.until(lambda _: flow.said() == ["m0"])
        assert flow.engine.resume("agent").result(LONG) == 1
        flow.until(lambda _: flow.said() == ["m0", "m1", "m2"])
        assert flow.until(lambda now: not now.health.degraded).node("agent").state is not NodeState.PAUSED
        paused, resumed = flow.records("paused")[0], flow.records("resumed")[0]
        assert (paused.target, paused.session_id) == (resumed.target, resumed.session_id) == ("agent", None)
        assert paused.details() == {
            "scope": {"component": "agent", "session": None, "kind": "component"}, "by": "person", "reason": "looking"
        }  # fmt: skip


def test_a_paused_flow_is_idle_and_stops_at_once(tmp_path):
    """H2, D4."""
    with running(tmp_path, HELLO, own_sources=False) as flow:
        flow.engine.pause().result(LONG)
        flow.send("in", "hello", "s-1")
        flow.engine.idle().result(LONG)
        report = flow.engine.stop(deadline=LONG * 10).result(LONG)
        assert (report.left, report.held) == ({"agent/s-1": 1}, 1)


def test_a_session_that_is_stuck_on_a_dead_letter_is_retried_in_its_place(tmp_path):
    """B6, E4."""
    with running(tmp_path, STOPS) as flow:
        for text in ("a", "b"):
            flow.send("in", text, "s-1")
        letter = flow.until_record("dead")[0].details()["dlq_id"]
        (hold,) = flow.engine.holds().result(LONG)
        assert (hold.scope, hold.by, hold.dlq_id) == (Scope("step", "s-1"), BY_LETTER, letter)
        flow.send("in", "mend", "s-2")
        flow.until(lambda _: flow.said() == ["mend"])
        flow.engine.retry_stuck("step", "s-1").result(LONG)
        flow.until(lambda _: flow.said() == ["mend", "a", "b"])
        with pytest.raises(WoodworkError, match="s-1 is not stuck at step"):
            flow.engine.retry_stuck("step", "s-1").result(LONG)


def test_a_stuck_session_is_purged(tmp_path):
    """B6."""
    with running(tmp_path, STOPS) as flow:
        for text in ("a", "b", "c"):
            flow.send("in", text, "s-1")
        flow.until_record("paused")
        assert flow.engine.purge("step", "s-1").result(LONG) == 2
        assert flow.engine.holds().result(LONG) == ()
        assert flow.ended()["discarded"] == 2


def test_a_message_is_held_at_a_breakpoint_edited_and_released(tmp_path):
    """D4."""
    with running(tmp_path, HELLO) as flow:
        flow.engine.add_breakpoint("out", source="agent", condition="payload:secret").result(LONG)
        with pytest.raises(FilterError):
            flow.engine.add_breakpoint("out", condition="colour:red").result(LONG)
        with pytest.raises(UnknownComponentError):
            flow.engine.add_breakpoint("nobody").result(LONG)
        flow.send("in", "a secret", "s-1")
        flow.send("in", "anything", "s-2")
        held = flow.until_record("held")[0]
        flow.until(lambda _: flow.said() == ["anything"])
        assert flow.engine.release(held.message_id, "out", encoded=encode("a word")).result(LONG)
        flow.until(lambda _: flow.said() == ["anything", "a word"])
        assert not flow.engine.release(held.message_id, "out").result(LONG)
        assert len(flow.engine.breakpoints().result(LONG)) == 1
        assert flow.engine.remove_breakpoint("out", source="agent", condition="payload:secret").result(LONG)
        assert flow.engine.release_all().result(LONG) == 0


def test_what_is_held_is_shown_with_its_payload_and_can_be_dropped_so_that_its_lane_goes_on(tmp_path):
    """D4."""
    with running(tmp_path, HELLO) as flow:
        flow.engine.add_breakpoint("out", condition="payload:secret").result(LONG)
        for text in ("a secret", "after it"):
            flow.send("in", text, "s-1")
        snapshot = flow.until(lambda now: bool(now.held))
        assert snapshot.breakpoints == (Breakpoint("out", None, "payload:secret"),)
        (held,) = snapshot.held
        assert (held.target, held.session, held.source, decode(held.encoded)) == ("out", "s-1", "agent", "a secret")
        assert flow.engine.drop_held(*held.key).result(LONG)
        assert flow.until(lambda now: not now.held and flow.said() == ["after it"]).holds == ()
        assert [record.details()["reason"] for record in flow.records("discarded")] == ["dropped at a breakpoint"]
        assert not flow.engine.drop_held(*held.key).result(LONG)


def test_a_held_session_is_stepped_until_nothing_of_it_waits_and_stays_held(tmp_path):
    """B6: what its messages send on is stepped too, what a breakpoint holds is let go; others do not move."""
    with running(tmp_path, HELLO) as flow:
        flow.engine.add_breakpoint("out").result(LONG)
        flow.engine.pause().result(LONG)
        for session in ("s-1", "s-2"):
            for text in ("a", "b"):
                flow.send("in", f"{text} {session}", session)
        assert flow.engine.step_session("s-1").result(LONG) == 6  # two messages, at two components, held once
        assert flow.said() == ["a s-1", "b s-1"]
        assert flow.engine.step_session("s-1").result(LONG) == 0
        assert flow.engine.take_snapshot().result(LONG).totals.queued == 2


def test_a_session_is_not_stepped_where_nobody_is_there_to_handle_it(tmp_path):
    """B6."""
    broken = HELLO.replace("output console {}", 'function python { path = "step.py", function = missing }')
    with running(tmp_path, broken) as flow:
        flow.until(lambda now: now.node("out") is not None and now.node("out").state is NodeState.NOT_STARTED)
        flow.engine.pause("out").result(LONG)
        flow.send("in", "a", "s-1")
        flow.until(lambda now: now.node("out").depth == 1)
        assert flow.engine.step_session("s-1").result(LONG) == 0


def test_a_lane_held_by_itself_is_shown_with_what_waits_there_and_the_worst_reason(tmp_path):
    """B6, D4: also where nothing waits; the session that is paused as a whole says so."""
    with running(tmp_path, STOPS) as flow:
        for text in ("a", "b", "c"):
            flow.send("in", text, "s-1")
        flow.until_record("paused")
        flow.engine.pause("step", "s-1").result(LONG)
        flow.engine.pause("out", "s-2").result(LONG)
        flow.engine.pause(None, "s-1").result(LONG)
        snapshot = flow.until(lambda now: [one.held for one in now.sessions] == [True])
        found = [(lane.target, lane.session, lane.depth, lane.state) for lane in snapshot.held_lanes]
        assert found == [("step", "s-1", 2, "stuck"), ("out", "s-2", 0, "paused")]
        assert [lane.oldest_age > 0 for lane in snapshot.held_lanes] == [True, False]


def test_a_scope_that_is_not_there_is_refused(tmp_path):
    """B6."""
    with running(tmp_path, HELLO) as flow:
        for command in (flow.engine.pause, flow.engine.step):
            with pytest.raises(UnknownComponentError):
                command("nobody").result(LONG)
        assert flow.engine.resume("nobody").result(LONG) == 0
