"""Stopping an engine, at whichever moment, and what its report says (bus.md H2, H3)."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from support.engines import LONG, RunningFlow, running
from woodwork_engine.errors import ClosingError, UnknownComponentError, WoodworkError
from woodwork_engine.runtime import Engine
from woodwork_engine.snapshot import FlowState, NodeState

GATED = """
import asyncio, pathlib
here = pathlib.Path(__file__).parent
async def work(data):
    (here / "at").touch()
    while not (here / "gate").exists():
        await asyncio.sleep(0.002)
    return data
"""
FLOW = """
in = input cli { to = step }
step = function python { path = "step.py", function = work, to = out, ttl = none }
out = output console {}
"""


@pytest.fixture(autouse=True)
def step(tmp_path: Path) -> None:
    tmp_path.joinpath("step.py").write_text(GATED)


def reached(folder: Path, flow: RunningFlow) -> None:
    flow.until(lambda _: (folder / "at").exists())


def test_a_drain_ends_what_runs_and_what_is_queued_and_counts_it(tmp_path):
    with running(tmp_path, FLOW) as flow:
        for number in range(5):
            flow.send("in", number, "s")
        reached(tmp_path, flow)
        stopping = flow.engine.stop()
        flow.until(lambda now: now.state is FlowState.DRAINING)
        (tmp_path / "gate").touch()
        report = stopping.result(LONG)
        assert (report.settled, report.cancelled, report.left) == (10, 0, {})


def test_without_a_drain_running_attempts_are_cut_and_everything_left_is_told(tmp_path):
    with running(tmp_path, FLOW) as flow:
        for number in range(5):
            flow.send("in", number, f"s-{number % 2}")
        reached(tmp_path, flow)
        flow.until(lambda now: now.totals.inflight == 2)
        report = flow.engine.stop(drain=False).result(LONG)
        assert (report.settled, report.cancelled) == (0, 2)
        assert report.left == {"step/s-0": 3, "step/s-1": 2}
        ended = {record.message_id for record in flow.records("ok", "dead", "dropped", "discarded")}
        queued = {record.message_id for record in flow.records("queued")}
        assert len(queued - ended) == sum(report.left.values()), "what is left is what was accepted and not settled"


def test_a_drain_waits_no_longer_than_its_deadline(tmp_path):
    with running(tmp_path, FLOW) as flow:
        flow.send("in", "x", "s")
        reached(tmp_path, flow)
        report = flow.engine.stop(deadline=0.01).result(LONG)
        assert (report.cancelled, report.left) == (1, {"step/s": 1})


def test_parked_messages_and_those_of_components_that_did_not_start_hold_no_drain_up(tmp_path):
    with running(tmp_path, FLOW.replace("step.py", "gone.py"), own_sources=False) as flow:
        flow.send("in", "x", "s")
        assert flow.until(lambda now: now.totals.queued == 1).node("step").state is NodeState.NOT_STARTED
        assert flow.engine.idle().result(LONG) is None, "nor the flow from being idle"
        assert flow.engine.stop(deadline=3600.0).result(LONG).left == {"step/s": 1}


def test_a_removed_component_that_still_drains_is_part_of_the_report(tmp_path):
    text = "deployment = local { drain_timeout = 1h }" + FLOW
    with running(tmp_path, text) as flow:
        flow.send("in", "x", "s")
        reached(tmp_path, flow)
        flow.save("deployment = local { drain_timeout = 1h }\nin = input cli { to = out }\nout = output console {}\n")
        assert flow.until_rev(2).node("step").state is NodeState.DRAINING
        assert flow.engine.stop(deadline=0.01).result(LONG).left == {"step/s": 1}
        downs = {(record.target, record.details()["reason"]) for record in flow.records("node_down")}
        assert downs == {("step", "removed"), ("in", "stopped"), ("out", "stopped")}


@pytest.mark.parametrize("drain", [True, False])
def test_stopping_before_the_first_revision_runs_ends_at_once(tmp_path, drain):
    """However early: the file may not even have been read."""
    for _ in range(10):
        file = tmp_path / "main.ww"
        file.write_text(FLOW)
        engine = Engine(str(file))
        engine.start()
        early = engine.inject("in", "x")
        assert engine.stop(drain=drain).result(LONG).cancelled == 0
        assert early.exception(LONG) is None or isinstance(early.exception(LONG), ClosingError)
        assert engine.snapshot().state is FlowState.STOPPED


def test_every_call_on_an_engine_that_has_ended_fails_with_the_same_sentence(tmp_path):
    with running(tmp_path, FLOW) as flow:
        flow.until_rev(1)
        engine = flow.engine
        engine.stop().result(LONG)
        for call in (
            engine.idle(),
            engine.inject("in", "x"),
            engine.new_session("in"),
            engine.retry_now("m", "step"),
            engine.kill_retry("m", "step"),
            engine.replay(["dl-1"]),
            engine.discard(["dl-1"]),
            engine.restore(["dl-1"]),
            engine.reload(),
            engine.take_snapshot(),
        ):
            assert isinstance(call.exception(LONG), ClosingError)
        assert engine.stop().result(LONG).left == {}, "but it can be stopped as often as one likes"
        assert engine.blocked() is None
        assert engine.snapshot().state is FlowState.STOPPED
        assert engine.snapshot().totals.queued == 0


def test_calls_that_wait_when_the_engine_ends_are_told(tmp_path):
    with running(tmp_path, FLOW.replace("ttl = none", "ttl = none, max_queue = 1")) as flow:
        flow.send("in", "x", "s")
        waits_for_room = flow.engine.inject("in", "y", session="s")
        flow.until_record("blocked")
        idle = flow.engine.idle()
        flow.engine.stop(drain=False).result(LONG)
        assert isinstance(waits_for_room.exception(LONG), ClosingError)
        assert isinstance(idle.exception(LONG), ClosingError)


def test_nothing_is_taken_while_the_flow_drains(tmp_path):
    with running(tmp_path, FLOW) as flow:
        flow.send("in", "x", "s")
        reached(tmp_path, flow)
        stopping = flow.engine.stop()
        flow.until(lambda now: now.state is FlowState.DRAINING)
        for refused in (flow.engine.inject("in", "y"), flow.engine.inject("step", "y"), flow.engine.reload()):
            assert isinstance(refused.exception(LONG), ClosingError)
        (tmp_path / "gate").touch()
        assert stopping.result(LONG).settled == 2


def test_a_report_that_somebody_no_longer_waits_for_is_still_had_by_others(tmp_path):
    with running(tmp_path, FLOW) as flow:
        flow.send("in", "x", "s")
        reached(tmp_path, flow)

        async def impatient() -> None:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(asyncio.wrap_future(flow.engine.stop(deadline=3600.0)), 0.01)

        asyncio.run(impatient())
        assert flow.engine.stop(drain=False).result(LONG).left == {"step/s": 1}


def test_an_engine_starts_once_and_not_after_it_was_stopped(tmp_path):
    before = set(threading.enumerate())
    file = tmp_path / "main.ww"
    file.write_text(FLOW)
    engine = Engine(str(file))
    engine.stop().result(LONG)
    engine.start()
    assert set(threading.enumerate()) <= before
    assert engine.snapshot().state is FlowState.STOPPED
    with running(tmp_path, FLOW) as flow:
        flow.until_rev(1)
        flow.engine.start()
        mine = set(threading.enumerate()) - before  # an engine of the test before may be about to end
        assert sum(thread.name == "woodwork engine" for thread in mine) == 1


def test_a_flow_without_any_source_that_ends_is_idle_when_its_queues_are(tmp_path):
    """What can be idle is asked of finite inputs only; an endless one keeps the answer open."""
    with running(tmp_path, FLOW, headless=True, own_sources=False) as flow:
        flow.send("in", "x", "s")
        idle = flow.engine.idle()
        reached(tmp_path, flow)
        assert not idle.done()
        (tmp_path / "gate").touch()
        assert idle.result(LONG) is None
        assert flow.said() == ["x"]


def test_a_reload_that_ends_an_input_does_not_make_a_flow_idle_too_early(tmp_path):
    text = "in = input generator { count = 400, rate = 1000, session = s, to = out }\nout = output console {}\n"
    with running(tmp_path, text) as flow:
        idle = flow.engine.idle()
        flow.until(lambda _: len(flow.said()) >= 3)
        flow.save(text.replace("rate = 1000", "rate = 2000"))
        flow.until_rev(2)
        idle.result(LONG)
        assert flow.said() == [f"message {number}" for number in range(1, 401)]


def test_a_prompt_for_a_component_that_is_not_there_or_not_started_is_refused_in_a_sentence(tmp_path):
    with running(tmp_path, FLOW.replace("step.py", "gone.py")) as flow:
        flow.until_rev(1)
        assert isinstance(flow.engine.new_session("inn").exception(LONG), UnknownComponentError)
        refused = flow.engine.new_session("step").exception(LONG)
        assert isinstance(refused, WoodworkError)
        assert "step is not started" in str(refused)
