"""What the keys of the File tab do to the text and with the names in it."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from support.checking import KINDS
from support.file_desk import NOON, opened, problem
from woodwork_engine.language import check_file
from woodwork_engine.snapshot import NodeState, NodeStats, Revision
from woodwork_tui.state.view import Selection

FLOW = """\
ask = input cli { to: agent }

agent = echo {
    to: [audit, say]
}
audit = echo { to: [] }
say = output console {}
"""
LOOSE = "a   = echo {to:b}\nb = output   console {}\n"
TIDY = "a = echo { to: b }\nb = output console {}\n"


def running(folder: Path, text: str = FLOW, **more) -> dict[str, object]:
    (folder / "main.ww").write_text(text)
    plan = check_file(str(folder / "main.ww"), KINDS).plan
    live = Revision(1, NOON, "live", "opened", "start", source=text)
    return {"plan": plan, "revisions": (live,), "text": text} | more


def said(desk) -> list[str]:
    return [note.message for note in desk.app._notifications]


# names


async def test_the_component_named_at_the_cursor_is_selected_and_shown_in_the_graph(tmp_path: Path):
    async with opened(tmp_path, **running(tmp_path)) as desk:
        await desk.press("enter")
        desk.editor.go_to(4, 11)
        await desk.press("ctrl+right_square_bracket")
        await desk.pilot.pause()

        assert desk.app.told == [("select", Selection(node="audit")), ("goto", "flow")]


async def test_without_a_name_at_the_cursor_the_component_around_it_is_meant(tmp_path: Path):
    async with opened(tmp_path, **running(tmp_path)) as desk:
        desk.editor.go_to(4, 1)
        await desk.press("ctrl+right_square_bracket")
        await desk.pilot.pause()

        assert ("select", Selection(node="agent")) in desk.app.told


async def test_a_component_that_is_not_saved_yet_has_no_place_in_the_graph(tmp_path: Path):
    async with opened(tmp_path, **running(tmp_path)) as desk:
        desk.editor.insert("new = echo { to: [] }\n", (0, 0))
        desk.editor.go_to(1, 1)
        await desk.press("ctrl+right_square_bracket")

        assert said(desk) == ["new is not in the flow that runs; it is once it was saved without errors."]
        assert desk.app.told == []


async def test_the_definition_of_a_name_is_gone_to_in_the_text_as_it_is(tmp_path: Path):
    async with opened(tmp_path, **running(tmp_path)) as desk:
        await desk.press("enter")
        desk.editor.insert("# new\n", (0, 0))
        desk.editor.go_to(2, 24)
        await desk.press("ctrl+g")

        assert desk.editor.line == 4


async def test_the_definition_of_a_name_from_another_file_is_gone_to_there(tmp_path: Path):
    (tmp_path / "parts.ww").write_text("# parts\nsay = output console {}\n")
    main = 'include "parts.ww"\nask = input cli { to: say }\n'
    async with opened(tmp_path, **running(tmp_path, main)) as desk:
        desk.editor.go_to(2, 24)
        await desk.press("ctrl+g")
        await desk.until(lambda: "parts.ww" in desk.title and desk.editor.line == 2)


async def test_a_word_that_names_nothing_is_said(tmp_path: Path):
    async with opened(tmp_path, **running(tmp_path)) as desk:
        desk.editor.go_to(4, 6)
        await desk.press("ctrl+g")

        assert said(desk) == ["No component is called 'to'. Put the cursor on one that is declared."]


# layout


async def test_the_text_is_laid_out_as_one_edit(tmp_path: Path):
    async with opened(tmp_path, text=LOOSE) as desk:
        await desk.press("f8")
        await desk.until(lambda: desk.editor.text == TIDY)
        assert "edited, not saved" in desk.title
        await desk.press("u")

        assert desk.editor.text == LOOSE


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a = echo {\n", "Nothing can be laid out before the syntax errors are mended; n goes to the first."),
        (TIDY, "main.ww is laid out already."),
        ("a = echo {}\r\nb = echo {}\n", "main.ww is read only: its line ends are mixed"),
    ],
)
async def test_what_keeps_a_text_from_being_laid_out_is_said(tmp_path: Path, text: str, sentence: str):
    async with opened(tmp_path, text=text) as desk:
        await desk.press("f8")
        await desk.until(lambda: said(desk))

        assert said(desk)[0].startswith(sentence)
        assert desk.file.read_bytes() == text.encode()


# marks and numbers


async def test_the_words_that_a_problem_is_about_are_underlined(tmp_path: Path):
    span = replace(problem(3).span, column=9, end_column=13)
    async with opened(tmp_path, replace(problem(3), span=span), **running(tmp_path)) as desk:
        underlined = [
            segment.text for segment in desk.editor.render_line(2) if segment.style and segment.style.underline
        ]

        assert underlined == ["echo"]


async def test_live_numbers_stand_behind_declarations_but_never_over_a_problem(tmp_path: Path):
    nodes = (
        NodeStats("audit", NodeState.BACKLOG, depth=31, in_rate=12.4),
        NodeStats("agent", NodeState.OK, in_rate=1.0),
    )
    async with opened(tmp_path, problem(3, "odd"), **running(tmp_path, nodes=nodes)) as desk:
        lines = [desk.editor.render_line(y).text.rstrip() for y in range(6)]

        assert lines[5].endswith("12.4/s q31")
        assert "← odd" in lines[2]
        assert "1.0/s" not in lines[2]


async def test_numbers_for_which_there_is_no_room_are_left_out(tmp_path: Path):
    text = "audit = echo { to: [] } # " + "x" * 60 + "\n"
    nodes = (NodeStats("audit", NodeState.OK, in_rate=12.4),)
    async with opened(tmp_path, **running(tmp_path, text, nodes=nodes)) as desk:
        assert "12.4/s" not in desk.painted()


# another editor


async def test_edits_are_saved_before_the_file_goes_to_another_editor(tmp_path: Path):
    async with opened(tmp_path) as desk:
        desk.editor.insert("x", (0, 0))
        await desk.press("E")

        assert said(desk) == ["main.ww has edits that are not saved; ^s saves them, then E opens the file."]


async def test_a_terminal_that_cannot_be_handed_over_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VISUAL", sys.executable)
    async with opened(tmp_path) as desk:
        await desk.press("E")

        assert said(desk)[0].startswith("This terminal cannot be handed to an editor")


async def test_without_an_editor_the_remedy_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VISUAL", "nobody-has-this-editor")
    async with opened(tmp_path) as desk:
        await desk.press("E")

        assert said(desk) == ["No editor was found; set EDITOR to the command of one, as in EDITOR=nano."]


# typing


async def test_a_new_line_begins_under_the_one_before_and_deeper_behind_an_open_bracket(tmp_path: Path):
    async with opened(tmp_path, text="a = echo {\n    to: []\n}\n") as desk:
        await desk.press("enter")
        desk.editor.go_to(1, 100)
        await desk.press("enter", "x", "enter", "y")

        assert desk.editor.text == "a = echo {\n    x\n    y\n    to: []\n}\n"


async def test_a_closing_bracket_on_a_line_of_its_own_goes_back_a_step(tmp_path: Path):
    async with opened(tmp_path, text="a = echo {\n") as desk:
        await desk.press("enter")
        desk.editor.go_to(1, 100)
        await desk.press("enter", "right_curly_bracket")

        assert desk.editor.text == "a = echo {\n}\n"


async def test_a_closing_bracket_behind_text_and_one_new_line_over_a_selection_are_plain(tmp_path: Path):
    async with opened(tmp_path, text="a = echo {\n    to: [b\n}\n") as desk:
        await desk.press("enter")
        desk.editor.go_to(2, 100)
        await desk.press("right_square_bracket")
        assert desk.editor.text == "a = echo {\n    to: [b]\n}\n"
        desk.editor.selection = desk.editor.selection.__class__((1, 4), (1, 11))
        await desk.press("enter")
        assert desk.editor.text == "a = echo {\n    \n    \n}\n"


async def test_the_frame_says_what_helps_where_the_person_is(tmp_path: Path):
    async with opened(tmp_path) as desk:
        await desk.until(lambda: "E $EDITOR" in desk.painted())
        await desk.press("enter")
        await desk.until(lambda: "tab complete  esc leave" in desk.painted())
        await desk.press("escape")
        await desk.until(lambda: "E $EDITOR" in desk.painted())


async def test_edits_can_be_undone_after_another_file_was_shown(tmp_path: Path):
    (tmp_path / "parts.ww").write_text("b = echo {}\n")
    async with opened(tmp_path, text="a = echo {}\n") as desk:
        desk.editor.insert("x", (0, 0))
        desk.app.tab.reveal("parts.ww", 1)
        await desk.until(lambda: desk.editor.text == "b = echo {}\n")
        await desk.press("u")
        assert desk.editor.text == "b = echo {}\n"
        desk.app.tab.reveal("main.ww", 1)
        await desk.until(lambda: desk.editor.text == "xa = echo {}\n")
        await desk.press("u")

        assert desk.editor.text == "a = echo {}\n"
