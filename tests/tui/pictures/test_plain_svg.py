"""Pictures lose nothing that can be seen when they are made smaller, and say in words how they differ."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.text import Text

from support.plain_svg import differences, plain


def picture(*lines: str) -> str:
    """Return the plain picture of *lines*, in Rich's markup, on a screen of 20 columns."""
    console = Console(width=20, file=io.StringIO(), record=True, force_terminal=True, color_system="truecolor")
    for line in lines:
        text = Text.from_markup(line)
        text.pad_right(20 - len(text))
        text.stylize_before("white on #101010")
        console.print(text)
    return plain(console.export_svg(title="a window"))


BEFORE = picture("q 12", "[red]x[/] dead")


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (("q 13", "[red]x[/] dead"), "line  1 was q 12\n        is  q 13"),
        (("q 12", "[red]x[/]  dead"), "line  2 was x dead\n        is  x  dead"),
        (("q 12", "[green]x[/] dead"), "line  2 has other colours: x dead"),
        (("q 12", "[red on blue]x[/] dead"), "line  2 has other colours: x dead"),
        (("q 12", "[red bold]x[/] dead"), "line  2 has other colours: x dead"),
        (("q 12", "[red]x[/] dead", "new"), "line  3 was \n        is  new"),
    ],
)
def test_a_changed_cell_changes_the_picture_and_its_line_is_named(lines, told):
    after = picture(*lines)
    assert after != BEFORE
    assert differences(BEFORE, after) == told


def test_the_same_screen_gives_the_same_picture():
    assert picture("q 12", "[red]x[/] dead") == BEFORE


def test_nothing_in_a_picture_comes_from_the_network_or_differs_by_chance():
    assert "http" not in BEFORE.replace("http://www.w3.org/2000/svg", "")
    assert "terminal-is" in BEFORE
    assert "a window" not in BEFORE
