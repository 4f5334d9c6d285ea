"""Notices that one of a flow's files has another content, however it was saved."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from hashlib import blake2b
from pathlib import Path

from watchfiles import Change, awatch

STEP_MS = 50
LOOK_MS = 1_000
"""Without a notification the files are looked at this often, which serves network mounts as well."""
SETTLE = 0.03
"""Seconds in which a file must not change any more before it is read: a save may come in several writes."""
_SETTLE_ROUNDS = 20

Signature = tuple[int, int, int]


class FileWatcher:
    """Calls *changed* when the content of a watched file has changed and is at rest.

    Folders are watched, not files, because an editor that saves by renaming leaves a watched file behind. Contents are
    compared, not times. A file that is missing for a moment is on its way back.
    """

    def __init__(self, changed: Callable[[], Awaitable[object]]) -> None:
        self._changed = changed
        self._paths: frozenset[Path] = frozenset()
        self._folders: frozenset[Path] = frozenset()
        self._again = asyncio.Event()
        self._signatures: dict[Path, Signature | None] = {}
        self._digests: dict[Path, bytes | None] = {}

    def watch(self, paths: Iterable[Path]) -> None:
        """Watch exactly *paths* from now on; what they hold now is no change."""
        wanted = frozenset(paths)
        for path in wanted - self._paths:
            self._signatures[path] = _signature(path)
            self._digests[path] = _digest(path)
        for path in self._paths - wanted:
            del self._signatures[path], self._digests[path]
        self._paths = wanted
        folders = frozenset(folder for path in wanted for folder in (path.parent, path.resolve().parent))
        if folders != self._folders:
            self._folders = folders
            self._again.set()

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            self._again = asyncio.Event()
            folders = [folder for folder in self._folders if folder.is_dir()]
            if folders:
                await self._watch_folders(folders)
            else:
                await asyncio.sleep(LOOK_MS / 1000)
            await self._look()

    async def _watch_folders(self, folders: Iterable[Path]) -> None:
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
        try:
            async for _ in notifications:
                await self._look()
        except OSError:  # a folder that went away, or too many watches: the next round looks by itself
            await asyncio.sleep(LOOK_MS / 1000)

    def _concerns(self, _change: Change, path: str) -> bool:
        name = Path(path).name
        return any(name in (watched.name, watched.resolve().name) for watched in self._paths)

    async def _look(self) -> None:
        found = {path: _signature(path) for path in self._paths}
        if found == self._signatures:
            return
        await self._settled()
        self._signatures = {path: _signature(path) for path in self._paths}
        digests = {path: _digest(path) for path in self._paths}
        if digests != self._digests:
            self._digests = digests
            await self._changed()

    async def _settled(self) -> None:
        before: dict[Path, Signature | None] = {}
        for _ in range(_SETTLE_ROUNDS):
            now = {path: _signature(path) for path in self._paths}
            gone = any(now[path] is None and self._digests[path] is not None for path in now)
            if now == before and not gone:
                return
            before = now
            await asyncio.sleep(SETTLE)


def _signature(path: Path) -> Signature | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _digest(path: Path) -> bytes | None:
    try:
        return blake2b(path.read_bytes(), digest_size=16).digest()
    except OSError:
        return None
