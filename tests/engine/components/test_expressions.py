"""Expressions are JMESPath: read when the file is checked, and never more than a failed attempt at run time."""

from __future__ import annotations

import pytest

from woodwork_engine.bus.retry import decide
from woodwork_engine.components.expressions import LONGEST, Expression, ExpressionError
from woodwork_engine.policy import RetryPolicy


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "an expression is missing"),
        ("  ", "an expression is missing"),
        ("a ==", "'a ==' is no JMESPath expression at its end"),
        ("a = `2`", "'a = `2`' is no JMESPath expression at character 3"),
        ("a > 100", "write numbers, true, false and null in backticks, as in `100`"),
        ("lenght(a)", "there is no function 'lenght'; did you mean 'length'?"),
        ("a[?nope(b)]", "there is no function 'nope'"),
        ("length(a, b)", r"length\(\) takes 1 argument, not 2"),
        ("not_null()", r"not_null\(\) takes 1 or more argument, not 0"),
        ("(" * 3_000, "nested too deep"),
        ("a" * (LONGEST + 1), "at most 4,000 characters"),
        ("__import__('os').system('true')", "no JMESPath expression|no function"),
    ],
)
def test_an_expression_that_cannot_be_read_is_told_in_one_sentence(text: str, said: str):
    with pytest.raises(ValueError, match=said):
        Expression(text)


@pytest.mark.parametrize(
    ("text", "payload", "holds"),
    [
        ("total > `100`", {"total": 101}, True),
        ("total > `100`", {"total": None}, False),
        ("total > `100`", "text", False),
        ("@ == 'hi'", "hi", True),
        ("count", {"count": 0}, True),
        ("ok", {"ok": False}, False),
        ("items", {"items": []}, False),
        ("name", {"name": ""}, False),
        ("gone", {}, False),
        ("contains(tags, 'red') && !muted", {"tags": ["red"]}, True),
    ],
)
def test_what_is_true_is_what_jmespath_takes_for_it(text: str, payload: object, holds: bool):
    assert Expression(text).holds(payload) is holds


def test_an_expression_that_does_not_fit_a_payload_says_so_in_one_sentence():
    with pytest.raises(ExpressionError) as caught:
        Expression("length(n)").of({"n": 5})

    assert str(caught.value) == (
        "`length(n)` cannot be worked out for this payload: length() wants string or array or object, not number; "
        "mend it or the payload"
    )


def test_text_and_numbers_are_not_compared_by_size_in_silence():
    with pytest.raises(ExpressionError, match="it compares text with a number by size"):
        Expression("total > `100`").of({"total": "101"})

    assert Expression("to_number(total) > `100`").holds({"total": "101"})


def test_it_is_not_tried_again_because_it_would_not_fit_the_next_time_either():
    assert decide(ExpressionError("n", "it is none"), RetryPolicy(), 0.0).rule.action == "reject"
