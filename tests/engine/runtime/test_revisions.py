"""What is told of revisions, and which contents of the file they are made from (bus.md G2)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.engines import LONG, running
from woodwork_engine.components import builtin_kinds
from woodwork_engine.language import Checked
from woodwork_engine.runtime.history import REVISIONS_KEPT, History
from woodwork_engine.runtime.reading import ROUNDS, read_at_rest
from woodwork_engine.snapshot import Revision

HELLO = "in = input cli { to = out }\nout = output console {}\n"
MORE = HELLO + "more = echo { to = out }\n"


def test_the_records_of_a_revision_carry_its_number_and_stand_in_an_order_that_makes_sense(tmp_path):
    tmp_path.joinpath("step.py").write_text("def work(data):\n    return data\n")
    text = HELLO.replace("to = out", "to = step")
    text += 'step = function python { path = "step.py", function = work, to = out }\n'
    with running(tmp_path, text) as flow:
        flow.send("in", "x", "s")
        flow.until(lambda _: flow.said() == ["x"])
        tmp_path.joinpath("step.py").write_text("def work(data):\n    return data * 2\n")
        flow.until_rev(2)
        flow.until_record("node_down")
        flow.send("in", "y", "s")
        flow.until(lambda _: flow.said() == ["x", "yy"])
        flow.save(HELLO)
        flow.until_rev(3)
        flow.until_record("node_down", 2)
        states = [
            (record.type, record.target, record.rev)
            for record in flow.records()
            if record.message_id is None and record.type != "note"
        ]
        assert states == [
            ("node_up", "in", 1), ("node_up", "out", 1), ("node_up", "step", 1), ("reload_applied", None, 1),
            ("reload_planned", None, 2), ("node_up", "step", 2), ("reload_applied", None, 2),
            ("node_down", "step", 1),
            ("reload_planned", None, 3), ("reload_applied", None, 3),
            ("node_down", "step", 2),
        ]  # fmt: skip
        assert [record.details().get("reason") for record in flow.records("node_down")] == ["replaced", "removed"]
        assert {record.rev for record in flow.records("emitted")} == {1, 2}


def test_a_save_during_the_start_of_the_first_revision_is_applied_after_it(tmp_path):
    """What the file holds when it begins to be watched is not taken for what was read."""
    tmp_path.joinpath("slow.py").write_text(
        "import asyncio, pathlib\n"
        "here = pathlib.Path(__file__).parent\n"
        "class Slow:\n"
        "    async def start(self):\n"
        "        (here / 'starting').touch()\n"
        "        while not (here / 'gate').exists():\n"
        "            await asyncio.sleep(0.002)\n"
        "    def process(self, data):\n        return data\n"
    )
    slow = 'slow = function python { path = "slow.py", class = Slow, to = out }\n'
    with running(tmp_path, HELLO + slow) as flow:
        while not (tmp_path / "starting").exists():
            pass
        flow.save(MORE + slow)
        (tmp_path / "gate").touch()
        assert flow.until_rev(2).plan.node("more") is not None


def test_an_env_file_that_appears_later_is_read(tmp_path, monkeypatch):
    monkeypatch.delenv("GREETING_FOR_TEST", raising=False)
    text = """
    in = input cli { to = m }
    m = llm scripted { answers = ["${GREETING_FOR_TEST}!"], to = out }
    out = output console {}
    """
    with running(tmp_path, text) as flow:
        assert "$GREETING_FOR_TEST is not set" in flow.until_rev(1).node("m").problem
        flow.send("in", "x", "s")
        tmp_path.joinpath(".env").write_text("GREETING_FOR_TEST=hello\n")
        flow.until_rev(2)
        flow.until(lambda _: flow.said() == ["hello!"])
        tmp_path.joinpath(".env").unlink()
        snapshot = flow.until(lambda now: now.revisions[-1].result == "rejected")
        assert snapshot.rev == 2, "what runs goes on with the value it had"


def test_a_script_in_another_folder_is_watched_and_may_appear_later(tmp_path):
    text = HELLO.replace("to = out", "to = step")
    text += 'step = function python { path = "code/step.py", function = work, to = out }\n'
    with running(tmp_path, text) as flow:
        assert flow.until_rev(1).node("step").problem is not None
        flow.send("in", "x", "s")
        (tmp_path / "code").mkdir()
        (tmp_path / "code" / "step.py").write_text("def work(data):\n    return data * 2\n")
        flow.until(lambda _: flow.said() == ["xx"])


def test_hooks_and_pipes_are_watched_like_other_scripts(tmp_path):
    tmp_path.joinpath("pipes.py").write_text("def twice(data):\n    return data * 2\n")
    pipe = 'pipes = [{ event = "*", script = "pipes.py", function = "twice" }]'
    with running(tmp_path, HELLO.replace("output console {}", f"output console {{ {pipe} }}")) as flow:
        flow.send("in", "a", "s")
        flow.until(lambda _: flow.said() == ["aa"])
        tmp_path.joinpath("pipes.py").write_text("def twice(data):\n    return data * 3\n")
        assert flow.until_rev(2).revisions[-1].change == "~out code"
        flow.send("in", "a", "s")
        flow.until(lambda _: flow.said() == ["aa", "aaa"])


def test_what_a_pipe_halts_counts_as_handled_until_a_save_of_its_script_lets_it_through(tmp_path):
    script = tmp_path.joinpath("pipes.py")
    script.write_text("from woodwork_engine import Halt\n\ndef sorted_out(data):\n    raise Halt('not today')\n")
    pipe = 'pipes = [{ event = "*", script = "pipes.py", function = "sorted_out" }]'
    with running(tmp_path, HELLO.replace("output console {}", f"output console {{ {pipe} }}")) as flow:
        flow.send("in", "a", "s")
        (note,) = flow.until_record("note")
        assert note.data == {"event": "pipe.halted", "pipe": "pipes.py::sorted_out", "reason": "not today"}
        flow.until_record("ok")
        script.write_text("def sorted_out(data):\n    return data * 2\n")
        flow.until_rev(2)
        flow.send("in", "b", "s")
        flow.until(lambda _: flow.said() == ["bb"])
        assert flow.records("failed", "dead") == []


def test_hooks_and_pipes_in_defaults_hold_for_every_component_and_are_watched(tmp_path):
    script = tmp_path.joinpath("all.py")
    script.write_text("def marked(data):\n    return data + '!'\n\ndef seen(data):\n    raise ValueError('first')\n")
    wide = 'defaults { hooks = "all.py::seen", pipes = [{ event = "*", script = "all.py", function = "marked" }] }\n'
    with running(tmp_path, wide + HELLO) as flow:
        flow.send("in", "a", "s")
        flow.until(lambda _: len(flow.said()) == 1)
        assert flow.said()[0].startswith("a!!"), "a pipe of the input, and one of whoever gets it"
        flow.until(lambda _: {r.target for r in flow.records("note")} >= {"in", "out"})
        script.write_text("def marked(data):\n    return data + '?'\n\ndef seen(data):\n    pass\n")
        flow.until_rev(2)
        flow.send("in", "b", "s")
        flow.until(lambda _: len(flow.said()) == 2)
        assert flow.said()[1].startswith("b??")


def test_a_flow_that_is_not_watched_is_changed_by_reload_alone(tmp_path):
    with running(tmp_path, HELLO, watch=False) as flow:
        flow.until_rev(1)
        flow.save(MORE)
        revision = flow.engine.reload().result(LONG)
        assert (revision.number, revision.by, revision.change) == (2, "reload", "+more +more→out")
        assert flow.engine.reload().result(LONG).result == "no effective change"


def test_reloads_asked_for_at_once_are_made_one_after_the_other(tmp_path):
    with running(tmp_path, HELLO, watch=False) as flow:
        flow.until_rev(1)
        flow.save(MORE)
        results = sorted(reload.result(LONG).result for reload in [flow.engine.reload() for _ in range(5)])
        assert results == ["live"] + ["no effective change"] * 4


@pytest.mark.parametrize("text", ["", "   \n"], ids=["empty", "blank"])
def test_an_empty_file_is_a_flow_that_has_nothing_to_do(tmp_path, text):
    with running(tmp_path, HELLO) as flow:
        flow.until_rev(1)
        flow.save(text)
        snapshot = flow.until_rev(2)
        assert snapshot.nodes == ()
        flow.save(HELLO)
        flow.until_rev(3)
        flow.send("in", "x", "s")
        flow.until(lambda _: flow.said() == ["x"])


def revision(number: int, result: str) -> Revision:
    return Revision(number, float(number), result, "")


def test_the_history_is_bounded_and_never_forgets_what_is_live() -> None:
    history = History()
    history.add(revision(1, "live"))
    history.add(revision(2, "live"))
    for number in range(3, 3 + 2 * REVISIONS_KEPT):
        history.add(revision(number, "rejected"))
    assert len(history.all) == REVISIONS_KEPT
    assert [one.number for one in history.all if one.result == "live"] == [2]
    assert [one.number for one in history.all] == sorted(one.number for one in history.all)
    history.add(revision(500, "live"))
    history.add(revision(501, "rejected"))
    assert [one.number for one in history.all if one.result == "live"] == [500]
    assert len(history.all) == REVISIONS_KEPT


async def test_what_changes_while_it_is_read_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "main.ww"
    path.write_text(HELLO)
    looks = 0

    async def watch(_checked: Checked) -> list[Path]:
        nonlocal looks
        looks += 1
        if looks == 1:
            path.write_text(MORE)
        return [path]

    checked = await read_at_rest(str(path), builtin_kinds(), watch)
    assert checked.plan.node("more") is not None
    assert looks >= 2


async def test_a_file_whose_time_lies_in_the_future_does_not_count_as_being_written(tmp_path: Path) -> None:
    path = tmp_path / "main.ww"
    path.write_text(HELLO)
    os.utime(path, (4_000_000_000, 4_000_000_000))
    looks = 0

    async def watch(_checked: Checked) -> list[Path]:
        nonlocal looks
        looks += 1
        return [path]

    await read_at_rest(str(path), builtin_kinds(), watch)
    assert looks < ROUNDS
