"""A flow file as a command reads it, and whether a stream shows colours."""

from __future__ import annotations

import os
from typing import TextIO

from woodwork_engine.components import builtin_kinds
from woodwork_engine.language import Checked, check_file

UNREADABLE = "WW401"


def read_flow(file: str) -> Checked:
    """Return the flow in *file* with everything there is to say about it; runs no person's code."""
    return check_file(file, builtin_kinds())


def colored(stream: TextIO) -> bool:
    """Whether *stream* is a terminal whose person has not asked for plain text (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR")
