"""Where messages for one name wait: its lanes, who handles them, and the places for publishers that wait for room."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from enum import IntEnum, StrEnum
from math import ceil
from typing import TYPE_CHECKING

from woodwork_engine.bus.counters import EdgeCounter, Histogram, Window
from woodwork_engine.bus.gate import Gate
from woodwork_engine.bus.instance import Instance
from woodwork_engine.bus.seen import Seen
from woodwork_engine.delivery import Delivery
from woodwork_engine.policy import DeliveryPolicy, RetryPolicy

if TYPE_CHECKING:  # a breaker stands before its endpoint
    from woodwork_engine.bus.breaker import Breaker
    from woodwork_engine.bus.overflow import Oldest


NEVER = float("inf")
NO_GATE = Gate()
"""That of a lane at which nobody has ever waited; nobody does so here."""
FULL_SHARE = 0.8
"""Share of its queue above which an endpoint is crowded (bus.md F6, H5)."""

Watch = Callable[["Endpoint", "Lane"], bool]
"""Says whether the head of a lane is not to be attempted now; it has stopped the lane then."""


class LaneState(IntEnum):
    """What a lane does; only a ready lane stands in its endpoint's ready list."""

    IDLE = 0
    READY = 1
    RUNNING = 2
    WAITING = 3
    PAUSED = 4  # held: nothing starts here
    HALTING = 5  # held as well, but an attempt still runs, or is the one that was let through


IDLE, RUNNING = LaneState.IDLE, LaneState.RUNNING  # told once: an enum's own attributes are slow to come by


class EndpointState(StrEnum):
    """Whether a name has somebody who handles its messages."""

    ACTIVE = "active"
    WAITING = "waiting"  # nobody has registered yet
    DRAINING = "draining"  # removed from the flow, still working its lanes off
    PARKED = "parked"  # removed from the flow with messages left, which come back with the name


class Session:
    """What is known of one session across its lanes; times in s since the epoch."""

    __slots__ = ("dead", "first_seen", "histogram", "id", "lanes", "last_seen", "messages", "sampled", "window")

    def __init__(self, session_id: str, now: float, window: Window) -> None:
        self.id = session_id
        self.first_seen = now
        self.last_seen = now
        self.messages = 0
        self.sampled = 0
        self.dead = 0
        self.lanes = 0
        self.histogram = Histogram()
        self.window = window


class Lane:
    """One session's messages at one endpoint, in order; the head is the one that is worked on (bus.md B1)."""

    __slots__ = (
        "anchor",
        "due",
        "durations",
        "endpoint",
        "frozen_at",
        "gate",
        "go",
        "idle_since",
        "key",
        "out",
        "queue",
        "retry",
        "session",
        "soonest_expiry",
        "state",
        "timer",
    )

    def __init__(self, endpoint: Endpoint, session: Session) -> None:
        self.endpoint = endpoint
        self.session = session
        self.durations = session.histogram.now
        self.queue: list[Delivery] = []
        """What is not settled, the head first. A list, because few sessions have many messages waiting and a deque
        takes half a kilobyte for one; of 100,000 in one lane, taking the head takes 10 us."""
        self.state = IDLE
        self.gate = NO_GATE
        self.timer: asyncio.TimerHandle | None = None
        self.due = 0.0
        self.retry: RetryPolicy | None = None
        """What holds for the error for which the head waits for its retry."""
        self.idle_since = session.last_seen
        self.soonest_expiry = NEVER
        self.anchor: Lane | None = None
        """The lane of the session, where this one is for a single message because no order is kept (bus.md B5)."""
        self.key = session.id
        """Under what the endpoint has this lane."""
        self.out = 0
        """How many messages of this session are in lanes of their own."""
        self.go = RUNNING
        """What the lane becomes when an attempt starts: a held one makes no second one."""
        self.frozen_at: float | None = None
        """Since when time to live stands still here: the lane is held, or its component removed (bus.md D4)."""

    def own_gate(self) -> Gate:
        """Return the gate at which somebody is about to wait for room here; few lanes ever have one."""
        if self.gate is NO_GATE:
            self.gate = Gate()
        return self.gate

    @property
    def depth(self) -> int:
        """How many messages of this session were accepted here and are not settled."""
        return len(self.queue) + self.out

    @property
    def running(self) -> bool:
        """Whether an attempt of the head is being made."""
        return self.state in (LaneState.RUNNING, LaneState.HALTING)


class Endpoint:
    """Everything the bus holds for one name; counts are since start, `depth` is accepted and not settled.

    `working` are attempts that run, among them those that are `sending`: they wait for room for their outputs.

    Up to `easy_depth` a message may be accepted by the fast way; where something special is done at acceptance that is
    0. Up to `free_depth` no lane can be full either. `kept_depth` is for a durable endpoint, where nothing else is
    special, what `easy_depth` is for others.
    """

    __slots__ = (
        "alone", "at_most_once", "blocked", "blocked_seconds", "breaker", "breathing", "by_age", "careful",
        "counts_sharers", "crowded", "dead", "depth", "discarded", "dropped", "drops", "duplicates", "easy_depth",
        "emitted", "emptied", "failed", "free_depth", "gate", "handled_seconds", "held_by", "histogram", "instance",
        "kept_depth", "lanes", "last_error", "max_queue", "moved", "name", "ok", "parked_runners", "peak", "peak_at",
        "policy_", "ready", "reasons", "retried", "retrying", "runners", "seen", "sending", "serving",
        "session_limit", "sharers", "sharing", "shift", "since_full", "state_", "timeouts", "ttl", "ttl_is_own",
        "unordered", "waking", "watch", "watches", "window", "working",
    )  # fmt: skip

    def __init__(self, name: str, policy: DeliveryPolicy) -> None:
        self.name = name
        self.alone = (name,)
        """The targets of a message for this name only; one object for all of them."""
        self.careful = False
        """Whether what is accepted here may have to be kept although it is not durable: something is held here."""
        self.seen: Seen | None = None
        """What was accepted here, where that matters: only messages that are to come once are looked up (bus.md C3)."""
        self.state_ = EndpointState.WAITING
        self.policy = policy
        self.instance: Instance | None = None
        self.serving: Instance | None = None
        """The instance that may start attempts now (`serve_by`); None: nobody is there, or everything here is held."""
        self.shift = object()
        """Another one as soon as runners have to look again who serves, what watches and whether the bus runs."""
        self.held_by: set[str] = set()
        """What holds this component: attempts that run go on, no other one starts."""
        self.breaker: Breaker | None = None
        self.watches: dict[str, Watch] = {}
        self.watch: Watch | None = None
        """Asked before each attempt whether something holds it, such as a breakpoint; None where nothing does."""
        self.lanes: dict[str, Lane] = {}
        self.sharing: dict[Lane, None] = {}
        """Lanes whose senders wait because their session has its share of a crowded queue."""
        self.by_age: Oldest | None = None
        self.counts_sharers = False
        """Whether `sharers` is kept up to date for every message: from when it is asked for until room is plenty."""
        self.sharers = 0
        """How many sessions have messages here, while they are counted."""
        self.ready: deque[Lane] = deque()
        self.runners: set[asyncio.Task[None]] = set()
        self.parked_runners: deque[asyncio.Future[None]] = deque()
        self.waking = False
        self.breathing = 0
        """Runners that let the loop breathe, and then go on with what is ready."""
        self.gate = Gate()
        self.depth = self.peak = self.working = self.sending = self.retrying = self.blocked = 0
        self.emitted = self.ok = self.failed = self.retried = 0
        self.dead = self.dropped = self.discarded = self.timeouts = self.duplicates = 0
        self.moved = 0
        """Deliveries that went on to another component when this one was removed."""
        self.handled_seconds = self.blocked_seconds = 0.0
        self.reasons: Counter[tuple[str, str]] = Counter()
        """How often a delivery was ended here for which reason, by the type of the record (`dead`, `dropped`...)."""
        self.emptied: asyncio.Future[None] | None = None
        self.last_error: str | None = None
        self.peak_at = 0.0
        self.since_full: float | None = None
        self.histogram = Histogram()
        self.window = Window()

    @property
    def policy(self) -> DeliveryPolicy:
        """The policy in force; what is looked at for every message lies beside it, resolved."""
        return self.policy_

    @policy.setter
    def policy(self, policy: DeliveryPolicy) -> None:
        self.policy_ = policy
        self.max_queue = policy.max_queue
        self.session_limit = policy.session_limit
        self.ttl = policy.ttl
        self.ttl_is_own = policy.ttl_is_own
        self.at_most_once = policy.delivery == "at_most_once"
        if policy.delivery == "effectively_once" or self.seen is not None:
            self.look_out()
        self.drops = policy.overflow in ("drop_oldest", "drop_new")
        self.unordered = policy.ordering == "none"
        self.crowded = FULL_SHARE * policy.max_queue
        self._take_it_easy()

    @property
    def state(self) -> EndpointState:
        """Who, if anybody, takes the messages for this name."""
        return self.state_

    @state.setter
    def state(self, state: EndpointState) -> None:
        self.state_ = state
        self._take_it_easy()

    def look_out(self) -> None:
        """Remember from now on what is accepted here, within the bounds of the policy."""
        if self.seen is None:
            self.seen = Seen(self.policy_.dedupe)
        self.seen.policy = self.policy_.dedupe
        self._take_it_easy()

    def take_care(self, *, careful: bool) -> None:
        """Take nothing the short way where *careful*: what is held here is kept (bus.md I1)."""
        self.careful = careful
        self._take_it_easy()

    def serve_by(self, instance: Instance | None) -> None:
        """Let *instance* start the attempts from now on, or nobody."""
        self.serving = instance
        self.end_shift()

    def end_shift(self) -> None:
        """Have every runner look again, before its next attempt, at what it went by when it began."""
        self.shift = object()

    def look_before(self, what: str, watch: Watch | None) -> None:
        """Ask *watch* before each attempt, beside all others, under the name *what*; None: no longer."""
        if watch is not None:
            if what in self.watches:
                return
            self.watches[what] = watch
        elif self.watches.pop(what, None) is None:
            return
        self.end_shift()
        asked = tuple(self.watches.values())
        if len(asked) < 2:
            self.watch = asked[0] if asked else None
        else:
            self.watch = lambda endpoint, lane: any(one(endpoint, lane) for one in asked)

    def _take_it_easy(self) -> None:
        easy = ceil(FULL_SHARE * self.policy_.max_queue)
        special = self.seen is not None or self.policy_.ordering == "none" or self.keeps_nothing
        self.kept_depth = easy if self.policy_.durable and not special else 0
        self.easy_depth = 0 if special or self.policy_.durable or self.careful else easy
        self.free_depth = min(self.easy_depth, self.session_limit)

    @property
    def inflight(self) -> int:
        """How many attempts run that have not ended yet but for their outputs."""
        return self.working - self.sending

    @property
    def active(self) -> int:
        """How many sessions have messages here."""
        return sum(1 for lane in self.lanes.values() if lane.depth and lane.anchor is None)

    def share(self) -> int:
        """Return how many messages one session may have here when it is crowded (bus.md F6)."""
        if not self.counts_sharers:
            self.counts_sharers, self.sharers = True, self.active
        return -(-self.max_queue // max(1, self.sharers))

    def stop_counting(self) -> None:
        """Count who shares the room no longer, where there is plenty of it."""
        if self.depth < self.crowded / 2:
            self.counts_sharers = False

    def is_once(self, delivery: Delivery) -> bool:
        """Whether *delivery* is to come effectively once: its envelope says so, else the component (bus.md C3)."""
        own = delivery.envelope.delivery_mode
        return (self.policy_.delivery if own is None else own) == "effectively_once"

    @property
    def keeps_nothing(self) -> bool:
        """Whether this name was removed in such a way that what is left or still arrives is not kept for it."""
        return self.state is EndpointState.PARKED and self.policy_.on_remove != "park"

    @property
    def is_unhandled(self) -> bool:
        """Whether nobody handles this name, and nobody did who was removed: messages wait for whoever registers."""
        return self.instance is None and self.state is EndpointState.WAITING

    @property
    def settled(self) -> int:
        """Deliveries that came to an end here, however."""
        return self.ok + self.dead + self.dropped + self.discarded

    @property
    def accepted(self) -> int:
        """Deliveries that were ever accepted here."""
        return self.depth + self.settled + self.moved

    def called(self, name: str) -> None:
        """Take *name* from now on."""
        self.name = name
        self.alone = (name,)

    def absorb(self, ended: Endpoint) -> None:
        """Add the counts of an endpoint that is no more."""
        for name in (
            "emitted",
            "ok",
            "failed",
            "retried",
            "dead",
            "dropped",
            "discarded",
            "timeouts",
            "duplicates",
            "moved",
        ):
            setattr(self, name, getattr(self, name) + getattr(ended, name))
        self.handled_seconds += ended.handled_seconds
        self.blocked_seconds += ended.blocked_seconds
        self.reasons.update(ended.reasons)
        self.peak = max(self.peak, ended.peak)


class Route:
    """One way of a message, resolved: the endpoint it leads to and whether the edge lies on a cycle (bus.md F4)."""

    __slots__ = ("cyclic", "edge", "endpoint")

    def __init__(self, endpoint: Endpoint, edge: EdgeCounter, *, cyclic: bool) -> None:
        self.endpoint = endpoint
        self.edge = edge
        self.cyclic = cyclic
