"""The replay dialog: which letters, where to, and that nothing is sent that was not shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.dead_letters import HOSTILE, letter
from support.dlq_host import DlqHost
from support.scene import NOW, scene
from support.tab_host import until
from woodwork_engine.dead_letter import DeadLetter, DeadState
from woodwork_engine.snapshot import NodeState
from woodwork_tui.screens.replay_dialog import ReplayDialog

LARGE, SMALL = (120, 36), (80, 24)


def some() -> list[DeadLetter]:
    return [
        letter("d1", at=NOW - 240, session="s-05"),
        letter("d2", at=NOW - 180, session="s-02"),
        letter("d3", at=NOW - 120, session="s-05"),
        letter("d4", at=NOW - 60, target="agent", source="tickets", event="input.received", message="no"),
    ]


def order(*ids: str, reroute: bool = False, force: bool = False) -> tuple[str, dict[str, object]]:
    return ("replay", {"dlq_ids": list(ids), "reroute": reroute, "force": force})


async def test_one_letter_is_replayed_to_its_own_target_after_one_enter():
    app = DlqHost(some())
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("enter", "R")
        await pilot.pause()
        assert app.lines("(•) this one   ( ) 3 in group   ( ) 4 listed")
        assert app.lines("(•) audit, the original target")
        assert app.lines("re-emit from agent along the routes of rev 2")
        assert app.lines("Sends     1 message to audit")
        assert app.lines("A replay cannot be undone.")
        await pilot.press("enter")
        await pilot.pause()
        assert app.lines("d3", "1⤳")

    assert app.acts == [order("d3")]


async def test_several_begin_at_cancel_and_go_oldest_first():
    app = DlqHost(some())
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("enter", "space", "space", "R")
        await pilot.pause()
        assert app.lines("(•) 2 marked")
        assert app.lines("[ Cancel ]   [ Replay 2 messages ]")
        await pilot.press("enter")
        await pilot.pause()
        assert app.acts == []

        await pilot.press("R", "right", "enter")
        await pilot.pause()
        assert not app.lines("marked")

    assert app.acts == [order("d2", "d3")]


async def test_the_scope_can_be_widened_and_the_button_says_the_new_count():
    app = DlqHost(some())
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("enter", "R")
        app.screen.query_one("#replay-scope").focus()
        await pilot.pause()
        await pilot.press("right", "right")
        await pilot.pause()
        assert app.lines("[ Replay 4 messages ]")
        assert app.lines("Sends     4 messages to 3 → audit, 1 → agent")
        assert app.lines("( ) re-emit from 2 components")

        await pilot.press("escape")
        await pilot.pause()
        assert not isinstance(app.screen, ReplayDialog)

    assert app.acts == []


async def test_in_the_list_of_groups_the_whole_group_is_offered_first():
    app = DlqHost(some())
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("R")
        await pilot.pause()

        assert app.lines("(•) 3 in group   ( ) 4 listed")


async def test_a_re_emit_names_its_targets_and_who_gets_it_a_second_time():
    app = DlqHost(some())
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("enter", "R")
        app.screen.query_one("#replay-to").focus()
        await pilot.pause()
        await pilot.press("down")
        await pilot.pause()
        assert app.lines("Sends     1 message to desk, audit")
        assert app.lines("▲ desk gets it too and may have handled it already")
        await pilot.press("tab", "right", "enter")
        await pilot.pause()

    assert app.acts == [order("d3", reroute=True)]


async def test_a_failing_target_is_warned_about():
    app = DlqHost(some())
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("R")
        await pilot.pause()

        assert app.lines("▲ audit is failing now: ConnectionError: audit-db:5432 refused")


async def test_letters_replayed_too_often_are_left_out_until_the_person_says_so():
    letters = [*some()[:2], letter("d9", at=NOW - 10, replays=3, chain=("x", "y", "z"))]
    app = DlqHost(letters)
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("R")
        await pilot.pause()
        assert app.lines("[ Replay 2 messages ]")
        assert app.lines("1 was replayed too often already")

        app.screen.query_one("#replay-force").focus()
        await pilot.pause()
        await pilot.press("right", "tab", "right", "enter")
        await pilot.pause()

    assert app.acts == [order("d1", "d2", "d9", force=True)]


async def test_the_count_follows_what_happens_while_the_dialog_is_open():
    letters = some()
    app = DlqHost(letters)
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("R")
        app.put(letters[0], state=DeadState.REPLAYED)
        await pilot.pause()
        assert app.lines("[ Replay 2 messages ]")
        assert app.lines("1 is being replayed already")
        await pilot.press("right", "enter")
        await pilot.pause()

    assert app.acts == [order("d2", "d3")]


async def test_letters_that_die_while_the_dialog_is_open_are_told_of_and_not_sent():
    app = DlqHost(some())
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("R")
        app.put(letter("late", at=NOW))
        await pilot.pause()
        assert app.lines("(•) 3 in group")
        assert app.lines("Without   1 letter that died since this was opened")
        await pilot.press("right", "enter")
        await pilot.pause()

    assert app.acts == [order("d1", "d2", "d3")]


async def test_what_changed_since_it_was_shown_is_shown_again_before_anything_is_sent():
    letters = some()
    app = DlqHost(letters)
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("R", "right")
        app.tab._view = replace(app.view, dead_letters=tuple(letters[1:]))  # newer than what the dialog shows
        await pilot.press("enter")
        await pilot.pause()
        assert app.acts == []
        assert app.lines("This has changed just now")
        assert app.lines("[ Replay 2 messages ]")

        await until(pilot, lambda: not app.focused.has_class("-active"))  # a button counts one press at a time
        await pilot.press("enter")
        await pilot.pause()

    assert app.acts == [order("d2", "d3")]


async def test_when_nothing_is_left_to_replay_the_button_cannot_be_pressed():
    letters = some()[:1]
    app = DlqHost(letters)
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("R")
        app.put(letters[0], state=DeadState.DISCARDED)
        await pilot.pause()
        assert app.lines("Sends     nothing")
        await pilot.press("right", "enter")
        await pilot.pause()

    assert app.acts == []


async def test_a_parked_target_is_warned_about_and_one_that_is_gone_gets_nothing():
    view = scene().view()
    nodes = tuple(replace(one, state=NodeState.PARKED) if one.name == "audit" else one for one in view.snapshot.nodes)
    letters = [letter("d1", at=NOW), letter("gone", target="old", at=NOW)]
    app = DlqHost(letters, snapshot=replace(view.snapshot, nodes=nodes))
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("R")
        await pilot.pause()

        assert app.lines("▲ audit is parked")
        assert app.lines("▲ old is not in the flow of rev 2")
        assert app.lines("[ Replay 1 message ]")


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_names_are_shown_and_harm_nothing(text: str):
    app = DlqHost([letter(text[:60], target=text, source=text, session=text, event=text, message=text[:4_000], at=NOW)])
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("R")
        app.screen.query_one("#replay-to").focus()
        await pilot.pause()
        await pilot.press("down")
        await pilot.pause()

        assert isinstance(app.screen, ReplayDialog)
        assert "\x1b" not in app.painted()
