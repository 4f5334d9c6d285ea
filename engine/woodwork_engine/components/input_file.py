"""The kind `input file`: the records of a JSONL file, once or for as long as it grows."""

from __future__ import annotations

import asyncio
import json
import os
from typing import IO

from woodwork_engine.components.component import Input
from woodwork_engine.components.records import InputRecord, record_of
from woodwork_engine.components.site import Site
from woodwork_engine.errors import StartError
from woodwork_engine.kinds import Field, Kind, KindSettings, Role

_POLL = 0.25
_BREATH = 64
_LONGEST_LINE = 16 * 1024 * 1024


class InputFileSettings(KindSettings):
    """Which file, and until when."""

    path: str = Field(min_length=1, description="a file of JSON lines, relative to the flow's folder")
    follow: bool = Field(default=False, description="true: wait for lines that are appended; false: end with the file")
    session: str | None = Field(
        default=None,
        min_length=1,
        max_length=256,
        description="the session of records that name none; default: a new one for each",
    )


class InputFile(Input):
    """Emits each line: an object with `payload` may name `session_id` and `event`, anything else is the payload.

    A line that is not JSON, or longer than 16 MiB, is noted as `input.bad_line` with its number and skipped. A followed
    file may be replaced or cut short; it is then read from its start.
    """

    def __init__(self, settings: InputFileSettings, site: Site) -> None:
        super().__init__(settings, site)
        self._path = site.path(settings.path)
        self._place = site.place
        self._follow = settings.follow
        self._file: IO[bytes] | None = None
        self._identity: tuple[int, int] | None = None
        self._line = 0
        self._done = (0, 0)  # how many bytes and lines were emitted or skipped
        self.finite = not settings.follow

    async def start(self) -> None:
        """Open the file; raises StartError."""
        try:
            self._file = self._path.open("rb")
            self._identity = _identity(os.fstat(self._file.fileno()))
        except OSError as error:
            raise StartError(
                f"{self._place} {self._path} cannot be read: {error.strerror}; mend the path or its permissions"
            ) from error

    async def stop(self) -> None:
        """Close the file."""
        self._close()
        await super().stop()

    async def run(self) -> None:
        """Emit every line, then end or wait for more."""
        rest, too_long = b"", False
        while self._file is not None:
            piece = self._file.readline(_LONGEST_LINE)
            fresh = None
            if piece:
                too_long = too_long or len(rest) + len(piece) > _LONGEST_LINE
                rest = b"" if too_long else rest + piece
                if not piece.endswith(b"\n"):
                    continue  # more of it is there, or not yet written
            elif self._follow and (fresh := self._replacement()) is None:
                await asyncio.sleep(_POLL)
                continue
            if rest or too_long:
                await self._emit_line(rest, too_long=too_long)
                rest, too_long = b"", False
                self._done = (self._file.tell(), self._line)
            if not piece:
                self._go_to(fresh)

    async def _emit_line(self, line: bytes, *, too_long: bool) -> None:
        self._line += 1
        if self._line % _BREATH == 0:
            await asyncio.sleep(0)
        if too_long:
            self._note_bad(f"longer than {_LONGEST_LINE:,} bytes")
            return
        if not line.strip():
            return
        record = self._record(line)
        if record is not None:
            await self.offer(record.payload, session=record.session, event=record.event)

    def _record(self, line: bytes) -> InputRecord | None:
        try:
            return record_of(json.loads(line))
        except (ValueError, RecursionError) as error:
            self._note_bad(str(error))
            return None

    def _note_bad(self, problem: str) -> None:
        self.note("input.bad_line", {"file": str(self._path), "line": self._line, "problem": problem})

    def _replacement(self) -> IO[bytes] | None:
        """Return the file opened anew when another one has its name or it became shorter."""
        if self._file is None:
            return None
        try:
            now, opened = self._path.stat(), os.fstat(self._file.fileno())
            if _identity(now) == _identity(opened) and opened.st_size >= self._file.tell():
                return None
            return self._path.open("rb")
        except OSError:  # gone for the moment: whoever replaces it is not done
            return None

    def _go_to(self, fresh: IO[bytes] | None) -> None:
        """Be done with the file, and begin with another one of its name if there is one."""
        self._close()
        if fresh is not None:
            self._file, self._line, self._done = fresh, 0, (0, 0)
            self._identity = _identity(os.fstat(fresh.fileno()))

    def succeed(self, earlier: Input) -> None:
        """Go on in the same file behind what was emitted; another file, or a shorter one, is read from its start."""
        if not isinstance(earlier, InputFile) or self._file is None or earlier._identity != self._identity:
            return
        offset, line = earlier._done
        if os.fstat(self._file.fileno()).st_size >= offset:
            self._file.seek(offset)
            self._done, self._line = earlier._done, line

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def summary(self) -> str:
        """Return how far the file was read."""
        return f"{self._line:,} lines of {self._path.name} read" + (
            f", {self.refused:,} refused" if self.refused else ""
        )


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _ends(settings: KindSettings) -> bool:
    return isinstance(settings, InputFileSettings) and not settings.follow


KIND = Kind(
    name="input file",
    role=Role.INPUT,
    summary="the records of a JSONL file, once or followed",
    settings=InputFileSettings,
    factory="woodwork_engine.components.input_file:InputFile",
    finite=_ends,
)
