"""What must hold of the books of a bus between any two steps: sums, lanes and who stands in line (bus.md 2.2)."""

from __future__ import annotations

from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.endpoint import Endpoint, Lane, LaneState


def check_books(core: BusCore) -> None:
    """Every sum is the sum of its parts, and every lane is in the state that its place says."""
    for endpoint in core.endpoints.values():
        _check_endpoint(core, endpoint)
    deliveries = [one for end in core.endpoints.values() for lane in end.lanes.values() for one in lane.queue]
    assert core.depth == sum(endpoint.depth for endpoint in core.endpoints.values()) == len(deliveries)
    assert core.bytes == sum(len(delivery.encoded) for delivery in deliveries)
    assert core.inflight >= sum(endpoint.inflight for endpoint in core.endpoints.values()) >= 0
    assert len({id(one) for one in deliveries}) == len(deliveries), "a delivery is in two places"


def _check_endpoint(core: BusCore, endpoint: Endpoint) -> None:
    lanes = endpoint.lanes.values()
    assert endpoint.depth == sum(len(lane.queue) for lane in lanes), "F1"
    in_order = {lane.session.id for lane in lanes if lane.queue and lane.anchor is None}
    without = {lane.session.id for lane in lanes if lane.queue and lane.anchor is not None}
    both = len(in_order & without)  # order was given up while messages waited in it: counted as two until they are done
    assert endpoint.active == len(in_order | without), "F6"
    assert not endpoint.counts_sharers or endpoint.sharers == endpoint.active + both, "F6"
    assert endpoint.retrying == sum(lane.timer is not None for lane in lanes)
    assert endpoint.retrying == sum(lane.state is LaneState.WAITING for lane in lanes)
    assert 0 <= endpoint.inflight <= endpoint.working
    comes = endpoint.waking or endpoint.working or core.slots.waiters or not core.running
    assert not endpoint.ready or comes, "B3: nobody comes"
    for lane in lanes:
        _check_lane(core, endpoint, lane)
    for anchor in [lane for lane in lanes if lane.anchor is None]:
        assert anchor.out == sum(lane.anchor is anchor for lane in lanes), "B5"


def _check_lane(core: BusCore, endpoint: Endpoint, lane: Lane) -> None:
    assert list(endpoint.ready).count(lane) == (lane.state is LaneState.READY), "B1: at most one attempt"
    assert lane.anchor is None or len(lane.queue) == 1, "B5: a lane of its own is for one message"
    scopes = {(None, None), (endpoint.name, None), (None, lane.session.id), (endpoint.name, lane.session.id)}
    assert (not core.held.isdisjoint(scopes)) == (lane in core.halted) == (lane.go is LaneState.HALTING)
    is_left = lane.state is LaneState.IDLE and bool(lane.queue) and endpoint.watch is None
    is_left = is_left and (core.keeper is None or not core.keeper.admission.holds_back(lane.queue[0]))
    assert not (is_left and endpoint.serving is not None and core.running), "B1: nobody is going to work on it"
