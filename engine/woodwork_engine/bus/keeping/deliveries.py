"""What is kept of deliveries, from their acceptance to their end (bus.md I1, I2)."""

from __future__ import annotations

import asyncio

from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.endpoint import Endpoint, Lane
from woodwork_engine.bus.keeping.admission import Admission
from woodwork_engine.bus.keeping.commits import Commits
from woodwork_engine.bus.keeping.sightings import Sightings
from woodwork_engine.delivery import Delivery
from woodwork_engine.store.records import Kept, Progress


class Deliveries:
    """Numbers the deliveries that are to outlive the process, in their order, and keeps what becomes of them."""

    def __init__(self, core: BusCore, commits: Commits, admission: Admission, sightings: Sightings) -> None:
        self._core = core
        self._commits = commits
        self._admission = admission
        self._sightings = sightings
        self._last = 0
        self._crashes: dict[int, int] = {}
        """By number, at how many attempts of a delivery an earlier process has died (bus.md E7); few have any."""

    def take(self, lane: Lane, delivery: Delivery) -> asyncio.Future[str | None]:
        """Append *delivery*, one message from outside for which there is room, to *lane* as `Admission.admit` does.

        What is returned is done when it is kept, with None, or with why it could not be and is not accepted.
        """
        commits = self._commits
        turn = commits.turn
        self._last = seq = delivery.seq = self._last + 1
        progress = Progress(delivery.accepted_at, delivery.expires_at, delivery.siblings, frozen_at=lane.frozen_at)
        turn.batch.accepted[seq] = Kept(seq, lane.endpoint.name, delivery.envelope, delivery.encoded, progress)
        self._admission.wait(lane, delivery)
        self._core.push(lane, delivery, wake=False)
        if not commits.asked:
            commits.ask()
        return turn.wait()

    def accept(self, lane: Lane, delivery: Delivery) -> None:
        """Keep *delivery*, which is being accepted into *lane*."""
        self._number(lane, delivery, waits=self._admission.admitting)
        endpoint = lane.endpoint
        if endpoint.seen is not None and endpoint.is_once(delivery):
            self._sightings.see(endpoint, delivery, delivery.accepted_at, handled=False)

    def moved(self, lane: Lane, delivery: Delivery) -> None:
        """Keep *delivery* in its new place, behind everything in *lane*, under the name of that (bus.md G3)."""
        waits = self._admission.leave(delivery)
        crashes = self._crashes.pop(delivery.seq, 0)
        if delivery.seq:
            self._commits.turn.batch.settle(delivery.seq)
        self._number(lane, delivery, waits=waits or self._admission.admitting, crashes=crashes)

    def settled(self, delivery: Delivery) -> None:
        """Keep *delivery* no longer: it has come to an end."""
        admission, commits, core = self._admission, self._commits, self._core
        if admission.holds_back(delivery):
            admission.tell_now(delivery)
            admission.leave(delivery)
        commits.turn.batch.settle(delivery.seq)
        if self._crashes:
            self._crashes.pop(delivery.seq, None)
        endpoint = core.endpoints.get(core.name_now(delivery.target) if core.renamed else delivery.target)
        if endpoint is not None and endpoint.seen is not None and endpoint.is_once(delivery):
            self._sightings.see(endpoint, delivery, core.clock.time(), handled=True)
        if not commits.asked:
            commits.ask()

    def progressed(self, delivery: Delivery, frozen_at: float | None = None) -> None:
        """Keep what *delivery* has come to: an attempt more, or that its time stands still since *frozen_at*."""
        self._commits.turn.batch.proceed(delivery.seq, _progress(delivery, frozen_at))
        self._commits.ask()

    def rewritten(self, lane: Lane, delivery: Delivery) -> None:
        """Keep *delivery*, which waits in *lane*, as it is now: with another payload, name or number."""
        self._commits.turn.batch.rewrite(self._kept(lane, delivery))
        self._commits.ask()

    def renamed(self, endpoint: Endpoint) -> None:
        """Keep what *endpoint* has and has had under the name that it has now."""
        for lane in endpoint.lanes.values():
            for delivery in lane.queue:
                if delivery.seq:
                    self.rewritten(lane, delivery)
        self._sightings.renamed(endpoint)

    def reordered(self, lane: Lane) -> None:
        """Keep the order of *lane* as it is now: a message has taken a place before others."""
        waiting = [delivery for delivery in list(lane.queue)[lane.running :] if delivery.seq]
        if any(self._admission.holds_back(delivery) for delivery in waiting):
            return
        numbers = sorted(delivery.seq for delivery in waiting)
        crashes = [self._crashes.pop(delivery.seq, 0) for delivery in waiting]
        self._crashes |= {number: died for number, died in zip(numbers, crashes, strict=True) if died}
        for delivery, number in zip(waiting, numbers, strict=True):
            if delivery.seq != number:
                delivery.seq = number
                self.rewritten(lane, delivery)

    def recovered(self, delivery: Delivery, seq: int, crashes: int) -> None:
        """Go on with *delivery*, which an earlier process has kept as *seq* and died *crashes* times attempting."""
        delivery.seq = seq
        if crashes:
            self._crashes[seq] = crashes
        self._last = max(self._last, seq)

    def _number(self, lane: Lane, delivery: Delivery, *, waits: bool, crashes: int = 0) -> None:
        self._last = delivery.seq = self._last + 1
        if crashes:
            self._crashes[delivery.seq] = crashes
        self._commits.turn.batch.accept(self._kept(lane, delivery))
        if waits:
            self._admission.wait(lane, delivery)
        if not self._commits.asked:
            self._commits.ask()

    def _kept(self, lane: Lane, delivery: Delivery) -> Kept:
        progress, crashes = _progress(delivery, lane.frozen_at), self._crashes.get(delivery.seq, 0)
        return Kept(delivery.seq, lane.endpoint.name, delivery.envelope, delivery.encoded, progress, crashes)


def _progress(delivery: Delivery, frozen_at: float | None) -> Progress:
    return Progress(
        delivery.accepted_at,
        delivery.expires_at,
        delivery.siblings,
        delivery.attempt,
        0 if delivery.marks is None else delivery.marks.uncounted,
        delivery.history,
        frozen_at,
    )
