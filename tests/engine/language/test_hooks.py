"""Hooks and pipes, and the Python files behind them, which are never run (LANGUAGE.md, Hooks and pipes)."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.checking import KINDS, checked
from woodwork_engine.language import Checked, check_file
from woodwork_engine.plan import Script

SCRIPT = """
raise RuntimeError("never run")
import json as codec
from os import path
async def later(data): ...
class Made:
    def inner(self): ...
if True:
    def maybe(data): ...
else:
    chosen, (other, *rest) = 1, (2, 3)
try:
    from fast import quick
except ImportError:
    quick = None
for turn in (): pass
with open("x") as handle: pass
bound: int = 5
def seen(data):
    local = 1
lambda hidden: hidden
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "script.py").write_text(SCRIPT, "utf-8")
    return tmp_path


def checked_in(folder: Path, text: str) -> Checked:
    (folder / "main.ww").write_text(text, "utf-8")
    return check_file(str(folder / "main.ww"), KINDS)


def scripts(folder: Path, settings: str, around: str = "") -> list[Script]:
    outcome = checked_in(folder, f"a = input cli {{ to = []\n{settings}\n}}\n{around}")
    assert outcome.plan is not None
    assert outcome.diagnostics == ()
    node = outcome.plan.nodes[0]
    return [*node.hooks, *node.pipes]


def problems(folder: Path, settings: str) -> list[str]:
    outcome = checked_in(folder, f"a = input cli {{ to = []\n{settings}\n}}\n")
    assert outcome.plan is not None, "such a fault keeps only its component from starting"
    assert all(problem.component == "a" for problem in outcome.diagnostics)
    return [problem.code for problem in outcome.diagnostics]


@pytest.mark.parametrize(
    "form",
    [
        '{ event = "x.*", script_path = "script.py", function_name = "seen" }',
        '{ event: "x.*", script: "script.py", function: "seen", priority: 5 }',
        "{ event = x.*, script = script.py::seen }",
        "[{ event = x.*, script = script.py, function = seen }]",
    ],
)
def test_both_namings_of_a_hook_are_understood(form: str, folder: Path) -> None:
    (script,) = scripts(folder, f"hooks = {form}")
    assert (script.use, script.event, script.function) == ("hook", "x.*", "seen")
    assert script.path == str(folder / "script.py")


def test_a_hook_without_an_event_sees_everything_and_a_pipe_needs_one(folder: Path) -> None:
    (script,) = scripts(folder, 'hooks = ["script.py::seen"]')
    assert (script.event, script.span.line) == (None, 2)
    assert problems(folder, 'pipes = ["script.py::seen"]') == ["WW308"]
    assert problems(folder, "pipes = [{ script = script.py, function = seen }]") == ["WW308"]
    (pipe,) = scripts(folder, "pipes = [{ event = input.received, script = script.py, function = seen }]")
    assert (pipe.use, pipe.event) == ("pipe", "input.received")


def test_a_script_may_be_for_several_events(folder: Path) -> None:
    found = scripts(folder, "hooks = [{ event = [x, y], script = script.py, function = seen }]")
    assert [script.event for script in found] == ["x", "y"]


def test_scripts_keep_the_order_in_which_they_were_written(folder: Path) -> None:
    found = scripts(folder, 'hooks = ["script.py::seen", "script.py::later", "script.py::Made"]')
    assert [script.function for script in found] == ["seen", "later", "Made"]


def test_scripts_in_defaults_are_every_components_before_its_own(folder: Path) -> None:
    around = 'b = logger {}\nc = input cli { to = b }\ndefaults { hooks = "script.py::seen" }\n'
    found = scripts(folder, 'hooks = "script.py::later"', around)
    assert [script.function for script in found] == ["seen", "later"]


@pytest.mark.parametrize(
    "name", ["seen", "later", "Made", "maybe", "codec", "path", "chosen", "other", "rest", "quick", "bound"]
)
def test_what_a_file_binds_at_its_top_level_is_found(name: str, folder: Path) -> None:
    assert problems(folder, f'hooks = "script.py::{name}"') == []


@pytest.mark.parametrize("name", ["inner", "local", "hidden", "json", "nothing"])
def test_what_it_does_not_bind_is_missing(name: str, folder: Path) -> None:
    assert problems(folder, f'hooks = "script.py::{name}"') == ["WW409"]


def test_a_file_that_may_bind_more_than_can_be_seen_is_trusted(folder: Path) -> None:
    for line in ("from x import *", "def __getattr__(name): ...", 'globals()["f"] = 1', 'exec("f = 1")'):
        (folder / "script.py").write_text(line, "utf-8")
        assert problems(folder, 'hooks = "script.py::anything"') == []


def test_a_file_that_is_missing_or_broken_is_told(folder: Path) -> None:
    assert problems(folder, 'hooks = "nowhere.py::f"') == ["WW408"]
    for broken in (b"def f(:", b"\0", b"\xff", b"(" * 1_000, b"x = " + b"-" * 100_000 + b"1"):
        (folder / "script.py").write_bytes(broken)
        assert problems(folder, 'hooks = "script.py::f"') == ["WW307"]


def test_what_python_warns_of_in_a_script_is_not_the_flows_matter(folder: Path) -> None:
    (folder / "script.py").write_text('seen = "\\d"\n', "utf-8")
    assert problems(folder, 'hooks = "script.py::seen"') == []


@pytest.mark.parametrize(
    "wrong",
    [
        '"script.py"',
        '"::seen"',
        "5",
        "{}",
        "{ script = script.py }",
        "{ event = 5, script = script.py::seen }",
        "[[x]]",
    ],
)
def test_what_is_no_hook_is_told(wrong: str, folder: Path) -> None:
    assert problems(folder, f"hooks = {wrong}") == ["WW307"]


def test_the_file_and_function_of_a_python_function_are_looked_for(folder: Path) -> None:
    def found(settings: str) -> list[str]:
        return [
            problem.code
            for problem in checked_in(folder, f"a = function python {{ to = [], accepts = x, {settings} }}").diagnostics
        ]

    assert found("path = script.py, function = seen") == []
    assert found("path = script.py, class = Made, extra = 5") == []
    assert found("path = script.py, function = sene") == ["WW409"]
    assert found("path = script.py, class = Mode") == ["WW409"]
    assert found("path = nowhere.py, function = seen") == ["WW408"]
    assert found("path = script.py, function = seen, extra = 5") == ["WW306"]
    assert found("path = $P, function = seen") == ["WW406"]


def test_a_check_of_a_text_looks_beside_the_file_it_is_for(folder: Path) -> None:
    text = 'a = input cli { to = [], hooks = "script.py::seen" }'
    assert checked(text, str(folder / "other.ww")).diagnostics == ()
    assert [problem.code for problem in checked(text, str(folder / "sub" / "x.ww")).diagnostics] == ["WW408"]
