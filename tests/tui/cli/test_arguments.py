"""The command line as data (interfaces: Command line)."""

from __future__ import annotations

import pytest

from woodwork_tui.cli.arguments import parse
from woodwork_tui.cli.requests import Check, Fmt, Graph, Open, Run


def test_without_a_command_a_file_is_opened() -> None:
    assert parse(["flow.ww", "--ascii", "--theme", "nord"]) == Open("flow.ww", ascii=True, theme="nord")


def test_without_anything_the_app_decides_what_to_open() -> None:
    assert parse([]) == Open(None)


def test_a_file_called_like_a_command_is_opened_by_its_path() -> None:
    assert parse(["./run"]) == Open("./run")


def test_run_reads_all_its_options() -> None:
    line = ["run", "a.ww", "--headless", "--input", "-", "--for", "1.5s", "--until", "idle", "--max-dlq", "7"]
    assert parse(line) == Run("a.ww", "-", 1.5, until_idle=True, max_dlq=7)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("500ms", 0.5), ("30s", 30), ("5m", 300), ("2h", 7200), ("7d", 604800), ("3", 3), ("0.5", 0.5)],
)
def test_durations_are_written_with_a_unit_or_as_seconds(text: str, seconds: float) -> None:
    assert parse(["run", "a.ww", "--for", text]) == Run("a.ww", duration=seconds)


def test_check_takes_several_files() -> None:
    assert parse(["check", "a.ww", "b.ww", "--format", "json", "--strict"]) == Check(("a.ww", "b.ww"), "json", True)


def test_fmt_takes_several_files() -> None:
    assert parse(["fmt", "a.ww", "--check", "b.ww"]) == Fmt(("a.ww", "b.ww"), check=True)


def test_graph_is_drawn_in_ascii_unless_told_otherwise() -> None:
    assert parse(["graph", "a.ww"]) == Graph("a.ww", "ascii")
    assert parse(["graph", "a.ww", "--format", "dot"]) == Graph("a.ww", "dot")


@pytest.mark.parametrize(
    "line",
    [
        ["run"],
        ["run", "a.ww", "--for", "soon"],
        ["run", "a.ww", "--for", "-1"],
        ["run", "a.ww", "--max-dlq", "-1"],
        ["run", "a.ww", "--until", "done"],
        ["check"],
        ["check", "a.ww", "--format", "gitlab"],
        ["graph", "a.ww", "--format", "png"],
        ["fmt"],
        ["a.ww", "b.ww"],
        ["--no-such-option"],
    ],
)
def test_what_is_not_offered_is_refused_with_status_2(line: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(line)
    assert ended.value.code == 2
    assert "error:" in capsys.readouterr().err


def test_a_misspelt_command_is_recognised(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["chekc", "a.ww"])
    assert "did you mean the command 'check'?" in capsys.readouterr().err


def test_a_complaint_carries_no_control_characters(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["a.ww", "\x1b[2Jb.ww"])
    assert "\x1b" not in capsys.readouterr().err


def test_version_names_the_distribution(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("woodwork-tui ")


def test_help_lists_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(["--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert all(command in shown for command in ("run FILE", "check FILE", "graph FILE", "--ascii", "--theme"))


def test_where_the_state_is_kept_can_be_said() -> None:
    assert parse(["run", "a.ww", "--state", "none"]).state == "none"
    assert parse(["a.ww", "--state", "there"]).state == "there"
    assert parse(["a.ww"]).state is None
