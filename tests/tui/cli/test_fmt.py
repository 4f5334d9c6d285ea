"""`woodwork-tui fmt`: flow files in one layout (interfaces: Command line)."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.commands import woodwork

MESSY = "in=input cli{to:out} # a remark\n\n\n\nout : output console\n{\n}\n"
NEAT = "in = input cli { to: out }  # a remark\n\nout: output console {}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {"messy.ww": MESSY, "neat.ww": NEAT, "broken.ww": "in = input cli { to out }\n"}.items():
        tmp_path.joinpath(name).write_text(text)
    return tmp_path


def test_a_file_is_laid_out_and_named_when_it_changes(folder: Path) -> None:
    done = woodwork("fmt", "messy.ww", "neat.ww", folder=folder)
    assert (done.status, done.out, done.said) == (0, "messy.ww\n", "")
    assert folder.joinpath("messy.ww").read_text() == NEAT


def test_what_is_laid_out_already_is_not_written(folder: Path) -> None:
    before = folder.joinpath("neat.ww").stat()
    assert woodwork("fmt", "neat.ww", folder=folder).status == 0
    assert folder.joinpath("neat.ww").stat().st_ino == before.st_ino


def test_check_changes_nothing_and_ends_with_1_when_something_would_change(folder: Path) -> None:
    done = woodwork("fmt", "--check", "messy.ww", "neat.ww", folder=folder)
    assert (done.status, done.out) == (1, "messy.ww\n")
    assert folder.joinpath("messy.ww").read_text() == MESSY
    assert woodwork("fmt", "--check", "neat.ww", folder=folder).status == 0


def test_a_file_with_syntax_errors_is_left_untouched_and_the_others_are_laid_out(folder: Path) -> None:
    done = woodwork("fmt", "broken.ww", "messy.ww", folder=folder)
    assert done.status == 2
    assert " --> broken.ww:1:18" in done.said
    assert "broken.ww has syntax errors and stays as it is" in done.said
    assert folder.joinpath("broken.ww").read_text() == "in = input cli { to out }\n"
    assert folder.joinpath("messy.ww").read_text() == NEAT


def test_what_cannot_be_read_ends_with_status_2_in_one_sentence(folder: Path) -> None:
    done = woodwork("fmt", "gone.ww", ".", folder=folder)
    assert done.status == 2
    assert done.said.splitlines()[0] == "woodwork-tui: gone.ww is not there."
    assert len(done.said.splitlines()) == 2


def test_permissions_and_links_stay(folder: Path) -> None:
    folder.joinpath("messy.ww").chmod(0o640)
    folder.joinpath("link.ww").symlink_to("messy.ww")
    assert woodwork("fmt", "link.ww", folder=folder).status == 0
    assert folder.joinpath("link.ww").is_symlink()
    assert folder.joinpath("messy.ww").read_text() == NEAT
    assert folder.joinpath("messy.ww").stat().st_mode & 0o777 == 0o640


def test_hostile_text_does_not_act_on_the_terminal(folder: Path) -> None:
    folder.joinpath("bad.ww").write_text("a = b { x = \x1b[2J ]\n")
    done = woodwork("fmt", "bad.ww", folder=folder)
    assert done.status == 2
    assert "\x1b" not in done.said
