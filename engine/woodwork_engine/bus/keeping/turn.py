"""What happens in one turn of the loop and is written together."""

from __future__ import annotations

import asyncio

from woodwork_engine.bus.endpoint import Lane
from woodwork_engine.bus.keeping.untold import Untold
from woodwork_engine.delivery import Delivery
from woodwork_engine.store.records import Batch


class Turn:
    """The changes, the messages from outside among them, what is to be told of these, and who waits for it."""

    __slots__ = ("admitted", "batch", "untold", "waiting")

    def __init__(self) -> None:
        self.batch = Batch()
        self.admitted: list[tuple[Lane, Delivery]] = []
        self.untold = Untold()
        self.waiting: list[asyncio.Future[str | None]] = []

    def wait(self) -> asyncio.Future[str | None]:
        """Return what is done when this is written, with None, or with the problem when it could not be."""
        waiting: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self.waiting.append(waiting)
        return waiting

    def end(self, problem: str | None) -> None:
        """Tell who waits that it is written, or what the problem is."""
        for waiting in self.waiting:
            if not waiting.done():
                waiting.set_result(problem)
