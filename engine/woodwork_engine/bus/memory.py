"""The message bus inside the process: the published interface and what an engine needs, over this folder's parts."""

from __future__ import annotations

import asyncio
import fnmatch
import inspect
import random
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass
from itertools import count

import msgspec

from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.endpoint import Endpoint, EndpointState, Handler, Instance, LaneState, Route
from woodwork_engine.bus.housekeeping import Housekeeping
from woodwork_engine.bus.intake import Intake
from woodwork_engine.bus.interface import MessageBusInterface, MessageHandler, StopReport
from woodwork_engine.bus.replay import Replays
from woodwork_engine.bus.routes import NO_LINKS, RouteTable, Targets
from woodwork_engine.bus.runner import Runners
from woodwork_engine.bus.sender import Sender
from woodwork_engine.bus.settlement import Settlement
from woodwork_engine.bus.statistics import degraded_reasons, published_statistics
from woodwork_engine.bus.trash import Trash
from woodwork_engine.clock import Clock, SystemClock
from woodwork_engine.dead_letter import DeathReason
from woodwork_engine.delivery import Delivery, current
from woodwork_engine.errors import SettingError
from woodwork_engine.events import EventLog
from woodwork_engine.message import IdSource, MessageEnvelope
from woodwork_engine.payload import encode
from woodwork_engine.policy import DeliveryPolicy, FlowPolicy, RetryPolicy


@dataclass(frozen=True, slots=True)
class _Subscription:
    topic: str
    session_id: str | None
    endpoint: str


class InMemoryMessageBus(MessageBusInterface):
    """Messages in lanes in this process; what is queued is gone when the process dies (bus.md I1).

    *max_queue_size* messages per target and *max_retries* are the built-in policy's unless *policy* is given. One bus
    belongs to one event loop.
    """

    def __init__(
        self,
        max_queue_size: int = 10_000,
        max_retries: int = 3,
        *,
        policy: DeliveryPolicy | None = None,
        flow_policy: FlowPolicy | None = None,
        clock: Clock | None = None,
        rng: random.Random | None = None,
        log: EventLog | None = None,
        flow: str = "flow",
    ) -> None:
        if max_queue_size < 1:
            raise SettingError("max_queue_size", "must be at least 1")
        if max_retries < 0:
            raise SettingError("max_retries", "must not be negative")
        default = policy or DeliveryPolicy(max_queue=max_queue_size, retry=RetryPolicy(max_retries=max_retries))
        self.core = BusCore(
            clock or SystemClock(), rng or random.Random(), flow_policy or FlowPolicy(), default, log, flow
        )
        ids = IdSource()
        settlement = Settlement(self.core)
        self._intake = Intake(self.core, settlement)
        self._settlement = settlement
        self.outbox = Sender(self.core, self._intake, ids)
        self._runners = Runners(self.core, self._intake, settlement, self.outbox)
        self._housekeeping = Housekeeping(self.core, settlement)
        self.replays = Replays(self.core, self._intake, ids)
        self.trash = Trash(self.core)
        self._subscriptions: dict[str, _Subscription] = {}
        self._numbers = count(1)
        self._started_at = 0.0

    async def start(self) -> None:
        """Begin to deliver on the running loop; starting a running bus does nothing."""
        if self.core.running:
            return
        self.core.running = True
        self.core.closing = False
        self._started_at = self.core.clock.time()
        self._runners.start(asyncio.get_running_loop())
        self._housekeeping.start()

    def close_ingress(self) -> None:
        """Refuse every further message from outside; who waits for room is told (bus.md H2)."""
        core = self.core
        core.closing = True
        gates = [core.gate]
        for endpoint in core.endpoints.values():
            gates.append(endpoint.gate)
            gates.extend(lane.gate for lane in endpoint.lanes.values())
        for gate in gates:
            gate.wake()

    async def stop(self, *, drain: bool = True, deadline: float | None = None) -> StopReport:
        """Stop: no new messages, drain for at most *deadline* seconds (default `stop_timeout`), end everything (H2)."""
        core = self.core
        if not core.running:
            return StopReport()
        before = self._settled()
        self.close_ingress()
        if drain:
            try:
                async with asyncio.timeout(core.policy.stop_timeout if deadline is None else deadline):
                    await core.idle()
            except TimeoutError:
                pass
        settled = self._settled() - before
        core.running = False
        cut = await self._runners.stop()
        self._housekeeping.stop()
        for lane in list(core.waiting.values()):
            self._settlement.stop_waiting(lane)
        return StopReport(settled, cut, self._left())

    def _settled(self) -> int:
        return sum(endpoint.settled for endpoint in self.core.endpoints.values())

    def _left(self) -> dict[str, int]:
        return {
            f"{endpoint.name}/{lane.session.id}": len(lane.queue)
            for endpoint in self.core.endpoints.values()
            for lane in endpoint.lanes.values()
            if lane.queue
        }

    async def publish(self, envelope: MessageEnvelope) -> bool:
        """Hand *envelope* to every subscriber of its event type, all or none (bus.md F7).

        Waits at most `block_timeout` for room, then raises QueueFullError; raises PayloadError and ClosingError.
        """
        matching = [
            self.core.table.direct(envelope.sender_component, subscription.endpoint)
            for subscription in self._subscriptions.values()
            if fnmatch.fnmatchcase(envelope.event_type, subscription.topic)
            and subscription.session_id in (None, envelope.session_id)
        ]
        if not matching:
            return False
        encoded = encode(envelope.payload)
        now = self.core.clock.time()
        await self._hand_over([self._intake.parcel(route, envelope, encoded, now) for route in matching])
        return True

    async def send_to_component(self, envelope: MessageEnvelope) -> bool:
        """Send *envelope* to its `target_component`; for a name nobody handles it waits (bus.md C6, F7).

        Waits at most `block_timeout` for room, then raises QueueFullError; raises PayloadError and ClosingError.
        """
        target = envelope.target_component
        if target is None:
            raise SettingError("target_component", "is missing; name the component to send to, or publish")
        core = self.core
        route = core.table.direct(envelope.sender_component, target)
        encoded = encode(envelope.payload)
        await self._hand_over([self._intake.parcel(route, envelope, encoded, core.clock.time())])
        return True

    async def _hand_over(self, parcels: list[tuple[Route, Delivery]]) -> None:
        delivery = current.get()
        if delivery is not None and delivery.running:
            self._intake.accept_inside(parcels)
            return
        await self._intake.from_outside(parcels, max(route.endpoint.policy.block_timeout for route, _ in parcels))

    async def subscribe(self, topic: str, callback: MessageHandler, session_id: str | None = None) -> str:
        """Call *callback* for messages whose event type matches *topic* (`*` wildcards), with lanes and retries."""
        subscription_id = f"sub-{next(self._numbers)}"
        self.register_component_handler(subscription_id, callback)
        self._subscriptions[subscription_id] = _Subscription(topic, session_id, subscription_id)
        return subscription_id

    async def unsubscribe(self, subscription_id: str) -> bool:
        """End a subscription; what waits for it is discarded, visibly. True when there was one."""
        if self._subscriptions.pop(subscription_id, None) is None:
            return False
        self.unregister_component_handler(subscription_id)
        endpoint = self.core.endpoints[subscription_id]
        for lane in endpoint.lanes.values():
            for delivery in list(lane.queue)[lane.state is LaneState.RUNNING :]:
                self._settlement.discarded(lane, delivery, "unsubscribed")
        return True

    def register_component_handler(self, name: str, handler: MessageHandler) -> None:
        """Let *handler*, sync or async, take the messages for *name*; replaces an earlier handler of that name."""
        self.employ(name, _taking_envelopes(handler), self.core.endpoint(name).policy)

    def unregister_component_handler(self, name: str) -> bool:
        """Stop handling messages for *name*; they wait until somebody registers. True when there was a handler."""
        endpoint = self.core.endpoints.get(name)
        if endpoint is None or endpoint.instance is None:
            return False
        endpoint.instance = None
        endpoint.state = EndpointState.WAITING
        for lane in endpoint.ready:
            lane.state = LaneState.IDLE
        endpoint.ready.clear()
        return True

    def employ(self, name: str, handler: Handler, policy: DeliveryPolicy, routes: RouteTable | None = None) -> Instance:
        """Let *handler* take over *name*'s lanes at the next message boundary (bus.md G3); return the new instance."""
        endpoint = self.core.endpoint(name)
        endpoint.policy = policy
        version = endpoint.instance.version + 1 if endpoint.instance else 1
        instance = Instance(handler, routes or self.core.table, version)
        self.core.employ(endpoint, instance)
        return instance

    def set_routes(self, revision: int, targets: Targets, links: Iterable[tuple[str, str]] = NO_LINKS) -> RouteTable:
        """Route from now on as *targets* says; *links* are all edges, from which cycles are found (bus.md G1, F4)."""
        self.core.table = RouteTable(revision, targets, links, self.core.route)
        return self.core.table

    def discard_rest(self, endpoint: Endpoint, *, dead: bool) -> None:
        """Empty a removed component's lanes: into the dead letters, or discarded."""
        for lane in list(endpoint.lanes.values()):
            for delivery in list(lane.queue):
                if dead:
                    self._settlement.dead(lane, delivery, DeathReason.COMPONENT_REMOVED)
                else:
                    self._settlement.discarded(lane, delivery, "component_removed")

    def retry_now(self, key: tuple[str, str]) -> bool:
        """Make the next attempt of a waiting delivery at once; True when it waited."""
        lane = self.core.waiting.get(key)
        if lane is not None:
            self._settlement.due(lane)
        return lane is not None

    def kill_retry(self, key: tuple[str, str]) -> bool:
        """Give a waiting delivery up: to the dead letters; True when it waited."""
        lane = self.core.waiting.get(key)
        if lane is None:
            return False
        self._settlement.dead(lane, lane.queue[0], DeathReason.KILLED)
        self.core.resume(lane)
        return True

    def get_stats(self) -> dict[str, object]:
        """Return the published statistics (interfaces: Python)."""
        return published_statistics(self.core, self._started_at, len(self._subscriptions))

    def is_healthy(self) -> bool:
        """Whether the bus runs and nothing about it is degraded (bus.md H5)."""
        return self.core.running and not degraded_reasons(self.core)


def _taking_envelopes(handler: MessageHandler) -> Handler:
    """Return *handler* as the runners call it: with the sender's own object first, then copies (bus.md A2, A7)."""
    asynchronous = inspect.iscoroutinefunction(handler) or inspect.iscoroutinefunction(
        getattr(handler, "__call__", None)  # noqa: B004 - an object whose call is a coroutine function
    )

    def envelope_for(delivery: Delivery) -> MessageEnvelope:
        if delivery.attempt == 1 and delivery.envelope.target_component is not None:
            return delivery.envelope
        return msgspec.structs.replace(delivery.addressed(), retry_count=delivery.attempt - 1)

    if asynchronous:
        return lambda delivery: handler(envelope_for(delivery))  # type: ignore[return-value]

    async def in_thread(delivery: Delivery) -> object:
        return await asyncio.to_thread(handler, envelope_for(delivery))

    def call(delivery: Delivery) -> Coroutine[object, object, object]:
        return in_thread(delivery)

    return call
