"""`woodwork-tui diff`: two flows compared by what they mean (interfaces: Command line)."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.commands import woodwork

A = 'a = echo { to: out, hooks: ["watch.py::seen"] }\nout = output console {}\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "watch.py").write_text("def seen(event): pass\n")
    tmp_path.joinpath("one/main.ww").write_text(A)
    tmp_path.joinpath("two/main.ww").write_text(A.replace("echo {", "echo\n{ # a remark\n"))
    tmp_path.joinpath("other.ww").write_text("a = echo { to: [] }\nout = output console {}\n")
    tmp_path.joinpath("bad.ww").write_text("a = echo { to: nobody }\n")
    return tmp_path


def test_the_same_meaning_in_another_folder_and_layout_ends_with_0(folder: Path) -> None:
    done = woodwork("diff", "one/main.ww", "two/main.ww", folder=folder)
    assert (done.status, done.out, done.said) == (0, "no effective change\n", "")


def test_a_difference_is_told_and_ends_with_1(folder: Path) -> None:
    done = woodwork("diff", "one/main.ww", "other.ww", folder=folder)
    assert done.status == 1
    assert done.out == "~ component a\n    hooks: watch.py::seen → none\n- explicit route a → out\n"


def test_a_file_with_errors_or_none_at_all_ends_with_2_and_says_why(folder: Path) -> None:
    bad = woodwork("diff", "one/main.ww", "bad.ww", folder=folder)
    assert (bad.status, bad.out) == (2, "")
    assert " --> bad.ww:1:16" in bad.said
    assert woodwork("diff", "gone.ww", "one/main.ww", folder=folder).status == 2
