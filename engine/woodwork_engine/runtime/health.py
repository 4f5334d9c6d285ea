"""Whether a running flow is well: the bus's own reasons, the loop's lag, the process's memory (bus.md H5)."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.statistics import degraded_reasons
from woodwork_engine.clock import Clock
from woodwork_engine.components import zombie_threads
from woodwork_engine.events import EventLog
from woodwork_engine.runtime.garbage import GarbageWatch
from woodwork_engine.runtime.minute import Minute
from woodwork_engine.runtime.watchdog import Watchdog
from woodwork_engine.snapshot import Health

LAG_LIMIT = 0.1
LOOK_SECONDS = 0.5


class HealthCheck:
    """Looks at what can make a flow unwell; a new look at most twice a second.

    *keeping* tells what becomes of queued messages when the process dies.
    """

    def __init__(
        self,
        core: BusCore,
        watchdog: Watchdog,
        garbage: GarbageWatch,
        log: EventLog,
        clock: Clock,
        keeping: Callable[[], str],
    ) -> None:
        self._core = core
        self._watchdog = watchdog
        self._garbage = garbage
        self._log = log
        self._clock = clock
        self._keeping = keeping
        self._memory = Minute()
        self._last = Health()
        self._at = 0.0

    def look(self, *, ready: bool) -> Health:
        """Return how the flow is; *ready*: it takes messages."""
        now = self._clock.time()
        if 0 <= now - self._at < LOOK_SECONDS and self._last.ready == ready:
            return self._last
        self._at = now
        lag, lag_p99 = self._watchdog.lag()
        reasons = degraded_reasons(self._core)
        garbage, memory = self._garbage.look(), resident_bytes()
        self._memory.note(time.monotonic(), memory)
        if lag_p99 > LAG_LIMIT:
            reasons += (f"the engine's loop is held up by {self._watchdog.last_blocker or 'too much work'}",)
        self._last = Health(
            live=self._core.running,
            ready=ready,
            degraded=reasons,
            loop_lag_ms=lag * 1000,
            loop_lag_p99_ms=lag_p99 * 1000,
            blocker=self._watchdog.last_blocker,
            rss=memory,
            zombie_threads=zombie_threads(),
            tasks=len(asyncio.all_tasks()),
            log_records=self._log.size,
            log_bytes=self._log.payload_bytes,
            journal=None if self._core.keeper is None else self._core.keeper.commits.problem,
            keeping=self._keeping(),
            gc_collections=garbage.collections,
            gc_longest_ms=garbage.longest * 1000,
            gc_paused_ms=garbage.paused * 1000,
            lag_activity=tuple(lag * 1000 for lag in self._watchdog.minute.values()),
            rss_activity=self._memory.values(),
        )
        return self._last


def resident_bytes() -> int:
    """Return the memory of this process in bytes; where the system does not tell, the most it ever had."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return _most_resident_bytes()


def _most_resident_bytes() -> int:
    if sys.platform == "win32":
        return 0
    import resource  # not on every system

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
