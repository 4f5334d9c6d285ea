"""`woodwork-tui check`: what is wrong in flow files, in text and as JSON (interfaces: Command line)."""

from __future__ import annotations

import json

import pytest

from support.commands import woodwork
from woodwork_engine.source import Diagnostic, Severity, Span
from woodwork_tui.cli.github import workflow_commands

SOUND = 'in = input cli { to = "out" }\nout = output console {}\n'
BAD = 'in = input cli { to = ["outptu"] }\nout = output console {}\n'
ANNOTATED = "'to' names no component; did you mean 'out'?"
WARNS = 'in = input cli { to = "out", colour = red }\nout = output console {}\n'


@pytest.fixture
def folder(tmp_path):
    for name, text in {"sound.ww": SOUND, "bad.ww": BAD, "warns.ww": WARNS}.items():
        tmp_path.joinpath(name).write_text(text)
    return tmp_path


def test_a_sound_file_is_told_to_be_sound(folder):
    done = woodwork("check", "sound.ww", folder=folder)
    assert (done.status, done.out, done.said) == (0, "1 file checked: 0 errors, 0 warnings, 0 remarks\n", "")


def test_an_error_is_shown_with_its_line_its_place_and_the_nearest_name(folder):
    done = woodwork("check", "bad.ww", folder=folder)
    assert done.status == 1
    assert "error[WW201]: 'to' names no component" in done.out
    assert " --> bad.ww:1:24" in done.out
    assert '1 | in = input cli { to = ["outptu"] }' in done.out
    assert "^^^^^^^^ did you mean 'out'?" in done.out


def test_json_has_every_published_key(folder):
    done = woodwork("check", "bad.ww", "--format", "json", folder=folder)
    said = json.loads(done.out)
    assert (done.status, said["ok"]) == (1, False)
    first = next(each for each in said["diagnostics"] if each["code"] == "WW201")
    keys = {"severity", "code", "message", "help", "file", "line", "column", "end_line", "end_column", "fix"}
    assert set(first) == keys
    assert (first["file"], first["line"], first["column"], first["severity"]) == ("bad.ww", 1, 24, "error")


def test_a_warning_is_an_error_only_when_strict(folder):
    assert woodwork("check", "warns.ww", folder=folder).status == 0
    strict = woodwork("check", "warns.ww", "--strict", folder=folder)
    assert strict.status == 1
    assert "error[WW306]" in strict.out


def test_several_files_are_checked_at_once(folder):
    done = woodwork("check", "sound.ww", "bad.ww", "warns.ww", folder=folder)
    assert done.status == 1
    assert done.out.splitlines()[-1].startswith("3 files checked: 1 error, 1 warning")


def test_what_cannot_be_read_ends_with_status_2(folder):
    done = woodwork("check", "sound.ww", "nowhere.ww", folder=folder)
    assert done.status == 2
    assert "nowhere.ww is not there" in done.out


def test_a_persons_script_is_read_and_never_run(folder):
    folder.joinpath("boom.py").write_text("open('ran', 'w')\n\ndef work(data): ...\n")
    folder.joinpath("main.ww").write_text(
        'in = input cli { to = step }\nstep = function python { path = "boom.py", function = work }\n'
    )
    assert woodwork("check", "main.ww", folder=folder).status == 0
    assert woodwork("graph", "main.ww", folder=folder).status == 0
    assert not folder.joinpath("ran").exists()


def test_github_gets_one_annotation_a_line_at_its_place(folder):
    done = woodwork("check", "bad.ww", "warns.ww", "--format", "github", folder=folder)
    lines = done.out.splitlines()
    assert done.status == 1
    assert lines[0] == "::error file=bad.ww,line=1,col=24,endColumn=32,title=WW201::" + ANNOTATED
    assert any(line.startswith("::warning file=warns.ww,line=1,col=30,endColumn=36,title=WW306::") for line in lines)
    assert lines[-1].startswith("2 files checked: 1 error, 1 warning")


def test_a_remark_is_a_notice(folder):
    folder.joinpath("infers.ww").write_text("in = input cli {}\nout = output console {}\n")
    done = woodwork("check", "infers.ww", "--format", "github", folder=folder)
    assert (done.status, done.out.count("::notice ")) == (0, 1)


def test_no_text_of_a_file_ends_an_annotation_or_acts_on_the_terminal():
    place = Span("a,b:c%\n.ww", 1, 1, 3, 2)
    said = Diagnostic(Severity.ERROR, "WW201", "one\r\n::stop-commands::x\x1b[2J 100%", place)
    assert workflow_commands([said]) == (
        "::error file=a%2Cb%3Ac%25%0A.ww,line=1,col=1,endLine=3,title=WW201"
        "::one%0D%0A::stop-commands::x␛[2J 100%25\n"
    )  # fmt: skip


def test_what_is_wrong_with_settings_is_told_as_of_a_flow(folder):
    (folder / "config.toml").write_text('theme = "nord"\n[keys]\nlist.folow = "x"\n')
    (folder / "themes").mkdir()
    (folder / "themes" / "mine.toml").write_text("dark = 1\n")
    done = woodwork("check", "config.toml", folder=folder)
    assert done.status == 1
    assert "--> config.toml:3:1" in done.out
    assert "did you mean 'list.follow'?" in done.out
    assert "--> themes/mine.toml:1:1" in done.out


def test_settings_that_are_not_there_are_a_file_that_cannot_be_read(folder):
    assert woodwork("check", "config.toml", folder=folder).status == 2
