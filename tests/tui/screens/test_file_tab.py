"""The File tab in a running app, on files of a temporary folder."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from support.file_desk import NOON, TEXT, opened, problem, view
from support.tab_host import TabHost, until
from support.traffic import HOSTILE
from woodwork_engine.snapshot import Revision
from woodwork_engine.source import Severity
from woodwork_tui.screens.conflict_dialog import ConflictDialog
from woodwork_tui.screens.file import FileTab
from woodwork_tui.screens.file_source import SourcePane
from woodwork_tui.state.draft import Draft
from woodwork_tui.widgets.line_view import LineView


async def test_the_tab_opens_where_no_letter_is_typed(tmp_path: Path):
    async with opened(tmp_path) as desk:
        await desk.press("x", "q", "1")

        assert desk.editor.text == TEXT
        assert "on disk = buffer" in desk.title


async def test_enter_goes_into_the_editor_and_escape_leaves_it(tmp_path: Path):
    async with opened(tmp_path) as desk:
        await desk.press("enter", "n", "1", "escape", "z")

        assert desk.editor.text == "n1" + TEXT
        assert desk.problems.has_focus
        assert "edited, not saved" in desk.title


async def test_enter_on_a_problem_puts_the_cursor_at_its_place(tmp_path: Path):
    async with opened(tmp_path, problem(40), problem(50)) as desk:
        await desk.press("down", "enter")

        assert desk.editor.has_focus
        assert desk.editor.cursor_location == (49, 2)
        assert "part50" in desk.painted()


async def test_the_worst_problem_is_in_sight_from_the_start(tmp_path: Path):
    async with opened(tmp_path, problem(10, severity=Severity.WARNING), problem(50)) as desk:
        await desk.until(lambda: desk.editor.line == 50)

        assert "part50" in desk.painted()
        desk.show(snapshot=replace(desk.view.snapshot, diagnostics=(problem(20),)))
        await desk.pilot.pause()
        assert desk.editor.line == 50


async def test_n_goes_from_problem_to_problem_and_round_without_leaving_the_list(tmp_path: Path):
    async with opened(tmp_path, problem(40), problem(50)) as desk:
        places = []
        for _ in range(3):
            await desk.press("n")
            await desk.pilot.pause()
            places.append(desk.editor.line)

        assert places == [50, 40, 50]
        assert desk.problems.has_focus


async def test_lines_with_problems_are_marked_with_the_worst_of_them(tmp_path: Path):
    warning = problem(2, "never used", severity=Severity.WARNING)
    async with opened(tmp_path, warning, problem(2), problem(3, "odd", severity=Severity.WARNING)) as desk:
        lines = [desk.editor.render_line(y).text for y in range(3)]

        assert [line[0] for line in lines] == [" ", "✗", "▲"]
        assert "← 'to' names no component" in lines[1]


async def test_words_behind_a_line_that_do_not_fit_end_in_an_ellipsis_beside_the_scroll_bar(tmp_path: Path):
    async with opened(tmp_path, problem(2, "very " * 30)) as desk:
        line = next(line for line in desk.app.painted().splitlines() if "← very" in line)
        assert line.split("│")[1].rstrip().endswith("…")


async def test_the_line_of_the_cursor_stays_in_sight_when_the_window_gets_lower(tmp_path: Path):
    async with opened(tmp_path) as desk:
        desk.app.tab.reveal("main.ww", 25)
        await desk.until(lambda: desk.editor.line == 25)
        await desk.pilot.resize_terminal(80, 24)
        await desk.until(lambda: "part25 =" in desk.app.painted())


async def test_problems_are_counted_in_the_heading_and_told_with_what_to_do(tmp_path: Path):
    async with opened(tmp_path, problem(2, help="mend it"), problem(3)) as desk:
        assert "Problems 2 ✗" in desk.painted()
        assert "– mend it" in desk.listed()


async def test_no_problems_say_which_revision_runs(tmp_path: Path):
    async with opened(tmp_path) as desk:
        assert "No problems. rev 1 live since 22:13:20." in desk.painted()


async def test_a_rejected_file_shows_its_own_problems_and_what_it_would_have_changed(tmp_path: Path):
    text = TEXT.replace("part3 = echo", "part3 = ecco")
    bad = Revision(
        0, NOON + 9, "rejected", "1 error, not applied", diagnostics=(problem(3, "no kind ecco"),), source=text
    )
    live = Revision(1, NOON, "live", "opened", "start", source=TEXT)
    async with opened(tmp_path, text=text, revisions=(live, bad)) as desk:
        painted = desk.painted()

        assert "no kind ecco" in painted
        assert "+  part3 = ecco {}" in painted
        assert "rev 1 → saved" in painted


async def test_a_save_writes_the_file_and_is_an_edit_no_more(tmp_path: Path):
    async with opened(tmp_path) as desk:
        await desk.press("enter", "x", "ctrl+s")
        await desk.until(lambda: "on disk = buffer" in desk.title)

        assert desk.file.read_text() == "x" + TEXT
        assert desk.app.tab.unsaved() == ()


async def test_a_save_without_edits_reads_the_flow_again(tmp_path: Path):
    async with opened(tmp_path) as desk:
        await desk.press("ctrl+s")

        assert desk.app.told == [("reload", {})]


async def test_edits_that_are_not_saved_are_known_and_shown_as_a_difference(tmp_path: Path):
    async with opened(tmp_path) as desk:
        await desk.press("enter", "x")
        await desk.until(lambda: "file → edited text" in desk.painted())

        assert desk.app.tab.unsaved() == ("main.ww",)
        assert "+  xpart1 = echo {}" in desk.painted()


async def test_a_clean_editor_follows_the_file_and_keeps_its_place(tmp_path: Path):
    async with opened(tmp_path) as desk:
        desk.editor.go_to(40)
        desk.file.write_text(TEXT + "more = echo {}\n")
        desk.show()
        await desk.until(lambda: "more" in desk.editor.text)

        assert desk.editor.line == 40


async def test_edited_text_is_not_replaced_by_a_change_on_disk(tmp_path: Path):
    async with opened(tmp_path) as desk:
        await desk.press("enter", "x")
        desk.file.write_text("theirs = echo {}\n")
        desk.show()
        await desk.until(lambda: "changed on disk too" in desk.title)

        assert desk.editor.text == "x" + TEXT


@asynccontextmanager
async def conflict(folder: Path):
    async with opened(folder) as desk:
        await desk.press("enter", "x")
        desk.file.write_text("theirs = echo {}\n")
        await desk.press("ctrl+s")
        await desk.until(lambda: isinstance(desk.app.screen, ConflictDialog))
        yield desk


async def test_a_save_over_somebody_elses_change_asks_and_enter_does_nothing(tmp_path: Path):
    async with conflict(tmp_path) as desk:
        await desk.press("enter")

        assert desk.file.read_text() == "theirs = echo {}\n"
        assert desk.editor.text == "x" + TEXT


async def test_somebody_elses_change_can_be_written_over(tmp_path: Path):
    async with conflict(tmp_path) as desk:
        await desk.press("down", "down", "enter")
        await desk.until(lambda: "on disk = buffer" in desk.title)

        assert desk.file.read_text() == "x" + TEXT


async def test_somebody_elses_change_can_be_taken(tmp_path: Path):
    async with conflict(tmp_path) as desk:
        await desk.press("down", "enter")
        await desk.until(lambda: desk.editor.text == "theirs = echo {}\n")

        assert desk.app.tab.unsaved() == ()


async def test_a_file_that_may_not_be_written_is_one_sentence_and_the_edits_stay(tmp_path: Path):
    async with opened(tmp_path) as desk:
        desk.file.chmod(0o444)
        await desk.press("enter", "x", "ctrl+s")
        await desk.until(lambda: list(desk.app._notifications))

        assert [note.message for note in desk.app._notifications] == [
            "main.ww is not writable; change its permissions, or its folder's."
        ]
        assert desk.app.tab.unsaved() == ("main.ww",)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "main.ww is not there."),
        (b"\xff\xfe\x00", "main.ww is not UTF-8 text (line 1); it cannot be shown or edited here."),
    ],
)
async def test_a_file_that_cannot_be_shown_says_why(tmp_path: Path, content: bytes | None, sentence: str):
    if content is not None:
        (tmp_path / "main.ww").write_bytes(content)
    async with opened(tmp_path, text=None) as desk:
        await desk.press("enter", "x", "ctrl+s")

        assert desk.source.file.status == sentence
        assert sentence[:30] in desk.painted()
        assert desk.app.tab.unsaved() == ()
        assert not (tmp_path / "main.ww").exists() or (tmp_path / "main.ww").read_bytes() == content


async def test_a_file_that_vanished_can_be_saved_again(tmp_path: Path):
    async with opened(tmp_path) as desk:
        desk.file.unlink()
        desk.show()
        await desk.until(lambda: "main.ww is not there" in desk.title)
        await desk.press("ctrl+s")
        await desk.until(lambda: "on disk = buffer" in desk.title)

        assert desk.file.read_text() == TEXT


async def test_text_that_the_editor_would_change_is_only_shown(tmp_path: Path):
    async with opened(tmp_path, text="a = echo {}\r\nb = echo {}\n") as desk:
        await desk.press("enter", "x")

        assert "read only: its line ends are mixed" in desk.title
        assert desk.app.tab.unsaved() == ()


async def test_windows_line_ends_stay(tmp_path: Path):
    async with opened(tmp_path, text="a = echo {}\r\nb = echo {}\r\n") as desk:
        await desk.press("enter", "x", "ctrl+s")
        await desk.until(lambda: desk.app.tab.unsaved() == () and "on disk" in desk.title)

        assert desk.file.read_bytes() == b"xa = echo {}\r\nb = echo {}\r\n"


async def test_a_problem_in_an_included_file_opens_that_file_and_escape_comes_back(tmp_path: Path):
    (tmp_path / "parts.ww").write_text("one = echo {}\ntwo = ecco {}\n")
    async with opened(tmp_path, problem(2, file="parts.ww"), problem(9)) as desk:
        await desk.press("n")
        await desk.until(lambda: "parts.ww · on disk = buffer" in desk.title)

        await desk.until(lambda: desk.editor.line == 2)
        assert desk.app.tab.close()
        await desk.until(lambda: "main.ww" in desk.title)
        assert desk.editor.text == TEXT
        assert not desk.app.tab.close()


async def test_edits_of_a_file_wait_while_another_one_is_shown(tmp_path: Path):
    (tmp_path / "parts.ww").write_text("one = echo {}\n")
    async with opened(tmp_path) as desk:
        await desk.press("enter", "x", "escape")
        desk.app.tab.reveal("parts.ww", 1)
        await desk.until(lambda: "parts.ww · on disk" in desk.title)
        desk.app.tab.reveal("main.ww", 3)
        await desk.pilot.pause()

        assert desk.editor.text == "x" + TEXT
        assert desk.editor.line == 3


async def test_a_place_in_a_persons_script_is_shown_but_not_edited(tmp_path: Path):
    (tmp_path / "audit.py").write_text("def handle(data):\n    return data\n")
    async with opened(tmp_path) as desk:
        desk.app.tab.reveal(str(tmp_path / "audit.py"), 2)
        await desk.until(lambda: "read only: only .ww files" in desk.title)

        await desk.until(lambda: desk.editor.line == 2)
        assert desk.editor.read_only


async def test_a_place_can_be_asked_for_before_the_file_was_read(tmp_path: Path):
    (tmp_path / "main.ww").write_text(TEXT)
    app = TabHost(FileTab(check=lambda edits, file: Draft()))
    async with app.run_test(size=(120, 36)) as pilot:
        app.show(view(tmp_path))
        app.tab.reveal("main.ww", 55)
        await until(pilot, lambda: app.tab.query_one(SourcePane).editor.line == 55)


async def test_edited_text_is_checked_and_its_problems_take_the_place_of_the_files(tmp_path: Path):
    def check(edits: Mapping[str, str], file: str) -> Draft:
        return Draft(None, (problem(9, f"xy {'is' if 'xy' in edits[file] else 'not'} there"),))

    async with opened(tmp_path, problem(9, "of the file"), check=check) as desk:
        await desk.press("enter", "x", "y")
        await desk.until(lambda: "xy is there" in desk.listed())

        assert "Problems in the edited text 1 ✗" in desk.painted()
        assert "of the file" not in desk.listed()
        assert desk.editor.render_line(8).text[0] == "✗"
        await desk.press("ctrl+z", "ctrl+z")
        await desk.until(lambda: "of the file" in desk.listed())


async def test_the_checker_of_the_language_reads_the_edited_text(tmp_path: Path):
    (tmp_path / "main.ww").write_text("a = echo { to: b }\nb = output console {}\n")
    app = TabHost(FileTab())
    async with app.run_test(size=(120, 36)) as pilot:
        app.show(view(tmp_path))
        editor = app.tab.query_one(SourcePane).editor
        await until(pilot, lambda: editor.text)
        editor.replace("bb", (0, 15), (0, 16))
        await until(pilot, lambda: "'to' names no component" in app.painted())


async def test_on_a_narrow_screen_problems_stand_above_and_v_turns_to_the_revisions(tmp_path: Path):
    async with opened(tmp_path, problem(9), size=(80, 24)) as desk:
        lines = desk.painted().splitlines()
        assert "Problems 1 ✗" in lines[0]
        assert "main.ww · on disk" in lines[3]
        await desk.press("v")

        assert "Revisions" in desk.painted()
        assert "part1" not in desk.painted()
        await desk.press("v")
        assert "part1" in desk.painted()


async def test_the_chosen_revision_is_compared_and_enter_goes_to_the_difference(tmp_path: Path):
    live = Revision(1, NOON, "ok", "~agent, ~audit, -desk, +a_long_name", "start", source="one\n")
    newer = Revision(2, NOON + 1, "live", "+b", source="one\ntwo\n")
    async with opened(tmp_path, revisions=(live, newer)) as desk:
        assert "+  two" in desk.painted()
        assert "+a_long_name" not in desk.painted()
        desk.app.tab._revisions.table.focus()
        await desk.press("down")
        await desk.until(lambda: "The first one" in desk.painted())
        assert "~agent, ~audit, -desk, +a_long_name (start)" in desk.painted(), "what the table cuts is told in full"
        await desk.press("enter")
        assert isinstance(desk.app.focused, LineView)


async def test_what_is_under_the_cursor_is_copied(tmp_path: Path):
    async with opened(tmp_path, problem(9)) as desk:
        await desk.press("y")

        assert desk.app.told == [("copy", "main.ww:9:3 'to' names no component")]


async def test_hostile_text_in_file_problems_and_revisions_is_only_shown(tmp_path: Path):
    nasty = [text for text in HOSTILE if "\ud800" not in text and len(text) < 10_000]
    text = "".join(f"# {each}\n" for each in nasty)
    problems = [problem(number, each, help=each) for number, each in enumerate(HOSTILE, 1)]
    revisions = tuple(Revision(number, NOON, "live", each, each, source=each) for number, each in enumerate(HOSTILE, 1))
    async with opened(tmp_path, *problems, text=text, revisions=revisions) as desk:
        desk.app.tab._revisions.table.focus()
        for _ in HOSTILE:
            await desk.press("n", "down")
            await desk.pilot.pause()
            painted = desk.painted()
            assert not set(painted) & {"\x1b", "\x9b", "\x07", "\x00", "\u202e", "\ud800"}
            assert all(len(line) <= 120 for line in painted.splitlines())
        assert "[/bold][red]" in painted


async def test_a_line_of_a_megabyte_can_be_opened(tmp_path: Path):
    async with opened(tmp_path, text="# " + "x" * 999_000) as desk:
        await desk.press("enter", "end", "y")

        assert desk.editor.text.endswith("xy")


async def test_a_save_right_after_a_key_has_what_was_typed(tmp_path: Path):
    async with opened(tmp_path) as desk:
        desk.editor.insert("x", (0, 0))
        desk.app.tab.action_save()  # before anything that the editor says has been heard
        await desk.until(lambda: desk.file.read_text() == "x" + TEXT)


async def test_where_there_is_room_v_gives_the_editor_the_whole_width_then_the_revisions_then_all_again(tmp_path: Path):
    async with opened(tmp_path, problem(9)) as desk:
        await desk.press("v")
        await desk.until(lambda: "Problems 1" in desk.painted().splitlines()[0])
        assert desk.editor.size.width > 100
        await desk.press("v")
        await desk.until(lambda: "part1" not in desk.painted() and "Revisions" in desk.painted())
        await desk.press("v")
        await desk.until(lambda: "part1" in desk.painted() and "Revisions" in desk.painted())
        assert desk.editor.size.width < 80
