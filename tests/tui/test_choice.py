"""One of a few options, chosen by keys or the mouse."""

from __future__ import annotations

import pytest
from textual.app import App

from support.dead_letters import HOSTILE
from woodwork_tui.widgets.choice import Choice


class ChoiceApp(App[None]):
    def __init__(self, *options: str, ascii_only: bool = False):
        super().__init__()
        self.first = Choice(options, ascii_only=ascii_only, id="first")
        self.second = Choice(("yes", "no"), id="second")
        self.told = []

    def compose(self):
        yield self.first
        yield self.second

    def on_choice_changed(self, event):
        self.told.append((event.choice.id, event.index))


def shown(choice):
    return [choice.render_line(y).text.rstrip() for y in range(choice.size.height)]


async def test_options_stand_side_by_side_where_they_fit():
    app = ChoiceApp("one", "two", "three")
    async with app.run_test(size=(60, 10)):
        assert shown(app.first) == ["(•) one   ( ) two   ( ) three"]


async def test_options_that_do_not_fit_stand_one_below_the_other():
    app = ChoiceApp("one", "two", "a much longer third option", ascii_only=True)
    async with app.run_test(size=(20, 10)):
        assert shown(app.first) == ["(*) one", "( ) two", "( ) a much longer t…"]


async def test_arrow_keys_choose_and_stop_at_the_ends():
    app = ChoiceApp("one", "two")
    async with app.run_test(size=(60, 10)) as pilot:
        await pilot.press("left", "right", "right", "left")
        await pilot.pause()

    assert app.told == [("first", 1), ("first", 0)]


async def test_down_leaves_the_last_option_for_what_stands_below():
    app = ChoiceApp("one", "two")
    async with app.run_test(size=(60, 10)) as pilot:
        await pilot.press("down", "down", "down", "up", "up")
        await pilot.pause()
        assert app.focused is app.first

    assert app.told == [("first", 1), ("second", 1), ("second", 0)]


async def test_the_mouse_chooses():
    app = ChoiceApp("one", "two", "three")
    async with app.run_test(size=(60, 10)) as pilot:
        await pilot.click("#first", offset=(22, 0))
        await pilot.click("#first", offset=(8, 0))  # between two options
        await pilot.pause()

    assert app.told == [("first", 2)]


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_options_are_shown_and_harm_nothing(text: str):
    app = ChoiceApp(text, "other")
    async with app.run_test(size=(60, 10)) as pilot:
        await pilot.press("down")
        await pilot.pause()

        assert not any("\x1b" in line for line in shown(app.first))
        assert all(len(line) <= 60 for line in shown(app.first))
