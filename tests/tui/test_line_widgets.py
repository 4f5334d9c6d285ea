"""The line-API table and viewer in a running app."""

from __future__ import annotations

from textual.app import App
from textual.events import MouseScrollUp

from woodwork_tui.text import safe
from woodwork_tui.widgets.line_table import Column, LineTable
from woodwork_tui.widgets.line_view import LineView
from woodwork_tui.widgets.tones import tones


class TableApp(App[None]):
    def __init__(self, **options):
        super().__init__()
        columns = [Column("n", "N", str, 6, align="right"), Column("text", "TEXT", lambda row: safe(f"[/] row {row}"))]
        self.table = LineTable(columns, key=lambda row: row, **options)
        self.told = []

    def compose(self):
        yield self.table

    def on_line_table_highlighted(self, event):
        self.told.append(("at", event.key))

    def on_line_table_chosen(self, event):
        self.told.append(("open", event.key))


def line(widget, y):
    return widget.render_line(y).text.rstrip()


async def test_only_markup_free_text_is_painted_and_the_heading_stays():
    app = TableApp()
    async with app.run_test(size=(40, 10)) as pilot:
        app.table.set_rows(range(100))
        await pilot.pause()
        await pilot.press("G")
        assert line(app.table, 0) == "      N TEXT"
        assert line(app.table, 9) == "▌    99 [/] row 99"


async def test_enter_opens_the_row_under_the_cursor():
    app = TableApp()
    async with app.run_test(size=(40, 10)) as pilot:
        app.table.set_rows(range(5))
        await pilot.press("j", "j", "k", "enter")
        assert app.told == [("at", 0), ("at", 1), ("at", 2), ("at", 1), ("open", 1)]


async def test_a_followed_table_shows_the_newest_row_and_moving_up_holds_the_window_still():
    app = TableApp(follow=True)
    async with app.run_test(size=(40, 10)) as pilot:
        app.table.set_rows(range(50))
        await pilot.pause()
        assert line(app.table, 9).endswith("row 49")
        await pilot.press("up")
        before = line(app.table, 5)
        app.table.set_rows(range(10, 60), added=10)
        await pilot.pause()
        assert line(app.table, 5) == before
        assert (app.table.cursor_key, app.table.unseen) == (48, 10)
        await pilot.press("F")
        assert line(app.table, 9).endswith("row 59")


async def test_a_followed_table_that_is_moved_with_the_mouse_is_not_pulled_back():
    app = TableApp(follow=True)
    async with app.run_test(size=(40, 10)) as pilot:
        app.table.set_rows(range(50))
        await pilot.pause()
        await pilot._post_mouse_events([MouseScrollUp], app.table, offset=(3, 4), button=0)
        await pilot.pause()
        assert not app.table.following
        assert app.table.cursor_key == 49
        seen = line(app.table, 5)
        assert not seen.endswith("row 45")
        app.table.set_rows(range(60), added=10)
        await pilot.pause()
        assert line(app.table, 5) == seen
        assert app.table.unseen == 10


async def test_the_wheel_over_rows_that_are_all_in_sight_changes_nothing():
    app = TableApp(follow=True)
    async with app.run_test(size=(40, 10)) as pilot:
        app.table.set_rows(range(3))
        await pilot.pause()
        await pilot._post_mouse_events([MouseScrollUp], app.table, offset=(3, 4), button=0)
        await pilot.pause()
        assert app.table.following


async def test_a_click_chooses_the_row_under_the_mouse():
    app = TableApp()
    async with app.run_test(size=(40, 10)) as pilot:
        app.table.set_rows(range(5))
        await pilot.click(LineTable, offset=(3, 4))
        assert app.table.cursor_key == 3


async def test_an_empty_table_says_why():
    app = TableApp(empty="No messages yet. i injects one.")
    async with app.run_test(size=(40, 10)):
        assert line(app.table, 1) == " No messages yet. i injects one."


class ViewApp(App[None]):
    def __init__(self):
        super().__init__()
        self.view = LineView()

    def compose(self):
        yield self.view


async def test_a_line_of_a_megabyte_wraps_and_nothing_of_it_is_lost():
    app = ViewApp()
    async with app.run_test(size=(42, 10)) as pilot:
        app.view.set_lines(["x" * 1_000_000, "\x1b[31mred"])
        await pilot.pause()
        await pilot.press("G")
        assert line(app.view, 9) == "␛[31mred"
        total = sum(len(each) for each in app.view.shown)
        assert total == 1_000_000 + len("␛[31mred")


async def test_without_wrapping_a_long_line_is_reached_by_moving_right():
    app = ViewApp()
    async with app.run_test(size=(42, 10)) as pilot:
        app.view.set_lines(["0123456789" * 10])
        await pilot.press("w", "l")
        assert line(app.view, 0).startswith("89")


async def test_a_line_is_painted_in_its_tone():
    app = ViewApp()
    async with app.run_test(size=(42, 10)):
        app.view.set_lines([safe("it failed", style="bad"), "plain"])
        bad, plain = (next(iter(app.view.render_line(y))).style for y in (0, 1))
        assert bad.color == tones(app.current_theme)["bad"].color
        assert plain.color != bad.color


async def test_columns_fit_beside_a_scroll_bar_that_came_later():
    app = TableApp()
    async with app.run_test(size=(40, 10)) as pilot:
        app.table.set_columns([Column("all", "ALL", lambda row: safe("x" * 99), minimum=4)])
        app.table.set_rows(range(3))
        await pilot.pause()
        app.table.set_rows(range(100))
        await pilot.pause()
        assert line(app.table, 1)[: app.table.scrollable_content_region.width].endswith("x…")


async def test_of_a_text_that_changes_in_place_only_the_changed_lines_are_painted():
    app = ViewApp()
    async with app.run_test(size=(42, 10)) as pilot:
        app.view.set_lines([safe(f"line {number}") for number in range(5)])
        await pilot.pause()
        painted = []
        paint = app.view.render_line
        app.view.render_line = lambda y: painted.append(y) or paint(y)
        app.view.set_lines([safe(f"line {number}" if number != 3 else "other") for number in range(5)], keep_place=True)
        await pilot.pause()
        assert painted == [3]
        app.view.set_lines(
            [safe(f"line {number}" if number != 3 else "other", style="bad" if number else "") for number in range(5)],
            keep_place=True,
        )
        await pilot.pause()
        assert painted == [3, 1, 2, 3, 4]


async def test_the_thumb_of_a_scroll_bar_that_comes_is_where_the_window_is():
    app = TableApp(follow=True)
    async with app.run_test(size=(40, 10)) as pilot:
        app.table.set_rows(range(50))
        await pilot.pause()
        assert app.table.vertical_scrollbar.position == app.table.scroll_offset.y == 41
