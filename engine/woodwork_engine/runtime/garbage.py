"""How often Python's garbage collector runs in this process, and for how long it stops everything."""

from __future__ import annotations

import gc
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import NamedTuple

KEPT = 60.0
"""Seconds over which pauses are told."""
_MOST = 2_000


class Garbage(NamedTuple):
    """Collections of each generation since the watch began; the longest pause and the sum of the last minute, in s."""

    collections: tuple[int, ...]
    longest: float
    paused: float


class GarbageWatch:
    """Listens to the collector between `start` and `stop`; *clock* tells s."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._collections = [0, 0, 0]
        self._began: float | None = None
        self._pauses: deque[tuple[float, float]] = deque(maxlen=_MOST)

    def start(self) -> None:
        """Begin."""
        gc.callbacks.append(self._note)

    def stop(self) -> None:
        """End; nothing of it is left with the collector."""
        if self._note in gc.callbacks:
            gc.callbacks.remove(self._note)

    def _note(self, phase: str, details: Mapping[str, int]) -> None:
        now = self._clock()
        if phase == "start":
            self._began = now
            return
        if self._began is None:
            return  # this collection was going on when the watch began
        self._collections[details["generation"]] += 1
        self._pauses.append((now, now - self._began))
        self._began = None

    def look(self) -> Garbage:
        """Return how it is."""
        since = self._clock() - KEPT
        pauses = [pause for at, pause in tuple(self._pauses) if at >= since]
        return Garbage(tuple(self._collections), max(pauses, default=0.0), sum(pauses))
