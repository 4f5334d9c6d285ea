"""Reading a flow's files while somebody may be writing them."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

from woodwork_engine.kinds import KindRegistry
from woodwork_engine.language import Checked, check_file

REST = 0.03
"""Seconds for which no file may have changed when it is read."""
REST_EMPTY = 0.5
"""The same for an empty file: more likely than a flow without components is somebody who is about to write."""
ROUNDS = 30
_AHEAD = 1.0
"""Seconds by which a file system's clock may run before ours; later times are no recent change."""


async def read_at_rest(
    file: str, kinds: KindRegistry, watch: Callable[[Checked], Awaitable[Iterable[Path]]]
) -> Checked:
    """Return *file* checked as it is at rest: what is read while somebody writes may be half of it.

    *watch* is called with what was read, so that a change from then on is noticed, and returns all files that count;
    if one of them changed before that, everything is read again.
    """
    for _ in range(ROUNDS):
        began = time.time()
        checked = await asyncio.to_thread(check_file, file, kinds)
        watched = await watch(checked)
        rest = REST if checked.texts.get(file, "").strip() else REST_EMPTY
        if not await asyncio.to_thread(_any_changed, tuple(watched), began - rest):
            break
        await asyncio.sleep(REST)
    return checked


def _any_changed(paths: Iterable[Path], since: float) -> bool:
    return any(_changed(path, since) for path in paths)


def _changed(path: Path, since: float) -> bool:
    try:
        status = os.stat(path)
    except OSError:
        return False
    latest = time.time() + _AHEAD
    return any(since <= at <= latest for at in (status.st_mtime, status.st_ctime))
