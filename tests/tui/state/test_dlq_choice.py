"""Which dead letters a key acts on."""

from __future__ import annotations

from support.dead_letters import letter
from woodwork_engine.dead_letter import DeadLetter, DeadState
from woodwork_tui.state.dlq_choice import (
    Scope,
    Standing,
    discardable,
    forgettable,
    still_marked,
    toggled,
)
from woodwork_tui.state.dlq_groups import Group
from woodwork_tui.state.dlq_kinds import Kinds, kind_of

A, B, C = letter("a"), letter("b"), letter("c", source="desk")
MOVING = letter("m", state=DeadState.REPLAYED)
AGAIN = letter("r", state=DeadState.REPLAYED, replay_ok=False)


GROUP = Group("refused", "refused", "audit", A.at, B.at, (A, B), "")


def kinds(*letters: DeadLetter) -> Kinds:
    return {one.dlq_id: kind_of(one) for one in letters}


def standing(marked: str = "", *, whole: bool = False, filtered: bool = False) -> Standing:
    return Standing(B, GROUP, kinds(A, B, C), frozenset(marked), whole=whole, filtered=filtered)


def test_marked_letters_win_over_the_cursor():
    assert standing("ac").chosen() == ("a", "c")
    assert standing("az").chosen() == ("a",), "what is not shown is not meant"


def test_without_marks_the_letter_under_the_cursor_is_meant():
    assert standing().chosen() == ("b",)
    assert [scope.label for scope in standing().scopes()] == ["this one", "2 in group", "3 listed"]


def test_in_the_list_of_groups_the_whole_group_is_meant():
    assert standing(whole=True).chosen() == ("a", "b")
    assert [scope.label for scope in standing(whole=True).scopes()] == ["2 in group", "3 listed"]


def test_scopes_go_from_the_marked_ones_to_everything_shown():
    assert standing("ca", filtered=True).scopes() == (
        Scope("2 marked", ("a", "c")),
        Scope("2 in group", ("a", "b"), open_ended=True),
        Scope("3 filtered", ("a", "b", "c"), open_ended=True),
    )


def test_a_scope_that_is_the_same_as_a_smaller_one_is_not_offered_again():
    assert [scope.label for scope in standing("ba").scopes()] == ["2 marked", "3 listed"]


def test_only_open_letters_can_be_discarded():
    assert discardable("amrz", kinds(A, MOVING, AGAIN)) == ("a",)


def test_what_is_under_way_cannot_be_forgotten():
    assert forgettable("amrz", kinds(A, MOVING, AGAIN)) == ("a", "r")


def test_a_letter_whose_replay_is_under_way_loses_its_mark():
    assert still_marked(frozenset("amrx"), kinds(A, MOVING, AGAIN), {"m"}) == {"a", "r"}


def test_marking_a_group_twice_takes_the_marks_away():
    marked = toggled(frozenset("a"), "ab")

    assert marked == {"a", "b"}
    assert toggled(marked, "ab") == frozenset()
