"""Pace, notices, hints, injection and leaving: small facts behind the shell."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.fake_engine import Left
from support.scene import NOW, scene
from woodwork_engine.hold import BY_LETTER, HoldState, Scope
from woodwork_engine.snapshot import FlowState, NodeState, NodeStats, Revision
from woodwork_engine.source import Diagnostic, Severity, Span
from woodwork_tui.actions import action
from woodwork_tui.state.crash import short_traceback
from woodwork_tui.state.injection import (
    Payload,
    example,
    is_prompt,
    read_payload,
    recipient_for,
    recipients,
    sessions,
)
from woodwork_tui.state.key_hints import KeyGroup, footer_hints, help_lines
from woodwork_tui.state.leaving import left_behind, unfinished
from woodwork_tui.state.notices import notices
from woodwork_tui.state.pace import FASTEST, SLOWEST, Pace
from woodwork_tui.state.payload_edit import Invalid
from woodwork_tui.state.rest import Rest
from woodwork_tui.state.view import Selection


def test_the_screen_is_never_brought_up_to_date_more_than_ten_times_a_second():
    assert Pace().after(late=0.0, took=0.0).interval == FASTEST


def test_a_tick_that_takes_long_or_comes_late_makes_the_next_one_wait():
    assert Pace().after(late=0.0, took=0.1).interval == pytest.approx(0.4)
    assert Pace().after(late=0.3, took=0.0).interval == pytest.approx(0.6)
    assert Pace().after(late=9.0, took=9.0).interval == SLOWEST


def test_the_pace_comes_back_step_by_step():
    pace, intervals = Pace(SLOWEST), []
    for _ in range(5):
        pace = pace.after(late=0.0, took=0.001)
        intervals.append(pace.interval)
    assert intervals[0] == pytest.approx(0.5)
    assert intervals == sorted(intervals, reverse=True)
    assert intervals[-1] == FASTEST


def test_nothing_is_noticed_while_nothing_is_wrong():
    assert notices(scene().view()) == ()


def test_a_component_that_did_not_start_is_named_with_its_reason():
    snapshot = scene().snapshot
    nodes = tuple(
        replace(n, state=NodeState.NOT_STARTED, problem="$KEY is not set") if n.name in ("kb", "audit") else n
        for n in snapshot.nodes
    )
    found = notices(scene().view(snapshot=replace(snapshot, nodes=nodes)))
    assert [notice.text for notice in found] == ["kb (1 more) did not start: $KEY is not set"]


def test_a_session_that_is_stuck_is_named_with_what_it_is_stuck_on_and_where_to_resolve_it():
    shown = scene()
    letter = shown.dead_letters[0]
    hold = HoldState(Scope("audit", "s-05"), NOW, BY_LETTER, dlq_id=letter.dlq_id)
    other = HoldState(Scope("audit", "s-02"), NOW, BY_LETTER, dlq_id="gone")
    (found,) = notices(shown.view(snapshot=replace(shown.snapshot, holds=(hold, other))))
    assert found.text == f"Session s-05 at audit (1 more) is stuck on {letter.why}"
    assert found.hint == "4 Queues: p on it"


def test_what_did_not_start_is_named_once_though_the_engine_names_it_too():
    snapshot = scene().snapshot
    span = snapshot.plan.node("kb").span
    problem = f"{span} kb: kb.py:1 ModuleNotFoundError: No module named 'x'; mend the file and save it"
    nodes = tuple(
        replace(n, state=NodeState.NOT_STARTED, problem=problem) if n.name == "kb" else n for n in snapshot.nodes
    )
    (found,) = notices(scene().view(snapshot=replace(snapshot, nodes=nodes)))
    assert found.text == "kb did not start: kb.py:1 ModuleNotFoundError: No module named 'x'; mend the file and save it"


def test_a_short_wait_for_the_loop_is_not_worth_a_line_and_a_long_one_is():
    assert notices(scene().view(blocked=(0.4, "agent"))) == ()
    assert "blocked by agent" in notices(scene().view(blocked=(2.0, "agent")))[0].text


def test_while_it_drains_the_way_to_end_at_once_is_shown():
    draining = replace(scene().snapshot, state=FlowState.DRAINING)
    assert notices(scene().view(snapshot=draining))[0].hint == "^q at once"


def test_a_flow_that_has_stopped_is_noticed():
    stopped = replace(scene().snapshot, state=FlowState.STOPPED)
    assert "has stopped" in notices(scene().view(snapshot=stopped))[0].text


def test_a_file_with_errors_leads_to_the_file_tab_and_there_to_its_problems():
    rejected = Revision(
        0, NOW, "rejected", "", diagnostics=(Diagnostic(Severity.ERROR, "WW201", "no", Span.point("f")),)
    )
    broken = scene().view(snapshot=replace(scene().snapshot, revisions=(rejected,)))

    assert notices(broken)[0].hint == "7 File"
    assert notices(broken, tab="file")[0].hint == "n next"


def test_after_a_rollback_it_is_said_that_the_disk_says_otherwise_until_the_file_is_read_as_what_runs():
    back = Revision(3, NOW, "live", "back to rev 1: -audit", "rollback")
    same = Revision(0, NOW + 1, "no effective change", "no effective change")

    def said(*revisions: Revision) -> list[str]:
        return [each.text for each in notices(scene().view(snapshot=replace(scene().snapshot, revisions=revisions)))]

    assert said(back) == ["rev 3 is a rollback; main.ww on the disk says otherwise."]
    assert said(back, same) == []


def test_messages_parked_for_a_component_that_is_gone_are_not_forgotten():
    left = NodeStats("books", NodeState.PARKED, depth=10)
    snapshot = scene().snapshot
    (found,) = notices(scene().view(snapshot=replace(snapshot, nodes=(*snapshot.nodes, left))))

    assert found.text == "10 messages of what is no longer in the flow wait for it to return: books."
    assert found.hint == "7 File"


def test_never_more_than_two_lines_are_noticed():
    stopped = replace(scene().snapshot, state=FlowState.STOPPED)
    assert len(notices(scene().view(snapshot=stopped, blocked=(5.0, "agent")), trouble="no")) == 2


def test_the_footer_keeps_the_important_keys_and_the_way_to_the_others():
    ids = ("app.help", "app.command", "list.choose", "app.full", "app.palette", "app.quit")
    known = {key: action(id_) for id_ in ids for key in action(id_).key.split(",")}
    assert [hint.text for hint in footer_hints(known, 120)] == [
        "?Help", ":Cmd", "⏎Open", "fFull", "^pPalette", "^qQuit",
    ]  # fmt: skip
    assert [hint.text for hint in footer_hints(known, 80)][-1] == "^pMore"
    assert [hint.text for hint in footer_hints(known, 20)] == ["?Help", ":Cmd", "^pMore"]
    assert [hint.text for hint in footer_hints(known, 3)] == ["^pMore"]
    known.pop("question_mark")
    assert footer_hints(known, 80)[0].text == "F1Help"
    assert footer_hints(known, 80, ascii_only=True)[2].text == "enter Open"


def test_help_names_places_keys_and_commands():
    lines = [line.plain.rstrip() for line in help_lines([KeyGroup("Here", (action("app.back"), action("tab.dlq")))])]
    assert lines == ["Here", "  esc          Clear the filter, close, go back", "  6            DLQ   :dlq [filter]"]


def test_a_message_can_be_sent_to_every_component_that_runs_inputs_first():
    assert [each.name for each in recipients(scene().plan)] == ["tickets", "chat", "agent", "kb", "desk", "audit"]
    assert [each.is_input for each in recipients(scene().plan)] == [True, True, False, False, False, False]
    assert recipients(None) == ()


def test_the_selected_component_is_meant_else_the_input_that_has_a_prompt():
    assert recipient_for(scene().view()) == "chat"
    assert recipient_for(scene().view(selection=Selection(node="audit"))) == "audit"
    assert recipient_for(scene().view(selection=Selection(node="gone"))) == "chat"


def test_without_a_prompt_the_first_input_is_meant_and_without_an_input_the_first_component():
    shown = scene()
    nodes = tuple(node for node in shown.plan.nodes if node.name != "chat")
    unprompted = replace(shown.snapshot, plan=replace(shown.plan, nodes=nodes))
    assert recipient_for(replace(shown.view(), snapshot=unprompted)) == "tickets"
    unfed = replace(shown.snapshot, plan=replace(shown.plan, nodes=nodes[1:]))
    assert recipient_for(replace(shown.view(), snapshot=unfed)) == "agent"


def test_only_an_input_cli_has_a_prompt():
    assert is_prompt(scene().plan, "chat")
    assert not is_prompt(scene().plan, "tickets")
    assert not is_prompt(None, "chat")


def test_the_chosen_session_is_offered_first():
    assert sessions(scene().view(selection=Selection(session="s-04")))[:3] == ("s-04", "s-01", "s-02")
    assert sessions(scene().view(selection=Selection(session="\x1b[2J")))[:2] == ("s-01", "s-02")


def test_the_example_is_what_an_input_sent_last_or_another_component_got_last():
    shown = scene()
    history = shown.view().deliveries
    assert '"ticket 27: please call me back"' in example("tickets", shown.plan, history).text
    assert '"ticket 27: please call me back"' in example("agent", shown.plan, history).text
    assert "Here is what I found" in example("desk", shown.plan, history).text
    assert example("desk", shown.plan, history).origin == "the last message there"


def test_an_example_reads_as_what_it_was():
    shown = scene()
    for payload in ("plain text", '{"looks": "like JSON"}', {"a": [1, True]}, [1], b"\x00", 7, "", "\x1b[2J"):
        shown.traffic.send(f"msg-{payload!r}", "kb", payload=payload)
        text = example("kb", shown.plan, shown.traffic.fold()).text
        assert "\x1b" not in text
        assert read_payload(text).value == payload


def test_typed_text_is_json_where_it_begins_like_json_and_else_text():
    assert read_payload(' {"a": 1} ') == Payload({"a": 1}, "JSON")
    assert read_payload('"quoted"') == Payload("quoted", "JSON")
    assert read_payload("-1.5") == Payload(-1.5, "JSON")
    assert read_payload("null") == Payload(None, "JSON")
    assert read_payload("NaN") == Payload("NaN", "text")
    assert read_payload("12 apples") == Payload("12 apples", "text")
    assert isinstance(read_payload("{oops"), Invalid)


def test_what_would_be_lost_is_counted_and_nothing_once_the_flow_has_stopped():
    found = unfinished(scene().snapshot)
    assert (found.total, found.lines()) == (6, ("      3 queued", "      1 running", "      2 waiting for a retry"))
    assert not unfinished(replace(scene().snapshot, state=FlowState.STOPPED))


def test_edits_that_are_not_saved_would_be_lost_even_when_the_flow_has_stopped():
    found = unfinished(replace(scene().snapshot, state=FlowState.STOPPED), ("main.ww",))
    assert (bool(found), found.total, found.edits) == (True, 0, ("main.ww",))


def test_what_was_left_is_told_by_place():
    assert left_behind(Left()) == ()
    assert left_behind(Left(2, {"audit": 3, "agent": 0, "desk": 1})) == (
        "2 attempts cut off",
        "4 messages left behind: audit 3, desk 1",
    )


def test_a_crash_is_told_in_a_few_lines_without_control_characters():
    def deeper(n):
        if n:
            deeper(n - 1)
        raise ValueError("\x1b[2J")

    try:
        deeper(30)
    except ValueError as error:
        told = short_traceback(error).plain
    assert "\x1b" not in told
    assert len(told.splitlines()) < 20
    assert "ValueError: ␛[2J" in told


def test_a_view_in_which_only_time_has_passed_can_wait_a_second():
    rest, view = Rest(), scene().view(snapshot=replace(scene().snapshot, retries=()))
    assert not rest.can_wait(view, "")
    assert rest.can_wait(replace(view, now=view.now + 0.9), "")
    assert not rest.can_wait(replace(view, now=view.now + 1.0), "")


def test_while_retries_count_down_time_shows_four_times_a_second():
    rest, view = Rest(), scene().view()
    assert not rest.can_wait(view, "")
    assert rest.can_wait(replace(view, now=view.now + 0.2), "")
    assert not rest.can_wait(replace(view, now=view.now + 0.25), "")


def test_whatever_happens_is_shown_at_the_next_tick():
    shown = scene()
    view = shown.view()
    for other in (
        replace(view, snapshot=replace(view.snapshot, seq=view.snapshot.seq + 1)),
        replace(view, snapshot=replace(view.snapshot, state=FlowState.DRAINING)),
        replace(view, selection=Selection(node="agent")),
        replace(view, filter="x"),
        replace(view, ascii=True),
        replace(view, blocked=(1.0, "agent")),
    ):
        rest = Rest()
        rest.can_wait(view, "")
        assert not rest.can_wait(other, "")
        assert not rest.can_wait(other, "no engine")
    rest = Rest()
    rest.can_wait(view, "")
    shown.traffic.send("msg-new", "agent")
    assert not rest.can_wait(shown.view(), "")


def test_a_state_folder_that_cannot_be_written_is_told_on_every_tab():
    """I2: with the reason, and where to look."""
    snapshot = scene().snapshot
    full = replace(snapshot, health=replace(snapshot.health, journal="database or disk is full"))
    (found,) = notices(scene().view(snapshot=full))
    assert found.text == ("The state folder cannot be written: database or disk is full. Durable messages are refused.")
    assert found.hint == "8 Health"
