"""OpenTelemetry: spans and metrics of a bus under the names of the messaging conventions (bus.md J3).

The one file that knows `opentelemetry`. Without a provider nothing of it is used: no layer, no callback, no cost.
Counts and depths are read from the bus's own numbers when an exporter asks; only durations and spans need a layer.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import wraps
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary, WeakSet

from msgspec.structs import replace
from opentelemetry import context as contexts
from opentelemetry import metrics, trace
from opentelemetry.metrics import CallbackOptions, MeterProvider, NoOpMeterProvider, Observation
from opentelemetry.trace import Link, NoOpTracerProvider, SpanContext, SpanKind, Status, StatusCode, TracerProvider
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.endpoint import Endpoint
from woodwork_engine.bus.instance import Handler
from woodwork_engine.bus.readings import COUNTERS, GAUGES, TARGET, Read
from woodwork_engine.delivery import Delivery, current
from woodwork_engine.errors import HandledBeforeError, described
from woodwork_engine.message import MessageEnvelope
from woodwork_engine.trace_context import incoming

if TYPE_CHECKING:  # a bus loads this when it is observed
    from woodwork_engine.bus.memory import InMemoryMessageBus

SCOPE = "woodwork_engine"
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
"""Boundaries of durations, in seconds, as the messaging conventions advise."""

PATIENCE = 3
"""Seconds that one export may take, unless the environment says more: for so long a program waits when it ends."""

_SYSTEM, _OPERATION, _TYPE = "messaging.system", "messaging.operation.name", "messaging.operation.type"
_FLOW, _ERROR = "messaging.consumer.group.name", "error.type"
_W3C = TraceContextTextMapPropagator()
_UNSET = ("ProxyTracerProvider", "_ProxyMeterProvider")
"""What stands in place of a provider until somebody sets one."""

Attributes = dict[str, str]


def configured() -> Telemetry | None:
    """Return telemetry by the providers that this program has set; None where it has set none."""
    tracers, meters = trace.get_tracer_provider(), metrics.get_meter_provider()
    traced = not isinstance(tracers, NoOpTracerProvider) and type(tracers).__name__ not in _UNSET
    metered = not isinstance(meters, NoOpMeterProvider) and type(meters).__name__ not in _UNSET
    if not traced and not metered:
        return None
    return Telemetry(tracers if traced else None, meters if metered else None)


class Telemetry:
    """Spans by *tracers*, metrics by *meters*; either may be None."""

    def __init__(self, tracers: TracerProvider | None, meters: MeterProvider | None) -> None:
        self.tracer = None if tracers is None else trace.get_tracer(SCOPE, tracer_provider=tracers)
        self.gauges = None if meters is None else _gauges_of(meters)

    def observe(self, bus: InMemoryMessageBus) -> Observed:
        """Observe *bus* until `stop`."""
        observed = Observed(self, bus)
        observed.start()
        return observed


class Observed:
    """One bus while it runs and is observed."""

    def __init__(self, telemetry: Telemetry, bus: InMemoryMessageBus) -> None:
        self._tracer = telemetry.tracer
        self._gauges = telemetry.gauges
        self._bus = bus
        self._core = bus.core
        # Replaced on the objects themselves, so that where nobody looks nobody has to ask whether somebody does.
        self._sends: tuple[tuple[object, str, str], ...] = (
            (bus, "publish", "event_type"),
            (bus, "send_to_component", "target_component"),
            (bus.outbox, "emit", "source"),
            (bus.outbox, "broadcast", "source"),
            (bus.outbox, "send", "target"),
        )

    def start(self) -> None:
        """Put the layers in, watch what is sent, and let exporters read the bus."""
        self._bus.layers.put("trace", self.traced)
        self._bus.layers.put("metrics", self.measured)
        self._bus.rebuild()
        for owner, name, destination in self._sends:
            setattr(owner, name, self.sending(getattr(owner, name), destination))
        if self._tracer is not None:
            self._core.outer_trace = current_trace
        if self._gauges is not None:
            self._gauges.cores.add(self._core)

    def stop(self) -> None:
        """Take all of it away; exporters may still read what the bus has counted."""
        self._bus.layers.take("trace")
        self._bus.layers.take("metrics")
        self._bus.rebuild()
        for owner, name, _ in self._sends:
            delattr(owner, name)
        self._core.outer_trace = None

    def traced(self, endpoint: Endpoint, handler: Handler) -> Handler:
        """Return *handler* with a CONSUMER span around each attempt, in its message's trace, linked to the sender."""
        tracer = self._tracer
        if tracer is None:
            return handler
        name, flow, conceal = endpoint.name, self._core.flow, self._core.secrets.conceal

        async def attempt(delivery: Delivery) -> object:
            parent, links = _sender_of(delivery.envelope)
            span = tracer.start_span(
                f"process {name}",
                parent,
                SpanKind.CONSUMER,
                {**_process(name, flow), **_message(delivery.envelope), "ww.attempt": delivery.attempt},
                links,
            )
            delivery.mark().traceparent = _traceparent(span.get_span_context())
            token = contexts.attach(trace.set_span_in_context(span, parent))
            try:
                return await handler(delivery)
            except BaseException as error:
                if _is_failure(error):
                    span.set_attribute(_ERROR, type(error).__name__)
                    span.set_status(Status(StatusCode.ERROR, conceal(described(error))))
                raise
            finally:
                contexts.detach(token)
                span.end()

        return attempt

    def measured(self, endpoint: Endpoint, handler: Handler) -> Handler:
        """Return *handler* with each attempt counted and timed."""
        gauges = self._gauges
        if gauges is None:
            return handler
        monotonic, fine = self._core.monotonic, _process(endpoint.name, self._core.flow)

        async def attempt(delivery: Delivery) -> object:
            started, attributes = monotonic(), fine
            try:
                return await handler(delivery)
            except BaseException as error:
                if _is_failure(error):
                    attributes = {**fine, _ERROR: type(error).__name__}
                raise
            finally:
                gauges.consumed.add(1, attributes)
                gauges.process_duration.record(monotonic() - started, attributes)

        return attempt

    def sending(self, send: Callable[..., Awaitable[object]], destination: str) -> Callable[..., Awaitable[object]]:
        """Return *send*, timed and in a PRODUCER span, for what comes from outside; *destination* names the argument.

        What an attempt sends is part of its own span. A message that brings its trace along stays in that.
        """

        @wraps(send)
        async def sent(*args: object, **kwargs: object) -> object:
            delivery = current.get()
            if delivery is not None and delivery.running:
                return await send(*args, **kwargs)
            envelope, to = _where_to(destination, args, kwargs)
            attributes = {_SYSTEM: "woodwork", _OPERATION: "send", _TYPE: "send", TARGET: to}
            started = self._core.monotonic()
            try:
                if self._tracer is None or (incoming.get() if envelope is None else envelope.traceparent) is not None:
                    return await send(*args, **kwargs)
                with self._tracer.start_as_current_span(
                    f"send {to}", kind=SpanKind.PRODUCER, attributes=attributes, record_exception=False
                ):
                    return await (send(*args, **kwargs) if envelope is None else send(_with_trace(envelope)))
            except BaseException as error:
                attributes = {**attributes, _ERROR: type(error).__name__}
                raise
            finally:
                if self._gauges is not None:
                    self._gauges.operation_duration.record(self._core.monotonic() - started, attributes)

        return sent


def current_trace() -> tuple[str | None, str | None]:
    """Return traceparent and tracestate of the span that is open here, for what is sent from outside; None without."""
    found = trace.get_current_span().get_span_context()
    return (_traceparent(found), found.trace_state.to_header() or None) if found.is_valid else (None, None)


def _with_trace(envelope: MessageEnvelope) -> MessageEnvelope:
    traceparent, tracestate = current_trace()
    return replace(envelope, traceparent=traceparent, tracestate=tracestate)


def _where_to(
    destination: str, args: Sequence[object], kwargs: Mapping[str, object]
) -> tuple[MessageEnvelope | None, str]:
    """Return the envelope that is sent, if it is one, and where to, from the arguments of a send."""
    given = args[0] if args else kwargs.get("envelope")
    if isinstance(given, MessageEnvelope):
        return given, str(getattr(given, destination))
    return None, str(kwargs[destination] if destination in kwargs else args[_POSITIONS[destination]])


_POSITIONS = {"source": 0, "target": 1}


def _traceparent(context: SpanContext) -> str:
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def _sender_of(envelope: MessageEnvelope) -> tuple[contexts.Context, Sequence[Link]]:
    """Return the context that *envelope* carries, and the link to its span; empty ones where it carries none."""
    carried = {"traceparent": envelope.traceparent or "", "tracestate": envelope.tracestate or ""}
    parent = _W3C.extract(carried, contexts.Context())
    sender = trace.get_current_span(parent).get_span_context()
    return parent, (Link(sender),) if sender.is_valid else ()


def _process(target: str, flow: str) -> Attributes:
    return {_SYSTEM: "woodwork", _OPERATION: "process", _TYPE: "process", TARGET: target, _FLOW: flow}


def _message(envelope: MessageEnvelope) -> Attributes:
    """Return what spans alone say: a session's name is no attribute of metrics, there would be a series for each."""
    return {
        "messaging.message.id": envelope.message_id,
        "messaging.message.conversation_id": envelope.session_id,
        "messaging.woodwork.event_type": envelope.event_type,
    }


def _is_failure(error: BaseException) -> bool:
    """Whether *error* is a failure of the attempt: not where it is being cut short, or was not to be made."""
    task = asyncio.current_task()
    cut = isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling() > 0
    return not cut and not isinstance(error, HandledBeforeError)


class Gauges:
    """The instruments of one meter provider, for all buses that are observed: instruments cannot be taken back.

    They are read in a thread of the exporter, which looks at plain numbers and at copies of whatever may change.
    """

    def __init__(self, meters: MeterProvider) -> None:
        meter = metrics.get_meter(SCOPE, meter_provider=meters)
        self.cores: WeakSet[BusCore] = WeakSet()
        self.consumed = meter.create_counter("messaging.client.consumed.messages", "{message}")
        self.process_duration, self.operation_duration = (
            meter.create_histogram(name, "s", explicit_bucket_boundaries_advisory=BUCKETS)
            for name in ("messaging.process.duration", "messaging.client.operation.duration")
        )
        for name, unit, read in COUNTERS:
            meter.create_observable_counter(name, [self._reader(read)], unit)
        for name, unit, read in GAUGES:
            meter.create_observable_gauge(name, [self._reader(read)], unit)

    def _reader(self, read: Read) -> Callable[[CallbackOptions], Iterable[Observation]]:
        def observe(_options: CallbackOptions) -> Iterable[Observation]:
            return [
                Observation(value, {_SYSTEM: "woodwork", _FLOW: core.flow, **attributes})
                for core in tuple(self.cores)
                for value, attributes in read(core)
            ]

        return observe


_known: WeakKeyDictionary[MeterProvider, Gauges] = WeakKeyDictionary()


def _gauges_of(meters: MeterProvider) -> Gauges:
    if meters not in _known:
        _known[meters] = Gauges(meters)
    return _known[meters]


class _Reports(logging.Handler):
    """Hands on what OpenTelemetry logs, which would else go to standard error, on which a screen may be."""

    def __init__(self, report: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._report = report

    def emit(self, record: logging.LogRecord) -> None:
        """Hand one message on."""
        self._report(record.getMessage())


def export_to_collector(environment: Mapping[str, str], report: Callable[[str], None]) -> None:
    """Set providers that export by OTLP over HTTP, unless the program has providers; *report* what goes wrong."""
    if configured() is not None:
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.metrics import MeterProvider as Meters
        from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
        from opentelemetry.sdk.resources import SERVICE_NAME, Resource
        from opentelemetry.sdk.trace import TracerProvider as Tracers
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        report(f'an OTLP endpoint is named, but {error.name} is not installed: pip install "woodwork-tui[otel]"')
        return
    logger = logging.getLogger("opentelemetry")
    logger.addHandler(_Reports(report))
    logger.propagate = False
    timeout = None if environment.get("OTEL_EXPORTER_OTLP_TIMEOUT") else PATIENCE
    resource = Resource.create({SERVICE_NAME: environment.get("OTEL_SERVICE_NAME") or "woodwork-tui"})
    if environment.get("OTEL_TRACES_EXPORTER", "otlp") != "none":
        tracers = Tracers(resource=resource)
        tracers.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(timeout=timeout)))
        trace.set_tracer_provider(tracers)
    if environment.get("OTEL_METRICS_EXPORTER", "otlp") != "none":
        reader = PeriodicExportingMetricReader(OTLPMetricExporter(timeout=timeout))
        metrics.set_meter_provider(Meters([reader], resource=resource))
