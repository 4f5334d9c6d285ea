"""Two flows compared by what they mean."""

from __future__ import annotations

from support.checking import plan_of
from woodwork_tui.state.flow_diff import compared

OUT = "out = output console {}\n"


def lines(before: str, after: str) -> list[str]:
    return list(compared(plan_of(before + OUT), plan_of(after + OUT)))


def test_layout_comments_signs_and_the_order_of_settings_are_no_difference() -> None:
    assert lines("a = echo { to: out, ttl: 1m }", 'a: echo # why\n{\n ttl = 60s\n to = ["out"]\n}') == []


def test_each_component_that_comes_or_goes_is_named_with_its_kind() -> None:
    assert lines("a = echo { to = [] }\n", "b = llm scripted { to = [] }\n") == [
        "+ component b = llm scripted",
        "- component a = echo",
    ]


def test_a_component_that_takes_over_from_another_is_renamed() -> None:
    assert lines("a = echo { to = out }\n", "b = echo { was = a, to = out }\n") == ["~ component a is now b"]


def test_a_setting_is_told_with_both_values() -> None:
    assert lines("a = llm scripted { to = out, answers = [x] }\n", "a = llm scripted { to = out, latency = 1s }\n") == [
        "~ component a",
        '    answers: ["x"] → not set',
        '    latency: not set → "1s"',
    ]


def test_policies_are_told_wherever_they_are_set() -> None:
    told = lines(
        "a = echo { to = [] }\n", "defaults { retry = { base = 1s } }\na = echo { to = [], breaker = { min = 5 } }\n"
    )
    assert told[:2] == ["~ component a", "    retry.base: 0.5 → 1"]
    assert "    breaker: none → rate 0.5, window 30, min 5" in told


def test_settings_of_the_flow_are_told() -> None:
    assert lines("", "deployment = local { max_hops = 3, dlq = { max_count = 9 } }\n") == [
        "~ flow settings",
        "    max_hops: 64 → 3",
        "    dlq.max_count: 100000 → 9",
    ]


def test_routes_say_whether_they_are_written_and_for_which_events() -> None:
    told = lines("a = echo {}\n", 'a = echo { to = [{ component = out, on = "x.*" }] }\n')
    assert told == ["+ explicit route a → out on x.*", "- inferred route a → out"]


def test_long_values_show_where_they_differ() -> None:
    long = "x" * 200
    (_, told) = lines(
        f'a = llm scripted {{ to = [], error = "{long}1" }}\n', f'a = llm scripted {{ to = [], error = "{long}2" }}\n'
    )
    assert told == f'    error: …{"x" * 20}1" → …{"x" * 20}2"'


def test_hostile_values_are_made_visible() -> None:
    (_, told) = lines("a = llm scripted { to = [] }\n", 'a = llm scripted { to = [], error = "\x1b[2J" }\n')
    assert "\x1b" not in told
