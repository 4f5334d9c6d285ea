"""The replay dialog: which letters, where to, and that nothing is sent that was not shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.dead_letters import HOSTILE, letter
from support.dlq_host import DlqHost
from support.scene import NOW, scene
from support.tab_host import until
from woodwork_engine.bus.replay_order import ReplayPreview
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


def order(*ids: str, reroute: bool = False, force: bool = False, **how: object) -> tuple[str, dict[str, object]]:
    """Return what is asked of the engine: a plain replay of one letter, a job for several."""
    said = {"dlq_ids": list(ids), "reroute": reroute, "force": force, **how}
    if len(ids) == 1:
        return ("replay", said)
    return ("replay_many", {"where": "", "rate": 5.0, "canary": 1, "stop_after": 1, **said})


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
        assert app.lines("These go to 2 different targets.")

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
        app.screen.query_one("#yes").focus()
        await pilot.press("enter")
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
        await pilot.press("right")
        app.screen.query_one("#yes").focus()
        await pilot.press("enter")
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
        app.tab._want()
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


def six() -> list[DeadLetter]:
    return [letter(f"d{n}", at=NOW - 60 - n, target="desk", source="agent") for n in range(6)]


async def test_several_go_at_a_pace_and_more_than_five_have_a_canary():
    app = DlqHost(six())
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("R")
        await pilot.pause()
        assert app.lines("Pace      canary 1 ", "then 5/s ", "stop after 1 ")
        app.screen.query_one("#pace-rate").focus()
        await pilot.press("ctrl+u", *"30/m", "enter", "ctrl+u", *"4", "enter")
        app.screen.query_one("#yes").focus()
        await pilot.press("enter")
        await pilot.pause()

    ids = [f"d{n}" for n in range(5, -1, -1)]
    assert app.acts == [order(*ids, rate=0.5, canary=1, stop_after=4)]


async def test_a_canary_that_the_person_has_typed_is_not_changed_by_what_is_advised():
    letters = six()
    app = DlqHost(letters)
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("R")
        app.screen.query_one("#pace-canary").focus()
        await pilot.press("ctrl+u", "3")
        app.put(letters[0], state=DeadState.DISCARDED)
        await pilot.pause()
        assert app.lines("canary 3 "), app.painted()
        assert app.lines("[ Replay 5 messages ]")


async def test_a_pace_that_cannot_be_read_is_said_and_sends_nothing():
    app = DlqHost(six())
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("R")
        app.screen.query_one("#pace-rate").focus()
        await pilot.press("ctrl+u", *"soon")
        await pilot.pause()
        assert app.lines("pace: soon is none; write one such as 5/s or 300/m")
        assert app.screen.query_one("#yes").disabled

    assert app.acts == []


async def test_one_letter_needs_no_pace_and_may_have_one_try_only():
    app = DlqHost(some())
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("enter", "R")
        await pilot.pause()
        assert not app.lines("Pace")
        assert app.lines("Attempts  (•) fresh 4   ( ) one try only")
        app.screen.query_one("#replay-tries").focus()
        await pilot.press("right")
        app.screen.query_one("#yes").focus()
        await pilot.press("enter")
        await pilot.pause()

    assert app.acts == [order("d3", once=True)]


async def test_a_dry_run_has_the_engine_count_and_sends_nothing():
    app = DlqHost(some())
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("R", "left", "enter")
        await pilot.pause()
        app.thens[0](ReplayPreview(3, (("audit", 3),), 2, 1, 0.4))
        await pilot.pause()
        assert app.lines("Dry run   3 messages of 2 sessions: 3 → audit, at least 0.4s; 1 would be refused")
        assert isinstance(app.screen, ReplayDialog)

    assert [name for name, _ in app.acts] == ["preview_replay"]
    assert app.acts[0][1] == order("d1", "d2", "d3")[1]


async def test_the_dialog_says_what_a_replay_makes_anew_and_that_it_joins_the_traffic():
    """Screens 3.3: new ids, among live traffic, retention restarts; say so, and keep the link."""
    app = DlqHost(some())
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("R")
        await pilot.pause()
        assert app.lines("after what waits there now")
        assert app.lines("new id, linked to its letter; attempts and ttl start anew")
        assert app.lines("handler up since", "(rev 1)")


async def test_letters_for_unlike_targets_are_not_replayed_together():
    """Screens 3.3: refuse retry-all across unlike targets."""
    app = DlqHost(some())
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("R", "shift+tab")
        app.screen.query_one("#replay-scope").focus()
        await pilot.press("right")
        await pilot.pause()
        assert app.lines("These go to 2 different targets.")
        assert app.screen.query_one("#yes").disabled


async def test_what_a_typed_filter_finds_is_asked_about_with_the_typed_pace():
    app = DlqHost(six())
    async with app.run_test(size=LARGE) as pilot:
        app.again(filter="session:s-01")
        await app.tab.run_action("replay_where('session:s-01', 2.0, 3, 0)")
        await pilot.pause()
        assert app.lines("canary 3 ", "then 2/s ")
        assert app.lines("[ Replay 6 messages ]")
        app.screen.query_one("#yes").focus()
        await pilot.press("enter")
        await pilot.pause()

    (said,) = app.acts
    assert said[1]["where"] == "session:s-01"
    assert (said[1]["rate"], said[1]["canary"], said[1]["stop_after"]) == (2.0, 3, None)
