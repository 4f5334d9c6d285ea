"""Colours of `.ww` text, without a grammar."""

from __future__ import annotations

from itertools import pairwise

import pytest

from woodwork_tui.state.ww_syntax import Part, carried, parts


def named(line: str, within: str = "") -> list[tuple[str, str]]:
    return [(line[start:end], part.name) for start, end, part in parts(line, within)]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("agent = llm scripted {", [("agent", "KEY"), ("llm scripted", "KIND")]),
        ("  port: 8080 # hi", [("port", "KEY"), ("8080", "VALUE"), ("# hi", "COMMENT")]),
        ('to: [a, "b # c", $K] // x', [("to", "KEY"), ('"b # c"', "STRING"), ("$K", "VALUE"), ("// x", "COMMENT")]),
        ("url = http://h:80/p#x", [("url", "KEY")]),
        ("ttl: none, x = 1.5s", [("ttl", "KEY"), ("none", "VALUE"), ("x", "KEY"), ("1.5s", "VALUE")]),
        ('x: "never closed', [("x", "KEY"), ('"never closed', "STRING")]),
        ("/* a */ x = gpt-4o", [("/* a */", "COMMENT"), ("x", "KEY")]),
    ],
)
def test_each_part_of_a_line_is_told_apart(line: str, found: list[tuple[str, str]]):
    assert named(line) == found


def test_comments_and_texts_go_on_over_several_lines():
    lines = ["a = x /* one", "two", 'three */ b = """four', 'five""" c = 1']

    within = carried(lines)

    assert within == ["", "*/", "*/", '"""']
    assert named(lines[1], within[1]) == [("two", "COMMENT")]
    assert named(lines[3], within[3]) == [('five"""', "STRING"), ("c", "KEY"), ("1", "VALUE")]


def test_parts_never_overlap_whatever_the_text():
    for line in ('"""' * 50, "/*/**/*/", "$${a}$", "a:b:c={[", "'\\", "\x00\ud800:=", "{" * 5_000):
        spans = parts(line)
        assert all(a[1] <= b[0] for a, b in pairwise(spans))
        assert all(isinstance(part, Part) for _, _, part in spans)
