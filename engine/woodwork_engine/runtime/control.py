"""The socket in a state folder through which other processes ask a running flow: JSON, one object a line."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from woodwork_engine.errors import WoodworkError
from woodwork_engine.payload import json_text

NAME = "control.sock"
LONGEST_LINE = 16 * 1024 * 1024
"""Bytes of one request."""
_LONGEST_PATH = 100  # a socket's name has room for 108 bytes on Linux, fewer elsewhere


@contextmanager
def reachable(path: Path) -> Iterator[str]:
    """Give a name of the socket *path* that is short enough for the system, however deep its folder lies."""
    if len(os.fsencode(path)) <= _LONGEST_PATH:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


class Control:
    """Listens in the folder *folder* and has *answer* answer each request; a bad one gets an error, and goes on."""

    def __init__(self, folder: Path, answer: Callable[[object], Awaitable[object]]) -> None:
        self._path = folder / NAME
        self._answer = answer
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()

    async def start(self) -> str | None:
        """Listen; return why that is not possible here, None when it is."""
        try:
            with reachable(self._path) as name:
                self._server = await asyncio.start_unix_server(self._talk, name, limit=LONGEST_LINE)
            self._path.chmod(0o600)
        except OSError as error:
            return f"{self._path}: {error.strerror or error}; other processes cannot ask this flow"
        return None

    async def stop(self) -> None:
        """Listen no longer and end every talk."""
        if self._server is None:
            return
        self._server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        self._path.unlink(missing_ok=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._talks.add(task)
            task.add_done_callback(self._talks.discard)
        try:
            while line := await self._line(reader, writer):
                if line.strip():
                    await _say(writer, await self._reply(line))
        except (ConnectionError, asyncio.CancelledError):
            pass  # whoever asked has gone, or this flow goes
        finally:
            writer.close()

    async def _line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        try:
            return await reader.readline()
        except ValueError:
            await _say(writer, {"ok": False, "error": f"a request has at most {LONGEST_LINE} bytes"})
            return b""

    async def _reply(self, line: bytes) -> dict[str, object]:
        try:
            return {"ok": True, "result": await self._answer(json.loads(line))}
        except (ValueError, RecursionError) as error:
            return {"ok": False, "error": f"this is no JSON: {error}"}
        except WoodworkError as error:
            return {"ok": False, "error": str(error)}


async def _say(writer: asyncio.StreamWriter, answer: dict[str, object]) -> None:
    writer.write(json_text(answer).encode() + b"\n")
    await writer.drain()
