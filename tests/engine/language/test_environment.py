"""Variables: the `.env` beside a flow, what is unset, and what a component gets (LANGUAGE.md, Variables)."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.checking import KINDS, checked, plan_of
from woodwork_engine.errors import StartError
from woodwork_engine.language import check_file, read_environment, resolve_settings
from woodwork_engine.source import Severity


def environment(folder: Path, text: str) -> dict[str, str]:
    (folder / ".env").write_text(text, "utf-8")
    return dict(read_environment(folder))


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("WW_A=b", "b"), ("WW_A = b ", "b"), ("export WW_A=b", "b"), ("  WW_A=b", "b"), ("WW_A=", ""),
        ("WW_A='b c'", "b c"), ('WW_A="b c"', "b c"), (r'WW_A="b\nc"', "b\nc"), (r"WW_A='b\nc'", r"b\nc"),
        ("WW_A=b # why", "b"), ("WW_A=b#c", "b#c"), ('WW_A="b # c" # d', "b # c"), ("WW_A=a=b", "a=b"),
        ('WW_A="open', '"open'), ("WW_A=$B", "$B"), ("WW_A=ü", "ü"),
    ],
)  # fmt: skip
def test_a_line_of_the_env_file_sets_a_variable(line: str, value: str, tmp_path: Path) -> None:
    assert environment(tmp_path, f"# first\n\n{line}\r\nWW_LAST=1\n")["WW_A"] == value


def test_the_env_file_never_overrides_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WW_A", "outer")
    assert environment(tmp_path, "WW_A=inner\nWW_B=inner\n")["WW_A"] == "outer"
    assert read_environment(tmp_path)["WW_B"] == "inner"


def test_an_env_file_that_is_not_there_or_no_text_is_empty(tmp_path: Path) -> None:
    assert read_environment(tmp_path / "nowhere")
    (tmp_path / ".env").mkdir()
    assert read_environment(tmp_path)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / ".env").write_bytes(b"WW_A=\xff\nWW_B=2\n")
    assert read_environment(tmp_path / "b")["WW_B"] == "2"


def test_a_line_that_sets_nothing_is_told_by_number_and_never_shown(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("WW_A=1\nmy secret password\n", "utf-8")
    (tmp_path / "main.ww").write_text("a = echo { to = [] }\n", "utf-8")
    outcome = check_file(str(tmp_path / "main.ww"), KINDS)
    (problem,) = [problem for problem in outcome.diagnostics if problem.code == "WW407"]
    assert problem.span.line == 2
    assert str(tmp_path / ".env") not in outcome.texts
    assert "secret" not in str(problem)


def test_an_unset_variable_is_a_warning_and_its_value_never_enters_the_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    text = 'a = llm openai { key = $WW_KEY, url = "http://${WW_HOST}/", list = [$WW_KEY, { x = $WW_X }], to = [] }'
    unset = [problem for problem in checked(text).diagnostics if problem.code == "WW406"]
    assert [problem.summary.split()[0] for problem in unset] == ["$WW_KEY", "$WW_HOST", "$WW_KEY", "$WW_X"]
    assert {problem.severity for problem in unset} == {Severity.WARNING}
    for name in ("WW_KEY", "WW_HOST", "WW_X"):
        monkeypatch.setenv(name, "very-secret")
    outcome = checked(text)
    assert "WW406" not in [problem.code for problem in outcome.diagnostics]
    assert "very-secret" not in repr(outcome)


def test_settings_are_resolved_to_plain_data_when_a_component_is_built() -> None:
    text = (
        'a = llm openai { key = $KEY, url = "http://${HOST}:${PORT}/", list = [$KEY, 5, { x = "${KEY}!" }], to = [] }'
    )
    (node,) = plan_of(text).nodes
    settings = resolve_settings(node, {"KEY": "k", "HOST": "h", "PORT": "80"})
    assert settings == {"key": "k", "url": "http://h:80/", "list": ["k", 5, {"x": "k!"}]}
    assert type(settings["list"]) is list


def test_a_variable_that_is_not_set_keeps_its_component_from_starting_in_one_sentence() -> None:
    (node,) = plan_of("\n\nagent = llm x { k =   $KEY, to = [] }").nodes
    with pytest.raises(StartError) as refused:
        resolve_settings(node, {})
    assert str(refused.value) == "main.ww:3:23 agent: $KEY is not set; set it or put it into .env"


def test_a_value_from_the_environment_is_not_judged_before_it_is_known() -> None:
    text = "a = input generator { rate = $RATE, count = many, to = [] }"
    assert [problem.code for problem in checked(text).diagnostics] == ["WW406", "WW304"]
    assert checked("a = function python { path = $P, function = $F, to = [] }").plan is not None


def test_the_env_file_is_one_to_watch(tmp_path: Path) -> None:
    outcome = check_file(str(tmp_path / "main.ww"), KINDS)
    assert outcome.files == (str(tmp_path / "main.ww"), str(tmp_path / ".env"))
