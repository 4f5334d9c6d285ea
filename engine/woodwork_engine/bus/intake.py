"""How messages are accepted: all targets or none, in order, with room or after waiting for it (bus.md B4, F)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from woodwork_engine.bus.core import SLICE, BusCore
from woodwork_engine.bus.endpoint import Endpoint, Gate, Lane, Route
from woodwork_engine.bus.settlement import Settlement
from woodwork_engine.dead_letter import DeathReason
from woodwork_engine.delivery import Delivery
from woodwork_engine.errors import ClosingError, QueueFullError
from woodwork_engine.message import MessageEnvelope

Parcels = Sequence[tuple[Route, Delivery]]


class _Full(Exception):  # noqa: N818 - a signal between two functions of this file, not an error
    def __init__(self, gate: Gate, endpoint: Endpoint | None, depth: int, limit: int, what: str) -> None:
        self.gate = gate
        self.endpoint = endpoint
        self.depth = depth
        self.limit = limit
        self.what = what


class Intake:
    """The one way into the lanes."""

    def __init__(self, core: BusCore, settlement: Settlement) -> None:
        self._core = core
        self._settlement = settlement

    def parcel(self, route: Route, envelope: MessageEnvelope, encoded: bytes, now: float) -> tuple[Route, Delivery]:
        """Return what `accept` takes: *envelope* for one target, with the expiry it has there (bus.md D4)."""
        policy = route.endpoint.policy
        if envelope.ttl_seconds is not None:
            expires: float | None = envelope.created_at + envelope.ttl_seconds
        elif policy.ttl_is_own or (envelope.expires_at is None and envelope.hop == 0):
            expires = None if policy.ttl is None else now + policy.ttl
        else:
            expires = envelope.expires_at
        return route, Delivery(envelope, encoded, route.endpoint.name, expires, now)

    async def from_outside(self, parcels: Parcels, timeout: float | None) -> None:
        """Accept messages from an input or a caller, waiting at most *timeout* seconds for room (None: for ever).

        Raises QueueFullError and ClosingError; cancelled, it has accepted everything or nothing (bus.md F7).
        """
        core = self._core
        if core.closing or not core.running:
            raise ClosingError
        if core.log is not None and core.log.seq >= core.log.high_water:
            await self.log_read()
        try:
            self._check(parcels, None, outside=True)
        except _Full as full:
            self._reject(full, parcels)
            await self._wait_for_room(parcels, full, timeout, outside=True)
        core.from_outside += 1
        self.accept(parcels)
        if core.clock.time() >= core.slice_end:
            await asyncio.sleep(0)
            core.slice_end = core.clock.time() + SLICE

    async def room_for_outputs(self, parcels: Parcels) -> None:
        """Return once every target has room for an attempt's outputs (bus.md F3); raises QueueFullError on `reject`.

        The room is there until control is given up, so accept at once.
        """
        try:
            self._check(parcels, None, outside=False)
        except _Full as full:
            self._reject(full, parcels)
            await self._wait_for_room(parcels, full, None, outside=False)

    def fits(self, parcels: Parcels) -> bool:
        """Whether the outputs of an attempt fit right now."""
        try:
            self._check(parcels, None, outside=False)
        except _Full:
            return False
        return True

    async def log_read(self) -> None:
        """Wait until the lossless readers of the log have caught up (interfaces: event records)."""
        loop = asyncio.get_running_loop()
        read = asyncio.Event()
        log = self._core.log
        if log is not None:
            log.call_when_read(lambda: loop.call_soon_threadsafe(read.set))
            await read.wait()

    def _reject(self, full: _Full, parcels: Parcels) -> None:
        if full.endpoint is not None and full.endpoint.policy.overflow == "reject":
            raise self._error(full, parcels) from None

    def _error(self, full: _Full, parcels: Parcels) -> QueueFullError:
        name = full.endpoint.name if full.endpoint is not None else parcels[0][0].endpoint.name
        return QueueFullError(name, full.depth, full.limit, full.what)

    def _check(self, parcels: Parcels, mine: asyncio.Future[None] | None, *, outside: bool) -> None:
        """Raise _Full, with where to wait, unless all *parcels* have room; *mine* is the waiter that is asking."""
        core = self._core
        if outside:
            self._check_flow(parcels, mine)
        more: dict[object, int] = {}
        for route, delivery in parcels:
            if route.cyclic:
                continue
            endpoint = route.endpoint
            policy = endpoint.policy
            lane = core.lane(endpoint, delivery.envelope.session_id)
            in_lane = len(lane.queue) + more.get(lane, 0)
            # An attempt's outputs go in whole: more of them than the limit go in once the place is empty.
            if (lane.gate.waiters and lane.gate.waiters[0] is not mine) or (
                lane.queue and in_lane >= policy.session_limit
            ):
                raise _Full(lane.gate, endpoint, in_lane, policy.session_limit, "session queue")
            depth = endpoint.depth + more.get(endpoint, 0)
            if (endpoint.gate.waiters and endpoint.gate.waiters[0] is not mine) or (
                endpoint.depth and depth >= policy.max_queue
            ):
                raise _Full(endpoint.gate, endpoint, depth, policy.max_queue, "queue")
            if len(parcels) > 1:
                more[lane] = more.get(lane, 0) + 1
                more[endpoint] = more.get(endpoint, 0) + 1

    def _check_flow(self, parcels: Parcels, mine: asyncio.Future[None] | None) -> None:
        core = self._core
        limit = core.policy.max_messages
        if (core.gate.waiters and core.gate.waiters[0] is not mine) or core.depth >= limit:
            raise _Full(core.gate, None, core.depth, limit, "flow (max_messages)")
        if core.depth and core.bytes + len(parcels[0][1].encoded) > core.policy.max_bytes:
            raise _Full(core.gate, None, core.bytes, core.policy.max_bytes, "flow (max_bytes)")

    async def _wait_for_room(self, parcels: Parcels, full: _Full, timeout: float | None, *, outside: bool) -> None:
        """Wait at one gate at a time, holding nothing (bus.md F5), in turn (B4)."""
        core = self._core
        endpoint = parcels[0][0].endpoint
        core.blocked += 1
        endpoint.blocked += 1
        if core.log is not None:
            data: dict[str, object] = {"depth": full.depth, "limit": full.limit}
            core.log.append(core.clock.time(), "blocked", parcels[0][1].envelope, endpoint.name, None, None, data)
        try:
            async with asyncio.timeout(timeout):
                await self._queue_up(parcels, full, outside=outside)
        except TimeoutError:
            raise self._error(full, parcels) from None
        finally:
            endpoint.blocked -= 1

    async def _queue_up(self, parcels: Parcels, full: _Full, *, outside: bool) -> None:
        loop = asyncio.get_running_loop()
        gate = full.gate
        mine: asyncio.Future[None] = loop.create_future()
        gate.waiters.append(mine)
        try:
            while True:
                await mine
                if outside and (self._core.closing or not self._core.running):
                    raise ClosingError
                mine_done, mine = mine, loop.create_future()
                gate.waiters[gate.waiters.index(mine_done)] = mine
                try:
                    self._check(parcels, mine, outside=outside)
                except _Full as still:
                    if still.gate is not gate:
                        self._leave(gate, mine)
                        gate = still.gate
                        gate.waiters.append(mine)
                else:
                    return
        finally:
            self._leave(gate, mine)

    def _leave(self, gate: Gate, mine: asyncio.Future[None]) -> None:
        if mine in gate.waiters:
            gate.waiters.remove(mine)
        if gate.waiters:  # whatever room there is belongs to the next one now
            asyncio.get_running_loop().call_soon(gate.wake)

    def accept_inside(self, parcels: Parcels) -> None:
        """Accept what a bare handler sends while it runs: at once, up to the hard cap (interfaces: Python)."""
        for route, _ in parcels:
            route.cyclic = True  # nothing is known of what leads where: no edge may block (bus.md F4)
        self.accept(parcels)

    def accept(self, parcels: Parcels) -> None:
        """Append every parcel to its lane in one step; what may not travel on becomes a dead letter (bus.md F4)."""
        core = self._core
        first = parcels[0][1]
        log = core.log
        if log is not None:
            self._log_emitted(parcels)
        for route, delivery in parcels:
            endpoint = route.endpoint
            route.edge.count += 1
            lane = core.lane(endpoint, delivery.envelope.session_id)
            if delivery.envelope.hop > core.policy.max_hops:
                self._refuse(lane, delivery, DeathReason.HOP_LIMIT)
                continue
            if route.cyclic and endpoint.depth >= endpoint.policy.max_queue * core.policy.overflow_factor:
                self._refuse(lane, delivery, DeathReason.OVERFLOW)
                continue
            if log is not None:
                log.append(
                    first.accepted_at, "queued", delivery.envelope, endpoint.name, None, None,
                    {"depth": endpoint.depth + 1},
                )  # fmt: skip
            core.push(lane, delivery)
            if endpoint.instance is None and core.idle_waiters and core.depth == core.parked():
                core.tell_idle()

    def _log_emitted(self, parcels: Parcels) -> None:
        """Write one `emitted` record per envelope; parcels of one envelope stand together."""
        log = self._core.log
        if log is None:
            return
        done: MessageEnvelope | None = None
        for _, delivery in parcels:
            if delivery.envelope is not done:
                done = delivery.envelope
                targets = tuple(d.target for _, d in parcels if d.envelope is done)
                log.append_emitted(delivery.accepted_at, done, delivery.encoded, targets)

    def _refuse(self, lane: Lane, delivery: Delivery, reason: DeathReason) -> None:
        lane.endpoint.accepted += 1
        lane.session.messages += 1
        self._settlement.bury(lane, delivery, reason)
