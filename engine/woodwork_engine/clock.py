"""Time behind one small protocol, so that tests can own it."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Tells the time; everything in the engine that needs the time is handed one."""

    def time(self) -> float:
        """Return seconds since the epoch."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never run backwards; only differences mean anything."""
        ...


class SystemClock:
    """The machine's own clock."""

    # Plain C functions, not methods around them: called several times a message.
    monotonic = staticmethod(time.monotonic)
    time = staticmethod(time.time)
