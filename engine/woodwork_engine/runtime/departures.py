"""Components on their way out of a running flow: they finish what they have, then are stopped (bus.md G3)."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Coroutine
from dataclasses import replace

from woodwork_engine.bus.endpoint import Endpoint, EndpointState
from woodwork_engine.bus.instance import Instance
from woodwork_engine.bus.memory import InMemoryMessageBus
from woodwork_engine.errors import UnknownComponentError
from woodwork_engine.policy import OnRemove, redirect_of
from woodwork_engine.runtime.crew import Crew
from woodwork_engine.runtime.member import Member

_REMOVED = (EndpointState.DRAINING, EndpointState.PARKED)

Over = asyncio.Future[None]
"""Done when nobody is to wait any more."""


class Departures:
    """Lets replaced and removed components end in the background; owns the tasks in which they do."""

    def __init__(self, bus: InMemoryMessageBus, crew: Crew) -> None:
        self._bus = bus
        self._crew = crew
        self._tasks: set[asyncio.Task[None]] = set()
        self._leaving: set[Member] = set()
        self._drains: dict[str, Over] = {}
        self.until: dict[str, float] = {}
        """When each removed component, as long as it drains, attempts nothing any more (s since the epoch)."""
        self._hurry: Over | None = None

    def replace(self, member: Member, timeout: float) -> None:
        """Stop *member* once its running attempts have ended, or after *timeout* seconds."""
        self._leaving.add(member)
        self._go_on(self._leave(member, asyncio.get_running_loop().time() + timeout, "replaced"))

    def remove(self, name: str, member: Member | None, timeout: float) -> None:
        """Let the removed component *name* work its lanes off for at most *timeout* seconds, then stop it.

        What is left is kept or ended as its `on_remove` says. *member* is None for one that never started.
        """
        loop = asyncio.get_running_loop()
        self._bus.core.endpoint(name).state = EndpointState.DRAINING
        over = self._drains[name] = loop.create_future()
        self.until[name] = self._bus.core.clock.time() + timeout
        if member is None:
            over.set_result(None)
        else:
            self._leaving.add(member)
        self._go_on(self._drain(name, member, over, loop.time() + timeout))

    def returned(self, name: str) -> None:
        """Take note that *name* is a component of the flow again: its lanes are somebody else's now."""
        over = self._drains.pop(name, None)
        self.until.pop(name, None)
        if over is not None and not over.done():
            over.set_result(None)

    async def end(self) -> None:
        """Wait for nothing any more: stop whoever is still on the way out, and return when that is done."""
        hurried = self._hurried(asyncio.get_running_loop())
        if not hurried.done():
            hurried.set_result(None)
        for name in tuple(self._drains):
            self.returned(name)
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _drain(self, name: str, member: Member | None, over: Over, deadline: float) -> None:
        loop = asyncio.get_running_loop()
        while not over.done() and (busy := self._busy(loop)) and loop.time() < deadline:
            left = deadline - loop.time()
            await asyncio.wait([over, *busy], timeout=left, return_when=asyncio.FIRST_COMPLETED)
        if self._drains.get(name) is over:
            del self._drains[name]
            self.until.pop(name, None)
            self._conclude(self._bus.core.endpoint(name))
        if member is not None:
            await self._leave(member, deadline, "removed")

    def resolve(self, name: str, how: OnRemove) -> int:
        """Let what a removed component has left go the way *how* says; return how many messages went at once.

        While it drains that decides about the rest. Raises UnknownComponentError where nothing of that name is removed.
        """
        core = self._bus.core
        removed = {one.name for one in core.endpoints.values() if one.state in _REMOVED}
        if name not in removed:
            raise UnknownComponentError(name, removed)
        endpoint = core.endpoints[name]
        endpoint.policy = replace(endpoint.policy, on_remove=how)
        if endpoint.state is EndpointState.DRAINING or how == "park":
            return 0
        before = endpoint.depth
        self._conclude(endpoint)
        return before - endpoint.depth

    def _conclude(self, endpoint: Endpoint) -> None:
        """Keep, end or hand on what is left at *endpoint*, as its `on_remove` says."""
        how = endpoint.policy.on_remove
        if redirect_of(how) is not None:
            self._bus.serving.dismiss(endpoint, EndpointState.PARKED)
            self._bus.relocation.redirect(endpoint)
            members = {*self._leaving, *self._crew.members.values()}
            attempts = [instance for member in members for instance in member.attempts()]
            if endpoint.depth and attempts:
                self._go_on(self._redirect_rest(endpoint, attempts))
        elif how != "park":
            self._bus.relocation.discard_rest(endpoint, dead=how == "dead_letter")
        self._bus.serving.park(endpoint)

    async def _redirect_rest(self, endpoint: Endpoint, attempts: Collection[Instance]) -> None:
        """Hand on what is left in lanes whose attempts go on beyond the drain, as each of these ends."""
        loop = asyncio.get_running_loop()
        while attempts and not self._hurried(loop).done():
            waits = [self._hurried(loop), *(instance.retire(loop) for instance in attempts)]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            attempts = [instance for instance in attempts if instance.inflight]
            if endpoint.keeps_nothing and not self._hurried(loop).done():
                self._bus.relocation.redirect(endpoint)

    def _busy(self, loop: asyncio.AbstractEventLoop) -> list[asyncio.Future[None]]:
        """Return what may still put a message into the lanes of a removed component, or is in them.

        That are attempts pinned to earlier routes, and messages of components that are removed as well.
        """
        attempts = [instance for member in self._leaving for instance in member.attempts()]
        attempts += [one for member in self._crew.members.values() for one in member.earlier_attempts()]
        endpoints = [self._bus.core.endpoint(name) for name in self._drains]
        return [instance.retire(loop) for instance in attempts] + [
            self._bus.idleness.emptied(one, loop) for one in endpoints if one.depth
        ]

    async def _leave(self, member: Member, deadline: float, why: str) -> None:
        loop = asyncio.get_running_loop()
        while not self._hurried(loop).done() and (attempts := member.attempts()) and loop.time() < deadline:
            waits = [self._hurried(loop), *(instance.retire(loop) for instance in attempts)]
            await asyncio.wait(waits, timeout=deadline - loop.time(), return_when=asyncio.FIRST_COMPLETED)
        self._leaving.discard(member)
        await self._crew.dismiss([member], why)

    def _hurried(self, loop: asyncio.AbstractEventLoop) -> Over:
        self._hurry = self._hurry or loop.create_future()
        return self._hurry

    def _go_on(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
