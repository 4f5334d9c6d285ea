"""Handlers with a `timeout`: one ticker looks at all of them, no timer per message (bus.md D5)."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

from woodwork_engine.bus.endpoint import Endpoint
from woodwork_engine.bus.instance import Handler
from woodwork_engine.errors import HandlerTimeoutError

TICK = 0.05
"""Seconds between two looks: by so much, and the loop's lag, an attempt may overrun."""


class Deadlines:
    """Cancels attempts that run too long, and turns that cancellation into the attempt's failure."""

    def __init__(self) -> None:
        self._ends: dict[asyncio.Task[object], float] = {}
        self._overdue: set[asyncio.Task[object]] = set()
        self._ticker: asyncio.TimerHandle | None = None

    def watching(self, endpoint: Endpoint, handler: Handler) -> Handler:
        """Return *handler* bound to *endpoint*'s `timeout`; itself where there is none."""
        timeout = endpoint.policy.timeout
        if timeout is None:
            return handler
        return lambda delivery: self._within(endpoint, timeout, handler(delivery))

    async def _within(self, endpoint: Endpoint, timeout: float, work: Coroutine[object, object, object]) -> object:
        """Run *work* for at most *timeout* seconds; raises HandlerTimeoutError, or what *work* raises in time."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a runner is always a task")
        loop = task.get_loop()
        self._ends[task] = loop.time() + timeout
        if self._ticker is None:
            self._ticker = loop.call_later(TICK, self._tick, loop)
        try:
            answer = await work
        except BaseException as error:
            if self._was_overdue(task, endpoint):
                raise HandlerTimeoutError(endpoint.name, timeout) from error
            raise
        finally:
            self._ends.pop(task, None)
        if self._was_overdue(task, endpoint):  # it took no notice of being cancelled
            raise HandlerTimeoutError(endpoint.name, timeout)
        return answer

    def stop(self) -> None:
        """End the ticker; no timer is left."""
        if self._ticker is not None:
            self._ticker.cancel()
            self._ticker = None

    def _was_overdue(self, task: asyncio.Task[object], endpoint: Endpoint) -> bool:
        if task not in self._overdue:
            return False
        self._overdue.discard(task)
        endpoint.timeouts += 1
        if task.uncancel() > 0:  # the bus is stopping as well, and that goes first (bus.md D1)
            raise asyncio.CancelledError
        return True

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        self._ticker = None
        now = loop.time()
        for task, end in self._ends.items():
            if now >= end and task not in self._overdue:
                self._overdue.add(task)
                task.cancel()
        if self._ends:
            self._ticker = loop.call_later(TICK, self._tick, loop)
