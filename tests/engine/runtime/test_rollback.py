"""Going back to an earlier revision (bus.md G6)."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.engines import LONG, RunningFlow, running
from woodwork_engine.components import builtin_kinds
from woodwork_engine.errors import ClosingError, UnknownRevisionError
from woodwork_engine.language import check
from woodwork_engine.runtime import Engine
from woodwork_engine.runtime.rollback import with_names_now
from woodwork_engine.snapshot import ROLLBACKS_KEPT

CODE = "def work(data):\n    return f'{WORD} {data}'\n"


def flow_of(*components: str, into: str = "out") -> str:
    return "\n".join((f"in = input cli {{ to = {into} }}", *components, "out = output console {}", ""))


ONE, TWO = flow_of(), flow_of("more = echo { to = out }")


def rolled_back(flow: RunningFlow, number: int) -> tuple[int, str, str, str]:
    revision = flow.engine.rollback(number).result(LONG)
    return revision.number, revision.result, revision.by, revision.change


def test_a_rollback_applies_an_earlier_revision_as_a_new_one_and_leaves_the_file_alone(tmp_path):
    """G6: the list of revisions names it, and so does one record."""
    with running(tmp_path, ONE) as flow:
        flow.until_rev(1)
        flow.save(TWO)
        flow.until_rev(2)
        assert rolled_back(flow, 1) == (3, "live", "rollback", "back to rev 1: -more -more→out")
        snapshot = flow.until_rev(3)
        assert snapshot.plan.node("more") is None
        assert [(one.number, one.result) for one in snapshot.revisions] == [(1, "ok"), (2, "ok"), (3, "live")]
        assert snapshot.revisions[-1].source == ONE
        assert flow.path.read_text() == TWO
        (record,) = flow.records("rolled_back")
        assert (record.rev, record.details()["to"], record.details()["diff"]["removed"]) == (3, 1, ["more"])
        assert len(flow.records("reload_applied")) == 2
        flow.send("in", "x", "s")
        flow.until(lambda _: flow.said() == ["x"])
        assert {one.rev for one in flow.records("emitted")} == {3}
        assert rolled_back(flow, 2)[3] == "back to rev 2: +more +more→out"


@pytest.mark.parametrize("text", [TWO, flow_of("other = echo { to = out }")])
def test_the_next_save_is_applied_also_one_of_the_text_that_was_left(tmp_path, text):
    """G6: a save is a save, whatever the file held before it."""
    with running(tmp_path, ONE) as flow:
        flow.until_rev(1)
        flow.save(TWO)
        flow.until_rev(2)
        flow.engine.rollback(1).result(LONG)
        flow.save(text)
        snapshot = flow.until_rev(4)
        assert snapshot.revisions[-1].by == "save"
        assert snapshot.revisions[-1].source == text
        assert len(snapshot.revisions) == 4
        flow.save(text)
        flow.engine.reload().result(LONG)
        assert flow.engine.take_snapshot().result(LONG).rev == 4


def test_what_is_included_and_the_variables_come_back_too_and_scripts_are_used_as_they_are(tmp_path, monkeypatch):
    """G6: a revision is its files' texts and the variables of its time."""
    monkeypatch.delenv("WORD_FOR_TEST", raising=False)
    script, part, env = tmp_path / "step.py", tmp_path / "part.ww", tmp_path / ".env"
    script.write_text(CODE.replace("{WORD}", "first"))
    env.write_text("WORD_FOR_TEST=early\n")
    part.write_text('step = function python { path = "step.py", function = work, to = m }\n')
    answers = 'm = llm scripted { answers = ["${WORD_FOR_TEST} {input}"], to = out }'
    with running(tmp_path, 'include "part.ww"\n' + flow_of(answers, into="step"), watch=False) as flow:
        flow.until_rev(1)
        part.write_text("step = echo { to = m }\n")
        env.write_text("WORD_FOR_TEST=late\n")
        assert flow.engine.reload().result(LONG).number == 2
        script.write_text(CODE.replace("{WORD}", "now"))
        assert rolled_back(flow, 1)[:2] == (3, "live")
        flow.send("in", "x", "s")
        flow.until(lambda _: flow.said() != [])
        (said,) = flow.said()
        assert "early" in said
        assert any("now x" in str(one.details()) for one in flow.records("emitted"))
        assert part.read_text() == "step = echo { to = m }\n"


def test_a_rollback_to_what_runs_has_no_effect(tmp_path):
    with running(tmp_path, ONE) as flow:
        flow.until_rev(1)
        assert rolled_back(flow, 1)[:2] == (0, "no effective change")


def test_a_revision_that_would_not_start_any_more_is_refused_and_the_running_one_goes_on(tmp_path):
    """G6, G3: a rollback is applied whole or not at all."""
    (tmp_path / "step.py").write_text("def work(data):\n    return data\n")
    step = 'step = function python { path = "step.py", function = work, to = out }'
    with running(tmp_path, flow_of(step, into="step"), watch=False) as flow:
        flow.until_rev(1)
        flow.save(ONE)
        assert flow.engine.reload().result(LONG).number == 2
        (tmp_path / "step.py").write_text("def other(data): ...\n")
        revision = flow.engine.rollback(1).result(LONG)
        assert (revision.number, revision.result, revision.by) == (0, "rejected", "rollback")
        assert "work" in revision.diagnostics[-1].summary
        assert flow.records("reload_rejected")
        assert flow.engine.take_snapshot().result(LONG).rev == 2
        flow.send("in", "x", "s")
        flow.until(lambda _: flow.said() == ["x"])


def test_ten_revisions_are_kept(tmp_path):
    """G6: the live one among them."""
    with running(tmp_path, ONE, watch=False) as flow:
        flow.until_rev(1)
        for number in range(2, 13):
            flow.save(flow_of(f"more{number} = echo {{ to = out }}"))
            assert flow.engine.reload().result(LONG).number == number
        with pytest.raises(UnknownRevisionError, match="revision 2 is not kept; there are 3, 4") as refused:
            flow.engine.rollback(2).result(LONG)
        assert len(refused.value.kept) == ROLLBACKS_KEPT
        assert rolled_back(flow, 3)[0] == 13
        assert flow.until_rev(13).plan.node("more3") is not None


def test_a_rollback_of_a_rename_gives_the_lanes_back(tmp_path):
    """G6, G3: what waits under the name that goes is taken back under the one that returns, in order."""
    (tmp_path / "step.py").write_text("def fails(data):\n    raise ConnectionError\ndef work(data):\n    return data\n")

    def step(name: str, function: str, more: str = "") -> str:
        waits = "ttl = none, retry = { base = 1h, cap = 1h, jitter = none }"
        return f'{name} = function python {{ path = "step.py", function = {function}, to = out, {waits}{more} }}'

    with running(tmp_path, flow_of(step("a", "work"), into="a"), watch=False) as flow:
        flow.until_rev(1)
        flow.save(flow_of(step("b", "fails", ", was = a"), into="b"))
        assert flow.engine.reload().result(LONG).change.startswith("a⇒b")
        flow.save(flow_of(step("c", "fails", ", was = b"), into="c"))
        assert flow.engine.reload().result(LONG).change.startswith("b⇒c")
        first = flow.send("in", "x", "s")
        flow.send("in", "y", "s")
        flow.until_record("retry_scheduled")
        assert rolled_back(flow, 1)[3].startswith("back to rev 1: c⇒a")
        assert flow.engine.retry_now(first, "a").result(LONG)
        flow.until(lambda _: flow.said() == ["x", "y"])
        flow.until_empty()
        assert rolled_back(flow, 3)[3].startswith("back to rev 3: a⇒c")


def test_there_is_nothing_to_go_back_to_where_no_flow_runs(tmp_path):
    path = Path(tmp_path / "main.ww")
    path.write_text("broken = {")
    engine = Engine(str(path), watch=False)
    engine.start()
    with pytest.raises(ClosingError):
        engine.rollback(1).result(LONG)
    engine.stop().result(LONG)


def test_a_component_that_two_were_is_taken_over_by_one_of_them():
    """G3, G6: names are looked up as they are now, and nothing is handed out twice."""
    plan = check("a = echo { to = x }\nx = echo { was = b, to = [] }", builtin_kinds()).plan
    assert plan is not None
    now = {"a": "c", "b": "c"}
    later = with_names_now(plan, lambda name: now.get(name, name), back=True)
    assert [(node.name, node.was) for node in later.nodes] == [("a", "c"), ("x", None)]
    saved = with_names_now(plan, lambda name: now.get(name, name))
    assert [(node.name, node.was) for node in saved.nodes] == [("a", None), ("x", "c")]
