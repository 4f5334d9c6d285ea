"""Completion: kinds, keys, names, values and variables, wherever the cursor (`|`) stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.checking import KINDS
from woodwork_engine.language.completion import Completion, Sort, complete
from woodwork_engine.language.unfinished import LONGEST

FLOW = """\
# a desk
ask = input cli { to: agent }
agent = llm scripted {
    memory: notes
    to: [say, audit]
}
notes = memory short_term {}
audit = function python { path: "audit.py", function: handle, to: [] }
say = output console {}
"""
VARIABLES = ("OPENAI_API_KEY", "OPENAI_ORG", "HOME")


def at(text: str, **more) -> Completion:
    """Complete *text* where `|` stands."""
    before, _, after = text.partition("|")
    return complete(before + after, len(before), KINDS, variables=VARIABLES, **more)


def texts(text: str, **more) -> list[str]:
    return [each.text for each in at(text, **more).candidates]


def test_behind_a_name_kinds_are_offered_with_what_they_do():
    found = at("x = |")

    assert [each.text for each in found.candidates] == [kind.name for kind in KINDS]
    assert {each.sort for each in found.candidates} == {Sort.KIND}
    assert all(each.detail for each in found.candidates)


@pytest.mark.parametrize(
    ("text", "typed", "offered"),
    [
        ("x = inp|", "inp", ["input cli", "input generator", "input file"]),
        ("x = input |", "input ", ["input cli", "input generator", "input file"]),
        ("x: input g|", "input g", ["input generator"]),
        ("x = INPUT C|", "INPUT C", ["input cli"]),
        ("x = cons|", "cons", ["output console"]),
        ("deployment = |", "", ["local"]),
        (f"{FLOW}x = memo| {{}}\n", "memo", ["memory short_term"]),
    ],
)
def test_what_is_typed_of_a_kind_narrows_it_down(text: str, typed: str, offered: list[str]):
    assert at(text).typed == typed
    assert texts(text) == offered


def test_in_a_block_the_keys_of_its_kind_come_first_and_those_written_already_do_not_come():
    offered = texts("notes = memory short_term {\n    |\n    ttl: 5s\n}\n")

    assert offered[:2] == ["to", "limit"]
    assert {"retry", "timeout", "hooks", "was"} <= set(offered)
    assert "ttl" not in offered


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("a = echo { t| }", ["to", "timeout", "ttl"]),
        ("a = echo { to: b, ti|", ["timeout"]),
        ("a = echo {\n  retry: { ba|", ["base"]),
        ("a = echo {\n  retry = {\n    max_r|\n", ["max_retries", "max_retry_after"]),
        ("a = echo { retry: { on: { ConnectionError: { act|", ["action"]),
        ("a = echo { to: [{ co|", ["component"]),
        ("a = echo { pipes: [{ e|", ["event"]),
        ("a = function python { cl|", ["class"]),
        ("defaults {\n  ret|", ["retry"]),
        ("deployment = local {\n  dra|", ["drain_timeout"]),
        ("deployment = local { message_bus = memory {\n  max_q|", ["max_queue", "max_queue_size"]),
        ("deployment = local { dlq = { wh|", ["when_full"]),
        ("def|", ["defaults"]),
        ("a = nobody_knows { tim|", ["timeout"]),
    ],
)
def test_keys_are_those_of_the_block(text: str, offered: list[str]):
    assert texts(text) == offered


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("x = echo { to: | }", ["agent", "audit", "notes", "say"]),
        ("x = echo { to: a| }", ["agent", "audit"]),
        ("x = echo { to: [say, a|] }", ["agent", "audit"]),
        ("x = echo { to: [\n  say\n  a|\n] }", ["agent", "audit"]),
        ('x = echo { to: ["a|"] }', ["agent", "audit"]),
        ("x = echo { to: [{ component: s|", ["say"]),
        ("x = llm scripted { memory: | }", ["notes", "agent", "ask", "audit", "say"]),
        ("x = llm scripted { tools: [o|", []),
        ("agent = echo { to: a| }", ["audit"]),
    ],
)
def test_names_are_offered_where_components_are_named_but_no_input_as_a_target(line: str, offered: list[str]):
    assert texts(f"{FLOW}{line}\n") == offered


def test_the_memory_of_the_flow_comes_first_where_a_memory_is_named():
    assert texts(f"{FLOW}x = llm scripted {{ memory: |\n")[0] == "notes"


def test_components_of_other_files_are_offered_too():
    assert texts("a = echo { to: b|", names={"books": "echo"}) == ["books"]


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("a = echo { durable: |", ["true", "false"]),
        ("a = echo { ordering: |", ["session", "none"]),
        ("a = echo { overflow: drop_|", ["drop_oldest", "drop_new"]),
        ("a = echo { on_remove: |", ["park", "dead_letter", "discard"]),
        ("a = echo { retry: { jitter: f|", ["full"]),
        ("a = echo { timeout: |", ["none"]),
        ("deployment = local { message_bus = m|", ["memory"]),
    ],
)
def test_values_are_offered_where_there_are_only_a_few(text: str, offered: list[str]):
    assert texts(text) == offered


@pytest.mark.parametrize(
    ("text", "typed", "offered"),
    [
        ("a = echo { key: $|", "", ["HOME", "OPENAI_API_KEY", "OPENAI_ORG"]),
        ("a = echo { key: $OPEN|", "OPEN", ["OPENAI_API_KEY", "OPENAI_ORG"]),
        ('a = echo { key: "at ${HO|', "HO", ["HOME}"]),
        ('a = echo { key: "at ${HO|}" }', "HO", ["HOME"]),
        ("# $OP|", "", []),
    ],
)
def test_variables_are_offered_by_name(text: str, typed: str, offered: list[str]):
    assert (at(text).typed, texts(text)) == (typed, offered)


@pytest.mark.parametrize(
    "text",
    [
        "# x = inp|",
        "a = echo { // t|",
        "/* x = |",
        "a = echo { to: b c|",
        'a = echo { to: "b"|',
        'a = echo { path: "au|',
        "a = echo { t |",
        "a = echo { to |: b }",
        "x = input cli |",
        "x = input cli c|",
    ],
)
def test_where_nothing_certain_can_be_said_nothing_is(text: str):
    assert texts(text) == []


def test_what_is_there_already_is_not_offered():
    assert texts("a = echo { to| }") == []
    assert texts("x = input cli|") == []


def test_a_comment_that_has_ended_hides_nothing():
    assert texts("a = echo { /* said */ ti|") == ["timeout"]
    assert texts("# said\na = echo { ti|") == ["timeout"]


def test_an_open_bracket_further_up_does_not_confuse_what_is_offered_below():
    assert texts("a = echo {\n  retry: {\n\nb = echo {\n  ti|\n}\n") == ["timeout"]


def test_a_declaration_too_long_to_be_looked_at_while_one_types_gets_no_candidates():
    assert at("a = echo { k: " + "x" * LONGEST + "|") == Completion(14 + LONGEST)


@given(st.text(alphabet="ab =:{}[],\"'#/*$\n", max_size=60), st.integers(0, 60))
def test_any_text_can_be_completed_anywhere_and_what_is_replaced_was_typed(text: str, position: int):
    position = min(position, len(text))
    found = complete(text, position, KINDS, variables=VARIABLES)

    assert found.start <= position
    assert text[found.start : position] == found.typed or not found.candidates
    assert "\n" not in found.typed


def test_text_that_was_never_closed_on_an_earlier_line_is_not_what_is_completed():
    assert texts('a = echo {\n  key: "left open\n  ti|') == ["timeout"]
    assert texts('a = echo {\n  key: """\n  ti|') == []
