"""The greatest value of each of the last sixty seconds."""

from __future__ import annotations

from collections import deque

SECONDS = 60


class Minute:
    """Takes values at times (s, of a clock that does not go back) and keeps the greatest of each second."""

    def __init__(self) -> None:
        self._greatest: deque[tuple[int, float]] = deque(maxlen=SECONDS)

    def note(self, at: float, value: float) -> None:
        """Take *value* at the time *at*."""
        second = int(at)
        if self._greatest and self._greatest[-1][0] == second:
            self._greatest[-1] = (second, max(value, self._greatest[-1][1]))
        else:
            self._greatest.append((second, value))

    def values(self) -> tuple[float, ...]:
        """Return what is kept, oldest first; a second without a value has that of the one before."""
        filled: list[float] = []
        before = None
        for second, value in tuple(self._greatest):
            filled += filled[-1:] * min(SECONDS, second - before - 1 if before is not None else 0)
            filled.append(value)
            before = second
        return tuple(filled[-SECONDS:])
