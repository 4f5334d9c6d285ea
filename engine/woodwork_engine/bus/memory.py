"""The message bus inside the process: the published interface and what an engine needs, over this folder's parts."""

from __future__ import annotations

import asyncio
import gc
import random
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from woodwork_engine.bus.acceptance import Acceptance
from woodwork_engine.bus.breaker import Breakers
from woodwork_engine.bus.breakpoints import Breakpoints
from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.dead_letter_queue import DeadLetterQueue
from woodwork_engine.bus.deadlines import Deadlines
from woodwork_engine.bus.dedupe import Dedupe
from woodwork_engine.bus.ending import Ending
from woodwork_engine.bus.endpoint import Endpoint, EndpointState, Route
from woodwork_engine.bus.envelopes import EnvelopeHandlers, OnLoop, sent_inside
from woodwork_engine.bus.halts import Halts
from woodwork_engine.bus.holds import Holds
from woodwork_engine.bus.housekeeping import Housekeeping
from woodwork_engine.bus.idleness import Idleness
from woodwork_engine.bus.instance import Handler, Instance
from woodwork_engine.bus.intake import RARELY, SELDOM, Intake
from woodwork_engine.bus.interface import MessageBusInterface, MessageHandler, Middleware, StopReport
from woodwork_engine.bus.keeper import Keeper
from woodwork_engine.bus.line import Line
from woodwork_engine.bus.middleware import Layers
from woodwork_engine.bus.pacing import Pacing
from woodwork_engine.bus.relocation import Relocation
from woodwork_engine.bus.replay import Replays
from woodwork_engine.bus.replay_jobs import ReplayJobs
from woodwork_engine.bus.routes import MOST_REMEMBERED, NO_LINKS, RouteTable, Targets
from woodwork_engine.bus.runner import Runners
from woodwork_engine.bus.sender import Sender
from woodwork_engine.bus.serving import Serving
from woodwork_engine.bus.settlement import Settlement
from woodwork_engine.bus.statistics import degraded_reasons, published_statistics, settled
from woodwork_engine.bus.subscriptions import Subscriptions
from woodwork_engine.bus.telemetry import configured_telemetry
from woodwork_engine.bus.waiting import WaitingRetries
from woodwork_engine.clock import Clock, SystemClock
from woodwork_engine.delivery import current
from woodwork_engine.errors import ClosingError, QueueFullError, SettingError
from woodwork_engine.events import EventLog
from woodwork_engine.message import IdSource, MessageEnvelope
from woodwork_engine.payload import encode, flat_copy
from woodwork_engine.policy import DeliveryPolicy, FlowPolicy, RetryPolicy
from woodwork_engine.store.records import Journal
from woodwork_engine.threads import call_on

if TYPE_CHECKING:  # loaded where a bus is observed, and only there
    from woodwork_engine.bus.otel import Observed, Telemetry


GARBAGE_THRESHOLDS = (50_000, 20, 50)
"""How often the garbage collector of a process with a bus looks, at most: messages come and go without cycles.

The process is not the bus's alone, so nothing is frozen: what is frozen is never collected.
"""


MOST_UNHANDLED = 1_000
"""Names that nobody handles and to which something was sent, at most: they may be made up by anybody."""


class InMemoryMessageBus(MessageBusInterface):
    """Messages in lanes in this process; what is queued is gone when the process dies (bus.md I1).

    *max_queue_size* messages per target and *max_retries* are the built-in policy's unless *policy* is given. One bus
    belongs to one event loop. It is observed by *telemetry*, else by the OpenTelemetry providers that are set when it
    starts, if any. What is durable is kept in *journal*, with what a person would have to redo.
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
        telemetry: Telemetry | None = None,
        journal: Journal | None = None,
    ) -> None:
        if max_queue_size < 1:
            raise SettingError("max_queue_size", "must be at least 1")
        if max_retries < 0:
            raise SettingError("max_retries", "must not be negative")
        default = policy or DeliveryPolicy(max_queue=max_queue_size, retry=RetryPolicy(max_retries=max_retries))
        self.core = BusCore(
            clock or SystemClock(), rng or random.Random(), flow_policy or FlowPolicy(), default, log, flow
        )
        ids, settlement, line, halts = IdSource(), Settlement(self.core), Line(self.core), Halts(self.core)
        self.idleness = Idleness(self.core)
        self.serving = Serving(self.core, halts)
        self._intake = Intake(self.core, Acceptance(self.core, settlement), line)
        self._settlement = settlement
        self.outbox: Sender = Sender(self.core, self._intake, line, ids)
        self._deadlines = Deadlines()
        self.layers = Layers()
        self.layers.put("dedupe", Dedupe(self.core.clock).around)
        self.layers.put("breaker", Breakers(self.core, self.serving).around)
        self.layers.put("timeout", self._deadlines.watching)
        self.pacing = Pacing(self.core)
        self._runners = Runners(self.core, self._intake, line, settlement, self.outbox)
        self._housekeeping = Housekeeping(self.core, settlement)
        self.holds = Holds(self.core, halts, settlement)
        self.breakpoints = Breakpoints(self.core, self.holds)
        self.retries = WaitingRetries(self.core, self.holds, settlement)
        self.relocation = Relocation(self.core, halts, self.serving, settlement, self.holds, self.breakpoints)
        self.keep_in(journal)
        self.replays = Replays(self.core, self._intake, ids, self.holds)
        self.dead_letters = DeadLetterQueue(self.core, self.replays)
        self.jobs = ReplayJobs(self.core, self.dead_letters)
        self._subscriptions = Subscriptions(self.core, self.serving, settlement)
        self._handlers = EnvelopeHandlers(flow)
        self._routes: dict[tuple[str | None, str], Route] = {}
        self._started_at = 0.0
        self._ending: Ending | None = None
        self._settled_before = 0
        self._when_read: Callable[[], object] = lambda: None
        self._telemetry = telemetry
        self._observed: Observed | None = None

    def keep_in(self, journal: Journal | None) -> None:
        """Keep in *journal* what is to outlive the process, from before the first start on (bus.md I)."""
        self._recovered = False
        if journal is not None:
            keeper = Keeper(self.core, journal, self._settlement, self.holds, self.breakpoints)
            self.layers.put("in_flight", keeper.in_flight.around)

    async def kept(self) -> None:
        """Return when what has happened up to now is kept, or cannot be: health says so then (bus.md I1)."""
        if self.core.keeper is not None:
            await self.core.keeper.commits.tried()

    async def start(self) -> None:
        """Begin to deliver on the running loop; starting a running bus does nothing."""
        core = self.core
        if core.running:
            return
        loop = asyncio.get_running_loop()
        if gc.isenabled() and gc.get_threshold()[0]:
            gc.set_threshold(*map(max, gc.get_threshold(), GARBAGE_THRESHOLDS))
        if core.keeper is not None and not self._recovered:
            self._recovered = True
            core.keeper.recovery.recover()
        core.running = True
        core.closing = False
        core.bar()
        self._started_at = core.clock.time()
        if core.log is not None:
            self._when_read = partial(call_on, loop, core.log_was_read)
            core.log.watch(self._when_read)
        telemetry = self._telemetry or configured_telemetry()
        if telemetry is not None:
            self._observed = telemetry.observe(self)
        self._handlers.start()
        self._runners.start(loop)
        if core.keeper is not None:
            core.keeper.commits.ask()
        self._housekeeping.start()

    def close_ingress(self) -> None:
        """Refuse every further message from outside; who waits for room is told (bus.md H2).

        What is settled from now on counts as drained in the report of `stop`.
        """
        if not self.core.closing:
            self._settled_before = settled(self.core)
        self.core.closing = True
        self.core.bar()
        self.core.call_everybody()

    async def stop(self, *, drain: bool = True, deadline: float | None = None) -> StopReport:
        """Stop: no new messages, drain for at most *deadline* seconds (default `stop_timeout`), end everything (H2).

        A second call without *drain* ends a drain that is under way; both return the same report.
        """
        while self._ending is not None:
            if not drain:
                self._ending.cut_short()
            report = self._ending.report
            await asyncio.wait([report])
            if not report.cancelled():
                return report.result()
        if not self.core.running:
            return StopReport()
        self._ending = ending = Ending(self.core, self._runners, self._settlement, self._deadlines, self.idleness)
        try:
            self.close_ingress()
            if drain:
                await ending.drain(self.core.policy.stop_timeout if deadline is None else deadline)
            await self.jobs.stop()
            drained = settled(self.core) - self._settled_before
            self._close()
            ended = await ending.end()
            self.pacing.stop()
            if self.core.keeper is not None:
                await self.core.keeper.finish()
            ending.report.set_result(StopReport(drained, *ended))
        finally:
            ending.report.cancel()  # where there is none: whoever waits for it goes on with the stop
            self._ending = None
        return ending.report.result()

    def _close(self) -> None:
        self._housekeeping.stop()
        self._handlers.stop()
        if self._observed is not None:
            self._observed.stop()
            self._observed = None
        if self.core.log is not None:
            self.core.log.unwatch(self._when_read)

    async def publish(self, envelope: MessageEnvelope) -> bool:
        """Hand *envelope* to every subscriber of its event type, all or none (bus.md F7).

        Waits at most `block_timeout` for room, then raises QueueFullError; raises PayloadError and ClosingError.
        """
        routes = self._subscriptions.matching(envelope.event_type, envelope.session_id)
        if not routes:
            if self.core.closing:
                raise ClosingError
            return False
        await self._hand_over(envelope, routes)
        return True

    async def send_to_component(self, envelope: MessageEnvelope) -> bool:
        """Send *envelope* to its `target_component`; for a name nobody handles it waits (bus.md C6, F7).

        Waits at most `block_timeout` for room, then raises QueueFullError; raises PayloadError and ClosingError.
        """
        target = envelope.target_component
        if target is None:
            raise SettingError("target_component", "is missing; name the component to send to, or publish")
        route = self._routes.get((envelope.sender_component, target))
        if route is None:
            route = self._route(envelope.sender_component, target)
        if envelope.delivery_mode is not None:
            self._as_asked(envelope, (route,))
        encoded = encode(envelope.payload)
        sender = current.get()
        core, intake = self.core, self._intake
        if sender is not None and sender.running:
            envelope = sent_inside(envelope, sender)
            if core.closing or not intake.fit_in(route, envelope, encoded, True, core.wall()):
                intake.inside(route, envelope, encoded)
            return True
        if route.endpoint.kept_depth:  # who waits until it is kept need not let the loop breathe before
            taken = await intake.keep_at_once(route, envelope, encoded, own_payload=True)
        else:
            if not core.from_outside & SELDOM and intake.is_out_of_breath((route,)):
                await intake.breathe()
            taken = intake.at_once(route, envelope, encoded, True, core.wall())
        if not taken:
            parcel = intake.parcel(route, envelope, encoded, core.clock.time(), own_payload=True)
            await intake.from_outside((parcel,), route.endpoint.policy.block_timeout)
        return True

    def _route(self, source: str | None, target: str) -> Route:
        endpoints = self.core.endpoints
        if target not in endpoints and len(endpoints) >= MOST_UNHANDLED:
            unhandled = sum(endpoint.is_unhandled for endpoint in endpoints.values())
            if unhandled >= MOST_UNHANDLED:
                self.core.rejected += 1
                what = "the list of names that nobody handles"
                raise QueueFullError(target, unhandled, MOST_UNHANDLED, what, "register a handler before you send")
        if len(self._routes) >= MOST_REMEMBERED:
            self._routes.clear()
        route = self._routes[(source, target)] = self.core.route(source, target, False)
        return route

    def _as_asked(self, envelope: MessageEnvelope, routes: Sequence[Route]) -> None:
        """Let targets remember what they get where *envelope* itself asks to be delivered effectively once."""
        if envelope.delivery_mode == "effectively_once":
            for route in routes:
                if route.endpoint.seen is None:
                    route.endpoint.look_out()
                    self.rebuild()

    async def _hand_over(self, envelope: MessageEnvelope, routes: Sequence[Route]) -> None:
        if envelope.delivery_mode is not None:
            self._as_asked(envelope, routes)
        encoded = encode(envelope.payload)
        sender = current.get()
        everywhere = sender is None and len(routes) > 1
        copy = flat_copy(envelope.payload) if everywhere else None
        if copy is not None:
            envelope = replace(envelope, payload=copy)  # the sender may go on using its own
        if sender is not None and sender.running:
            envelope = sent_inside(envelope, sender)
        elif len(routes) == 1 and routes[0].endpoint.kept_depth:
            if await self._intake.keep_at_once(routes[0], envelope, encoded, own_payload=True):
                return
        elif not self.core.from_outside & RARELY and self._intake.is_out_of_breath(routes):
            await self._intake.breathe()
        if everywhere and self._intake.everywhere_at_once(routes, envelope, encoded, flat=copy is not None):
            return
        now, alone = self.core.clock.time(), len(routes) == 1
        parcels = [self._intake.parcel(route, envelope, encoded, now, own_payload=alone) for route in routes]
        if sender is not None and sender.running:
            self._intake.accept_inside(parcels)
        else:
            await self._intake.from_outside(parcels, max(route.endpoint.policy.block_timeout for route in routes))

    async def subscribe(self, topic: str, callback: MessageHandler, session_id: str | None = None) -> str:
        """Call *callback* for messages whose event type matches *topic* (`*` wildcards), with lanes and retries."""
        name = self._subscriptions.add(topic, session_id)
        self._register(name, callback)
        return name

    async def unsubscribe(self, subscription_id: str) -> bool:
        """End a subscription; what waits for it is discarded, visibly. True when there was one."""
        return self._subscriptions.end(subscription_id)

    def register_component_handler(self, name: str, handler: MessageHandler) -> None:
        """Let *handler*, sync or async, take the messages for *name*; replaces an earlier handler of that name."""
        if name in self._subscriptions:
            raise SettingError(name, "is the name of a subscription; register the handler under another one")
        self._register(name, handler)

    def _register(self, name: str, handler: MessageHandler) -> None:
        self.employ(name, self._handlers.taking(handler), self.core.endpoint(name).policy)

    def unregister_component_handler(self, name: str) -> bool:
        """Stop handling messages for *name*; they wait until somebody registers. True when there was a handler."""
        endpoint = self.core.endpoints.get(name)
        if endpoint is None or endpoint.instance is None:
            return False
        self.serving.dismiss(endpoint, EndpointState.WAITING)
        return True

    def employ(self, name: str, handler: Handler, policy: DeliveryPolicy, routes: RouteTable | None = None) -> Instance:
        """Let *handler* take over *name*'s lanes at the next message boundary (bus.md G3); return the new instance."""
        endpoint = self.core.endpoint(name)
        endpoint.policy = policy
        before = endpoint.instance
        version = before.version + 1 if before else 1
        if endpoint.breaker is not None and (before is None or before.handler is not handler):
            endpoint.breaker.close()  # what failed was other code
        instance = Instance(handler, routes or self.core.table, version)
        self._surround(endpoint, instance)
        self.serving.employ(endpoint, instance)
        return instance

    def add_middleware(self, middleware: Middleware) -> None:
        """Let *middleware* stand around every attempt of every handler, within a slice of work from now.

        Its place is after `timeout` and before pipes and handler, inside all that were added before (bus.md D8).
        """
        self.layers.add(middleware)
        self.rebuild()

    def rebuild(self) -> None:
        """Make anew what runners call, because the layers around it have changed."""
        for endpoint in self.core.endpoints.values():
            if endpoint.instance is not None:
                self._surround(endpoint, endpoint.instance)

    def _surround(self, endpoint: Endpoint, instance: Instance) -> None:
        instance.asked = self.layers.asked(endpoint, instance.handler)
        instance.attempt = self.layers.around(endpoint, instance.handler)
        bare = instance.handler if instance.attempt is instance.handler else None
        instance.direct = bare.function if isinstance(bare, OnLoop) else None

    def set_routes(self, revision: int, targets: Targets, links: Iterable[tuple[str, str]] = NO_LINKS) -> RouteTable:
        """Route from now on as *targets* says; *links* are all edges, from which cycles are found (bus.md G1, F4)."""
        self.core.tables.adopt(RouteTable(revision, targets, links, self.core.route))
        return self.core.table

    def retry_now(self, key: tuple[str, str]) -> bool:
        """Make the next attempt of a waiting delivery at once; True when it waited."""
        return self.retries.now(key)

    def kill_retry(self, key: tuple[str, str]) -> bool:
        """Give a waiting delivery up: to the dead letters; True when it waited."""
        return self.retries.kill(key)

    def get_stats(self) -> dict[str, object]:
        """Return the published statistics (interfaces: Python)."""
        return published_statistics(self.core, self._started_at, self._subscriptions.topics())

    def is_healthy(self) -> bool:
        """Whether the bus runs and nothing about it is degraded (bus.md H5)."""
        return self.core.running and not degraded_reasons(self.core)
