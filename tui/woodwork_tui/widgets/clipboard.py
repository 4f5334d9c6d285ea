"""Copies to the terminal's clipboard; what is too large for it goes into a file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable

from woodwork_tui.units import size

LARGEST = 74_994
"""Bytes that terminals take by OSC 52."""


def copy(put: Callable[[str], None], text: str, what: str) -> str:
    """Hand *text*, which the person knows as *what*, to *put*; return a sentence about where it is now."""
    data = text.encode("utf-8", "backslashreplace")
    if len(data) <= LARGEST:
        put(data.decode())
        return f"{what} copied ({size(len(data))})"
    with tempfile.NamedTemporaryFile(prefix="woodwork-", suffix=".txt", delete=False) as file:
        file.write(data)
    return f"{what} has {size(len(data))}, too much for the clipboard; written to {os.path.realpath(file.name)}"
