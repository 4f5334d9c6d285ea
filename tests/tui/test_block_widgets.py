"""Blocks of text: folded beside their labels, a list of them, and lines as high as they are many."""

from __future__ import annotations

from rich.text import Text
from textual.app import App, ComposeResult

from woodwork_tui.text import safe
from woodwork_tui.widgets.block_list import Block, BlockList
from woodwork_tui.widgets.hanging import hanging
from woodwork_tui.widgets.line_block import LineBlock


def test_later_lines_are_moved_in_by_the_width_of_the_label():
    lines = hanging(Text("✗ "), Text("one two three four"), 12)

    assert [line.plain for line in lines] == ["✗ one two", "  three four"]


def test_a_label_colours_nothing_but_itself():
    first, second = hanging(Text("✗ ", style="bad"), Text("one two three four"), 12)

    assert [(span.start, span.end, span.style) for span in first.spans] == [(0, 2, "bad")]
    assert (first.style, second.spans) == ("", [])


def test_a_word_that_fits_nowhere_is_broken():
    assert [line.plain for line in hanging(Text("- "), Text("x" * 20), 12)] == ["- xxxxxxxxxx", "  xxxxxxxxxx"]


class ListApp(App[None]):
    def __init__(self, *texts: str) -> None:
        super().__init__()
        self.list = BlockList()
        self.texts = texts
        self.told: list[tuple[str, object]] = []

    def compose(self) -> ComposeResult:
        yield self.list

    def on_mount(self) -> None:
        self.show(*self.texts)

    def show(self, *texts: str) -> None:
        self.list.set_blocks([Block(text, Text("- "), safe(text)) for text in texts], empty="Nothing. i injects one.")

    def on_block_list_highlighted(self, event: BlockList.Highlighted) -> None:
        self.told.append(("at", event.key))

    def on_block_list_chosen(self, event: BlockList.Chosen) -> None:
        self.told.append(("open", event.key))


def line(widget: BlockList, y: int) -> str:
    return widget.render_line(y).text.rstrip()


LONG = "a b c d e f g h i j k l m n o p q r s t u v w x y z"


async def test_the_cursor_goes_from_item_to_item_however_long_they_are():
    app = ListApp("first", LONG, "last")
    async with app.run_test(size=(20, 10)) as pilot:
        await pilot.press("j", "j", "k", "enter")

        assert app.told == [("at", LONG), ("at", "last"), ("at", LONG), ("open", LONG)]
        assert [line(app.list, y)[:4] for y in range(5)] == [" - f", "▌- a", "▌  j", "▌  s", " - l"]


async def test_what_the_cursor_reaches_is_brought_into_sight():
    app = ListApp(*(f"item {number}" for number in range(40)), LONG)
    async with app.run_test(size=(20, 6)) as pilot:
        await pilot.press("G")
        await pilot.pause()

        assert line(app.list, 5).endswith("y z")


async def test_the_cursor_stays_on_its_item_while_others_come_and_go():
    app = ListApp("one", "two", "three")
    async with app.run_test(size=(20, 6)) as pilot:
        await pilot.press("down")
        app.show("new", "one", "two")

        assert app.list.cursor_key == "two"


async def test_a_click_chooses_and_a_second_one_opens():
    app = ListApp("first", LONG, "last")
    async with app.run_test(size=(20, 10)) as pilot:
        await pilot.click(BlockList, offset=(3, 3))
        await pilot.click(BlockList, offset=(3, 3), times=2)

        assert app.told[0] == ("at", LONG)
        assert app.told[-1] == ("open", LONG)


async def test_an_empty_list_says_why_and_opens_nothing():
    app = ListApp()
    async with app.run_test(size=(30, 6)) as pilot:
        await pilot.press("j", "pagedown", "enter")

        assert line(app.list, 0) == " Nothing. i injects one."
        assert app.told == [("open", None)]


async def test_lines_are_made_for_the_width_they_have():
    class BlockApp(App[None]):
        def compose(self) -> ComposeResult:
            self.block = LineBlock()
            yield self.block

    app = BlockApp()
    async with app.run_test(size=(22, 6)) as pilot:
        app.block.show(lambda width: hanging(Text("- "), Text(LONG), width))
        await pilot.pause()
        high = app.block.size.height
        await pilot.resize_terminal(62, 6)
        await pilot.pause()

        assert (high, app.block.size.height) == (3, 1)
