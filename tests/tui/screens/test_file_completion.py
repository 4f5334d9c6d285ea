"""Completion in the editor of the File tab: when the list opens, which keys it takes, what is written."""

from __future__ import annotations

from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from support.file_desk import opened, problem
from woodwork_engine.source import Diagnostic
from woodwork_tui.state.draft import Draft
from woodwork_tui.widgets.completion_list import CompletionList

FLOW = """\
ask = input cli { to: agent }
agent = echo { to: [] }

audit = echo { to: [] }
"""


@asynccontextmanager
async def editing(folder: Path, text: str = FLOW, *, line: int = 3, **more):
    async with opened(folder, text=text, **more) as desk:
        await desk.press("enter")
        desk.editor.go_to(line, 100)
        yield desk


def offered(desk) -> list[str]:
    """What the open list offers; nothing when it is closed."""
    words = desk.app.screen.query_one(CompletionList)
    return [str(option.prompt).split("  ")[0].strip() for option in words.options] if words.display else []


async def typed(desk, text: str) -> None:
    await desk.press(*({" ": "space", "=": "equals_sign", "[": "left_square_bracket"}.get(key, key) for key in text))
    await desk.pilot.pause()


async def test_kinds_are_offered_while_one_is_typed_and_enter_writes_the_one_highlighted(tmp_path: Path):
    async with editing(tmp_path) as desk:
        await typed(desk, "x = inp")
        assert offered(desk) == ["input cli", "input generator", "input file"]
        await desk.press("down", "enter")

        assert desk.editor.text.splitlines()[2] == "x = input generator"
        assert offered(desk) == []
        assert desk.editor.has_focus


async def test_the_list_lies_under_what_is_typed_and_over_everything_else(tmp_path: Path):
    async with editing(tmp_path) as desk:
        await typed(desk, "x = inp")
        lines = desk.painted().splitlines()
        row = next(n for n, line in enumerate(lines) if "x = inp" in line)

        assert lines[row + 1].index("input cli") == lines[row].index("inp")


async def test_at_the_bottom_of_the_screen_the_list_opens_upwards(tmp_path: Path):
    async with editing(tmp_path, "#\n" * 80 + "\n", line=81) as desk:
        await typed(desk, "x = inp")
        lines = desk.painted().splitlines()
        row = next(n for n, line in enumerate(lines) if "81  x = inp" in line)

        assert any("input cli" in line for line in lines[row - 4 : row])


async def test_typing_on_narrows_the_list_and_it_goes_when_nothing_fits(tmp_path: Path):
    async with editing(tmp_path) as desk:
        await typed(desk, "x = inp")
        await typed(desk, "ut g")
        assert offered(desk) == ["input generator"]
        await desk.press("backspace")
        assert len(offered(desk)) == 3
        await typed(desk, "q")
        assert offered(desk) == []


async def test_escape_closes_the_list_and_only_then_leaves_the_editor(tmp_path: Path):
    async with editing(tmp_path) as desk:
        await typed(desk, "x = inp")
        await desk.press("escape")
        assert offered(desk) == []
        assert desk.editor.has_focus
        await desk.press("escape")
        assert not desk.editor.has_focus


async def test_names_are_offered_behind_a_key_that_takes_them_before_anything_is_typed(tmp_path: Path):
    async with editing(tmp_path) as desk:
        await typed(desk, "x = echo { to: [")
        assert offered(desk) == ["agent", "audit"]
        await desk.press("tab")

        assert desk.editor.text.splitlines()[2] == "x = echo { to: [agent"


async def test_tab_completes_what_can_only_be_one_word_and_one_undo_takes_it_back(tmp_path: Path):
    async with editing(tmp_path) as desk:
        desk.editor.insert("x = echo { to: au")
        await desk.pilot.pause()
        assert offered(desk) == []
        await desk.press("tab")
        assert desk.editor.text.splitlines()[2] == "x = echo { to: audit"
        await desk.press("ctrl+z")

        assert desk.editor.text.splitlines()[2] == "x = echo { to: au"


async def test_tab_in_the_blank_before_a_line_indents(tmp_path: Path):
    async with editing(tmp_path) as desk:
        await desk.press("tab")

        assert desk.editor.text.splitlines()[2] == "    "


async def test_a_new_line_in_a_block_offers_no_keys_until_one_is_begun(tmp_path: Path):
    async with editing(tmp_path, "a = echo {\n\n}\n", line=2) as desk:
        await typed(desk, "  ")
        assert offered(desk) == []
        await typed(desk, "ti")
        assert offered(desk) == ["timeout"]


@pytest.mark.parametrize("key", ["left", "home", "up", "ctrl+z"])
async def test_the_list_closes_when_the_cursor_goes_elsewhere(tmp_path: Path, key: str):
    async with editing(tmp_path) as desk:
        await typed(desk, "x = inp")
        desk.app.screen.query_one(CompletionList).step(0)
        await desk.press("escape") if key == "up" else None
        await desk.press(key)
        await desk.pilot.pause()

        assert offered(desk) == []


async def test_a_candidate_can_be_clicked_and_the_editor_keeps_the_focus(tmp_path: Path):
    async with editing(tmp_path) as desk:
        await typed(desk, "x = inp")
        await desk.pilot.click(CompletionList, offset=(3, 1))
        await desk.pilot.pause()

        assert desk.editor.text.splitlines()[2] == "x = input generator"
        assert desk.editor.has_focus


async def test_text_that_may_only_be_read_is_not_completed(tmp_path: Path):
    async with editing(tmp_path, "a = echo { to: a }\r\nb = echo {}\n", line=1) as desk:
        await desk.press("tab")

        assert offered(desk) == []
        assert desk.editor.text.startswith("a = echo { to: a }")


async def test_windows_line_ends_do_not_move_what_is_completed(tmp_path: Path):
    async with editing(tmp_path, FLOW.replace("\n", "\r\n")) as desk:
        await typed(desk, "x = echo { to: aud")
        await desk.press("tab")

        assert desk.editor.text.split("\r\n")[2] == "x = echo { to: audit"


async def test_variables_are_offered_by_name_and_their_values_are_nowhere(tmp_path: Path, monkeypatch):
    (tmp_path / ".env").write_text("SHOP_KEY=hunter2\n")
    async with editing(tmp_path) as desk:
        await typed(desk, "x = echo { key: ")
        await desk.press("dollar_sign", "S", "H", "O", "P", "underscore")
        await desk.pilot.pause()

        assert offered(desk) == ["SHOP_KEY"]
        assert "hunter2" not in desk.painted()


async def test_the_list_is_there_in_the_smallest_terminal(tmp_path: Path):
    async with editing(tmp_path, size=(60, 20)) as desk:
        await typed(desk, "x = inp")
        assert "input generator" in desk.painted()
        assert all(len(line) <= 60 for line in desk.painted().splitlines())


async def test_the_list_stays_at_the_cursor_when_the_window_changes(tmp_path: Path):
    async with editing(tmp_path) as desk:
        await typed(desk, "x = inp")
        await desk.pilot.resize_terminal(80, 24)
        await desk.pilot.pause()
        await desk.pilot.pause()
        lines = desk.painted().splitlines()
        row = next(n for n, line in enumerate(lines) if "x = inp" in line)

        assert lines[row + 1].index("input cli") == lines[row].index("inp")


async def test_the_editor_stays_where_it_is_while_problems_come_and_go(tmp_path: Path):
    found: list[Diagnostic] = []

    def check(edits, file: str) -> Draft:
        found[:] = [problem(number, "odd") for number in range(1, 6)]
        return Draft(None, tuple(found))

    async with editing(tmp_path, size=(80, 24), check=check) as desk:
        row = next(n for n, line in enumerate(desk.painted().splitlines()) if "main.ww" in line)
        await typed(desk, "x")
        await desk.until(lambda: "Problems in the edited text 5" in desk.painted())
        assert "main.ww" in desk.painted().splitlines()[row]
        await desk.press("escape", "escape")
        await desk.until(lambda: "main.ww" in desk.painted().splitlines()[7])
