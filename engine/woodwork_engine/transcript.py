"""What was said in a flow: prompts typed by a person and lines written by console outputs, bounded."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from itertools import islice

TRANSCRIPT_LIMIT = 5_000


@dataclass(frozen=True, slots=True)
class Line:
    """One thing said; `who` is a component, `said` is "in" for a prompt and "out" for an answer; `at` in s (epoch)."""

    number: int
    at: float
    session: str
    who: str
    said: str
    text: str


class Transcript:
    """A bounded list of lines, written on the engine's thread, read from any by line number."""

    def __init__(self, limit: int = TRANSCRIPT_LIMIT) -> None:
        self._lines: deque[Line] = deque(maxlen=limit)
        self._last = 0
        self._lock = threading.Lock()

    @property
    def last(self) -> int:
        """The number of the newest line; numbers count from 1."""
        return self._last

    def add(self, at: float, session: str, who: str, said: str, text: str) -> None:
        """Append one line."""
        with self._lock:
            self._last += 1
            self._lines.append(Line(self._last, at, session, who, said, text))

    def after(self, number: int) -> tuple[Line, ...]:
        """Return the lines kept with a number above *number*, oldest first."""
        with self._lock:  # a deque cannot be walked through while it grows
            newest = tuple(islice(reversed(self._lines), max(0, self._last - number)))
        return tuple(reversed(newest))
