"""The state that the parts of the memory bus share: endpoints, sums, limits, clocks and the log."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import TYPE_CHECKING

from woodwork_engine.bus.counters import Beat, EdgeCounter, Window
from woodwork_engine.bus.dead_letters import DeadLetters
from woodwork_engine.bus.endpoint import Endpoint, EndpointState, Lane, LaneState, Route, Session
from woodwork_engine.bus.gate import Gate
from woodwork_engine.bus.routes import NO_LINKS, RouteTable, RouteTables
from woodwork_engine.bus.secrets import Secrets
from woodwork_engine.clock import Clock
from woodwork_engine.delivery import Delivery
from woodwork_engine.events import EventLog
from woodwork_engine.policy import DeliveryPolicy, FlowPolicy

if TYPE_CHECKING:  # a keeper looks after all of a bus
    from woodwork_engine.bus.keeper import Keeper

SLICE = 0.0005
"""Seconds of uninterrupted work after which a runner or a publisher lets the loop breathe.

Short, so that what one stage of a flow has made is still in the processor's cache when the next stage takes it.
"""

SPENT = 0.0
"""What the end of the slice is while somebody who has used it up lets the loop breathe."""

MOST_EDGES = 10_000
"""Pairs of sender and target that are counted apart; senders of hand-made envelopes may be anything."""

_IDLE, _READY = LaneState.IDLE, LaneState.READY


class BusCore:
    """What accepting, running and settling have in common; only ever touched on the loop's thread."""

    # Slots because there are more attributes than CPython keeps fast access to otherwise, and all are hot.
    __slots__ = (
        "__weakref__", "_policy", "awaited", "beat", "blocked", "bytes", "clock", "closing", "dead",
        "default_policy", "depth", "edges", "ended", "endpoints", "flow", "from_outside", "gate", "halt", "halted",
        "held", "idle_waiters", "in_line", "inflight", "keeper", "lag", "letter_gate", "log", "loop", "max_bytes",
        "max_hops", "max_inflight", "max_messages", "monotonic", "numbered", "on_ready", "outer_trace", "past",
        "rejected", "renamed", "rng", "running", "secrets", "sessions", "skew", "slice_end", "slots", "state_problem",
        "tables", "tell_if_idle", "tickets", "unroutable", "waiting", "wall", "window",
    )  # fmt: skip

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
        self.wall = clock.time
        self.monotonic = clock.monotonic
        self.rng = rng
        self.dead = DeadLetters(clock, policy.dlq)
        self.keeper: Keeper | None = None
        """Who keeps what is to outlive the process; None where nothing does."""
        self.state_problem: str | None = None
        """Why there is no keeper although one was asked for."""
        self.letter_gate = Gate()
        self.closing = True
        """Nothing is taken from outside: the bus is stopping, or does not run."""
        self.in_line = 0
        """How many wait for room anywhere; while nobody does, nobody need be called."""
        self.policy = policy
        self.default_policy = default_policy
        self.log: EventLog | None = log
        self.flow = flow
        self.secrets = Secrets()
        self.running = False
        self.endpoints: dict[str, Endpoint] = {}
        self.past = Endpoint("", default_policy)
        self.renamed: dict[str, str] = {}
        """What components that have another name now were called, and the name they were given."""
        self.ended: set[Endpoint] = set()
        """Endpoints of subscriptions that were ended, to be forgotten when their last attempt is over."""
        self.edges: dict[tuple[str | None, str], EdgeCounter] = {}
        self.sessions: dict[str, Session] = {}
        self.waiting: dict[tuple[str, str], Lane] = {}
        self.held: set[tuple[str | None, str | None]] = set()
        """What is held, as component and session; None stands for all of them."""
        self.halted: set[Lane] = set()
        """The lanes that this concerns."""
        self.gate = Gate()
        self.slots = Gate()
        self.awaited = 0
        """How many wait for room, for an empty lane or for an idle flow; while nobody does, nobody need be called."""
        self.tickets = 0
        self.numbered = 0
        self.idle_waiters: set[asyncio.Future[None]] = set()
        self.depth = self.bytes = self.inflight = 0
        self.from_outside = self.blocked = self.rejected = self.unroutable = 0
        self.beat = Beat()
        self.window = Window()
        self.slice_end = SPENT
        self.skew = clock.time() - clock.monotonic()
        """What to add to `monotonic` for the time of day, as of the beginning of the slice."""
        self.loop: asyncio.AbstractEventLoop | None = None
        self.lag: Callable[[], float] | None = None
        """What tells, in any thread, by how many seconds the loop is late; None where nobody measures that."""
        self.outer_trace: Callable[[], tuple[str | None, str | None]] | None = None
        """What tells traceparent and tracestate of a sender outside; None where nobody traces."""
        self.on_ready: Callable[[Endpoint], None] = lambda _endpoint: None
        """What starts or wakes a runner of an endpoint; set by the runners' owner."""
        self.tell_if_idle: Callable[[], None] = lambda: None
        """What tells whoever waits for an idle flow that it is one, if it is; set by `Idleness`."""
        self.halt: Callable[[Lane], None] = lambda _lane: None
        """What lets no attempt start in a lane where anything holds it; set by `Halts`."""
        first = RouteTable(0, lambda _source, _event: (), NO_LINKS, self.route)
        self.tables = RouteTables(first, self.call_everybody)

    @property
    def table(self) -> RouteTable:
        """The routes of the current revision."""
        return self.tables.current

    @property
    def policy(self) -> FlowPolicy:
        """The limits in force; what is looked at for every message lies beside it."""
        return self._policy

    @policy.setter
    def policy(self, policy: FlowPolicy) -> None:
        self._policy = policy
        self.max_messages = policy.max_messages
        self.bar()
        self.max_hops = policy.max_hops
        self.max_inflight = policy.max_inflight
        self.dead.limit(policy.dlq)

    def bar(self) -> None:
        """Let nothing from outside in the short way while others wait, the bus ends, or dead letters have no room (E2).

        To be called whenever one of these has changed.
        """
        barred = self.in_line or self.closing or self.dead.full or self.letter_gate.waiters
        self.max_bytes = -1 if barred else self._policy.max_bytes

    def begin_slice(self, now: float) -> None:
        """Let whoever works go on for a while before the loop has to breathe again; *now* as `monotonic` has it."""
        self.slice_end = now + SLICE
        self.skew = self.wall() - now

    @property
    def busy(self) -> str | None:
        """The component whose attempt has the loop at this very moment, if any; may be asked from any thread."""
        task = None if self.loop is None else asyncio.current_task(self.loop)
        endpoint = None if task is None else self.endpoints.get(task.get_name().rpartition("#")[0])
        return endpoint.name if endpoint is not None and task in endpoint.runners else None

    def name_now(self, name: str) -> str:
        """Return what the component that was called *name* is called now."""
        while name in self.renamed:
            name = self.renamed[name]
        return name

    def endpoint(self, name: str) -> Endpoint:
        """Return the endpoint called *name*, made on first use; messages wait there until somebody handles them."""
        name = self.name_now(name)
        found = self.endpoints.get(name)
        if found is None:
            found = self.endpoints[name] = Endpoint(name, self.default_policy)
            found.window.sample(self.clock.time(), 0, 0, 0, 0, 0, 0)
        return found

    def route(self, source: str | None, target: str, cyclic: bool) -> Route:
        """Return the resolved route from *source* to *target*; its counter outlives revisions."""
        edge = self.edges.get((source, target)) or self._new_edge(source, target)
        return Route(self.endpoint(target), edge, cyclic=cyclic)

    def _new_edge(self, source: str | None, target: str) -> EdgeCounter:
        """Return a counter of the way to *target*; nothing took it before, so it is no faster than its target."""
        key = (source, target) if len(self.edges) < MOST_EDGES else (None, target)
        if key not in self.edges:
            self.edges[key] = EdgeCounter(*key, window=Window(self.beat))
            self.edges[key].window.begin_with(self.endpoint(target).window, 0)
        return self.edges[key]

    def call_everybody(self) -> None:
        """Let whoever waits for anything look again, because something else than room has changed."""
        self.slots.call_all()
        self.gate.call_all()
        self.letter_gate.call_all()
        if self.in_line:
            for endpoint in self.endpoints.values():
                endpoint.gate.call_all()
                for lane in endpoint.lanes.values():
                    lane.gate.call_all()

    def log_was_read(self) -> None:
        """Let those look again who may wait for a lossless reader of the log; in turn, as with room."""
        self.gate.call()
        self.slots.call()

    def everybody(self) -> tuple[Endpoint, ...]:
        """Return every endpoint, and the sums of those that are no more: what is counted never goes down."""
        return (*self.endpoints.values(), self.past)

    def lane(self, endpoint: Endpoint, session_id: str, now: float) -> Lane:
        """Return the lane of *session_id* at *endpoint*, made on first use, which is *now* (s since the epoch)."""
        lane = endpoint.lanes.get(session_id)
        if lane is None:
            session = self.sessions.get(session_id)
            if session is None:
                session = self.sessions[session_id] = Session(session_id, now, Window(self.beat, from_zero=True))
            lane = endpoint.lanes[session_id] = Lane(endpoint, session)
            session.lanes += 1
            if self.held:
                self.halt(lane)
            if endpoint.state is EndpointState.PARKED:
                lane.frozen_at = now
        return lane

    def alone(self, anchor: Lane, now: float) -> Lane:
        """Return a lane for one message of the session of *anchor*, where no order is kept (bus.md B5)."""
        endpoint, session = anchor.endpoint, anchor.session
        self.numbered += 1
        lane = Lane(endpoint, session)
        lane.anchor = anchor
        lane.key = f"{session.id}\0{self.numbered}"
        endpoint.lanes[lane.key] = lane
        session.lanes += 1
        anchor.out += 1
        endpoint.sharers += anchor.out == 1
        if self.held:
            self.halt(lane)
        if endpoint.state is EndpointState.PARKED:
            lane.frozen_at = now
        return lane

    def dissolve(self, lane: Lane, anchor: Lane) -> None:
        """Forget *lane*, which was for one message that is settled."""
        if lane.endpoint.lanes.pop(lane.key, None) is not None:  # as in `forget`: a call less for such a message
            lane.session.lanes -= 1
            anchor.out -= 1
            lane.endpoint.sharers -= anchor.out == 0
            anchor.idle_since = lane.session.last_seen
            self.halted.discard(lane)

    def forget(self, lane: Lane) -> None:
        """Let *lane*, in which nothing is, go."""
        if lane.endpoint.lanes.pop(lane.key, None) is not None:
            lane.session.lanes -= 1
            self.halted.discard(lane)

    def push(self, lane: Lane, delivery: Delivery, *, wake: bool = True) -> None:
        """Append *delivery* to *lane*; whether there is room was decided before. Without *wake* it only waits there."""
        endpoint, session = lane.endpoint, lane.session
        if not lane.queue and lane.anchor is None:
            endpoint.sharers += 1
        lane.queue.append(delivery)
        depth = endpoint.depth = endpoint.depth + 1
        self.depth += 1
        self.bytes += len(delivery.encoded)
        if depth > endpoint.peak:
            endpoint.peak = depth
            endpoint.peak_at = delivery.accepted_at
        expires = delivery.expires_at
        if expires is not None and expires < lane.soonest_expiry:
            lane.soonest_expiry = expires
        session.messages += 1
        session.last_seen = delivery.accepted_at
        if wake and lane.state is _IDLE and endpoint.serving is not None:
            lane.state = _READY
            endpoint.ready.append(lane)
            if not endpoint.waking:
                self.on_ready(endpoint)

    def pull(self, lane: Lane, delivery: Delivery) -> None:
        """Take *delivery* out of its lane and hand the room on."""
        queue = lane.queue
        if queue[0] is delivery:
            del queue[0]
        else:
            queue.remove(delivery)
        if not queue and lane.anchor is None:
            lane.endpoint.sharers -= 1
        self.left(lane, delivery)

    def left(self, lane: Lane, delivery: Delivery) -> None:
        """Count *delivery* out, which is no longer in its lane, and hand the room on."""
        if delivery.seq and self.keeper is not None:
            self.keeper.deliveries.settled(delivery)
        self.went_on(lane, delivery)

    def went_on(self, lane: Lane, delivery: Delivery) -> None:
        """Hand on the room that *delivery* had in *lane*: it is in another one now."""
        if lane.anchor is not None:
            self.dissolve(lane, lane.anchor)
        lane.endpoint.depth -= 1
        self.depth -= 1
        self.bytes -= len(delivery.encoded)
        self.look_around(lane)

    def look_around(self, lane: Lane) -> None:
        """Tell everybody whom it concerns that a delivery has left *lane*."""
        endpoint = lane.endpoint
        if self.in_line:
            (lane.anchor or lane).gate.call()
            endpoint.gate.call()
            self.gate.call()
            if endpoint.sharing and (not lane.queue or endpoint.depth < endpoint.crowded):
                for waiting in endpoint.sharing:
                    waiting.gate.call()
        if endpoint.emptied is not None and not endpoint.depth and not endpoint.emptied.done():
            endpoint.emptied.set_result(None)
            self.awaited -= 1
        if self.idle_waiters:
            self.tell_if_idle()

    def resume(self, lane: Lane) -> None:
        """Let an idle lane with messages be worked on again."""
        if lane.state is _IDLE and lane.queue and lane.endpoint.serving is not None:
            lane.state = _READY
            lane.endpoint.ready.append(lane)
            if not lane.endpoint.waking:
                self.on_ready(lane.endpoint)

    def tell_held(self) -> None:
        """Have it kept that something is held, parked or let go, where anything is kept (bus.md I1)."""
        if self.keeper is not None:
            self.keeper.held.changed()
