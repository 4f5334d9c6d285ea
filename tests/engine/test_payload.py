"""Payloads as plain data (bus.md A7)."""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from woodwork_engine.errors import PayloadError
from woodwork_engine.payload import decode, encode, field_reader, flat_copy, json_text, plain

NOW = dt.datetime(2026, 1, 2, 3, 4)


class Colour(StrEnum):
    RED = "red"


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        1.5,
        "text",
        b"bytes",
        {"nested": [1, {"deep": None}]},
        "lone \ud800 surrogate",
        {"huge": 2**80, "negative": -(2**80)},
        {"when": dt.datetime(2026, 1, 2, tzinfo=dt.UTC), "odd": "\ud800"},
    ],
)
def test_plain_data_comes_back_as_it_went_in(value: object) -> None:
    assert decode(encode(value)) == value


def test_a_decoded_payload_shares_nothing_with_the_original() -> None:
    original = {"items": [1]}
    copy = plain(original)
    original["items"].append(2)
    assert copy == {"items": [1]}


def test_a_payload_that_is_not_plain_data_is_refused_with_the_path_to_it() -> None:
    with pytest.raises(PayloadError, match=r"\$\.jobs\[1\]") as caught:
        encode({"jobs": [1, object()]})
    assert caught.value.path == "$.jobs[1]"


def test_a_payload_that_contains_itself_is_refused() -> None:
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(PayloadError, match="refers to itself"):
        encode(loop)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"on": True, "none": None, "n": 1.5}, '{"on":true,"none":null,"n":1.5}'),
        ([b"\xff\x00", dt.datetime(2026, 1, 2, tzinfo=dt.UTC)], '["/wA=","2026-01-02T00:00:00Z"]'),
        ({"odd": "\ud800", "raw": b"\xff", "at": dt.datetime(2026, 1, 2, tzinfo=dt.UTC), "huge": 2**80},
         '{"odd":"\\ud800","raw":"/w==","at":"2026-01-02T00:00:00Z","huge":1208925819614629174706176}'),
    ],
)  # fmt: skip
def test_a_payload_is_written_as_json_whatever_is_in_it(value: object, text: str) -> None:
    assert json_text(value) == text


@given(st.dictionaries(st.text("ab_-1é", max_size=3), st.integers() | st.text(max_size=3) | st.none(), max_size=20))
def test_one_field_is_read_as_it_is_when_all_is_decoded(value):
    encoded = encode(value)
    for name in [*value, "absent"]:
        assert field_reader(name)(encoded) == decode(encoded).get(name)


@pytest.mark.parametrize("value", ["text", 7, None, ["a"], b"bytes", {}])
def test_what_has_no_fields_has_none(value):
    assert field_reader("a")(encode(value)) is None


@pytest.mark.parametrize(
    "value",
    [{}, {"a": 1, "b": 2.5, "c": None, "d": True, "e": b"x", "f": "\ud800", "g": 2**80}],
)
def test_a_flat_payload_copied_is_what_decoding_gives(value: dict[str, object]) -> None:
    """A7."""
    copied = flat_copy(value)
    assert copied == decode(encode(value))
    assert copied is not value


@pytest.mark.parametrize(
    "value",
    [None, "text", [1], {"a": [1]}, {"a": {}}, {1: "a"}, {"a": (1,)}, {"a": Colour.RED}, OrderedDict(a=1), {"a": NOW}],
)
def test_what_is_not_flat_is_not_copied_but_decoded(value: object) -> None:
    """A7: a copy would share what is in it, or have another type."""
    assert flat_copy(value) is None
