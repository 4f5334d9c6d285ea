"""Tracebacks as people read them: the frames of their own code stand out."""

from __future__ import annotations

from collections.abc import Iterator

from woodwork_tui.state.lines import Line

_LIBRARY = ("site-packages", "dist-packages", "/lib/python", "\\lib\\", "<frozen", "woodwork_engine")


def traceback_lines(traceback: str) -> Iterator[Line]:
    """Yield *traceback* line by line: frames of installed libraries muted, the person's own strong."""
    if not traceback.strip():
        yield Line("There is no traceback.", "muted")
        return
    tone = ""
    for text in traceback.rstrip().replace("\r\n", "\n").split("\n"):
        if text.startswith('  File "'):
            tone = "muted" if _is_library(text) else "strong"
        elif not text.startswith("  "):
            tone = ""
        yield Line(text, tone)


def frame_of(traceback: str) -> tuple[str, int] | None:
    """Return file and line (from 1) of the last frame of the person's own code, or None."""
    found = None
    for text in traceback.split("\n"):
        if text.startswith('  File "') and '", line ' in text and not _is_library(text):
            path, _, rest = text[8:].partition('", line ')
            number = rest.partition(",")[0]
            if number.isdecimal() and len(number) < 9:
                found = (path, int(number))
    return found


def _is_library(frame: str) -> bool:
    return any(mark in frame for mark in _LIBRARY)
