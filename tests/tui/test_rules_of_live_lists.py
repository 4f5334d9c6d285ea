"""The rules of lists that move by themselves (screens 3.2), a test each, over the real tabs."""

from __future__ import annotations

from contextlib import asynccontextmanager

import pytest

from support.fake_engine import FakeEngine
from support.pictured import PicturedApp
from support.scene import NOW
from woodwork_engine.snapshot import FlowState
from woodwork_tui.actions import TABS
from woodwork_tui.state.view import Selection
from woodwork_tui.widgets.line_table import LineTable
from woodwork_tui.widgets.line_view import LineView
from woodwork_tui.widgets.message_detail import MessageDetail

SIZE = (120, 36)


class Bench:
    """The app before a scene to which messages are added."""

    def __init__(self, app, pilot, engine):
        self.app, self.pilot, self.engine = app, pilot, engine
        self.now = NOW

    async def press(self, *keys):
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def come(self, *names, session="s-01"):
        """Let messages come and be shown."""
        for name in names:
            self.engine.scene.traffic.send(name, "agent", source="tickets", session=session)
        self.now += 0.1
        self.app.tick(self.now)
        await self.pilot.pause()

    @property
    def table(self) -> LineTable:
        """The list of the tab in front."""
        name = {"flow": "#tap", "messages": "#messages", "sessions": "#session-events"}[self.app.main.place.tab]
        return self.app.main.tab.query_one(name, LineTable)

    def painted(self):
        return "\n".join(strip.text.rstrip() for strip in self.app.screen._compositor.render_strips())


@asynccontextmanager
async def bench(tmp_path, monkeypatch, tab="messages"):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "main.ww").write_text("")
    engine = FakeEngine()
    app = PicturedApp("main.ww", engine=engine, folder=tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        shown = Bench(app, pilot, engine)
        await app.workers.wait_for_complete()
        await shown.come()
        await shown.press(str(TABS.index(tab) + 1))
        await shown.come()
        shown.table.focus()
        yield shown


@pytest.fixture
def at_bench(tmp_path, monkeypatch):
    return lambda **options: bench(tmp_path, monkeypatch, **options)


LISTS = pytest.mark.parametrize("tab", ["flow", "messages", "sessions"])


@LISTS
async def test_following_means_that_the_cursor_is_at_the_bottom(at_bench, tab):
    async with at_bench(tab=tab) as shown:
        await shown.come("new-1", "new-2")
        assert shown.table.following
        assert shown.table.cursor_row.message_id == "new-2"


@LISTS
async def test_following_ends_when_the_person_moves_up_and_never_fights(at_bench, tab):
    async with at_bench(tab=tab) as shown:
        await shown.press("up", "up")
        at, window = shown.table.cursor_key, shown.table.scroll_offset
        for number in range(5):
            await shown.come(*(f"new-{number}-{each}" for each in range(20)))
            assert not shown.table.following
            assert shown.table.cursor_key == at
            assert shown.table.scroll_offset == window


async def test_what_came_since_is_counted_and_f_goes_there(at_bench):
    async with at_bench() as shown:
        await shown.press("up")
        await shown.come(*(f"new-{each}" for each in range(86)))
        assert "86 new (F to follow)" in shown.painted()
        await shown.press("F")
        assert shown.table.cursor_row.message_id == "new-85"
        assert "following" in shown.painted()


async def test_a_selected_row_never_moves_under_the_cursor(at_bench):
    async with at_bench() as shown:
        await shown.press("up", "up", "up")
        table = shown.table
        place, row = table.spot.index - table.scroll_offset.y, table.cursor_row
        await shown.come(*(f"new-{each}" for each in range(300)))
        assert (table.spot.index - table.scroll_offset.y, table.cursor_row) == (place, row)


async def test_enter_opens_the_row_that_was_seen_though_others_have_come_meanwhile(at_bench):
    async with at_bench() as shown:
        seen = shown.table.cursor_row
        for each in range(30):  # accepted by the engine, not yet on the screen
            shown.engine.scene.traffic.send(f"new-{each}", "agent", source="tickets")
        await shown.press("enter")
        await shown.come()
        assert seen.message_id in shown.app.main.tab.query_one("#message-head").plain


async def test_a_filter_works_while_the_list_does_not_follow(at_bench):
    async with at_bench() as shown:
        await shown.press("up", "slash", *"session:s-02", "enter")
        assert {row.session for row in shown.table.rows} == {"s-02"}
        before = len(shown.table.rows)
        await shown.come("new-1", session="s-02")
        await shown.come("new-2", session="s-03")
        assert len(shown.table.rows) == before + 1


async def test_following_does_not_reset_how_far_one_has_moved_to_the_side(at_bench):
    async with at_bench() as shown:
        await shown.come()
        shown.engine.scene.traffic.send("wide", "agent", source="tickets", payload={"text": "x" * 900})
        await shown.come()
        await shown.press("up", "down", "tab", "w", "right", "right")
        page = shown.app.main.tab.query_one("#message-page", LineView)
        moved = page.scroll_offset.x
        assert moved > 0
        await shown.come("new-1", "new-2")
        assert page.scroll_offset.x == moved


async def test_leaving_the_detail_gives_the_following_back_that_reading_took(at_bench):
    async with at_bench() as shown:
        await shown.press("enter")
        await shown.come("new-1")
        assert not shown.table.following
        await shown.press("escape")
        assert shown.table.following
        assert shown.table.cursor_row.message_id == "new-1"


async def test_leaving_the_detail_does_not_begin_to_follow_where_nobody_did(at_bench):
    async with at_bench() as shown:
        await shown.press("up", "up", "enter")
        await shown.come("new-1")
        await shown.press("escape")
        assert not shown.table.following


@pytest.mark.parametrize("key", ["f", "H"])
async def test_leaving_a_mode_restores_what_it_changed(at_bench, key):
    async with at_bench() as shown:
        before = (shown.table.following, shown.table.cursor_key, shown.table.size)
        await shown.press(key, key)
        assert (shown.table.following, shown.table.cursor_key, shown.table.size) == before
        assert shown.app.focused is shown.table


async def test_the_screen_stays_after_everything_has_died_and_still_shows_what_there_was(at_bench):
    async with at_bench() as shown:
        kept = len(shown.table.rows)
        shown.engine.failed = RuntimeError("the engine fell over")
        shown.engine.snap(state=FlowState.STOPPED)
        await shown.come()
        assert "the engine fell over" in shown.painted()
        assert len(shown.table.rows) == kept
        await shown.press("3")
        assert "Sessions" in shown.painted()


async def test_truncation_is_never_silent(at_bench):
    async with at_bench() as shown:
        await shown.press("slash", *"state:dead", "enter")
        kept, matched = len(shown.app.main.view.deliveries), len(shown.table.rows)
        assert f"{matched} of {kept} kept · ring 50,000 · 0 dropped" in shown.painted()
        shown.app.main.view.deliveries.fold((), missed=7)
        await shown.come()
        assert "7 dropped" in shown.painted()


async def test_looking_at_everything_asks_nothing_of_the_engine(at_bench):
    async with at_bench() as shown:
        before = shown.engine.scene.traffic.log.seq
        for number in range(1, len(TABS) + 1):
            await shown.press(str(number), "down", "enter", "right", "v", "escape", "escape")
        shown.app.main.select(Selection(session="s-02"))
        await shown.come()
        assert shown.engine.asked == []
        assert shown.engine.scene.traffic.log.seq == before


async def test_a_detail_is_beside_its_list_without_a_dialog(at_bench):
    async with at_bench() as shown:
        await shown.press("up")
        detail = shown.app.main.tab.query_one(MessageDetail)
        assert detail.is_on_screen
        assert shown.table.cursor_row.message_id in shown.app.main.tab.query_one("#message-head").plain
