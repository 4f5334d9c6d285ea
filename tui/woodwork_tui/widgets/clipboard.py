"""Copies to the terminal's clipboard, over SSH and through tmux and screen; what does not fit goes into a file."""

from __future__ import annotations

import base64
import os
import tempfile
from collections.abc import Callable, Mapping

from woodwork_tui.units import size

LARGEST = 74_994
"""Bytes that terminals take by OSC 52."""
_SCREEN_CHUNK = 512
"""Characters that GNU screen hands on at once."""
_DEAF = {"TERM_PROGRAM": ("Apple_Terminal",), "TERM": ("linux", "vt100", "vt220")}
"""Terminals that are known to have no clipboard, by the variables that name them."""


def copy(put: Callable[[str], None], text: str, what: str, env: Mapping[str, str] | None = None) -> str:
    """Hand *text*, which the person knows as *what*, to *put*; return a sentence about where it is now.

    What is too large, or for a terminal without a clipboard, is written to a file that only the person can read.
    """
    data = text.encode("utf-8", "backslashreplace")
    if len(data) > LARGEST:
        return f"{what} has {size(len(data))}, too much for the clipboard; written to {_written(data)}"
    put(data.decode())
    if terminal := _deaf(os.environ if env is None else env):
        return f"{what}: {terminal} gives programs no clipboard; written to {_written(data)}"
    return f"{what} copied ({size(len(data))})"


def _deaf(env: Mapping[str, str]) -> str:
    return next((env[name] for name, known in _DEAF.items() if env.get(name) in known), "")


def _written(data: bytes) -> str:
    with tempfile.NamedTemporaryFile(prefix="woodwork-", suffix=".txt", delete=False) as file:
        file.write(data)
    return os.path.realpath(file.name)


def through_multiplexer(text: str, env: Mapping[str, str]) -> str:
    """Return what makes the terminal around tmux or GNU screen copy *text*, which those do not hand on by themselves.

    tmux hands it on where `allow-passthrough` is on; with `set-clipboard` it copies by the plain sequence, too.
    """
    encoded = base64.b64encode(text.encode()).decode()
    sequence = f"\x1b]52;c;{encoded}\x07"
    if env.get("TMUX"):
        return f"\x1bPtmux;{sequence.replace(chr(27), chr(27) * 2)}\x1b\\"
    if env.get("STY"):
        parts = (sequence[at : at + _SCREEN_CHUNK] for at in range(0, len(sequence), _SCREEN_CHUNK))
        return "".join(f"\x1bP{part}\x1b\\" for part in parts)
    return ""
