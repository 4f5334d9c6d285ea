"""Editing the payload of a dead letter, and replaying it edited."""

from __future__ import annotations

import pytest
from textual.events import Paste

from support.dead_letters import HOSTILE, letter
from support.dlq_host import DlqHost
from support.scene import NOW
from support.tab_host import until
from woodwork_engine.dead_letter import DeadState
from woodwork_engine.payload import decode, encode
from woodwork_tui.screens.payload_editor import PayloadEditor
from woodwork_tui.screens.replay_dialog import ReplayDialog
from woodwork_tui.widgets.json_editor import JsonEditor

LARGE, SMALL = (120, 36), (80, 24)


def host(payload: object = None, **facts: object) -> DlqHost:
    return DlqHost([letter("d1", at=NOW, payload={"text": "hi"} if payload is None else payload, **facts)])


def editor(app: DlqHost) -> JsonEditor:
    return app.screen.query_one(JsonEditor)


async def test_an_edit_is_checked_compared_confirmed_and_sent():
    app = host()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("enter", "e")
        await pilot.pause()
        assert app.lines("Nothing is changed yet.")

        editor(app).text = '{"text": "ho"}'
        await pilot.pause()
        assert app.lines("✓ valid JSON, lines +1 -1")
        assert app.lines('-   "text": "hi"')
        assert app.lines('+   "text": "ho"')

        await pilot.press("ctrl+s")
        await pilot.pause()
        assert isinstance(app.screen, ReplayDialog)
        assert app.lines("Replay the edited message")
        assert app.lines("the original payload stays in the dead letter")
        await pilot.press("enter")
        await pilot.pause()
        assert app.lines("d1", "1⤳")

    assert app.acts == [
        ("replay", {"dlq_ids": ["d1"], "encoded": encode({"text": "ho"}), "reroute": False, "force": False})
    ]


@pytest.mark.parametrize("size", [LARGE, SMALL])
async def test_what_the_message_died_of_stays_in_sight_while_it_is_mended(size):
    app = host(error="ValueError", message="amount '12,50 EUR' is not a number; write it as 12.50")
    async with app.run_test(size=size) as pilot:
        await pilot.press("enter", "e")
        await pilot.pause()
        assert app.lines("† ValueError: amount '12,50 EUR' is not a number; write it as 12.50")


@pytest.mark.parametrize("text", HOSTILE)
async def test_a_hostile_error_leaves_room_for_the_text(text):
    app = host(message=text)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("enter", "e")
        await pilot.pause()
        assert app.lines('"text": "hi"')
        assert "\x1b" not in app.painted()


async def test_text_that_is_no_json_is_refused_with_its_place():
    app = host()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("enter", "e")
        editor(app).text = '{"text": }'
        await pilot.pause()
        assert app.lines("✗ line 1, column 10: Expecting value")
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert isinstance(app.screen, PayloadEditor)

    assert app.acts == []


async def test_leaving_the_replay_dialog_comes_back_to_the_edit():
    app = host()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("enter", "e")
        editor(app).text = "[1]"
        await pilot.press("ctrl+s", "escape")
        await pilot.pause()

        assert isinstance(app.screen, PayloadEditor)
        assert editor(app).text == "[1]"


async def test_an_edit_is_dropped_only_by_a_second_esc():
    app = host()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("enter", "e", "x", "escape")
        await pilot.pause()
        assert app.lines("esc once more drops it")
        await pilot.press("escape")
        await pilot.pause()
        assert not isinstance(app.screen, PayloadEditor)

    assert app.acts == []


async def test_without_a_change_esc_leaves_at_once():
    app = host()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("enter", "e", "escape")
        await pilot.pause()

        assert not isinstance(app.screen, PayloadEditor)


async def test_in_the_list_of_groups_only_the_letter_under_the_cursor_is_edited():
    app = DlqHost([letter("d1", at=NOW - 1, payload=[1]), letter("d2", at=NOW, payload=[2])])
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("e")
        await pilot.pause()
        assert app.lines("Edit and replay d2")
        editor(app).text = "[3]"
        await pilot.press("ctrl+s", "enter")
        await pilot.pause()

    assert app.acts[0][1]["dlq_ids"] == ["d2"]


async def test_a_letter_that_is_gone_at_the_moment_of_confirming_is_not_sent():
    app = host()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("enter", "e")
        editor(app).text = "[1]"
        await pilot.press("ctrl+s")
        app.put(app.letters["d1"], state=DeadState.DISCARDED)
        await pilot.pause()
        assert app.lines("1 is no longer here")
        await pilot.press("right", "enter")
        await pilot.pause()

    assert app.acts == []


async def test_a_payload_that_cannot_be_edited_says_why():
    app = host("x" * 300_000)
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("enter", "e")
        await until(pilot, lambda: app.lines("The payload has 300 kB and the editor takes up to 200"))

        assert not isinstance(app.screen, PayloadEditor)


async def test_a_letter_whose_replay_is_under_way_is_not_edited():
    app = host(state=DeadState.REPLAYED)
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("enter", "e")
        await until(pilot, lambda: app.lines("A replay of this message is under way"))

        assert not isinstance(app.screen, PayloadEditor)


@pytest.mark.parametrize("text", HOSTILE[:-1])
async def test_a_hostile_payload_is_shown_harmless_and_sent_as_it_was(text: str):
    app = host({"keep": text, "n": 1})
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("enter", "e")
        await pilot.pause()
        shown = editor(app).text
        assert "\x1b" not in app.painted()
        assert "\x1b" not in shown

        editor(app).text = shown.replace('"n": 1', '"n": 2')
        await pilot.press("ctrl+s", "enter")
        await pilot.pause()

    assert decode(app.acts[0][1]["encoded"]) == {"keep": text, "n": 2}


async def test_what_is_pasted_cannot_act_on_the_terminal():
    app = host()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("enter", "e")
        editor(app).text = ""
        app.post_message(Paste('"\x1b[31mred\u202e\U000e0041"'))
        await until(pilot, lambda: editor(app).text)

        assert editor(app).text == '"\\u001b[31mred\\u202e\\udb40\\udc41"'
        assert "\x1b" not in app.painted()


async def test_a_long_text_is_checked_when_typing_pauses():
    app = host(list(range(4_000)))
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("enter", "e")
        await pilot.press("x")
        await until(pilot, lambda: app.lines("✗ line 1, column 1"))
