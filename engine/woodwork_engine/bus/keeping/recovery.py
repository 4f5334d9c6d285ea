"""How a bus gets back what an earlier process has left (bus.md I2)."""

from __future__ import annotations

from collections import Counter
from typing import TypeVar

import msgspec

from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.keeping.commits import Commits
from woodwork_engine.bus.keeping.deliveries import Deliveries
from woodwork_engine.bus.keeping.held import Held
from woodwork_engine.bus.seen import Sighting
from woodwork_engine.bus.settlement import Settlement
from woodwork_engine.dead_letter import DeathReason, LanePlace
from woodwork_engine.delivery import Delivery, Marks
from woodwork_engine.hold import Breakpoint, HoldState
from woodwork_engine.store.records import Journal, Kept

CRASHES = 3
"""Deaths of the process during one delivery after which it is not attempted again (bus.md E7)."""

Form = TypeVar("Form")


class Recovery:
    """Reads *journal* once, before anything new is accepted."""

    def __init__(
        self,
        core: BusCore,
        journal: Journal,
        settlement: Settlement,
        commits: Commits,
        deliveries: Deliveries,
        held: Held,
    ) -> None:
        self.unreadable: tuple[str, ...] = ()
        """What an earlier process has left that cannot be read, a sentence each; it is kept aside."""
        self._unread: list[str] = []
        self._core = core
        self._journal = journal
        self._settlement = settlement
        self._commits = commits
        self._deliveries = deliveries
        self._held = held

    def recover(self) -> int:
        """Have what an earlier process left, and return how many messages that were."""
        kept = self._journal.deliveries()
        self._core.dead.recover(
            self._journal.letters(),
            self._fact("letters", int, 0),
            Counter(one.envelope.replay_of for one in kept if one.envelope.replay_of is not None),
        )
        breakpoints = self._fact("breakpoints", tuple[Breakpoint, ...], ())
        self._held.restore(breakpoints, self._fact("holds", tuple[HoldState, ...], ()))
        self._remember_sightings()
        for one in kept:
            self._restore(one)
        self._tell_unreadable()
        return len(kept)

    def _fact(self, name: str, form: type[Form], nothing: Form) -> Form:
        """Return what is kept under *name*; what cannot be read is kept under another name."""
        value = self._journal.fact(name)
        if value is None:
            return nothing
        try:
            return msgspec.json.decode(value, type=form)
        except msgspec.MsgspecError as error:
            aside = f"unreadable {name}"
            self._commits.turn.batch.facts[aside] = value
            self._unread.append(f"the fact {name} cannot be read ({error}) and is kept aside as the fact {aside!r}")
            return nothing

    def _remember_sightings(self) -> None:
        for one in self._journal.sightings():
            endpoint = self._core.endpoint(one.target)
            endpoint.look_out()
            if endpoint.seen is not None:
                endpoint.seen.restore([Sighting(one.session, one.key, one.first, one.at, one.handled)])

    def _tell_unreadable(self) -> None:
        core = self._core
        self.unreadable = (*self._journal.unreadable(), *self._unread)
        if core.log is not None:
            for sentence in self.unreadable:
                core.log.append_state(
                    core.clock.time(), "note", data={"event": "state.unreadable", "message": sentence}
                )

    def _restore(self, kept: Kept) -> None:
        core, now, progress = self._core, self._core.clock.time(), kept.progress
        delivery = _delivery(kept, now)
        self._deliveries.recovered(delivery, kept.seq, kept.crashes)
        lane = core.lane(core.endpoint(kept.target), kept.envelope.session_id, now)
        if core.log is not None:
            data: dict[str, object] = {"accepted_at": progress.accepted_at, "crashes": kept.crashes}
            core.log.append(now, "restored", kept.envelope, kept.target, progress.attempt or None, None, data)
        if kept.crashes >= CRASHES:
            self._deliveries.settled(delivery)
            self._settlement.bury(lane, delivery, DeathReason.POISON_CRASH, LanePlace(len(lane.queue)))
        else:
            core.push(lane, delivery)


def _delivery(kept: Kept, now: float) -> Delivery:
    """Return the delivery of which *kept* is left; where its life stood still, it goes on *now*."""
    progress, expires = kept.progress, kept.progress.expires_at
    if expires is not None and progress.frozen_at is not None:
        expires += now - max(progress.frozen_at, progress.accepted_at)
    delivery = Delivery(kept.envelope, kept.encoded, kept.target, expires, progress.accepted_at)
    delivery.attempt = progress.attempt
    delivery.history = progress.history
    delivery.siblings = progress.siblings
    if progress.uncounted:
        delivery.marks = Marks(uncounted=progress.uncounted)
    return delivery
