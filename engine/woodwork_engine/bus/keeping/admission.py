"""How a message from outside comes in where it has to be kept first: in its place at once, accepted when it is written.

Nothing of it is attempted until then (bus.md F7, I2).
"""

from __future__ import annotations

from collections.abc import Callable

from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.endpoint import NEVER, Lane
from woodwork_engine.bus.keeping.commits import Commits
from woodwork_engine.bus.keeping.turn import Turn
from woodwork_engine.bus.seen import key_of
from woodwork_engine.delivery import Delivery
from woodwork_engine.errors import JournalError
from woodwork_engine.message import MessageEnvelope
from woodwork_engine.store.records import Batch

NOT_YET = float("-inf")
"""What the soonest expiry of a lane is while it has messages that are not kept: a runner looks at each of them."""


class Admission:
    """Knows which messages are not kept yet; takes them back where they cannot be."""

    def __init__(self, core: BusCore, commits: Commits) -> None:
        self.admitting = False
        """Whether what is accepted at this moment comes from outside and has to be written first."""
        self._core = core
        self._commits = commits
        self._unkept: dict[int, Lane] = {}
        commits.on_kept = self._kept
        commits.on_refused = self._take_back

    async def admit(self, accept: Callable[[], object], target: str) -> None:
        """Accept from outside by *accept* and return when it is kept; raises JournalError, having accepted nothing.

        Until then nothing of it is attempted, but it has its place. Cancelled meanwhile, it stays accepted.
        """
        if self._commits.problem is not None:
            raise JournalError(target, self._commits.problem)
        self.admitting = True
        try:
            accept()
        finally:
            self.admitting = False
        turn = self._commits.turn
        if not turn.batch:  # refused, or a duplicate of something that is kept already
            turn.untold.tell()
            return
        waiting = turn.wait()
        problem = await waiting
        if problem is not None:
            raise JournalError(target, problem)

    def wait(self, lane: Lane, delivery: Delivery) -> None:
        """Hold *delivery*, which has just got its number, back in *lane* until it is kept."""
        self._unkept[delivery.seq] = lane
        self._commits.turn.admitted.append((lane, delivery))
        lane.soonest_expiry = NOT_YET

    def leave(self, delivery: Delivery) -> bool:
        """Hold *delivery*, which leaves its place, back no longer; True when it was."""
        return bool(self._unkept) and self._unkept.pop(delivery.seq, None) is not None

    def holds_back(self, delivery: Delivery) -> bool:
        """Whether *delivery* is not kept yet, so that no attempt at it may start."""
        return delivery.seq in self._unkept

    def watch_over(self, lane: Lane) -> None:
        """Let a runner look at each message of *lane* while one of them is not kept yet."""
        if self._unkept and any(delivery.seq in self._unkept for delivery in lane.queue):
            lane.soonest_expiry = NOT_YET

    def tell_later(self, tell: Callable[[], object], envelope: MessageEnvelope, target: str | None = None) -> None:
        """Write a record when what it is about is kept: *envelope*, or its delivery to *target*."""
        self._commits.turn.untold.add(tell, envelope, target)

    def tell_now(self, delivery: Delivery) -> None:
        """Write the records of the acceptance of *delivery*, with which something happens before it is kept."""
        if delivery.seq in self._unkept:
            for turn in self._commits.unwritten():
                turn.untold.tell_of(delivery)

    def _kept(self, turn: Turn) -> None:
        turn.untold.tell()
        for _, delivery in turn.admitted:
            lane = self._unkept.pop(delivery.seq, None)
            if lane is not None:  # where it is now: it may have been moved on in the step that accepted it
                if len(lane.queue) == 1 and lane.queue[0] is delivery:
                    lane.soonest_expiry = NEVER if delivery.expires_at is None else delivery.expires_at
                self._core.resume(lane)

    def _take_back(self, turn: Turn, batch: Batch) -> None:
        for _, delivery in reversed(turn.admitted):
            self._withdraw(delivery, batch)

    def _withdraw(self, delivery: Delivery, batch: Batch) -> None:
        lane = self._unkept.pop(delivery.seq, None)
        if lane is None:
            return  # it has ended meanwhile
        batch.accepted.pop(delivery.seq, None)
        delivery.seq = 0
        lane.session.messages -= 1
        if lane.endpoint.seen is not None:
            lane.endpoint.seen.forget(delivery.envelope)
            envelope = delivery.envelope
            batch.sightings.pop((lane.endpoint.name, envelope.session_id, key_of(envelope)), None)
        self._core.pull(lane, delivery)
        self._core.resume(lane)
