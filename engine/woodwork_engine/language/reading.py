"""Reading a flow file: what is no clean text of a sensible size is one clear diagnostic."""

from __future__ import annotations

import os
import stat

from woodwork_engine.language.codes import Code
from woodwork_engine.language.problems import Problems
from woodwork_engine.source import Span

LARGEST = 1_000_000
"""Bytes that a flow file may have."""


def read(path: str, file: str, problems: Problems, at: Span | None = None) -> str | None:
    """Return the text of the file at *path*, called *file* in diagnostics, or None when there is none to use.

    *at* is where it was asked for; without it problems stand at the file's beginning.
    """
    place = at or Span.point(file)
    try:
        kind = os.stat(path).st_mode
        if stat.S_ISDIR(kind):
            problems.error(Code.UNREADABLE_FILE, f"{file} is a directory", place, _in_directory(path, file))
            return None
        if not stat.S_ISREG(kind):
            problems.error(Code.UNREADABLE_FILE, f"{file} is no regular file", place, "name a text file")
            return None
        with open(path, "rb") as stream:
            data = stream.read(LARGEST + 1)
    except FileNotFoundError:
        problems.error(Code.UNREADABLE_FILE, f"{file} is not there", place, "create it, or name another file")
        return None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        problems.error(
            Code.UNREADABLE_FILE, f"{file} cannot be read: {reason}", place, "mend the path or its permissions"
        )
        return None
    return _decoded(data, file, problems, place)


def _in_directory(path: str, file: str) -> str:
    inside = os.path.join(path, "main.ww")
    return f"did you mean {os.path.join(file, 'main.ww')}?" if os.path.isfile(inside) else "name a .ww file in it"


def _decoded(data: bytes, file: str, problems: Problems, place: Span) -> str | None:
    if len(data) > LARGEST:
        _too_large(file, problems, place)
        return None
    try:
        return clean(data.decode("utf-8"), file, problems)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        before = data[data.rfind(b"\n", 0, error.start) + 1 : error.start].decode("utf-8", "replace")
        problems.error(
            Code.NOT_UTF8, f"{file} is not UTF-8 text: byte {data[error.start]:#04x}",
            Span.point(file, line, len(before) + 1), "save it as UTF-8",
        )  # fmt: skip
        return None


def clean(text: str, file: str, problems: Problems) -> str | None:
    """Return *text* with newlines as its only line ends and no byte order mark, or None when it cannot be used."""
    if len(text) > LARGEST or (len(text) * 4 > LARGEST and len(text.encode("utf-8", "replace")) > LARGEST):
        _too_large(file, problems, Span.point(file))
        return None
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    nul = text.find("\0")
    if nul >= 0:
        place = Span.point(file, text.count("\n", 0, nul) + 1, nul - text.rfind("\n", 0, nul))
        problems.error(Code.NUL_BYTE, f"{file} has a NUL byte and is no text", place, "remove it")
        return None
    return text


def _too_large(file: str, problems: Problems, place: Span) -> None:
    limit = f"{LARGEST:,} bytes"
    problems.error(Code.TOO_LARGE, f"{file} is larger than {limit}", place, "split it with include")
