"""Which dead letters a key acts on."""

from __future__ import annotations

from support.dead_letters import letter
from woodwork_engine.dead_letter import DeadState
from woodwork_tui.state.dlq_choice import Standing, discardable, origin_of, still_marked, toggled

A, B, C = letter("a"), letter("b"), letter("c", source="desk")
MOVING = letter("m", state=DeadState.REPLAYED)
AGAIN = letter("r", state=DeadState.REPLAYED, replay_ok=False)


def standing(marked: str = "", *, whole: bool = False) -> Standing:
    return Standing(B, (A, B), (A, B, C), frozenset(marked), whole=whole, filtered=False)


def test_marked_letters_win_over_the_cursor():
    assert standing("ac").chosen() == (A, C)


def test_without_marks_the_letter_under_the_cursor_is_meant():
    assert standing().chosen() == (B,)
    assert [scope.label for scope in standing().scopes()] == ["this one", "2 in group", "3 listed"]


def test_in_the_list_of_groups_the_whole_group_is_meant():
    assert standing(whole=True).chosen() == (A, B)
    assert [scope.label for scope in standing(whole=True).scopes()] == ["2 in group", "3 listed"]


def test_only_open_letters_can_be_discarded():
    assert discardable((A, MOVING, AGAIN)) == ("a",)


def test_a_letter_whose_replay_is_under_way_loses_its_mark():
    assert still_marked(frozenset("amrx"), (A, MOVING, AGAIN)) == {"a", "r"}


def test_marking_a_group_twice_takes_the_marks_away():
    marked = toggled(frozenset("a"), (A, B))

    assert marked == {"a", "b"}
    assert toggled(marked, (A, B)) == frozenset()


def test_a_re_emit_starts_at_one_component_or_at_several():
    assert origin_of((A, B)) == "agent"
    assert origin_of((A, C)) == "2 components"
    assert origin_of((letter("x", source=None),)) == "outside"
