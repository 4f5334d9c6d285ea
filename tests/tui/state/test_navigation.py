"""Where the person is, and the ways back."""

from __future__ import annotations

from woodwork_tui.state.navigation import Navigation
from woodwork_tui.state.view import Selection


def test_a_tab_that_was_chosen_has_nothing_to_go_back_to():
    assert Navigation().go("dlq").back() is None


def test_a_tab_that_was_opened_from_another_leads_back_to_it_step_by_step():
    place = Navigation().open("dlq").open("messages")
    assert place.back().tab == "dlq"
    assert place.back().back().tab == "flow"
    assert place.back().back().back() is None


def test_choosing_a_tab_forgets_the_way_there():
    assert Navigation().open("dlq").go("health").back() is None


def test_the_last_view_is_the_tab_before_however_it_was_left():
    place = Navigation().go("dlq").go("health")
    assert place.last().tab == "dlq"
    assert place.last().last().tab == "health"
    assert Navigation().last() == Navigation()


def test_going_where_one_is_changes_nothing_to_go_back_to():
    place = Navigation().go("dlq").go("health")
    assert place.go("health").last().tab == "dlq"


def test_opening_a_tab_with_a_filter_sets_it_and_without_one_keeps_it():
    place = Navigation().open("messages", "state:dead").open("dlq").open("messages")
    assert place.filter == "state:dead"
    assert place.open("messages", "").filter == ""


def test_blank_filters_are_none():
    assert Navigation().filtered("  ").cleared() is None


def test_a_session_is_cleared_after_the_filter_and_the_rest_of_the_selection_stays():
    place = Navigation().selected(Selection(node="agent", session="s-1")).filtered("x")
    assert place.cleared().selection.session == "s-1"
    assert place.cleared().cleared().selection == Selection(node="agent")
    assert place.cleared().cleared().cleared() is None
