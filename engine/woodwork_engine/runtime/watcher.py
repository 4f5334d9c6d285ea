"""Notices that one of a flow's files has another content, however it was saved."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import aclosing, suppress
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from watchfiles import Change, awatch

STEP_MS = 50
LOOK_MS = 1_000
"""Without a notification the files are looked at this often, which serves network mounts as well."""
SETTLE = 0.03
"""Seconds in which a file must not change any more before it is read: a save may come in several writes."""
_SETTLE_ROUNDS = 20

Signature = tuple[int, int, int, int]


ANY = b""
"""The digest of no content."""


class Look(NamedTuple):
    """What a file looked like: its signature, and the digest of its content; None where it cannot be had."""

    signature: Signature | None
    digest: bytes | None


class FileWatcher:
    """Calls *changed* when the content of a watched file has changed and is at rest.

    Folders are watched, not files, because an editor that saves by renaming leaves a watched file behind. Contents are
    compared, not times. A file that is missing, or cannot be read, for a moment is on its way back.
    """

    def __init__(self, changed: Callable[[], Awaitable[object]]) -> None:
        self._changed = changed
        self._looks: dict[Path, Look] = {}
        self._folders: frozenset[Path] = frozenset()
        self._names: frozenset[str] = frozenset()
        self._again = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()

    async def watch(self, paths: frozenset[Path]) -> None:
        """Watch exactly *paths* from now on; what they hold now is no change."""
        async with self._one_at_a_time:
            fresh = await asyncio.to_thread(_look_at, paths - self._looks.keys())
            self._looks = {path: look for path, look in {**self._looks, **fresh}.items() if path in paths}
            folders, self._names = await asyncio.to_thread(_places, paths)
            if folders != self._folders:
                self._folders = folders
                self._again.set()

    async def take_any_save(self) -> None:
        """Take the next save of a file for a change although its content may be the one that it has."""
        async with self._one_at_a_time:
            self._looks = {
                path: look if look.digest is None else look._replace(digest=ANY) for path, look in self._looks.items()
            }

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            self._again = asyncio.Event()
            folders = await asyncio.to_thread(_existing, self._folders)
            if folders:
                await self._watch_folders(folders)
            else:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._again.wait(), LOOK_MS / 1000)
            await self._look()

    async def _watch_folders(self, folders: Mapping[Path, tuple[int, int]]) -> None:
        """Look whenever something happens in *folders*, until there are others, or others of the same name."""
        notifications = awatch(
            *folders,
            watch_filter=self._concerns,
            step=STEP_MS,
            debounce=10 * STEP_MS,
            rust_timeout=LOOK_MS,
            yield_on_timeout=True,
            stop_event=self._again,
            recursive=False,
        )
        async with aclosing(notifications):
            while True:
                try:
                    await anext(notifications)
                except StopAsyncIteration:
                    return
                except (OSError, RuntimeError):  # a folder went away, or there are too many watches: look by the clock
                    await asyncio.sleep(LOOK_MS / 1000)
                    return
                await self._look()
                if folders != await asyncio.to_thread(_existing, self._folders):
                    return

    def _concerns(self, change: Change, path: str) -> bool:
        if change is Change.deleted and Path(path) in self._folders:
            self._again.set()  # the next folder of that name may have the same number, but is not watched
            return True
        return Path(path).name in self._names

    async def _look(self) -> None:
        async with self._one_at_a_time:
            found = await self._settled()
            changed = any(look.digest != self._looks[path].digest for path, look in found.items())
            self._looks |= found
            if changed:
                self._looks |= await asyncio.to_thread(_digests, self._looks)
        if changed:
            await self._changed()

    async def _settled(self) -> dict[Path, Look]:
        """Return the files that are not what they were, once they are at rest."""
        before: dict[Path, Signature | None] | None = None
        found: dict[Path, Look] = {}
        for _ in range(_SETTLE_ROUNDS):
            moved = await asyncio.to_thread(_moved, self._looks)
            if not moved:
                return {}
            if moved == before:
                found = await asyncio.to_thread(_look_at, moved)
                if not any(
                    look.digest is None and self._looks[path].digest is not None for path, look in found.items()
                ):
                    break
            before = moved
            await asyncio.sleep(SETTLE)
        return found or await asyncio.to_thread(_look_at, before or ())


def _moved(looks: Mapping[Path, Look]) -> dict[Path, Signature | None]:
    """Return the signatures that differ from those of *looks*."""
    now = {path: _signature(path) for path in looks}
    return {path: signature for path, signature in now.items() if signature != looks[path].signature}


def _look_at(paths: Iterable[Path]) -> dict[Path, Look]:
    # The signature first: what is written between the two is seen by the next look.
    return {path: Look(_signature(path), _digest(path)) for path in paths}


def _digests(looks: Mapping[Path, Look]) -> dict[Path, Look]:
    """Return those of *looks* whose content did not matter, with the one that the file has."""
    return {path: look._replace(digest=_digest(path)) for path, look in looks.items() if look.digest == ANY}


def _places(paths: Iterable[Path]) -> tuple[frozenset[Path], frozenset[str]]:
    """Return the folders and the names under which a change of *paths* shows, links followed and not followed."""
    places = {place for path in paths for place in (path, Path(os.path.realpath(path)))}
    return frozenset(place.parent for place in places), frozenset(place.name for place in places)


def _existing(folders: Iterable[Path]) -> dict[Path, tuple[int, int]]:
    """Return those of *folders* that are there, each with what tells it from another one of the same name."""
    found = {}
    for folder in folders:
        try:
            status = folder.stat()
        except OSError:
            continue
        if folder.is_dir():
            found[folder] = (status.st_dev, status.st_ino)
    return found


def _signature(path: Path) -> Signature | None:
    try:
        status = path.stat()
    except OSError:
        return None
    # The time of the last change of rights too: a file that could not be read may have become readable.
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino


def _digest(path: Path) -> bytes | None:
    try:
        return blake2b(path.read_bytes(), digest_size=16).digest()
    except OSError:
        return None
