"""A line for each name, in which those who came first go first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """Lets one at a time go on of those that gave the same name, in the order in which they came."""

    def __init__(self) -> None:
        self._lines: dict[str, _Line] = {}

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """Wait until whoever came earlier under *name* is done; whoever comes later waits for the end of this block."""
        line = self._lines.get(name)
        if line is None:
            line = self._lines[name] = _Line()
        line.length += 1
        try:
            async with line:
                yield
        finally:
            line.length -= 1
            if not line.length:
                del self._lines[name]


class _Line(asyncio.Lock):
    """A lock, which is had in the order in which it was asked for, and how many have it or wait for it."""

    length = 0
