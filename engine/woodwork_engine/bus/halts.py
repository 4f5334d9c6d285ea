"""Lanes in which no attempt may start: stopped, let go on, or let make a single step (bus.md B6, D4)."""

from __future__ import annotations

from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.endpoint import EndpointState, Lane, LaneState


class Halts:
    """Stops a lane as long as anything holds it; the time to live of what waits there stands still meanwhile."""

    def __init__(self, core: BusCore) -> None:
        self._core = core
        core.halt = self.halt

    def halt(self, lane: Lane) -> None:
        """Let no attempt start in *lane* where anything holds it; one that runs goes on to its end."""
        core, name, session = self._core, lane.endpoint.name, lane.session.id
        scopes = ((None, None), (name, None), (None, session), (name, session))
        if core.held.isdisjoint(scopes) or lane in core.halted:
            return
        core.halted.add(lane)
        core.tell_held()
        lane.go = LaneState.HALTING
        if lane.frozen_at is None:
            lane.frozen_at = core.clock.time()
        if lane.state is LaneState.READY:
            lane.endpoint.ready.remove(lane)
        if lane.state in (LaneState.IDLE, LaneState.READY):
            lane.state = LaneState.PAUSED
        elif lane.state is LaneState.RUNNING:
            lane.state = LaneState.HALTING

    def unhalt(self, lane: Lane) -> None:
        """Let *lane* go on unless something else still holds it."""
        core = self._core
        if lane not in core.halted:
            return
        core.halted.discard(lane)
        self.halt(lane)
        if lane in core.halted:
            return
        core.tell_held()
        lane.go = LaneState.RUNNING
        if lane.endpoint.state is not EndpointState.PARKED:
            self.thaw(lane)
        if lane.state is LaneState.HALTING:
            lane.state = LaneState.RUNNING
        elif lane.state is LaneState.PAUSED:
            lane.state = LaneState.IDLE
            core.resume(lane)

    def step(self, lane: Lane) -> None:
        """Let the head of a halted *lane* have one attempt, as soon as somebody is there to make it."""
        core = self._core
        if lane.state is LaneState.PAUSED and lane.queue:
            self.thaw(lane)
            lane.frozen_at = core.clock.time()
            core.tell_held()
            if lane.endpoint.serving is not None:
                lane.state = LaneState.READY
                lane.endpoint.ready.append(lane)
                core.on_ready(lane.endpoint)

    def thaw(self, lane: Lane) -> None:
        """Let the time to live of what waits in *lane* go on where it stood still (bus.md D4)."""
        since, now = lane.frozen_at, self._core.clock.time()
        lane.frozen_at = None
        if since is not None:
            for delivery in lane.queue:
                if delivery.expires_at is not None:
                    delivery.expires_at += now - max(since, delivery.accepted_at)
