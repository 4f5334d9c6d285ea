"""Where senders who find no room wait for it in turn: at a target, in the flow, for dead letters (bus.md B4, E2, F)."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from woodwork_engine.bus.acceptance import Parcel, Parcels, first_of
from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.endpoint import Endpoint, Lane
from woodwork_engine.bus.gate import NEWCOMER, Gate, Waiter
from woodwork_engine.delivery import Delivery
from woodwork_engine.errors import ClosingError, QueueFullError


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


class Line:
    """Says whether there is room, and lets senders stand in line for it; nothing is accepted here."""

    def __init__(self, core: BusCore) -> None:
        self._core = core
        core.dead.on_full = self._look_at_letters

    async def room_from_outside(self, parcels: Parcels, timeout: float | None, *, droppable: bool = True) -> None:
        """Return once *parcels* from outside have room, after at most *timeout* seconds (None: for ever).

        The room is theirs until control is given up. What is not *droppable* also waits where it would give way itself
        (bus.md F2). Raises QueueFullError and ClosingError.
        """
        core = self._core
        if core.closing:
            raise ClosingError
        _address(parcels)
        full = self._full(parcels, NEWCOMER, outside=True, droppable=droppable)
        if full is not None:
            await self._wait_for_room(parcels, full, timeout, outside=True, droppable=droppable)
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

    def refuse_if_full(self, parcel: Parcel) -> None:
        """Raise QueueFullError where *parcel*, which does not wait, goes to a full target that rejects (bus.md F2)."""
        route, delivery = parcel
        if route.endpoint.policy_.overflow == "reject":
            full = self._full((parcel,), NEWCOMER, outside=False)
            if full is not None:
                self._reject(full, delivery.target)

    async def room_for_letters(self, delivery: Delivery, timeout: float | None) -> None:
        """Refuse ingress while no dead letter can go (bus.md E2); inputs, which wait without limit (F2), wait in turn.

        What comes after such a wait has to be done in the same step, so that nobody overtakes (B4).
        """
        core, gate = self._core, self._core.letter_gate
        self._refuse_without_letters(timeout)
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
                self._refuse_without_letters(timeout)
        finally:
            gate.leave(waiter)
            core.bar()

    def _look_at_letters(self) -> None:
        """Let those look who wait for room for dead letters: there is none any more, or some again."""
        core = self._core
        core.bar()
        core.letter_gate.call()
        if core.log is not None:
            event = "dead_letters.full" if core.dead.full else "dead_letters.room"
            data: dict[str, object] = {"event": event, "count": core.dead.count, "bytes": core.dead.bytes}
            core.log.append(core.clock.time(), "note", data=data)

    def _refuse_without_letters(self, timeout: float | None) -> None:
        core = self._core
        if core.dead.full and timeout is not None:
            core.rejected += 1
            raise core.dead.full_error()

    def _full(self, parcels: Parcels, ticket: int, *, outside: bool, droppable: bool = True) -> Full | None:
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
            if endpoint.drops and (droppable or endpoint.policy_.overflow == "drop_oldest"):
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

    async def _wait_for_room(
        self, parcels: Parcels, full: Full, timeout: float | None, *, outside: bool, droppable: bool = True
    ) -> None:
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
                    still = self._full(parcels, place.waiter.ticket, outside=outside, droppable=droppable)
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
        core.bar()
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
        self._core.bar()
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
