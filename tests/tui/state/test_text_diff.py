"""Diffs of texts, as the File tab and the edit dialog show them."""

from __future__ import annotations

import pytest

from woodwork_tui.state.text_diff import DiffLine, counts, unified


def test_a_changed_line_is_shown_as_removed_and_added_between_its_neighbours():
    lines = unified("a\nb\nc", "a\nB\nc")

    assert lines == (
        DiffLine("@", "@@ -1,3 +1,3 @@"),
        DiffLine(" ", "a"),
        DiffLine("-", "b"),
        DiffLine("+", "B"),
        DiffLine(" ", "c"),
    )
    assert counts(lines) == "+1 -1"


def test_equal_texts_have_no_diff():
    assert unified("a", "a") == ()


def test_lines_that_begin_like_a_diff_are_kept_whole():
    assert DiffLine("-", "-- old") in unified("-- old\n", "\n")
    assert DiffLine("+", "++ new") in unified("\n", "++ new\n")


def test_a_long_diff_is_cut_and_says_so():
    lines = unified("", "\n".join("line" for _ in range(5_000)))

    assert lines[-1] == DiffLine("@", "… cut after 2,000 lines")
    assert len(lines) == 2_001


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ("same\n" * 40 + "old\n" + "same\n" * 40, "same\n" * 40 + "new\n" + "same\n" * 40, "@@ -38,7 +38,7 @@"),
        ("old\n" + "same\n" * 40, "same\n" * 40, "@@ -1,4 +1,3 @@"),
        ("same\n" * 40, "same\n" * 40 + "new\n", "@@ -38,4 +38,5 @@"),
    ],
)
def test_places_count_the_lines_that_were_not_compared(before, after, place):
    assert unified(before, after)[0] == DiffLine("@", place)
