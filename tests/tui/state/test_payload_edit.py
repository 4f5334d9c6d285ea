"""A payload goes into the editor and comes back as it was; what is no payload is refused with its place."""

from __future__ import annotations

import datetime as dt

import pytest

from support.dead_letters import HOSTILE, letter
from woodwork_engine.payload import encode
from woodwork_tui.state.payload_edit import Editable, Invalid, NotEditable, Parsed, as_text, editable, parse

PAYLOADS = [
    None,
    True,
    "text",
    12,
    2**70,
    1.5,
    [],
    {"a": [1, {"b": None}]},
    b"\x00\xff",
    dt.datetime(2026, 7, 1, 12, 0, tzinfo=dt.UTC),
    {"$bytes": "not bytes"},
    {"$datetime": 1},
    {"$object": {"$bytes": "AA=="}},
    {"key\x9b\u202e": "\x1b[31m\u2028"},
]


@pytest.mark.parametrize("payload", [*PAYLOADS, *HOSTILE[:-1]])
def test_a_payload_survives_the_editor_unchanged(payload: object):
    text = as_text(payload)

    assert parse(text) == Parsed(encode(payload), text)


@pytest.mark.parametrize("payload", [*PAYLOADS[1:], *HOSTILE[:-1]])
def test_the_text_of_a_payload_holds_nothing_a_terminal_acts_on(payload: object):
    text = as_text(payload)

    assert not [c for c in text if c != "\n" and (ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or c in "\u202e\u2028\u2066")]
    text.encode()  # no lone surrogate


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ('{\n  "a": 1,\n}', 3, 1, "double quotes"),
        ("", 1, 1, "Expecting value"),
        ('{"a": 1,\n "a": 2}', 2, 2, "twice"),
        ('{"$bytes": "%%"}', 1, 1, "base64"),
        ('{"$datetime": "soon"}', 1, 1, "soon"),
        ("[" * 100_000, 1, 1, "deeply"),
    ],
)
def test_text_that_is_no_payload_is_refused_with_its_place(text: str, line: int, column: int, words: str):
    problem = parse(text)

    assert isinstance(problem, Invalid)
    assert (problem.line, problem.column) == (line, column)
    assert words in str(problem)


def test_a_large_payload_is_not_edited_and_the_sentence_says_what_to_do():
    refused = editable(letter("a", payload="x" * 300_000))

    assert isinstance(refused, NotEditable)
    assert refused.why == "The payload has 300 kB and the editor takes up to 200 kB; R replays it as it is."


def test_a_payload_of_many_lines_is_not_edited_either():
    refused = editable(letter("a", payload=list(range(6_000))))

    assert isinstance(refused, NotEditable)
    assert refused.why == "The payload has 6,002 lines as JSON and the editor takes up to 5,000; R replays it as it is."


def test_a_payload_of_ordinary_size_is_edited_as_indented_json():
    assert editable(letter("a", payload={"text": "hi"})) == Editable('{\n  "text": "hi"\n}')


def test_a_payload_without_exact_json_form_is_not_edited():
    made = letter("a", payload={"when": 1})
    broken = type(made)(**{n: getattr(made, n) for n in made.__struct_fields__} | {"encoded": b"\x81\xa1a\xc1"})

    assert isinstance(editable(broken), NotEditable)
