"""What gives way where a target is full and drops: the oldest message that waits, or the new one (bus.md F2)."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heapify, heappop, heapreplace

from woodwork_engine.bus.endpoint import Endpoint, Lane, LaneState
from woodwork_engine.delivery import Delivery

LOOK_AGAIN = 1.0
"""Seconds after which all lanes are looked at again: an attempt may have been cut short and wait once more."""


def first_waiting(lane: Lane) -> Delivery | None:
    """Return the oldest message of *lane* that neither is in an attempt nor waits for a retry."""
    begun = lane.running or lane.state is LaneState.WAITING
    return lane.queue[begun] if len(lane.queue) > begun else None


class Oldest:
    """Finds the oldest waiting message of one endpoint without looking at every lane for each that is dropped."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._heap: list[tuple[float, int, Lane]] = []
        self._built_at = 0.0
        """Everything that was waiting then is known, in s since the epoch."""

    def next(self, now: float) -> tuple[Lane, Delivery] | None:
        """Return the oldest waiting message and its lane, None where nothing waits; *now* in s since the epoch."""
        if not self._heap or self._heap[0][0] > self._built_at or now - self._built_at > LOOK_AGAIN:
            self._heap = list(self._look())
            heapify(self._heap)
            self._built_at = now
        while self._heap:
            at, number, lane = self._heap[0]
            delivery = first_waiting(lane)
            if delivery is None:
                heappop(self._heap)
            elif delivery.accepted_at != at:  # what stood here has gone
                heapreplace(self._heap, (delivery.accepted_at, number, lane))
            else:
                return lane, delivery
        return None

    def _look(self) -> Iterator[tuple[float, int, Lane]]:
        for number, lane in enumerate(self._endpoint.lanes.values()):
            delivery = first_waiting(lane)
            if delivery is not None:
                yield delivery.accepted_at, number, lane
