"""How fast many dead letters are replayed, as it is typed."""

from __future__ import annotations

import pytest

from woodwork_tui.state.pacing import Mistyped, Pacing, pacing, rate_text


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (("5/s", "1", "1"), Pacing(5.0, 1, 1)),
        (("300/m", "", ""), Pacing(5.0, 0, None)),
        ((" 10 ", "0", "0"), Pacing(10.0, 0, None)),
    ],
)
def test_a_pace_is_a_rate_and_two_numbers_of_which_each_may_be_left_out(typed, meant):
    assert pacing(*typed) == meant


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        (("", "1", "1"), "pace: nothing is none; write one such as 5/s or 300/m"),
        (("fast", "1", "1"), "pace: fast is none; write one such as 5/s or 300/m"),
        (("5/s", "one", "1"), "canary: one is no whole number; write how many go first, 0 for none"),
        (("5/s", "-1", "1"), "canary: -1 is no whole number; write how many go first, 0 for none"),
        (("5/s", "1", "x"), "stop after: x is no whole number; write how many failures, or nothing"),
        (("5/s", "9" * 40, "1"), f"canary: {'9' * 40} is no whole number; write how many go first, 0 for none"),
    ],
)
def test_what_is_no_pace_is_told_with_a_remedy(typed, problem):
    assert pacing(*typed) == Mistyped(problem)


@pytest.mark.parametrize(
    ("rate", "text"), [(5.0, "5/s"), (0.5, "30/m"), (0.01, "36/h"), (1e6, "1000000/s"), (None, "unlimited")]
)
def test_a_rate_is_written_as_it_is_typed(rate, text):
    assert rate_text(rate) == text
