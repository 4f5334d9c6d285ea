"""A file that lines are appended to, each written at once and whole or reported as failed."""

from __future__ import annotations

import os
from pathlib import Path

from woodwork_engine.errors import StartError


class AppendFile:
    """An open file for small appended lines; written through, nothing is kept back in the process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines = 0
        self._descriptor: int | None = None
        self._torn = False

    def open(self, place: str) -> None:
        """Create the file and its folders where they are missing; raises StartError, which begins with *place*."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        except OSError as error:
            raise StartError(
                f"{place} {self.path} cannot be written: {error.strerror}; mend the path or its permissions"
            ) from error

    def write(self, line: str) -> None:
        """Append *line*; raises OSError when the disk does not take all of it."""
        if self._descriptor is None:
            raise OSError(f"{self.path} is not open")
        try:
            encoded = line.encode() + b"\n"
        except UnicodeEncodeError:  # lone surrogates have no UTF-8
            encoded = line.encode("utf-8", "backslashreplace") + b"\n"
        # What an earlier failure left half written is closed off first, so that it spoils no other line.
        rest = memoryview(b"\n" + encoded if self._torn else encoded)
        self._torn = True
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]
        self._torn = False
        self.lines += 1

    def close(self) -> None:
        """Close the file, if it is open."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
