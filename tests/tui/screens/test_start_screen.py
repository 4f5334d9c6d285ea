"""The start screen in a running app."""

from __future__ import annotations

from textual.app import App

from woodwork_tui.screens.start import StartScreen
from woodwork_tui.state.start import judge
from woodwork_tui.widgets.text_line import TextLine


class StartHost(App[None]):
    """Shows the start screen for *asked* in *folder*; `opened` is the file it answers with."""

    def __init__(self, asked, folder):
        super().__init__()
        self.start = StartScreen(judge(asked, folder), asked, folder)
        self.opened = None

    def on_mount(self):
        self.push_screen(self.start, self.take)

    def take(self, file):
        self.opened = file

    @property
    def keys(self):
        return self.start.query_one("#keys", TextLine).text


async def test_the_file_that_was_perhaps_meant_is_offered_with_its_key_and_opened_by_it(tmp_path):
    (tmp_path / "main.ww").write_text("")
    app = StartHost("mian.ww", tmp_path)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert app.keys.split("  ")[0].strip() == "⏎ Open what was meant"
        await pilot.press("enter")
        await pilot.pause()
        assert app.opened == "main.ww"


async def test_where_nothing_was_perhaps_meant_enter_is_not_offered_and_does_nothing(tmp_path):
    app = StartHost("main.ww", tmp_path)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert "⏎" not in app.keys
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
