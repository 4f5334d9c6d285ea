"""How senders get in: at once where nothing is in the way, else after waiting in turn for room (bus.md B4, F)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from woodwork_engine.bus.acceptance import Acceptance, Parcels, expiry, first_of
from woodwork_engine.bus.core import SLICE, BusCore
from woodwork_engine.bus.endpoint import Endpoint, Lane, LaneState, Route
from woodwork_engine.bus.gate import NEWCOMER, Gate, Waiter
from woodwork_engine.delivery import Delivery
from woodwork_engine.errors import ClosingError, JournalError, QueueFullError
from woodwork_engine.message import MessageEnvelope

DEEP = 64
"""From this depth of a target on its senders from outside let the loop breathe more often.

Else a sender that is faster than what comes after it fills the queue, and messages are out of the processor's cache
when their turn comes.
"""

IDLE, READY = LaneState.IDLE, LaneState.READY

SELDOM = 15  # every sixteenth message: often enough for a slice of some hundred


class Full(NamedTuple):
    """Why a message has no room now, and where to wait for it; *endpoint* is None for limits of the whole flow."""

    gate: Gate
    endpoint: Endpoint | None
    depth: int
    limit: int
    what: str
    lane: Lane | None = None

    def error(self, target: str) -> QueueFullError:
        """Return the error of a sender to *target* who does not wait, or has waited long enough."""
        return QueueFullError(self.endpoint.name if self.endpoint else target, self.depth, self.limit, self.what)


class Intake:
    """The one way into the lanes."""

    def __init__(self, core: BusCore, acceptance: Acceptance) -> None:
        self._core = core
        self._acceptance = acceptance
        self.accept = acceptance.all

    def parcel(
        self, route: Route, envelope: MessageEnvelope, encoded: bytes, now: float, *, own_payload: bool = False
    ) -> tuple[Route, Delivery]:
        """Return what `accept` takes: *envelope* for one target."""
        endpoint = route.endpoint
        expires = expiry(endpoint, envelope, now)
        return route, Delivery(envelope, encoded, endpoint.name, expires, now, own_payload)

    def is_out_of_breath(self, routes: Sequence[Route]) -> bool:
        """Whether a sender from outside, who asks every now and then, is to let the loop breathe first."""
        core = self._core
        return core.monotonic() >= core.slice_end or any(route.endpoint.depth > DEEP for route in routes)

    async def breathe(self) -> None:
        """Let others go on, and begin a slice after them."""
        core = self._core
        await asyncio.sleep(0)
        core.slice_end = core.monotonic() + SLICE

    def at_once(
        self, route: Route, envelope: MessageEnvelope, encoded: bytes, now: float, *, own_payload: bool = False
    ) -> bool:
        """Accept one message from outside if nothing at all is in its way; False: go through `from_outside`."""
        core = self._core
        if (
            core.in_line
            or core.closing
            or core.depth >= core.max_messages
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
            or core.in_line
            or core.closing
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

    def everywhere_at_once(self, routes: Sequence[Route], envelope: MessageEnvelope, encoded: bytes) -> bool:
        """Accept one message from outside for several targets, as `at_once` does for one."""
        core, targets = self._core, len(routes)
        if (
            core.in_line
            or core.closing
            or core.depth + targets > core.max_messages
            or core.bytes + len(encoded) * targets > core.max_bytes
            or (core.log is not None and core.log.seq >= core.log.high_water)
            or not self.fit_everywhere(routes, envelope, encoded)
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
        if not queue:
            endpoint.active += 1
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

    def fit_everywhere(self, routes: Sequence[Route], envelope: MessageEnvelope, encoded: bytes) -> bool:
        """Accept a message for several targets, if nothing stands in its way at any of them (bus.md C5, F7)."""
        core, session_id = self._core, envelope.session_id
        for route in routes:
            if route.endpoint.depth >= route.endpoint.free_depth:
                return False
        if not routes or envelope.hop > core.max_hops:
            return False
        now = core.wall()
        targets = tuple([route.endpoint.name for route in routes])
        if core.log is not None:
            core.log.append_emitted(now, envelope, encoded, targets)
        for route in routes:
            endpoint = route.endpoint
            lane = endpoint.lanes.get(session_id) or core.lane(endpoint, session_id, now)
            delivery = Delivery(envelope, encoded, endpoint.name, expiry(endpoint, envelope, now), now)
            delivery.siblings = targets
            route.edge.count += 1
            if core.log is not None:
                core.log.append(now, "queued", envelope, endpoint.name, None, None, endpoint.depth + 1)
            core.push(lane, delivery)
            if endpoint.instance is None:
                self._acceptance.nobody_there(lane, delivery)
        return True

    async def from_outside(self, parcels: Parcels, timeout: float | None) -> None:
        """Accept messages from an input or a caller, waiting at most *timeout* seconds for room (None: for ever).

        Raises QueueFullError and ClosingError; cancelled, it has accepted nothing (bus.md F7).
        """
        if self._core.dead.full or self._core.letter_gate.waiters:
            await self._room_for_letters(parcels[0][1], timeout)
            await self._free_room(parcels, timeout)
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

    async def _room_for_letters(self, delivery: Delivery, timeout: float | None) -> None:
        """Refuse ingress while no dead letter can go (bus.md E2); inputs, which wait without limit (F2), wait in turn.

        What comes after such a wait has to be done in the same step, so that nobody overtakes (B4).
        """
        core, gate = self._core, self._core.letter_gate
        self._refuse_if_full(timeout)
        if core.dead.full:
            core.blocked += 1
            if core.log is not None:
                data: dict[str, object] = {"depth": core.dead.count, "limit": core.dead.limits.max_count}
                core.log.append(core.clock.time(), "blocked", delivery.envelope, delivery.target, None, None, data)
        core.tickets += 1
        waiter = Waiter(core.tickets)
        gate.join(waiter)
        try:
            while core.dead.full or gate.anyone_before(waiter.ticket):
                await waiter.turn()
                if core.closing:
                    raise ClosingError
                self._refuse_if_full(timeout)
        finally:
            gate.leave(waiter)
            core.bar()

    def _refuse_if_full(self, timeout: float | None) -> None:
        core = self._core
        if core.dead.full and timeout is not None:
            core.rejected += 1
            raise core.dead.full_error()

    async def room(self, parcels: Parcels, timeout: float | None) -> None:
        """Return once *parcels* from outside have room, which is theirs until control is given up: accept at once."""
        core = self._core
        if core.monotonic() >= core.slice_end:
            await self.breathe()
        await self._free_room(parcels, timeout)

    async def _free_room(self, parcels: Parcels, timeout: float | None) -> None:
        core = self._core
        if core.closing:
            raise ClosingError
        _address(parcels)
        full = self._full(parcels, NEWCOMER, outside=True)
        if full is not None:
            await self._wait_for_room(parcels, full, timeout, outside=True)
        core.from_outside += 1

    def fits(self, parcels: Parcels) -> bool:
        """Whether the outputs of an attempt fit right now."""
        return self._full(parcels, NEWCOMER, outside=False) is None

    async def room_for_outputs(self, parcels: Parcels) -> None:
        """Return once every target has room for an attempt's outputs (bus.md F3); raises QueueFullError on `reject`.

        The room is there until control is given up, so accept at once.
        """
        full = self._full(parcels, NEWCOMER, outside=False)
        if full is not None:
            await self._wait_for_room(parcels, full, None, outside=False)

    def accept_inside(self, parcels: Parcels) -> None:
        """Accept what a handler sends while it runs: at once, up to the hard cap (interfaces: Python).

        Raises QueueFullError where a target is full and rejects, and ClosingError.
        """
        if not self._core.running:
            raise ClosingError
        for parcel in parcels:
            if parcel[0].endpoint.policy_.overflow == "reject":
                full = self._full((parcel,), NEWCOMER, outside=False)
                if full is not None:
                    self._reject(full, parcel[1].target)
        self.accept(parcels, inside=True)

    def _full(self, parcels: Parcels, ticket: int, *, outside: bool) -> Full | None:
        """Return why *parcels* of the holder of *ticket* must wait, or None when all of them have room."""
        full = self._flow_full(parcels, ticket) if outside else None
        if full is not None:
            return full
        more: dict[Lane | Endpoint | None, int] = {}
        for route, delivery in parcels:
            if route.cyclic and not outside:
                continue  # never blocks (bus.md F4); whoever comes from outside holds nothing up by waiting
            endpoint = route.endpoint
            if endpoint.seen is not None and first_of(endpoint, delivery, self._core.clock.time()) is not None:
                continue  # a duplicate needs no room
            if endpoint.drops:
                continue  # what is too much gives way there
            lane = endpoint.lanes.get(delivery.envelope.session_id)
            # An attempt's outputs go in whole: more of them than the limit go in once the place is empty.
            in_lane = 0 if lane is None else lane.depth + more.get(lane, 0)
            if lane is not None and (
                lane.gate.anyone_before(ticket) or (lane.depth and in_lane >= endpoint.session_limit)
            ):
                return Full(lane.own_gate(), endpoint, in_lane, endpoint.session_limit, "session queue", lane)
            depth = endpoint.depth + more.get(endpoint, 0)
            if endpoint.gate.anyone_before(ticket) or (endpoint.depth and depth >= endpoint.max_queue):
                return Full(endpoint.gate, endpoint, depth, endpoint.max_queue, "queue")
            if lane is not None and lane.depth and endpoint.depth >= endpoint.crowded:
                share = endpoint.share()
                if in_lane >= share:
                    return Full(lane.own_gate(), endpoint, in_lane, share, "session's share of the queue", lane)
            if len(parcels) > 1:
                more[lane] = more.get(lane, 0) + 1
                more[endpoint] = more.get(endpoint, 0) + 1
        return None

    def _flow_full(self, parcels: Parcels, ticket: int) -> Full | None:
        core, policy = self._core, self._core.policy
        if core.gate.anyone_before(ticket) or (core.depth and core.depth + len(parcels) > policy.max_messages):
            return Full(core.gate, None, core.depth, policy.max_messages, "flow (max_messages)")
        if core.depth and core.bytes + sum(len(d.encoded) for _, d in parcels) > policy.max_bytes:
            return Full(core.gate, None, core.bytes, policy.max_bytes, "flow (max_bytes)")
        if core.log is not None and core.log.seq >= core.log.high_water:
            return Full(core.gate, None, core.log.limit // 2, core.log.limit // 2, "event log's reader")
        return None

    def _reject(self, full: Full, target: str) -> None:
        """Raise the error of *full* where its endpoint does not let anybody wait (bus.md F2)."""
        if full.endpoint is not None and full.endpoint.policy.overflow == "reject":
            self._core.rejected += 1
            raise full.error(target)

    async def _wait_for_room(self, parcels: Parcels, full: Full, timeout: float | None, *, outside: bool) -> None:
        """Wait at one gate at a time, holding nothing (bus.md F5), in turn (B4)."""
        core = self._core
        target = parcels[0][1].target
        self._reject(full, target)
        self._tell_blocked(parcels[0][1], full)
        place = _Place(core, full)
        try:
            async with asyncio.timeout(timeout):
                while True:
                    await place.waiter.turn()
                    if outside and core.closing:
                        raise ClosingError
                    still = self._full(parcels, place.waiter.ticket, outside=outside)
                    if still is None:
                        break
                    self._reject(still, target)
                    place.move(still)
        except TimeoutError:
            core.rejected += 1
            raise place.full.error(target) from None
        finally:
            place.leave()
        now = core.clock.time()
        for _, delivery in parcels:
            delivery.accepted_at = now
        _address(parcels)

    def _tell_blocked(self, delivery: Delivery, full: Full) -> None:
        core = self._core
        core.blocked += 1
        if core.log is not None:
            name = full.endpoint.name if full.endpoint is not None else delivery.target
            data: dict[str, object] = {"depth": full.depth, "limit": full.limit}
            core.log.append(core.clock.time(), "blocked", delivery.envelope, name, None, None, data)


def _address(parcels: Parcels) -> None:
    """Let *parcels*, whose sender has waited, be for the names that their targets have now."""
    for route, delivery in parcels:
        delivery.target = route.endpoint.name


class _Place:
    """Where a sender stands in line at this moment, and what for."""

    def __init__(self, core: BusCore, full: Full) -> None:
        core.tickets += 1
        core.in_line += 1
        core.awaited += 1
        self.waiter = Waiter(core.tickets)
        self.full = full
        self._core = core
        self._arrive()

    def move(self, full: Full) -> None:
        """Wait for *full* from now on; the place in line is kept where it is the same line."""
        if full.gate is self.full.gate:
            self.full = full
            return
        self._depart()
        self.full = full
        self._arrive()

    def leave(self) -> None:
        """Go, for whatever reason."""
        self._depart()
        self._core.in_line -= 1
        self._core.awaited -= 1

    def _arrive(self) -> None:
        self.full.gate.join(self.waiter)
        if self.full.endpoint is not None and self.full.lane is not None:
            self.full.endpoint.sharing[self.full.lane] = None
        self._since = self._core.monotonic()
        if self.full.endpoint is not None:
            self.full.endpoint.blocked += 1

    def _depart(self) -> None:
        self.full.gate.leave(self.waiter)
        if self.full.endpoint is not None and self.full.lane is not None and not self.full.gate.waiters:
            self.full.endpoint.sharing.pop(self.full.lane, None)
        waited_at = self.full.endpoint or self._core.past  # a limit of the whole flow is nobody's in particular
        waited_at.blocked_seconds += self._core.monotonic() - self._since
        if self.full.endpoint is not None:
            self.full.endpoint.blocked -= 1
