"""The ways of a message into the lanes: at once where nothing is in its way, else once there is room (bus.md F, I2)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

from woodwork_engine.bus.acceptance import Acceptance, Parcel, Parcels, expiry
from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.endpoint import LaneState, Route
from woodwork_engine.bus.line import Line
from woodwork_engine.delivery import Delivery
from woodwork_engine.errors import ClosingError, JournalError
from woodwork_engine.message import MessageEnvelope

DEEP = 32
"""From this depth of a target on its senders from outside let the loop breathe more often.

Else a sender that is faster than what comes after it fills the queue, and messages are out of the processor's cache
when their turn comes.
"""

IDLE, READY = LaneState.IDLE, LaneState.READY

SELDOM = 15  # every sixteenth message: often enough for a slice of some hundred
RARELY = 3  # every fourth one, which may have many targets


class Intake:
    """The one way into the lanes."""

    def __init__(self, core: BusCore, acceptance: Acceptance, line: Line) -> None:
        self._core = core
        self._line = line
        self._acceptance = acceptance
        self.accept = acceptance.all

    def parcel(
        self, route: Route, envelope: MessageEnvelope, encoded: bytes, now: float, *, own_payload: bool = False
    ) -> Parcel:
        """Return what `accept` takes: *envelope* for one target."""
        endpoint = route.endpoint
        expires = expiry(endpoint, envelope, now)
        return route, Delivery(envelope, encoded, endpoint.name, expires, now, own_payload)

    def is_out_of_breath(self, routes: Sequence[Route]) -> bool:
        """Whether a sender from outside, who asks every now and then, is to let the loop breathe first."""
        for route in routes:
            if route.endpoint.depth > DEEP:
                return True
        return self._core.monotonic() >= self._core.slice_end

    async def breathe(self) -> None:
        """Let others go on, and begin a slice after them."""
        core = self._core
        await asyncio.sleep(0)
        core.begin_slice(core.monotonic())

    def at_once(self, route: Route, envelope: MessageEnvelope, encoded: bytes, own_payload: bool, now: float) -> bool:
        """Accept one message from outside if nothing at all is in its way; False: go through `from_outside`."""
        core = self._core
        if (
            core.depth >= core.max_messages
            or core.bytes + len(encoded) > core.max_bytes
            or (core.log is not None and core.log.seq >= core.log.high_water)
            or not self.fit_in(route, envelope, encoded, own_payload, now)
        ):
            return False
        core.from_outside += 1
        return True

    async def keep_at_once(
        self, route: Route, envelope: MessageEnvelope, encoded: bytes, *, own_payload: bool = False
    ) -> bool:
        """Accept one message from outside for a durable target if nothing is in its way, and return when it is kept.

        False: go through `from_outside`. Raises JournalError.
        """
        core, endpoint, keeper = self._core, route.endpoint, self._core.keeper
        if (
            endpoint.depth >= endpoint.kept_depth
            or keeper is None
            or keeper.commits.problem is not None
            or core.depth >= core.max_messages
            or core.bytes + len(encoded) > core.max_bytes
            or envelope.hop > core.max_hops
            or (core.log is not None and core.log.seq >= core.log.high_water)
        ):
            return False
        now = core.wall()
        lane = endpoint.lanes.get(envelope.session_id) or core.lane(endpoint, envelope.session_id, now)
        if len(lane.queue) >= endpoint.session_limit:
            return False
        delivery = Delivery(
            envelope, encoded, endpoint.name, expiry(endpoint, envelope, now), now, own_payload, siblings=endpoint.alone
        )
        route.edge.count += 1
        if core.log is not None:
            depth = endpoint.depth + 1
            told = partial(core.log.append_accepted, now, envelope, encoded, endpoint.alone, depth)
            keeper.admission.tell_later(told, envelope)
        kept = keeper.deliveries.take(lane, delivery)
        if endpoint.instance is None:
            self._acceptance.nobody_there(lane, delivery)
        problem = await kept
        if problem is not None:
            core.rejected += 1
            raise JournalError(endpoint.name, problem)
        core.from_outside += 1
        return True

    def everywhere_at_once(
        self, routes: Sequence[Route], envelope: MessageEnvelope, encoded: bytes, *, flat: bool
    ) -> bool:
        """Accept one message from outside for several targets, as `at_once` does for one; *flat* as in Delivery."""
        core, targets = self._core, len(routes)
        if (
            core.depth + targets > core.max_messages
            or core.bytes + len(encoded) * targets > core.max_bytes
            or (core.log is not None and core.log.seq >= core.log.high_water)
            or not self.fit_everywhere(routes, envelope, encoded, flat=flat)
        ):
            return False
        core.from_outside += 1
        return True

    def inside(self, route: Route, envelope: MessageEnvelope, encoded: bytes) -> None:
        """Accept what a bare handler sends while it runs and what did not `fit_in`: at once, up to the hard cap.

        Raises QueueFullError where the target is full and rejects, and ClosingError (interfaces: Python).
        """
        self.accept_inside((self.parcel(route, envelope, encoded, self._core.clock.time(), own_payload=True),))

    def fit_in(self, route: Route, envelope: MessageEnvelope, encoded: bytes, own_payload: bool, now: float) -> bool:
        """Accept a message that nothing stands in the way of at its target: the way nearly all messages take.

        *now* in seconds since the epoch.
        """
        # What `expiry` and `BusCore.push` do is written out here: two calls less for every message.
        core, endpoint = self._core, route.endpoint
        lane = endpoint.lanes.get(envelope.session_id)
        if lane is None:
            lane = core.lane(endpoint, envelope.session_id, now)
        queue, depth, hop = lane.queue, endpoint.depth, envelope.hop
        if (
            depth >= endpoint.free_depth and (depth >= endpoint.easy_depth or len(queue) >= endpoint.session_limit)
        ) or hop > core.max_hops:
            return False
        expires = envelope.expires_at
        if envelope.ttl_seconds is not None:
            expires = envelope.created_at + envelope.ttl_seconds
        elif endpoint.ttl_is_own or (expires is None and not hop):
            expires = None if endpoint.ttl is None else now + endpoint.ttl
        depth += 1
        delivery = Delivery(envelope, encoded, endpoint.name, expires, now, own_payload)
        if core.log is not None:
            core.log.append_accepted(now, envelope, encoded, endpoint.alone, depth)
        route.edge.count += 1
        if endpoint.counts_sharers and not queue:
            endpoint.sharers += 1
        queue.append(delivery)
        endpoint.depth = depth
        core.depth += 1
        core.bytes += len(encoded)
        if depth > endpoint.peak:
            endpoint.peak = depth
            endpoint.peak_at = now
        if expires is not None and expires < lane.soonest_expiry:
            lane.soonest_expiry = expires
        session = lane.session
        session.messages += 1
        session.last_seen = now
        if endpoint.serving is None:
            if endpoint.instance is None:
                self._acceptance.nobody_there(lane, delivery)
        elif lane.state is IDLE:
            lane.state = READY
            endpoint.ready.append(lane)
            if not endpoint.waking:
                core.on_ready(endpoint)
        return True

    def fit_everywhere(
        self, routes: Sequence[Route], envelope: MessageEnvelope, encoded: bytes, *, flat: bool = False
    ) -> bool:
        """Accept a message for several targets, if nothing stands in its way at any of them (bus.md C5, F7)."""
        core, session_id = self._core, envelope.session_id
        for route in routes:
            if route.endpoint.depth >= route.endpoint.free_depth:
                return False
        if not routes or envelope.hop > core.max_hops:
            return False
        log, now = core.log, core.wall()
        targets = tuple([route.endpoint.name for route in routes])
        if log is not None:
            log.append_emitted(now, envelope, encoded, targets)
        fixed = envelope.expires_at
        if envelope.ttl_seconds is not None:
            fixed = envelope.created_at + envelope.ttl_seconds
        inherits = fixed is not None or envelope.hop
        core.depth += len(targets)
        core.bytes += len(encoded) * len(targets)
        for route in routes:  # what `expiry` and `BusCore.push` do is written out here as well
            endpoint = route.endpoint
            lane = endpoint.lanes.get(session_id)
            if lane is None:
                lane = core.lane(endpoint, session_id, now)
            expires = fixed
            if (not inherits or endpoint.ttl_is_own) and envelope.ttl_seconds is None:
                expires = None if endpoint.ttl is None else now + endpoint.ttl
            delivery = Delivery(envelope, encoded, endpoint.name, expires, now, False, targets, flat)
            endpoint.depth = depth = endpoint.depth + 1
            if log is not None:
                log.append(now, "queued", envelope, endpoint.name, None, None, depth)
            route.edge.count += 1
            if endpoint.counts_sharers and not lane.queue:
                endpoint.sharers += 1
            lane.queue.append(delivery)
            if depth > endpoint.peak:
                endpoint.peak = depth
                endpoint.peak_at = now
            if expires is not None and expires < lane.soonest_expiry:
                lane.soonest_expiry = expires
            if endpoint.serving is None:
                if endpoint.instance is None:
                    self._acceptance.nobody_there(lane, delivery)
            elif lane.state is IDLE:
                lane.state = READY
                endpoint.ready.append(lane)
                if not endpoint.waking:
                    core.on_ready(endpoint)
        session = core.sessions[session_id]
        session.messages += len(targets)
        session.last_seen = now
        return True

    async def from_outside(self, parcels: Parcels, timeout: float | None) -> None:
        """Accept messages from an input or a caller, waiting at most *timeout* seconds for room (None: for ever).

        Raises QueueFullError and ClosingError; cancelled, it has accepted nothing (bus.md F7).
        """
        if self._core.dead.full or self._core.letter_gate.waiters:
            await self._line.room_for_letters(parcels[0][1], timeout)
            await self._line.room_from_outside(parcels, timeout)
        else:
            await self.room(parcels, timeout)
        for route, _ in parcels:
            if route.endpoint.policy_.durable:
                await self._keep(parcels, route.endpoint.name)
                return
        self.accept(parcels)

    async def _keep(self, parcels: Parcels, target: str) -> None:
        """Accept *parcels*, one of them for the durable *target*, and return when they are kept (bus.md F7, I2)."""
        keeper = self._core.keeper
        try:
            if keeper is None:
                raise JournalError(target, self._core.state_problem or "there is no state folder")
            await keeper.admission.admit(partial(self.accept, parcels), target)
        except JournalError:
            self._core.rejected += 1
            self._core.from_outside -= 1  # it was counted when there was room for it
            raise

    async def room(self, parcels: Parcels, timeout: float | None, *, droppable: bool = True) -> None:
        """Return once *parcels* from outside have room, which is theirs until control is given up: accept at once.

        What is not *droppable* also waits where it would give way itself (bus.md F2). Raises QueueFullError.
        """
        core = self._core
        if core.monotonic() >= core.slice_end:
            await self.breathe()
        await self._line.room_from_outside(parcels, timeout, droppable=droppable)

    def accept_inside(self, parcels: Parcels) -> None:
        """Accept what a handler sends while it runs: at once, up to the hard cap (interfaces: Python).

        Raises QueueFullError where a target is full and rejects, and ClosingError.
        """
        if not self._core.running:
            raise ClosingError
        for parcel in parcels:
            self._line.refuse_if_full(parcel)
        self.accept(parcels, inside=True)
