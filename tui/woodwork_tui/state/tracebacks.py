"""Tracebacks as people read them: the frames of their own code stand out."""

from __future__ import annotations

from collections.abc import Iterator

from woodwork_tui.state.lines import Line
from woodwork_tui.units import plural

_ENGINE = "woodwork_engine"
_LIBRARY = ("site-packages", "dist-packages", "/lib/python", "\\lib\\", "<frozen", _ENGINE)
_FRAME = '  File "'


def traceback_lines(traceback: str) -> Iterator[Line]:
    """Yield *traceback* line by line: frames of installed libraries muted, the person's own strong.

    What lies in the engine is counted instead, where some of it is the person's own.
    """
    if not traceback.strip():
        yield Line("There is no traceback.", "muted")
        return
    lines = traceback.rstrip().replace("\r\n", "\n").split("\n")
    folds = any(line.startswith(_FRAME) and not _is_library(line) for line in lines)
    tone, skipped, skipping = "", 0, False
    for text in lines:
        if text.startswith(_FRAME):
            tone = "muted" if _is_library(text) else "strong"
            skipping = folds and _ENGINE in text
            skipped += skipping
        elif not text.startswith("  "):
            tone, skipping = "", False
        if skipping:
            continue
        if skipped:
            yield Line(f"  … {plural(skipped, 'frame')} of the engine", "muted")
            skipped = 0
        yield Line(text, tone)


def frame_of(traceback: str) -> tuple[str, int] | None:
    """Return file and line (from 1) of the last frame of the person's own code, or None."""
    found = None
    for text in traceback.split("\n"):
        if text.startswith(_FRAME) and '", line ' in text and not _is_library(text):
            path, _, rest = text[8:].partition('", line ')
            number = rest.partition(",")[0]
            if number.isdecimal() and len(number) < 9:
                found = (path, int(number))
    return found


def _is_library(frame: str) -> bool:
    return any(mark in frame for mark in _LIBRARY)
