"""What is held: how it is written, what holds it, what would stop where."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.scene import scene
from woodwork_engine.hold import BY_BREAKPOINT, BY_LETTER, Breakpoint, HeldMessage, HoldState, Scope
from woodwork_engine.payload import encode
from woodwork_engine.snapshot import LaneStats, Snapshot
from woodwork_tui.state.holds import (
    Holding,
    also_paused,
    holding,
    is_held,
    is_paused,
    read_scope,
    read_stop,
    scope_text,
    scope_word,
    stop_word,
    stopped_components,
    stopped_ways,
    stops_at,
    stuck,
    stuck_in,
    toggle_pause,
    toggle_stop,
    waiting,
    why_no_stop,
)

LANE = Scope("agent", "s-01")
STUCK = HoldState(LANE, 1.0, BY_LETTER, "ConnectionError", dlq_id="d-01")
STOP = Breakpoint("audit", "agent", "hop>3")


def held(*holds: HoldState, **parts: object) -> Snapshot:
    return replace(scene().snapshot, holds=holds, **parts)


def paused(*scopes: Scope) -> Snapshot:
    return held(*(HoldState(scope, 1.0) for scope in scopes))


@pytest.mark.parametrize(
    ("scope", "word", "text"),
    [
        (Scope(), "", "the whole flow"),
        (Scope("agent"), "agent", "agent"),
        (Scope(None, "s-02"), "/s-02", "session s-02"),
        (Scope("agent", "s/02 x"), "agent/s/02 x", "session s/02 x at agent"),
    ],
)
def test_a_scope_is_read_as_it_is_written(scope, word, text):
    assert scope_word(scope) == word
    assert read_scope(word) == scope
    assert scope_text(scope) == text


@pytest.mark.parametrize(
    ("stop", "word"),
    [
        (Breakpoint("agent"), "agent"),
        (Breakpoint("audit", "agent"), "agent->audit"),
        (STOP, "agent->audit if hop>3"),
    ],
)
def test_a_breakpoint_is_read_as_it_is_written(stop, word):
    assert stop_word(stop) == word
    place, _, condition = word.partition(" if ")
    assert read_stop(place, condition) == stop


def test_a_scope_is_paused_only_where_a_person_paused_exactly_it():
    snapshot = paused(Scope("agent"))
    assert is_paused(snapshot, Scope("agent"))
    assert not is_paused(snapshot, LANE)
    assert not is_paused(held(STUCK), LANE)


@pytest.mark.parametrize(
    ("hold", "scope", "can_be_stepped"),
    [
        (Scope(), LANE, True),
        (LANE, Scope(), True),
        (Scope("agent"), Scope(None, "s-01"), True),
        (LANE, Scope("agent"), True),
        (LANE, Scope("audit"), False),
        (LANE, Scope(None, "s-02"), False),
    ],
)
def test_whatever_overlaps_with_a_hold_can_be_stepped(hold, scope, can_be_stepped):
    assert is_held(paused(hold), scope) is can_be_stepped


def test_what_holds_a_lane_beside_its_own_hold_is_named():
    snapshot = paused(Scope(), Scope("agent"), Scope("audit"), Scope(None, "s-01"), LANE)
    assert also_paused(snapshot, LANE) == (Scope(), Scope("agent"), Scope(None, "s-01"))
    assert also_paused(snapshot, Scope()) == ()


def test_a_stuck_lane_is_found_by_itself_and_in_what_it_lies_in():
    snapshot = held(STUCK, HoldState(Scope("audit", "s-02"), 1.0, BY_BREAKPOINT, message_id="m"))
    assert stuck(snapshot, LANE) is STUCK
    assert stuck(snapshot, Scope("audit", "s-02")) is None
    assert stuck_in(snapshot, Scope("agent")) == stuck_in(snapshot, Scope(None, "s-01")) == (STUCK,)
    assert stuck_in(snapshot, Scope("audit")) == ()


def test_what_is_paused_is_resumed_and_what_is_not_is_paused():
    assert toggle_pause(paused(), LANE) == ("pause", {"component": "agent", "session": "s-01"})
    assert toggle_pause(paused(LANE), LANE) == ("resume", {"component": "agent", "session": "s-01"})
    assert toggle_pause(paused(LANE), Scope()) == ("pause", {"component": None, "session": None})


def test_what_waits_in_a_hold_is_counted_from_the_numbers_that_know_it():
    snapshot = paused(Scope())
    nodes = tuple(replace(node, paused=2 if node.name == "agent" else 0) for node in snapshot.nodes)
    sessions = tuple(replace(one, paused=3 if one.id == "s-01" else 0) for one in snapshot.sessions)
    lanes = (LaneStats("s-01", "agent", 5, "stuck", 1.0),)
    snapshot = replace(snapshot, nodes=nodes, sessions=sessions, held_lanes=lanes)
    assert [waiting(snapshot, scope) for scope in (Scope(), Scope("agent"), Scope("gone"))] == [2, 2, 0]
    assert [waiting(snapshot, scope) for scope in (Scope(None, "s-01"), LANE, Scope("audit", "s-01"))] == [3, 5, 0]


def test_a_breakpoint_is_set_where_there_is_none_and_all_there_are_taken_away():
    place = Breakpoint("audit", "agent")
    assert toggle_stop(held(), place) == (
        ("add_breakpoint", {"component": "audit", "source": "agent", "condition": ""}),
    )
    snapshot = held(breakpoints=(STOP, place, Breakpoint("audit")))
    assert stops_at(snapshot, place) == (STOP, place)
    assert [arguments["condition"] for _, arguments in toggle_stop(snapshot, place)] == ["hop>3", ""]
    assert stopped_components(snapshot) == {"audit"}
    assert stopped_ways(snapshot) == {("agent", "audit")}


@pytest.mark.parametrize(
    ("stop", "why"),
    [
        (Breakpoint("agent"), None),
        (Breakpoint("audit", "agent"), None),
        (Breakpoint("kb", "agent"), "agent asks kb and sends it no messages, so none would stop there."),
        (
            Breakpoint("chat"),
            "chat is an input: messages come from it. Break on what it sends to, or on that route.",
        ),
        (Breakpoint("nobody"), None),
    ],
)
def test_a_place_where_no_message_would_ever_stop_is_told(stop, why):
    assert why_no_stop(scene().plan, stop) == why


def test_how_much_is_held_is_told_and_the_whole_flow_is_told_apart():
    assert holding(held()) == Holding()
    assert Holding().text(wide=True) == ""
    snapshot = held(
        HoldState(Scope(), 1.0), HoldState(LANE, 1.0), STUCK, HoldState(LANE, 1.0, BY_BREAKPOINT, message_id="m")
    )
    assert holding(snapshot) == Holding(1, 1, 1)
    assert holding(snapshot).text(wide=True) == "1 paused  1 stuck  1 held"


def test_a_held_message_has_the_key_of_its_delivery():
    assert HeldMessage("m", "audit", "s-01", None, "e", 1.0, encode(1)).key == ("m", "audit")
