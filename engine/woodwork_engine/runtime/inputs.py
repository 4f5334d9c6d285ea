"""The reading of a flow's inputs: one task for each, and when all that can end have ended."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Iterable

from woodwork_engine.clock import Clock
from woodwork_engine.components import Input
from woodwork_engine.errors import ClosingError
from woodwork_engine.events import EventLog
from woodwork_engine.runtime.member import Member


class Inputs:
    """Lets inputs read their sources; with *own_sources* False nothing is read and messages come by `inject` alone."""

    def __init__(self, log: EventLog, clock: Clock, *, own_sources: bool) -> None:
        self._log = log
        self._clock = clock
        self._own_sources = own_sources

    def begin(self, members: Iterable[Member]) -> None:
        """Let every input among *members* read that does not yet."""
        for member in members:
            if self._own_sources and member.task is None and isinstance(member.component, Input):
                member.task = asyncio.create_task(self._read(member.component, member.name), name=f"{member.name} run")

    async def end(self, members: Iterable[Member]) -> None:
        """Let the inputs among *members* read no further; what they sent is accepted or not, never half (bus.md F7)."""
        tasks = [member.task for member in members if member.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def ended(self, members: Iterable[Member]) -> None:
        """Return when no input among *members* reads any more."""
        reading = [member.task for member in members if member.task is not None and not member.task.done()]
        if reading:
            await asyncio.wait(reading)

    async def _read(self, component: Input, name: str) -> None:
        try:
            await component.run()
        except ClosingError:
            return
        except Exception as error:  # noqa: BLE001 - the edge where an input's failure becomes a record
            data: dict[str, object] = {
                "event": "input.failed",
                "error_type": type(error).__name__,
                "message": str(error),
                "traceback": "".join(traceback.format_exception(error)),
            }
            self._log.append_state(self._clock.time(), "note", source=name, data=data)
