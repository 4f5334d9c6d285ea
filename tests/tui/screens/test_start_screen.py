"""The start screen in a running app."""

from __future__ import annotations

import pytest
from textual.app import App

from woodwork_tui.screens.entry_lines import EntryLines
from woodwork_tui.screens.help import HelpScreen
from woodwork_tui.screens.start import Known, StartScreen
from woodwork_tui.screens.template_menu import TemplateMenu
from woodwork_tui.state.recents import Recent
from woodwork_tui.state.start import judge
from woodwork_tui.widgets.command_line import CommandLine
from woodwork_tui.widgets.footer import FooterBar
from woodwork_tui.widgets.text_line import TextLine

NOW = 1_000_000.0


class StartHost(App[None]):
    """Shows the start screen for *asked* in *folder*; `opened` is the file it answers with, `asked` commands."""

    def __init__(self, asked, folder, known=None):
        super().__init__()
        self.start = StartScreen(judge(asked, folder), asked, folder, known)
        self.opened = None
        self.asked = []

    def on_mount(self):
        self.push_screen(self.start, self.take)

    def take(self, file):
        self.opened = file

    def on_entry_lines_entered(self, event: EntryLines.Entered):
        self.asked.append((event.command.action.id, event.command.words))

    def says(self, name):
        return self.start.query_one(f"#{name}", TextLine).text

    @property
    def keys(self):
        return self.start.query_one(FooterBar).text


@pytest.fixture
def known(tmp_path):
    (tmp_path / "a.ww").write_text("")
    (tmp_path / "b.ww").write_text("")
    recents = (Recent(str(tmp_path / "a.ww"), NOW - 7_300, 7), Recent(str(tmp_path / "b.ww"), NOW - 90, 0, 1))
    return Known(recents, NOW, tmp_path / "examples", ("nord",))


async def test_the_file_that_was_perhaps_meant_is_offered_with_its_key_and_opened_by_it(tmp_path):
    (tmp_path / "main.ww").write_text("")
    app = StartHost("mian.ww", tmp_path)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert "⏎  Open main.ww (did you mean that?)" in app.says("offers")
        assert app.keys.startswith(" ?Help :Cmd ⏎Open that")
        await pilot.press("enter")
        await pilot.pause()
        assert app.opened == "main.ww"


async def test_where_nothing_was_perhaps_meant_enter_is_not_offered_and_does_nothing(tmp_path):
    app = StartHost("main.ww", tmp_path)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert "⏎" not in app.says("offers") + app.keys
        await pilot.press("enter")
        await pilot.pause()
        assert app.screen is app.start


async def test_a_file_that_has_come_meanwhile_is_opened_when_one_looks_again(tmp_path):
    app = StartHost("main.ww", tmp_path)
    async with app.run_test() as pilot:
        (tmp_path / "main.ww").write_text("")
        await pilot.press("r")
        await pilot.pause()
        assert app.opened == "main.ww"


async def test_recent_flows_are_listed_with_how_they_were_and_opened_by_their_number(tmp_path, known):
    app = StartHost(None, tmp_path, known)
    async with app.run_test(size=(110, 30)) as pilot:
        await pilot.pause()
        first, second = app.says("recents").split("\n")
        assert first.startswith("Recent      1  ")
        assert first.endswith("rev 7 ✓")
        assert "2h ago" in first
        assert second.endswith("✗ 1 error")
        await pilot.press("3")
        await pilot.press("2")
        await pilot.pause()
        assert app.opened == str(tmp_path / "b.ww")


async def test_a_recent_flow_that_has_gone_meanwhile_is_told(tmp_path, known):
    app = StartHost(None, tmp_path, known)
    async with app.run_test(size=(110, 30)) as pilot:
        await pilot.pause()
        (tmp_path / "a.ww").unlink()
        await pilot.press("1")
        await pilot.pause()
        assert app.says("problem") == f"{tmp_path}/a.ww does not exist."


async def test_a_new_flow_is_made_from_the_template_that_is_chosen(tmp_path):
    app = StartHost(None, tmp_path)
    async with app.run_test() as pilot:
        await pilot.press("n")
        await pilot.pause()
        assert isinstance(app.screen, TemplateMenu)
        await pilot.press("escape")
        await pilot.pause()
        assert not (tmp_path / "main.ww").exists()
        await pilot.press("n", "down", "enter")
        await pilot.pause()
        assert app.opened == "main.ww"
        assert "tool" in (tmp_path / "main.ww").read_text()


async def test_the_demo_and_the_examples_open_in_folders_of_their_own(tmp_path, known):
    app = StartHost(None, tmp_path, known)
    async with app.run_test() as pilot:
        await pilot.press("d")
        await pilot.pause()
        assert app.opened == str(tmp_path / "examples" / "fan-out" / "main.ww")
    app = StartHost(None, tmp_path, known)
    async with app.run_test() as pilot:
        await pilot.press("e")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert app.opened == str(tmp_path / "examples" / "hello" / "main.ww")


async def test_without_a_place_for_examples_none_are_offered(tmp_path):
    app = StartHost(None, tmp_path)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert "demo" not in app.says("offers")
        await pilot.press("d", "e")
        await pilot.pause()
        assert app.screen is app.start


async def test_help_lists_the_keys_of_the_start_screen(tmp_path, known):
    app = StartHost(None, tmp_path, known)
    async with app.run_test() as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        assert isinstance(app.screen, HelpScreen)
        told = "\n".join(line.plain for line in app.screen._lines)
        assert "Open recent flow 2" in told
        assert "Open recent flow 3" not in told
        assert ":theme NAME" in told
        assert ":replay" not in told


async def test_the_command_line_takes_what_needs_no_flow_and_says_so_of_the_rest(tmp_path, known):
    app = StartHost(None, tmp_path, known)
    async with app.run_test() as pilot:
        await pilot.press("colon", *"dlq")
        await pilot.pause()
        line = app.start.query_one(CommandLine)
        assert line.remark == "dlq needs a flow; open one first"
        line.input.value = "theme nord"
        await pilot.press("enter")
        await pilot.pause()
        assert app.asked == [("app.theme", ("nord",))]
        await pilot.press("o", "escape", "r")
        assert app.screen is app.start


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20), (40, 10)])
async def test_every_size_shows_the_reason_and_the_keys(tmp_path, known, size):
    app = StartHost(None, tmp_path, known)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        shown = "\n".join(strip.text for strip in app.screen._compositor.render_strips())
        assert "No flow file given" in shown
        assert "?Help" in shown
