"""Waiting for a person's code, but never for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

GRACE = 1.0
"""Seconds that code gets to end once it is cancelled; after that it is left behind."""


async def within(seconds: float, work: Coroutine[object, object, None], name: str) -> bool:
    """Run *work* in a task called *name*; True when it came to its end in *seconds*. Raises what *work* raises.

    Code that takes no notice of being cancelled is left behind, so that nobody waits for it.
    """
    task = asyncio.create_task(_tamed(work), name=name)
    try:
        await asyncio.wait([task], timeout=seconds)
        in_time = task.done()
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait([task], timeout=GRACE)
        task.add_done_callback(_looked_at)
    if not in_time:
        return False
    if task.cancelled():
        raise RuntimeError("it cancelled itself")
    task.result()
    return True


def _looked_at(task: asyncio.Task[None]) -> None:
    if not task.cancelled():
        task.exception()


async def _tamed(work: Coroutine[object, object, None]) -> None:
    try:
        await work
    except (SystemExit, KeyboardInterrupt) as odd:  # would end the engine's loop
        raise RuntimeError(f"{type(odd).__name__} {odd}".strip()) from odd
