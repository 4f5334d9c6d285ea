"""Places where those who need room stand in line, first come, first served (bus.md B4, F5)."""

from __future__ import annotations

import asyncio
import sys
from bisect import bisect_left, insort
from operator import attrgetter

NEWCOMER = sys.maxsize
"""The ticket of whoever has not stood in line yet: everybody who waits came before."""

_ticket = attrgetter("ticket")


class Waiter:
    """Somebody in line; who has the lower *ticket* came earlier and goes first, at whichever gate."""

    __slots__ = ("called", "ticket")

    def __init__(self, ticket: int) -> None:
        self.ticket = ticket
        self.called: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def turn(self) -> None:
        """Return when there may be room; the place in line is kept until `Gate.leave`."""
        await self.called
        self.called = asyncio.get_running_loop().create_future()


class Gate:
    """One line. Room is handed on by calling the first, who looks, takes it and leaves, which calls the next."""

    __slots__ = ("waiters",)

    def __init__(self) -> None:
        self.waiters: list[Waiter] = []

    def join(self, waiter: Waiter) -> None:
        """Stand in line behind all who came before."""
        insort(self.waiters, waiter, key=_ticket)

    def leave(self, waiter: Waiter) -> None:
        """Step out of the line, whatever for: room that was meant for *waiter* is the next one's."""
        place = bisect_left(self.waiters, waiter.ticket, key=_ticket)
        if place < len(self.waiters) and self.waiters[place] is waiter:
            del self.waiters[place]
        self.call()

    def anyone_before(self, ticket: int) -> bool:
        """Whether somebody waits here who came before *ticket*."""
        return bool(self.waiters) and self.waiters[0].ticket < ticket

    def call(self) -> None:
        """Let the first look whether there is room."""
        if self.waiters and not self.waiters[0].called.done():
            self.waiters[0].called.set_result(None)

    def call_all(self) -> None:
        """Let everybody look, because something else than room has changed."""
        for waiter in self.waiters:
            if not waiter.called.done():
                waiter.called.set_result(None)
