"""Which command opens a file in the person's own editor, at a line."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Callable, Mapping

_USUAL = ("nano", "vim", "vi")
_AT_PLUS = frozenset(
    {"vi", "vim", "nvim", "view", "nano", "pico", "emacs", "emacsclient", "kak", "micro", "joe", "jed", "mg", "ne"}
)
"""Editors that take the line as `+12` before the file."""
_AT_COLON = frozenset({"hx", "helix", "subl", "zed"})
"""Editors that take it behind the file, as `main.ww:12`."""
_AT_GOTO = frozenset({"code", "codium", "cursor"})
"""Editors that take it behind the file after `--goto`."""
_RETURNS_AT_ONCE = frozenset({"code", "codium", "cursor", "subl", "zed"})
"""Editors that have to be told to wait until the file is closed."""


def editor_command(
    path: str, line: int, environment: Mapping[str, str], find: Callable[[str], str | None] = shutil.which
) -> list[str] | None:
    """Return what opens *path* at *line* (from 1): `$VISUAL`, else `$EDITOR`, else what is there; None without any.

    An editor that is not known is opened without the line.
    """
    wanted = environment.get("VISUAL", "").strip() or environment.get("EDITOR", "").strip()
    try:
        words = shlex.split(wanted)
    except ValueError:
        return None
    if not words:
        usual = next((name for name in _USUAL if find(name)), None)
        words = [usual] if usual is not None else []
    if not words or find(words[0]) is None:
        return None
    return _at(words, path, line)


def _at(words: list[str], path: str, line: int) -> list[str]:
    name = os.path.basename(words[0])
    if name in _RETURNS_AT_ONCE and not {"--wait", "-w"} & set(words):
        words = [*words, "--wait"]
    if name in _AT_GOTO:
        return [*words, "--goto", f"{path}:{line}"]
    if name in _AT_COLON:
        return [*words, f"{path}:{line}"]
    return [*words, f"+{line}", path] if name in _AT_PLUS else [*words, path]
