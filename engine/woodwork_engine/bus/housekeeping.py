"""Once a second: expire what waits too long, sample the counters, let idle lanes go (bus.md D4, H4, H5)."""

from __future__ import annotations

import asyncio
from heapq import nsmallest
from operator import attrgetter

from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.counters import WINDOW
from woodwork_engine.bus.endpoint import FULL_SHARE, Endpoint, EndpointState, LaneState
from woodwork_engine.bus.settlement import Settlement

PERIOD = 1.0
IDLE_LANE_SECONDS = 60.0
MOST_SESSIONS = 10_000
ROTATE_EVERY = 30
IDS_PER_ROUND = 2_000
"""Remembered ids of one target that are let go at once; it takes less than a millisecond."""
TIDY_EVERY = 5
"""Rounds between two looks at every lane and session for those that can go."""


class Housekeeping:
    """One timer for everything that is done once a second."""

    def __init__(self, core: BusCore, settlement: Settlement) -> None:
        self._core = core
        self._settlement = settlement
        self._timer: asyncio.TimerHandle | None = None
        self._rounds = 0

    def start(self) -> None:
        """Begin, on the running loop."""
        self._core.beat.now = self._core.clock.time()
        self._timer = asyncio.get_running_loop().call_later(PERIOD, self._round)

    def stop(self) -> None:
        """End; no timer is left."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _round(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(PERIOD, self._round)
        self._rounds += 1
        now = self._core.clock.time()
        for endpoint in self._core.endpoints.values():
            if endpoint.state is not EndpointState.PARKED:
                self._expire(endpoint, now)
            if endpoint.seen is not None:
                endpoint.seen.trim(now, IDS_PER_ROUND)
            if endpoint.ready:  # normally a runner is on its way; somebody may have cancelled it
                self._core.on_ready(endpoint)
        self._core.dead.expire(now)
        if self._rounds % TIDY_EVERY == 0:
            self._tidy(now)
        self._core.tables.look_after()
        if self._core.keeper is not None:
            self._core.keeper.look_after(now)
        self._sample(now)

    def _tidy(self, now: float) -> None:
        for endpoint in self._core.endpoints.values():
            self._forget_idle_lanes(endpoint, now)
        self._forget_ended()
        self._forget_sessions()

    def _expire(self, endpoint: Endpoint, now: float) -> None:
        for lane in tuple(endpoint.lanes.values()):
            if lane.soonest_expiry <= now and lane.frozen_at is None:
                self._settlement.expire(lane, now)

    def _forget_idle_lanes(self, endpoint: Endpoint, now: float) -> None:
        idle = [
            session_id
            for session_id, lane in endpoint.lanes.items()
            if not lane.depth
            and lane.state in (LaneState.IDLE, LaneState.PAUSED)
            and not lane.gate.waiters
            and now - lane.idle_since > IDLE_LANE_SECONDS
        ]
        for session_id in idle:
            lane = endpoint.lanes.pop(session_id)
            lane.session.lanes -= 1
            self._core.halted.discard(lane)

    def _forget_ended(self) -> None:
        core = self._core
        for endpoint in [endpoint for endpoint in core.ended if not endpoint.depth and not endpoint.runners]:
            core.ended.discard(endpoint)
            core.endpoints.pop(endpoint.name, None)
            core.past.absorb(endpoint)
            for lane in endpoint.lanes.values():
                lane.session.lanes -= 1

    def _forget_sessions(self) -> None:
        """Let the longest-idle sessions without lanes go once there are many."""
        sessions = self._core.sessions
        surplus = len(sessions) - MOST_SESSIONS
        if surplus <= 0:
            return
        idle = [session for session in sessions.values() if session.lanes == 0]
        for session in nsmallest(surplus, idle, key=attrgetter("last_seen")):
            del sessions[session.id]

    def _sample(self, now: float) -> None:
        core = self._core
        core.beat.now = now
        rotating = self._rounds % ROTATE_EVERY == 0
        settled = core.past.settled
        for endpoint in core.endpoints.values():
            settled += endpoint.settled
            endpoint.window.sample(
                now, endpoint.accepted, endpoint.emitted, endpoint.settled, endpoint.failed, endpoint.dead, endpoint.ok
            )
            if endpoint.depth <= FULL_SHARE * endpoint.max_queue:
                endpoint.since_full = None
            elif endpoint.since_full is None:
                endpoint.since_full = now
            if rotating:
                endpoint.histogram.rotate()
        for edge in core.edges.values():
            edge.window.sample(now, edge.count)
        for session in core.sessions.values():
            if session.messages != session.sampled:
                session.sampled = session.messages
                session.window.sample(now, session.messages)
            if rotating and session.last_seen > now - WINDOW - ROTATE_EVERY:
                session.histogram.rotate()
        core.window.sample(now, core.from_outside, settled)
