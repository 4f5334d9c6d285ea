"""How late the engine's loop is, and who holds it: looked at from the loop itself and from a thread beside it."""

from __future__ import annotations

import asyncio
import os
import sys
import sysconfig
import threading
import time
from collections import deque
from collections.abc import Callable
from types import FrameType

from woodwork_engine.runtime.minute import Minute

BEAT = 0.1
"""Seconds between two heartbeats of the loop."""
LATE = 0.25
"""Seconds without a heartbeat after which the loop counts as blocked."""
_KEPT = 200
_OWN = f"{os.sep}woodwork_engine{os.sep}"
_LIBRARIES = tuple(sysconfig.get_path(name) + os.sep for name in ("stdlib", "purelib", "platlib"))


class Watchdog:
    """Measures loop lag in seconds; *busy* names the component whose code runs at this moment, if any.

    *report* is called on the loop after it was blocked, with the seconds and the blocker's name and place.
    """

    def __init__(self, busy: Callable[[], str | None], report: Callable[[float, str], None]) -> None:
        self._busy = busy
        self._report = report
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._thread_id = 0
        self._beat = time.monotonic()
        self._lags: deque[float] = deque(maxlen=_KEPT)
        self.minute = Minute()
        """The greatest lag of each of the last sixty seconds, in s."""
        self._suspect: str | None = None
        self._ended = threading.Event()
        self._blocker: str | None = None
        self._blocked_at = 0.0

    def start(self) -> None:
        """Begin, on the running loop."""
        self._loop = asyncio.get_running_loop()
        self._thread_id = threading.get_ident()
        self._beat = time.monotonic()
        self._timer = self._loop.call_later(BEAT, self._on_beat)
        threading.Thread(target=self._watch, name="woodwork watchdog", daemon=True).start()

    def stop(self) -> None:
        """End; no timer is left."""
        self._ended.set()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def lag(self) -> tuple[float, float]:
        """Return the latest lag and the 99th percentile of the last twenty seconds, in seconds."""
        lags = sorted(self._lags)
        if not lags:
            return 0.0, 0.0
        return self._lags[-1], lags[min(len(lags) - 1, int(len(lags) * 0.99))]

    @property
    def last_blocker(self) -> str | None:
        """Who blocked the loop last, None when nobody did in the last twenty seconds."""
        return self._blocker if time.monotonic() - self._blocked_at <= _KEPT * BEAT else None

    def blocked(self) -> tuple[float, str] | None:
        """Return for how many seconds the loop has not answered and who holds it; None while it does. Any thread."""
        late = time.monotonic() - self._beat
        if self._loop is None or self._ended.is_set() or late < LATE:
            return None
        return late, self._suspect or "the engine"

    def _on_beat(self) -> None:
        now = time.monotonic()
        late = max(0.0, now - self._beat - BEAT)
        self._beat = now
        # Beats that could not be made count too, each as late as it would have been: else the longest block is one
        # sample among four hundred.
        self.minute.note(now, late)
        self._lags.extend(late - missed * BEAT for missed in range(min(int(late / BEAT), _KEPT - 1), -1, -1))
        suspect, self._suspect = self._suspect or "the engine", None
        if late + BEAT >= LATE:
            self._blocker, self._blocked_at = suspect, now
            self._report(late, suspect)
        if self._loop is not None:
            self._timer = self._loop.call_later(BEAT, self._on_beat)

    def _watch(self) -> None:
        while not self._ended.wait(LATE / 2):
            if time.monotonic() - self._beat > LATE / 2:
                place = _place(sys._current_frames().get(self._thread_id))
                name = self._busy()
                if place or self._suspect is None:  # it may have gone on by now: what was seen at its work stays
                    self._suspect = f"{name} ({place})" if name and place else name or place


def _place(frame: FrameType | None) -> str | None:
    """Return `file.py:line` of the innermost frame that is neither the engine's nor a library's."""
    while frame is not None:
        file = frame.f_code.co_filename
        if _OWN not in file and not file.startswith((*_LIBRARIES, "<frozen")):
            return f"{os.path.basename(file)}:{frame.f_lineno}"
        frame = frame.f_back
    return None
