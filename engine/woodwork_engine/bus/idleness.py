"""When a flow is idle: nothing is queued, running or waiting for a retry but what waits for a person (bus.md H2)."""

from __future__ import annotations

import asyncio

from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.endpoint import Endpoint


class Idleness:
    """Tells whoever waits for it that there is nothing left to do, in the flow or at one endpoint."""

    def __init__(self, core: BusCore) -> None:
        self._core = core
        core.tell_if_idle = self._tell

    async def reached(self) -> None:
        """Return once nothing is queued, running or waiting for a retry; parked and held messages do not count."""
        core = self._core
        while not self.is_now():
            waiter = asyncio.get_running_loop().create_future()
            core.idle_waiters.add(waiter)
            core.awaited += 1
            try:
                await waiter
            finally:
                core.idle_waiters.discard(waiter)
                core.awaited -= 1

    def is_now(self) -> bool:
        """Whether the flow is idle at this moment."""
        return self._core.depth <= self.at_rest()

    def at_rest(self) -> int:
        """Return how many messages wait for a person: parked ones, and those in held lanes."""
        return self.parked() + self.paused()

    def paused(self) -> int:
        """Return how many messages are held; those of components that are not there count as parked."""
        halted = self._core.halted
        return sum(
            len(lane.queue) - lane.running for lane in halted if lane.queue and lane.endpoint.instance is not None
        )

    def parked(self) -> int:
        """Return how many messages wait for a component that is not there: removed, or never started."""
        endpoints = self._core.endpoints.values()
        return sum(endpoint.depth - endpoint.working for endpoint in endpoints if endpoint.instance is None)

    def emptied(self, endpoint: Endpoint, loop: asyncio.AbstractEventLoop) -> asyncio.Future[None]:
        """Return what is done when no message is left at *endpoint*, which has some."""
        if endpoint.emptied is None or endpoint.emptied.done():
            endpoint.emptied = loop.create_future()
            self._core.awaited += 1
        return endpoint.emptied

    def _tell(self) -> None:
        """Tell who waits, if it is time; while attempts are made it is not, and the last runner to rest asks again."""
        core = self._core
        if core.idle_waiters and not core.inflight and self.is_now():
            for waiter in core.idle_waiters:
                if not waiter.done():
                    waiter.set_result(None)
