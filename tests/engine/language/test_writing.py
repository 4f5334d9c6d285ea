"""Values as they are written: what a person types for a setting."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.flow_meaning import is_sound, meaning
from woodwork_engine.language.writing import is_name, quoted, written


def read(value: str) -> object:
    (item,) = meaning(f"a = b {{ c = {value} }}")
    assert isinstance(item, tuple)
    ((_, read_as),) = item[2]
    return read_as


@given(st.text(st.characters(exclude_characters="\r\0", exclude_categories=["Cs"])))
def test_quoted_text_is_read_as_itself(text: str) -> None:
    assert read(quoted(text)) == ("str", text)


@pytest.mark.parametrize(
    "typed", ["5", "200ms", "notes", '"a b"', "[a, b]", "{ a = 1 }", "$KEY", "true", "redis { a = 1 }"]
)
def test_what_is_a_value_is_written_as_it_is(typed: str) -> None:
    assert written(f"  {typed} ", text_only=False) == typed


@pytest.mark.parametrize(
    ("typed", "as_written"),
    [("You said: {input}", '"You said: {input}"'), ("a, b = 2", '"a, b = 2"'), ("a # b", '"a # b"'), ("", '""'),
     ("a }", '"a }"'), ('say "x"', '"say \\"x\\""')],
)  # fmt: skip
def test_what_is_no_value_or_more_than_one_is_text_in_quotes(typed: str, as_written: str) -> None:
    assert written(typed, text_only=False) == as_written


@pytest.mark.parametrize(
    ("typed", "as_written"),
    [("5", '"5"'), ("true", '"true"'), ("none", '"none"'), ("[a]", '"[a]"'), ("notes", "notes"), ("$KEY", "$KEY"),
     ("a/b.py", "a/b.py")],
)  # fmt: skip
def test_where_only_text_is_taken_everything_else_is_put_in_quotes(typed: str, as_written: str) -> None:
    assert written(typed, text_only=True) == as_written


@given(st.text(), st.booleans())
def test_whatever_is_typed_is_one_value(typed: str, text_only: bool) -> None:
    line = written(typed, text_only=text_only)
    assert is_sound(f"a = b {{\n    c = {line}\n}}")


def test_names_are_those_of_the_language() -> None:
    assert all(map(is_name, ["a", "_b", "in", "a-b2", "memory"]))
    assert not any(map(is_name, ["", "2a", "a b", "none", "True", "é", "a.b"]))
