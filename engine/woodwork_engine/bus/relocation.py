"""Where waiting messages go when their component has another name, or is there no more (bus.md G3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from woodwork_engine.bus.breakpoints import Breakpoints
from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.endpoint import Endpoint, EndpointState, Lane, LaneState
from woodwork_engine.bus.halts import Halts
from woodwork_engine.bus.holds import Holds
from woodwork_engine.bus.serving import Serving
from woodwork_engine.bus.settlement import Settlement
from woodwork_engine.dead_letter import DeathReason
from woodwork_engine.delivery import Delivery
from woodwork_engine.policy import redirect_of

Shared = dict[str, list[tuple[Lane, Delivery]]]
"""The deliveries that are left of messages to several targets, with their lanes, by the message's id."""


class Relocation:
    """Gives lanes another name, moves what waits in them to another component's lanes, in order, or ends it."""

    def __init__(
        self,
        core: BusCore,
        halts: Halts,
        serving: Serving,
        settlement: Settlement,
        holds: Holds,
        breakpoints: Breakpoints,
    ) -> None:
        self._core = core
        self._halts = halts
        self._serving = serving
        self._settlement = settlement
        self._holds = holds
        self._breakpoints = breakpoints
        settlement.on_redirect = self.redirect_lane

    def rename(self, old: str, new: str) -> bool:
        """Let the component *old* be called *new*, with its lanes, holds, breakpoints and counts; True when it could.

        It cannot where *old* is not known, or *new* has had messages of its own. A running attempt ends under the name
        and the routes with which it began. Whatever still names *old* is led to *new*.
        """
        core = self._core
        endpoint, present = core.endpoints.get(old), core.endpoints.get(new)
        if endpoint is None or (present is not None and (present.accepted or present.instance is not None)):
            return False
        del core.endpoints[old]
        core.endpoints[new] = endpoint
        endpoint.called(new)
        core.renamed.pop(new, None)
        core.renamed[old] = new
        for runner in endpoint.runners:
            runner.set_name(f"{new}#{runner.get_name().rpartition('#')[2]}")
        for lane in endpoint.lanes.values():
            for delivery in list(lane.queue)[lane.running :]:
                self._settlement.readdress(lane, delivery, new)
        self._holds.rename(old, new)
        self._breakpoints.rename(old, new)
        if core.keeper is not None:
            core.keeper.deliveries.renamed(endpoint)
        if present is not None:
            core.tables.lead(present, endpoint)
        return True

    def redirect(self, endpoint: Endpoint) -> int:
        """Move what waits at the removed *endpoint* to where its `on_remove` says; return how many messages.

        A lane in which an attempt runs keeps what is behind it. Where the other component is gone as well, everything
        stays and is kept as with `park`. A message that was sent to the other component too, or has been moved there
        from somewhere else, is not handed to it twice.
        """
        lanes = [lane for lane in endpoint.lanes.values() if lane.queue]
        shared = self._shared(lanes)
        return sum(self._redirect(lane, shared) for lane in lanes)

    def redirect_lane(self, lane: Lane, *, over: bool) -> int:
        """Move what waits in *lane*, in order; *over* tells that no attempt runs although its lane says so."""
        return self._redirect(lane, self._shared([lane]), over=over)

    def _redirect(self, lane: Lane, shared: Shared, *, over: bool = False) -> int:
        target = self._target(lane.endpoint)
        if target is None:
            lane.endpoint.policy = replace(lane.endpoint.policy, on_remove="park")
            self._serving.park(lane.endpoint)
            return 0
        if lane.running and not over:
            return 0
        if lane.state is LaneState.WAITING:
            self._settlement.stop_waiting(lane)
        self._halts.thaw(lane)
        for delivery in list(lane.queue):
            if self._is_there(delivery, lane.endpoint, target):
                self._settlement.duplicate(lane, delivery)
        moved = list(lane.queue)
        lane.queue.clear()
        if moved and lane.anchor is None:
            lane.endpoint.sharers -= 1
        for delivery in moved:
            self._tell_siblings(delivery, lane.endpoint, target, shared)
            self._append(lane, target, delivery)
        return len(moved)

    def discard_rest(self, endpoint: Endpoint, *, dead: bool) -> None:
        """Empty a removed component's lanes: into the dead letters, or discarded; running attempts may end."""
        for lane in tuple(endpoint.lanes.values()):
            for delivery in list(lane.queue)[lane.running :]:
                if dead:
                    self._settlement.dead(lane, delivery, DeathReason.COMPONENT_REMOVED)
                else:
                    self._settlement.discarded(lane, delivery, "component_removed")

    def _target(self, endpoint: Endpoint) -> Endpoint | None:
        name = redirect_of(endpoint.policy.on_remove)
        found = None if name is None else self._core.endpoints.get(self._core.name_now(name))
        gone = (EndpointState.DRAINING, EndpointState.PARKED)
        return None if found is None or found is endpoint or found.state in gone else found

    def _is_there(self, delivery: Delivery, endpoint: Endpoint, target: Endpoint) -> bool:
        """Whether the message of *delivery* was sent or moved to *target* as well: it has the same key there (A4)."""
        there = (self._called(name) for name in delivery.siblings)
        return any(one is target for one in there if one is not endpoint)

    def _called(self, name: str) -> Endpoint | None:
        return self._core.endpoints.get(self._core.name_now(name))

    def _shared(self, lanes: Sequence[Lane]) -> Shared:
        """Return, by id, where the messages wait that are in *lanes* and were sent to several components."""
        several = [delivery for lane in lanes for delivery in lane.queue if len(delivery.siblings) > 1]
        shared: Shared = {delivery.envelope.message_id: [] for delivery in several}
        sessions = {lane.session for lane in lanes}
        for endpoint in {self._called(name): None for delivery in several for name in delivery.siblings}:
            for lane in endpoint.lanes.values() if endpoint is not None else ():
                for delivery in lane.queue if lane.session in sessions else ():
                    if delivery.envelope.message_id in shared:
                        shared[delivery.envelope.message_id].append((lane, delivery))
        return shared

    def _tell_siblings(self, moved: Delivery, left: Endpoint, target: Endpoint, shared: Shared) -> None:
        """Let whatever is left of the message of *moved* know that it has gone from *left* to *target*."""
        keeper = self._core.keeper
        for lane, delivery in shared.get(moved.envelope.message_id, ()):
            delivery.siblings = tuple(target.name if self._called(name) is left else name for name in delivery.siblings)
            if delivery.seq and keeper is not None and delivery is not moved:
                keeper.deliveries.progressed(delivery, lane.frozen_at)

    def _append(self, lane: Lane, target: Endpoint, delivery: Delivery) -> None:
        core, now = self._core, self._core.clock.time()
        session, seen = lane.session, lane.session.last_seen
        into = core.lane(target, session.id, now)
        if target.unordered:
            into = core.alone(into, now)
        if delivery.expires_at is not None and into.frozen_at is not None:
            delivery.expires_at -= max(0.0, now - max(into.frozen_at, delivery.accepted_at))
        self._settlement.readdress(lane, delivery, target.name)
        if core.keeper is not None and (delivery.seq or target.policy.durable or into.frozen_at is not None):
            core.keeper.deliveries.moved(into, delivery)
        core.push(into, delivery)
        session.messages -= 1  # it was counted when it was accepted
        session.last_seen = seen
        lane.endpoint.moved += 1
        core.went_on(lane, delivery)
