"""Files as the editor reads and writes them; everything here blocks and belongs in a thread."""

from __future__ import annotations

import os
import stat
import tempfile
from dataclasses import dataclass

LARGEST = 1_000_000
"""Bytes of the largest file that is shown; the language takes no larger one."""

Stamp = tuple[int, int, int]
"""Changes whenever the file does: time of change in ns, size in bytes, inode."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A file as it was read: its *text*, or None and the *problem* in one sentence."""

    text: str | None
    problem: str = ""
    stamp: Stamp | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """The text is on disk."""

    stamp: Stamp | None


@dataclass(frozen=True, slots=True)
class Changed:
    """Nothing was written, because the file holds *text* that whoever saves has not seen."""

    text: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was written; *problem* says why in one sentence."""

    problem: str


def stamp(path: str) -> Stamp | None:
    """Return the stamp of *path*, None when it is not there."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return (status.st_mtime_ns, status.st_size, status.st_ino)


def read(path: str) -> Reading:
    """Return what is in *path*; never raises for what a disk may do."""
    name = os.path.basename(path) or path
    seen = stamp(path)  # before the content, so that a change in between is seen as one
    try:
        status = os.stat(path)
        if stat.S_ISDIR(status.st_mode):
            return Reading(None, f"{name} is a directory; name the .ww file in it.", seen)
        if not stat.S_ISREG(status.st_mode):
            return Reading(None, f"{name} is no ordinary file and is not read here.", seen)
        if status.st_size > LARGEST:
            return Reading(None, f"{name} is larger than 1 MB; it is not shown here.", seen)
        with open(path, "rb") as file:
            raw = file.read(LARGEST + 1)
        return Reading(raw.decode(), "", seen)
    except FileNotFoundError:
        return Reading(None, f"{name} is not there.", None)
    except PermissionError:
        return Reading(None, f"{name} may not be read; change its permissions.", seen)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return Reading(None, f"{name} is not UTF-8 text (line {line}); it cannot be shown or edited here.", seen)
    except (OSError, ValueError) as error:
        return Reading(None, f"{name} cannot be read: {_reason(error)}.", seen)


def save(path: str, text: str, *, over: str | None) -> Saved | Changed | Refused:
    """Write *text* to *path* at once or not at all; the file keeps its permissions, a symbolic link stays one.

    *over* is the text that whoever saves believes to be there; None writes over anything.
    """
    name = os.path.basename(path) or path
    target = os.path.realpath(path)
    try:
        encoded = text.encode()
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        return Refused(f"{name} cannot be saved: line {line} holds half a character (a lone surrogate).")
    found = read(target)
    if found.text not in (over, text) and over is not None and found.stamp is not None:
        return Refused(found.problem) if found.text is None else Changed(found.text)
    try:
        _write(target, encoded)
    except PermissionError:
        return Refused(f"{name} is not writable; change its permissions, or its folder's.")
    except (OSError, ValueError) as error:
        return Refused(f"{name} cannot be saved: {_reason(error)}.")
    return Saved(stamp(path))


def _write(target: str, encoded: bytes) -> None:
    try:
        status = os.stat(target)
    except FileNotFoundError:
        with open(target, "xb") as new:
            new.write(encoded)
        return
    if not status.st_mode & 0o222 or not os.access(target, os.W_OK):  # renaming over it would get around that
        raise PermissionError
    handle, fresh = tempfile.mkstemp(prefix=f".{os.path.basename(target)}.", suffix=".tmp", dir=os.path.dirname(target))
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(encoded)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(fresh, stat.S_IMODE(status.st_mode))
        _keep_owner(fresh, status)
        os.replace(fresh, target)
    except BaseException:
        os.unlink(fresh)
        raise


def _keep_owner(fresh: str, status: os.stat_result) -> None:
    made = os.stat(fresh)
    if (made.st_uid, made.st_gid) != (status.st_uid, status.st_gid):
        try:
            os.chown(fresh, status.st_uid, status.st_gid)
        except PermissionError:  # only root may give files away
            return


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) and error.strerror else str(error)).lower()
