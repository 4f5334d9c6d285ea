"""The part of a snapshot that costs time for every lane and session: looked at less often, and in slices."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heappush, heapreplace
from typing import Generic, TypeVar

from woodwork_engine.bus.counters import percentile_ms
from woodwork_engine.bus.endpoint import Endpoint, Lane, LaneState, Session
from woodwork_engine.bus.retry import describe
from woodwork_engine.bus.settlement import allowed_attempts
from woodwork_engine.clock import Clock
from woodwork_engine.errors import described
from woodwork_engine.events import EventLog
from woodwork_engine.runtime.live_flow import LiveFlow
from woodwork_engine.runtime.member import Member
from woodwork_engine.snapshot import MOST_LANES, MOST_RETRIES, MOST_SESSIONS, LaneStats, RetryRow, SessionStats

LOOK_SECONDS = 0.5
"""What is kept is at least this old before it is looked at anew."""
RESTING_SECONDS = 2.0
"""The same while no record is written: only rates and ages change then."""
SLICE = 0.001
"""Seconds after which a look leaves the loop to others."""

_LANE_STATES = {
    LaneState.IDLE: "idle", LaneState.READY: "ready", LaneState.RUNNING: "running", LaneState.WAITING: "retrying",
    LaneState.PAUSED: "paused", LaneState.HALTING: "running",
}  # fmt: skip

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Detail:
    """The busiest lanes, latest sessions and next retries; by component the oldest age in s, and what it holds."""

    lanes: tuple[LaneStats, ...] = ()
    sessions: tuple[SessionStats, ...] = ()
    retries: tuple[RetryRow, ...] = ()
    oldest: dict[str, float] = field(default_factory=dict)
    summaries: dict[str, str | None] = field(default_factory=dict)


class CloseUp:
    """Keeps `last`, and looks anew in a task of its own when asked to; *looked* is called after each look."""

    def __init__(self, flow: LiveFlow, log: EventLog, clock: Clock, looked: Callable[[], None]) -> None:
        self.last = Detail()
        self._flow = flow
        self._log = log
        self._clock = clock
        self._seq = -1
        self._looked = looked
        self._ended = -RESTING_SECONDS
        self._task: asyncio.Task[None] | None = None

    def freshen(self) -> None:
        """Begin a new look unless one is under way or was made just now."""
        age = self._clock.monotonic() - self._ended
        if self._task is None and age >= (RESTING_SECONDS if self._log.seq == self._seq else LOOK_SECONDS):
            self._task = asyncio.get_running_loop().create_task(self._look())

    def finish(self) -> None:
        """Look at once and in one go, since nothing else is to be done; no task is left."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        steps = _Steps(self._flow, self._clock.time())
        for _ in steps:
            pass
        self.last = steps.detail()

    async def _look(self) -> None:
        self._seq = self._log.seq
        steps = _Steps(self._flow, self._clock.time())
        until = self._clock.monotonic() + SLICE
        for _ in steps:
            if self._clock.monotonic() >= until:
                await asyncio.sleep(0)
                until = self._clock.monotonic() + SLICE
        self.last = steps.detail()
        self._ended = self._clock.monotonic()
        self._task = None
        self._looked()


class _Top(Generic[Item]):
    """The *most* items with the largest keys of all that were offered."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._heap: list[tuple[float, int, Item]] = []
        self._number = 0

    def offer(self, key: float, item: Item) -> None:
        """Take *item* if it is one of the largest so far."""
        self._number += 1
        if len(self._heap) < self._most:
            heappush(self._heap, (key, -self._number, item))
        elif key > self._heap[0][0]:
            heapreplace(self._heap, (key, -self._number, item))

    def items(self) -> list[Item]:
        """Return what was taken, the largest first and equal ones in the order they were offered."""
        return [item for _, _, item in sorted(self._heap, key=lambda entry: entry[:2], reverse=True)]


class _Steps:
    """One look in many small steps; between two of them anything may change."""

    def __init__(self, flow: LiveFlow, now: float) -> None:
        self._core = flow.bus.core
        self._members = tuple(flow.crew.members.values())
        self._now = now
        self._queued: Counter[str] = Counter()
        self._inflight: Counter[str] = Counter()
        self._retrying: Counter[str] = Counter()
        self._paused: Counter[str] = Counter()
        self._oldest: dict[str, float] = {}
        self._alone: dict[Lane, list[Lane]] = {}
        self._lanes: list[LaneStats] = []
        self._sessions: list[SessionStats] = []
        self._retries: list[RetryRow] = []
        self._summaries: dict[str, str | None] = {}

    def detail(self) -> Detail:
        """Return what was seen."""
        return Detail(tuple(self._lanes), tuple(self._sessions), tuple(self._retries), self._oldest, self._summaries)

    def __iter__(self) -> Iterator[None]:
        core = self._core
        full: _Top[Lane] = _Top(MOST_LANES)
        for endpoint in tuple(core.endpoints.values()):
            yield from self._look_at_lanes(endpoint, full)
        for lane in full.items():
            self._lanes += _lane(lane, self._alone.get(lane, ()), self._now)
        latest: _Top[Session] = _Top(MOST_SESSIONS)
        for chunk in _chunks(tuple(core.sessions.values()), 256):
            for session in chunk:
                latest.offer(session.last_seen, session)
            yield
        for chunk in _chunks(latest.items(), 16):
            self._sessions += map(self._session, chunk)
            yield
        next_due: _Top[Lane] = _Top(MOST_RETRIES)
        for lanes in _chunks(tuple(core.waiting.values()), 256):
            for lane in lanes:
                next_due.offer(-lane.due, lane)
            yield
        for lanes in _chunks(next_due.items(), 32):
            self._retries += [_retry(lane) for lane in lanes if lane.state is LaneState.WAITING]
            yield
        for member in self._members:
            self._summaries[member.name] = _summary(member)
            yield

    def _look_at_lanes(self, endpoint: Endpoint, full: _Top[Lane]) -> Iterator[None]:
        oldest = self._now
        for chunk in _chunks(tuple(endpoint.lanes.values()), 256):
            for lane in chunk:
                if lane.out and not lane.queue:
                    full.offer(lane.out, lane)
                if not lane.queue:
                    continue
                depth, name = len(lane.queue), lane.session.id
                if lane.anchor is None:
                    full.offer(lane.depth, lane)
                self._queued[name] += depth
                if lane.running:
                    self._inflight[name] += 1
                elif lane.state is LaneState.WAITING:
                    self._retrying[name] += 1
                if lane.go is LaneState.HALTING:
                    self._paused[name] += depth - lane.running
                oldest = min(oldest, lane.queue[0].accepted_at)
                if lane.anchor is not None:
                    self._alone.setdefault(lane.anchor, []).append(lane)
            yield
        self._oldest[endpoint.name] = self._now - oldest

    def _session(self, session: Session) -> SessionStats:
        return SessionStats(
            id=session.id,
            first_seen=session.first_seen,
            last_seen=session.last_seen,
            messages=session.messages,
            rate=session.window.rate(self._now, 0, session.messages),
            queued=self._queued[session.id],
            inflight=self._inflight[session.id],
            retrying=self._retrying[session.id],
            paused=self._paused[session.id],
            dead=session.dead,
            p95_ms=percentile_ms(session.histogram.counts(), 0.95),
            activity=session.window.per_second(0),
            held=(None, session.id) in self._core.held,
        )


def _chunks(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _lane(lane: Lane, alone: Iterable[Lane], now: float) -> Iterable[LaneStats]:
    """Yield what is in *lane*, and in the lanes *alone* of single messages of the same session."""
    filled = [one for one in (lane, *alone) if one.queue]
    if filled:
        busiest = max(filled, key=lambda one: (one.running, one.state is LaneState.WAITING))
        state = "parked" if lane.endpoint.instance is None else _LANE_STATES[busiest.state]
        if lane.endpoint.is_unhandled:
            state = "unhandled"
        if state == "idle" and lane.endpoint.serving is None:
            state = "held"
        age = max(0.0, now - min(one.queue[0].accepted_at for one in filled))
        yield LaneStats(lane.session.id, lane.endpoint.name, sum(len(one.queue) for one in filled), state, age)


def _retry(lane: Lane) -> RetryRow:
    head, policy = lane.queue[0], lane.retry or lane.endpoint.policy.retry
    envelope = head.envelope
    return RetryRow(
        message_id=envelope.message_id,
        session=envelope.session_id,
        source=envelope.sender_component,
        target=head.target,
        event=envelope.event_type,
        attempt=head.attempt,
        allowed=allowed_attempts(head, policy.max_retries) + head.attempt - head.counted,
        due=lane.due,
        expires_at=head.expires_at,
        policy=describe(policy),
        attempts=tuple(head.history or ()),
        encoded=head.encoded,
    )


def _summary(member: Member) -> str | None:
    """Return what a component says about itself; a person's `summary` that fails must not end the snapshots."""
    try:
        said = member.component.summary()
        return None if said is None else str(said)
    except Exception as error:  # noqa: BLE001 - the edge where a component's failure becomes a sentence
        return f"summary() failed: {described(error)}"
