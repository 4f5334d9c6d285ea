"""How components are started and stopped: bounded, in order, each of them, whatever a person's code does."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from support.engines import LONG, RunningFlow, running
from woodwork_engine.runtime import bounded, crew
from woodwork_engine.snapshot import NodeState

WITH_STEP = """
in = input cli { to = step }
step = function python { path = "step.py", class = Step, to = out }
out = output console {}
"""
WITHOUT_STEP = """
in = input cli { to = out }
out = output console {}
"""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "START_SECONDS", 0.2)
    monkeypatch.setattr(crew, "STOP_SECONDS", 0.2)
    monkeypatch.setattr(bounded, "GRACE", 0.1)


def step(folder: Path, methods: str, name: str = "step.py") -> None:
    """Write a class Step that notes its starts and stops in a file beside it."""
    body = "".join(f"    {line}\n" for line in methods.strip().splitlines())
    folder.joinpath(name).write_text(
        "import asyncio, pathlib, sys, time\n"
        "def said(word):\n"
        "    with open(pathlib.Path(__file__).parent / 'said', 'a') as file:\n"
        "        file.write(word + ' ')\n"
        f"class Step:\n    def process(self, data):\n        return data\n{body}",
        encoding="utf-8",
    )


def said(folder: Path) -> list[str]:
    """Return what the classes have noted."""
    file = folder / "said"
    return file.read_text().split() if file.exists() else []


def downs(flow: RunningFlow) -> list[tuple[str | None, int | None, dict[str, object] | None]]:
    """Return target, revision and data of every `node_down`."""
    return [(record.target, record.rev, record.details()) for record in flow.records("node_down")]


STARTS = "async def start(self):\n    said('start')\nasync def stop(self):\n    said('stop')"


def test_a_component_is_started_once_and_stopped_once(tmp_path):
    step(tmp_path, STARTS)
    with running(tmp_path, WITH_STEP) as flow:
        flow.until_rev(1)
        flow.engine.stop().result(LONG)
        assert said(tmp_path) == ["start", "stop"]
        assert downs(flow) == [(name, 1, {"reason": "stopped"}) for name in ("out", "step", "in")]


HANGS = {
    "waits": "async def start(self):\n    await asyncio.sleep(3600)",
    "takes no notice of being cancelled": (
        "async def start(self):\n"
        "    while True:\n"
        "        try:\n"
        "            await asyncio.sleep(3600)\n"
        "        except asyncio.CancelledError:\n"
        "            if (asyncio.current_task().cancelling() > 2): raise\n"
    ),
    "blocks a thread": (
        "def start(self):\n    while not (pathlib.Path(__file__).parent / 'gate').exists():\n        time.sleep(0.01)"
    ),
}


@pytest.mark.parametrize("methods", HANGS.values(), ids=HANGS)
def test_a_start_that_hangs_is_given_up_with_a_sentence_and_the_rest_runs(tmp_path, methods):
    step(tmp_path, methods)
    with running(tmp_path, WITH_STEP.replace("to = step", "to = [step, out]")) as flow:
        flow.send("in", "x", "s-1")
        snapshot = flow.until(lambda _: flow.said() == ["x"]) and flow.until_rev(1)
        assert snapshot.node("step").state is NodeState.NOT_STARTED
        assert snapshot.node("step").problem.endswith(
            "step: start() took longer than 0.2 s; do what takes long in process()"
        )
        (tmp_path / "gate").touch()


def test_components_start_side_by_side_but_after_what_they_refer_to(tmp_path):
    """One slow start does not hold up another, so that a flow opens as fast as its slowest component."""
    both = "    async def start(self):\n        met.append(1)\n        while len(met) < 2: await asyncio.sleep(0)\n"
    tmp_path.joinpath("step.py").write_text(
        "import asyncio, builtins\nmet = builtins.__dict__.setdefault('met_for_test', [])\n"
        f"class Step:\n{both}    def process(self, data): return data\n"
    )
    one = 'function python { path = "step.py", class = Step }\n'
    text = f"a = {one}b = {one}"
    with running(tmp_path, text) as flow:
        snapshot = flow.until_rev(1)
        assert all(node.problem is None for node in snapshot.nodes), "neither waited for the other's end in vain"


ENDS = {
    "raises": ("async def start(self):\n    raise OSError('no disk')", "start() failed: OSError: no disk"),
    "leaves": ("async def start(self):\n    sys.exit(3)", "start() failed: RuntimeError: SystemExit 3"),
    "leaves a thread": ("def start(self):\n    sys.exit(3)", "start() failed: RuntimeError: SystemExit 3"),
    "cancels itself": (
        "async def start(self):\n    raise asyncio.CancelledError",
        "start() failed: RuntimeError: it cancelled itself",
    ),
    "cannot say why": (
        "async def start(self):\n    raise type('Mute', (Exception,), {'__str__': lambda _: 1 / 0})()",
        "(its message cannot be read: ",
    ),
}


@pytest.mark.parametrize(("methods", "sentence"), ENDS.values(), ids=ENDS)
def test_a_start_that_fails_in_whichever_way_is_one_sentence(tmp_path, methods, sentence):
    step(tmp_path, methods)
    with running(tmp_path, WITH_STEP) as flow:
        assert sentence in flow.until_rev(1).node("step").problem
        flow.engine.stop().result(LONG)
        assert [record.target for record in flow.records("node_up")] == ["in", "out"]
        assert "step" not in [target for target, _, data in downs(flow) if "reason" in data], "it never was up"


STOPS = {
    "raises": ("async def stop(self):\n    raise OSError('no disk')", "stop() failed: OSError: no disk"),
    "waits": ("async def stop(self):\n    await asyncio.sleep(3600)", "stop() took longer than 0.2 s"),
    "leaves": ("async def stop(self):\n    sys.exit(3)", "stop() failed: RuntimeError: SystemExit 3"),
}


@pytest.mark.parametrize(("methods", "sentence"), STOPS.values(), ids=STOPS)
def test_a_stop_that_fails_is_told_and_keeps_no_other_from_stopping(tmp_path, methods, sentence):
    before = set(threading.enumerate())
    step(tmp_path, methods)
    with running(tmp_path, WITH_STEP) as flow:
        flow.send("in", "x", "s-1")
        flow.until(lambda _: flow.said() == ["x"])
        assert flow.engine.stop().result(LONG).left == {}
        assert [(target, (data or {}).get("problem")) for target, _, data in downs(flow)] == [
            ("out", None),
            ("step", sentence),
            ("in", None),
        ]
    for thread in set(threading.enumerate()) - before:
        if thread.name.startswith("woodwork"):
            thread.join(LONG)
            assert not thread.is_alive(), f"{thread.name} outlives the engine"


def test_what_refers_to_another_component_is_stopped_before_it(tmp_path):
    """H2: in the reverse of the order in which they start, also where a reload has made one of them anew."""
    tmp_path.joinpath("step.py").write_text("def work(data, memory):\n    return data\n")
    text = """
    in = input cli { to = step }
    step = function python { path = "step.py", function = work, memory = past, to = out }
    out = output console {}
    past = memory short_term {}
    """
    with running(tmp_path, text) as flow:
        flow.until_rev(1)
        flow.save(text.replace("short_term {}", "short_term { limit = 5 }"))
        flow.until_rev(2)
        flow.engine.stop().result(LONG)
        order = [target for target, rev, data in downs(flow) if data == {"reason": "stopped"}]
        assert order.index("step") < order.index("past")
        ups = [record.target for record in flow.records("node_up")]
        assert ups.index("past") < ups.index("step")


def test_a_memory_that_changes_makes_who_refers_to_it_anew(tmp_path):
    """G3: a component never holds a reference to one that was stopped."""
    tmp_path.joinpath("step.py").write_text(
        "def work(data, memory):\n"
        "    memory.add('in', data)\n"
        "    return ' '.join(said.text for said in memory.recall())\n"
    )
    text = """
    in = input cli { to = step }
    step = function python { path = "step.py", function = work, memory = past, to = out }
    out = output console {}
    past = memory short_term {}
    """
    with running(tmp_path, text) as flow:
        flow.send("in", "one", "s-1")
        flow.until(lambda _: flow.said() == ["one"])
        flow.save(text.replace("short_term {}", "short_term { limit = 2 }"))
        assert flow.until_rev(2).revisions[-1].change == "~past limit"
        for word in ("two", "three", "four"):
            flow.send("in", word, "s-1")
        flow.until(lambda _: len(flow.said()) == 4)
        assert flow.said()[1:] == ["two", "two three", "three four"]
        assert [record.target for record in flow.records("node_up")][-2:] == ["past", "step"]


def test_what_a_refused_revision_has_started_is_stopped_again(tmp_path):
    """G3: if one new instance fails the revision is rejected; the others that did start must not be left behind."""
    step(tmp_path, STARTS, "good.py")
    step(tmp_path, "async def start(self):\n    raise OSError('no disk')", "bad.py")
    good = 'good = function python { path = "good.py", class = Step, to = out }\n'
    bad = 'bad = function python { path = "bad.py", class = Step, to = out }\n'
    with running(tmp_path, WITHOUT_STEP) as flow:
        flow.until_rev(1)
        flow.save(WITHOUT_STEP + good + bad)
        snapshot = flow.until(lambda now: now.revisions[-1].result == "rejected")
        assert said(tmp_path) == ["start", "stop"]
        assert snapshot.rev == 1
        assert [node.name for node in snapshot.nodes] == ["in", "out"]
        assert [record.target for record in flow.records("node_up")] == ["in", "out"]
        assert downs(flow) == []


def test_stopping_while_components_start_gives_that_up_and_stops_those_that_did(tmp_path, monkeypatch):
    monkeypatch.setattr(crew, "START_SECONDS", 3600.0)
    step(tmp_path, STARTS, "good.py")
    step(tmp_path, "async def start(self):\n    said('hangs')\n    await asyncio.sleep(3600)", "slow.py")
    text = "".join(f'{name} = function python {{ path = "{name}.py", class = Step }}\n' for name in ("good", "slow"))
    with running(tmp_path, text) as flow:
        while "hangs" not in said(tmp_path):
            pass
        late = flow.engine.inject("good", "x")
        assert flow.engine.stop().result(LONG).left == {}
        assert said(tmp_path) == ["start", "hangs", "stop"]
        assert late.exception(LONG) is not None, "a call that waited for the start is told"


def test_stopping_while_a_revision_starts_stops_both_revisions(tmp_path, monkeypatch):
    monkeypatch.setattr(crew, "START_SECONDS", 3600.0)
    step(tmp_path, STARTS)
    with running(tmp_path, WITH_STEP) as flow:
        flow.until_rev(1)
        step(tmp_path, STARTS, "good.py")
        step(tmp_path, "async def start(self):\n    said('hangs')\n    await asyncio.sleep(3600)", "slow.py")
        flow.save(
            WITH_STEP
            + 'good = function python { path = "good.py", class = Step, to = out }\n'
            + 'slow = function python { path = "slow.py", class = Step, to = out }\n'
        )
        reload = flow.engine.reload()
        flow.until(lambda _: "hangs" in said(tmp_path))
        flow.engine.stop().result(LONG)
        assert sorted(said(tmp_path)) == ["hangs", "start", "start", "stop", "stop"]
        assert reload.exception(LONG) is not None
        assert {(target, rev) for target, rev, _ in downs(flow)} == {("in", 1), ("step", 1), ("out", 1)}


def test_a_component_that_did_not_start_is_tried_again_when_the_file_is_saved_or_reloaded(tmp_path):
    """What kept it from starting may lie outside the flow: a port, a disk, a server."""
    step(tmp_path, "async def start(self):\n    open(pathlib.Path(__file__).parent / 'needed').close()")
    with running(tmp_path, WITH_STEP) as flow:
        assert "No such file" in flow.until_rev(1).node("step").problem
        waiting = flow.send("in", "x", "s-1")
        assert flow.engine.reload().result(LONG).result == "no effective change"
        (tmp_path / "needed").touch()
        revision = flow.engine.reload().result(LONG)
        assert (revision.number, revision.change) == (2, "~step started")
        flow.until(lambda _: flow.said() == ["x"])
        assert flow.until_empty().diagnostics == ()
        assert flow.records("ok")[-1].causation_id == waiting


def test_a_component_that_cannot_start_anew_leaves_the_old_one_in_charge(tmp_path):
    step(tmp_path, STARTS)
    with running(tmp_path, WITH_STEP) as flow:
        flow.until_rev(1)
        step(tmp_path, "async def start(self):\n    raise OSError('no disk')")
        snapshot = flow.until(lambda now: now.revisions[-1].result == "rejected")
        assert "OSError: no disk" in snapshot.revisions[-1].diagnostics[-1].summary
        flow.send("in", "x", "s-1")
        flow.until(lambda _: flow.said() == ["x"])
        assert said(tmp_path) == ["start"]
