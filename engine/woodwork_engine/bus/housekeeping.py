"""Once a second, in slices: expire what waits too long, sample the counters, let idle lanes go (bus.md D4, H4, H5)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import islice
from operator import attrgetter
from typing import TypeVar

from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.counters import WINDOW
from woodwork_engine.bus.endpoint import FULL_SHARE, Endpoint, EndpointState, Lane, LaneState, Session
from woodwork_engine.bus.settlement import Settlement

PERIOD = 1.0
SLICE = 0.001
"""Seconds of uninterrupted work, after which the loop goes on with something else."""
CHUNK = 256
"""Lanes, sessions or edges that are looked at in one piece."""
IDLE_LANE_SECONDS = 60.0
MOST_IDLE_LANES = 10_000
"""Above that, lanes go sooner than after a minute: those that were idle longest go first."""
MOST_SESSIONS = 10_000
ROTATE_EVERY = 30
IDS_PER_ROUND = 2_000
"""Remembered ids of one target that are let go at once; it takes less than a millisecond."""
TIDY_EVERY = 5
"""Rounds between two looks at every lane and session for those that can go."""

Item = TypeVar("Item")
_last_seen = attrgetter("last_seen")


class Housekeeping:
    """One timer for everything that is done once a second; a round that is not over yet is not begun again."""

    def __init__(self, core: BusCore, settlement: Settlement) -> None:
        self._core = core
        self._settlement = settlement
        self._timer: asyncio.TimerHandle | None = None
        self._next_slice: asyncio.Handle | None = None
        self._steps: Iterator[None] = iter(())
        self._rounds = 0
        self._patience = IDLE_LANE_SECONDS

    def start(self) -> None:
        """Begin, on the running loop."""
        self._core.beat.now = self._core.clock.time()
        self._timer = asyncio.get_running_loop().call_later(PERIOD, self._round)

    def stop(self) -> None:
        """End; no timer is left."""
        for handle in (self._timer, self._next_slice):
            if handle is not None:
                handle.cancel()
        self._timer = self._next_slice = None

    def _round(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(PERIOD, self._round)
        if self._next_slice is None:
            self._rounds += 1
            self._steps = self._everything(self._core.clock.time())
            self._slice()

    def _slice(self) -> None:
        """Take steps for a slice of time; the rest is for the next turns of the loop."""
        self._next_slice = None
        end = self._core.monotonic() + SLICE
        for _ in self._steps:
            if self._core.monotonic() >= end:
                self._next_slice = asyncio.get_running_loop().call_soon(self._slice)
                return

    def _everything(self, now: float) -> Iterator[None]:
        """Do all that is due *now* (s since the epoch), in steps of at most `CHUNK` items."""
        core = self._core
        core.beat.now = now
        for endpoint in tuple(core.endpoints.values()):
            yield from self._expire(endpoint, now)
            if endpoint.seen is not None:
                endpoint.seen.trim(now, IDS_PER_ROUND)
            endpoint.stop_counting()
            if endpoint.ready:  # normally a runner is on its way; somebody may have cancelled it
                core.on_ready(endpoint)
            yield
        core.dead.expire(now)
        yield
        if self._rounds % TIDY_EVERY == 0 or self._patience < IDLE_LANE_SECONDS:
            yield from self._tidy(now)
        core.tables.look_after()
        if core.keeper is not None:
            core.keeper.look_after(now)
        yield from self._sample(now)

    def _expire(self, endpoint: Endpoint, now: float) -> Iterator[None]:
        if endpoint.state is EndpointState.PARKED:
            return
        for lanes in _chunks(endpoint.lanes.values()):
            for lane in lanes:
                if lane.soonest_expiry <= now and lane.frozen_at is None and lane.queue:
                    self._settlement.expire(lane, now)
            yield

    def _tidy(self, now: float) -> Iterator[None]:
        kept = 0
        for endpoint in tuple(self._core.endpoints.values()):
            for lanes in _chunks(endpoint.lanes.values()):
                kept += sum(self._keeps(lane, now) for lane in lanes)
                yield
        if kept > MOST_IDLE_LANES:
            self._patience /= 2
        else:
            self._patience = min(self._patience * 2, IDLE_LANE_SECONDS)
        self._forget_ended()
        yield from self._forget_sessions()

    def _keeps(self, lane: Lane, now: float) -> bool:
        """Let *lane* go if it has been idle for too long; return whether it is idle and kept."""
        if lane.depth or lane.gate.waiters or lane.state not in (LaneState.IDLE, LaneState.PAUSED):
            return False
        if now - lane.idle_since <= self._patience:
            return True
        self._core.forget(lane)
        return False

    def _forget_ended(self) -> None:
        core = self._core
        for endpoint in [endpoint for endpoint in core.ended if not endpoint.depth and not endpoint.runners]:
            core.ended.discard(endpoint)
            core.endpoints.pop(endpoint.name, None)
            core.past.absorb(endpoint)
            for lane in tuple(endpoint.lanes.values()):
                core.forget(lane)

    def _forget_sessions(self) -> Iterator[None]:
        """Let the longest-idle sessions without lanes go once there are many."""
        sessions = self._core.sessions
        surplus = len(sessions) - MOST_SESSIONS
        if surplus <= 0:
            return
        idle: list[list[Session]] = []
        for chunk in _chunks(sessions.values()):
            idle.append(sorted((session for session in chunk if not session.lanes), key=_last_seen))
            yield
        for chunk in _chunks(islice(merge(*idle, key=_last_seen), surplus)):
            for session in chunk:
                if not session.lanes:  # it may have come back meanwhile
                    sessions.pop(session.id, None)
            yield

    def _sample(self, now: float) -> Iterator[None]:
        core = self._core
        rotating = self._rounds % ROTATE_EVERY == 0
        settled = core.past.settled
        for endpoint in core.endpoints.values():
            settled += endpoint.settled
            self._sample_endpoint(endpoint, now, rotating=rotating)
        core.window.sample(now, core.from_outside, settled)
        yield
        for edges in _chunks(core.edges.values()):
            for edge in edges:
                edge.window.sample(now, edge.count)
            yield
        for sessions in _chunks(core.sessions.values()):
            for session in sessions:
                if session.messages != session.sampled:
                    session.sampled = session.messages
                    session.window.sample(now, session.messages)
                if rotating and session.last_seen > now - WINDOW - ROTATE_EVERY:
                    session.histogram.rotate()
            yield

    def _sample_endpoint(self, endpoint: Endpoint, now: float, *, rotating: bool) -> None:
        endpoint.window.sample(
            now, endpoint.accepted, endpoint.emitted, endpoint.settled, endpoint.failed, endpoint.dead, endpoint.ok
        )
        if endpoint.depth <= FULL_SHARE * endpoint.max_queue:
            endpoint.since_full = None
        elif endpoint.since_full is None:
            endpoint.since_full = now
        if rotating:
            endpoint.histogram.rotate()


def _chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Yield *items*, as they are now, in lists of at most `CHUNK`."""
    rest = iter(list(items))
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
