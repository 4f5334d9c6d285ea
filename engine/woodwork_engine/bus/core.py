"""The state that the parts of the memory bus share: endpoints, sums, limits, clocks and the log."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

from woodwork_engine.bus.counters import EdgeCounter, Window
from woodwork_engine.bus.dead_letters import DeadLetters
from woodwork_engine.bus.endpoint import Endpoint, EndpointState, Gate, Instance, Lane, LaneState, Route, Session
from woodwork_engine.bus.routes import NO_LINKS, RouteTable
from woodwork_engine.clock import Clock
from woodwork_engine.delivery import Delivery
from woodwork_engine.events import EventLog
from woodwork_engine.policy import DeliveryPolicy, FlowPolicy

SLICE = 0.002
"""Seconds of uninterrupted work after which a runner lets the loop breathe."""


class BusCore:
    """What accepting, running and settling have in common; only ever touched on the loop's thread."""

    def __init__(
        self,
        clock: Clock,
        rng: random.Random,
        policy: FlowPolicy,
        default_policy: DeliveryPolicy,
        log: EventLog | None,
        flow: str,
    ) -> None:
        self.clock = clock
        self.rng = rng
        self.policy = policy
        self.default_policy = default_policy
        self.log = log
        self.flow = flow
        self.running = False
        self.closing = False
        self.endpoints: dict[str, Endpoint] = {}
        self.edges: dict[tuple[str | None, str], EdgeCounter] = {}
        self.sessions: dict[str, Session] = {}
        self.waiting: dict[tuple[str, str], Lane] = {}
        self.dead = DeadLetters(clock)
        self.gate = Gate()
        self.slots = Gate()
        self.idle_waiters: list[asyncio.Future[None]] = []
        self.depth = self.bytes = self.inflight = self.peak = 0
        self.from_outside = self.blocked = self.unroutable = 0
        self.window = Window()
        self.slice_end = 0.0
        self.busy: str | None = None
        """The component whose code is running at this very moment, if any."""
        self.on_ready: Callable[[Endpoint], None] = lambda _endpoint: None
        """What starts or wakes a runner of an endpoint; set by the runners' owner."""
        self.table = RouteTable(0, lambda _source, _event: (), NO_LINKS, self.route)

    def endpoint(self, name: str) -> Endpoint:
        """Return the endpoint called *name*, made on first use; messages wait there until somebody handles them."""
        found = self.endpoints.get(name)
        if found is None:
            found = self.endpoints[name] = Endpoint(name, self.default_policy)
        return found

    def route(self, source: str | None, target: str, cyclic: bool) -> Route:
        """Return the resolved route from *source* to *target*; its counter outlives revisions."""
        key = (source, target)
        edge = self.edges.get(key)
        if edge is None:
            edge = self.edges[key] = EdgeCounter(source, target)
        return Route(self.endpoint(target), edge, cyclic=cyclic)

    def lane(self, endpoint: Endpoint, session_id: str) -> Lane:
        """Return the lane of *session_id* at *endpoint*, made on first use."""
        lane = endpoint.lanes.get(session_id)
        if lane is None:
            session = self.sessions.get(session_id)
            if session is None:
                session = self.sessions[session_id] = Session(session_id, self.clock.time())
            lane = endpoint.lanes[session_id] = Lane(endpoint, session)
            session.lanes += 1
        return lane

    def push(self, lane: Lane, delivery: Delivery) -> None:
        """Append *delivery* to *lane*; whether there is room was decided before."""
        endpoint = lane.endpoint
        lane.queue.append(delivery)
        endpoint.accepted += 1
        endpoint.depth += 1
        self.depth += 1
        self.bytes += len(delivery.encoded)
        if endpoint.depth > endpoint.peak:
            endpoint.peak = endpoint.depth
            endpoint.peak_at = delivery.accepted_at
        if self.depth > self.peak:
            self.peak = self.depth
        expires = delivery.expires_at
        if expires is not None and expires < lane.soonest_expiry:
            lane.soonest_expiry = expires
        session = lane.session
        session.messages += 1
        session.last_seen = delivery.accepted_at
        if lane.state is LaneState.IDLE and endpoint.instance is not None:
            lane.state = LaneState.READY
            endpoint.ready.append(lane)
            self.on_ready(endpoint)

    def pull(self, lane: Lane, delivery: Delivery) -> None:
        """Take *delivery* out of its lane and hand the room on."""
        endpoint = lane.endpoint
        if lane.queue[0] is delivery:
            lane.queue.popleft()
        else:
            lane.queue.remove(delivery)
        endpoint.depth -= 1
        self.depth -= 1
        self.bytes -= len(delivery.encoded)
        if endpoint.emptied is not None and endpoint.depth == 0 and not endpoint.emptied.done():
            endpoint.emptied.set_result(None)
        if not lane.queue:
            lane.soonest_expiry = float("inf")
        if lane.gate.waiters:
            lane.gate.wake()
        if endpoint.gate.waiters:
            endpoint.gate.wake()
        if self.gate.waiters:
            self.gate.wake()
        if self.depth == 0 and self.idle_waiters:
            self.tell_idle()

    def resume(self, lane: Lane) -> None:
        """Let an idle lane with messages be worked on again."""
        if lane.state is LaneState.IDLE and lane.queue and lane.endpoint.instance is not None:
            lane.state = LaneState.READY
            lane.endpoint.ready.append(lane)
            self.on_ready(lane.endpoint)

    def tell_idle(self) -> None:
        """Tell who waits for it that nothing is queued, running or waiting for a retry."""
        waiters, self.idle_waiters = self.idle_waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def idle(self) -> None:
        """Wait until nothing is queued, running or waiting for a retry; parked messages do not count."""
        while self.depth - self.parked() > 0:
            waiter = asyncio.get_running_loop().create_future()
            self.idle_waiters.append(waiter)
            await waiter

    def parked(self) -> int:
        """Return how many messages wait for a component that is not there: removed, or never started."""
        return sum(endpoint.depth for endpoint in self.endpoints.values() if endpoint.instance is None)

    def employ(self, endpoint: Endpoint, instance: Instance) -> None:
        """Let *instance* handle *endpoint*'s messages from the next message boundary on, and wake what waits."""
        endpoint.instance = instance
        if endpoint.state is EndpointState.PARKED:
            self._unpark(endpoint)
        endpoint.state = EndpointState.ACTIVE
        for lane in endpoint.lanes.values():
            if lane.queue and lane.state is LaneState.IDLE:
                lane.state = LaneState.READY
                endpoint.ready.append(lane)
        if endpoint.ready:
            self.on_ready(endpoint)

    def park(self, endpoint: Endpoint) -> None:
        """Keep what is left at a removed *endpoint*; its time to live stands still (bus.md D4)."""
        endpoint.instance = None
        endpoint.state = EndpointState.PARKED
        endpoint.parked_at = self.clock.time()
        for lane in endpoint.ready:
            lane.state = LaneState.IDLE
        endpoint.ready.clear()
        if self.log is not None and endpoint.depth:
            self.log.append(endpoint.parked_at, "parked", target=endpoint.name, data={"messages": endpoint.depth})
        if self.depth == self.parked():
            self.tell_idle()

    def _unpark(self, endpoint: Endpoint) -> None:
        now = self.clock.time()
        for lane in endpoint.lanes.values():
            for delivery in lane.queue:
                if delivery.expires_at is not None:
                    delivery.expires_at += now - max(endpoint.parked_at, delivery.accepted_at)
        if self.log is not None and endpoint.depth:
            self.log.append(now, "unparked", target=endpoint.name, data={"messages": endpoint.depth})
