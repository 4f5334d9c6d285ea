"""What becomes of an engine, and of its flow, when something fails that nobody foresaw."""

from __future__ import annotations

import pytest

from support.engines import LONG, running
from woodwork_engine.components import builtin_kinds
from woodwork_engine.errors import ClosingError
from woodwork_engine.kinds import KindRegistry
from woodwork_engine.runtime import Engine
from woodwork_engine.snapshot import FlowState

HELLO = "in = input cli { to = out }\nout = output console {}\n"


class Breakable(KindRegistry):
    """The built-in kinds, in a registry that cannot be read while it is broken."""

    def __init__(self, *, broken: bool) -> None:
        super().__init__(builtin_kinds())
        self.broken = broken

    def get(self, header):
        if self.broken:
            raise RuntimeError(f"no {header} today")
        return super().get(header)


def test_an_engine_that_fails_by_itself_says_why_and_answers_every_call(tmp_path):
    file = tmp_path / "main.ww"
    file.write_text("a = echo {}\n")
    engine = Engine(str(file), kinds=Breakable(broken=True))
    assert engine.failure() is None
    engine.start()
    waiting = engine.inject("a", "x")
    with pytest.raises(RuntimeError, match="no echo today"):
        engine.ended().result(LONG)
    assert str(engine.failure()) == "no echo today"
    with pytest.raises(RuntimeError, match="no echo today"):
        engine.stop().result(LONG)
    assert isinstance(waiting.exception(LONG), ClosingError)
    assert isinstance(engine.idle().exception(LONG), ClosingError)
    assert engine.snapshot().state is FlowState.STOPPED


def test_a_reload_that_fails_in_an_unforeseen_way_changes_nothing_and_the_next_save_works(tmp_path):
    kinds = Breakable(broken=False)
    with running(tmp_path, HELLO, kinds=kinds) as flow:
        flow.until_rev(1)
        kinds.broken = True
        flow.save(HELLO + "more = echo { to = out }\n")
        snapshot = flow.until(lambda now: now.revisions[-1].result == "rejected")
        assert "RuntimeError: no " in snapshot.revisions[-1].change
        refused = flow.records("reload_rejected")[0].details()
        assert "no " in refused["error"]
        assert "Traceback" in refused["traceback"]
        flow.send("in", "still here", "s")
        flow.until(lambda _: flow.said() == ["still here"])
        kinds.broken = False
        flow.save(HELLO + "another = echo { to = out }\n")
        assert flow.until_rev(2).plan.node("another") is not None


def test_a_component_whose_summary_fails_is_shown_and_ends_neither_snapshots_nor_the_engine(tmp_path):
    tmp_path.joinpath("step.py").write_text(
        "class Step:\n"
        "    def process(self, data):\n        return data\n"
        "    def summary(self):\n        raise LookupError('nothing to say')\n"
    )
    text = 'in = input cli { to = step }\nstep = function python { path = "step.py", class = Step, to = out }\n'
    with running(tmp_path, text + "out = output console {}\n") as flow:
        flow.send("in", "x", "s")
        snapshot = flow.until(lambda now: now.node("out").ok == 1 and now.node("step").detail is not None)
        assert snapshot.node("step").detail == "summary() failed: LookupError: nothing to say"
        assert flow.engine.stop().result(LONG).left == {}
