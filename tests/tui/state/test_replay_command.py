"""`:replay dlq where ...`, as it is typed."""

from __future__ import annotations

import pytest

from woodwork_tui.state.replay_command import completions, is_meant, read


@pytest.mark.parametrize(
    ("rest", "meant"),
    [
        ('dlq where reason~"refused" rate 5/s canary 1', ('reason~"refused"', "5.0", "1", "0")),
        ("dlq where node:audit", ("node:audit", "5.0", "0", "0")),
        ('dlq where error~"a  b" stop 2 rate 30/m', ('error~"a  b"', "0.5", "0", "2")),
        ("dlq where rate 5/s", None),
        ("dlq where canary", ("canary", "5.0", "0", "0")),
        ("dlq", None),
        ("dlq whe", None),
        ("dlq where", None),
        ("dlq node:audit", "'node:audit' is no 'where'"),
        ("dlq where x rate soon", "pace: soon is none; write one such as 5/s or 300/m"),
        ("dlq where x canary y", "canary: y is no whole number; write how many go first, 0 for none"),
    ],
)
def test_a_filter_is_followed_by_a_pace_in_any_order(rest, meant):
    assert read(rest) == meant


def test_only_the_queue_by_name_is_meant_and_no_letter():
    assert is_meant("dlq where x")
    assert is_meant("dlq")
    assert not is_meant("dl-000001")
    assert not is_meant("")


@pytest.mark.parametrize(
    ("rest", "ways"),
    [
        ("dlq ", ("dlq where ",)),
        ("dlq wh", ("dlq where ",)),
        ("dlq where ", ()),
        ("dlq where node:a", ()),
        ("dlq where node:a ", ("dlq where node:a rate 5/s", "dlq where node:a canary 1", "dlq where node:a stop 1")),
        ("dlq where node:a ca", ("dlq where node:a canary 1",)),
        ("dlq where node:a rate 5/s c", ("dlq where node:a rate 5/s canary 1",)),
    ],
)
def test_it_goes_on_with_what_is_still_missing(rest, ways):
    assert completions(rest) == ways
