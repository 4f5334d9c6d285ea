"""Frozen numbers of a running flow: what screens show of depths, rates, sessions, retries and health."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from woodwork_engine.hold import Breakpoint, HeldMessage, HoldState
from woodwork_engine.plan import FlowPlan, PlanDiff
from woodwork_engine.source import Diagnostic


class NodeState(StrEnum):
    """How a component is; the first that applies, from the bottom of this list up."""

    OK = "ok"
    IDLE = "idle"
    BACKLOG = "backlog"
    RETRYING = "retrying"
    FAILING = "failing"
    BREAKER_OPEN = "breaker_open"
    PAUSED = "paused"
    PARKED = "parked"
    DRAINING = "draining"
    NOT_STARTED = "not_started"


class FlowState(StrEnum):
    """How the whole flow is."""

    STARTING = "starting"
    RUNNING = "running"
    DRAINING = "draining"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class NodeStats:
    """One component now. Counts are since start; rates in messages/s over the last 5 s; times in ms, ages in s.

    `depth` counts everything accepted and not settled: waiting, in flight and waiting for a retry. `activity` are
    messages settled in each of the last 60 seconds, oldest first. `peak` is the greatest depth, reached at `peak_at`
    (s since the epoch). `problem` says why it is not started, or what ended an input. `paused` are
    messages in sessions that a person or a dead letter holds here. `breaker` is open or half_open
    while its circuit breaker is, and `breaker_due` when an open one is tried again (s since the epoch). `drain_until`
    is when a removed one that drains attempts nothing any more.
    """

    name: str
    state: NodeState
    depth: int = 0
    inflight: int = 0
    retrying: int = 0
    blocked: int = 0
    limit: int = 0
    peak: int = 0
    peak_at: float = 0.0
    accepted: int = 0
    emitted: int = 0
    ok: int = 0
    failed: int = 0
    retried: int = 0
    dead: int = 0
    dropped: int = 0
    duplicates: int = 0
    dead_now: int = 0
    in_rate: float = 0.0
    out_rate: float = 0.0
    failure_rate: float = 0.0
    p50_ms: float = 0.0
    p95_ms: float = 0.0
    p99_ms: float = 0.0
    oldest_age: float = 0.0
    activity: tuple[int, ...] = ()
    last_error: str | None = None
    problem: str | None = None
    detail: str | None = None
    paused: int = 0
    breaker: str | None = None
    breaker_due: float | None = None
    drain_until: float | None = None


@dataclass(frozen=True, slots=True)
class EdgeStats:
    """One route now: messages since start, messages/s over the last 5 s."""

    source: str
    target: str
    count: int
    rate: float


@dataclass(frozen=True, slots=True)
class LaneStats:
    """One session's queue at one component, age in s.

    `state` is idle, ready, running, retrying, blocked, held, paused, parked, or unhandled where nobody takes them; a
    lane held by itself is stuck on a dead letter, stopped at a breakpoint, or paused.
    """

    session: str
    target: str
    depth: int
    state: str
    oldest_age: float


@dataclass(frozen=True, slots=True)
class SessionStats:
    """One session now; times in s since the epoch, rate in messages/s, p95 in ms, activity per second (60 s).

    `paused` are messages that wait in a hold; `held` tells that the session as a whole is paused.
    """

    id: str
    first_seen: float
    last_seen: float
    messages: int
    rate: float = 0.0
    queued: int = 0
    inflight: int = 0
    retrying: int = 0
    paused: int = 0
    dead: int = 0
    p95_ms: float = 0.0
    activity: tuple[int, ...] = ()
    held: bool = False


class AttemptInfo(msgspec.Struct, frozen=True, gc=False):
    """One attempt of a delivery (bus.md D6); times in s since the epoch."""

    n: int
    started: float
    ended: float
    error_type: str
    message: str
    traceback: str
    worker: str = ""
    component_version: int = 0


@dataclass(frozen=True, slots=True)
class Memory:
    """What one component remembers of a session: who said what, oldest first."""

    component: str
    things: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RetryRow:
    """A delivery that waits for its next attempt; `due` in s since the epoch, `attempt` is the failed one.

    `encoded` is the payload that the next attempt gets.
    """

    message_id: str
    session: str
    source: str | None
    target: str
    event: str
    attempt: int
    allowed: int
    due: float
    expires_at: float | None
    policy: str
    attempts: tuple[AttemptInfo, ...]
    encoded: bytes = b""

    @property
    def key(self) -> tuple[str, str]:
        """The delivery key (bus.md A4)."""
        return (self.message_id, self.target)


class JobState(StrEnum):
    """How a replay of many dead letters stands; *canary*: the first ones have to succeed before the others go."""

    CANARY = "canary"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"
    STOPPED = "stopped"  # by itself, because too many died again


@dataclass(frozen=True, slots=True)
class ReplayOutcome:
    """What became of one letter of a job, `ok`, `died again` or `refused`, at a time in s since the epoch.

    *detail* is the newer letter of one that died again, or why it was refused.
    """

    dlq_id: str
    result: str
    at: float
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ReplayJob:
    """A replay of many dead letters (bus.md E6): of *total* letters, so many *sent*, and how those have ended.

    `rate` in replays/s, None without limit; times in s since the epoch; `problem` says why it stopped, or what it waits
    for; `refusals` are the first letters that were refused, each with a sentence; `outcomes` the last ones that ended,
    oldest first.
    """

    id: str
    state: JobState
    total: int
    sent: int = 0
    ok: int = 0
    failed: int = 0
    refused: int = 0
    in_flight: int = 0
    rate: float | None = None
    canary: int = 0
    where: str = ""
    started_at: float = 0.0
    ended_at: float | None = None
    problem: str | None = None
    refusals: tuple[tuple[str, str], ...] = ()
    outcomes: tuple[ReplayOutcome, ...] = ()


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the flow is well, and what is not; times in ms, sizes in bytes.

    *gc_collections* are those of each generation since start, *gc_longest_ms* and *gc_paused_ms* the longest pause and
    all pauses of the last minute. *lag_activity* and *rss_activity* are the greatest of each of its seconds.
    *journal* is why nothing can be written into the state folder, None while it can; *keeping* says what becomes of
    queued messages when the process dies.
    """

    live: bool = True
    ready: bool = False
    degraded: tuple[str, ...] = ()
    loop_lag_ms: float = 0.0
    loop_lag_p99_ms: float = 0.0
    blocker: str | None = None
    rss: int = 0
    zombie_threads: int = 0
    tasks: int = 0
    log_records: int = 0
    log_bytes: int = 0
    journal: str | None = None
    keeping: str = ""
    gc_collections: tuple[int, ...] = ()
    gc_longest_ms: float = 0.0
    gc_paused_ms: float = 0.0
    lag_activity: tuple[float, ...] = ()
    rss_activity: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over the flow; rates in messages/s over the last 5 s: `in` from outside, `out` settled."""

    in_rate: float = 0.0
    out_rate: float = 0.0
    p50_ms: float = 0.0
    p95_ms: float = 0.0
    p99_ms: float = 0.0
    queued: int = 0
    inflight: int = 0
    retrying: int = 0
    dead_letters: int = 0
    sessions: int = 0
    accepted: int = 0
    settled: int = 0
    ok: int = 0
    failed: int = 0
    retried: int = 0
    dead: int = 0
    dropped: int = 0
    discarded: int = 0
    replayed: int = 0
    blocked: int = 0
    unroutable: int = 0
    rejected: int = 0
    unhandled: int = 0
    in_activity: tuple[int, ...] = ()
    out_activity: tuple[int, ...] = ()
    latency_histogram: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Revision:
    """One attempt to change the flow; `result` is live, ok, no effective change or rejected; `number` 0: none."""

    number: int
    at: float
    result: str
    change: str
    by: str = "save"
    diagnostics: tuple[Diagnostic, ...] = ()
    diff: PlanDiff | None = None
    source: str = ""


ROLLBACKS_KEPT = 10
"""Applied revisions that can be gone back to, the live one among them (bus.md G6)."""

MOST_LANES = 500
MOST_SESSIONS = 1_000
MOST_RETRIES = 1_000
MOST_HELD = 500
"""How many a snapshot holds; where there are fewer, they are all there."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything numeric about a flow at one moment; `seq` is the last event record it includes.

    `sessions`, `lanes` and `retries` are the busiest ones, refreshed at most twice a second; `held` are the messages
    that breakpoints have held longest, `held_lanes` the lanes held by themselves, however little waits there, with what
    waits there at this moment. `dead_version` changes whenever the list of dead letters does; `drain_until` is when a
    flow that drains is ended (s since the epoch).
    """

    seq: int = 0
    at: float = 0.0
    started_at: float = 0.0
    state: FlowState = FlowState.STOPPED
    rev: int = 0
    rev_at: float = 0.0
    plan: FlowPlan | None = None
    nodes: tuple[NodeStats, ...] = ()
    edges: tuple[EdgeStats, ...] = ()
    lanes: tuple[LaneStats, ...] = ()
    sessions: tuple[SessionStats, ...] = ()
    retries: tuple[RetryRow, ...] = ()
    totals: Totals = field(default_factory=Totals)
    health: Health = field(default_factory=Health)
    dead_version: int = 0
    drain_until: float | None = None
    jobs: tuple[ReplayJob, ...] = ()
    holds: tuple[HoldState, ...] = ()
    breakpoints: tuple[Breakpoint, ...] = ()
    held: tuple[HeldMessage, ...] = ()
    held_lanes: tuple[LaneStats, ...] = ()
    revisions: tuple[Revision, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    def node(self, name: str) -> NodeStats | None:
        """Return the numbers of the component *name*, or None."""
        return next((node for node in self.nodes if node.name == name), None)
