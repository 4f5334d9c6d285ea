"""What is printed when the app itself fails: the last frames and the error, without anybody's data."""

from __future__ import annotations

import traceback

from rich.text import Text

from woodwork_tui.text import safe

_FRAMES = 4


def short_traceback(error: BaseException | None) -> Text:
    """Return the end of *error*'s traceback and what to do about it."""
    lines = traceback.format_exception(error, limit=-_FRAMES) if error is not None else ["unknown error\n"]
    told = safe("".join(lines).rstrip())
    told.append("\nwoodwork-tui has failed; this is a fault of the program, not of the flow. Please report it.")
    return told
