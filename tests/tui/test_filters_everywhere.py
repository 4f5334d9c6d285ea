"""Filters and the chosen session in every tab that lists something, over the scene of the support desk."""

from __future__ import annotations

from contextlib import asynccontextmanager

import pytest

from support.fake_engine import FakeEngine
from support.scene import NOW, SOURCE
from woodwork_tui.actions import FILTERED_TABS, TABS
from woodwork_tui.app import WoodworkApp
from woodwork_tui.widgets.filter_bar import FilterBar
from woodwork_tui.widgets.header import Header
from woodwork_tui.widgets.line_table import LineTable

NARROWING = {
    "flow": "node:agent",
    "messages": "session:s-02 error:refused",
    "sessions": "session:s-02",
    "queues": "node:agent",
    "retries": "session:s-05 payload:found",
    "dlq": "session:s-02",
}
"""For each tab a filter that finds some of its rows but not all."""


class Clock:
    """A clock that stands still."""

    def time(self):
        return NOW

    def monotonic(self):
        return 0.0


@pytest.fixture
def opened(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "main.ww").write_text(SOURCE)

    @asynccontextmanager
    async def open_app():
        app = WoodworkApp("main.ww", opener=lambda file: FakeEngine(), clock=Clock(), ticking=False)
        async with app.run_test(size=(120, 36)) as pilot:
            await pilot.pause()
            await app.workers.wait_for_complete()
            app.tick(NOW)
            await pilot.pause()
            yield app, pilot

    return open_app


def rows(app):
    """Return how many rows the first table of the tab in front has."""
    return len(app.main.tab.query(LineTable).first().rows)


@pytest.mark.parametrize("tab", FILTERED_TABS)
async def test_what_cannot_be_read_is_said_while_typing_and_the_last_good_filter_stays(opened, tab):
    async with opened() as (app, pilot):
        await pilot.press(str(TABS.index(tab) + 1))
        await pilot.pause()
        app.tick(NOW)
        everything = app.main.tab.filter_status()
        bar = app.main.query_one(FilterBar)
        await pilot.press("slash")
        bar.input.value = NARROWING[tab]
        await pilot.pause()
        app.tick(NOW)
        narrowed = app.main.tab.filter_status()
        assert narrowed != everything
        bar.input.value = f"{NARROWING[tab]} state:"
        await pilot.pause()
        app.tick(NOW)
        assert "a value is missing here" in bar.remark
        assert app.main.tab.filter_status() == narrowed
        await pilot.press("escape")
        await pilot.pause()
        app.tick(NOW)
        assert app.main.tab.filter_status() == everything


async def test_a_session_chosen_in_its_tab_filters_the_others_until_esc_and_the_header_names_it(opened):
    async with opened() as (app, pilot):

        async def counts():
            found = {}
            for number in (1, 2, 4, 5, 6):
                await pilot.press(str(number))
                await pilot.pause()
                app.tick(NOW)
                table = app.main.tab.tap if number == 1 else app.main.tab.query(LineTable).first()
                found[number] = len(table.rows)
            return found

        everything = await counts()
        await pilot.press("3")
        await pilot.pause()
        app.tick(NOW)
        sessions = app.main.tab.query(LineTable).first()
        while sessions.cursor_row.id != "s-05":
            await pilot.press("down")
        await pilot.press("enter")
        await pilot.pause()
        app.tick(NOW)
        assert "session s-05 (esc)" in app.main.query_one(Header).text
        chosen = await counts()
        assert all(0 < chosen[number] < everything[number] for number in (1, 2, 6)), (chosen, everything)
        assert chosen[5] < everything[5]
        await pilot.press("escape")
        assert await counts() == everything
        app.tick(NOW)
        assert "session s-05" not in app.main.query_one(Header).text
