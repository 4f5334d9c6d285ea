"""Which flow file is meant, and what keeps it from being opened."""

from __future__ import annotations

import os

import pytest

from woodwork_tui.state.start import Start, create, example, judge
from woodwork_tui.templates import MAIN, files


def test_a_flow_file_is_opened(tmp_path):
    (tmp_path / "flow.ww").write_text("")
    assert judge("flow.ww", tmp_path) == Start("flow.ww")


def test_without_a_file_main_is_opened_where_there_is_one(tmp_path):
    assert judge(None, tmp_path).create == "main.ww"
    assert judge(None, tmp_path).problem.startswith("No flow file given, and no main.ww in ")
    (tmp_path / "main.ww").write_text("")
    assert judge(None, tmp_path) == Start("main.ww")


def test_a_missing_file_can_be_made_and_the_one_that_was_perhaps_meant_is_named(tmp_path):
    (tmp_path / "support.ww").write_text("")
    found = judge("suport.ww", tmp_path)
    assert (found.problem, found.create, found.instead) == ("suport.ww does not exist.", "suport.ww", "support.ww")
    assert judge("suport", tmp_path).create == "suport.ww"


def test_a_file_in_a_missing_folder_cannot_be_made(tmp_path):
    assert judge("no/flow.ww", tmp_path).create is None


def test_a_directory_is_not_a_flow_but_may_hold_one(tmp_path):
    (tmp_path / "shop").mkdir()
    assert judge("shop", tmp_path).problem == "shop is a directory."
    assert judge("shop", tmp_path).create == os.path.join("shop", "main.ww")
    (tmp_path / "shop" / "main.ww").write_text("")
    assert judge("shop", tmp_path).instead == os.path.join("shop", "main.ww")


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("notes.txt", b"", "notes.txt is not a flow file: its name does not end in .ww."),
        ("junk.ww", b"ab\xff\xfe", "junk.ww is not UTF-8 text (byte 3)."),
    ],
)
def test_what_is_no_flow_file_is_told_in_one_sentence(tmp_path, name, content, problem):
    (tmp_path / name).write_bytes(content)
    assert judge(name, tmp_path) == Start(problem=problem)


def test_a_large_file_that_is_cut_in_the_middle_of_a_letter_is_still_text(tmp_path):
    (tmp_path / "big.ww").write_text("#" + "é" * 600_000)
    assert judge("big.ww", tmp_path).file == "big.ww"


def test_a_file_that_cannot_be_read_is_told(tmp_path, monkeypatch):
    (tmp_path / "locked.ww").write_text("")

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", refuse)
    assert judge("locked.ww", tmp_path).problem == "locked.ww cannot be read: permission denied."


@pytest.mark.parametrize("name", ["a\0b.ww", "x" * 300 + ".ww", "loop.ww"])
def test_no_name_whatever_crashes(tmp_path, name):
    (tmp_path / "loop.ww").symlink_to("loop.ww")
    assert judge(name, tmp_path).file is None


def test_a_new_flow_never_overwrites_and_what_fails_is_told(tmp_path):
    assert create("hello", "shop.ww", tmp_path) is None
    assert (tmp_path / "shop.ww").read_text() == files("hello")[MAIN]
    assert create("hello", "shop.ww", tmp_path) == "shop.ww is there already."
    (tmp_path / "file").write_text("")
    assert create("hello", "file/main.ww", tmp_path) == "file/main.ww cannot be written: file exists."


def test_a_new_flow_brings_what_it_needs_and_touches_no_file_that_is_there(tmp_path):
    (tmp_path / "mail.py").write_text("mine")
    assert create("fan-out", "main.ww", tmp_path) == "mail.py is there already."
    assert (tmp_path / "mail.py").read_text() == "mine"
    assert not (tmp_path / "main.ww").exists()


def test_an_example_has_a_folder_of_its_own_and_stays_as_the_person_changed_it(tmp_path):
    path, failed = example("fan-out", tmp_path)
    assert (failed, path) == ("", str(tmp_path / "fan-out" / "main.ww"))
    (tmp_path / "fan-out" / "main.ww").write_text("# mine")
    assert example("fan-out", tmp_path) == (path, "")
    assert (tmp_path / "fan-out" / "main.ww").read_text() == "# mine"
