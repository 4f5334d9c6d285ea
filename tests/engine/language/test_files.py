"""Files: what cannot be read is one clear diagnostic, and includes bring in others (LANGUAGE.md, Other files)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.checking import KINDS, checked
from woodwork_engine.language import Checked, check_file
from woodwork_engine.language.files import MOST_FILES
from woodwork_engine.language.reading import LARGEST


def written(folder: Path, files: dict[str, str]) -> Checked:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return check_file(str(folder / "main.ww"), KINDS)


def only(outcome: Checked) -> str:
    (problem,) = outcome.diagnostics
    assert outcome.plan is None
    return f"{problem.code} {problem.span.line}:{problem.span.column} {problem.summary}; {problem.help}"


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert only(check_file("main.ww", KINDS)) == "WW401 1:1 main.ww is not there; create it, or name another file"
    assert only(check_file("a/b.ww", KINDS)).startswith("WW401 1:1 a/b.ww is not there")


def test_a_directory_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "d").mkdir()
    assert only(check_file("d", KINDS)) == "WW401 1:1 d is a directory; name a .ww file in it"
    (tmp_path / "d" / "main.ww").touch()
    assert only(check_file("d", KINDS)) == "WW401 1:1 d is a directory; did you mean d/main.ww?"


def test_what_is_no_regular_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "main.ww")
    assert "is no regular file" in only(check_file(str(tmp_path / "main.ww"), KINDS))
    assert "WW401" in only(check_file("\0", KINDS))


def test_bytes_that_are_no_text_are_told_with_their_place(tmp_path: Path) -> None:
    path = tmp_path / "main.ww"
    path.write_bytes(b"a = echo {}\n# gr\xfc\xdfe\n")
    assert only(check_file(str(path), KINDS)).startswith("WW402 2:5 ")
    path.write_bytes(b"a = echo {}\nb\0")
    assert only(check_file(str(path), KINDS)).startswith("WW122 2:2 ")
    path.write_bytes(b"\x7fELF\x02\x01\x01\0\xff\xfe")
    assert only(check_file(str(path), KINDS)).startswith("WW402 1:9 ")


def test_a_file_of_more_than_a_megabyte_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "main.ww"
    path.write_text("# " + "x" * (LARGEST - 2))
    assert check_file(str(path), KINDS).plan is not None
    path.write_text("# " + "x" * (LARGEST - 1))
    assert only(check_file(str(path), KINDS)).startswith("WW403 1:1 ")
    assert only(checked("# " + "x" * LARGEST)).startswith("WW403 1:1 ")
    assert only(checked("# " + "ü" * (LARGEST // 2))).startswith("WW403 1:1 ")


def test_nesting_beyond_the_limit_is_found_before_any_recursion() -> None:
    assert checked("a = echo { x = " + "[" * 99 + "]" * 99 + " }").plan is not None
    assert only(checked("a = echo { x = " + "[" * 100 + "]" * 100 + " }")).startswith("WW121 1:115 ")
    assert only(checked("a = echo { x = " + "[" * 500_000)).startswith("WW121 1:115 ")


def test_an_empty_file_is_an_empty_flow(tmp_path: Path) -> None:
    for text in ("", "\n\n", "# only a comment", "\ufeff"):
        outcome = written(tmp_path, {"main.ww": text})
        assert outcome.plan is not None
        assert outcome.plan.nodes == outcome.diagnostics == ()


def test_an_include_brings_in_what_it_declares_where_it_stands(tmp_path: Path) -> None:
    outcome = written(
        tmp_path,
        {
            "main.ww": 'a = input cli { to = b }\ninclude "parts/b.ww"\nd = console {}\n',
            "parts/b.ww": 'b = echo { to = c }\ninclude "c.ww"\ndefaults { ttl = 1m }\n',
            "parts/c.ww": "c = echo { to = d }\n",
        },
    )
    assert outcome.diagnostics == ()
    assert outcome.plan is not None
    assert outcome.plan.names() == ("a", "b", "c", "d")
    c = outcome.plan.node("c")
    assert c is not None
    assert (c.span.file, c.policy.ttl) == (str(tmp_path / "parts" / "c.ww"), 60.0)
    names = ("main.ww", "parts/b.ww", "parts/c.ww", ".env")
    assert outcome.files == outcome.plan.files == tuple(str(tmp_path / name) for name in names)
    assert set(outcome.texts) == {str(tmp_path / name) for name in names[:-1]}


def test_a_problem_of_an_included_file_stands_there(tmp_path: Path) -> None:
    outcome = written(tmp_path, {"main.ww": 'include "b.ww"\n', "b.ww": "\nb = echo { to = nobody }\n"})
    (problem,) = outcome.diagnostics
    assert (problem.span.file, problem.span.line) == (str(tmp_path / "b.ww"), 2)


def test_a_file_included_twice_is_read_once(tmp_path: Path) -> None:
    outcome = written(
        tmp_path,
        {"main.ww": 'include "b.ww"\ninclude "c.ww"\n', "b.ww": 'include "c.ww"\n', "c.ww": "c = echo { to = [] }\n"},
    )
    assert outcome.plan is not None
    assert outcome.plan.names() == ("c",)


def test_includes_in_a_circle_are_an_error_that_names_the_circle(tmp_path: Path) -> None:
    outcome = written(tmp_path, {"main.ww": 'include "b.ww"\n', "b.ww": 'include "./x/../main.ww"\n', "x/y": ""})
    (problem,) = outcome.diagnostics
    assert problem.code == "WW404"
    assert "main.ww includes b.ww includes main.ww" in problem.summary
    assert written(tmp_path, {"main.ww": 'include "main.ww"\n'}).diagnostics[0].code == "WW404"


def test_a_missing_include_is_one_to_watch(tmp_path: Path) -> None:
    outcome = written(tmp_path, {"main.ww": 'include "later.ww"\n'})
    assert outcome.plan is None
    assert str(tmp_path / "later.ww") in outcome.files
    (tmp_path / "later.ww").write_text("")
    assert check_file(str(tmp_path / "main.ww"), KINDS).plan is not None


def test_a_flow_of_too_many_files_is_refused(tmp_path: Path) -> None:
    count = MOST_FILES + 5
    files = {f"{number}.ww": f'include "{number + 1}.ww"\n' for number in range(count)}
    outcome = written(tmp_path, {**files, f"{count}.ww": "", "main.ww": 'include "0.ww"\n'})
    assert [problem.code for problem in outcome.diagnostics] == ["WW405"]
    assert len(outcome.files) <= MOST_FILES + 1


@pytest.mark.parametrize("path", ["", "$X", "${X}/y.ww", "a\ud800.ww", "."])
def test_an_include_that_names_no_file_is_an_error(path: str, tmp_path: Path) -> None:
    outcome = checked(f'include "{path}"\n', file=str(tmp_path / "main.ww"))
    assert {problem.code for problem in outcome.diagnostics} <= {"WW401", "WW405", "WW120"}
    assert outcome.plan is None


def test_edited_text_stands_for_what_is_on_the_disk_in_the_main_file_and_in_what_it_includes(tmp_path: Path) -> None:
    main = 'include "parts.ww"\na = echo { to = b }\n'
    for name, text in {"main.ww": "a = ecco {}\n", "parts.ww": "nothing = ecco {}\n"}.items():
        (tmp_path / name).write_text(text)
    edits = {str(tmp_path / "main.ww"): main, str(tmp_path / "parts.ww"): "b = output console {}\n"}

    outcome = check_file(str(tmp_path / "main.ww"), KINDS, edits=edits)

    assert outcome.plan is not None
    assert outcome.plan.names() == ("b", "a")
    assert set(outcome.files) > set(edits)
