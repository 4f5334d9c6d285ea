"""Who handles an endpoint's messages, if anybody does: handlers come, are held, and go (bus.md G3, D4, D7)."""

from __future__ import annotations

from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.endpoint import Endpoint, EndpointState, LaneState
from woodwork_engine.bus.halts import Halts
from woodwork_engine.bus.instance import Instance
from woodwork_engine.policy import DeliveryPolicy


class Serving:
    """Says which instance may start attempts at an endpoint; what is under way goes on to its end, messages stay."""

    def __init__(self, core: BusCore, halts: Halts) -> None:
        self._core = core
        self._halts = halts

    def employ(self, endpoint: Endpoint, instance: Instance) -> None:
        """Let *instance* handle *endpoint*'s messages from the next message boundary on, and wake what waits."""
        endpoint.instance = instance
        if endpoint.state is EndpointState.PARKED:
            self._unpark(endpoint)
        endpoint.state = EndpointState.ACTIVE
        self._serve(endpoint)

    def vacate(self, endpoint: Endpoint, policy: DeliveryPolicy) -> None:
        """Let *endpoint* belong to a component that is part of the flow but does not run: its messages wait."""
        endpoint.policy = policy
        if endpoint.state is EndpointState.PARKED:
            self._unpark(endpoint)
        self.dismiss(endpoint, EndpointState.WAITING)

    def dismiss(self, endpoint: Endpoint, state: EndpointState) -> None:
        """Let nobody handle *endpoint*'s messages any more; running attempts end, the rest waits in its lanes."""
        endpoint.instance = None
        endpoint.state = state
        if endpoint.breaker is not None:
            endpoint.breaker.close()
        self._rest(endpoint)
        self._core.tell_if_idle()

    def hold(self, endpoint: Endpoint, why: str) -> None:
        """Let no attempt start at *endpoint* until *why* is released; running ones end, messages stay."""
        endpoint.held_by.add(why)
        self._rest(endpoint)

    def release(self, endpoint: Endpoint, why: str) -> None:
        """Let attempts start at *endpoint* again, unless something else holds it."""
        if why in endpoint.held_by:
            endpoint.held_by.discard(why)
            self._serve(endpoint)

    def park(self, endpoint: Endpoint) -> None:
        """Keep what is left at a removed *endpoint*; its time to live stands still (bus.md D4)."""
        core, now = self._core, self._core.clock.time()
        self.dismiss(endpoint, EndpointState.PARKED)
        core.tell_held()
        for lane in endpoint.lanes.values():
            if lane.frozen_at is None:
                lane.frozen_at = now
        if core.log is not None and endpoint.depth:
            core.log.append(now, "parked", target=endpoint.name, data={"messages": endpoint.depth})

    def _unpark(self, endpoint: Endpoint) -> None:
        core, now = self._core, self._core.clock.time()
        core.tell_held()
        for lane in endpoint.lanes.values():
            if lane not in core.halted:
                self._halts.thaw(lane)
        if core.log is not None and endpoint.depth:
            core.log.append(now, "unparked", target=endpoint.name, data={"messages": endpoint.depth})

    def _serve(self, endpoint: Endpoint) -> None:
        endpoint.serve_by(None if endpoint.held_by else endpoint.instance)
        for lane in endpoint.lanes.values():
            self._core.resume(lane)

    def _rest(self, endpoint: Endpoint) -> None:
        endpoint.serve_by(None)
        for lane in endpoint.ready:
            lane.state = LaneState.PAUSED if lane in self._core.halted else LaneState.IDLE
        endpoint.ready.clear()
        for runner in endpoint.parked_runners:  # nothing to do for them: they go
            if not runner.done():
                runner.set_result(None)
        endpoint.parked_runners.clear()
