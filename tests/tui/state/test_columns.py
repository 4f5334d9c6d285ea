"""Columns that fit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from woodwork_tui.state.columns import Column, fitting


def column(key, width=None, **more):
    return Column(key, key.upper(), str, width, **more)


def names(columns, width):
    return [each.key for each, _ in fitting(columns, width, 1)]


def test_columns_go_from_the_right_when_room_is_short():
    columns = [column("a", 5), column("b", 5), column("c", 5)]
    assert names(columns, 17) == ["a", "b", "c"]
    assert names(columns, 16) == ["a", "b"]


def test_a_column_that_matters_stays_and_one_of_a_later_drop_goes_first():
    columns = [column("a", 5, drop=2), column("b", 5, drop=1), column("c", 5, never_dropped=True)]
    assert names(columns, 11) == ["b", "c"]


def test_the_rest_goes_to_flexible_columns_by_weight():
    columns = [column("a", 4), column("b", minimum=4, weight=1), column("c", minimum=4, weight=3)]
    assert [width for _, width in fitting(columns, 50, 1)] == [4, 13, 31]


def test_a_flexible_column_takes_no_more_than_it_may():
    columns = [column("a", minimum=4, most=6), column("b", minimum=4)]
    assert [width for _, width in fitting(columns, 31, 1)] == [6, 24]


@given(st.lists(st.one_of(st.none(), st.integers(3, 30)), min_size=1, max_size=9), st.integers(40, 200))
def test_what_is_shown_fits_and_fills_the_width_where_something_can_grow(widths, width):
    columns = [column(f"c{n}", each, never_dropped=n == 0) for n, each in enumerate(widths)]
    plan = fitting(columns, width, 1)
    used = sum(wide for _, wide in plan) + len(plan) - 1
    assert used <= width
    if any(each.width is None for each, _ in plan):
        assert used == width
