"""Speaking with a flow on the Chat page of the Flow tab."""

from __future__ import annotations

from support.flow_host import FlowHost
from support.flows import node, plan
from support.tab_host import until
from woodwork_engine.role import Role
from woodwork_engine.snapshot import Snapshot
from woodwork_engine.transcript import Transcript
from woodwork_tui.state.view import Selection, View
from woodwork_tui.widgets.chat import Prompt

WIDE = (120, 36)
CHAT = node("chat", "input cli", Role.INPUT)
HELP = node("help", "input cli", Role.INPUT)
DESK = node("desk", "output console", Role.OUTPUT)


def chat_app(*nodes, transcript=None, **parts):
    flow = plan(nodes or (CHAT, DESK))
    return FlowHost(View(snapshot=Snapshot(plan=flow, rev=1), transcript=transcript or Transcript(), **parts))


def shown(app):
    return list(app.tab.chat.talk.shown)


async def spoken_to(pilot, app, component="chat"):
    """Put the focus into a prompt as `i` does."""
    assert app.tab.prompt(component)
    await until(pilot, lambda: isinstance(app.focused.parent, Prompt))


async def test_enter_sends_what_was_typed_and_keys_are_text():
    app = chat_app()
    async with app.run_test(size=WIDE) as pilot:
        await spoken_to(pilot, app)
        await pilot.press("1", "q", "v", "enter")
        assert app.said("inject") == [("inject", {"component": "chat", "payload": "1qv", "session": None})]
        assert app.quiet == ["inject"], "the transcript shows it"
        assert app.focused.value == ""


async def test_in_a_prompt_the_keys_that_send_and_leave_are_offered():
    app = chat_app()
    async with app.run_test(size=WIDE) as pilot:
        await spoken_to(pilot, app)
        bound = app.screen.active_bindings
        assert [bound[key].binding.id for key in ("enter", "escape")] == ["chat.send", "chat.leave"]


async def test_nothing_typed_is_not_sent():
    app = chat_app()
    async with app.run_test(size=WIDE) as pilot:
        await spoken_to(pilot, app)
        await pilot.press("space", "enter")
        assert app.said("inject") == []


async def test_esc_leaves_the_prompt_and_what_was_typed_stays():
    app = chat_app()
    async with app.run_test(size=WIDE) as pilot:
        await spoken_to(pilot, app)
        await pilot.press("h", "i", "escape")
        assert app.focused is app.tab.chat.talk
        await spoken_to(pilot, app)
        assert app.focused.value == "hi"


async def test_up_brings_back_what_was_sent():
    app = chat_app()
    async with app.run_test(size=WIDE) as pilot:
        await spoken_to(pilot, app)
        await pilot.press("a", "enter", "b", "enter", "up", "up")
        assert app.focused.value == "a"
        await pilot.press("down", "down")
        assert app.focused.value == ""


async def test_there_is_a_prompt_for_every_input_cli_by_its_name():
    app = chat_app(CHAT, HELP, DESK)
    async with app.run_test(size=WIDE) as pilot:
        await spoken_to(pilot, app, "help")
        await pilot.press("x", "enter")
        assert app.said("inject")[0][1]["component"] == "help"
        screen = app.painted()
        assert "chat >" in screen
        assert "help >" in screen
        assert not app.tab.prompt("desk")


async def test_a_chosen_session_is_spoken_in_and_shown_alone():
    transcript = Transcript()
    transcript.add(1.0, "s-1", "desk", "out", "one")
    transcript.add(2.0, "s-2", "desk", "out", "two")
    app = chat_app(transcript=transcript, selection=Selection(session="s-2"))
    async with app.run_test(size=WIDE) as pilot:
        await spoken_to(pilot, app)
        await pilot.press("x", "enter")
        assert app.said("inject")[0][1]["session"] == "s-2"
        assert [line.split("‹ ")[1] for line in shown(app)] == ["two"]
        assert "[Chat · session s-2]" in app.painted()


async def test_all_sessions_are_shown_until_the_person_speaks_then_their_own():
    transcript = Transcript()
    transcript.add(1.0, "s-1", "desk", "out", "one")
    app = chat_app(transcript=transcript)
    async with app.run_test(size=WIDE) as pilot:
        await spoken_to(pilot, app)
        assert len(shown(app)) == 1
        transcript.add(2.0, "mine", "chat", "in", "hello")
        transcript.add(3.0, "mine", "desk", "out", "hi")
        transcript.add(4.0, "s-1", "desk", "out", "two")
        app.again()
        assert [line.split()[-1] for line in shown(app)] == ["hello", "hi"]
        await pilot.press("escape", "v")
        assert [line.split()[-1] for line in shown(app)] == ["one", "hello", "hi", "two"]


async def test_a_new_session_begins_with_an_empty_page_and_the_next_prompt():
    transcript = Transcript()
    transcript.add(1.0, "mine", "chat", "in", "hello")
    app = chat_app(transcript=transcript)
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shown(app))
        await app.tab.run_action("new_session")
        await until(pilot, lambda: app.said("new_session") == [("new_session", {"component": "chat"})])
        assert shown(app) == []
        assert "Chat · new session" in app.painted()
        transcript.add(2.0, "next", "chat", "in", "again")
        app.again()
        assert [line.split()[-1] for line in shown(app)] == ["again"]


async def test_while_one_reads_what_was_said_new_lines_do_not_move_it():
    transcript = Transcript()
    for number in range(700):
        transcript.add(1.0, "s-1", "desk", "out", f"line {number}")
    app = chat_app(transcript=transcript)
    async with app.run_test(size=WIDE) as pilot:
        app.tab.action_page("chat")
        await until(pilot, lambda: "line 699" in app.painted())
        await pilot.press("pageup")
        await until(pilot, lambda: "line 699" not in app.painted())
        top = app.painted().splitlines()[22]
        for number in range(700, 720):
            transcript.add(2.0, "s-1", "desk", "out", f"line {number}")
        app.again()
        await pilot.pause()
        assert app.painted().splitlines()[22] == top
        assert "20 new (F)" in app.painted()
        await pilot.press("F")
        await until(pilot, lambda: "line 719" in app.painted())


async def test_left_and_right_and_a_click_on_its_title_turn_to_another_page():
    app = chat_app()
    async with app.run_test(size=WIDE) as pilot:
        app.tab.tap.focus()
        await pilot.press("right")
        assert app.tab.pages.page == "chat"
        await pilot.press("left")
        assert app.tab.pages.page == "tap"
        place = app.painted().splitlines()[app.tab.pages.region.y].index("Chat")
        await pilot.click(app.tab.pages, offset=(place, 0))
        assert app.tab.pages.page == "chat"


async def test_an_empty_chat_says_what_to_do():
    app = chat_app()
    async with app.run_test(size=WIDE) as pilot:
        app.tab.action_page("chat")
        await until(pilot, lambda: "i types into chat, enter sends; desk answers here" in app.painted())


async def test_a_prompt_that_a_reload_took_away_is_gone():
    app = chat_app(CHAT, HELP, DESK)
    async with app.run_test(size=WIDE) as pilot:
        app.tab.action_page("chat")
        await until(pilot, lambda: "help >" in app.painted())
        app.again(snapshot=Snapshot(plan=plan([CHAT, DESK]), rev=2))
        await until(pilot, lambda: "help >" not in app.painted())
        assert "chat >" in app.painted()
