"""Inputs of a running flow: what ends them, what does not, and how one takes over from another."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.engines import LONG, RunningFlow, running
from support.odd_inputs import let_go, odd_kinds
from woodwork_engine.components import Input
from woodwork_engine.components.input_cli import InputCli
from woodwork_engine.errors import PayloadError, QueueFullError
from woodwork_engine.runtime import inputs
from woodwork_engine.snapshot import NodeState

GATED = """
import asyncio, pathlib
async def work(data):
    while not (pathlib.Path(__file__).parent / "gate").exists():
        await asyncio.sleep(0.002)
    return data
"""


@pytest.fixture(autouse=True)
def gated(tmp_path: Path) -> None:
    tmp_path.joinpath("gated.py").write_text(GATED)


def gated_flow(source: str, more: str) -> str:
    return f"""
    in = {source}
    step = function python {{ path = "gated.py", function = work, to = out, {more} }}
    out = output console {{}}
    """


def notes(flow: RunningFlow, event: str) -> list[dict[str, object]]:
    """Return the data of all notes of *event*."""
    return [record.details() for record in flow.records("note") if record.details()["event"] == event]


@pytest.mark.parametrize(
    ("after", "error"), [("fails", "OSError: the wire was cut"), ("leaves", "SystemExit: 3")], ids=["fails", "leaves"]
)
def test_an_input_that_breaks_off_is_shown_as_failing_with_its_error_and_the_flow_goes_on(tmp_path, after, error):
    text = f"in = input breaking {{ after = {after}, to = out }}\nmore = input cli {{ to = out }}\n"
    text += "out = output console {}\n"
    with running(tmp_path, text, kinds=odd_kinds()) as flow:
        snapshot = flow.until(lambda now: bool(now.nodes) and now.node("in").state is NodeState.FAILING)
        assert snapshot.node("in").problem == error
        problem = snapshot.diagnostics[-1]
        assert (problem.code, problem.component, problem.span.line) == ("WW411", "in", 1)
        assert f"in has broken off: {error}" in problem.summary
        assert not problem.blocks
        [note] = notes(flow, "input.failed")
        assert f"{note['error_type']}: {note['message']}" == error
        assert "odd_inputs.py" in note["traceback"]
        flow.send("more", "x", "s-1")
        flow.until(lambda _: flow.said() == ["first", "x"])


def test_an_input_that_broke_off_begins_anew_when_the_file_is_reloaded(tmp_path):
    text = "in = input breaking { to = out }\nout = output console {}\n"
    with running(tmp_path, text, kinds=odd_kinds()) as flow:
        flow.until(lambda now: bool(now.nodes) and now.node("in").state is NodeState.FAILING)
        (tmp_path / "mended").touch()
        assert flow.engine.reload().result(LONG).change == "~in started"
        snapshot = flow.until(lambda _: flow.said() == ["first", "first"])
        assert snapshot.node("in").problem is None
        assert snapshot.diagnostics == ()


def test_an_input_that_cannot_begin_anew_keeps_no_later_revision_from_being_applied(tmp_path):
    tmp_path.joinpath("in.jsonl").write_text("1\n")
    text = 'in = input file { path = "in.jsonl", to = out }\nout = output console {}\n'
    with running(tmp_path, text.replace("input file", "input breaking"), kinds=odd_kinds()) as flow:
        flow.until(lambda now: bool(now.nodes) and now.node("in").state is NodeState.FAILING)
        flow.save(text.replace("in.jsonl", "gone.jsonl"))
        snapshot = flow.until_rev(2)
        assert snapshot.revisions[-1].result == "live"
        assert "cannot be read" in snapshot.node("in").problem


def test_an_input_that_does_not_end_holds_nobody_up(tmp_path, monkeypatch):
    monkeypatch.setattr(inputs, "END_SECONDS", 0.1)
    let_go.clear()
    text = "in = input stubborn { to = out }\nout = output console {}\n"
    with running(tmp_path, text, kinds=odd_kinds()) as flow:
        try:
            flow.until(lambda _: flow.said() == ["first"])
            flow.save(text.replace("stubborn {", "cli {"))
            flow.until_rev(2)
            assert notes(flow, "input.not_ended") == [{"event": "input.not_ended", "seconds": 0.1}]
            flow.send("in", "x", "s")
            flow.until(lambda _: flow.said() == ["first", "x"])
            assert flow.engine.stop().result(LONG).left == {}
        finally:
            let_go.set()


def test_messages_that_a_full_queue_rejects_are_counted_and_noted_and_the_input_goes_on(tmp_path, monkeypatch):
    """F2: `reject` refuses the message, not the input; notes come once a second at most."""
    monkeypatch.setattr(Input, "refusals_every", 3600.0)
    source = "input generator { count = 50, rate = 100000, session = s, to = step }"
    with running(tmp_path, gated_flow(source, "max_queue = 3, overflow = reject")) as flow:
        flow.until_rev(1)
        flow.until(lambda now: (now.node("in").detail or "").startswith("50 messages made of 50, "))
        (tmp_path / "gate").touch()
        flow.engine.idle().result(LONG)
        taken = len(flow.said())
        assert 3 <= taken < 50
        refusals = notes(flow, "input.refused")
        assert len(refusals) == 2, "the first one at once, the rest at the end"
        assert refusals[-1]["in_all"] == 50 - taken
        assert "step: queue is full (3 of 3)" in refusals[-1]["message"]
        snapshot = flow.until(lambda now: "refused" in (now.node("in").detail or ""))
        assert snapshot.node("in").detail == f"50 messages made of 50, {50 - taken} refused"
        assert snapshot.node("in").emitted == snapshot.totals.accepted // 2 == taken


def test_a_person_is_told_that_a_full_queue_rejects(tmp_path):
    with running(tmp_path, gated_flow("input cli { to = step }", "max_queue = 1, overflow = reject")) as flow:
        flow.send("in", "a", "s")
        with pytest.raises(QueueFullError, match=r"step: queue is full \(1 of 1\)"):
            flow.send("in", "b", "s")
        (tmp_path / "gate").touch()
        flow.until(lambda _: flow.said() == ["a"])


def test_a_pipe_that_fails_refuses_the_message_and_not_the_input(tmp_path):
    tmp_path.joinpath("pipes.py").write_text(
        "def only_even(data):\n    if int(data.split()[1]) % 2: raise ValueError('odd')\n    return data\n"
    )
    pipe = 'pipes = [{ event = "input.received", script = "pipes.py", function = "only_even" }]'
    text = f"""
    in = input generator {{ count = 6, rate = 100000, session = s, to = out, {pipe} }}
    out = output console {{}}
    """
    with running(tmp_path, text) as flow:
        flow.engine.idle().result(LONG)
        assert flow.said() == ["message 2", "message 4", "message 6"]
        assert notes(flow, "input.refused")[-1]["in_all"] == 3
        assert "odd" in notes(flow, "input.refused")[-1]["message"]


def test_a_payload_that_is_no_data_is_refused_and_leaves_nothing_behind(tmp_path):
    """A7: refused with the path to the value, before anybody has seen it."""
    with running(tmp_path, gated_flow("input cli { to = step }", "")) as flow:
        for component in ("in", "step"):
            with pytest.raises(PayloadError, match=r"payload at \$\.deep\[1\]: object is not plain data"):
                flow.send(component, {"deep": [1, object()]}, "s")
        assert flow.engine.transcript.after(0) == ()
        assert flow.records("emitted") == []
        assert flow.until_empty().sessions == ()


# one after the other


def test_a_generator_that_is_changed_goes_on_counting(tmp_path):
    text = "in = input generator { count = 100000, rate = 500, to = out }\nout = output console {}\n"
    with running(tmp_path, text) as flow:
        flow.until(lambda _: len(flow.said()) >= 3)
        flow.save(text.replace("rate = 500", "rate = 1000"))
        flow.until_rev(2)
        before = len(flow.said())
        flow.until(lambda _: len(flow.said()) > before + 3)
        said = flow.said()
        assert said == [f"message {number}" for number in range(1, len(said) + 1)]
        assert len({record.session_id for record in flow.records("emitted")}) == 1


def test_a_file_that_is_read_is_not_begun_again_when_its_input_changes(tmp_path):
    """G5: nothing is lost and nothing duplicated: not what was emitted, and not what was about to be."""
    tmp_path.joinpath("in.jsonl").write_text("".join(f"{number}\n" for number in range(100)))
    source = 'input file {{ path = "in.jsonl", session = s, follow = {}, to = step }}'
    with running(tmp_path, gated_flow(source.format("false"), "max_queue = 5")) as flow:
        flow.until_record("blocked")
        flow.save(gated_flow(source.format("true"), "max_queue = 5"))
        flow.until_rev(2)
        (tmp_path / "gate").touch()
        flow.until(lambda _: len(flow.said()) == 100)
        with (tmp_path / "in.jsonl").open("a") as file:
            file.write("100\n")
        flow.until(lambda _: len(flow.said()) == 101)
        assert flow.said() == [str(number) for number in range(101)]
        flow.until(lambda now: now.node("in").detail == "101 lines of in.jsonl read")


@pytest.mark.parametrize(
    "broken",
    [
        'hooks = [{ script = "gated.py", function = "gone" }]',
        'hooks = [{ script = "bad.py", function = "work" }]',
        'pipes = [{ script = "bad.py", function = "work" }]',
    ],
)
def test_an_input_that_would_not_start_again_goes_on_following_its_file(tmp_path, broken):
    """G3: the new one starts before the old one ends; a refused revision interrupts no reading."""
    file = tmp_path / "in.jsonl"
    file.write_text("0\n")
    (tmp_path / "bad.py").write_text("raise OSError('the port is taken')\n")
    (tmp_path / "gated.py").write_text("def work(data):\n    return data\n")
    text = 'in = input file {{ path = "in.jsonl", follow = true, to = out{} }}\nout = output console {{}}\n'
    with running(tmp_path, text.format("")) as flow:
        flow.until(lambda _: flow.said() == ["0"])
        flow.save(text.format(f", {broken}"))
        flow.until_record("reload_rejected")
        with file.open("a") as more:
            more.write("1\n")
        flow.until(lambda _: flow.said() == ["0", "1"])
        assert flow.engine.take_snapshot().result(LONG).rev == 1
        assert [one.target for one in flow.records("node_down")] == []
        flow.save(text.format(', hooks = [{ script = "gated.py", function = "work" }]'))
        flow.until_rev(2)
        with file.open("a") as more:
            more.write("2\n")
        flow.until(lambda _: flow.said() == ["0", "1", "2"])


def test_another_file_is_read_from_its_start(tmp_path):
    for name in "ab":
        tmp_path.joinpath(f"{name}.jsonl").write_text(f'"{name}1"\n"{name}2"\n')
    text = 'in = input file { path = "a.jsonl", to = out }\nout = output console {}\n'
    with running(tmp_path, text) as flow:
        flow.until(lambda _: len(flow.said()) == 2)
        flow.save(text.replace("a.jsonl", "b.jsonl"))
        flow.until(lambda _: flow.said() == ["a1", "a2", "b1", "b2"])


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Put a pipe in the place of standard input and return its other end."""
    reading, writing = os.pipe()
    monkeypatch.setattr(InputCli, "descriptor", reading)
    yield writing
    os.close(reading)


def test_lines_that_were_read_and_not_yet_emitted_are_the_next_inputs(tmp_path, piped):
    """Standard input cannot be read twice; the conversation stays the same one too."""
    os.write(piped, "".join(f"{number}\n" for number in range(1000)).encode())
    os.close(piped)
    with running(tmp_path, gated_flow("input cli { to = step }", "max_queue = 5"), headless=True) as flow:
        flow.until_record("blocked")
        flow.save(
            gated_flow('input cli { to = step, hooks = [{ script = "gated.py", function = "work" }] }', "max_queue = 5")
        )
        flow.until_rev(2)
        (tmp_path / "gate").touch()
        flow.engine.idle().result(LONG)
        assert flow.said() == [str(number) for number in range(1000)]
        assert len({record.session_id for record in flow.records("emitted")}) == 1


def test_a_session_begun_by_a_person_outlives_a_reload(tmp_path):
    text = "in = input cli { to = out }\nout = output console {}\n"
    with running(tmp_path, text) as flow:
        session = flow.engine.new_session("in").result(LONG)
        flow.save(text.replace("to = out }", 'to = out, hooks = [{ script = "gated.py", function = "work" }] }'))
        flow.until_rev(2)
        flow.send("in", "x")
        assert flow.until_record("emitted")[0].session_id == session


def test_an_inputs_changed_route_does_not_make_it_anew(tmp_path):
    text = "in = input generator { count = 1000, rate = 1000, session = s, to = a }\na = echo { to = out }\n"
    text += "b = echo { to = out }\nout = output console {}\n"
    with running(tmp_path, text) as flow:
        flow.until(lambda _: len(flow.said()) >= 3)
        flow.save(text.replace("to = a }", "to = b }"))
        flow.until_rev(2)
        flow.engine.idle().result(LONG)
        assert sorted(flow.said(), key=lambda said: int(said.split()[1])) == [f"message {n}" for n in range(1, 1001)]
        assert flow.records("node_down") == []
        assert json.dumps(flow.records("reload_applied")[1].details()["diff"]["changed"]) == "{}"
