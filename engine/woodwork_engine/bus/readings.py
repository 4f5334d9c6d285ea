"""The numbers of a bus under the names that exporters know them by (bus.md J3).

They are read in an exporter's thread, so they look at plain numbers, and at copies of whatever may change meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.endpoint import Endpoint, Lane

TARGET = "messaging.destination.name"

Read = Callable[[BusCore], Iterator[tuple[float, dict[str, str]]]]
"""Yields values, each with the attributes that tell it from the others; never a session's name."""
Reading = Iterator[tuple[float, dict[str, str]]]


def _each(value: Callable[[Endpoint], float]) -> Read:
    """Return what reads one number of each endpoint; those of ended subscriptions are in one, without a name."""

    def read(core: BusCore) -> Reading:
        for endpoint in [*core.endpoints.values(), core.past]:
            yield value(endpoint), {TARGET: endpoint.name}

    return read


def _ended(kind: str) -> Read:
    def read(core: BusCore) -> Reading:
        for endpoint in [*core.endpoints.values(), core.past]:
            for (ending, reason), number in list(endpoint.reasons.items()):
                if ending == kind:
                    yield number, {TARGET: endpoint.name, "reason": reason}

    return read


def _lanes(counts: Callable[[Lane], bool]) -> Callable[[Endpoint], float]:
    return lambda endpoint: sum(map(counts, list(endpoint.lanes.values())))


def _oldest(core: BusCore) -> Reading:
    now = core.wall()
    for endpoint in list(core.endpoints.values()):
        accepted = [_accepted_first(lane) for lane in list(endpoint.lanes.values())]
        yield max((now - at for at in accepted if at is not None), default=0.0), {TARGET: endpoint.name}


def _accepted_first(lane: Lane) -> float | None:
    try:
        return lane.queue[0].accepted_at
    except IndexError:  # empty, by now
        return None


def _dead_letters(core: BusCore) -> Reading:
    yield len(core.dead), {}


def _lag(core: BusCore) -> Reading:
    if core.lag is not None:
        yield core.lag(), {}


COUNTERS: tuple[tuple[str, str, Read], ...] = (
    ("messaging.client.sent.messages", "{message}", _each(lambda one: one.accepted)),
    ("ww.retries", "{attempt}", _each(lambda one: one.retried)),
    ("ww.dead", "{message}", _ended("dead")),
    ("ww.dropped", "{message}", _ended("dropped")),
    ("ww.duplicates", "{message}", _each(lambda one: one.duplicates)),
    ("ww.blocked.seconds", "s", _each(lambda one: one.blocked_seconds)),
)
"""Numbers that only grow: name, unit (UCUM), and what reads them."""

GAUGES: tuple[tuple[str, str, Read], ...] = (
    ("ww.queue.depth", "{message}", _each(lambda one: one.depth)),
    ("ww.queue.oldest_age", "s", _oldest),
    ("ww.lanes.active", "{lane}", _each(_lanes(lambda lane: bool(lane.queue)))),
    ("ww.lanes.paused", "{lane}", _each(_lanes(lambda lane: lane.state.name == "PAUSED"))),
    ("ww.retry.waiting", "{message}", _each(lambda one: one.retrying)),
    ("ww.inflight", "{message}", _each(lambda one: one.inflight)),
    ("ww.dlq.depth", "{message}", _dead_letters),
    ("ww.loop.lag", "s", _lag),
)
"""Numbers of the moment: name, unit (UCUM), and what reads them."""
