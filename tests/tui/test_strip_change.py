"""How much of a changed line is painted again."""

from __future__ import annotations

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from woodwork_tui.widgets.strip_change import changed

BOLD = Style(bold=True)


def strip(*texts, style=None):
    return Strip([Segment(text, style) for text in texts])


@pytest.mark.parametrize(
    ("before", "after", "columns"),
    [
        (strip("ab", "cd", "ef"), strip("ab", "cd", "ef"), None),
        (strip("ab", "cd", "ef"), strip("ab", "xy", "ef"), (2, 4)),
        (strip("ab", "cd"), strip("xy", "cd"), (0, 2)),
        (strip("ab", "cd"), strip("ab", "xy"), (2, 4)),
        (strip("ab", "cd"), strip("ab", "c", "x"), (2, 4)),
        (strip("aa", "aa", "aa"), strip("aa", "aaa", "a"), (2, 6)),
        (strip("ab", "漢", "c"), strip("ab", "字", "c"), (2, 4)),
        (strip("ab"), strip("ab", style=BOLD), (0, 2)),
        (strip("ab"), strip("abc"), (0, 3)),
        (None, strip("ab"), (0, 2)),
    ],
)
def test_the_columns_between_what_is_alike_on_both_sides_have_changed(before, after, columns):
    assert changed(before, after) == columns
