"""The files that are open in the File tab, read and written in threads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from woodwork_tui.state.open_file import OpenFile
from woodwork_tui.state.source_file import Changed, Refused, Saved, read, save, stamp


class Desk:
    """Open files by absolute path; what a person typed into one is kept while another one is shown."""

    def __init__(self) -> None:
        self._files: dict[str, OpenFile] = {}
        self._disk = asyncio.Lock()

    def open(self, path: str, title: str) -> OpenFile:
        """Return the file at *path*, from now on called *title*; it is empty until `look`."""
        return self._files.setdefault(path, OpenFile(path, title))

    def get(self, path: str) -> OpenFile | None:
        """Return the open file at *path*, or None."""
        return self._files.get(path)

    def type(self, path: str, text: str) -> OpenFile:
        """Take note that typing made the text of *path* *text*."""
        return self._change(path, lambda file: file.typed(text))

    def lock(self, path: str, why: str) -> OpenFile:
        """Let *path* be read only, or no longer when *why* is empty."""
        return self._change(path, lambda file: file.with_lock(why))

    def edited(self) -> tuple[str, ...]:
        """Return the titles of files with edits that are not saved."""
        return tuple(file.title for file in self._files.values() if file.edited)

    def texts_edited(self, suffix: str) -> dict[str, str]:
        """Return the edited texts of files whose names end in *suffix*, by path."""
        return {
            path: file.buffer.text
            for path, file in self._files.items()
            if file.edited and file.buffer is not None and path.endswith(suffix)
        }

    async def look(self, path: str) -> bool:
        """Read *path* if it has changed on disk; return whether anything is new."""
        async with self._disk:
            known = self._files[path]
            if known.looked and await asyncio.to_thread(stamp, path) == known.stamp:
                return False
            reading = await asyncio.to_thread(read, path)
            return self._change(path, lambda file: file.read(reading)) != known

    async def save(self, path: str, *, over_anything: bool = False) -> Saved | Changed | Refused:
        """Write the text of *path* to disk, unless the file holds something the person has not seen."""
        async with self._disk:
            buffer = self._files[path].buffer
            if buffer is None:
                return Refused(self._files[path].problem)
            over = None if over_anything else buffer.base
            answer = await asyncio.to_thread(save, path, buffer.text, over=over)
            if isinstance(answer, Saved):
                stamped = answer.stamp
                self._change(path, lambda file: file.saved(buffer.text, stamped))
            return answer

    async def take(self, path: str) -> None:
        """Drop the edits of *path* and take what is on disk."""
        async with self._disk:
            reading = await asyncio.to_thread(read, path)
            self._change(path, lambda file: file.taken(reading))

    def _change(self, path: str, change: Callable[[OpenFile], OpenFile]) -> OpenFile:
        self._files[path] = changed = change(self._files[path])
        return changed
