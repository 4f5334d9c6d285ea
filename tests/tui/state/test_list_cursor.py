"""A cursor over a list that changes under it."""

from __future__ import annotations

from woodwork_tui.state.list_cursor import ListCursor


def shown(rows, *, follow=False, at=None):
    cursor = ListCursor(key=lambda row: row, can_follow=follow)
    cursor.set_rows(rows, None, 0)
    if at is not None:
        cursor.go(rows.index(at))
    return cursor


def test_the_cursor_stays_on_its_row_when_others_come_before_it():
    cursor = shown(["b", "c"], at="c")
    assert cursor.set_rows(["a", "b", "c"], None, 1) == 1
    assert (cursor.index, cursor.key) == (2, "c")


def test_the_cursor_stays_on_its_row_when_a_full_ring_moves_on():
    cursor = shown(["a", "b", "c"], at="b")
    assert cursor.set_rows(["b", "c", "d"], None, 1) == -1
    assert cursor.row == "b"


def test_when_its_row_is_gone_the_cursor_takes_the_one_that_came_to_its_place():
    cursor = shown(["a", "b", "c"], at="b")
    cursor.set_rows(["a", "c"], None, 0)
    assert cursor.row == "c"


def test_a_following_cursor_is_always_on_the_newest_row():
    cursor = shown(["a"], follow=True)
    cursor.set_rows(["a", "b"], None, 1)
    assert (cursor.row, cursor.unseen) == ("b", 0)


def test_moving_up_ends_following_and_counts_what_comes():
    cursor = shown(["a", "b"], follow=True)
    cursor.go(0)
    cursor.set_rows(["a", "b", "c", "d"], None, 2)
    assert (cursor.following, cursor.row, cursor.unseen) == (False, "a", 2)


def test_moving_to_the_end_follows_again():
    cursor = shown(["a", "b"], follow=True, at="a")
    cursor.go(99)
    assert (cursor.following, cursor.unseen) == (True, 0)


def test_an_empty_list_has_no_cursor():
    cursor = shown(["a"])
    cursor.set_rows([], None, 0)
    assert (cursor.index, cursor.key, cursor.row) == (-1, None, None)
