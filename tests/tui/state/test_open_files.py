"""Files in the editor against files on disk: whose text is newer, and nothing is lost by a save."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from woodwork_tui.state.buffer import Buffer, BufferState
from woodwork_tui.state.desk import Desk
from woodwork_tui.state.flow_paths import FlowPaths
from woodwork_tui.state.source_file import Changed, Refused, Saved, read, save


def test_a_clean_buffer_follows_the_file():
    buffer = Buffer.of("one").on_disk("two")

    assert (buffer.text, buffer.state) == ("two", BufferState.SAME)


def test_an_edited_buffer_is_not_replaced_by_a_change_on_disk():
    buffer = Buffer.of("one").typed("mine").on_disk("theirs")

    assert (buffer.text, buffer.disk, buffer.state) == ("mine", "theirs", BufferState.CONFLICT)


def test_an_edited_buffer_whose_file_stays_is_merely_edited():
    assert Buffer.of("one").typed("mine").on_disk("one").state is BufferState.EDITED


def test_what_was_typed_while_a_save_ran_is_still_an_edit():
    buffer = Buffer.of("one").typed("two and more").saved("two")

    assert (buffer.text, buffer.disk, buffer.state) == ("two and more", "two", BufferState.EDITED)


def test_edits_that_somebody_else_saved_too_are_no_edits():
    assert Buffer.of("one").typed("two").on_disk("two").state is BufferState.SAME


def test_a_save_keeps_the_permissions_and_leaves_nothing_else_behind(tmp_path: Path):
    file = tmp_path / "main.ww"
    file.write_text("one")
    file.chmod(0o640)

    assert isinstance(save(str(file), "zwö", over="one"), Saved)

    assert file.read_text() == "zwö"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert os.listdir(tmp_path) == ["main.ww"]


def test_a_save_through_a_link_changes_the_file_and_keeps_the_link(tmp_path: Path):
    (tmp_path / "real.ww").write_text("one")
    link = tmp_path / "main.ww"
    link.symlink_to("real.ww")

    save(str(link), "two", over="one")

    assert link.is_symlink()
    assert (tmp_path / "real.ww").read_text() == "two"


def test_a_file_that_holds_something_else_is_not_written_over(tmp_path: Path):
    file = tmp_path / "main.ww"
    file.write_text("theirs")

    assert save(str(file), "mine", over="one") == Changed("theirs")
    assert file.read_text() == "theirs"
    assert isinstance(save(str(file), "mine", over=None), Saved)


def test_a_file_that_vanished_is_written_anew(tmp_path: Path):
    file = tmp_path / "main.ww"

    assert isinstance(save(str(file), "mine", over="one"), Saved)
    assert file.read_text() == "mine"


def test_a_read_only_file_is_not_replaced(tmp_path: Path):
    file = tmp_path / "main.ww"
    file.write_text("one")
    file.chmod(0o444)

    answer = save(str(file), "two", over="one")

    assert answer == Refused("main.ww is not writable; change its permissions, or its folder's.")
    assert file.read_text() == "one"


def test_a_folder_that_is_gone_is_one_sentence(tmp_path: Path):
    assert save(str(tmp_path / "gone" / "main.ww"), "x", over="x") == Refused(
        "main.ww cannot be saved: no such file or directory."
    )


def test_half_a_character_cannot_be_saved(tmp_path: Path):
    assert save(str(tmp_path / "main.ww"), "a\n\ud800", over="") == Refused(
        "main.ww cannot be saved: line 2 holds half a character (a lone surrogate)."
    )


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "main.ww is not there."),
        ("folder", "main.ww is a directory; name the .ww file in it."),
        (b"a\n\xff\xfe", "main.ww is not UTF-8 text (line 2); it cannot be shown or edited here."),
        (b"x" * 1_000_001, "main.ww is larger than 1 MB; it is not shown here."),
    ],
)
def test_what_cannot_be_read_is_one_sentence(tmp_path: Path, content: bytes | str | None, problem: str):
    file = tmp_path / "main.ww"
    if content == "folder":
        file.mkdir()
    elif isinstance(content, bytes):
        file.write_bytes(content)

    assert (read(str(file)).text, read(str(file)).problem) == (None, problem)


def test_a_pipe_is_not_read(tmp_path: Path):
    os.mkfifo(tmp_path / "main.ww")

    assert read(str(tmp_path / "main.ww")).problem == "main.ww is no ordinary file and is not read here."


def test_a_name_with_a_nul_in_it_is_a_problem_and_no_crash():
    assert read("ma\x00in.ww").problem.startswith("ma\x00in.ww cannot be read")


async def test_a_file_is_read_again_only_when_it_changed(tmp_path: Path):
    file = tmp_path / "main.ww"
    file.write_text("one")
    desk = Desk()
    desk.open(str(file), "main.ww")

    assert await desk.look(str(file))
    assert not await desk.look(str(file))
    file.write_text("and now two")
    assert await desk.look(str(file))
    assert desk.open(str(file), "main.ww").buffer == Buffer.of("and now two")


async def test_a_file_that_vanishes_keeps_its_text_and_says_so(tmp_path: Path):
    file = tmp_path / "main.ww"
    file.write_text("one")
    desk = Desk()
    desk.open(str(file), "main.ww")
    await desk.look(str(file))
    file.unlink()
    await desk.look(str(file))

    opened = desk.open(str(file), "main.ww")
    assert (opened.status, opened.buffer) == ("main.ww is not there.", Buffer.of("one"))
    assert isinstance(await desk.save(str(file)), Saved)
    assert file.read_text() == "one"


async def test_taking_the_file_drops_the_edits(tmp_path: Path):
    file = tmp_path / "main.ww"
    file.write_text("one")
    desk = Desk()
    path = str(file)
    desk.open(path, "main.ww")
    await desk.look(path)
    desk.type(path, "mine")
    assert desk.edited() == ("main.ww",)

    await desk.take(path)

    assert desk.edited() == ()


async def test_a_file_that_is_read_only_takes_no_edits(tmp_path: Path):
    file = tmp_path / "audit.py"
    file.write_text("one")
    desk = Desk()
    desk.open(str(file), "audit.py")
    await desk.look(str(file))
    desk.lock(str(file), "only .ww files are edited here")

    assert desk.type(str(file), "mine").status == "read only: only .ww files are edited here"
    assert desk.edited() == ()


def test_names_of_places_are_found_beside_the_main_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    paths = FlowPaths("flows/main.ww", (str(tmp_path / "flows/parts.ww"),))

    assert paths.path("flows/main.ww") == str(tmp_path / "flows/main.ww")
    assert paths.path("parts.ww") == str(tmp_path / "flows/parts.ww")
    assert paths.path("flows/parts.ww") == str(tmp_path / "flows/parts.ww")
    assert paths.path("/elsewhere/x.py") == "/elsewhere/x.py"


def test_files_are_called_by_their_path_from_the_flows_folder(tmp_path: Path):
    paths = FlowPaths(str(tmp_path / "main.ww"))

    assert paths.title(str(tmp_path / "parts/x.ww")) == "parts/x.ww"
    assert paths.title("/elsewhere/x.py") == "/elsewhere/x.py"
