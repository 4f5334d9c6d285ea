"""Pausing, stepping, breakpoints and held messages, by key and by command; the engine is a fake."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.fake_engine import FakeEngine
from support.scene import NOW
from support.traffic import HOSTILE
from support.whole_app import whole_app
from woodwork_engine.hold import BY_BREAKPOINT, BY_LETTER, Breakpoint, HeldMessage, HoldState, Scope
from woodwork_engine.payload import decode, encode
from woodwork_engine.snapshot import LaneStats
from woodwork_tui.screens.ask import Ask
from woodwork_tui.screens.ask_typed import AskTyped
from woodwork_tui.screens.condition_dialog import ConditionDialog
from woodwork_tui.screens.held_editor import HeldEditor
from woodwork_tui.screens.stops_screen import StopsScreen
from woodwork_tui.screens.stuck_dialog import StuckDialog
from woodwork_tui.widgets.json_editor import JsonEditor

AGENT, LANE = Scope("agent"), Scope("audit", "s-05")
STUCK = HoldState(LANE, NOW - 65, BY_LETTER, "exhausted", dlq_id="d-01")
FIRST = HeldMessage("msg-h1", "audit", "s-02", "agent", "agent.response", NOW - 5, encode({"cost": 2, "text": "hi"}))
SECOND = HeldMessage("msg-h2", "audit", "s-03", "agent", "agent.response", NOW - 4, encode("two"))


def at_breakpoint(*messages: HeldMessage) -> dict[str, object]:
    """Return parts of a snapshot in which *messages* are held."""
    holds = tuple(
        HoldState(Scope(one.target, one.session), one.since, BY_BREAKPOINT, message_id=one.message_id)
        for one in messages
    )
    lanes = tuple(LaneStats(one.session, one.target, 3, "stopped", 5.0) for one in messages)
    return {"holds": holds, "held": messages, "held_lanes": lanes, "breakpoints": (Breakpoint("audit", "agent"),)}


def scope_of(component: str | None = None, session: str | None = None) -> dict[str, object]:
    return {"component": component, "session": session}


# pausing


@pytest.mark.parametrize(
    ("tab", "chosen", "keys", "scope", "word"),
    [
        ("1", {"node": "agent"}, (), scope_of("agent"), "pause agent"),
        ("1", {"session": "s-02"}, (), scope_of(None, "s-02"), "pause /s-02"),
        ("1", {"node": "agent", "session": "s-02"}, (), scope_of("agent", "s-02"), "pause agent/s-02"),
        ("3", {}, ("down",), scope_of(None, "s-02"), "pause /s-02"),
        ("4", {}, (), scope_of("agent"), "pause agent"),
        ("4", {}, ("enter", "down"), scope_of("agent", "s-01"), "pause agent/s-01"),
        ("4", {}, ("tab",), scope_of(None, "s-01"), "pause /s-01"),
        ("5", {}, (), scope_of("audit", "s-05"), "pause audit/s-05"),
    ],
)
async def test_p_pauses_what_is_chosen_and_says_how_it_is_typed(tmp_path, tab, chosen, keys, scope, word):
    async with whole_app(tmp_path) as shown:
        await shown.press(tab)
        await shown.select(**chosen)
        await shown.press(*keys, "p")
        assert shown.engine.asked == [("pause", scope)]
        assert shown.toasts[-1][0] == word
        assert shown.said.endswith("is paused: messages wait there until it is resumed")


async def test_p_again_resumes_it_and_what_else_holds_it_is_told(tmp_path):
    async with whole_app(tmp_path) as shown:
        await shown.snap(holds=(HoldState(AGENT, NOW), HoldState(Scope(), NOW)))
        await shown.select(node="agent")
        await shown.press("p")
        assert shown.engine.asked == [("resume", scope_of("agent"))]
        assert ("", "Still held by what is paused beside it: the whole flow.", "warning") in shown.toasts
        assert ("resume agent", "resumed", "information") in shown.toasts


async def test_capital_p_pauses_the_whole_flow_from_any_tab_and_resumes_it(tmp_path):
    async with whole_app(tmp_path) as shown:
        await shown.press("8", "P")
        await shown.snap(holds=(HoldState(Scope(), NOW),))
        await shown.press("6", "P")
        assert shown.engine.asked == [("pause", scope_of()), ("resume", scope_of())]


async def test_with_nothing_chosen_p_says_what_to_do(tmp_path):
    async with whole_app(tmp_path) as shown:
        await shown.press("p")
        assert shown.engine.asked == []
        assert shown.said == "Choose a component or a session first; P pauses the whole flow."


# stepping


async def test_s_steps_what_is_chosen_and_without_a_choice_the_whole_flow(tmp_path):
    async with whole_app(tmp_path) as shown:
        await shown.press("s")
        assert shown.engine.asked == []
        assert shown.said == "The whole flow is not paused: p pauses, then s lets one message through."
        await shown.snap(holds=(HoldState(Scope(), NOW),))
        await shown.press("s")
        await shown.select(node="agent")
        await shown.press("s")
        assert shown.engine.asked == [("step", scope_of()), ("step", scope_of("agent"))]
        assert shown.toasts[-1] == ("step agent", "msg-1 was let go", "information")


async def test_capital_s_asks_with_the_number_before_it_steps_a_session_and_asks_again_when_that_has_changed(tmp_path):
    async with whole_app(tmp_path) as shown:
        await shown.snap(holds=(HoldState(Scope(), NOW),), sessions=waiting_sessions(shown.engine, 3))
        await shown.press("3", "down", "S")
        assert isinstance(shown.app.screen, Ask)
        assert "[ Step 3 messages ]" in shown.painted()
        shown.engine.snap(sessions=waiting_sessions(shown.engine, 4))
        await shown.tick()
        assert "[ Step 4 messages ]" in shown.painted()
        shown.engine.snap(sessions=waiting_sessions(shown.engine, 5))
        shown.app.tick(shown.now)
        await shown.press("right", "enter")
        assert shown.engine.asked == []
        assert "This has changed just now" in shown.painted()
        await shown.press("right", "enter")
        assert shown.engine.asked == [("step_session", {"session": "s-02"})]
        assert shown.toasts[-1] == ("step-session s-02", "4 steps taken", "information")


def waiting_sessions(engine: FakeEngine, count: int) -> tuple[object, ...]:
    sessions = engine.snapshot().sessions
    return tuple(replace(one, paused=count if one.id == "s-02" else 0) for one in sessions)


async def test_one_message_of_a_session_is_stepped_without_a_question(tmp_path):
    async with whole_app(tmp_path) as shown:
        await shown.snap(holds=(HoldState(Scope(), NOW),), sessions=waiting_sessions(shown.engine, 1))
        await shown.press("3", "down", "S")
        assert shown.engine.asked == [("step_session", {"session": "s-02"})]


async def test_a_session_that_runs_is_not_stepped(tmp_path):
    async with whole_app(tmp_path) as shown:
        await shown.press("3", "S")
        assert shown.engine.asked == []
        assert shown.said == "Session s-01 is not paused: p pauses it, then S steps it until it rests."


# stuck and purged


async def stuck_at(shown, behind: int) -> None:
    await shown.snap(holds=(STUCK,), held_lanes=(LaneStats("s-05", "audit", behind, "stuck", 9.0),))


@pytest.mark.parametrize(
    ("keys", "asked", "words"),
    [
        ((), ("retry_stuck", scope_of("audit", "s-05")), "Retry 1 message"),
        (("down",), ("resume", scope_of("audit", "s-05")), "Skip 1 message"),
    ],
)
async def test_p_on_a_stuck_session_asks_how_it_goes_on(tmp_path, keys, asked, words):
    async with whole_app(tmp_path) as shown:
        await stuck_at(shown, 2)
        await shown.press("5", "p")
        assert isinstance(shown.app.screen, StuckDialog)
        told = shown.painted()
        assert "Stuck: session s-05 at audit" in told
        assert "2 messages wait behind it." in told
        await shown.press(*keys)
        assert f"[ {words} ]" in shown.painted()
        await shown.press("tab", "right", "enter")
        assert shown.engine.asked == [asked]


async def test_purging_wants_the_word_typed_and_says_how_many_go(tmp_path):
    async with whole_app(tmp_path) as shown:
        await stuck_at(shown, 2)
        await shown.press("5", "p", "down", "down")
        assert "[ Purge 2 messages… ]" in shown.painted()
        await shown.press("tab", "right", "enter")
        assert isinstance(shown.app.screen, AskTyped)
        assert "2 messages of session s-05 at audit will be discarded for good" in shown.painted()
        await shown.press("enter", *"purg", "enter")
        assert shown.engine.asked == []
        await shown.press("e", "enter")
        assert shown.engine.asked == [("purge", scope_of("audit", "s-05"))]
        assert shown.toasts[-1] == ("purge audit/s-05", "3 messages discarded", "information")


async def test_a_number_that_changed_under_the_purge_is_shown_and_confirmed_anew(tmp_path):
    async with whole_app(tmp_path) as shown:
        await stuck_at(shown, 2)
        await shown.command("purge audit/s-05")
        await shown.press(*"purge")
        shown.engine.snap(held_lanes=(LaneStats("s-05", "audit", 7, "stuck", 9.0),))
        shown.app.tick(shown.now)
        await shown.press("enter")
        assert shown.engine.asked == []
        assert "[ Purge 7 messages ]" in shown.painted()
        await shown.press("enter")
        assert shown.engine.asked == [("purge", scope_of("audit", "s-05"))]


async def test_what_runs_is_not_purged(tmp_path):
    async with whole_app(tmp_path) as shown:
        await shown.press("4", "enter", "down", "X")
        assert shown.engine.asked == []
        assert shown.said.startswith("Pause it first, with p")
        await shown.press("up", "X")
        assert shown.said == "Choose one session's queue: enter opens a component in 4 Queues."


async def test_a_session_that_is_not_stuck_any_more_offers_nothing(tmp_path):
    async with whole_app(tmp_path) as shown:
        await stuck_at(shown, 2)
        await shown.press("5", "p")
        await shown.snap(holds=(), held_lanes=())
        assert "It is not stuck any more." in shown.painted()
        await shown.press("tab", "right", "enter", "escape")
        assert shown.engine.asked == []
        assert shown.app.screen is shown.app.main


# breakpoints


async def test_b_sets_a_breakpoint_on_a_component_and_takes_it_away(tmp_path):
    async with whole_app(tmp_path) as shown:
        await shown.select(node="agent")
        await shown.press("b")
        await shown.snap(breakpoints=(Breakpoint("agent"),))
        await shown.press("b")
        stop = {"component": "agent", "source": None, "condition": ""}
        assert shown.engine.asked == [("add_breakpoint", stop), ("remove_breakpoint", stop)]
        assert [title for title, _, _ in shown.toasts] == ["break agent", "unbreak agent"]


async def test_b_on_a_route_stops_only_what_comes_along_it(tmp_path):
    async with whole_app(tmp_path) as shown:
        await shown.select(edge=("agent", "audit"))
        await shown.press("b")
        assert shown.engine.asked == [("add_breakpoint", {"component": "audit", "source": "agent", "condition": ""})]
        assert shown.toasts[-1][0] == "break agent->audit"


async def test_where_no_message_would_stop_a_breakpoint_is_refused(tmp_path):
    async with whole_app(tmp_path) as shown:
        await shown.select(edge=("agent", "kb"))
        await shown.press("b", "B")
        assert shown.engine.asked == []
        assert shown.said == "agent asks kb and sends it no messages, so none would stop there."
        await shown.press("escape")
        await shown.command("break chat")
        assert shown.engine.asked == []
        assert shown.said.startswith("chat is an input")


async def test_taking_a_breakpoint_away_tells_what_it_still_holds(tmp_path):
    async with whole_app(tmp_path) as shown:
        await shown.snap(**at_breakpoint(FIRST, SECOND))
        await shown.select(edge=("agent", "audit"))
        await shown.press("b")
        told = "2 messages are still held at audit: :held lists what to release."
        assert ("", told, "warning") in shown.toasts


async def test_a_condition_is_checked_and_tried_while_it_is_typed(tmp_path):
    async with whole_app(tmp_path) as shown:
        await shown.select(node="audit")
        await shown.press("B")
        assert isinstance(shown.app.screen, ConditionDialog)
        assert "Without a condition every message stops here." in shown.painted()
        await shown.press(*"ms>1")
        assert "no field 'ms'" in shown.painted()
        await shown.press("enter")
        assert shown.engine.asked == []
        for _ in range(4):
            await shown.press("backspace")
        shown.app.screen._input.value = "payload.text:*refund*"
        await shown.settle()
        assert "It would have held " in shown.painted()
        await shown.press("enter")
        stop = {"component": "audit", "source": None, "condition": "payload.text:*refund*"}
        assert shown.engine.asked == [("add_breakpoint", stop)]
        assert shown.toasts[-1][0] == "break audit if payload.text:*refund*"


async def test_break_without_words_lists_breakpoints_and_what_they_hold_with_keys_for_each(tmp_path):
    async with whole_app(tmp_path) as shown:
        await shown.snap(**at_breakpoint(FIRST, SECOND))
        await shown.command("break")
        assert isinstance(shown.app.screen, StopsScreen)
        told = shown.painted()
        for words in ("Breakpoints 1", "agent → audit", "every message", "Held 2", '{"cost":2,"text":"hi"}'):
            assert words in told
        await shown.press("R")
        assert shown.engine.asked.pop() == ("release", {"message_id": "msg-h1", "target": "audit", "encoded": None})
        await shown.snap(**at_breakpoint(SECOND))
        assert "Held 1" in shown.painted()
        await shown.press("shift+tab", "b")
        stop = {"component": "audit", "source": "agent", "condition": ""}
        assert shown.engine.asked.pop() == ("remove_breakpoint", stop)
        await shown.snap(**{**at_breakpoint(), "breakpoints": ()})
        assert "No breakpoints. In 1 Flow, b sets one." in shown.painted()
        assert "No message is held." in shown.painted()
        await shown.press("escape")
        assert shown.app.screen is shown.app.main


async def test_enter_on_a_breakpoint_shows_where_it_is_and_on_a_held_message_opens_it(tmp_path):
    async with whole_app(tmp_path) as shown:
        await shown.snap(**at_breakpoint(FIRST))
        await shown.press("8")
        await shown.command("held")
        await shown.press("enter")
        assert isinstance(shown.app.screen, HeldEditor)
        await shown.press("escape", "shift+tab", "enter")
        assert shown.app.screen is shown.app.main
        assert (shown.app.main.place.tab, shown.app.main.place.selection.edge) == ("flow", ("agent", "audit"))


async def test_b_in_the_queues_stops_messages_before_the_component_under_the_cursor(tmp_path):
    async with whole_app(tmp_path) as shown:
        await shown.press("4", "enter", "down", "b", "tab", "b")
        assert shown.engine.asked == [("add_breakpoint", {"component": "agent", "source": None, "condition": ""})]
        assert shown.said.startswith("Choose a component or a route first")


# held messages


async def test_a_held_message_is_dropped_only_after_a_question_that_shows_it(tmp_path):
    async with whole_app(tmp_path) as shown:
        await shown.snap(**at_breakpoint(FIRST))
        await shown.command("held")
        await shown.press("D")
        told = shown.painted()
        assert "msg-h1 at audit, session s-02, will be discarded for good." in told
        assert "2 messages of its session behind it go on." in told
        await shown.press("enter")
        assert shown.engine.asked == []
        await shown.press("D", "right", "enter")
        assert shown.engine.asked == [("drop_held", {"message_id": "msg-h1", "target": "audit"})]
        assert shown.toasts[-1] == ("drop msg-h1 audit", "dropped", "information")


async def test_a_held_message_is_edited_and_released_with_what_was_made_of_it(tmp_path):
    async with whole_app(tmp_path) as shown:
        await shown.snap(**at_breakpoint(FIRST))
        await shown.command("held")
        await shown.press("e")
        assert isinstance(shown.app.screen, HeldEditor)
        assert "held before audit, session s-02" in shown.painted()
        await shown.press("ctrl+s")
        assert shown.engine.asked == []
        shown.app.screen.query_one(JsonEditor).text = '{"cost": 1, "text": "hi"}'
        await shown.press("ctrl+s")
        ((action, arguments),) = shown.engine.asked
        assert (action, arguments["message_id"], decode(arguments["encoded"])) == (
            "release", "msg-h1", {"cost": 1, "text": "hi"}
        )  # fmt: skip
        assert shown.toasts[-1][0] == 'release msg-h1 audit {"cost":1,"text":"hi"}'


async def test_releasing_all_asks_with_the_number(tmp_path):
    async with whole_app(tmp_path) as shown:
        await shown.command("release-all")
        assert shown.said == "No message is held at a breakpoint."
        await shown.snap(**at_breakpoint(FIRST, SECOND))
        await shown.command("release-all")
        assert "[ Release 2 messages ]" in shown.painted()
        await shown.press("right", "enter")
        assert shown.engine.asked == [("release_all", {})]


async def test_one_held_message_is_released_at_once_by_release_all(tmp_path):
    async with whole_app(tmp_path) as shown:
        await shown.snap(**at_breakpoint(FIRST))
        await shown.command("release-all")
        assert shown.engine.asked == [("release_all", {})]


async def test_what_is_held_no_longer_is_told(tmp_path):
    async with whole_app(tmp_path) as shown:
        await shown.snap(**at_breakpoint(FIRST))
        await shown.command("held")
        await shown.press("D")
        await shown.snap(**at_breakpoint())
        assert "It is not held any more" in shown.painted()
        await shown.press("right", "enter", "escape")
        assert shown.engine.asked == []


# as commands


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("pause", ("pause", scope_of())),
        ("pause agent/s-02", ("pause", scope_of("agent", "s-02"))),
        ("resume /s-02", ("resume", scope_of(None, "s-02"))),
        ("retry-stuck audit/s-02", ("retry_stuck", scope_of("audit", "s-02"))),
        (
            "break agent->audit if hop>3",
            ("add_breakpoint", {"component": "audit", "source": "agent", "condition": "hop>3"}),
        ),
        ("unbreak agent->audit", ("remove_breakpoint", {"component": "audit", "source": "agent", "condition": ""})),
        (
            'release msg-h1 audit {"a":1}',
            ("release", {"message_id": "msg-h1", "target": "audit", "encoded": encode({"a": 1})}),
        ),
        ("inject chat/s-02 hello", ("inject", {"component": "chat", "payload": "hello", "session": "s-02"})),
    ],
)
async def test_what_is_typed_is_done_and_said_in_the_same_words(tmp_path, line, asked):
    async with whole_app(tmp_path) as shown:
        await shown.snap(**at_breakpoint(FIRST))
        await shown.command(line)
        assert shown.engine.asked == [asked]
        assert shown.toasts[-1][0] == line


async def test_capital_i_repeats_the_last_injection(tmp_path):
    async with whole_app(tmp_path) as shown:
        await shown.press("I")
        assert shown.said == "Nothing was injected yet; i composes a message."
        await shown.command("inject chat/s-02 hello")
        await shown.press("I")
        await shown.command("repeat")
        assert shown.engine.asked == [
            ("inject", {"component": "chat", "payload": "hello", "session": "s-02"})
        ] * 3  # fmt: skip


async def test_capital_y_copies_the_last_action_whole_so_that_it_can_be_typed_again(tmp_path):
    async with whole_app(tmp_path) as shown:
        await shown.press("Y")
        assert shown.said == "Nothing was done yet that has a command."
        payload = "x" * 500
        await shown.command(f"inject chat/s-02 {payload}")
        await shown.press("Y")
        assert shown.app.clipboard == f"inject chat/s-02 {payload}"
        await shown.command(shown.app.clipboard)
        assert shown.engine.asked[0] == shown.engine.asked[1]


# hostile text


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_sessions_and_payloads_break_no_dialog(tmp_path, text):
    session = text[:200]
    message = HeldMessage("msg-h1", "audit", session, "agent", text[:80], NOW - 5, encode({text[:200]: [text]}))
    stuck = HoldState(Scope("audit", session), NOW, BY_LETTER, text[:500], dlq_id="d-99")
    async with whole_app(tmp_path) as shown:
        await shown.snap(**at_breakpoint(message))
        for line, keys in (("held", ("D", "escape", "e", "escape")), ("break", ("escape",))):
            await shown.command(line)
            for key in keys:
                await shown.press(key)
                assert not set(shown.painted()) & set("\x1b\x07\r\u202e")
            await shown.press("escape")
        await shown.snap(holds=(stuck,), held=(), held_lanes=(LaneStats(session, "audit", 2, "stuck", 1.0),))
        await shown.press("4", "enter", "p", "p")
        assert not set(shown.painted()) & set("\x1b\x07\r\u202e")
        assert shown.app.is_running
