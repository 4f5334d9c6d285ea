"""The reading of a flow's inputs: one task for each, and when all that can end have ended."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Iterable

from woodwork_engine.clock import Clock
from woodwork_engine.components import Input
from woodwork_engine.errors import ClosingError, described
from woodwork_engine.events import EventLog
from woodwork_engine.runtime.member import Member

END_SECONDS = 5.0
"""How long an input may take to end when it is told to."""


class Inputs:
    """Lets inputs read their sources; with *own_sources* False nothing is read and messages come by `inject` alone.

    *conceal* takes the secrets out of what an input failed with.
    """

    def __init__(self, log: EventLog, clock: Clock, conceal: Callable[[str], str], *, own_sources: bool) -> None:
        self._log = log
        self._clock = clock
        self._conceal = conceal
        self._own_sources = own_sources

    def hand_over(self, earlier: Member, later: Member) -> None:
        """Let the input *later* go on where *earlier*, which it replaces and which has ended, has stopped."""
        if isinstance(earlier.component, Input) and isinstance(later.component, Input):
            try:
                later.component.succeed(earlier.component)
            except Exception as error:  # noqa: BLE001 - the edge: it then begins at its beginning
                self._note(later, {"event": "input.not_succeeded", "message": self._conceal(described(error))})

    def begin(self, members: Iterable[Member]) -> None:
        """Let every input among *members* read that does not yet."""
        for member in members:
            if self._own_sources and member.task is None and isinstance(member.component, Input):
                member.task = asyncio.create_task(self._read(member, member.component), name=f"{member.name} run")

    async def end(self, members: Iterable[Member]) -> None:
        """Let the inputs among *members* read no further; what they sent is accepted or not, never half (bus.md F7).

        One that takes no notice is left behind after END_SECONDS.
        """
        tasks = {member.task: member for member in members if member.task is not None and member.reads}
        for task in tasks:
            task.cancel()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=END_SECONDS)
            for task in late:
                self._note(tasks[task], {"event": "input.not_ended", "seconds": END_SECONDS})

    async def ended(self, members: Iterable[Member]) -> None:
        """Return when no input among *members* reads any more."""
        reading = [member.task for member in members if member.task is not None and member.reads]
        if reading:
            await asyncio.wait(reading)

    async def _read(self, member: Member, component: Input) -> None:
        try:
            await component.run()
            component.note_refusals()
        except ClosingError:
            return
        except (Exception, SystemExit, KeyboardInterrupt) as error:  # noqa: BLE001 - the edge: it becomes a record
            member.failure = self._conceal(described(error))
            self._note(
                member,
                {
                    "event": "input.failed",
                    "error_type": type(error).__name__,
                    "message": member.failure.partition(": ")[2],
                    "traceback": self._conceal("".join(traceback.format_exception(error))),
                },
            )

    def _note(self, member: Member, data: dict[str, object]) -> None:
        self._log.append_state(self._clock.time(), "note", source=member.name, rev=member.rev, data=data)
