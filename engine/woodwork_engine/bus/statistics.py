"""What the bus says about itself: the published statistics and the reasons for which it is not well (bus.md H5, J1).

The keys of `get_stats`; counts are since the bus was made and never go down, except those marked *now*. A message for
several subscribers is one delivery for each.

==========================  ===========================================================================================
messages_published          deliveries that were accepted: delivered, failed, discarded, and those queued now
messages_delivered          of these, acknowledged
messages_failed             of these, dead or dropped
messages_dead_lettered      of these, dead
messages_dropped            of these, dropped: at most once and failed, or the newest where there was no room
messages_discarded          of these, discarded: by a person, or because their subscription or component ended
messages_duplicated         sends that were the same message as an earlier one: left out, not published
messages_rejected           sends that were refused for lack of room, or because they could not be kept
messages_retried            attempts that failed and were to be repeated
delivery_failures           attempts that failed
timeout_failures            of these, late
retry_exhausted             dead letters whose attempts were used up
queued_messages             now: accepted and not settled; waiting, in an attempt or before a retry
unhandled_messages          now: of these, for a name that nobody handles
retry_queue_size            now: of these, waiting for a retry
dead_letter_queue_size      now: dead letters neither replayed nor discarded
peak_queue_size             the most that were ever queued for one handler or subscriber
active_subscriptions        now
active_topics               now: different topics among them
registered_components       now: names with a handler; `component_handlers` are these names
running                     now: whether messages are delivered
uptime_seconds              since the last start; 0 while it does not run
messages_per_second         settled in the last 5 s, per second
avg_delivery_time_ms        of the attempts that succeeded; 0 without any
delivery_success_rate       delivered of those delivered, dead or dropped: 0 to 1; 1 without any
==========================  ===========================================================================================
"""

from __future__ import annotations

from collections.abc import Mapping

from woodwork_engine.bus.breaker import Breaker, BreakerState
from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.counters import BUCKETS
from woodwork_engine.bus.endpoint import Endpoint, EndpointState, LaneState

FAILING_SHARE = 0.5
FAILING_ATTEMPTS = 10
FULL_SECONDS = 30.0
OLD_SECONDS = 60.0
UNHANDLED_SECONDS = 5.0
"""Time in which whoever is to handle a message may still register: nobody has to start in any order."""
DEAD_PER_MINUTE = 60


def settled(core: BusCore) -> int:
    """Return how many deliveries have come to an end since the start, however."""
    return sum(endpoint.settled for endpoint in core.everybody())


def unhandled(core: BusCore) -> int:
    """Return how many messages wait for a name that nobody handles (yet); parked ones are not among them."""
    return sum(endpoint.depth - endpoint.working for endpoint in core.endpoints.values() if endpoint.is_unhandled)


def is_failing(endpoint: Endpoint) -> bool:
    """Whether most attempts of the last minute failed; recovers by itself."""
    failed = endpoint.window.growth(3, endpoint.failed)
    attempts = failed + endpoint.window.growth(5, endpoint.ok)
    return attempts >= FAILING_ATTEMPTS and failed > FAILING_SHARE * attempts


def oldest_age(endpoint: Endpoint, now: float) -> float:
    """Return how many seconds the oldest message waits here; 0 without messages."""
    if not endpoint.depth:
        return 0.0
    heads = [lane.queue[0].accepted_at for lane in endpoint.lanes.values() if lane.queue]
    return max(0.0, now - min(heads)) if heads else 0.0


def breaker_sentence(breaker: Breaker, now: float) -> str:
    """Return how a breaker is that is not closed."""
    if breaker.due is None:
        return "the breaker is half-open and lets a few messages through"
    return f"the breaker is open; it is tried again in {max(0.0, breaker.due - now):.0f} s"


def stopped_lanes(endpoint: Endpoint) -> int:
    """Return how many sessions wait here because a person or a dead letter holds them."""
    return sum(lane.go is LaneState.HALTING and bool(lane.queue) for lane in endpoint.lanes.values())


def _sessions(number: int) -> str:
    return "1 session is" if number == 1 else f"{number} sessions are"


def _messages(number: int) -> str:
    return "1 message waits" if number == 1 else f"{number} messages wait"


def degraded_reasons(core: BusCore) -> tuple[str, ...]:
    """Return what is wrong right now, one sentence each; empty when all is well."""
    now = core.clock.time()
    reasons = []
    if core.keeper is None and core.state_problem is not None:
        reasons.append(f"dead letters and what is paused live in this process only: {core.state_problem}")
    if core.keeper is not None and core.keeper.commits.problem is not None:
        reasons.append(f"the journal cannot be written ({core.keeper.commits.problem}); durable messages are not taken")
    if core.keeper is not None and core.keeper.recovery.unreadable:
        number, first = len(core.keeper.recovery.unreadable), core.keeper.recovery.unreadable[0]
        more = f", and {number - 1} more like that" if number > 1 else ""
        reasons.append(f"what was left by an earlier run is not complete: {first}{more}")
    for endpoint in core.endpoints.values():
        if is_failing(endpoint):
            reasons.append(f"{endpoint.name}: most attempts of the last minute failed")
        if endpoint.breaker is not None and endpoint.breaker.state is not BreakerState.CLOSED:
            reasons.append(f"{endpoint.name}: {breaker_sentence(endpoint.breaker, now)}")
        if endpoint.since_full is not None and now - endpoint.since_full >= FULL_SECONDS:
            reasons.append(f"{endpoint.name}: queue is {endpoint.depth} of {endpoint.max_queue}")
        if endpoint.state is EndpointState.PARKED and endpoint.depth:
            reasons.append(f"{endpoint.name}: {endpoint.depth} messages are parked until the component returns")
        elif (stopped := stopped_lanes(endpoint)) and endpoint.instance is not None:
            reasons.append(f"{endpoint.name}: {_sessions(stopped)} paused with messages waiting")
        elif (age := oldest_age(endpoint, now)) > UNHANDLED_SECONDS and endpoint.is_unhandled:
            reasons.append(f"{endpoint.name}: {_messages(endpoint.depth)} for a name that nobody handles")
        elif age > OLD_SECONDS:
            reasons.append(f"{endpoint.name}: the oldest message has waited {age:.0f} s")
        if (dead := endpoint.window.growth(4, endpoint.dead)) > DEAD_PER_MINUTE:
            reasons.append(f"{endpoint.name}: {dead} dead letters in the last minute")
    if core.dead.full:
        reasons.append(f"{core.dead.full_error()}; nothing is taken from outside")
    return tuple(reasons)


def latency_counts(core: BusCore) -> tuple[int, ...]:
    """Return handling times of all components together, in buckets of log2 microseconds."""
    sums = [0] * BUCKETS
    for endpoint in core.endpoints.values():
        for bucket, number in enumerate(endpoint.histogram.counts()):
            sums[bucket] += number
    return tuple(sums)


def published_statistics(core: BusCore, started_at: float, topics: Mapping[str, str]) -> dict[str, object]:
    """Return the statistics under their published names, as in the table above; *topics* by subscription."""
    endpoints = core.everybody()
    ok = sum(e.ok for e in endpoints)
    failed = sum(e.failed for e in endpoints)
    dead = sum(e.dead for e in endpoints)
    dropped = sum(e.dropped for e in endpoints)
    accepted = sum(e.accepted for e in endpoints)
    uptime = max(0.0, core.clock.time() - started_at) if core.running else 0.0
    ended = ok + dead + dropped
    handlers = sorted(e.name for e in endpoints if e.instance is not None and e.name not in topics)
    return {
        "messages_published": accepted,
        "messages_delivered": ok,
        "messages_failed": dead + dropped,
        "messages_dead_lettered": dead,
        "messages_dropped": dropped,
        "messages_discarded": sum(e.discarded for e in endpoints),
        "messages_duplicated": sum(e.duplicates for e in endpoints),
        "messages_rejected": core.rejected,
        "messages_retried": sum(e.retried for e in endpoints),
        "active_subscriptions": len(topics),
        "registered_components": len(handlers),
        "queued_messages": core.depth,
        "unhandled_messages": unhandled(core),
        "avg_delivery_time_ms": 1000 * sum(e.handled_seconds for e in endpoints) / ok if ok else 0.0,
        "peak_queue_size": max((e.peak for e in endpoints), default=0),
        "delivery_failures": failed,
        "timeout_failures": sum(e.timeouts for e in endpoints),
        "retry_exhausted": core.dead.exhausted,
        "running": core.running,
        "uptime_seconds": uptime,
        "messages_per_second": core.window.rate(core.clock.time(), 1, sum(e.settled for e in endpoints)),
        "delivery_success_rate": ok / ended if ended else 1.0,
        "active_topics": len(set(topics.values())),
        "retry_queue_size": sum(e.retrying for e in endpoints),
        "dead_letter_queue_size": len(core.dead),
        "component_handlers": handlers,
    }
