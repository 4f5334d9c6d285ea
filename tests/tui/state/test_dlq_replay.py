"""What the replay dialog says before anything is replayed: exact counts, targets, and what to be careful about."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from support.dead_letters import NOON, letter
from support.flows import edge, node, plan
from support.traffic import Traffic
from woodwork_engine.dead_letter import DeadLetter, DeadState
from woodwork_engine.plan import PlanDiff
from woodwork_engine.snapshot import NodeState, NodeStats, Revision, Snapshot
from woodwork_tui.state.dlq_kinds import kind_of
from woodwork_tui.state.dlq_replay import Ask, ReplayCheck, Route, Routes, check, where_words
from woodwork_tui.state.dlq_targets import Lately, handler_text, lately, up_since
from woodwork_tui.state.history import DeliveryHistory
from woodwork_tui.state.replay_words import route_words


def snapshot(state: NodeState = NodeState.OK, error: str | None = None) -> Snapshot:
    flow = plan([node("agent"), node("audit"), node("output")], [edge("agent", "audit"), edge("agent", "output")])
    return Snapshot(plan=flow, rev=7, nodes=(NodeStats("audit", state, last_error=error),))


def asked(
    letters: list[DeadLetter],
    *ids: str,
    route: Route = Route.ORIGINAL,
    force: bool = False,
    edited: bool = False,
    seen: Snapshot | None = None,
    history: DeliveryHistory | None = None,
) -> ReplayCheck:
    """Return what replaying *ids*, else all *letters*, would do."""
    kinds = {one.dlq_id: kind_of(one) for one in letters}
    ask = Ask(ids or tuple(kinds), route, force, edited)
    return check(ask, kinds, seen or snapshot(), history or DeliveryHistory(), NOON)


def test_the_count_is_of_letters_that_can_still_be_replayed():
    letters = [letter("a"), letter("b", state=DeadState.REPLAYED), letter("c", state=DeadState.DISCARDED)]

    found = asked(letters, "a", "b", "c", "gone")

    assert found.ids == ("a",)
    assert found.notes == ("1 is being replayed already", "2 are no longer here")


def test_letters_replayed_too_often_are_left_out_unless_forced():
    """Rule E5: a replay beyond max_replays needs force."""
    letters = [letter("a"), letter("b", replays=3)]

    careful, forced = asked(letters), asked(letters, force=True)

    assert (careful.ids, careful.need_force) == (("a",), 1)
    assert (forced.ids, forced.need_force) == (("a", "b"), 1)


def test_a_letter_that_died_again_without_successor_needs_force():
    """Rule E5: a second replay of the same record needs force."""
    again = letter("a", state=DeadState.REPLAYED, replay_ok=False)

    assert asked([again]).need_force == 1


def test_the_default_destination_is_known_and_not_typed():
    """Screens 3.3, replay hygiene: the target at which each letter died."""
    found = asked([letter("a"), letter("b")])

    assert (found.to, found.targets, found.refused) == ("audit", ("audit",), "")


def test_a_replay_of_everything_across_unlike_targets_is_refused():
    """Screens 3.3, replay hygiene: one target is no canary for another."""
    found = asked([letter("a"), letter("b", target="output"), letter("c")])

    assert found.to == "2 → audit, 1 → output"
    assert not found.possible
    assert found.refused == "These go to 2 different targets. Replay one after the other: filter by node:audit, or v."


def test_re_emitting_from_several_sources_to_the_same_targets_is_no_difference():
    flow = plan([node("agent"), node("desk"), node("audit")], [edge("agent", "audit"), edge("desk", "audit")])
    letters = [letter("a"), letter("b", source="desk")]

    assert asked(letters, route=Route.REROUTE, seen=Snapshot(plan=flow)).possible


def test_a_re_emit_starts_at_one_component_or_at_several():
    several = asked([letter("a"), letter("b", source="desk"), letter("c", source=None)])

    assert asked([letter("a"), letter("b")]).sources == ("agent",)
    assert several.sources == ("agent", "desk", "outside")
    assert route_words(several, Route.ORIGINAL, 7)[1] == "re-emit from 3 components along the routes of rev 7"


def test_re_emitting_names_where_the_current_routes_lead():
    assert asked([letter("a")], route=Route.REROUTE).to == "audit, output"
    assert Routes(snapshot()).of("agent", "agent.response") == ("audit", "output")


def test_re_emitting_warns_that_others_may_have_handled_the_message_already():
    found = asked([letter("a")], route=Route.REROUTE)

    assert "output gets it too and may have handled it already" in found.warnings


def test_editing_warns_of_those_who_have_handled_the_original():
    """Screens 3.3, replay hygiene: editing an event other subscribers already handled changes its meaning."""
    one = letter("a")
    sent = replace(one, route=replace(one.route, targets_at_time=("audit", "output", "log")))

    assert asked([sent], edited=True).warnings == (
        "output, log have handled the original: an edit changes what it meant",
    )
    assert asked([sent]).warnings == ()


def test_a_letter_whose_source_is_gone_cannot_be_re_emitted():
    found = asked([letter("a", source="vanished")], route=Route.REROUTE)

    assert found.ids == ()
    assert found.warnings == ("vanished has no route for agent.response in rev 7",)


def test_a_failing_target_is_warned_about_with_its_last_error():
    found = asked([letter("a")], seen=snapshot(NodeState.FAILING, "OSError: down"))

    assert found.warnings == ("audit is failing now: OSError: down",)


def test_a_target_that_is_not_in_the_flow_is_warned_about():
    found = asked([letter("a", target="old")])

    assert found.warnings == ("old is not in the flow of rev 7",)
    assert found.ids == ()


@pytest.mark.parametrize(
    ("query", "session", "typed"),
    [
        (" node:audit ", None, "node:audit"),
        ("node:audit", "s-01", "node:audit session:s-01"),
        ("", "s-01", "session:s-01"),
        ("node:audit", "two words", ""),
    ],
)
def test_what_is_listed_is_named_with_the_session_that_was_chosen(query: str, session: str | None, typed: str):
    assert where_words(query, session) == typed


def history_of(*outcomes: bool) -> DeliveryHistory:
    """Return the history of deliveries to `audit`, ten seconds apart, that went well or not."""
    traffic = Traffic()
    traffic.now = NOON - 10.0 * len(outcomes)
    for number, ok in enumerate(outcomes):
        name = f"m{number}"
        traffic.send(name, "audit")
        traffic.start(name, "audit")
        if ok:
            traffic.ok(name, "audit")
        else:
            traffic.fail(name, "audit", "no")
            traffic.dead(name, "audit")
        traffic.now += 10.0
    return traffic.fold()


def test_recent_failures_of_a_target_are_counted_and_advise_a_canary():
    """Screens, mockup D: audit failed 11/11 in the last 6m."""
    history = history_of(True, False, False)

    assert (lately("audit", history, NOON).failed, lately("audit", history, NOON).ended) == (2, 3)
    found = asked([letter("a"), letter("b")], history=history)
    assert found.warnings[0].startswith("audit failed 2/3 in the last ")
    assert found.warnings[0].endswith(": a canary is advised")
    assert found.canary_advised


def test_failures_of_long_ago_count_no_more():
    assert lately("audit", history_of(False), NOON + 3_600) == Lately()


@pytest.mark.parametrize(("count", "advised"), [(1, False), (5, False), (6, True)])
def test_more_than_five_messages_have_a_canary(count: int, advised: bool):
    assert asked([letter(f"d{n}") for n in range(count)]).canary_advised is advised


def test_a_handler_is_up_since_the_last_revision_that_changed_it():
    """Screens, mockup D: handler up since 12:03:44 (rev 7)."""
    revisions = (
        Revision(1, NOON, "ok", "start"),
        Revision(2, NOON + 5, "ok", "~audit path", diff=PlanDiff(changed={"audit": ("path",)})),
        Revision(3, NOON + 9, "live", "+x", diff=PlanDiff(added=("x",))),
        Revision(0, NOON + 11, "rejected", "1 error", diff=PlanDiff(changed={"audit": ("path",)})),
    )
    seen = Snapshot(revisions=revisions)

    assert up_since("audit", seen) == (NOON + 5, 2)
    assert up_since("output", seen) == (NOON, 1)
    assert up_since("x", seen) == (NOON + 9, 3)
    assert handler_text("audit", seen).endswith("(rev 2)")
    assert handler_text("audit", Snapshot()) == "handler up"
