"""Trace context, OpenTelemetry metrics and spans, and that looking on changes nothing (bus.md A6, J3, J4)."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from support.bus import EVERY_SECOND, ONCE, Worker, message, records, routed, running
from support.engines import running as running_flow
from support.virtual_loop import VirtualClock, later, run_virtually, virtual_time
from woodwork_engine import Context, MessageEnvelope, Reject, current_context, incoming_trace
from woodwork_engine.bus import telemetry
from woodwork_engine.bus.memory import InMemoryMessageBus
from woodwork_engine.bus.otel import BUCKETS, Telemetry, configured
from woodwork_engine.delivery import Delivery
from woodwork_engine.errors import QueueFullError
from woodwork_engine.events import EventLog
from woodwork_engine.policy import DeliveryPolicy, FlowPolicy, RetryPolicy
from woodwork_engine.record import Record
from woodwork_engine.trace_context import is_valid

TRACE = "0af7651916cd43dd8448eb211c80319c"
GIVEN = f"00-{TRACE}-b7ad6b7169203331-01"


class Exporters:
    """An SDK that keeps in memory what it is given."""

    def __init__(self) -> None:
        self._spans = InMemorySpanExporter()
        tracers = TracerProvider(shutdown_on_exit=False)
        tracers.add_span_processor(SimpleSpanProcessor(self._spans))
        self._reader = InMemoryMetricReader()
        self.telemetry = Telemetry(tracers, MeterProvider([self._reader], shutdown_on_exit=False))

    def spans(self, kind: SpanKind = SpanKind.CONSUMER) -> Sequence[ReadableSpan]:
        """Return the spans of *kind*, in the order they ended."""
        return [span for span in self._spans.get_finished_spans() if span.kind is kind]

    def points(self) -> Iterator[tuple[str, object]]:
        """Yield the name of each metric with each of its points."""
        data = self._reader.get_metrics_data()
        for resource in data.resource_metrics if data is not None else ():
            for scope in resource.scope_metrics:
                for metric in scope.metrics:
                    for point in metric.data.data_points:
                        yield metric.name, point

    def values(self, name: str, attribute: str = "messaging.destination.name") -> dict[object, float]:
        """Return the value, or the count, of each point of *name* by one of its attributes, without those at zero."""
        found = {}
        for each, point in self.points():
            if each == name:
                value = getattr(point, "value", None)
                value = point.count if value is None else value
                if value:
                    key = point.attributes.get(attribute)
                    found[key] = found.get(key, 0) + value
        return found


@pytest.fixture
def sdk() -> Exporters:
    return Exporters()


def make(sdk: Exporters | None, policy: DeliveryPolicy | None = None, **more: object) -> InMemoryMessageBus:
    policy = policy or DeliveryPolicy(retry=EVERY_SECOND)
    return InMemoryMessageBus(
        policy=policy, clock=VirtualClock(), rng=random.Random(1), telemetry=sdk and sdk.telemetry, **more
    )


@pytest.mark.parametrize(
    ("traceparent", "valid"),
    [
        (GIVEN, True),
        (GIVEN.replace("00-", "cc-", 1), True),
        (GIVEN.replace("00-", "cc-", 1) + "-what-comes-later", True),
        (GIVEN + "-more", False),
        (GIVEN.replace("00-", "ff-", 1), False),
        (GIVEN.upper(), False),
        (GIVEN.replace(TRACE, "0" * 32), False),
        (GIVEN.replace("b7ad6b7169203331", "0" * 16), False),
        (GIVEN[:-1], False),
        ("00-a-b-01", False),
        ("", False),
    ],
)
def test_a_traceparent_is_valid_by_its_form(traceparent: str, valid: bool) -> None:
    """A6: W3C Trace Context, level 1, 3.2."""
    assert is_valid(traceparent) is valid


@virtual_time
async def test_a_trace_goes_with_its_message_through_every_hop_with_a_new_span_for_each_attempt() -> None:
    """A6: the trace's id and its state are kept; children belong to the attempt that sent them."""
    seen: list[tuple[str, int, str | None, str | None]] = []

    def step(delivery: Delivery, payload: object) -> object:
        context = current_context()
        assert context is not None
        seen.append((delivery.target, context.attempt, context.traceparent, delivery.envelope.traceparent))
        assert delivery.envelope.tracestate == context.tracestate == "vendor=1"
        if (delivery.target, delivery.attempt) == ("a", 1):
            raise ConnectionError
        return payload

    async with running() as bus:
        routed(bus, {"a": ("b",)}, {"a": step, "b": lambda d, p: step(d, p) and None})
        await bus.send_to_component(message("a", 1, traceparent=GIVEN, tracestate="vendor=1"))
        await bus.idleness.reached()
    (_, _, first, from_outside), (_, _, second, _), (_, _, child, parent) = seen
    assert from_outside == GIVEN
    assert parent == second
    spans = [GIVEN, first, second, child]
    assert {span.split("-")[1] for span in spans} == {TRACE}
    assert {span.split("-")[3] for span in spans} == {"01"}
    assert len({span.split("-")[2] for span in spans}) == 4
    assert all(map(is_valid, spans))


@virtual_time
async def test_what_comes_in_with_a_request_belongs_to_its_trace(sdk: Exporters) -> None:
    """A6: incoming_trace, around emit and send; with an SDK too, which makes no other trace then."""
    for bus in (make(None), make(sdk)):
        await bus.start()
        seen: list[tuple[str | None, str | None]] = []

        def step(delivery: Delivery, _payload: object, seen: list[object] = seen) -> None:
            seen.append((delivery.envelope.traceparent, delivery.envelope.tracestate))

        routed(bus, {"in": ("a",)}, {"a": step})
        with incoming_trace(GIVEN, "vendor=1"):
            await bus.outbox.emit("in", "x", 1, session="s")
            await bus.outbox.send(None, "a", "x", 2, session="s")
        with incoming_trace(None):
            await bus.outbox.emit("in", "x", 3, session="s")
        await bus.idleness.reached()
        await bus.stop()
        assert seen[:2] == [(GIVEN, "vendor=1")] * 2
        assert seen[2][0] is None or TRACE not in seen[2][0]
    assert len(sdk.spans(SpanKind.PRODUCER)) == 1


def test_an_engine_keeps_the_trace_of_what_is_injected(tmp_path: Path) -> None:
    """A6: through inputs and to components."""
    (tmp_path / "flow").mkdir()
    (tmp_path / "flow" / "show.py").write_text(
        "from woodwork_engine import Component\n"
        "class Show(Component):\n"
        "    async def process(self, data):\n"
        "        return (self.context.traceparent or '').split('-')[1:2]\n"
    )
    text = """
    in = input generator { payload = "x", every = 1h, to = show }
    show = function python { path = "show.py", class = Show, to = out }
    out = console {}
    """
    with running_flow(tmp_path / "flow", text, own_sources=False) as flow:
        flow.until_rev(1)
        for name in ("in", "show"):
            flow.engine.inject(name, "hello", session="s", traceparent=GIVEN).result(20)
        flow.engine.inject("show", "hello", session="s", traceparent="nonsense").result(20)
        flow.until_empty()
        assert flow.said() == [f'["{TRACE}"]', f'["{TRACE}"]', "[]"]


@pytest.mark.parametrize("given", [None, "00-a-b-01", "nonsense"])
@virtual_time
async def test_without_a_valid_traceparent_nothing_is_generated(given: str | None) -> None:
    """A6: an invalid one is ignored."""
    seen: list[tuple[str | None, str | None]] = []

    def step(delivery: Delivery, payload: object) -> object:
        context = Context.of(delivery)
        seen.append((context.traceparent, delivery.envelope.traceparent))
        return payload if delivery.target == "a" else None

    async with running() as bus:
        routed(bus, {"a": ("b",)}, {"a": step, "b": step})
        await bus.send_to_component(message("a", 1, traceparent=given, tracestate="x=1"))
        await bus.idleness.reached()
    assert seen == [(None, given), (None, None)]


@virtual_time
async def test_requests_and_what_bare_handlers_send_stay_in_the_trace() -> None:
    """A6: as does a replay."""
    seen: list[str | None] = []

    async def answer(delivery: Delivery) -> str:
        seen.append(delivery.envelope.traceparent)
        return "yes"

    async with running(DeliveryPolicy(retry=ONCE)) as bus:

        async def handler(envelope: MessageEnvelope) -> None:
            seen.append(current_context().traceparent)
            await bus.outbox.request("a", "asked", {}, timeout=1)
            await bus.send_to_component(message("b", 2))
            if envelope.replay_count == 0:
                raise ConnectionError

        async def last(envelope: MessageEnvelope) -> None:
            seen.append(envelope.traceparent)

        bus.employ("asked", answer, DeliveryPolicy())
        bus.register_component_handler("a", handler)
        bus.register_component_handler("b", last)
        await bus.send_to_component(message("a", 1, traceparent=GIVEN))
        await bus.idleness.reached()
        assert len(set(seen)) == 1
        await bus.replays.replay(bus.core.dead.list()[0].dlq_id)
        await bus.idleness.reached()
    assert {one.split("-")[1] for one in seen} == {TRACE}
    assert len(set(seen)) == 2
    assert len(seen) == 6


@virtual_time
async def test_a_process_span_is_a_consumer_in_its_senders_trace_and_linked_to_it(sdk: Exporters) -> None:
    """J3, A6: name, kind, link, attributes; children of an attempt are linked to its span."""
    bus = make(sdk, flow="main.ww")
    await bus.start()
    inside: list[str | None] = []

    def step(delivery: Delivery, payload: object) -> object:
        inside.append(Context.of(delivery).traceparent)
        return payload if delivery.target == "a" else None

    routed(bus, {"a": ("b",)}, {"a": step, "b": step})
    sent = message("a", 1, "s-1", traceparent=GIVEN, tracestate="vendor=1")
    await bus.send_to_component(sent)
    await bus.idleness.reached()
    await bus.stop()
    first, second = sdk.spans()
    assert (first.name, second.name) == ("process a", "process b")
    assert first.parent.trace_id == first.context.trace_id == second.context.trace_id == int(TRACE, 16)
    assert [link.context.span_id for link in first.links] == [int("b7ad6b7169203331", 16)]
    assert [link.context.span_id for link in second.links] == [first.context.span_id]
    assert first.context.trace_state.to_header() == "vendor=1"
    assert inside[0].split("-")[2] == f"{first.context.span_id:016x}"
    assert first.attributes == {
        "messaging.system": "woodwork",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.destination.name": "a",
        "messaging.consumer.group.name": "main.ww",
        "messaging.message.id": sent.message_id,
        "messaging.message.conversation_id": "s-1",
        "messaging.woodwork.event_type": "message",
        "ww.attempt": 1,
    }
    assert sdk.spans(SpanKind.PRODUCER) == [], "the message brought its trace along"


@virtual_time
async def test_what_comes_from_outside_gets_a_producer_span_to_link_to(sdk: Exporters) -> None:
    """J3: send, publish and emit, each of them."""
    bus = make(sdk)
    await bus.start()
    routed(bus, {"in": ("a",)}, {"a": lambda _d, _p: None})
    await bus.subscribe("news", Worker())
    await bus.outbox.emit("in", "x", {"n": 1}, session="s")
    await bus.outbox.send(None, "a", "x", {"n": 2}, session="s")
    await bus.send_to_component(message("a", 3))
    await bus.publish(MessageEnvelope({"n": 4}, "news"))
    await bus.idleness.reached()
    await bus.stop()
    sent = sdk.spans(SpanKind.PRODUCER)
    assert [span.name for span in sent] == ["send in", "send a", "send a", "send news"]
    links = {link.context.span_id for span in sdk.spans() for link in span.links}
    assert links == {span.context.span_id for span in sent}
    assert await bus.stop() is not None
    assert "send_to_component" not in vars(bus), "nothing of it stays behind"


@virtual_time
async def test_what_a_request_asks_for_is_a_span_of_the_one_who_asks(sdk: Exporters) -> None:
    """J3, C6: in the same trace; it is no message of a queue, so it is not counted as one."""
    bus = make(sdk)
    await bus.start()

    async def ask(_delivery: Delivery, _payload: object) -> None:
        await bus.outbox.request("a", "b", {}, timeout=5)

    routed(bus, {}, {"a": ask, "b": lambda _d, _p: None})
    await bus.send_to_component(message("a", 1))
    await bus.idleness.reached()
    await bus.stop()
    asked, asking = sdk.spans()
    assert (asked.name, asking.name) == ("process b", "process a")
    assert asked.parent.span_id == asking.context.span_id
    assert sdk.values("messaging.client.consumed.messages") == {"a": 1}


@virtual_time
async def test_a_failed_attempt_is_told_without_secrets(sdk: Exporters) -> None:
    """J3, D6: error.type, status; every attempt has a span of its own."""
    bus = make(sdk)
    bus.core.secrets.hide(["sk-12345678"])
    await bus.start()

    async def handler(envelope: MessageEnvelope) -> None:
        if envelope.retry_count == 0:
            raise ConnectionError("no sk-12345678")

    bus.register_component_handler("a", handler)
    await bus.send_to_component(message("a", 1))
    await bus.idleness.reached()
    await bus.stop()
    failed, ok = sdk.spans()
    assert (failed.status.status_code, failed.attributes["error.type"]) == (StatusCode.ERROR, "ConnectionError")
    assert failed.status.description == "ConnectionError: no •••"
    assert failed.events == ()
    assert ok.status.status_code is StatusCode.UNSET
    assert [span.attributes["ww.attempt"] for span in (failed, ok)] == [1, 2]
    assert failed.context.trace_id == ok.context.trace_id


@virtual_time
async def test_the_metrics_have_the_names_and_attributes_of_the_conventions(sdk: Exporters) -> None:
    """J3: counters and histograms."""
    bus = make(sdk, DeliveryPolicy(retry=RetryPolicy(max_retries=1, base=1, jitter="none")), flow="f")
    await bus.start()
    worker = Worker(seconds=0.3)
    worker.failures = {1: 1, 2: 9}
    bus.register_component_handler("a", worker)
    for number in range(3):
        await bus.send_to_component(message("a", number))
    await bus.idleness.reached()
    assert sdk.values("messaging.client.sent.messages") == {"a": 3}
    assert sdk.values("messaging.client.consumed.messages", "error.type") == {None: 2, "ConnectionError": 3}
    assert sdk.values("messaging.process.duration") == {"a": 5}
    assert sdk.values("messaging.client.operation.duration", "messaging.operation.name") == {"send": 3}
    point = next(point for name, point in sdk.points() if name == "messaging.process.duration")
    assert point.explicit_bounds == BUCKETS
    assert point.sum == pytest.approx(0.3 * point.count)
    assert {"messaging.system": "woodwork", "messaging.consumer.group.name": "f"}.items() <= point.attributes.items()
    await bus.stop()


@virtual_time
async def test_the_buss_own_numbers_are_read_when_an_exporter_asks(sdk: Exporters) -> None:
    """J3: gauges and counters under ww."""
    flow = FlowPolicy()
    policy = DeliveryPolicy(max_queue=3, retry=RetryPolicy(max_retries=1, base=60, cap=60, jitter="none"))
    bus = make(sdk, policy, flow_policy=flow)
    bus.core.lag = lambda: 0.25
    await bus.start()
    worker = Worker(seconds=1)
    worker.failures = {1: 1, 2: 9}
    bus.register_component_handler("a", worker)

    async def refuse(_envelope: MessageEnvelope) -> None:
        raise Reject("no")

    bus.register_component_handler("b", refuse)
    bus.register_component_handler("once", refuse)
    bus.core.endpoint("once").policy = DeliveryPolicy(delivery="effectively_once")
    await bus.send_to_component(message("a", 1, "x"))
    await later(2)
    for _ in range(2):
        await bus.send_to_component(message("b", 1))
    await bus.send_to_component(message("b", 1, delivery_mode="at_most_once"))
    twice = message("once", 1)
    for _ in range(2):
        await bus.send_to_component(twice)
    await bus.send_to_component(message("a", 3, "y"))
    await bus.send_to_component(message("a", 4, "y"))
    waiting = asyncio.create_task(bus.send_to_component(message("a", 5, "z")))
    await later(0.5)
    assert sdk.values("ww.queue.depth") == {"a": 3}
    assert sdk.values("ww.lanes.active") == {"a": 2}
    assert sdk.values("ww.retry.waiting") == {"a": 1}
    assert sdk.values("ww.inflight") == {"a": 1}
    assert sdk.values("ww.queue.oldest_age") == {"a": pytest.approx(2.5)}
    assert sdk.values("ww.retries") == {"a": 1}
    assert sdk.values("ww.dead") == {"b": 2, "once": 1}
    assert sdk.values("ww.dead", "reason") == {"rejected": 3}
    assert sdk.values("ww.dropped", "reason") == {"error": 1}
    assert sdk.values("ww.duplicates") == {"once": 1}
    assert sdk.values("ww.dlq.depth", "messaging.consumer.group.name") == {"flow": 3}
    assert sdk.values("ww.loop.lag", "messaging.consumer.group.name") == {"flow": 0.25}
    assert sdk.values("ww.lanes.paused") == {}
    bus.holds.pause("a", "y")
    await later(0.5)
    assert sdk.values("ww.lanes.paused") == {"a": 1}
    bus.holds.resume("a", "y")
    await waiting
    assert sdk.values("ww.blocked.seconds") == {"a": pytest.approx(1)}
    await bus.stop(drain=False)
    assert sdk.values("ww.dead") == {"b": 2, "once": 1}, "counts can be read after the end, by the last export"


@virtual_time
async def test_a_send_that_is_refused_is_counted_as_such(sdk: Exporters) -> None:
    """J3: error.type of the send operation."""
    bus = make(sdk, DeliveryPolicy(max_queue=1, overflow="reject"))
    await bus.start()
    await bus.send_to_component(message("a", 1))
    with pytest.raises(QueueFullError):
        await bus.send_to_component(message("a", 2))
    assert sdk.values("messaging.client.operation.duration", "error.type") == {None: 1, "QueueFullError": 1}
    await bus.stop(drain=False)


@virtual_time
async def test_a_session_is_never_an_attribute_of_a_metric(sdk: Exporters) -> None:
    """J3: there would be a series for each; spans alone have it."""
    bus = make(sdk)
    await bus.start()
    worker = Worker()
    worker.failures[1] = 9
    bus.register_component_handler("a", worker)
    routed(bus, {"in": ("b",)}, {"b": lambda _d, _p: None})
    for number in range(3):
        await bus.send_to_component(message("a", number, "very-secret-session"))
        await bus.outbox.emit("in", "x", number, session="very-secret-session")
    await bus.idleness.reached()
    points = list(sdk.points())
    assert len({name for name, _ in points}) >= 12
    assert "very-secret-session" not in repr([point.attributes for _, point in points])
    assert "very-secret-session" in repr([span.attributes for span in sdk.spans()])
    await bus.stop()


@virtual_time
async def test_without_a_provider_there_is_no_layer_and_nothing_is_replaced() -> None:
    """J3: decided once, when the bus starts."""
    async with running() as bus:

        async def handler(_delivery: Delivery) -> None: ...

        instance = bus.employ("a", handler, DeliveryPolicy())
        assert instance.attempt is handler
        assert bus.core.outer_trace is None
        assert not {"publish", "send_to_component"} & vars(bus).keys()
        assert not {"emit", "send", "broadcast"} & vars(bus.outbox).keys()


@virtual_time
async def test_a_bus_that_starts_again_is_observed_once(sdk: Exporters) -> None:
    """J3: no layer and no gauge is there twice."""
    bus = make(sdk)
    worker = Worker()
    bus.register_component_handler("a", worker)
    for number in range(3):
        await bus.start()
        await bus.send_to_component(message("a", number))
        await bus.idleness.reached()
        await bus.stop()
    assert len(sdk.spans()) == 3
    assert sdk.values("messaging.client.sent.messages") == {"a": 3}
    assert sdk.values("messaging.client.operation.duration") == {"a": 3}


def test_a_program_that_has_set_no_provider_has_no_telemetry() -> None:
    """J3: what stands in its place is none."""
    assert configured() is None
    assert telemetry.configured_telemetry() is None


def in_a_process_of_its_own(program: str, **environment: str) -> str:
    """Return what *program* prints; providers are set once in a process."""
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, **environment}, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_bus_alone_does_not_even_load_the_api() -> None:
    """J3: no cost."""
    program = """
import asyncio, sys
from woodwork_engine import InMemoryMessageBus
async def main():
    bus = InMemoryMessageBus()
    await bus.start()
    await bus.stop()
asyncio.run(main())
print([name for name in sys.modules if name.startswith("opentelemetry")])
"""
    assert in_a_process_of_its_own(program) == "[]"


def test_the_providers_of_a_program_are_used() -> None:
    """J3: whoever sets them, before the bus starts."""
    program = """
import asyncio
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from woodwork_engine import InMemoryMessageBus, MessageEnvelope
spans = InMemorySpanExporter()
trace.set_tracer_provider(TracerProvider())
trace.get_tracer_provider().add_span_processor(SimpleSpanProcessor(spans))
async def handler(envelope): pass
async def main():
    bus = InMemoryMessageBus()
    await bus.start()
    bus.register_component_handler("a", handler)
    await bus.send_to_component(MessageEnvelope(1, target_component="a"))
    await bus.idleness.reached()
    await bus.stop()
asyncio.run(main())
print([span.name for span in spans.get_finished_spans()])
"""
    assert in_a_process_of_its_own(program) in ("['send a', 'process a']", "['process a', 'send a']")


_EXPORTING = """
import sys
from opentelemetry import metrics, trace
from woodwork_engine.bus.telemetry import export_as_asked
import os
told = []
{before}
export_as_asked(os.environ, told.append)
print(type(trace.get_tracer_provider()).__name__, type(metrics.get_meter_provider()).__name__, told)
sys.stdout.flush()
os._exit(0)  # nobody is there to take what would be exported now
"""


@pytest.mark.parametrize(
    ("before", "environment", "printed"),
    [
        ("", {}, "ProxyTracerProvider _ProxyMeterProvider []"),
        ("", {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}, "TracerProvider MeterProvider []"),
        (
            "",
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_METRICS_EXPORTER": "none"},
            "TracerProvider _ProxyMeterProvider []",
        ),
        (
            "",
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_SDK_DISABLED": "true"},
            "ProxyTracerProvider _ProxyMeterProvider []",
        ),
        (
            "sys.modules['opentelemetry.sdk.metrics'] = None",
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"},
            "ProxyTracerProvider _ProxyMeterProvider "
            "['an OTLP endpoint is named, but opentelemetry.sdk.metrics is not installed: "
            'pip install "woodwork-tui[otel]"\']',
        ),
    ],
)
def test_the_standard_variables_turn_the_export_on(before: str, environment: dict[str, str], printed: str) -> None:
    """J3: with the extra `otel`; without it, a sentence that names it."""
    assert in_a_process_of_its_own(_EXPORTING.format(before=before), **environment).replace("\\'", "'") == printed


def test_what_an_exporter_complains_of_is_told_and_not_printed() -> None:
    """J3: a screen may be on standard error."""
    program = """
import logging, os
from woodwork_engine.bus.telemetry import export_as_asked
told = []
export_as_asked(os.environ, told.append)
logging.getLogger("opentelemetry.exporter").error("cannot reach %s", "it")
print(told)
import sys; sys.stdout.flush()
os._exit(0)
"""
    said = in_a_process_of_its_own(program, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9")
    assert said == "['cannot reach it']"


def test_an_engine_notes_what_keeps_it_from_exporting() -> None:
    """J3: where its other troubles are told."""
    program = """
import os, sys, tempfile, pathlib, time
sys.modules["opentelemetry.sdk.metrics"] = None
from woodwork_engine import Engine
path = pathlib.Path(tempfile.mkdtemp()) / "main.ww"
path.write_text("a = echo { to = [] }")
engine = Engine(str(path), watch=False)
engine.start()
engine.idle().result(20)
engine.stop().result(20)
print([one.details()["message"] for one in engine.events.reader().read().records if one.type == "note"])
"""
    assert "woodwork-tui[otel]" in in_a_process_of_its_own(program, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9")


class Collector(BaseHTTPRequestHandler):
    """Takes what is exported."""

    got: ClassVar[dict[str, bytes]] = {}

    def do_POST(self) -> None:
        self.got[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_said: object) -> None: ...


def test_what_happens_in_a_flow_reaches_the_collector_that_the_environment_names() -> None:
    """J3: metrics and spans, over HTTP, at the latest when the program ends."""
    program = """
import pathlib, tempfile
from woodwork_engine import Engine
path = pathlib.Path(tempfile.mkdtemp()) / "main.ww"
path.write_text("a = echo { to = [] }")
engine = Engine(str(path), watch=False)
engine.start()
engine.inject("a", "hello", session="s-1").result(20)
engine.stop().result(20)
"""
    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        endpoint = f"http://127.0.0.1:{server.server_port}"
        in_a_process_of_its_own(program, OTEL_EXPORTER_OTLP_ENDPOINT=endpoint, OTEL_SERVICE_NAME="desk")
        server.shutdown()
    metrics, spans = Collector.got["/v1/metrics"], Collector.got["/v1/traces"]
    assert all(name in metrics for name in (b"ww.queue.depth", b"messaging.process.duration", b"desk"))
    assert all(name in spans for name in (b"process a", b"send a", b"s-1", b"desk"))
    assert b"s-1" not in metrics


def plain(log: EventLog) -> list[Record]:
    """Return every record, with ids numbered in the order they came: their prefix is another one in each run."""
    numbers: dict[str, str] = {}

    def named(text: str | None) -> str | None:
        if text is None:
            return None
        root, slash, rest = text.partition("/")
        return numbers.setdefault(root, f"m{len(numbers)}") + slash + rest

    found = []
    for record in records(log):
        data = record.details()
        if data is not None and "outputs" in data:
            data = {"outputs": [named(one) for one in data["outputs"]]}
        if data is not None and "traceback" in data:
            data = {key: value for key, value in data.items() if key != "traceback"}  # it shows the layers
        found.append(
            record._replace(
                message_id=named(record.message_id),
                correlation_id=named(record.correlation_id),
                causation_id=named(record.causation_id),
                data=data,
            )
        )
    return found


def history(seed: int, sdk: Exporters | None) -> list[Record]:
    """Return all that happens to a flow with failures, a loop, a slow component, little room and a stop."""

    async def main() -> list[Record]:
        log = EventLog()
        bus = InMemoryMessageBus(
            policy=DeliveryPolicy(max_queue=8, retry=RetryPolicy(max_retries=2, base=1)),
            clock=VirtualClock(),
            rng=random.Random(seed),
            log=log,
            telemetry=sdk and sdk.telemetry,
        )
        chance = random.Random(seed)
        await bus.start()

        async def work(delivery: Delivery, payload: object) -> object:
            await asyncio.sleep(chance.random())
            if chance.random() < 0.2:
                raise ConnectionError("now and then")
            return payload if delivery.target != "c" and delivery.envelope.hop < 6 else None

        policies = {"b": DeliveryPolicy(concurrency=2, timeout=0.8, max_queue=4, retry=RetryPolicy(base=0.5))}
        routed(bus, {"in": ("a",), "a": ("b", "c"), "b": ("a",)}, dict.fromkeys("abc", work), policies)
        sends = [bus.outbox.emit("in", "x", number, session=f"s{number % 5}") for number in range(60)]
        await asyncio.gather(*sends)
        await bus.stop(deadline=20)
        return plain(log)

    return run_virtually(main(), seed)


@pytest.mark.parametrize("seed", range(5))
def test_looking_on_changes_nothing(seed: int) -> None:
    """J4: with and without an observer the same seed gives the same history."""
    sdk = Exporters()
    alone, watched = history(seed, None), history(seed, sdk)
    assert len(alone) > 300
    assert watched == alone
    assert len(sdk.spans()) > 60
