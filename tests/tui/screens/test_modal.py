"""Dialogs are answered once, however often one clicks."""

from __future__ import annotations

import pytest
from textual.app import App
from textual.command import CommandList
from textual.events import MouseDown
from textual.widgets import Label

from woodwork_tui.palette import Palette
from woodwork_tui.screens.main import MainScreen
from woodwork_tui.screens.modal import Modal
from woodwork_tui.screens.tabs import make_tab
from woodwork_tui.widgets.options import Options


class Dialog(Modal[str]):
    """A dialog that says nothing."""

    def compose(self):
        yield Label("?")


class Host(App[None]):
    """Puts dialogs over each other; `answers` are what they said."""

    def __init__(self):
        super().__init__()
        self.answers = []

    def ask(self):
        dialog = Dialog()
        self.push_screen(dialog, self.answers.append)
        return dialog


async def test_a_second_answer_is_not_heard_and_takes_no_other_screen_away():
    app = Host()
    async with app.run_test() as pilot:
        below = app.ask()
        above = app.ask()
        await pilot.pause()
        above.dismiss("first")
        above.dismiss("second")
        await pilot.pause()
        assert app.answers == ["first"]
        assert app.screen is below
        below.dismiss("last")
        below.dismiss("too late")
        await pilot.pause()
        assert app.answers == ["first", "last"]
        assert len(app.screen_stack) == 1


async def test_a_dialog_that_answers_with_what_another_said_goes_with_it():
    app = Host()
    async with app.run_test() as pilot:
        below = app.ask()
        above = Dialog()
        app.push_screen(above, below.dismiss)
        await pilot.pause()
        above.dismiss("both")
        await pilot.pause()
        assert app.answers == ["both"]
        assert len(app.screen_stack) == 1


async def test_the_palette_is_closed_once_too():
    app = Host()
    async with app.run_test() as pilot:
        app.push_screen(Palette())
        await pilot.pause()
        palette = app.screen
        palette.dismiss()
        palette.dismiss()
        await pilot.pause()
        assert len(app.screen_stack) == 1


@pytest.mark.parametrize(
    "name",
    [
        "about",
        "ask",
        "conflict_dialog",
        "copy_menu",
        "help",
        "inject",
        "payload_editor",
        "quit",
        "replay_dialog",
        "start",
    ],
)
def test_every_dialog_is_one_of_these(name):
    module = __import__(f"woodwork_tui.screens.{name}", fromlist=["*"])
    own = [each for each in vars(module).values() if isinstance(each, type) and each.__module__ == module.__name__]
    assert any(issubclass(each, Modal) for each in own)


async def test_pages_of_the_palette_that_are_not_there_yet_are_not_turned():
    app = Host()
    async with app.run_test() as pilot:
        app.push_screen(Palette())
        await pilot.pause()
        options = app.screen.query_one(CommandList)
        options.display = False
        await pilot.pause()
        options.clear_options().add_option("found since")
        options.highlighted = 0
        await pilot.press("pageup", "pagedown")
        assert isinstance(app.screen, Palette)


async def test_pages_of_options_that_are_not_there_yet_are_not_turned():
    class OptionHost(App[None]):
        def compose(self):
            options = Options(*"abc")
            options.display = False
            yield options

    app = OptionHost()
    async with app.run_test() as pilot:
        options = app.query_one(Options)
        options.highlighted = 1
        await pilot.pause()
        await options.run_action("page_down")
        assert options.highlighted == 1
        options.display = True
        await pilot.pause()
        await options.run_action("page_down")
        assert options.highlighted == 2


@pytest.mark.parametrize("screen", [Dialog, Palette, lambda: MainScreen(make_tab)], ids=["dialog", "palette", "main"])
async def test_what_has_just_been_taken_away_can_be_pressed(screen):
    app = Host()
    async with app.run_test() as pilot:
        app.push_screen(screen())
        await pilot.pause()
        label = Label("read me")
        await app.screen.mount(label)
        label.styles.dock = "top"
        await pilot.pause()
        x, y = label.region.offset
        assert app.screen.get_widget_at(x, y)[0] is label
        await label.remove()
        press = MouseDown(None, x, y, 0, 0, 1, False, False, False, screen_x=x, screen_y=y)
        app.screen._forward_event(press)
        await pilot.pause()
        assert app.is_running
