"""What components send through: staged inside a handler, accepted at once outside one (the Outbox of the bus)."""

from __future__ import annotations

import asyncio

from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.endpoint import Endpoint, EndpointState, Route
from woodwork_engine.bus.intake import Intake
from woodwork_engine.bus.routes import RouteTable
from woodwork_engine.delivery import Delivery, Output, current
from woodwork_engine.errors import RequestError, UnknownComponentError
from woodwork_engine.message import CommunicationPattern, IdSource, MessageEnvelope
from woodwork_engine.payload import encode

Parcels = list[tuple[Route, Delivery]]

_TO_ONE = CommunicationPattern.POINT_TO_POINT
_TO_ALL = CommunicationPattern.BROADCAST


class Sender:
    """Turns what components emit into envelopes with their origin (bus.md A3-A5) and hands them to the intake."""

    def __init__(self, core: BusCore, intake: Intake, ids: IdSource) -> None:
        self._core = core
        self._intake = intake
        self._ids = ids

    async def emit(self, source: str, event: str, data: object, *, session: str | None = None) -> str:
        """Route *data* along *source*'s `to`; return the message's id."""
        delivery = _running()
        encoded = encode(data)
        if delivery is not None:
            delivery.emits = True
            return delivery.stage(source, event, encoded)
        return await self.from_input(source, event, encoded, session)

    async def send(
        self, source: str | None, target: str, event: str, data: object, *, session: str | None = None
    ) -> str:
        """Send *data* to the component *target*; *source* None is a person. Raises UnknownComponentError."""
        self._known(target)
        delivery = _running()
        encoded = encode(data)
        if delivery is not None:
            return delivery.stage(source or delivery.target, event, encoded, target)
        envelope = self._ingress(source, event, session, _TO_ONE)
        route = self._core.table.direct(source, target)
        await self._intake.from_outside([self._parcel(route, envelope, encoded)], None)
        return envelope.message_id

    async def broadcast(self, source: str, event: str, data: object, *, session: str | None = None) -> str:
        """Send *data* to every component whose `accepts` names *event* now (bus.md C6)."""
        delivery = _running()
        encoded = encode(data)
        if delivery is not None:
            return delivery.stage(source, event, encoded, broadcast=True)
        envelope = self._ingress(source, event, session, _TO_ALL)
        parcels = [self._parcel(route, envelope, encoded) for route in self._accepting(source, event)]
        await self._admit(envelope, encoded, parcels, None)
        return envelope.message_id

    async def request(self, source: str, target: str, data: object, *, timeout: float) -> object:
        """Ask *target* directly, past its lanes, and return its answer; raises RequestError (interfaces: Python)."""
        endpoint = self._known(target)
        instance = endpoint.instance
        if instance is None:
            raise RequestError(f"{target} is not running; start it or send to it instead")
        asking = _running()
        asked_by = () if asking is None else (asking.target, *asking.asked_by)
        if target in asked_by:
            raise RequestError(f"{target} waits for this very request; it cannot answer it")
        envelope = self._asked(source, asking)
        delivery = Delivery(envelope, encode(data), target, None, self._core.clock.time())
        delivery.asked_by = asked_by
        delivery.attempt = 1
        delivery.running = True
        delivery.emits = True  # what it returns is the answer and goes nowhere else
        token = current.set(delivery)
        instance.inflight += 1
        try:
            async with asyncio.timeout(timeout):
                answer = await instance.handler(delivery)
        except TimeoutError:
            raise RequestError(f"{target} did not answer within {timeout:g} s") from None
        finally:
            delivery.running = False
            instance.leave()
            current.reset(token)
        if delivery.staged is not None:
            parcels = self.children(delivery, instance.routes)
            await self._intake.room_for_outputs(parcels)
            self.commit(endpoint, delivery, parcels)
        return answer

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

    async def from_input(
        self, source: str, event: str, encoded: bytes, session: str | None, timeout: float | None = None
    ) -> str:
        """Route what an input emits; *timeout* in seconds bounds the wait for room, None waits without limit."""
        envelope = self._ingress(source, event, session, CommunicationPattern.ROUTED)
        parcels = [self._parcel(route, envelope, encoded) for route in self._core.table.routed(source, event)]
        await self._admit(envelope, encoded, parcels, timeout)
        self._core.endpoint(source).emitted += 1
        return envelope.message_id

    async def _admit(self, envelope: MessageEnvelope, encoded: bytes, parcels: Parcels, timeout: float | None) -> None:
        if parcels:
            await self._intake.from_outside(parcels, timeout)
        else:
            self._unroutable(envelope, encoded)

    def _parcel(self, route: Route, envelope: MessageEnvelope, encoded: bytes) -> tuple[Route, Delivery]:
        return self._intake.parcel(route, envelope, encoded, envelope.created_at)

    def _ingress(self, source: str | None, event: str, session: str | None, pattern: CommunicationPattern) -> MessageEnvelope:
        core = self._core
        session = _session(session)
        now = core.clock.time()
        message_id = self._ids.new(now)
        return MessageEnvelope(
            event_type=event,
            session_id=session if session is not None else message_id,
            sender_component=source,
            message_id=message_id,
            correlation_id=message_id,
            revision=core.table.revision,
            created_at=now,
            pattern=pattern,
        )

    def _asked(self, source: str, asking: Delivery | None) -> MessageEnvelope:
        if asking is None:
            return self._ingress(source, "request", None, CommunicationPattern.REQUEST_RESPONSE)
        parent = asking.envelope
        return MessageEnvelope(
            event_type="request",
            session_id=parent.session_id,
            sender_component=source,
            message_id=self._ids.new(self._core.clock.time()),
            correlation_id=parent.correlation_id,
            causation_id=parent.message_id,
            hop=parent.hop + 1,
            created_at=self._core.clock.time(),
            pattern=CommunicationPattern.REQUEST_RESPONSE,
        )

    def children(self, delivery: Delivery, routes: RouteTable) -> Parcels:
        """Return the parcels of what the attempt staged, along the routes it is pinned to (bus.md G1)."""
        now = self._core.clock.time()
        parcels: Parcels = []
        for output in delivery.staged or ():
            found = self._routes_of(output, routes)
            envelope = _child(delivery.envelope, output, routes.revision, now, delivery.expires_at)
            if not found:
                self._unroutable(envelope, output.encoded)
            for route in found:
                parcels.append(self._intake.parcel(route, envelope, output.encoded, now))
        return parcels

    def _routes_of(self, output: Output, routes: RouteTable) -> tuple[Route, ...]:
        if output.target is not None:
            return (routes.direct(output.source, output.target),)
        if output.broadcast:
            return tuple(self._accepting(output.source, output.event))
        return routes.routed(output.source, output.event)

    def commit(self, endpoint: Endpoint, delivery: Delivery, parcels: Parcels) -> list[str]:
        """Accept *parcels*, for which there is room, and return the ids of what the attempt sent."""
        if parcels:
            self._intake.accept(parcels)
        staged = delivery.staged or []
        endpoint.emitted += len(staged)
        return [output.message_id for output in staged]

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


def _session(session: str | None) -> str | None:
    """Return the session to carry on: the given one, else that of the message this task descends from."""
    if session is not None:
        return session
    delivery = current.get()
    return delivery.envelope.session_id if delivery is not None else None


def _child(
    parent: MessageEnvelope, output: Output, revision: int, now: float, expires_at: float | None
) -> MessageEnvelope:
    return MessageEnvelope(
        None,
        output.event,
        parent.session_id,
        output.source,
        None,
        output.message_id,
        parent.correlation_id,
        parent.message_id,
        parent.hop + 1,
        revision,
        now,
        expires_at,
        traceparent=parent.traceparent,
        tracestate=parent.tracestate,
        dedupe_key=None,
    )
