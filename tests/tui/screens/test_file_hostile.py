"""Files made to break an editor: nothing in them acts on the screen, crashes it or is lost in a save."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.file_desk import opened
from woodwork_tui.state.draft import examine

CONTENTS = {
    "control characters": 'a = echo { k: "\x01\x1b[31m\x7f\u009b2J" }\n',
    "bidirectional": "# \u202e\u2066 abc \u2069\n",
    "zero width": "a = echo {} # \u200b\ufeff\u00ad\n",
    "wide and combining": "# 日本語 e\u0301 👩‍👩‍👧 \U000e0001\n",
    "tabs": "a = echo {\n\tto:\t[]\n}\n",
    "no newline at the end": "a = echo {}",
    "only newlines": "\n\n\n",
    "blanks at line ends": "a = echo {}   \n  \n",
    "byte order mark": "\ufeffa = echo {}\n",
    "windows line ends": "a = echo {}\r\nb = echo {}\r\n",
    "markup": "# [/bold][red] {{}} [@click=app.quit]x[/]\n",
    "a long line": "# " + "x" * 100_000 + "\n",
    "brackets": "a = echo { k: " + "[" * 300 + "\n",
    "quotes": '"""\n' * 50,
    "a NUL byte": "a = echo {}\0\n",
    "nothing": "",
}
ODD = {
    "mixed line ends": b"a = echo {}\r\nb = echo {}\n",
    "old mac line ends": b"a = echo {}\rb = echo {}\n",
    "a line separator": "a = echo {} # \u2028 x\n".encode(),
    "a form feed": b"a = echo {}\x0cb = echo {}\n",
    "not UTF-8": b"# caf\xe9\n",
    "UTF-16": "a = echo {}\n".encode("utf-16"),
}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
async def test_what_is_typed_is_all_that_a_save_changes(tmp_path: Path, content: str):
    async with opened(tmp_path, text=content, check=examine) as desk:
        await desk.press("enter", "ctrl+home", "home", "x", "y", "ctrl+s")
        await desk.until(lambda: desk.file.read_bytes() != content.encode())

        assert desk.file.read_bytes() == f"xy{content}".encode()
        assert not set(desk.painted()) & set("\x00\x01\x1b\x7f\x9b\u202e\u2066\u2069\u200b")


@pytest.mark.parametrize("name", ["control characters", "tabs", "byte order mark", "windows line ends", "nothing"])
async def test_undoing_everything_leaves_the_file_as_it_was(tmp_path: Path, name: str):
    content = CONTENTS[name]
    async with opened(tmp_path, text=content, check=examine) as desk:
        await desk.press("enter", "x", "end", "a", "enter", "right_curly_bracket", "tab", "f8")
        await desk.pilot.pause()
        await desk.app.workers.wait_for_complete()
        await desk.press(*["ctrl+z"] * 12)

        assert desk.editor.text == content
        assert desk.app.tab.unsaved() == ()


@pytest.mark.parametrize("content", ODD.values(), ids=ODD)
async def test_a_file_that_an_edit_would_change_elsewhere_is_never_written(tmp_path: Path, content: bytes):
    (tmp_path / "main.ww").write_bytes(content)
    async with opened(tmp_path, text=None, check=examine) as desk:
        await desk.press("enter", "x", "ctrl+f", "f8", "tab", "ctrl+s", "escape", "u", "ctrl+s")
        await desk.pilot.pause()
        await desk.app.workers.wait_for_complete()

        assert desk.file.read_bytes() == content
        assert desk.app.tab.unsaved() == ()


async def test_ten_thousand_lines_are_edited_at_their_end(tmp_path: Path):
    text = "".join(f"part{number} = echo {{ to: [] }}\n" for number in range(10_000))
    async with opened(tmp_path, text=text, check=examine) as desk:
        await desk.press("enter", "ctrl+end")
        desk.editor.go_to(10_001)
        await desk.press("x", "ctrl+s")
        await desk.until(lambda: desk.file.read_text().endswith("x"))

        assert desk.file.read_text() == f"{text}x"


async def test_the_name_of_a_file_acts_no_more_than_its_content(tmp_path: Path):
    folder = tmp_path / "a\x1b[2Jb"
    folder.mkdir()
    (folder / "main.ww").write_text("a = echo {}\n")
    (folder / "x\x1b]0;y\x07.ww").write_text("b   = echo {}\n")
    async with opened(folder, text=None) as desk:
        desk.app.tab.reveal("x\x1b]0;y\x07.ww", 1)
        await desk.until(lambda: desk.editor.text.startswith("b"))
        desk.editor.insert("# ", (0, 0))
        await desk.press("E")
        await desk.pilot.pause()

        assert not {"\x1b", "\x07"} & set(desk.painted())
        assert all("\x1b" not in note.message for note in desk.app._notifications)
