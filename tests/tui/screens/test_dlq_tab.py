"""The DLQ tab in a running app: groups, letters, detail, marks, and what a key does at once."""

from __future__ import annotations

import pytest

from support.dead_letters import HOSTILE, letter
from support.dlq_host import DlqHost
from support.scene import NOW
from support.tab_host import until
from woodwork_engine.dead_letter import DeadLetter, DeadState
from woodwork_tui.screens.ask import Ask
from woodwork_tui.state.view import Selection

LARGE, SMALL = (120, 36), (80, 24)


def some() -> list[DeadLetter]:
    """Four letters in two groups, died four minutes to one minute ago."""
    return [
        letter("d1", at=NOW - 240, session="s-05", payload={"text": "one"}),
        letter("d2", at=NOW - 180, session="s-02", payload={"text": "two"}),
        letter("d3", at=NOW - 120, session="s-05", payload={"text": "three"}, replays=1, chain=("d0",)),
        letter("d4", at=NOW - 60, target="agent", session="s-06", error="ValueError", message="1 field required"),
    ]


def many(count: int) -> list[DeadLetter]:
    return [letter(f"m{n:05d}", at=NOW - 600 + n * 0.01, message=f"order {n} refused") for n in range(count)]


async def test_groups_stand_over_the_letters_of_the_group_under_the_cursor():
    app = DlqHost(some())
    async with app.run_test(size=LARGE) as pilot:
        await pilot.pause()
        assert app.lines("Dead letters 4 · 2 groups by reason")
        assert app.lines("▌", "3", "audit", "ConnectionError: audit-db:5432 refused", "1 died again")
        assert app.lines("3 × ConnectionError: audit-db:5432 refused · audit")
        assert app.lines("[ ]", "d3", "4/4", "1✗", '{"text":"three"}')

        await pilot.press("down")
        await pilot.pause()
        assert app.lines("1 × ValueError: 1 field required · agent")
        assert app.lines("[ ]", "d4", "s-06")


async def test_a_large_screen_shows_payload_attempts_and_route_of_the_letter_under_the_cursor():
    app = DlqHost(some())
    async with app.run_test(size=(120, 60)) as pilot:
        await pilot.press("enter", "down")
        await pilot.pause()

        assert app.lines("† ConnectionError: audit-db:5432 refused")
        assert app.lines('"text": "two"')
        assert app.lines("#4", "✗ ConnectionError")


async def test_a_small_screen_shows_the_detail_on_enter_until_it_is_closed():
    app = DlqHost(some())
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert not app.lines('"text": "three"')

        await pilot.press("enter")
        await pilot.pause()
        assert app.lines('"text": "three"')
        assert not app.lines("Dead letters")

        assert app.tab.close()
        await pilot.pause()
        assert app.lines("Dead letters")
        assert app.focused is app.tab.query_one("#letters")
        assert app.tab.close()
        await pilot.pause()
        assert not app.tab.close()


async def test_the_reason_has_the_room_that_nothing_else_needs():
    told = "ValueError: order 2: amount '12,50 EUR' is not a number; say 12.50"
    name, _, message = told.partition(": ")
    app = DlqHost([letter("d1", at=NOW, target="billing", error=name, message=message)])
    async with app.run_test(size=LARGE) as pilot:
        await pilot.pause()
        assert app.lines("▌", "billing", told)
        assert not app.lines("REPLAYED"), "nothing was replayed"


async def test_sessions_can_be_told_apart_on_a_small_screen():
    app = DlqHost([letter(f"d{n}", at=NOW - n, session=f"customer-1{n}") for n in range(3)])
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        assert all(app.lines("[ ]", f"customer-1{n}") for n in range(3))


async def test_a_low_screen_shows_groups_then_letters_then_the_detail():
    app = DlqHost(some())
    async with app.run_test(size=(40, 7)) as pilot:
        await pilot.pause()
        assert app.lines("▌", "ConnectionError")
        assert app.lines(" 1 ", "ValueError")

        await pilot.press("enter")
        await pilot.pause()
        assert app.lines("▌[ ]", "three")
        assert not app.lines("Dead letters")
        await pilot.press("enter")
        await pilot.pause()
        assert app.lines("Dead letter ─")

        assert app.tab.close()
        await pilot.pause()
        assert app.lines("▌[ ]", "three")
        assert app.tab.close()
        await pilot.pause()
        assert app.lines("▌", "ConnectionError")
        assert app.focused is app.tab.query_one("#groups")


async def test_v_groups_by_node_session_and_event_and_keeps_the_letter():
    app = DlqHost(some())
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("enter", "down", "down", "v")
        await pilot.pause()
        assert app.lines("2 groups by node")
        await pilot.press("v")
        await pilot.pause()

        assert app.lines("3 groups by session")
        assert app.lines("2 × s-05 · audit")
        assert app.lines("▌[ ]", "d1", "ConnectionError")


async def test_a_letter_leaves_the_list_once_its_replay_succeeds_and_the_cursor_stays_near():
    letters = some()
    app = DlqHost(letters)
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("enter", "down")
        app.put(letters[1], state=DeadState.REPLAYED)
        await pilot.pause()
        assert app.lines("▌[ ]", "d2", "1⤳")
        assert app.lines("1 under way, 1 di")

        app.put(letters[1], state=DeadState.REPLAYED, replay_ok=True)
        await pilot.pause()
        assert not app.lines("[ ]", "d2")
        assert app.lines("▌[ ]", "d1")


async def test_the_cursor_stays_on_its_letter_while_others_die():
    app = DlqHost(some())
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("enter", "down")
        app.put(letter("d9", at=NOW))
        await pilot.pause()

        assert app.lines("▌[ ]", "d2")
        assert app.lines("4 × ConnectionError")


async def test_marks_are_counted_and_survive_another_group():
    app = DlqHost(some())
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("enter", "space", "space")
        await pilot.pause()
        assert app.lines("[x]", "d3")
        assert app.lines("[x]", "d2")
        assert app.lines("▌[ ]", "d1")
        assert app.lines("2 marked")

        await pilot.press("asterisk")
        await pilot.pause()
        assert app.lines("3 marked")
        await pilot.press("backslash")
        await pilot.pause()
        assert not app.lines("marked")


async def test_a_mark_goes_with_the_letter_it_was_on():
    letters = some()
    app = DlqHost(letters)
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("enter", "asterisk")
        app.put(letters[0], state=DeadState.REPLAYED)
        await pilot.pause()

        assert app.lines("2 marked")


async def test_one_letter_is_discarded_at_once_and_u_brings_it_back():
    app = DlqHost(some())
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("enter", "D")
        await pilot.pause()
        assert app.lines("trash 1 (u undo)")
        assert not app.lines("[ ]", "d3")
        await pilot.press("u")
        await pilot.pause()
        assert app.lines("[ ]", "d3")

    assert app.acts == [("discard", {"dlq_ids": ["d3"]}), ("restore", {"dlq_ids": ["d3"]})]


async def test_several_are_discarded_only_after_a_question_with_the_exact_count():
    app = DlqHost(some())
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("enter", "space", "space", "D")
        await pilot.pause()
        assert app.lines("[ Discard 2 dead letters ]")
        await pilot.press("enter")  # the focus is on Cancel
        await pilot.pause()
        assert app.acts == []

        await pilot.press("D", "right", "enter")
        await pilot.pause()
        assert app.lines("trash 2 (u undo)")

    assert app.acts == [("discard", {"dlq_ids": ["d2", "d3"]})]


async def test_in_the_list_of_groups_d_means_the_group_and_asks():
    app = DlqHost(some())
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("D")
        await pilot.pause()

        assert app.lines("[ Discard 3 dead letters ]")


async def test_one_marked_letter_away_from_the_cursor_is_asked_about():
    app = DlqHost(some())
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("enter", "space", "D")
        await pilot.pause()

        assert app.lines("[ Discard 1 dead letter ]")


async def test_the_count_of_a_question_follows_what_happens_meanwhile():
    letters = some()
    app = DlqHost(letters)
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("D")
        app.put(letters[0], state=DeadState.DISCARDED)
        await pilot.pause()
        assert app.lines("[ Discard 2 dead letters ]")
        assert app.lines("1 can no longer be discarded.")
        await pilot.press("right", "enter")
        await pilot.pause()

    assert app.acts == [("discard", {"dlq_ids": ["d2", "d3"]})]


async def test_bringing_several_back_asks_too():
    app = DlqHost(some())
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("D", "right", "enter", "u")
        await pilot.pause()
        assert isinstance(app.screen, Ask)
        assert app.lines("[ Bring back 3 dead letters ]")
        await pilot.press("right", "enter")
        await pilot.pause()

    assert app.acts[-1] == ("restore", {"dlq_ids": ["d1", "d2", "d3"]})


async def test_without_anything_to_act_on_no_key_does_anything():
    app = DlqHost([])
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("R", "e", "D", "u", "space", "asterisk", "y", "v", "enter")
        await pilot.pause()
        assert app.lines("No dead letters. (since start: 3 died, 0 replayed ok)")

    assert app.told == []


async def test_session_and_filter_leave_only_what_they_find():
    app = DlqHost(some())
    async with app.run_test(size=LARGE) as pilot:
        app.again(selection=Selection(session="s-05"))
        await pilot.pause()
        assert app.lines("Dead letters 2 of 4")

        app.again(selection=Selection(), filter="payload.text:two")
        await pilot.pause()
        assert app.tab.filter_status() == "1 of 4"
        assert app.lines("[ ]", "d2")

        app.again(filter="payload.text:nine")
        await pilot.pause()
        assert app.lines("0 of 4 match payload.text:nine. esc clears the filter.")
        assert app.tab.check_filter("paylod:x")


async def test_y_copies_the_payload_as_json():
    app = DlqHost(some())
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("enter", "y")
        await pilot.pause()

    assert app.told == [("copy", '{\n  "text": "three"\n}')]


async def test_ten_thousand_letters_are_grouped_once_while_nothing_changes():
    app = DlqHost(many(10_000))
    async with app.run_test(size=LARGE) as pilot:
        await until(pilot, lambda: app.lines("Dead letters 10,000 · 1 group by reason"))
        assert app.lines("ConnectionError: order <n> refused")
        groups = app.tab.query_one("#groups").rows
        app.show(app.view)
        app.again()

        assert app.tab.query_one("#groups").rows is groups


@pytest.mark.parametrize("size", [LARGE, SMALL, (170, 40), (40, 10)])
async def test_hostile_letters_are_shown_and_harm_nothing(size: tuple[int, int]):
    letters = [
        letter(
            f"h{number}{text[:50]}", payload={"x": text, text[:99]: 1}, message=text[:4_000], error=text[:100], at=NOW,
            session=text, source=text, target=text, event=text, traceback=text[:16_000],
        )
        for number, text in enumerate(HOSTILE)
    ]  # fmt: skip
    app = DlqHost(letters)
    async with app.run_test(size=size) as pilot:
        for _ in letters:
            await pilot.press("enter", "enter")
            await pilot.pause()
            assert "\x1b" not in app.painted()
            app.tab.close()
            app.tab.close()
            await pilot.press("down")
        await pilot.press("v", "v", "v", "asterisk", "D")
        await pilot.pause()

        assert "\x1b" not in app.painted()


async def test_the_dead_letter_of_a_message_selected_elsewhere_comes_under_the_cursor_once():
    app = DlqHost(some())
    async with app.run_test(size=LARGE) as pilot:
        app.again(selection=Selection(message=("msg-d4", "agent")))
        app.tab.enter()
        await pilot.pause()
        assert app.lines("▌[ ]", "d4", "s-06")
        assert app.focused is app.tab.query_one("#letters")
        await pilot.press("escape")
        app.tab.close()
        await pilot.press("g")
        app.again()
        await pilot.pause()
        assert app.lines("▌", "ConnectionError: audit-db:5432 refused")
