"""How a person looked at a flow comes back in the next run, and is written while they look, not at the end."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager

import pytest

from support.fake_engine import FakeEngine
from support.scene import NOW
from woodwork_tui.app import WoodworkApp
from woodwork_tui.screens.start import StartScreen
from woodwork_tui.state.recents import Recent, RecentFlows
from woodwork_tui.widgets.command_line import CommandLine
from woodwork_tui.widgets.text_line import TextLine


class Clock:
    """A clock that stands still."""

    def time(self):
        return NOW

    def monotonic(self):
        return 0.0


class Shown:
    """A running app and the moment."""

    def __init__(self, app, pilot):
        self.app, self.pilot, self.now = app, pilot, NOW

    async def press(self, *keys):
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def command(self, line):
        await self.press("colon")
        self.app.main.query_one(CommandLine).input.value = line
        await self.press("enter")

    async def later(self):
        """Let two seconds go by and what was begun be done."""
        self.now += 2
        self.app.tick(self.now)
        await self.app.workers.wait_for_complete()
        await self.pilot.pause()


@pytest.fixture
def opened(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "main.ww").write_text("")
    (tmp_path / "state").mkdir()

    @asynccontextmanager
    async def open_app(asked="main.ww", **options):
        options = {
            "opener": lambda file: FakeEngine(),
            "clock": Clock(),
            "ticking": False,
            "state": lambda file: tmp_path / "state",
            "remembered": tmp_path / "home",
            **options,
        }
        app = WoodworkApp(asked, **options)
        async with app.run_test(size=(120, 36)) as pilot:
            await pilot.pause()
            await app.workers.wait_for_complete()
            app.tick(NOW)
            await pilot.pause()
            yield Shown(app, pilot)

    return open_app


async def test_tab_filter_order_view_zoom_theme_and_commands_come_back(opened):
    async with opened() as shown:
        await shown.press("z", "v")
        zoom = shown.app.main.tab.remembered()
        await shown.command("theme nord")
        await shown.command("queues")
        await shown.press("o", "O")
        order = shown.app.main.tab.remembered()
        await shown.command("dlq reason:error")
        await shown.command("group session")
        await shown.later()
    async with opened() as shown:
        main = shown.app.main
        assert (main.place.tab, main.place.filter, shown.app.theme) == ("dlq", "reason:error", "nord")
        assert main.tab.remembered() == {"group": "session"}
        await shown.press("4")
        assert main.tab.remembered() == order
        await shown.press("1")
        assert main.tab.remembered() == zoom
        await shown.press("colon", "up")
        assert main.query_one(CommandLine).input.value == "group session"


async def test_it_is_written_a_second_after_it_changed_so_that_a_crash_takes_nothing(opened, tmp_path):
    async with opened() as shown:
        await shown.press("5")
        await shown.later()
        assert json.loads((tmp_path / "state" / "interface.json").read_text())["tab"] == "retries"


async def test_what_changed_in_the_last_second_is_written_when_one_leaves(opened, tmp_path):
    async with opened() as shown:
        await shown.later()
        await shown.press("5")
        await shown.press("ctrl+q")
    assert json.loads((tmp_path / "state" / "interface.json").read_text())["tab"] == "retries"


@pytest.mark.parametrize(
    "content", ["", "{", '{"tab": 3, "tabs": {"flow": {"zoom": [], "view": 7}, "dlq": {"group": {}}}}']
)
async def test_a_broken_file_costs_what_it_held_and_nothing_else(opened, tmp_path, content):
    (tmp_path / "state" / "interface.json").write_text(content)
    async with opened() as shown:
        assert shown.app.main.place.tab == "flow"
        for key in "2345678":
            await shown.press(key)
        await shown.later()
        assert shown.app.is_running
    assert json.loads((tmp_path / "state" / "interface.json").read_text())["tab"] == "health"


async def test_the_theme_of_the_command_line_goes_before_the_one_remembered(opened):
    async with opened() as shown:
        await shown.command("theme nord")
        await shown.later()
    async with opened(theme="woodwork-light", fixed_theme=True) as shown:
        assert shown.app.theme == "woodwork-light"
        await shown.later()
    async with opened() as shown:
        assert shown.app.theme == "nord"


async def test_without_a_state_folder_nothing_is_kept(opened, tmp_path):
    async with opened(state=lambda file: None) as shown:
        await shown.press("5")
        await shown.later()
    assert list((tmp_path / "state").iterdir()) == []


async def test_a_flow_that_was_opened_is_listed_on_the_start_screen_with_its_revision(opened, tmp_path):
    async with opened() as shown:
        await shown.later()
        assert [each.rev for each in RecentFlows(tmp_path / "home").read()] == [shown.app.main.view.snapshot.rev]
    (tmp_path / "main.ww").rename(tmp_path / "shop.ww")
    RecentFlows(tmp_path / "home").put(Recent(str(tmp_path / "shop.ww"), NOW, 2))
    async with opened(None) as shown:
        assert isinstance(shown.app.screen, StartScreen)
        assert "shop.ww" in shown.app.screen.query_one("#recents", TextLine).text
        await shown.press("1")
        await shown.app.workers.wait_for_complete()
        assert shown.app._operator.bridge.file == str(tmp_path / "shop.ww")
