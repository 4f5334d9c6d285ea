"""The Messages tab in a running app: it follows, holds, filters, and shows one message in full."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from support.scene import scene
from support.tab_host import TabHost, until
from support.traffic import HOSTILE, START, Traffic
from woodwork_engine.snapshot import Snapshot
from woodwork_tui.screens.messages import MessagesTab
from woodwork_tui.state.message_pages import PAGES
from woodwork_tui.state.view import Selection, View
from woodwork_tui.widgets.line_block import LineBlock
from woodwork_tui.widgets.line_table import LineTable
from woodwork_tui.widgets.line_view import LineView
from woodwork_tui.widgets.message_detail import MessageDetail

WIDE, NARROW = (120, 33), (80, 21)


class Desk:
    """A host with a Messages tab over *traffic*."""

    def __init__(self, traffic: Traffic | None = None) -> None:
        self.traffic = traffic or numbered(40)
        self.tab = MessagesTab()
        self.app = TabHost(self.tab)
        self.parts: dict[str, object] = {}

    @property
    def table(self) -> LineTable:
        return self.tab.query_one("#messages", LineTable)

    @property
    def detail(self) -> MessageDetail:
        return self.tab.query_one(MessageDetail)

    @property
    def page(self) -> str:
        return "\n".join(self.tab.query_one("#message-page", LineView).shown)

    async def show(self, pilot: Pilot[None], **parts: object) -> None:
        """Show the traffic as it is now; *parts* of the view stay for later calls."""
        self.parts |= parts
        shown = {"snapshot": Snapshot(started_at=START), "now": self.traffic.now}
        self.app.show(View(**{**shown, "deliveries": self.traffic.fold(), **self.parts}))
        await pilot.pause()

    def send(self, *names: str) -> None:
        for name in names:
            self.traffic.send(name, "agent")


def numbered(count: int, **options: object) -> Traffic:
    """Return traffic of *count* messages m00, m01... in two sessions."""
    traffic = Traffic(**options)
    for number in range(count):
        traffic.send(f"m{number:02d}", "agent", session=f"s-{number % 2}", payload={"text": f"question {number}"})
        traffic.now += 0.01
    return traffic


def nothing_acts(painted: str) -> bool:
    """Whether no character of *painted* would act on a terminal or hide from its reader."""
    return not any(
        ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 or 0xD800 <= ord(c) < 0xE000 or c == "\u202e"
        for c in painted.replace("\n", "")
    )


def chosen_line(desk: Desk) -> tuple[int, str]:
    """Return where the cursor is on the screen, and the line it is on without its scrollbar."""
    return next((y, line[:-2]) for y, line in enumerate(desk.app.painted().split("\n")) if line.startswith("│▌"))


async def test_it_follows_the_newest_message_and_shows_it():
    desk = Desk()
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot)
        desk.send("new")
        await desk.show(pilot)
        assert desk.table.cursor_key == ("new", "agent")
        assert "Messages · all sessions · following" in desk.app.painted()
        assert desk.page.startswith("hi")


async def test_moving_up_stops_it_and_the_chosen_row_stays_where_it_is_whatever_comes():
    desk = Desk()
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot)
        desk.tab.enter()
        await pilot.press("up", "up")
        place = chosen_line(desk)
        for number in range(86):
            desk.send(f"new{number}")
            if number % 20 == 0:
                await desk.show(pilot)
        await desk.show(pilot)
        assert desk.table.cursor_key == ("m37", "agent")
        assert chosen_line(desk) == place
        assert "‖ view paused, 86 new (F to follow)" in desk.app.painted().split("\n")[0]


async def test_only_messages_that_match_count_as_new():
    desk = Desk()
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot, filter="session:s-0")
        desk.tab.enter()
        await pilot.press("up")
        desk.traffic.send("mine", "agent", session="s-0")
        desk.traffic.send("other", "agent", session="s-1")
        await desk.show(pilot)
        assert ", 1 new" in desk.app.painted().split("\n")[0]


async def test_follow_goes_back_to_the_newest():
    desk = Desk()
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot)
        desk.tab.enter()
        await pilot.press("g", "F")
        assert desk.table.cursor_key == ("m39", "agent")
        assert "following" in desk.app.painted().split("\n")[0]


async def test_follow_leaves_another_order_too():
    desk = Desk()
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot)
        desk.tab.enter()
        await pilot.press("o")
        assert "slowest first" in desk.app.painted().split("\n")[0]
        desk.send("new")
        await desk.show(pilot)
        assert desk.table.cursor_key == ("m39", "agent")
        await pilot.press("F")
        assert desk.table.cursor_key == ("new", "agent")


async def test_a_full_ring_does_not_move_the_chosen_row():
    desk = Desk(numbered(200, limit=200))
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot)
        desk.tab.enter()
        await pilot.press("up", "up")
        place = chosen_line(desk)
        for burst in range(4):
            desk.send(*(f"n{burst}-{number}" for number in range(10)))
            await desk.show(pilot)
            assert chosen_line(desk) == place
            assert desk.table.cursor_key == ("m197", "agent")
            assert f", {10 * (burst + 1)} new" in desk.app.painted().split("\n")[0]


async def test_enter_opens_the_message_that_was_seen_and_keeps_it_while_others_come():
    desk = Desk(numbered(50, limit=50))
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot)
        desk.tab.enter()
        desk.send("late")  # accepted, not yet shown
        await pilot.press("enter")
        desk.send(*(f"n{number}" for number in range(60)))
        await desk.show(pilot)
        assert "question 49" in desk.page
        assert desk.app.told[-1] == ("select", Selection(message=("m49", "agent")))
        assert not desk.tab.query_one("#message-list").display
        assert desk.tab.close()
        await pilot.pause()
        assert desk.tab.query_one("#message-list").display
        assert desk.table.has_focus
        assert not desk.tab.close()


async def test_the_focus_in_the_detail_holds_the_list():
    desk = Desk()
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot)
        desk.tab.enter()
        await pilot.press("tab")
        desk.send("new")
        await desk.show(pilot)
        assert desk.table.cursor_key == ("m39", "agent")
        assert desk.tab.close()


async def test_a_filter_narrows_the_list_and_says_how_much_is_left():
    desk = Desk()
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot, filter="payload.text:*3")
        assert [row.message_id for row in desk.table.rows] == ["m03", "m13", "m23", "m33"]
        assert desk.tab.filter_status() == "4 of 40 kept · ring 1,000 · 0 dropped"
        await desk.show(pilot, filter="state:dead")
        assert "0 of 40 match state:dead. esc clears the filter." in desk.app.painted()
        assert desk.tab.check_filter("state:dead") is None
        assert "did you mean" in (desk.tab.check_filter("stat:dead") or "")


async def test_the_chosen_session_filters_the_list():
    desk = Desk()
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot, selection=Selection(session="s-1"))
        assert {row.session for row in desk.table.rows} == {"s-1"}
        assert "Messages · s-1 ·" in desk.app.painted().split("\n")[0]
        await desk.show(pilot, selection=Selection(session="s-9"))
        assert "0 of 40 match session:s-9" in desk.app.painted()


async def test_without_any_message_it_says_since_when():
    desk = Desk(Traffic())
    async with desk.app.run_test(size=NARROW) as pilot:
        await desk.show(pilot)
        assert "No messages since start (22:13:20). i to inject." in desk.app.painted()
        assert "No message is selected." in desk.app.painted()
        desk.tab.enter()
        await pilot.press("enter", "R", "t", "e", "y", "v", "right", "o", "O", "F", "ctrl+t")
        assert desk.app.told == []


async def test_a_message_selected_elsewhere_is_brought_under_the_cursor_once():
    desk = Desk()
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot)
        await desk.show(pilot, selection=Selection(message=("m05", "agent")))
        assert desk.table.cursor_key == ("m05", "agent")
        assert not desk.table.following
        desk.tab.enter()
        await pilot.press("down")
        await desk.show(pilot)
        assert desk.table.cursor_key == ("m06", "agent")


async def test_retry_now_is_asked_for_what_waits_and_the_dead_letters_for_what_died():
    desk = Desk(numbered(2))
    desk.traffic.fail("m00", "agent")
    desk.traffic.retry("m00", "agent")
    desk.traffic.dead("m01", "agent")
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot)
        desk.tab.enter()
        await pilot.press("R")
        assert desk.app.told == [("select", Selection(message=("m01", "agent"))), ("goto", "dlq")]
        await pilot.press("up", "R")
        assert desk.app.told[2:] == [("retry_now", {"message_id": "m00", "target": "agent"})]


async def test_tap_and_source_lead_to_its_way_and_to_its_route():
    moment = scene()
    tab = MessagesTab()
    app = TabHost(tab)
    async with app.run_test(size=WIDE) as pilot:
        app.show(moment.view())
        tab.enter()
        await pilot.press("t", "e")
        assert app.told == [
            ("select", Selection(edge=("tickets", "agent"))),
            ("goto", "flow"),
            ("source", "main.ww", 7),
        ]


async def test_from_the_error_page_source_leads_to_the_own_line_that_failed():
    tab = MessagesTab()
    app = TabHost(tab)
    async with app.run_test(size=WIDE) as pilot:
        app.show(scene().view(filter="state:retry"))
        tab.enter()
        await pilot.press("right", "right", "right", "e")
        assert tab.query_one(MessageDetail).page == "error"
        assert app.told == [("source", "/home/ana/flow/audit.py", 22)]


async def test_copying_asks_what_to_copy():
    desk = Desk(numbered(1))
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot)
        desk.tab.enter()
        await pilot.press("y", "down", "enter")
        assert desk.app.told == [("copy", '{"text": "question 0"}')]
        await pilot.press("y", "escape")
        assert len(desk.app.told) == 1


async def test_left_and_right_turn_the_pages_from_the_list_and_from_the_page():
    desk = Desk(numbered(1))
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot)
        desk.tab.enter()
        await pilot.press("right")
        assert desk.detail.page == "headers"
        assert "correlation" in desk.page
        await pilot.press("enter", "left", "left")
        assert desk.detail.page == "raw"
        await pilot.press("w", "left")  # no longer wrapped, the text itself moves
        assert desk.detail.page == "raw"


async def test_a_click_on_a_page_turns_to_it():
    desk = Desk(numbered(1))
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot)
        strip = desk.tab.query_one("PageStrip")
        await pilot.click("PageStrip", offset=(strip.text.index("Trace") + 1, 0))
        assert desk.detail.page == "trace"


async def test_the_form_of_the_payload_changes_in_turn():
    desk = Desk(numbered(1))
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot)
        desk.tab.enter()
        seen = []
        for _ in range(4):
            seen.append(desk.page.split("\n")[0])
            await pilot.press("v")
        assert seen[:2] == ['{"text": "question 0"}', "{"]
        assert seen[3].startswith("00000000  7b")


async def test_summary_why_and_error_stay_on_every_page():
    app = TabHost(MessagesTab())
    async with app.run_test(size=NARROW) as pilot:
        app.show(scene().view(filter="state:retry"))
        app.tab.enter()
        for _ in PAGES:
            await pilot.pause()
            text = app.painted()
            assert "↻ retry in 1.8s 1/4  s-02  agent → audit" in text
            assert "ConnectionError: audit-db:5432 refused" in text
            assert "main.ww:18  explicit, to" in text
            await pilot.press("right")


async def test_a_countdown_goes_on_while_nothing_happens():
    app = TabHost(MessagesTab())
    async with app.run_test(size=WIDE) as pilot:
        moment = scene()
        app.show(moment.view(filter="state:retry"))
        await pilot.pause()
        assert "retry in 1.8s" in app.painted()
        app.show(moment.view(filter="state:retry", now=moment.snapshot.at + 1))
        await pilot.pause()
        assert "retry in 0.8s" in app.painted()


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (WIDE, ("message-list", "message-detail")),
        (NARROW, ("message-list", "message-detail")),
        ((60, 12), ("message-list",)),
    ],
)
async def test_without_room_the_detail_is_shown_only_when_it_is_opened(size, shown):
    desk = Desk()
    async with desk.app.run_test(size=size) as pilot:
        await desk.show(pilot)
        desk.tab.enter()
        assert tuple(pane.id for pane in desk.tab.children if pane.display) == shown
        await pilot.press("enter")
        assert [pane.id for pane in desk.tab.children if pane.display] == ["message-detail"]


async def test_list_and_detail_stand_side_by_side_where_there_is_room():
    desk = Desk()
    async with desk.app.run_test(size=(160, 40)) as pilot:
        await desk.show(pilot)
        first, second = desk.tab.children
        assert first.region.y == second.region.y
        await pilot.resize_terminal(159, 40)
        await until(pilot, lambda: first.region.y != second.region.y)


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_hostile_texts_neither_crash_nor_escape_in_the_list_and_on_any_page(size):
    traffic = Traffic()
    for number, text in enumerate(HOSTILE):
        name = text[:60]
        traffic.send(f"m{number}{name}", "audit", payload={"t": text, name: [text[:100]]}, session=name, event=name)
        traffic.fail(f"m{number}{name}", "audit", text[:5_000])
    desk = Desk(traffic)
    async with desk.app.run_test(size=size) as pilot:
        await desk.show(pilot)
        desk.tab.enter()
        for _ in HOSTILE:
            for page in PAGES:
                desk.detail.turn_to(page)
                if page == "payload":
                    desk.detail.change_form()
                await pilot.pause()
                assert nothing_acts(desk.app.painted())
            await pilot.press("up")
        await pilot.press("y")
        assert nothing_acts(desk.app.painted())


async def test_every_line_of_the_list_is_as_wide_as_the_list():
    traffic = Traffic()
    for number, text in enumerate(HOSTILE):
        traffic.send(f"m{number}", "audit", payload=text, session=text[:60], event=text[:60])
    desk = Desk(traffic)
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot)
        widths = {desk.table.render_line(y).cell_length for y in range(desk.table.size.height)}
        assert widths == {desk.table.size.width}


async def test_left_and_right_are_offered_for_turning_the_pages_from_the_list_and_from_the_detail():
    app = TabHost(MessagesTab())
    async with app.run_test(size=WIDE) as pilot:
        app.show(scene().view())
        app.tab.enter()
        for place in ("messages", "message-page"):
            await pilot.pause()
            bound = app.screen.active_bindings
            assert app.focused.id == place
            assert (bound["left"].binding.id, bound["right"].binding.id) == ("item.page_back", "item.page_on")
            await pilot.press("enter")
        await pilot.press("right")
        assert app.tab.query_one(MessageDetail).page == "headers"
        await pilot.press("w")
        await pilot.pause()
        assert app.screen.active_bindings["right"].binding.id == "list.right", "unwrapped lines are moved"


async def test_the_ascii_set_is_used_where_it_is_wanted():
    app = TabHost(MessagesTab())
    async with app.run_test(size=NARROW) as pilot:
        app.show(scene().view(ascii=True, filter="state:retry"))
        await pilot.pause()
        assert "agent->audit" in app.painted()
        assert "R 1/4" in app.painted()


async def test_space_marks_a_message_holds_the_list_and_goes_on_and_a_backslash_takes_the_marks_away():
    desk = Desk()
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot)
        await pilot.press("up", "up", "space", "space")
        assert {row.message_id for row in desk.tab.exported().rows} == {"m37", "m38"}
        assert "2 marked" in desk.app.painted()
        await pilot.press("backslash")
        assert "marked" not in desk.app.painted()


async def test_a_star_marks_all_that_is_listed_and_without_marks_all_that_is_listed_is_written():
    desk = Desk()
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot, filter="session:s-0")
        assert len(desk.tab.exported().rows) == 20
        await pilot.press("asterisk")
        await desk.show(pilot, filter="")
        assert "20 marked" in desk.app.painted()
        assert [row.session for row in desk.tab.exported().rows] == ["s-0"] * 20


async def test_what_is_written_is_in_the_order_of_acceptance_however_the_list_is_sorted():
    desk = Desk()
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot)
        await pilot.press("O")
        assert [row.number for row in desk.tab.exported().rows] == list(range(40))


async def test_a_mark_on_a_message_that_is_no_longer_kept_goes_with_it():
    desk = Desk(numbered(10, limit=10))
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot)
        await pilot.press("g", "space")
        assert "1 marked" in desk.app.painted()
        desk.send("new")
        desk.traffic.now += 2
        await desk.show(pilot)
        assert "marked" not in desk.app.painted()


async def test_where_the_detail_is_narrow_and_high_the_attempts_are_below_the_payload():
    traffic = numbered(3)
    traffic.start("m02", "agent")
    traffic.fail("m02", "agent")
    desk = Desk(traffic)
    async with desk.app.run_test(size=(170, 45)) as pilot:
        await desk.show(pilot)
        await pilot.pause()
        page, side = (desk.tab.query_one(name, LineView) for name in ("#message-page", "#message-side"))
        assert "Attempts, newest first" in side.shown
        assert side.region.y >= page.region.bottom
        assert side.region.width == page.region.width


@pytest.mark.parametrize("size", [WIDE, NARROW, (60, 20), (170, 45)])
async def test_hex_has_the_whole_width_and_is_never_broken(size):
    traffic = Traffic()
    traffic.send("m", "agent", payload="x" * 100)
    desk = Desk(traffic)
    async with desk.app.run_test(size=size) as pilot:
        await desk.show(pilot)
        await pilot.press("v", "v", "v", "enter")
        await pilot.pause()
        lines = [line for line in desk.page.split("\n") if line.startswith("000000")]
        assert len(lines) == len([line for line in desk.page.split("\n") if "78 78" in line])
        assert len(lines) in (7, 13)


async def test_d_goes_to_the_detail_and_holds_the_list():
    desk = Desk()
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.show(pilot)
        await pilot.press("d")
        assert desk.app.focused.id == "message-page"
        assert not desk.table.following


async def test_d_opens_the_detail_where_it_is_out_of_sight():
    desk = Desk()
    async with desk.app.run_test(size=(60, 12)) as pilot:
        await desk.show(pilot)
        await pilot.press("d")
        await pilot.pause()
        assert desk.detail.is_on_screen
        assert desk.app.focused.id == "message-page"


async def test_a_long_error_and_why_it_was_routed_here_are_told_in_full_where_there_is_room():
    traffic = Traffic()
    traffic.send("m", "agent", "audit", "output", "stats")
    traffic.start("m", "agent")
    traffic.fail("m", "agent", "the books take no amount that is written like this one, " * 2 + "sorry")
    desk = Desk(traffic)
    async with desk.app.run_test(size=(170, 45)) as pilot:
        await desk.show(pilot)
        await pilot.press("g")
        await pilot.pause()
        head = " ".join(desk.tab.query_one("#message-head", LineBlock).plain.split())
        assert "sorry" in head
        assert "-> stats" in head.replace("→", "->")
        assert "…" not in head.replace("m  s-1", "")


async def test_where_there_is_little_room_each_line_of_the_head_is_cut():
    traffic = Traffic()
    traffic.send("m", "agent")
    traffic.start("m", "agent")
    traffic.fail("m", "agent", "x" * 500)
    desk = Desk(traffic)
    async with desk.app.run_test(size=NARROW) as pilot:
        await desk.show(pilot)
        assert len(desk.tab.query_one("#message-head", LineBlock).plain.split("\n")) == 3
