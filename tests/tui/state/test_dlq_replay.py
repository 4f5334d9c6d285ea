"""What the replay dialog says before anything is replayed: exact counts, targets, and what to be careful about."""

from __future__ import annotations

from support.dead_letters import NOON, letter
from support.flows import edge, node, plan
from woodwork_engine.dead_letter import DeadLetter, DeadState
from woodwork_engine.snapshot import NodeState, NodeStats, Snapshot
from woodwork_tui.state.dlq_replay import Route, Routes, Scope, check, scopes


def snapshot(state: NodeState = NodeState.OK, error: str | None = None) -> Snapshot:
    flow = plan([node("agent"), node("audit"), node("output")], [edge("agent", "audit"), edge("agent", "output")])
    return Snapshot(plan=flow, rev=7, nodes=(NodeStats("audit", state, last_error=error),))


def test_scopes_go_from_the_marked_ones_to_everything_listed():
    letters = [letter(name) for name in "abcd"]

    found = scopes(marked={"b", "a", "gone"}, current=letters[2], group=letters[:3], shown=letters, filtered=True)

    assert found == (
        Scope("2 marked", ("a", "b")),
        Scope("3 in group", ("a", "b", "c"), open_ended=True),
        Scope("4 filtered", ("a", "b", "c", "d"), open_ended=True),
    )


def test_without_marks_the_scope_begins_with_the_letter_under_the_cursor():
    letters = [letter("a"), letter("b")]

    assert scopes(marked=set(), current=letters[1], group=letters[1:], shown=letters, filtered=False) == (
        Scope("this one", ("b",)),
        Scope("2 listed", ("a", "b"), open_ended=True),
    )


def test_the_count_is_of_letters_that_can_still_be_replayed():
    letters = [letter("a"), letter("b", state=DeadState.REPLAYED), letter("c", state=DeadState.DISCARDED)]

    found = check(("a", "b", "c", "gone"), letters, snapshot(), Route.ORIGINAL, force=False)

    assert found.ids == ("a",)
    assert found.notes == ("1 is being replayed already", "2 are no longer here")


def test_letters_are_replayed_oldest_first():
    letters = [letter("young", at=NOON + 9), letter("old", at=NOON)]

    assert check(("young", "old"), letters, snapshot(), Route.ORIGINAL, force=False).ids == ("old", "young")


def test_letters_replayed_too_often_are_left_out_unless_forced():
    """Rule E5: a replay beyond max_replays needs force."""
    letters = [letter("a"), letter("b", replays=3)]

    careful = check(("a", "b"), letters, snapshot(), Route.ORIGINAL, force=False)
    forced = check(("a", "b"), letters, snapshot(), Route.ORIGINAL, force=True)

    assert (careful.ids, careful.need_force) == (("a",), 1)
    assert (forced.ids, forced.need_force) == (("a", "b"), 1)


def test_a_letter_that_died_again_without_successor_needs_force():
    """Rule E5: a second replay of the same record needs force."""
    again = letter("a", state=DeadState.REPLAYED, replay_ok=False)

    assert check(("a",), [again], snapshot(), Route.ORIGINAL, force=False).need_force == 1


def targets_of(letters: list[DeadLetter], route: Route) -> str:
    return check(tuple(one.dlq_id for one in letters), letters, snapshot(), route, force=False).to


def test_the_original_targets_are_counted():
    letters = [letter("a"), letter("b", target="output"), letter("c")]

    assert targets_of(letters, Route.ORIGINAL) == "2 → audit, 1 → output"
    assert targets_of(letters[:1], Route.ORIGINAL) == "audit"


def test_re_emitting_names_where_the_current_routes_lead():
    assert targets_of([letter("a")], Route.REROUTE) == "audit, output"
    assert Routes(snapshot()).of(letter("a")) == ("audit", "output")


def test_re_emitting_warns_that_others_may_have_handled_the_message_already():
    found = check(("a",), [letter("a")], snapshot(), Route.REROUTE, force=False)

    assert "output gets it too and may have handled it already" in found.warnings


def test_a_letter_whose_source_is_gone_cannot_be_re_emitted():
    lost = letter("a", source="vanished")

    found = check(("a",), [lost], snapshot(), Route.REROUTE, force=False)

    assert found.ids == ()
    assert found.warnings == ("vanished has no route for agent.response in rev 7",)


def test_a_failing_target_is_warned_about_with_its_last_error():
    found = check(("a",), [letter("a")], snapshot(NodeState.FAILING, "OSError: down"), Route.ORIGINAL, force=False)

    assert found.warnings == ("audit is failing now: OSError: down",)


def test_a_target_that_is_not_in_the_flow_is_warned_about():
    found = check(("a",), [letter("a", target="old")], snapshot(), Route.ORIGINAL, force=False)

    assert found.warnings == ("old is not in the flow of rev 7",)
    assert found.ids == ()
