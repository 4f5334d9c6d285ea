"""An event loop in virtual time: hours of backoff cost nothing, a deadlock is an error, every seed another schedule."""

from __future__ import annotations

import asyncio
import functools
import heapq
import inspect
import random
from collections.abc import Awaitable, Callable

EPOCH = 1_700_000_000.0
"""What a virtual clock says at the start, in s since the epoch."""


class DeadlockError(Exception):
    """Nothing is ready and no timer is pending: whoever still waits would wait for ever."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """Time stands still while anything is ready and then jumps to the next timer; *seed* shuffles what is ready."""

    def __init__(self, seed: int | None = None) -> None:
        super().__init__()
        self._now = 0.0
        self._shuffle = None if seed is None else random.Random(seed).shuffle

    def time(self) -> float:
        """Return virtual seconds since the loop was made."""
        return self._now

    def timers(self) -> list[asyncio.TimerHandle]:
        """Return every timer that has neither fired nor been cancelled."""
        return [timer for timer in self._scheduled if not timer.cancelled()]

    def _run_once(self) -> None:
        if not self._ready and not self._stopping:
            while self._scheduled and self._scheduled[0].cancelled():
                timer = heapq.heappop(self._scheduled)
                timer._scheduled = False
                self._timer_cancelled_count -= 1
            if not self._scheduled:
                raise DeadlockError("nothing is ready and no timer is pending")
            self._now = max(self._now, self._scheduled[0].when())
        if self._shuffle is not None and len(self._ready) > 1:
            ready = list(self._ready)
            self._shuffle(ready)
            self._ready.clear()
            self._ready.extend(ready)
        super()._run_once()


class VirtualClock:
    """The clock of the running loop, for what is handed one."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()

    def time(self) -> float:
        """Return virtual seconds since the epoch."""
        return EPOCH + self._loop.time()

    def monotonic(self) -> float:
        """Return virtual seconds."""
        return self._loop.time()


def run_virtually(main: Awaitable[object], seed: int | None = None) -> object:
    """Run *main* to its end in a virtual loop and return its result."""
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(seed)) as runner:
        return runner.run(main)


def virtual_time(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Let an async test run in virtual time; a `seed` among its arguments chooses the schedule."""

    @functools.wraps(test)
    def run(*args: object, **kwargs: object) -> None:
        run_virtually(test(*args, **kwargs), kwargs.get("seed"))

    run.__signature__ = inspect.signature(test)
    return run


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop turn until *condition* holds: for what no event tells, such as work in a thread."""
    while not condition():  # noqa: ASYNC110 - that is what this is for
        await asyncio.sleep(0)


async def later(seconds: float = 0.0) -> None:
    """Let everything that is ready run, then *seconds* of virtual time pass, then everything that is ready again."""
    await asyncio.sleep(seconds)
    await until(lambda: not asyncio.get_running_loop()._ready)
