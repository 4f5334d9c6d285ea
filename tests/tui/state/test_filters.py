"""Filters while they are typed."""

from __future__ import annotations

from woodwork_engine.filter import compile_filter
from woodwork_tui.state.filters import LastGood, problem, sound


def test_what_is_wrong_is_told_with_its_place():
    assert problem(compile_filter, "state:dead") is None
    assert (
        problem(compile_filter, "age>soon")
        == "'soon' is no number; write one, or a duration such as 5m (at character 5)"
    )


def test_the_last_filter_that_could_be_read_holds_until_the_next_one_can():
    filter_text = LastGood(compile_filter)

    assert [filter_text.take(text) for text in ("dead", 'dead "', 'dead "two words"', "")] == [
        "dead",
        "dead",
        'dead "two words"',
        "",
    ]


def test_of_filters_that_were_kept_only_those_come_back_that_can_be_read():
    assert sound({"messages": "state:", "dlq": "reason:x", "queues": "~["}) == {"dlq": "reason:x"}
