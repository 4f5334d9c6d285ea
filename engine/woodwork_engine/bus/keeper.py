"""What a bus keeps beyond its process: durable deliveries, and always what a person would have to redo (bus.md I).

Changes gather between two turns of the loop and are written together, so no step is ever split: a message's outputs
and its acknowledgement, a dead letter and the end of its delivery (C4, E3) happen within one turn.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

import msgspec

from woodwork_engine.bus.breakpoints import Breakpoint, Breakpoints
from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.endpoint import Endpoint, EndpointState, Handler, Lane
from woodwork_engine.bus.holds import Holds
from woodwork_engine.bus.seen import Sighting, key_of
from woodwork_engine.bus.settlement import Settlement
from woodwork_engine.dead_letter import DeadLetter, DeathReason, LanePlace
from woodwork_engine.delivery import Delivery, Marks
from woodwork_engine.errors import FilterError, JournalError
from woodwork_engine.hold import HoldState
from woodwork_engine.message import MessageEnvelope
from woodwork_engine.policy import Sync
from woodwork_engine.store.records import Batch, Journal, Kept, KeptSighting, Progress

RETRY_SECONDS = 1.0
"""How long what could not be written waits before it is tried again."""
TIDY_SECONDS = 60.0
"""How often what need not be remembered any more is forgotten."""
NOT_YET = float("-inf")
"""What the soonest expiry of a lane is while it has messages that are not kept: a runner looks at each of them."""
CRASHES = 3
"""Deaths of the process during one delivery after which it is not attempted again (bus.md E7)."""

_encode = msgspec.json.encode

Form = TypeVar("Form")


class _Turn:
    """What is written together: the changes, the messages from outside among them, and who waits for it."""

    __slots__ = ("admitted", "batch", "told", "waiting")

    def __init__(self) -> None:
        self.batch = Batch()
        self.admitted: list[tuple[Lane, Delivery]] = []
        self.told: list[tuple[MessageEnvelope, str | None, Callable[[], object]]] = []
        self.waiting: list[asyncio.Future[str | None]] = []

    def end(self, problem: str | None) -> None:
        """Tell who waits that it is written, or what the problem is."""
        for waiting in self.waiting:
            if not waiting.done():
                waiting.set_result(problem)


class Keeper:
    """Writes to *journal* what happens to deliveries that are to outlive the process; only touched on the loop."""

    def __init__(
        self, core: BusCore, journal: Journal, settlement: Settlement, holds: Holds, breakpoints: Breakpoints
    ) -> None:
        self.problem: str | None = None
        """Why nothing can be written now; what is inside goes on, and nothing durable is taken from outside."""
        self.unreadable: tuple[str, ...] = ()
        """What an earlier process has left that cannot be read, a sentence each; it is kept aside."""
        self._unread: list[str] = []
        self._core = core
        self._journal = journal
        self._settlement = settlement
        self._holds = holds
        self._breakpoints = breakpoints
        self._turn = _Turn()
        self._writing: _Turn | None = None
        self._asked = False
        self._admitting = False
        self._seq = 0
        self._unkept: dict[int, Lane] = {}
        self._held = (holds.version, breakpoints.version)
        self._held_anew = False
        self._frozen: dict[Lane, float] = {}
        self._careful: set[Endpoint] = set()
        self._tidy_at = 0.0
        self._settlers: set[asyncio.Future[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        core.keeper = self
        core.dead.watch(self)

    async def admit(self, accept: Callable[[], object], target: str) -> None:
        """Accept from outside by *accept* and return when it is kept; raises JournalError, having accepted nothing.

        Until then nothing of it is attempted, but it has its place. Cancelled meanwhile, it stays accepted.
        """
        if self.problem is not None:
            raise JournalError(target, self.problem)
        self._admitting = True
        try:
            accept()
        finally:
            self._admitting = False
        turn = self._turn
        if not turn.batch:  # refused, or a duplicate of something that is kept already
            self._tell(turn)
            return
        waiting = asyncio.get_running_loop().create_future()
        turn.waiting.append(waiting)
        problem = await waiting
        if problem is not None:
            raise JournalError(target, problem)

    def take(self, lane: Lane, delivery: Delivery) -> asyncio.Future[str | None]:
        """Append *delivery*, one message from outside for which there is room, to *lane* as `admit` does.

        What is returned is done when it is kept, with None, or with why it could not be and is not accepted.
        """
        self._seq = delivery.seq = seq = self._seq + 1
        turn = self._turn
        self._keep(lane, delivery)
        self._unkept[seq] = lane
        turn.admitted.append((lane, delivery))
        lane.soonest_expiry = NOT_YET
        self._core.push(lane, delivery, wake=False)
        waiting: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        turn.waiting.append(waiting)
        if not self._asked:
            self.ask()
        return waiting

    @property
    def admitting(self) -> bool:
        """Whether what is accepted at this moment comes from outside and has to be written first."""
        return self._admitting

    def tell_later(self, tell: Callable[[], object], envelope: MessageEnvelope, target: str | None = None) -> None:
        """Write a record when what it is about is kept: *envelope*, or its delivery to *target*."""
        self._turn.told.append((envelope, target, tell))

    def tell_now(self, delivery: Delivery) -> None:
        """Write the records of the acceptance of *delivery*, with which something happens before it is kept."""
        if delivery.seq in self._unkept:
            for turn in (self._writing, self._turn):
                if turn is not None:
                    told, turn.told = turn.told, []
                    for envelope, target, tell in told:
                        if envelope is delivery.envelope and target in (None, delivery.target):
                            tell()
                        else:
                            turn.told.append((envelope, target, tell))

    def accept(self, lane: Lane, delivery: Delivery) -> None:
        """Keep *delivery*, which is being accepted into *lane*."""
        self._number(lane, delivery)
        if lane.endpoint.seen is not None and lane.endpoint.is_once(delivery):
            self._see(delivery, delivery.accepted_at, handled=False)

    def moved(self, lane: Lane, delivery: Delivery) -> None:
        """Keep *delivery* in its new place, behind everything in *lane*, under the name of that (bus.md G3)."""
        waits = delivery.seq in self._unkept
        if delivery.seq:
            self._forget(delivery.seq)
        self._number(lane, delivery, waits=waits)

    def _number(self, lane: Lane, delivery: Delivery, *, waits: bool = False) -> None:
        self._seq += 1
        delivery.seq = seq = self._seq
        self._keep(lane, delivery)
        if self._admitting or waits:
            self._unkept[seq] = lane
            self._turn.admitted.append((lane, delivery))
            lane.soonest_expiry = NOT_YET
        if not self._asked:
            self.ask()

    def _keep(self, lane: Lane, delivery: Delivery) -> None:
        progress = _progress(delivery, lane.frozen_at)
        self._turn.batch.accepted[delivery.seq] = Kept(
            delivery.seq, lane.endpoint.name, delivery.envelope, delivery.encoded, progress
        )

    def settled(self, delivery: Delivery) -> None:
        """Keep *delivery* no longer: it has come to an end."""
        self.tell_now(delivery)
        self._forget(delivery.seq)
        endpoint = self._core.endpoints.get(self._core.name_now(delivery.target))
        if endpoint is not None and endpoint.seen is not None and endpoint.is_once(delivery):
            self._see(delivery, self._core.clock.time(), handled=True)
        if not self._asked:
            self.ask()

    def _forget(self, seq: int) -> None:
        batch = self._turn.batch
        if self._unkept:
            self._unkept.pop(seq, None)
        if batch.accepted.pop(seq, None) is None or seq in batch.rewritten:
            batch.settled.append(seq)
            batch.progress.pop(seq, None)

    def progressed(self, delivery: Delivery, frozen_at: float | None = None) -> None:
        """Keep what *delivery* has come to: an attempt more, or that its time stands still since *frozen_at*."""
        batch, progress = self._turn.batch, _progress(delivery, frozen_at)
        if delivery.seq in batch.accepted:
            batch.accepted[delivery.seq].progress = progress
        else:
            batch.progress[delivery.seq] = progress
        self.ask()

    def rewritten(self, delivery: Delivery) -> None:
        """Keep *delivery*, which waits, as it is now: with another payload."""
        for lane in self._core.endpoint(delivery.target).lanes.values():
            if any(one is delivery for one in lane.queue):
                self._rewrite(lane, delivery)

    def _rewrite(self, lane: Lane, delivery: Delivery) -> None:
        batch, seq = self._turn.batch, delivery.seq
        if seq not in batch.accepted:
            batch.rewritten.add(seq)
            batch.progress.pop(seq, None)
        self._keep(lane, delivery)
        self.ask()

    def renamed(self, endpoint: Endpoint) -> None:
        """Keep what *endpoint* has and has had under the name that it has now."""
        for lane in endpoint.lanes.values():
            for delivery in lane.queue:
                if delivery.seq:
                    self._rewrite(lane, delivery)
        if endpoint.seen is not None and endpoint.policy.durable:
            for one in endpoint.seen.list():
                seen = KeptSighting(endpoint.name, one.session, one.key, one.first, one.at, one.handled)
                self._turn.batch.sightings[seen.target, seen.session, seen.key] = seen
            self.ask()

    def added(self, letter: DeadLetter) -> None:
        """Keep a new dead letter."""
        self._turn.batch.facts["letters"] = _encode(self._core.dead.last_number)
        self.changed(letter)

    def changed(self, letter: DeadLetter) -> None:
        """Keep a dead letter as it is now."""
        self._turn.batch.letters[letter.dlq_id] = letter
        self.ask()

    def removed(self, dlq_ids: Sequence[str]) -> None:
        """Keep these letters no longer."""
        self._turn.batch.letters |= dict.fromkeys(dlq_ids)
        self.ask()

    def around(self, endpoint: Endpoint, handler: Handler) -> Handler:
        """Return *handler* with the marks that count crashes (bus.md E7), settled first where it is at most once (C2).

        The very one given where nothing of *endpoint* is kept.
        """
        if not endpoint.policy.durable:
            return handler

        async def attempt(delivery: Delivery) -> object:
            if not delivery.seq:
                return await handler(delivery)
            own = delivery.envelope.delivery_mode
            if endpoint.at_most_once if own is None else own == "at_most_once":
                self.settled(delivery)
                delivery.seq = 0
                await self.written()
            mark = self._journal.begin(delivery.seq) if delivery.seq else None
            try:
                return await handler(delivery)
            finally:
                if mark is not None:
                    self._journal.end(mark)

        return attempt

    async def tried(self) -> None:
        """Return when everything up to now is written, or could not be: then `problem` says why."""
        turn = self._turn
        if self.problem is not None or self._core.loop is None:
            return
        if not (self._held_anew or turn.batch):
            if self._writing is None:
                return
            turn = self._writing
        waiting = asyncio.get_running_loop().create_future()
        turn.waiting.append(waiting)
        await waiting

    async def written(self) -> None:
        """Return when everything up to now is written, however long that takes."""
        while self._turn.batch or self._writing is not None:
            settled = asyncio.get_running_loop().create_future()
            self._settlers.add(settled)
            try:
                await settled
            finally:
                self._settlers.discard(settled)
            if self._core.loop is None:
                return

    def set_sync(self, sync: Sync) -> None:
        """Say what is survived from now on by what is kept (bus.md I3)."""
        self._journal.set_sync(sync)

    def look_after(self, now: float) -> None:
        """Once a second: forget what need not be remembered any more, and look at what is held."""
        if now >= self._tidy_at:
            self._tidy_at = now + TIDY_SECONDS
            self._forget_seen(now)
        self._keep_held(now)

    def held(self) -> None:
        """Keep, at the end of this turn, what is held or parked now, with its messages, durable or not (bus.md I1)."""
        self._held_anew = True
        self.ask()

    def _keep_held(self, now: float) -> None:
        self._held_anew = False
        held = (self._holds.version, self._breakpoints.version)
        if held != self._held:
            self._held = held
            facts = self._turn.batch.facts
            facts["holds"] = _encode(self._holds.list())
            facts["breakpoints"] = _encode(self._breakpoints.list())
            self.ask()
        still = {lane: lane.frozen_at for lane in self._core.halted if lane.frozen_at is not None}
        careful = {lane.endpoint for lane in still}
        for endpoint in self._core.endpoints.values():
            if endpoint.state is EndpointState.PARKED and not endpoint.keeps_nothing:
                still |= {lane: lane.frozen_at or now for lane in endpoint.lanes.values()}
                careful.add(endpoint)
        for endpoint in careful ^ self._careful:
            endpoint.take_care(careful=endpoint in careful)
        self._careful = careful
        for lane in [lane for lane in self._frozen if lane not in still]:
            del self._frozen[lane]
            for delivery in lane.queue:
                if delivery.seq:
                    self.progressed(delivery)
        for lane, since in still.items():
            self._keep_frozen(lane, since, new=self._frozen.get(lane) != since)
            self._frozen[lane] = since

    def _forget_seen(self, now: float) -> None:
        outdated = {
            endpoint.name: now - endpoint.seen.policy.window
            for endpoint in self._core.endpoints.values()
            if endpoint.seen is not None and endpoint.policy.durable
        }
        if outdated:
            self._turn.batch.outdated |= outdated
            self.ask()

    def reordered(self, lane: Lane) -> None:
        """Keep the order of *lane* as it is now: a message has taken a place before others."""
        waiting = [delivery for delivery in list(lane.queue)[lane.running :] if delivery.seq]
        numbers = sorted(delivery.seq for delivery in waiting)
        if self._unkept.keys().isdisjoint(numbers):
            for delivery, number in zip(waiting, numbers, strict=True):
                if delivery.seq != number:
                    delivery.seq = number
                    self.rewritten(delivery)

    def _keep_frozen(self, lane: Lane, since: float, *, new: bool) -> None:
        for delivery in lane.queue:
            if not delivery.seq:
                self.accept(lane, delivery)
                self.progressed(delivery, since)
            elif new:
                self.progressed(delivery, since)

    def holds_back(self, delivery: Delivery) -> bool:
        """Whether *delivery* is not kept yet, so that no attempt at it may start."""
        return delivery.seq in self._unkept

    def watch_over(self, lane: Lane) -> None:
        """Let a runner look at each message of *lane* while one of them is not kept yet."""
        if self._unkept and any(delivery.seq in self._unkept for delivery in lane.queue):
            lane.soonest_expiry = NOT_YET

    def _see(self, delivery: Delivery, at: float, *, handled: bool) -> None:
        envelope, target = delivery.envelope, self._core.name_now(delivery.target)
        seen = KeptSighting(target, envelope.session_id, key_of(envelope), envelope.message_id, at, handled)
        self._turn.batch.sightings[seen.target, seen.session, seen.key] = seen

    def ask(self) -> None:
        """Have what has gathered written as soon as this turn of the loop is over."""
        if not self._asked and self._core.loop is not None:
            self._asked = True
            self._core.loop.call_soon(self._write)

    def _write(self) -> None:
        loop = self._core.loop
        if self._held_anew and loop is not None:
            self._keep_held(self._core.clock.time())
        self._asked = False
        turn = self._turn
        if loop is None or self._writing is not None or self._timer is not None:
            return
        if not turn.batch and not turn.waiting:
            self._settle_all()
            return
        self._writing, self._turn = turn, _Turn()
        self._journal.write(turn.batch, partial(_hop, loop, self._done))

    def _done(self, error: Exception | None) -> None:
        turn, self._writing = self._writing, None
        if turn is None:
            return
        if error is not None:
            self._failed(turn, error)
            return
        self.problem = None
        self._tell(turn)
        for _, delivery in turn.admitted:
            lane = self._unkept.pop(delivery.seq, None)
            if lane is not None:  # where it is now: it may have been moved on in the step that accepted it
                self._core.resume(lane)
        turn.end(None)
        self._write()

    def _settle_all(self) -> None:
        for settler in self._settlers:
            if not settler.done():
                settler.set_result(None)

    def _tell(self, turn: _Turn) -> None:
        told, turn.told = turn.told, []
        for _, _, tell in told:
            tell()

    def _failed(self, turn: _Turn, error: Exception) -> None:
        """Take back what came from outside; what happened inside waits, in order, to be written again."""
        self.problem = str(error)
        later, self._turn = self._turn, _Turn()
        for one in (later, turn):
            for _, delivery in reversed(one.admitted):
                self._withdraw(delivery, one.batch)
        for one in (turn, later):
            one.told.clear()
            one.end(self.problem)
        self._turn.batch = _together(turn.batch, later.batch, self._turn.batch)
        loop = self._core.loop
        if loop is None:
            self._settle_all()
        else:
            self._timer = loop.call_later(RETRY_SECONDS, self._again)

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

    def _again(self) -> None:
        self._timer = None
        if not self._turn.batch:
            self._turn.batch.facts["room"] = _encode(self._core.clock.time())  # only a write shows that one is possible
        self._write()

    async def finish(self) -> None:
        """Write what is left, once; the bus has stopped."""
        self.look_after(self._core.clock.time())
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        loop = asyncio.get_running_loop()
        for _ in range(2):  # what is under way, then the rest
            if self._writing is None and (self._turn.batch or self._turn.waiting):
                self._writing, self._turn = self._turn, _Turn()
                self._journal.write(self._writing.batch, partial(_hop, loop, self._done))
            turn = self._writing
            if turn is None:
                return
            written = loop.create_future()
            turn.waiting.append(written)
            await asyncio.wait([written])

    def recover(self) -> int:
        """Have what an earlier process left, before anything new is accepted; return how many messages that were."""
        kept = self._journal.deliveries()
        core = self._core
        core.dead.recover(
            self._journal.letters(),
            self._fact("letters", int, 0),
            Counter(one.envelope.replay_of for one in kept if one.envelope.replay_of is not None),
        )
        self._recover_held()
        for sighting in self._journal.sightings():
            endpoint = core.endpoint(sighting.target)
            endpoint.look_out()
            if endpoint.seen is not None:
                endpoint.seen.restore(
                    [Sighting(sighting.session, sighting.key, sighting.first, sighting.at, sighting.handled)]
                )
        for one in kept:
            self._recover(one)
        self.unreadable = (*self._journal.unreadable(), *self._unread)
        if core.log is not None:
            for sentence in self.unreadable:
                core.log.append_state(
                    core.clock.time(), "note", data={"event": "state.unreadable", "message": sentence}
                )
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
            self._turn.batch.facts[aside] = value
            self._unread.append(f"the fact {name} cannot be read ({error}) and is kept aside as the fact {aside!r}")
            return nothing

    def _recover_held(self) -> None:
        for one in self._fact("breakpoints", tuple[Breakpoint, ...], ()):
            self._core.endpoint(one.component)
            try:
                self._breakpoints.add(one)
            except FilterError:  # written by a version that knew other fields
                continue
        self._holds.restore(self._fact("holds", tuple[HoldState, ...], ()))
        self._held = (self._holds.version, self._breakpoints.version)

    def _recover(self, kept: Kept) -> None:
        core, now, progress = self._core, self._core.clock.time(), kept.progress
        expires = progress.expires_at
        if expires is not None and progress.frozen_at is not None:
            expires += now - max(progress.frozen_at, progress.accepted_at)
        delivery = Delivery(kept.envelope, kept.encoded, kept.target, expires, progress.accepted_at)
        delivery.seq = kept.seq
        delivery.attempt = progress.attempt
        delivery.history = progress.history
        delivery.siblings = progress.siblings
        if progress.uncounted:
            delivery.marks = Marks(uncounted=progress.uncounted)
        self._seq = max(self._seq, kept.seq)
        endpoint = core.endpoint(kept.target)
        lane = core.lane(endpoint, kept.envelope.session_id, now)
        if core.log is not None:
            data: dict[str, object] = {"accepted_at": progress.accepted_at, "crashes": kept.crashes}
            core.log.append(now, "restored", kept.envelope, kept.target, progress.attempt or None, None, data)
        if kept.crashes >= CRASHES:
            self.settled(delivery)
            self._settlement.bury(lane, delivery, DeathReason.POISON_CRASH, LanePlace(len(lane.queue)))
        else:
            core.push(lane, delivery)


def _progress(delivery: Delivery, frozen_at: float | None = None) -> Progress:
    return Progress(
        delivery.accepted_at,
        delivery.expires_at,
        delivery.siblings,
        delivery.attempt,
        0 if delivery.marks is None else delivery.marks.uncounted,
        delivery.history,
        frozen_at,
    )


def _together(*batches: Batch) -> Batch:
    """Return *batches*, the oldest first, as one."""
    whole = Batch()
    for one in batches:
        for seq in one.settled:
            if whole.accepted.pop(seq, None) is None or seq in whole.rewritten:
                whole.settled.append(seq)
            whole.progress.pop(seq, None)
        for seq, progress in one.progress.items():
            if seq in whole.accepted:
                whole.accepted[seq].progress = progress
            else:
                whole.progress[seq] = progress
        whole.rewritten |= one.rewritten - whole.accepted.keys()
        whole.accepted |= one.accepted
        whole.letters |= one.letters
        whole.sightings |= one.sightings
        whole.facts |= one.facts
        whole.outdated |= one.outdated
    return whole


def _hop(loop: asyncio.AbstractEventLoop, call: Callable[[Exception | None], object], error: Exception | None) -> None:
    """Call *call* on *loop*, from the thread that has written; a loop that is closed has nobody left to tell."""
    try:
        loop.call_soon_threadsafe(call, error)
    except RuntimeError:
        return
