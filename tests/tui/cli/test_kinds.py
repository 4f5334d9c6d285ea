"""`woodwork-tui kinds`: what a flow can be made of (interfaces: Command line)."""

from __future__ import annotations

import json

import pytest

from support.checking import KINDS
from support.commands import woodwork
from woodwork_engine.kinds import setting_names


def test_every_kind_is_listed_with_its_role_and_what_it_is() -> None:
    done = woodwork("kinds")
    assert done.status == 0
    lines = done.out.splitlines()
    assert len(lines) == len(list(KINDS))
    for line, kind in zip(lines, KINDS, strict=True):
        assert line.startswith(f"{kind.name} ")
        assert f"  {kind.role.value} " in line
        assert line.endswith(kind.summary)


@pytest.mark.parametrize("words", [("llm", "scripted"), ("llm scripted",)])
def test_a_kind_is_told_with_every_setting(words: tuple[str, ...]) -> None:
    done = woodwork("kinds", *words)
    kind = KINDS.get("llm scripted")
    assert kind is not None
    assert done.out.splitlines()[0] == f"llm scripted: {kind.summary}"
    for name, description in setting_names(kind.settings).items():
        assert any(line.split()[:1] == [name] and description in line for line in done.out.splitlines())


def test_a_kind_is_known_by_its_other_names() -> None:
    done = woodwork("kinds", "function", "py")
    assert done.out.startswith("function python: ")
    assert "also written: function py" in done.out
    assert "(needed)" in done.out


def test_json_has_a_schema_of_the_settings() -> None:
    (told,) = [each for each in json.loads(woodwork("kinds", "--json").out) if each["name"] == "input file"]
    assert told == json.loads(woodwork("kinds", "input", "file", "--json").out)
    assert set(told) == {"name", "role", "aliases", "summary", "schema"}
    assert told["schema"]["required"] == ["path"]


def test_a_kind_that_is_none_ends_with_2_and_the_nearest_one() -> None:
    done = woodwork("kinds", "llm", "scriptd")
    assert (done.status, done.said) == (
        2,
        "woodwork-tui: there is no kind 'llm scriptd'; did you mean 'llm scripted'?\n",
    )
