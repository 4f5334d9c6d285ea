"""Dead letters written and read back, as bytes and as lines (bus.md E1)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace as replaced

import msgspec
import pytest

from support.dead_letters import letter
from woodwork_engine.dead_letter import VERSION, DeadLetter, DeadState, LanePlace, Note, Resolution
from woodwork_engine.dead_letter_codec import from_bytes, from_line, to_bytes, to_line
from woodwork_engine.errors import LetterFormatError
from woodwork_engine.payload import decode, encode
from woodwork_engine.policy import DeliveryPolicy, ErrorRule, RetryPolicy

ODD = {
    "bytes": b"\x00\xff",
    "when": dt.datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=dt.UTC),
    "big": 2**80,
    "lone": "\ud800",
    "deep": [None, True, 1.5, {"": []}],
}

FORMS: tuple[tuple[Callable[[DeadLetter], object], Callable[..., DeadLetter]], ...] = (
    (to_bytes, from_bytes),
    (to_line, from_line),
)


def complete(payload: object = None, **more: object) -> DeadLetter:
    """Return a letter in which nothing has its built-in value, as the bus would have made it."""
    made = letter("dl-000007", payload=payload, replays=2, chain=("dl-000001", "dl-000002"), **more)
    retry = RetryPolicy(5, on=((ErrorRule("KeyError", "reject"),), (ErrorRule("a.B", base=2.0),)))
    return msgspec.structs.replace(
        made,
        envelope=msgspec.structs.replace(made.envelope, payload=decode(made.encoded), traceparent="00-x", hop=3),
        lane=LanePlace(3, 4, 1.25),
        worker="audit#1",
        policy=replaced(DeliveryPolicy(), ttl=None, retry=retry, accepts=("a", "b")),
        state=DeadState.REPLAYED,
        resolution=Resolution("person", 5.5, "m-9", "why", "aa", "bb"),
        replay_ok=False,
        died_again_as="dl-000009",
        notes=(Note(1.0, "person", "asked the audit team"), Note(2.0, "person", "\ud800 and 漢字")),
    )


@pytest.mark.parametrize(("write", "read"), FORMS)
def test_a_letter_comes_back_as_it_was_with_bytes_dates_and_what_json_has_no_word_for(write, read) -> None:
    """E1: complete, whichever way it was written."""
    for payload in (ODD, b"raw", "text", [1, 2], 0, ODD["when"]):
        one = complete(payload)
        assert read(write(one)) == one
        assert read(write(one)).payload() == payload
    plain = letter("dl-000001", payload={"a": 1})
    again = read(write(plain))
    assert again.envelope.payload == {"a": 1}, "the payload is read from what was encoded"


@pytest.mark.parametrize(("write", "read"), FORMS)
def test_errors_and_names_in_any_text_survive(write, read) -> None:
    """E1: an error message may hold half a character."""
    one = complete("x", message="\udfff \x00\x1b[2J", error="Ö", session="s-\ud800", event="\x00")
    assert read(write(one)) == one


@pytest.mark.parametrize(("write", "read"), FORMS)
def test_a_letter_whose_payload_cannot_be_read_is_kept_all_the_same(write, read) -> None:
    """E1: `undecodable`."""
    one = msgspec.structs.replace(letter("dl-000001"), encoded=b"\xc1")
    assert read(write(one)).encoded == b"\xc1"


def test_a_line_is_one_line_of_json_that_shows_the_payload() -> None:
    """E1: for people and for other programs."""
    line = to_line(complete({"text": "a\nb"}))
    shown = json.loads(line)
    assert "\n" not in line
    assert (shown["v"], shown["dlq_id"], shown["reason"]) == (1, "dl-000007", "exhausted")
    assert shown["envelope"]["payload"] == {"text": "a\nb"}
    assert "base64" not in line
    assert len(shown["attempts"]) == 4


def test_a_letter_of_an_older_version_has_what_came_later_as_built_in() -> None:
    """E1: versioned."""
    shown = json.loads(to_line(letter("dl-000001")))
    for later in ("notes", "died_again_as"):
        del shown[later]
    del shown["lane"]["accepted_at"]
    del shown["policy"]["retry"]["on"]
    again = from_line(json.dumps(shown))
    assert (again.notes, again.died_again_as, again.lane.accepted_at) == ((), None, 0.0)


@pytest.mark.parametrize("read", [lambda shown: from_line(json.dumps(shown)), lambda shown: from_bytes(encode(shown))])
def test_a_letter_of_a_newer_version_is_refused_in_one_sentence(read) -> None:
    """E1: versioned."""
    shown = json.loads(to_line(letter("dl-000001")))
    with pytest.raises(LetterFormatError, match=rf"newer version \(v {VERSION + 1}, this one reads v {VERSION}\)"):
        read({**shown, "v": VERSION + 1, "reason": "unheard_of", "envelope": 7})


@pytest.mark.parametrize(
    "line", ["", "{", "null", "[]", "{}", '{"v": "1"}', '{"v": true}', '{"v": 0}', '{"v": 1}', "[" * 100_000]
)
def test_what_is_no_letter_is_refused_with_the_reason(line: str) -> None:
    """E1: a sentence, whatever was in the file."""
    with pytest.raises(LetterFormatError):
        from_line(line)


@pytest.mark.parametrize("field", ["envelope", "encoded", "reason", "at", "attempts", "lane", "policy", "state"])
def test_a_letter_with_something_wrong_in_it_is_refused_with_its_place(field: str) -> None:
    """E1: half a letter is none."""
    shown = json.loads(to_line(letter("dl-000001")))
    with pytest.raises(LetterFormatError, match=field):
        from_line(json.dumps({**shown, field: 7.5 if field != "at" else "x"}))
    for name in ("message_id", "session_id", "event_type"):
        rest = {key: value for key, value in shown["envelope"].items() if key != name}
        with pytest.raises(LetterFormatError, match=name):
            from_line(json.dumps({**shown, "envelope": rest}))
    for data in (b"", b"\xc1", encode(7)):
        with pytest.raises(LetterFormatError):
            from_bytes(data)
