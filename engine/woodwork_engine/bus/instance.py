"""A handler as of one revision, and the attempts that it makes (bus.md G1)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

from woodwork_engine.bus.routes import RouteTable
from woodwork_engine.delivery import Delivery
from woodwork_engine.message import MessageEnvelope

Handler = Callable[[Delivery], Coroutine[object, object, object]]


class Instance:
    """A handler as of one revision, with the routes its outputs take (bus.md G1) and its running attempts.

    *attempt* is the handler within all its layers, which runners call; *asked* the one that requests call (bus.md D8).
    *direct* is a person's own coroutine function where no layer is around it: it may be given the envelope as it came.
    """

    __slots__ = ("asked", "attempt", "direct", "handler", "inflight", "retired", "routes", "version")

    def __init__(self, handler: Handler, routes: RouteTable, version: int) -> None:
        self.handler = self.attempt = self.asked = handler
        self.direct: Callable[[MessageEnvelope], Coroutine[object, object, object]] | None = None
        self.routes = routes
        self.version = version
        self.inflight = 0
        self.retired: asyncio.Future[None] | None = None

    def retire(self, loop: asyncio.AbstractEventLoop) -> asyncio.Future[None]:
        """Return a future that is done when no attempt runs here; whoever asks while it is not gets the same one."""
        if self.retired is None or self.retired.done():
            self.retired = loop.create_future()
            if self.inflight == 0:
                self.retired.set_result(None)
        return self.retired

    def leave(self) -> None:
        """One attempt less runs here."""
        self.inflight -= 1
        if self.retired is not None:
            self.tell_if_left()

    def tell_if_left(self) -> None:
        """Tell whoever waits for it when no attempt runs here any more."""
        if self.retired is not None and self.inflight == 0 and not self.retired.done():
            self.retired.set_result(None)
