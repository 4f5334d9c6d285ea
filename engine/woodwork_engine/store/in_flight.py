"""Which deliveries are being attempted, in a file that survives the death of the process (bus.md E7)."""

from __future__ import annotations

import mmap
from pathlib import Path

SLOTS = 4096
"""Attempts that can be marked at one time; more go unmarked."""


class InFlight:
    """Marks in a memory-mapped file: a killed process leaves those that it had. Costs no system call per mark."""

    def __init__(self, path: Path) -> None:
        size = SLOTS * 8  # bytes of a number
        path.touch(mode=0o600)
        self._file = path.open("r+b")
        self._file.truncate(size)
        self._map = mmap.mmap(self._file.fileno(), size)
        self._slots = memoryview(self._map).cast("q")
        self._free = list(range(SLOTS - 1, -1, -1))

    def left(self) -> list[int]:
        """Return what an earlier process was attempting when it died."""
        return [number for number in self._slots if number > 0]

    def clear(self) -> None:
        """Forget what an earlier process has left."""
        self._map[:] = bytes(len(self._map))

    def begin(self, number: int) -> int | None:
        """Mark *number* (from 1) and return its slot, None where all are taken."""
        if not self._free:
            return None
        slot = self._free.pop()
        self._slots[slot] = number
        return slot

    def end(self, slot: int) -> None:
        """Take the mark in *slot* back."""
        if not self._map.closed:
            self._slots[slot] = 0
            self._free.append(slot)

    def close(self) -> None:
        """Let the file go."""
        self._slots.release()
        self._map.close()
        self._file.close()
