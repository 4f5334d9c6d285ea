"""Lines of a file descriptor, read in a thread so that no loop ever waits for a person or a pipe."""

from __future__ import annotations

import asyncio
import os
import select
import sys
import threading
from collections import deque

_CHUNK = 64 * 1024
_CHUNKS_AHEAD = 2
_LONGEST_LINE = 16 * 1024 * 1024

Lines = list[str] | None


class LineReader:
    """Reads *descriptor* at most two chunks ahead; `close` ends the thread, even while nothing comes."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._loop = asyncio.get_running_loop()
        self._arrived: asyncio.Queue[Lines] = asyncio.Queue()
        self._lines: deque[str] = deque()
        self._at_end = False
        self._room = threading.Semaphore(_CHUNKS_AHEAD)
        self._closed = threading.Event()
        self._wake_read, self._wake_write = os.pipe()
        self._thread = threading.Thread(target=self._read, name="woodwork standard input", daemon=True)
        self._thread.start()

    async def first(self) -> str | None:
        """Return the next line without its end, None at the end of the descriptor; it stays the next until `done`."""
        while not self._lines and not self._at_end:
            lines = await self._arrived.get()
            self._at_end = lines is None
            self._lines.extend(lines or ())
            self._room.release()
        return self._lines[0] if self._lines else None

    def done(self) -> None:
        """Go on to the line behind the next one."""
        self._lines.popleft()

    def close(self) -> None:
        """Stop reading."""
        if not self._closed.is_set():
            self._closed.set()
            self._room.release()
            os.close(self._wake_write)

    def _read(self) -> None:
        rest = b""
        try:
            while self._room.acquire() and self._ready():
                chunk = os.read(self._descriptor, _CHUNK)
                if not chunk:
                    break
                *whole, rest = (rest + chunk).split(b"\n")
                if len(rest) > _LONGEST_LINE:  # never kept without bound: a line too long is cut
                    whole, rest = [*whole, rest], b""
                if whole:
                    self._hand_over([_text(line) for line in whole])
                else:
                    self._room.release()
            self._hand_over([_text(rest)] if rest else [])
        except OSError:  # the terminal is gone: the same as its end
            self._hand_over([])
        finally:
            self._hand_over(None)
            os.close(self._wake_read)

    def _ready(self) -> bool:
        """Wait until there is something to read; False once closed."""
        if sys.platform != "win32":  # where select takes sockets only, the thread waits in read
            select.select([self._descriptor, self._wake_read], [], [])
        return not self._closed.is_set()

    def _hand_over(self, lines: Lines) -> None:
        if self._closed.is_set():
            return
        try:
            self._loop.call_soon_threadsafe(self._arrived.put_nowait, lines)
        except RuntimeError:  # the loop is closed: nobody reads any more
            self._closed.set()


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace").removesuffix("\r")
