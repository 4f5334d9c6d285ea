"""Small JSON files in which the terminal keeps things from one run to the next: whole or not at all."""

from __future__ import annotations

import json
import os
import threading
from contextlib import suppress
from pathlib import Path

_MOST_READ = 4 << 20


def read_json(path: Path) -> object:
    """Return what *path* holds; None where there is no such file, or nothing in it that can be read."""
    try:
        with path.open("rb") as stream:
            return json.loads(stream.read(_MOST_READ))
    except (OSError, ValueError, RecursionError):
        return None


def write_json(path: Path, value: object) -> bool:
    """Put *value* in the place of what *path* holds, in one step; return whether that could be done.

    Whoever reads meanwhile, or after a crash at any moment, finds the old text or the new one.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        with draft.open("w", encoding="utf-8") as stream:
            json.dump(value, stream, ensure_ascii=True, indent=1)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
    except OSError:
        with suppress(OSError):
            draft.unlink()
        return False
    return True


def table(value: object) -> dict[str, object]:
    """Return *value* where it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}
