"""Lanes that wait for their turn: where a component asks for a pace, messages stay queued until they may start.

Nothing is attempted before, so no attempt is used up, no slot is taken, and a lane keeps its order (bus.md B1, B3).
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from math import inf

from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.endpoint import Endpoint, Lane, LaneState
from woodwork_engine.pace import Pace

_NAME = "pace"


class Paced:
    """The turns at one endpoint; a lane whose turn is later has a timer until then, and goes first when it comes."""

    def __init__(self, core: BusCore, pace: Pace) -> None:
        self.pace = pace
        self._core = core
        self._interval = 1.0 / pace.rate
        self._saved = (pace.burst - 1) * self._interval
        self._next: OrderedDict[str, float] = OrderedDict()
        """When the next one may begin, by session, or under "" for all; what is past is forgotten."""
        self._turns: dict[Lane, asyncio.TimerHandle | None] = {}
        """Lanes that wait for their turn; None once it has come."""

    def too_soon(self, endpoint: Endpoint, lane: Lane) -> bool:
        """Whether the head of *lane* may not begin yet; it then waits for a turn that is its own."""
        if lane in self._turns:
            if self._turns[lane] is None:
                del self._turns[lane]
                return False
        else:
            wait = self._wait(lane.session.id if self.pace.per_session else "")
            if wait <= 0:
                return False
            self._turns[lane] = asyncio.get_running_loop().call_later(wait, self._come, lane)
        if lane.state is LaneState.RUNNING:  # one that is to halt does so by itself
            lane.state = LaneState.IDLE
        return True

    def _wait(self, key: str) -> float:
        """Take the next turn of *key* and return how many seconds it is away."""
        now, turns = self._core.monotonic(), self._next
        at = max(turns.pop(key, -inf), now - self._saved)
        turns[key] = at + self._interval
        while turns:
            oldest = next(iter(turns))
            if oldest == key or turns[oldest] > now - self._saved:
                break
            del turns[oldest]
        return at - now

    def _come(self, lane: Lane) -> None:
        if lane.queue and lane.state in (LaneState.IDLE, LaneState.READY) and lane.endpoint.serving is not None:
            self._turns[lane] = None
            self._core.resume(lane)
        else:  # nobody is there to take it, or nothing for which
            del self._turns[lane]

    def end(self) -> None:
        """Let nobody wait any longer."""
        for timer in self._turns.values():
            if timer is not None:
                timer.cancel()
        self._turns.clear()


class Pacing:
    """Gives each endpoint the pace that its component asks for."""

    def __init__(self, core: BusCore) -> None:
        self._core = core
        self._paced: dict[str, Paced] = {}

    def keep(self, name: str, pace: Pace | None) -> None:
        """Let *name* be handled at *pace* from now on, None: as fast as it goes; a pace it has already goes on."""
        before = self._paced.get(name)
        if (before.pace if before is not None else None) == pace:
            return
        endpoint = self._core.endpoint(name)
        if before is not None:
            before.end()
            del self._paced[name]
            endpoint.look_before(_NAME, None)
        if pace is not None:
            self._paced[name] = paced = Paced(self._core, pace)
            endpoint.look_before(_NAME, paced.too_soon)
        for lane in endpoint.lanes.values():
            self._core.resume(lane)

    def stop(self) -> None:
        """Leave no timer behind (bus.md H3)."""
        for paced in self._paced.values():
            paced.end()
