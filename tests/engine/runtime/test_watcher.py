"""Noticing that a file has another content, however it was saved and whatever happens to it meanwhile."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from woodwork_engine.runtime import watcher
from woodwork_engine.runtime.watcher import FileWatcher

LONG = 20.0


class Seen:
    """Counts the changes that a watcher has told, and what the files held when it did."""

    def __init__(self, *paths: Path) -> None:
        self.paths = paths
        self.contents: list[tuple[str | None, ...]] = []
        self._told = asyncio.Event()
        self.watcher = FileWatcher(self._changed)

    async def _changed(self) -> None:
        self.contents.append(tuple(path.read_text() if path.is_file() else None for path in self.paths))
        self._told.set()

    async def until(self, *contents: str | None, times: int = 1) -> None:
        """Wait until at least *times* changes were told, and *contents* is what the files hold after the last."""
        async with asyncio.timeout(LONG):
            while len(self.contents) < times or self.contents[-1] != contents:
                self._told.clear()
                await self._told.wait()


@asynccontextmanager
async def watching(*paths: Path) -> AsyncIterator[Seen]:
    seen = Seen(*paths)
    await seen.watcher.watch(frozenset(paths))
    task = asyncio.create_task(seen.watcher.run())
    try:
        yield seen
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """What happens before the first notification can come is found by looking; let that not take a second."""
    monkeypatch.setattr(watcher, "LOOK_MS", 100)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "main.ww"
    path.write_text("one")
    return path


def in_place(path: Path, text: str) -> None:
    path.write_text(text)


def truncated_first(path: Path, text: str) -> None:
    with path.open("r+") as out:
        out.truncate(0)
        out.flush()
        out.write(text)


def rename_over(path: Path, text: str) -> None:
    fresh = path.with_name("fresh")
    fresh.write_text(text)
    fresh.replace(path)


def rename_over_with_an_old_time(path: Path, text: str) -> None:
    fresh = path.with_name("fresh")
    fresh.write_text(text)
    os.utime(fresh, (1_000_000, 1_000_000))
    fresh.replace(path)


def like_vim(path: Path, text: str) -> None:
    path.rename(path.with_name("main.ww~"))
    path.write_text(text)
    path.with_name("main.ww~").unlink()


def like_emacs(path: Path, text: str) -> None:
    shutil.copy2(path, path.with_name("main.ww~"))
    path.write_text(text)


def anew(path: Path, text: str) -> None:
    path.unlink()
    path.write_text(text)


SAVES = [in_place, truncated_first, rename_over, rename_over_with_an_old_time, like_vim, like_emacs, anew]


@pytest.mark.parametrize("save", SAVES)
async def test_a_save_is_noticed_in_whichever_way_it_is_made_and_twice_in_a_row(file, save):
    async with watching(file) as seen:
        save(file, "two")
        save(file, "three")
        await seen.until("three")
        save(file, "four")
        await seen.until("four")
        assert (None,) not in seen.contents, "a file on its way back is not gone"
        assert ("",) not in seen.contents


async def test_a_save_that_changes_nothing_is_no_change(file):
    async with watching(file) as seen:
        file.write_text("one")
        rename_over(file, "one")
        os.utime(file)
        file.write_text("two")
        await seen.until("two")
        assert seen.contents == [("two",)]


async def test_a_file_that_is_gone_for_good_is_a_change_and_so_is_its_return(file):
    async with watching(file) as seen:
        file.unlink()
        await seen.until(None)
        file.write_text("one")
        await seen.until("one")


async def test_a_file_that_is_not_there_yet_is_waited_for(file, tmp_path):
    missing = tmp_path / ".env"
    async with watching(file, missing) as seen:
        missing.write_text("KEY=1")
        await seen.until("one", "KEY=1")


async def test_a_file_that_cannot_be_read_is_noticed_when_it_can_be_again(file):
    """What the name stands for meanwhile is a directory, which nobody can read as a file."""
    async with watching(file) as seen:
        aside = file.with_name("aside")
        file.rename(aside)
        file.mkdir()
        await seen.until(None)
        file.rmdir()
        aside.rename(file)
        await seen.until("one")


async def test_rights_that_come_back_are_noticed_though_the_file_is_the_same(file, monkeypatch):
    """A change of rights touches neither time nor size of the content."""
    readable = True
    reads = Path.read_bytes

    def guarded(path: Path) -> bytes:
        if path == file and not readable:
            raise PermissionError(13, "Permission denied")
        return reads(path)

    monkeypatch.setattr(Path, "read_bytes", guarded)
    async with watching(file) as seen:
        readable = False
        file.chmod(0o000)
        await seen.until("one")
        assert seen.contents == [("one",)], "told once that it cannot be read"
        readable = True
        file.chmod(0o600)
        await seen.until("one", times=2)


async def test_a_link_that_leads_elsewhere_is_a_change_and_its_new_file_is_watched(tmp_path):
    for name in ("v1", "v2"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.ww").write_text(name)
    link = tmp_path / "main.ww"
    link.symlink_to(tmp_path / "v1" / "main.ww")
    async with watching(link) as seen:
        (tmp_path / "v1" / "main.ww").write_text("v1 changed")
        await seen.until("v1 changed")
        fresh = tmp_path / "fresh"
        fresh.symlink_to(tmp_path / "v2" / "main.ww")
        fresh.replace(link)
        await seen.until("v2")
        (tmp_path / "v2" / "main.ww").write_text("v2 changed")
        await seen.until("v2 changed")


async def test_a_folder_that_is_swapped_under_its_name_is_a_change(tmp_path):
    """As a deployment does it: the folder's name is a link, and the link moves."""
    for name in ("v1", "v2"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.ww").write_text(name)
    (tmp_path / "current").symlink_to("v1")
    async with watching(tmp_path / "current" / "main.ww") as seen:
        (tmp_path / "fresh").symlink_to("v2")
        (tmp_path / "fresh").replace(tmp_path / "current")
        await seen.until("v2")


@pytest.mark.parametrize("slowly", [True, False], ids=["slowly", "at once"])
async def test_a_folder_may_be_removed_and_come_back(tmp_path, monkeypatch, slowly):
    folder = tmp_path / "flow"
    folder.mkdir()
    file = folder / "main.ww"
    file.write_text("one")
    watch, begun, again = watcher.awatch, asyncio.Event(), asyncio.Event()

    def counted(*folders, **options):
        (again if begun.is_set() else begun).set()
        return watch(*folders, **options)

    monkeypatch.setattr(watcher, "awatch", counted)
    async with watching(file) as seen:
        file.write_text("changed")
        await seen.until("changed")
        shutil.rmtree(folder)
        if slowly:
            await seen.until(None)
        folder.mkdir()
        file.write_text("two")
        await seen.until("two")
        async with asyncio.timeout(LONG):
            await again.wait()  # what was watched is another folder of the same name
        file.write_text("three")
        await seen.until("three")


async def test_a_folder_may_come_into_being_later(tmp_path):
    file = tmp_path / "scripts" / "step.py"
    async with watching(file) as seen:
        file.parent.mkdir()
        file.write_text("one")
        await seen.until("one")


async def test_files_in_several_folders_are_watched_and_others_beside_them_are_not(tmp_path):
    paths = [tmp_path / name / "a.ww" for name in ("x", "y", "z")]
    for path in paths:
        path.parent.mkdir()
        path.write_text("one")
    async with watching(*paths) as seen:
        (tmp_path / "x" / "log.jsonl").write_text("busy")
        paths[1].write_text("two")
        await seen.until("one", "two", "one")
        assert len(seen.contents) == 1


async def test_what_is_watched_may_change_while_it_is_watched(tmp_path, file):
    other = tmp_path / "elsewhere" / "other.ww"
    other.parent.mkdir()
    other.write_text("one")
    async with watching(file) as seen:
        await seen.watcher.watch(frozenset({other}))
        seen.paths = (other,)
        file.write_text("nobody cares")
        other.write_text("two")
        await seen.until("two")
        assert seen.contents == [("two",)]


async def test_a_thousand_files_are_watched_as_well_as_one(tmp_path):
    paths = [tmp_path / str(number // 50) / f"{number}.py" for number in range(1000)]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        path.write_text("one")
    async with watching(*paths) as seen:
        paths[777].write_text("two")
        await seen.until(*("two" if path == paths[777] else "one" for path in paths))


@pytest.mark.parametrize("linked", [False, True], ids=["itself", "behind a link"])
async def test_a_save_is_noticed_without_waiting_for_the_clock(tmp_path, monkeypatch, linked):
    monkeypatch.setattr(watcher, "LOOK_MS", 3_600_000)
    written = tmp_path / "elsewhere" / "real.ww" if linked else tmp_path / "main.ww"
    written.parent.mkdir(exist_ok=True)
    written.write_text("one")
    if linked:
        (tmp_path / "main.ww").symlink_to(written)
    async with watching(tmp_path / "main.ww") as seen:
        number = 0
        while not seen.contents:  # until the folder is watched
            number += 1
            written.write_text(str(number))
            await asyncio.sleep(0)
        written.write_text("done")
        await seen.until("done")


async def test_files_are_looked_at_by_the_clock_where_notifications_cannot_be_had(file, monkeypatch):
    """Too many watches in this system, or a file system that does not notify."""
    monkeypatch.setattr(watcher, "LOOK_MS", 10)

    def refuse(*_paths: object, **_options: object) -> AsyncIterator[set[object]]:
        async def notifications() -> AsyncIterator[set[object]]:
            raise OSError(28, "OS file watch limit reached")
            yield set()

        return notifications()

    monkeypatch.setattr(watcher, "awatch", refuse)
    async with watching(file) as seen:
        file.write_text("two")
        await seen.until("two")


async def test_what_is_being_written_is_waited_for(file, monkeypatch):
    """A save in several writes, here one before each look, is told once and whole."""
    monkeypatch.setattr(watcher, "SETTLE", 0.001)
    look, parts = watcher._moved, list("wo!")

    def writing(looks):
        if parts and file.read_text() != "one":
            with file.open("a") as out:
                out.write(parts.pop(0))
        return look(looks)

    monkeypatch.setattr(watcher, "_moved", writing)
    async with watching(file) as seen:
        file.write_text("t")
        await seen.until("two!")
        assert seen.contents == [("two!",)]


@pytest.mark.parametrize("name", ["main.ww", "other.ww"])
async def test_a_change_while_a_change_is_handled_is_told_afterwards(tmp_path, name):
    paths = [tmp_path / "main.ww", tmp_path / "other.ww"]
    for path in paths:
        path.write_text("one")
    seen: list[str] = []
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def changed() -> None:
        seen.append("".join(path.read_text() for path in paths))
        entered.set()
        await go_on.wait()

    watch = FileWatcher(changed)
    await watch.watch(frozenset(paths))
    task = asyncio.create_task(watch.run())
    try:
        async with asyncio.timeout(LONG):
            paths[0].write_text("two")
            await entered.wait()
            (tmp_path / name).write_text("three")
            entered.clear()
            go_on.set()
            await entered.wait()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert len(seen) == 2
    assert "three" in seen[1]


async def test_a_save_of_the_same_content_is_told_where_any_save_is_to_be(file: Path) -> None:
    """G6: once; from then on contents are compared again."""
    other = file.with_name("other.ww")
    other.write_text("two")
    async with watching(file, other) as seen:
        await seen.watcher.take_any_save()
        in_place(file, "one")
        await seen.until("one", "two")
        in_place(other, "two")
        in_place(file, "three")
        await seen.until("three", "two", times=2)
        assert len(seen.contents) == 2
