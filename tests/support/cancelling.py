"""A call that is cancelled at one of its awaits, however many it has."""

from __future__ import annotations

import asyncio
import types
from collections.abc import Awaitable, Generator
from enum import StrEnum


class Moment(StrEnum):
    """When a call is cancelled that waits for something."""

    WAITING = "while it waits"
    WOKEN = "when what it waits for has just come"


class Cancelled:
    """Runs *call* as a task of its own and cancels it at its await number *at*, counted from 1.

    A call that has fewer awaits comes to its end; `landed` tells the difference.
    """

    def __init__(self, call: Awaitable[object], at: int, moment: Moment) -> None:
        self.awaits = 0
        self._at = at
        self._moment = moment
        self.task = asyncio.ensure_future(_driven(self, call))

    @property
    def landed(self) -> bool:
        """Whether the call has ended by being cancelled."""
        return self.task.done() and self.task.cancelled()

    def met(self) -> bool:
        """Count one more await; whether the call is to be cancelled when that is over."""
        self.awaits += 1
        if self.awaits != self._at:
            return False
        if self._moment is Moment.WAITING:
            asyncio.get_running_loop().call_soon(self.task.cancel)
        return self._moment is Moment.WOKEN


async def _driven(who: Cancelled, call: Awaitable[object]) -> object:
    return await _steps(who, call)


@types.coroutine
def _steps(who: Cancelled, call: Awaitable[object]) -> Generator[object, object, object]:
    steps = call.__await__()
    step, given = steps.send, None
    while True:
        try:
            waits_for = step(given)
        except StopIteration as ended:
            return ended.value
        too_late = who.met()
        try:
            given, step = (yield waits_for), steps.send
            if too_late:
                given, step = asyncio.CancelledError(), steps.throw
        except BaseException as error:  # noqa: BLE001 - whatever the loop throws is for the call
            given, step = error, steps.throw
