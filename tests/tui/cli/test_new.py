"""`woodwork-tui new`: flows to begin with (interfaces: Command line)."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.commands import woodwork
from woodwork_engine.components import builtin_kinds
from woodwork_engine.language import check_file, format_text
from woodwork_tui.templates import MAIN, TEMPLATES, files, write

every_template = pytest.mark.parametrize("name", TEMPLATES)


@every_template
def test_a_template_is_checked_clean(name: str, tmp_path: Path) -> None:
    write(name, tmp_path)
    found = check_file(str(tmp_path / MAIN), builtin_kinds())
    assert found.plan is not None
    assert [str(problem) for problem in found.diagnostics] == []


@every_template
def test_a_template_is_laid_out(name: str) -> None:
    text = files(name)[MAIN]
    assert format_text(text).text == text


@every_template
def test_a_template_runs(name: str, tmp_path: Path) -> None:
    said = b'{"payload": "what is the weather?"}\n' if name != "fan-out" else b'{"payload": {"order": 1}}\n'
    assert woodwork("new", name, folder=tmp_path).status == 0
    done = woodwork("run", MAIN, "--input", "-", piped=said, folder=tmp_path)
    assert done.status == 0
    assert [record["type"] for record in done.records].count("ok") >= 2


def test_where_one_of_three_fails_the_others_do_not_notice(tmp_path: Path) -> None:
    woodwork("new", "fan-out", folder=tmp_path)
    orders = b'{"payload": {"order": 3}}\n{"payload": {"order": 10}}\n'
    flow = tmp_path / MAIN
    flow.write_text(flow.read_text().replace("base: 500ms", "base: 1ms"))
    done = woodwork("run", MAIN, "--input", "-", "--max-dlq", "1", piped=orders, folder=tmp_path)
    assert done.status == 0
    ends = [(record["target"], record["type"]) for record in done.records if record["type"] in ("ok", "dead")]
    assert sorted(ends) == sorted(
        [("intake", "ok")] * 2 + [("warehouse", "ok")] * 2 + [("books", "ok")] * 2 + [("mail", "ok"), ("mail", "dead")]
    )


def test_the_agent_asks_its_tool(tmp_path: Path) -> None:
    woodwork("new", "agent-tool", "flow", folder=tmp_path)
    done = woodwork("run", "flow/main.ww", "--input", "-", piped=b'{"payload": "The weather?"}\n', folder=tmp_path)
    assert "The forecast says: " in done.said


def test_what_is_written_is_named_and_how_to_open_it_is_said(tmp_path: Path) -> None:
    done = woodwork("new", "agent-tool", "my flow", folder=tmp_path)
    assert done.out.splitlines() == ["my flow/main.ww", "my flow/weather.py"]
    assert done.said == "woodwork-tui: open it with: woodwork-tui 'my flow/main.ww'\n"


def test_nothing_is_overwritten_and_then_nothing_is_written(tmp_path: Path) -> None:
    tmp_path.joinpath("weather.py").write_text("mine")
    done = woodwork("new", "agent-tool", folder=tmp_path)
    assert done.status == 2
    assert done.said == "woodwork-tui: weather.py is there already and stays as it is; name another folder\n"
    assert [path.name for path in tmp_path.iterdir()] == ["weather.py"]
    assert tmp_path.joinpath("weather.py").read_text() == "mine"


def test_a_link_that_leads_nowhere_is_not_followed(tmp_path: Path) -> None:
    tmp_path.joinpath("main.ww").symlink_to(tmp_path / "elsewhere.ww")
    assert woodwork("new", "hello", folder=tmp_path).status == 2
    assert not tmp_path.joinpath("elsewhere.ww").exists()


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    tmp_path.joinpath("file").write_text("")
    done = woodwork("new", "hello", "file/inside", folder=tmp_path)
    assert (done.status, len(done.said.splitlines())) == (2, 1)


def test_without_a_name_the_templates_are_listed(tmp_path: Path) -> None:
    done = woodwork("new", folder=tmp_path)
    assert done.status == 0
    assert [line.split()[0] for line in done.out.splitlines()] == list(TEMPLATES)
    assert not list(tmp_path.iterdir())


def test_a_name_that_is_none_is_told_with_the_nearest(tmp_path: Path) -> None:
    done = woodwork("new", "fanout", folder=tmp_path)
    assert (done.status, done.said) == (2, "woodwork-tui: there is no template 'fanout'; did you mean fan-out?\n")
