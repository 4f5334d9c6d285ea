"""The form of a new component is made of the settings of its kind."""

from __future__ import annotations

import pytest

from support.checking import KINDS, checked
from woodwork_engine.kinds import Kind, setting_names
from woodwork_tui.state.component_form import NAME, TO, Field, fields_of, free_name, lack, settings_of

EVERY_KIND = list(KINDS)


def kind(name: str) -> Kind:
    found = KINDS.get(name)
    assert found is not None
    return found


def field(kind_name: str, key: str) -> Field:
    return next(field for field in fields_of(kind(kind_name)) if field.key == key)


def what_lacks(kind_name: str, *names: str, **typed: str) -> str:
    chosen = kind(kind_name)
    values = {"name": "x", **{key.removesuffix("_"): value for key, value in typed.items()}}
    return lack(chosen, fields_of(chosen), values, names)


@pytest.mark.parametrize("each", EVERY_KIND, ids=lambda each: each.name)
def test_every_setting_of_a_kind_has_a_line_that_says_what_it_is(each: Kind) -> None:
    fields = fields_of(each)
    assert [line.key for line in fields if line.key not in (NAME, TO)] == sorted(
        setting_names(each.settings), key=lambda key: not field(each.name, key).required
    )
    assert all(line.description for line in fields)


@pytest.mark.parametrize("each", EVERY_KIND, ids=lambda each: each.name)
def test_an_empty_form_lacks_only_what_is_needed(each: Kind) -> None:
    fields = fields_of(each)
    needed = [line.key for line in fields if line.required and line.key != NAME]
    wrong = lack(each, fields, {NAME: free_name(each, ())}, ())
    assert bool(wrong) == bool(needed)
    assert settings_of(fields, {NAME: "x"}) == {}


def test_what_sends_messages_can_be_routed_and_nothing_else() -> None:
    assert field("echo", TO).names
    assert TO not in {line.key for line in fields_of(kind("output console"))}


def test_needed_settings_come_first_after_the_name_and_defaults_are_shown() -> None:
    assert [line.key for line in fields_of(kind("function python"))][:2] == [NAME, "path"]
    assert field("llm scripted", "error").default == "the model is overloaded"
    assert field("memory short_term", "limit").default == "20"


def test_a_name_is_offered_that_is_free() -> None:
    assert free_name(kind("llm scripted"), ()) == "llm"
    assert free_name(kind("llm scripted"), ("llm", "llm_2")) == "llm_3"


def test_what_is_typed_becomes_values_as_they_are_written() -> None:
    fields = fields_of(kind("llm scripted"))
    typed = {NAME: "x", "answers": "You said: {input}", "latency": " 200ms ", "error": "5", "tools": "a, b", TO: "c"}
    assert settings_of(fields, typed) == {
        "answers": '"You said: {input}"',
        "latency": "200ms",
        "error": '"5"',
        "tools": "[a, b]",
        "to": "c",
    }


@pytest.mark.parametrize(
    ("said", "kind_name", "typed"),
    [
        ("name is needed", "echo", {"name": ""}),
        ("'2x' is no name: it is letters, digits, _ and -, and begins with a letter", "echo", {"name": "2x"}),
        ("a is taken", "echo", {"name": "a"}),
        ("transcript is taken", "echo", {"name": "transcript"}),
        ("path is needed: a Python file, relative to the flow's folder", "function python", {}),
        ("name either a function or a class of the file", "function python", {"path": "a.py"}),
        ("'latency': a duration is a number with ms, s, m, h or d, as in 30s", "llm scripted", {"latency": "soon"}),
        ("'failure_rate' must be at most 1", "llm scripted", {"failure_rate": "2"}),
        ("to: there is no component 'nobody'", "echo", {"to": "a, nobody"}),
        ("memory: there is no component 'nobody'", "llm scripted", {"memory": "nobody"}),
        ("", "echo", {"to": "a"}),
        ("", "echo", {"to": "none"}),
        ("", "llm scripted", {"answers": "$ANSWER"}),
        ("", "llm scripted", {"rules": '[{ contains: "a", answer: "b" }]'}),
        ("", "function python", {"path": "a.py", "class_": "A"}),
    ],
)
def test_the_first_thing_that_is_wrong_is_told_in_a_sentence(said: str, kind_name: str, typed: dict[str, str]) -> None:
    assert what_lacks(kind_name, "a", **typed) == said


def test_a_form_without_a_lack_makes_a_component_that_checks() -> None:
    chosen = kind("input generator")
    fields = fields_of(chosen)
    typed = {NAME: "x", "rate": "2", "payload": "{ text: 'hi {n}' }", TO: "out"}
    assert lack(chosen, fields, typed, ("out",)) == ""
    entries = "\n".join(f"{key} = {value}" for key, value in settings_of(fields, typed).items())
    found = checked(f"out = output console {{}}\nx = {chosen.name} {{\n{entries}\n}}\n")
    assert [str(each) for each in found.diagnostics] == []
