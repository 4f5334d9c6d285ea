"""What dialogs say about what is held, and what a condition would have held."""

from __future__ import annotations

import pytest

from support.scene import NOW, scene
from support.traffic import Traffic
from woodwork_engine.hold import BY_LETTER, Breakpoint, HeldMessage, HoldState, Scope
from woodwork_engine.payload import encode
from woodwork_tui.state.delivery_row import DeliveryState
from woodwork_tui.state.delivery_words import outcome_text, short_outcome
from woodwork_tui.state.hold_lines import Way, drop_lines, held_line, stuck_lines, way_doing, way_words
from woodwork_tui.state.hold_said import hold_command, hold_outcome
from woodwork_tui.state.lines import Line
from woodwork_tui.state.said import Said, command_form, outcome
from woodwork_tui.state.stop_check import StopCheck, check_stop

HELD = HeldMessage("m-1", "audit", "s-02", "agent", "agent.response", NOW - 5, encode({"cost": 2}))


def seen() -> Traffic:
    traffic = Traffic()
    for number in range(6):
        source = "agent" if number % 2 else "shop"
        traffic.send(f"m-{number}", "audit", payload={"cost": number}, source=source, session=f"s-{number % 3}")
    traffic.send("other", "desk", payload={"cost": 9}, source="agent")
    traffic.fold()
    return traffic


@pytest.mark.parametrize(
    ("stop", "text", "told"),
    [
        (Breakpoint("audit"), "payload.cost>2", StopCheck(None, 3, 6)),
        (Breakpoint("audit", "agent"), "payload.cost>2", StopCheck(None, 2, 3)),
        (Breakpoint("audit"), "session:s-1", StopCheck(None, 2, 6)),
        (Breakpoint("audit"), "", StopCheck(None, 6, 6)),
        (Breakpoint("nobody"), "hop>3", StopCheck(None, 0, 0)),
        (Breakpoint("audit"), "cost>2", StopCheck(None, 0, 6)),
    ],
)
def test_a_condition_is_tried_on_what_was_seen_at_its_place(stop, text, told):
    if text == "cost>2":
        assert check_stop(stop, text, seen().history).wrong is not None
    else:
        assert check_stop(stop, text, seen().history) == told


@pytest.mark.parametrize(
    ("check", "always", "text"),
    [
        (StopCheck("no field 'x'"), False, "no field 'x'"),
        (StopCheck(None, 6, 6), True, "Without a condition every message stops here."),
        (StopCheck(None, 0, 0), False, "Nothing was seen here yet to try it on."),
        (StopCheck(None, 1, 1), False, "It would have held 1 of the last 1 message here."),
        (StopCheck(None, 2, 50), False, "It would have held 2 of the last 50 messages here."),
    ],
)
def test_what_a_condition_would_have_held_is_one_sentence(check, always, text):
    assert check.line(always=always).text == text


def test_what_a_session_is_stuck_on_and_how_much_waits_behind_it_is_told():
    shown = scene()
    letter = shown.dead_letters[0]
    hold = HoldState(Scope("audit", "s-05"), NOW - 65, BY_LETTER, "exhausted", dlq_id=letter.dlq_id)
    lines = [line.text for line in stuck_lines(hold, shown.snapshot, shown.dead_letters, NOW)]
    assert lines[0] == f"It stopped 1m05s ago at a message that failed for good, dead letter {letter.dlq_id}:"
    assert letter.why in lines
    assert lines[-1] == "Nothing waits behind it."
    gone = [line.text for line in stuck_lines(hold, shown.snapshot, (), NOW)]
    assert "exhausted" in gone


def test_the_ways_out_of_a_stuck_session_say_how_many_messages_they_concern():
    assert way_words(3)[2] == "purge: discard what is behind it (3 messages)"
    assert [way_doing(way, 3) for way in Way] == ["Retry 1 message", "Skip 1 message", "Purge 3 messages…"]


def test_what_is_dropped_is_shown_and_that_it_cannot_be_undone():
    lines = drop_lines(HELD, 2)
    assert Line('{"cost":2}', "muted") in lines
    assert Line("It does not go to the dead letters. This cannot be undone.", "warn") in lines
    assert lines[-1].text == "2 messages of its session behind it go on."
    assert len(drop_lines(HELD, 0)) == 3


def test_a_huge_payload_is_told_by_its_size():
    assert held_line(HeldMessage("m", "a", "s", None, "e", NOW, encode("x" * 300_000))).startswith("(a payload of ")


@pytest.mark.parametrize(
    ("action", "arguments", "command"),
    [
        ("pause", {"component": None, "session": None}, "pause"),
        ("resume", {"component": None, "session": "s-02"}, "resume /s-02"),
        ("step", {"component": "agent", "session": None}, "step agent"),
        ("step_session", {"session": "s-02"}, "step-session s-02"),
        ("retry_stuck", {"component": "audit", "session": "s-02"}, "retry-stuck audit/s-02"),
        ("purge", {"component": "audit", "session": "s-02"}, "purge audit/s-02"),
        ("add_breakpoint", {"component": "a", "source": "b", "condition": "hop>3"}, "break b->a if hop>3"),
        ("remove_breakpoint", {"component": "a", "source": None, "condition": ""}, "unbreak a"),
        ("release", {"message_id": "m", "target": "a"}, "release m a"),
        ("release", {"message_id": "m", "target": "a", "encoded": encode([1])}, "release m a [1]"),
        ("release", {"message_id": "m", "target": "a", "encoded": b"\xc1"}, "release m a …"),
        ("release_all", {}, "release-all"),
        ("drop_held", {"message_id": "m", "target": "a"}, "drop m a"),
        ("reload", {}, None),
    ],
)
def test_what_is_done_about_holds_has_the_form_in_which_it_can_be_typed(action, arguments, command):
    assert hold_command(action, arguments) == command


def test_a_long_payload_is_cut_in_what_is_said_and_whole_in_what_is_copied():
    arguments = {"message_id": "m", "target": "a", "encoded": encode("x" * 500)}
    assert command_form("release", arguments).endswith("…")
    assert command_form("release", arguments, whole=True) == f'release m a "{"x" * 500}"'
    ids = {"dlq_ids": [f"d-{n}" for n in range(9)]}
    assert command_form("replay", ids, whole=True) == "replay " + " ".join(ids["dlq_ids"])


@pytest.mark.parametrize(
    ("action", "result", "text", "mood"),
    [
        ("pause", HoldState(Scope(), NOW), "the whole flow is paused: messages wait there until it is resumed", True),
        ("resume", 0, "nothing was paused there", False),
        ("step", None, "nothing waits there", False),
        ("step_session", 1_000, "1,000 steps taken; more waits, step it again", True),
        ("step_session", 0, "0 steps taken", False),
        ("remove_breakpoint", False, "there was no such breakpoint", False),
        ("release", False, "it is not held any more", False),
        ("drop_held", False, "it is not held any more", False),
        ("release_all", 2, "2 messages released", True),
        ("retry_stuck", "m-2", "tried again in its place as m-2", True),
    ],
)
def test_what_came_of_it_is_one_sentence(action, result, text, mood):
    assert hold_outcome(action, result) == (text, mood)
    assert outcome(action, result) == Said(text, "information" if mood else "warning")


def test_a_held_delivery_is_held_until_it_is_released():
    traffic = Traffic()
    traffic.send("m", "agent")
    traffic.log.append(traffic.now, "held", traffic.envelopes["m"], "agent", data={"by": "breakpoint"})
    row = traffic.row("m", "agent")
    assert row.state is DeliveryState.HELD
    assert row.state.open
    assert outcome_text(row, NOW) == "‖ held at ●"
    assert short_outcome(row, ascii_only=True) == "H held"
    traffic.log.append(traffic.now, "released", traffic.envelopes["m"], "agent", data={"by": "person"})
    assert traffic.row("m", "agent").state is DeliveryState.QUEUED
