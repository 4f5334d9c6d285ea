"""What the program runs as and where: versions, paths, the terminal."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_LIBRARIES = ("textual", "rich", "lark", "pydantic", "watchfiles", "msgspec", "opentelemetry-api")
_VARIABLES = ("TERM", "COLORTERM", "TERM_PROGRAM", "NO_COLOR", "LANG", "TMUX", "SSH_TTY", "WOODWORK_LOG_LEVEL")

PROGRAM = Path(__file__).parent.parent
"""The folder of the program."""


def versions() -> Mapping[str, str]:
    """Return the versions of the program, of Python and of the libraries it stands on."""
    found = {"woodwork-tui": version("woodwork-tui")}
    found["python"] = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    return found | {name: _version(name) for name in _LIBRARIES}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not there"


def variables() -> Mapping[str, str]:
    """Return what the environment says about the terminal; variables that are not set are left out."""
    return {name: os.environ[name] for name in _VARIABLES if name in os.environ}


def terminal() -> Mapping[str, object]:
    """Return what the standard streams are, the size in cells and the characters they take."""
    streams = {"standard_input": sys.stdin, "standard_output": sys.stdout, "standard_error": sys.stderr}
    size = next((size for stream in streams.values() if (size := _size(stream)) is not None), None)
    return {
        **{name: _is_terminal(stream) for name, stream in streams.items()},
        "columns": size.columns if size else None,
        "lines": size.lines if size else None,
        "encoding": getattr(sys.stdout, "encoding", None),
    }


def _is_terminal(stream: object) -> bool:
    try:
        return bool(getattr(stream, "isatty", bool)())
    except ValueError:  # closed
        return False


def _size(stream: object) -> os.terminal_size | None:
    try:
        return os.get_terminal_size(stream.fileno()) if hasattr(stream, "fileno") else None
    except (OSError, ValueError):
        return None
