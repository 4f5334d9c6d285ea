"""How the app looks and which keys it takes: from a person's files while it runs, and from `:set`."""

from __future__ import annotations

import os
from contextlib import asynccontextmanager

import pytest

from support.fake_engine import FakeEngine
from support.scene import NOW
from woodwork_tui.app import WoodworkApp
from woodwork_tui.colours import theme_names
from woodwork_tui.state.preference_files import PreferenceFiles
from woodwork_tui.widgets.command_line import CommandLine
from woodwork_tui.widgets.footer import FooterBar
from woodwork_tui.widgets.notice_bar import NoticeBar
from woodwork_tui.widgets.pane import Pane

THEME = """
dark = true
[colors]
primary = "#ff0000"
success = "#98c379"
warning = "#e5c07b"
error = "#e06c75"
foreground = "#dcdfe4"
background = "#16181d"
"""


class Clock:
    """A clock that stands still."""

    def time(self):
        return NOW

    def monotonic(self):
        return 0.0


class Shown:
    """A running app, the files of its person, and the moment."""

    def __init__(self, app, pilot, files):
        self.app, self.pilot, self.files, self.now = app, pilot, files, NOW

    def write(self, name, text):
        path = self.files.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        os.utime(path, (self.now, self.now))

    async def later(self):
        """Let a second go by."""
        self.now += 1
        self.app.tick(self.now)
        await self.pilot.pause()

    async def command(self, line):
        await self.pilot.press("colon")
        self.app.main.query_one(CommandLine).input.value = line
        await self.pilot.press("enter")
        await self.pilot.pause()

    @property
    def notice(self):
        return self.app.main.query_one(NoticeBar).text


@pytest.fixture
def opened(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "main.ww").write_text("")
    folder = tmp_path / "config"
    folder.mkdir()

    @asynccontextmanager
    async def open_app(config="", **options):
        (folder / "config.toml").write_text(config)
        files = PreferenceFiles(folder, theme_names)
        files.look()
        options = {"opener": lambda file: FakeEngine(), "clock": Clock(), "ticking": False, **options}
        app = WoodworkApp("main.ww", preferences=files, **options)
        async with app.run_test(size=(120, 36)) as pilot:
            await pilot.pause()
            await app.workers.wait_for_complete()
            app.tick(NOW)
            await pilot.pause()
            yield Shown(app, pilot, files)

    return open_app


async def test_a_remapped_key_does_what_the_old_one_did_and_the_old_one_does_it_no_longer(opened):
    async with opened('[keys]\ntab.messages = "f17"\n') as shown:
        await shown.pilot.press("2")
        assert shown.app.main.place.tab == "flow"
        await shown.pilot.press("f17")
        assert shown.app.main.place.tab == "messages"


async def test_footer_and_help_name_the_keys_that_work_here(opened):
    async with opened('[keys]\napp.inject = "f16"\nlist.down = "f17"\n') as shown:
        await shown.pilot.press("2")
        await shown.pilot.pause()
        shown.app.main.query_one(FooterBar).show()
        assert "F16 Inject" in shown.app.main.query_one(FooterBar).text
        await shown.pilot.press("question_mark")
        await shown.pilot.pause()
        lines = [line.plain for line in shown.app.screen._lines]
        assert any(line.startswith("  F16 ") and "Inject a message" in line for line in lines)
        assert any(line.startswith(("  F17  j ", "  j  F17 ")) for line in lines)


async def test_hints_below_panes_and_empty_lists_name_the_keys_that_work(opened):
    async with opened('[keys]\nitem.source = "f17"\n') as shown:
        about = shown.app.main.tab.query_one("#about", Pane)
        assert str(about.border_subtitle) == "d describe  F17 source"
        shown.write("config.toml", '[keys]\nitem.source = "f18"\n')
        await shown.later()
        assert str(about.border_subtitle) == "d describe  F18 source"


async def test_what_is_wrong_with_the_settings_is_a_notice_until_it_is_mended(opened):
    async with opened('[keys]\nlist.folow = "x"\napp.full = "z"\n') as shown:
        assert "config.toml:2:1 no action 'list.folow'; did you mean 'list.follow'? (1 more)" in shown.notice
        await shown.pilot.press("f12")
        await shown.pilot.pause()
        assert any("'z' is already 'flow.zoom'" in text for _, text in shown.app.screen._facts)
        await shown.pilot.press("escape")
        shown.write("config.toml", '[keys]\nlist.follow = "alt+f"\n')
        await shown.later()
        assert "config.toml" not in shown.notice
        assert shown.app._keymap == {"list.follow": "alt+f"}


async def test_a_theme_is_shown_anew_when_its_file_is_saved_and_keeps_its_colours_when_that_is_broken(opened):
    async with opened() as shown:
        shown.write("themes/mine.toml", THEME)
        await shown.later()
        await shown.command("theme mine")
        assert shown.app.theme == "mine"
        red = shown.app.theme_variables["primary"]
        shown.write("themes/mine.toml", THEME.replace("#ff0000", "#00ff00"))
        await shown.later()
        green = shown.app.theme_variables["primary"]
        assert green != red
        shown.write("themes/mine.toml", THEME.replace("#ff0000", "green"))
        await shown.later()
        assert shown.app.theme_variables["primary"] == green
        assert "mine.toml:1:1 primary is not written as #rrggbb" in shown.notice


async def test_settings_are_taken_over_when_their_file_is_saved(opened, monkeypatch):
    monkeypatch.setattr("textual.constants.TEXTUAL_ANIMATIONS", "full")
    async with opened() as shown:
        assert shown.app.animation_level == "full"
        shown.write("config.toml", 'theme = "nord"\nascii = true\nmotion = "reduced"\ntime = "ago"\nring = 1_000\n')
        await shown.later()
        await shown.pilot.press("2")
        await shown.later()
        assert shown.app.theme == "nord"
        assert shown.app.appearance.ascii
        assert shown.app.animation_level == "none"
        assert shown.app.main.view.deliveries.limit == 1_000
        assert shown.app.main.tab.remembered()["time"] == "ago"


async def test_motion_that_the_environment_turned_off_stays_off(opened, monkeypatch):
    monkeypatch.setattr("textual.constants.TEXTUAL_ANIMATIONS", "none")
    async with opened('motion = "full"') as shown:
        await shown.command("set motion full")
        assert shown.app.animation_level == "none"


async def test_set_changes_what_the_settings_say_for_this_run(opened):
    async with opened("ring = 2000") as shown:
        assert shown.app.main.view.deliveries.limit == 2_000
        await shown.command("set ring 100000")
        await shown.command("set time since")
        await shown.command("set ascii on")
        assert shown.app.main.view.deliveries.limit == 100_000
        await shown.pilot.press("3")
        await shown.later()
        assert shown.app.main.tab.remembered()["time"] == "since"
        assert shown.app.main.view.ascii


async def test_what_cannot_be_set_is_said_while_it_is_typed(opened):
    async with opened() as shown:
        await shown.pilot.press("colon")
        line = shown.app.main.query_one(CommandLine)
        for typed, says in (("set ring 5", "ring is a number"), ("set rng 5000", "did you mean ring?")):
            line.input.value = typed
            await shown.pilot.pause()
            assert says in line.remark


async def test_the_command_line_goes_before_the_file(opened):
    async with opened('theme = "nord"', theme="woodwork-light", ascii_only=True) as shown:
        assert (shown.app.theme, shown.app.appearance.ascii) == ("woodwork-light", True)
