"""What becomes of components, and of their messages, that a revision changes, removes or brings back (bus.md G3)."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.engines import GATED, LONG, RunningFlow, running
from woodwork_engine.snapshot import NodeState

PLAIN = "def work(data):\n    return f'NEW {data}'\n"
FAILS = "def work(data):\n    raise ValueError('no')\n"


@pytest.fixture(autouse=True)
def scripts(tmp_path: Path) -> None:
    tmp_path.joinpath("gated.py").write_text(GATED + "\nwork = gated\n")
    tmp_path.joinpath("plain.py").write_text(PLAIN)
    tmp_path.joinpath("fails.py").write_text(FAILS)


def flow_of(*components: str, drain: str = "1h") -> str:
    """Return a flow of `in`, *components* and `out`, in which a removed component may drain for *drain*."""
    return "\n".join((f"deployment = local {{ drain_timeout = {drain} }}", *components, "out = output console {}"))


def function(name: str, script: str, to: str = "out", more: str = "") -> str:
    return f'{name} = function python {{ path = "{script}.py", function = work, to = {to}, ttl = none{more} }}'


def into(target: str) -> str:
    return f"in = input cli {{ to = {target} }}"


def reached(folder: Path, name: str, flow: RunningFlow) -> None:
    """Wait until an attempt at the message *name* runs."""
    flow.until(lambda _: (folder / f"at-{name}").exists())


def down(flow: RunningFlow, target: str, reason: str) -> bool:
    """Whether the component *target* was stopped for *reason*."""
    return any(record.target == target and record.details()["reason"] == reason for record in flow.records("node_down"))


def test_a_running_attempt_ends_on_the_old_code_and_the_next_one_runs_on_the_new(tmp_path):
    with running(tmp_path, flow_of(into("step"), function("step", "gated"))) as flow:
        flow.send("in", "a", "s")
        flow.send("in", "b", "s")
        reached(tmp_path, "a", flow)
        flow.save(flow_of(into("step"), function("step", "plain")))
        flow.until_rev(2)
        assert not down(flow, "step", "replaced"), "it still has an attempt"
        (tmp_path / "let-a").touch()
        flow.until(lambda _: flow.said() == ["OLD a", "NEW b"])
        flow.until(lambda _: down(flow, "step", "replaced"))
        assert [record.rev for record in flow.records("node_down")] == [1], "the instance that came with revision 1"


def test_an_instance_that_does_not_end_its_attempt_is_stopped_after_drain_timeout(tmp_path):
    with running(tmp_path, flow_of(into("step"), function("step", "gated"), drain="50ms")) as flow:
        flow.send("in", "a", "s")
        reached(tmp_path, "a", flow)
        flow.save(flow_of(into("step"), function("step", "plain"), drain="50ms"))
        flow.until_rev(2)
        flow.until(lambda _: down(flow, "step", "replaced"))
        (tmp_path / "let-a").touch()
        flow.until(lambda _: flow.said() == ["OLD a"])


def test_a_removed_component_also_does_what_attempts_under_earlier_routes_still_send_it(tmp_path):
    """G1: the attempt that runs is pinned to its routes, so the last messages come after the removal."""
    before = flow_of(into("step"), function("step", "gated", "last"), 'last = echo { to = "out" }')
    with running(tmp_path, before) as flow:
        flow.send("in", "a", "s")
        reached(tmp_path, "a", flow)
        flow.save(flow_of(into("step"), function("step", "gated")))
        flow.until_rev(2)
        assert not down(flow, "last", "removed")
        (tmp_path / "let-a").touch()
        flow.until(lambda _: flow.said() == ["OLD a"])
        flow.until(lambda _: down(flow, "last", "removed"))
        assert [record.source for record in flow.records("emitted")] == ["in", "step", "last"]
        assert flow.records("parked") == []


def test_components_that_are_removed_together_drain_one_into_the_other(tmp_path):
    before = flow_of(into("first"), function("first", "gated", "second"), 'second = echo { to = "out" }')
    with running(tmp_path, before) as flow:
        for name in "abc":
            flow.send("in", name, "s")
        reached(tmp_path, "a", flow)
        flow.save(flow_of(into("out")))
        flow.until_rev(2)
        for name in "abc":
            (tmp_path / f"let-{name}").touch()
        flow.until(lambda _: flow.said() == ["OLD a", "OLD b", "OLD c"])
        flow.until(lambda _: down(flow, "first", "removed") and down(flow, "second", "removed"))
        assert flow.until_empty().totals.dead == 0


def test_what_is_not_done_after_drain_timeout_is_parked_and_comes_back_in_order(tmp_path):
    with_step = flow_of(into("step"), function("step", "gated"), drain="50ms")
    with running(tmp_path, with_step) as flow:
        for name in "abc":
            flow.send("in", name, "s")
        reached(tmp_path, "a", flow)
        flow.save(flow_of(into("out"), drain="50ms"))
        assert flow.until_record("parked")[0].details() == {"messages": 3}
        assert flow.until(lambda now: now.rev == 2).node("step").state is NodeState.PARKED
        flow.save(flow_of(into("step"), function("step", "plain"), drain="50ms"))
        flow.until_rev(3)
        (tmp_path / "let-a").touch()
        flow.until(lambda _: flow.said() == ["OLD a", "NEW b", "NEW c"])


def test_a_name_that_returns_while_it_drains_has_its_lanes_worked_on_in_order(tmp_path):
    """The drain is over with that: it neither parks anything later nor keeps the old instance."""
    with running(tmp_path, flow_of(into("step"), function("step", "gated"))) as flow:
        for name in "abc":
            flow.send("in", name, "s")
        reached(tmp_path, "a", flow)
        flow.save(flow_of(into("out")))
        assert flow.until_rev(2).node("step").state is NodeState.DRAINING
        flow.save(flow_of(into("step"), function("step", "plain")))
        flow.until_rev(3)
        (tmp_path / "let-a").touch()
        flow.until(lambda _: flow.said() == ["OLD a", "NEW b", "NEW c"])
        flow.until(lambda _: down(flow, "step", "removed"))
        assert flow.records("parked") == []


def test_each_removal_drains_for_itself(tmp_path):
    """One that was called off does not end the next one early."""
    more = ", retry = { base = 1h, cap = 1h, jitter = none }"
    with running(tmp_path, flow_of(into("step"), function("step", "fails", more=more))) as flow:
        flow.send("in", "a", "s")
        flow.until_record("retry_scheduled")
        for rev in (2, 4):
            flow.save(flow_of(into("out")))
            assert flow.until_rev(rev).node("step").state is NodeState.DRAINING
            flow.save(flow_of(into("step"), function("step", "fails", more=more)))
            assert flow.until_rev(rev + 1).node("step").state is NodeState.RETRYING
            flow.until_record("node_down", rev // 2)
        assert {record.details()["reason"] for record in flow.records("node_down")} == {"removed"}
        assert flow.records("parked") == []


def test_a_removed_component_takes_nothing_new(tmp_path):
    with running(tmp_path, flow_of(into("step"), function("step", "gated"))) as flow:
        flow.send("in", "a", "s")
        reached(tmp_path, "a", flow)
        flow.save(flow_of(into("out")))
        flow.until_rev(2)
        with pytest.raises(Exception, match="no component 'step'"):
            flow.send("step", "b", "s")
        (tmp_path / "let-a").touch()


def test_a_renamed_component_is_removed_and_added(tmp_path):
    """Without `was` the lanes stay with the old name."""
    more = ", retry = { base = 1h, cap = 1h, jitter = none }"
    with running(tmp_path, flow_of(into("step"), function("step", "fails", more=more), drain="50ms")) as flow:
        flow.send("in", "a", "s")
        flow.until_record("retry_scheduled")
        flow.save(flow_of(into("pace"), function("pace", "plain"), drain="50ms"))
        flow.until_record("parked")
        snapshot = flow.until_rev(2)
        assert [(node.name, node.depth) for node in snapshot.nodes] == [("in", 0), ("pace", 0), ("out", 0), ("step", 1)]
        assert snapshot.revisions[-1].change.startswith("+pace -step")


def test_a_component_of_another_kind_takes_over_what_is_queued(tmp_path):
    more = ", retry = { base = 1h, cap = 1h, jitter = none }"
    with running(tmp_path, flow_of(into("step"), function("step", "fails", more=more))) as flow:
        message = flow.send("in", "a", "s")
        flow.send("in", "b", "s")
        flow.until_record("retry_scheduled")
        flow.save(flow_of(into("step"), "step = echo { to = out }"))
        assert "kind" in flow.until_rev(2).revisions[-1].diff.changed["step"]
        assert flow.engine.retry_now(message, "step").result(LONG)
        flow.until(lambda _: flow.said() == ["a", "b"])


def test_a_name_that_returns_without_a_kind_that_can_run_waits_and_loses_nothing(tmp_path):
    with running(tmp_path, flow_of(into("step"), function("step", "gated"), drain="50ms")) as flow:
        flow.send("in", "a", "s")
        flow.send("in", "b", "s")
        reached(tmp_path, "a", flow)
        flow.save(flow_of(into("out"), drain="50ms"))
        flow.until_record("parked")
        flow.save(flow_of(into("step"), "step = no_such_kind { to = out }", drain="50ms"))
        assert flow.until_rev(3).node("step").state is NodeState.NOT_STARTED
        flow.send("step", "c", "s")
        (tmp_path / "let-a").touch()
        flow.until(lambda _: flow.said() == ["OLD a"])
        flow.save(flow_of(into("step"), function("step", "plain"), drain="50ms"))
        flow.until(lambda _: flow.said() == ["OLD a", "NEW b", "NEW c"])


def test_a_change_of_policy_keeps_the_instance(tmp_path):
    text = flow_of(into("count"), "count = analytics { concurrency = 1 }")
    with running(tmp_path, text) as flow:
        flow.send("in", "a", "s")
        flow.until_record("ok")
        flow.save(text.replace("concurrency = 1", "concurrency = 2"))
        assert flow.until_rev(2).revisions[-1].change == "~count policy"
        flow.send("in", "b", "s")
        flow.until(lambda now: (now.node("count").detail or "").startswith("2 messages"))
        assert len(flow.records("node_up")) == 3
        assert flow.records("node_down") == []


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        ("step = echo { max_queue = 1, to = out }", "step = echo { max_queue = 2, to = out }"),
        ("step = echo { max_session_queue = 1, to = out }", "step = echo { max_session_queue = 2, to = out }"),
    ],
)
def test_a_wider_limit_lets_in_who_waits_for_room(tmp_path, narrow, wide):
    """Publishers that wait look again when a revision changes what they wait for."""
    narrow = narrow.replace("echo {", 'function python { path = "gated.py", function = work,')
    wide = wide.replace("echo {", 'function python { path = "gated.py", function = work,')
    with running(tmp_path, flow_of(into("step"), narrow)) as flow:
        flow.send("in", "a", "s")
        waiting = flow.engine.inject("in", "b", session="s")
        flow.until_record("blocked")
        assert not waiting.done()
        flow.save(flow_of(into("step"), wide))
        assert waiting.result(LONG)


def test_a_wider_limit_of_the_whole_flow_lets_in_who_waits_for_room(tmp_path):
    text = flow_of(into("step"), function("step", "gated")).replace("drain_timeout", "max_messages = 1, drain_timeout")
    with running(tmp_path, text) as flow:
        flow.send("in", "a", "s")
        waiting = flow.engine.inject("in", "b", session="s")
        flow.until_record("blocked")
        flow.save(text.replace("max_messages = 1", "max_messages = 2"))
        assert waiting.result(LONG)
        assert flow.until_rev(2).revisions[-1].change == "~flow settings"
