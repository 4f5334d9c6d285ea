"""The Sessions tab in a running app: the table, and the path of the session under the cursor."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.pilot import Pilot

from support.scene import NOW, scene
from support.tab_host import TabHost
from support.traffic import HOSTILE, Traffic
from woodwork_engine.snapshot import SessionStats, Snapshot
from woodwork_tui.screens.sessions import SessionsTab
from woodwork_tui.state.view import Selection, View
from woodwork_tui.widgets.compare_pane import ComparePane
from woodwork_tui.widgets.line_block import LineBlock
from woodwork_tui.widgets.line_table import LineTable

WIDE, NARROW = (120, 33), (80, 21)


class Desk:
    """A host with a Sessions tab over the scene, or over *traffic* alone."""

    def __init__(self, traffic: Traffic | None = None) -> None:
        self.scene = scene()
        self.traffic = traffic or self.scene.traffic
        self.tab = SessionsTab()
        self.app = TabHost(self.tab)
        self.parts: dict[str, object] = {}
        if traffic is not None:
            self.parts["snapshot"] = sessions_of(traffic)

    @property
    def table(self) -> LineTable:
        return self.tab.query_one("#sessions", LineTable)

    @property
    def events(self) -> LineTable:
        return self.tab.query_one("#session-events", LineTable)

    @property
    def turn(self) -> str:
        return self.tab.query_one("#session-turn", LineBlock).plain

    async def show(self, pilot: Pilot[None], **parts: object) -> None:
        """Show the traffic as it is now; *parts* of the view stay for later calls."""
        self.parts |= parts
        self.traffic.fold()
        self.app.show(self.scene.view(**{"deliveries": self.traffic.history, **self.parts}))
        await pilot.pause()


def sessions_of(traffic: Traffic) -> Snapshot:
    names = dict.fromkeys(row.session for row in traffic.fold())
    return Snapshot(sessions=tuple(SessionStats(name, traffic.now, traffic.now, 1) for name in names))


async def test_a_chosen_session_that_is_not_listed_shows_its_path_until_the_cursor_moves():
    traffic = Traffic()
    for number in range(3):
        traffic.send(f"m{number}", "agent", session=f"s-{number}", payload=f"said in {number}")
    desk = Desk(traffic)
    listed = desk.parts["snapshot"].sessions[1:]
    desk.parts["snapshot"] = replace(desk.parts["snapshot"], sessions=listed)
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot, selection=Selection(session="s-0"))
        await desk.show(pilot)
        assert "said in 0" in desk.app.painted()
        assert "─ s-0 · " in desk.app.painted()

        desk.table.focus()
        await pilot.press("down")
        await pilot.pause()
        assert "said in 2" in desk.app.painted()


async def test_the_path_is_that_of_the_session_under_the_cursor():
    desk = Desk()
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot)
        desk.tab.enter()
        assert {row.session for row in desk.events.rows} == {"s-01"}
        await pilot.press("down")
        assert desk.table.cursor_key == "s-02"
        assert {row.session for row in desk.events.rows} == {"s-02"}
        assert "s-02 · turn of" in desk.app.painted()


async def test_enter_looks_at_the_session_in_every_tab_and_says_so():
    desk = Desk()
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot)
        desk.tab.enter()
        await pilot.press("down", "enter")
        assert desk.app.told == [("select", Selection(session="s-02"))]
        await desk.show(pilot, selection=Selection(session="s-02"))
        assert "s-02 in every tab (esc clears)" in desk.app.painted()
        assert len(desk.table.rows) == 6


async def test_a_session_chosen_elsewhere_comes_under_the_cursor_once():
    desk = Desk()
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot, selection=Selection(session="s-04"))
        assert desk.table.cursor_key == "s-04"
        desk.tab.enter()
        await pilot.press("down")
        await desk.show(pilot)
        assert desk.table.cursor_key == "s-05"


async def test_the_turn_drawn_is_that_of_the_event_under_the_cursor():
    desk = Desk()
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot, selection=Selection(session="s-02"))
        desk.events.focus()
        await pilot.press("g")
        assert "✗ #4 † dead" in desk.turn
        await pilot.press("G", "up")
        assert "↻ #2 in 1.8s" in desk.turn
        assert desk.turn.split("\n")[-1].endswith("busy 9ms (audit 100%) · 1 message")


async def test_the_newest_turn_is_followed_but_each_can_be_read_for_a_second():
    desk = Desk(Traffic())
    desk.traffic.send("m0", "agent", source="first")
    desk.parts["snapshot"] = sessions_of(desk.traffic)
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot, now=NOW)
        assert "first" in desk.turn
        desk.traffic.send("m1", "agent", source="second")
        await desk.show(pilot, now=NOW + 0.5)
        assert desk.events.cursor_key == ("m1", "agent")
        assert "first" in desk.turn
        await desk.show(pilot, now=NOW + 1.0)
        assert "second" in desk.turn


async def test_moving_up_in_the_events_holds_them_and_counts_what_comes():
    desk = Desk(Traffic())
    for number in range(30):
        desk.traffic.send(f"m{number}", "agent")
    desk.parts["snapshot"] = sessions_of(desk.traffic)
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot)
        desk.events.focus()
        await pilot.press("up")
        for number in range(5):
            desk.traffic.send(f"n{number}", "agent")
            desk.traffic.send(f"o{number}", "agent", session="other")
        await desk.show(pilot)
        assert desk.events.cursor_key == ("m28", "agent")
        assert "‖ paused, 5 new (F to follow)" in desk.app.painted()


async def test_another_session_is_followed_anew():
    desk = Desk()
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot)
        desk.events.focus()
        await pilot.press("g")
        desk.tab.enter()
        await pilot.press("down")
        assert desk.events.following
        assert desk.events.cursor_key == ("msg-q3", "agent")


async def test_enter_on_an_event_shows_the_message():
    desk = Desk()
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot)
        desk.tab.enter()
        await pilot.press("tab", "enter")
        assert desk.app.told == [("select", Selection(message=("msg-q1", "agent"))), ("goto", "messages")]


async def test_without_room_the_table_gives_way_to_the_events():
    desk = Desk()
    async with desk.app.run_test(size=NARROW) as pilot:
        await desk.show(pilot)
        desk.tab.enter()
        assert not desk.tab.query_one("#session-path").display
        await pilot.press("down", "enter")
        await desk.show(pilot, selection=Selection(session="s-02"))
        assert not desk.tab.query_one("#session-list").display
        assert desk.events.has_focus
        assert len(desk.events.rows) == 18
        assert desk.tab.close()
        await pilot.pause()
        assert desk.table.has_focus
        assert not desk.tab.close()


async def test_where_there_is_hardly_room_the_events_matter_more_than_the_waterfall():
    desk = Desk()
    async with desk.app.run_test(size=(60, 9)) as pilot:
        await desk.show(pilot)
        desk.tab.enter()
        await pilot.press("down", "enter")
        await desk.show(pilot, selection=Selection(session="s-02"))
        assert not desk.tab.query_one("#session-turn").display
        assert "22:13:19.799"[3:] in desk.app.painted()


async def test_tap_and_copy_are_about_the_session_or_from_the_events_about_one_of_them():
    desk = Desk()
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot)
        desk.tab.enter()
        await pilot.press("t", "y")
        assert desk.app.told == [("select", Selection(session="s-01")), ("goto", "flow"), ("copy", "s-01")]
        await pilot.press("tab", "t", "e")
        assert desk.app.told[3:] == [
            ("select", Selection(edge=("tickets", "agent"))),
            ("goto", "flow"),
            ("source", "main.ww", 7),
        ]
        await pilot.press("y", "enter")
        assert desk.app.told[-1][0] == "copy"
        assert "ticket 25" in desk.app.told[-1][1]


async def test_the_table_can_be_ordered_and_turned_round_and_the_cursor_stays_on_its_session():
    desk = Desk()
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot)
        desk.tab.enter()
        await pilot.press("down", "o", "o")
        assert "Sessions 6 · worst first" in desk.app.painted()
        assert [row.id for row in desk.table.rows][:2] == ["s-02", "s-05"]
        assert desk.table.cursor_key == "s-02"
        await pilot.press("O")
        assert desk.table.rows[-1].id == "s-02"
        assert desk.table.cursor_key == "s-02"


async def test_a_filter_narrows_the_table_and_a_bad_one_leaves_it():
    desk = Desk()
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot, filter="state:failing")
        assert [row.id for row in desk.table.rows] == ["s-02", "s-05"]
        assert desk.tab.filter_status() == "2 of 6"
        await desk.show(pilot, filter="state:")
        assert len(desk.table.rows) == 2
        await desk.show(pilot, filter="queued>99")
        assert "0 of 6 match queued>99. esc clears the filter." in desk.app.painted()
        assert (desk.tab.check_filter("queued>") or "").startswith("a value is missing here")


async def test_without_sessions_it_says_when_there_will_be_one_and_no_key_does_anything():
    desk = Desk()
    async with desk.app.run_test(size=WIDE) as pilot:
        desk.app.show(View())
        desk.tab.enter()
        await pilot.press("enter", "t", "y", "R", "e", "o", "O", "ctrl+t", "tab", "enter", "F", "y")
        assert "No sessions yet. The first message creates one." in desk.app.painted()
        assert desk.app.told == []


async def test_a_session_of_which_nothing_is_kept_says_so():
    desk = Desk()
    gone = SessionStats("s-99", NOW - 9_000, NOW - 8_000, 3)
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot, snapshot=replace(desk.scene.snapshot, sessions=(gone,)))
        assert "Nothing of s-99 is among the 81 deliveries kept." in desk.app.painted()


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_hostile_names_and_texts_neither_crash_nor_escape(size):
    traffic = Traffic()
    for number, text in enumerate(HOSTILE):
        name = text[:60]
        traffic.send(f"m{number}", name, payload={name: text}, session=name, source=name, event=name)
        traffic.fail(f"m{number}", name, text[:5_000])
    desk = Desk(traffic)
    async with desk.app.run_test(size=size) as pilot:
        await desk.show(pilot)
        desk.tab.enter()
        for row in desk.table.rows:
            desk.table.move_to(row.id)
            await desk.show(pilot, selection=Selection(session=row.id))
            painted = desk.app.painted().replace("\n", "")
            assert painted.isprintable()
            if size == NARROW:
                await pilot.press("enter")
                assert desk.app.painted().replace("\n", "").isprintable()
                desk.tab.close()


async def test_the_ascii_set_is_used_where_it_is_wanted():
    desk = Desk()
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot, ascii=True, selection=Selection(session="s-02"))
        assert "X failing" in desk.app.painted()
        desk.events.focus()
        await pilot.press("G", "up")
        assert "X #1 R #2 in 1.8s" in desk.turn


async def test_v_draws_the_turn_as_a_sequence_and_again_as_a_waterfall():
    desk = Desk()
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot)
        assert "waiting in queue" in desk.turn
        await pilot.press("v")
        assert "├─" in desk.turn
        assert "· sequence" in desk.app.painted()
        await pilot.press("v")
        assert "waiting in queue" in desk.turn


async def test_space_marks_a_session_and_goes_on_and_a_backslash_takes_the_marks_away():
    desk = Desk()
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot)
        desk.table.focus()
        await pilot.press("space", "space")
        assert "2 marked" in desk.app.painted()
        assert "* s-01" in desk.app.painted()
        assert desk.table.spot.index == 2
        await pilot.press("backslash")
        assert "marked" not in desk.app.painted()


async def test_capital_c_compares_the_two_marked_sessions_and_escape_comes_back():
    desk = Desk()
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot)
        desk.table.focus()
        await pilot.press("space", "space", "C")
        await pilot.pause()
        assert "s-01 ↔ s-02 ·" in desk.app.painted()
        assert not desk.table.is_on_screen
        assert desk.tab.close()
        await pilot.pause()
        assert desk.app.focused is desk.table
        assert "↔" not in desk.app.painted()


async def test_with_one_mark_the_session_under_the_cursor_is_the_other_one_and_without_any_it_says_what_to_do():
    desk = Desk()
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot)
        desk.table.focus()
        await pilot.press("C")
        assert "Mark two sessions" in next(iter(desk.app._notifications)).message
        await pilot.press("space", "down", "C")
        await pilot.pause()
        assert "s-01 ↔ s-03 ·" in desk.app.painted()


def compared(traffic: Traffic) -> None:
    for session, texts in (("a", "xyz"), ("b", "xqw")):
        for number, text in enumerate(texts):
            traffic.send(f"{session}-{number}", "agent", payload=text, session=session)


async def test_n_goes_from_difference_to_difference_and_says_where_there_is_none():
    traffic = Traffic()
    compared(traffic)
    desk = Desk(traffic)
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot)
        desk.tab.action_compare("a", "b")
        await pilot.pause()
        pane = desk.tab.query_one(ComparePane)
        assert pane.table.spot.index == 1
        assert "- y" in desk.app.painted()
        await pilot.press("n")
        assert pane.table.spot.index == 2
        await pilot.press("n")
        assert "No further difference" in next(iter(desk.app._notifications)).message
        await pilot.press("N")
        assert pane.table.spot.index == 1


async def test_a_comparison_stays_as_it_was_while_messages_come():
    traffic = Traffic()
    compared(traffic)
    desk = Desk(traffic)
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot)
        desk.tab.action_compare("a", "b")
        traffic.send("a-9", "agent", session="a")
        await desk.show(pilot)
        assert len(desk.tab.query_one(ComparePane).table.rows) == 3


@pytest.mark.parametrize("size", [WIDE, NARROW, (60, 17), (30, 8)])
async def test_hostile_sessions_are_compared_and_drawn_at_any_size(size):
    traffic = Traffic()
    for number, text in enumerate(HOSTILE):
        traffic.send(f"m-{number}", "agent", payload={"t": text}, session="a" if number % 2 else "b", event=text[:40])
    desk = Desk(traffic)
    async with desk.app.run_test(size=size) as pilot:
        await desk.show(pilot)
        await pilot.press("v")
        desk.tab.action_compare("a", "b")
        await pilot.pause()
        assert "\x1b" not in desk.app.painted()
        assert all(len(line) <= size[0] for line in desk.app.painted().split("\n"))


async def test_where_the_path_is_out_of_sight_its_keys_are_not_offered():
    desk = Desk()
    async with desk.app.run_test(size=NARROW) as pilot:
        await desk.show(pilot)
        assert desk.tab.check_action("view", ()) is False
        desk.table.focus()
        await pilot.press("enter")
        await pilot.pause()
        assert desk.tab.check_action("view", ()) is True


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_d_goes_to_the_events_of_the_session(size):
    desk = Desk()
    async with desk.app.run_test(size=size) as pilot:
        await desk.show(pilot)
        desk.table.focus()
        await pilot.press("d")
        await pilot.pause()
        assert desk.app.focused is desk.events
        assert desk.events.is_on_screen


async def test_enter_on_a_compared_hop_opens_its_message():
    traffic = Traffic()
    compared(traffic)
    desk = Desk(traffic)
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot)
        desk.tab.action_compare("a", "b")
        await pilot.press("enter")
        assert desk.app.told[-2:] == [("select", Selection(message=("a-1", "agent"))), ("goto", "messages")]
