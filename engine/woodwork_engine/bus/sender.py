"""What components send through: staged inside a handler, accepted at once outside one (the Outbox of the bus)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec

from woodwork_engine.bus.acceptance import Parcel, Parcels
from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.endpoint import Endpoint, EndpointState, Route
from woodwork_engine.bus.instance import Instance
from woodwork_engine.bus.intake import SELDOM, Intake
from woodwork_engine.bus.line import Line
from woodwork_engine.bus.routes import RouteTable
from woodwork_engine.delivery import Delivery, Output, current
from woodwork_engine.errors import ClosingError, RequestError, UnknownComponentError
from woodwork_engine.message import CommunicationPattern, IdSource, MessageEnvelope
from woodwork_engine.payload import encode
from woodwork_engine.trace_context import incoming

_TO_ONE = CommunicationPattern.POINT_TO_POINT
_TO_ALL = CommunicationPattern.BROADCAST
_ASKED = CommunicationPattern.REQUEST_RESPONSE
_ROUTED = CommunicationPattern.ROUTED


class Sender:
    """Turns what components emit into envelopes with their origin (bus.md A3-A5) and hands them to the intake."""

    def __init__(self, core: BusCore, intake: Intake, line: Line, ids: IdSource) -> None:
        self._core = core
        self._intake = intake
        self._line = line
        self._ids = ids

    async def emit(
        self, source: str, event: str, data: object, *, session: str | None = None, dedupe_key: str | None = None
    ) -> str:
        """Route *data* along *source*'s `to`; return the message's id. Outside a handler it waits without limit."""
        delivery = current.get()
        encoded = encode(data)
        if delivery is not None and delivery.running:
            delivery.emits = True
            return delivery.stage(source, event, encoded, session=session, dedupe_key=dedupe_key)
        core = self._core
        envelope = self._ingress(source, event, session, _ROUTED)
        if dedupe_key is not None:
            envelope = msgspec.structs.replace(envelope, dedupe_key=dedupe_key)
        table, now = core.tables.current, envelope.created_at
        routes = table.resolved.get((source, event)) or table.routed(source, event)
        if len(routes) == 1 and routes[0].endpoint.kept_depth:
            taken = await self._intake.keep_at_once(routes[0], envelope, encoded)
        else:
            if not core.from_outside & SELDOM and self._intake.is_out_of_breath(routes):
                await self._intake.breathe()
                now = core.wall()
            taken = len(routes) == 1 and self._intake.at_once(routes[0], envelope, encoded, False, now)
        if not taken:
            await self._admit(envelope, encoded, routes)
        (core.endpoints.get(source) or core.endpoint(source)).emitted += 1
        return envelope.message_id if dedupe_key is None else self._first_id(envelope, routes)

    def _first_id(self, envelope: MessageEnvelope, routes: Sequence[Route]) -> str:
        """Return the id under which *envelope*, just accepted or found to be a duplicate, was accepted first."""
        now = self._core.clock.time()
        seen = [route.endpoint.seen for route in routes if route.endpoint.seen is not None]
        return next((first for one in seen if (first := one.accepted(envelope, now))), envelope.message_id)

    async def send(
        self,
        source: str | None,
        target: str,
        event: str,
        data: object,
        *,
        session: str | None = None,
        dedupe_key: str | None = None,
    ) -> str:
        """Send *data* to the component *target*; *source* None is a person. Raises UnknownComponentError."""
        self._known(target)
        delivery = _running()
        encoded = encode(data)
        if delivery is not None:
            return delivery.stage(
                source or delivery.target, event, encoded, target, session=session, dedupe_key=dedupe_key
            )
        envelope = self._ingress(source, event, session, _TO_ONE)
        if dedupe_key is not None:
            envelope = msgspec.structs.replace(envelope, dedupe_key=dedupe_key)
        routes = (self._core.table.direct(source, target),)
        await self._admit(envelope, encoded, routes)
        return envelope.message_id if dedupe_key is None else self._first_id(envelope, routes)

    async def broadcast(self, source: str, event: str, data: object, *, session: str | None = None) -> str:
        """Send *data* to every component whose `accepts` names *event* now (bus.md C6)."""
        delivery = _running()
        encoded = encode(data)
        if delivery is not None:
            return delivery.stage(source, event, encoded, broadcast=True, session=session)
        envelope = self._ingress(source, event, session, _TO_ALL)
        await self._admit(envelope, encoded, self._accepting(source, event))
        return envelope.message_id

    async def request(self, source: str, target: str, data: object, *, timeout: float) -> object:
        """Ask *target* directly, past its lanes, and return its answer; raises RequestError (interfaces: Python)."""
        core = self._core
        endpoint = self._known(target)
        instance = endpoint.instance
        if instance is None or not core.running:
            raise RequestError(f"{target} is not running; start it or send to it instead")
        asking = _running()
        asked_by = () if asking is None else (asking.target, *asking.asked_by)
        if target in asked_by:
            raise RequestError(f"{target} waits for this very request; it cannot answer it")
        expires = None if asking is None else asking.expires_at
        envelope = self._asked(source, asking)
        asked = Delivery(envelope, encode(data), target, expires, core.clock.time(), attempt=1, running=True)
        asked.asked_by = asked_by
        answer = await self._ask(instance, asked, timeout)
        if asked.staged is not None:
            parcels = self.children(asked, instance.routes)
            if asking is None:
                await self._line.room_for_outputs(parcels)
                self._intake.accept(parcels)
            else:  # whoever asks holds its lane: it must not wait for room on another's behalf (bus.md F4)
                self._intake.accept_inside(parcels)
            endpoint.emitted += len(asked.staged)
        return answer

    async def _ask(self, instance: Instance, asked: Delivery, timeout: float) -> object:
        token = current.set(asked)
        instance.inflight += 1
        try:
            async with asyncio.timeout(timeout) as limit:
                return await instance.asked(asked)
        except TimeoutError:
            if not limit.expired():
                raise
            raise RequestError(f"{asked.target} did not answer within {timeout:g} s") from None
        finally:
            asked.running = False
            instance.leave()
            current.reset(token)

    def _known(self, target: str) -> Endpoint:
        """Return the endpoint *target*; a component that was removed takes nothing new (bus.md G3)."""
        endpoint = self._core.endpoints.get(target)
        if endpoint is None or endpoint.state in (EndpointState.DRAINING, EndpointState.PARKED):
            raise UnknownComponentError(target, self._core.endpoints)
        return endpoint

    def note(self, source: str, event: str, data: object) -> None:
        """Write what is only observed into the log, beside the message that is being handled, if any."""
        log = self._core.log
        if log is None:
            return
        delivery = _running()
        details = data if isinstance(data, dict) else {"value": data}
        if delivery is None:
            log.append(self._core.clock.time(), "note", None, source, None, None, {"event": event, **details})
            return
        log.append(
            self._core.clock.time(), "note", delivery.envelope, source, delivery.attempt, None,
            {"event": event, **details},
        )  # fmt: skip

    async def _admit(self, envelope: MessageEnvelope, encoded: bytes, routes: Sequence[Route]) -> None:
        if routes:
            core = self._core
            if core.dead.full and envelope.sender_component is None:  # a person, who is told at once (bus.md E2)
                core.rejected += 1
                raise core.dead.full_error()
            now = envelope.created_at
            parcels = [self._intake.parcel(route, envelope, encoded, now) for route in routes]
            await self._intake.from_outside(parcels, None)
        elif self._core.closing:
            raise ClosingError
        else:
            self._unroutable(envelope, encoded)

    def _ingress(
        self, source: str | None, event: str, session: str | None, pattern: CommunicationPattern
    ) -> MessageEnvelope:
        core = self._core
        if session is None:
            session = _session()
        now = core.wall()
        message_id = self._ids.new(now)
        envelope = MessageEnvelope(
            None,
            event,
            session if session is not None else message_id,
            source,
            None,
            message_id,
            message_id,
            None,
            0,
            core.tables.current.revision,
            now,
            None,
            None,
            pattern,
        )
        given = incoming.get()
        if given is None and core.outer_trace is None:
            return envelope
        traceparent, tracestate = given or (core.outer_trace() if core.outer_trace is not None else (None, None))
        return msgspec.structs.replace(envelope, traceparent=traceparent, tracestate=tracestate)

    def _asked(self, source: str, asking: Delivery | None) -> MessageEnvelope:
        if asking is None:
            return self._ingress(source, "request", None, _ASKED)
        parent = asking.envelope
        envelope = MessageEnvelope(
            event_type="request",
            session_id=parent.session_id,
            sender_component=source,
            message_id=self._ids.new(self._core.clock.time()),
            correlation_id=parent.correlation_id or parent.message_id,
            causation_id=parent.message_id,
            hop=parent.hop + 1,
            revision=parent.revision,
            created_at=self._core.clock.time(),
            pattern=_ASKED,
        )
        return asking.traced(envelope)

    def hand_on(self, endpoint: Endpoint, delivery: Delivery, routes: RouteTable, now: float) -> Parcels:
        """Send *now* what an attempt at *endpoint* staged, in one step with its acknowledgement (bus.md C4).

        Returns what still has to wait for room, all of it then; empty when everything was accepted.
        """
        staged = delivery.staged or []
        endpoint.emitted += len(staged)
        if len(staged) == 1 and not self._core.in_line:
            output = staged[0]
            found: Sequence[Route] = ()
            if output.target is None and not output.broadcast:
                found = routes.resolved.get((output.source, output.event)) or routes.routed(output.source, output.event)
            if found:
                child = _child(delivery, output, routes.revision, now)
                if len(found) == 1:
                    taken = self._intake.fit_in(found[0], child, output.encoded, False, now)
                else:
                    taken = self._intake.fit_everywhere(found, child, output.encoded)
                if taken:
                    return ()
        parcels = self.children(delivery, routes)
        if not self._line.fits(parcels):
            return parcels
        self._intake.accept(parcels)
        return ()

    def children(self, delivery: Delivery, routes: RouteTable) -> list[Parcel]:
        """Return the parcels of what the attempt staged, along the routes it is pinned to (bus.md G1)."""
        now = self._core.clock.time()
        parcels: list[Parcel] = []
        for output in delivery.staged or ():
            envelope = _child(delivery, output, routes.revision, now)
            found = self._routes_of(output, routes)
            parcels += [self._intake.parcel(route, envelope, output.encoded, now) for route in found]
            if not found and delivery.envelope.pattern is not _ASKED:  # an answer has its receiver already
                self._unroutable(envelope, output.encoded)
        return parcels

    def _routes_of(self, output: Output, routes: RouteTable) -> tuple[Route, ...]:
        if output.target is not None:
            return (routes.direct(output.source, output.target),)
        if output.broadcast:
            return tuple(self._accepting(output.source, output.event))
        return routes.routed(output.source, output.event)

    def _accepting(self, source: str, event: str) -> list[Route]:
        core = self._core
        return [
            core.table.direct(source, name)
            for name, endpoint in core.endpoints.items()
            if event in endpoint.policy.accepts and name != source
        ]

    def _unroutable(self, envelope: MessageEnvelope, encoded: bytes) -> None:
        core = self._core
        core.unroutable += 1
        if core.log is not None:
            now = core.clock.time()
            core.log.append_emitted(now, envelope, encoded, ())
            core.log.append(now, "unroutable", envelope)


def _running() -> Delivery | None:
    """Return the delivery whose handler is running here; a task that outlives its handler sends on its own account."""
    delivery = current.get()
    return delivery if delivery is not None and delivery.running else None


def _session() -> str | None:
    """Return the session to carry on, that of the message this task descends from; None where there is none."""
    delivery = current.get()
    return delivery.envelope.session_id if delivery is not None else None


def _child(delivery: Delivery, output: Output, revision: int, now: float) -> MessageEnvelope:
    parent = delivery.envelope
    envelope = MessageEnvelope(
        None,
        output.event,
        parent.session_id if output.session is None else output.session,
        output.source,
        None,
        output.message_id,
        parent.correlation_id or parent.message_id,
        parent.message_id,
        parent.hop + 1,
        revision,
        now,
        delivery.expires_at,
    )
    if output.dedupe_key is not None:
        envelope = msgspec.structs.replace(envelope, dedupe_key=output.dedupe_key)
    if parent.traceparent is None and delivery.marks is None:
        return envelope
    return delivery.traced(envelope)
