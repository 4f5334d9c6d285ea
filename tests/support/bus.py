"""A memory bus in virtual time, and handlers that do what they are told."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

from support.virtual_loop import VirtualClock
from woodwork_engine.bus.memory import InMemoryMessageBus
from woodwork_engine.delivery import Delivery
from woodwork_engine.events import EventLog
from woodwork_engine.message import MessageEnvelope
from woodwork_engine.payload import decode, encode
from woodwork_engine.policy import DeliveryPolicy, FlowPolicy, RetryPolicy
from woodwork_engine.record import Record

ONCE = RetryPolicy(max_retries=0)
EVERY_SECOND = RetryPolicy(base=1, factor=1, jitter="none")
PUBLISHED = {
    "messages_published", "messages_delivered", "messages_failed", "messages_retried", "messages_dead_lettered",
    "messages_rejected", "messages_dropped", "messages_discarded", "messages_duplicated", "unhandled_messages",
    "active_subscriptions", "registered_components", "queued_messages", "avg_delivery_time_ms", "peak_queue_size",
    "delivery_failures", "timeout_failures", "retry_exhausted", "running", "uptime_seconds", "messages_per_second",
    "delivery_success_rate", "active_topics", "retry_queue_size", "dead_letter_queue_size", "component_handlers",
}  # fmt: skip
"""The keys of `get_stats`."""


def make_bus(
    policy: DeliveryPolicy | None = None,
    *,
    flow: FlowPolicy | None = None,
    log: EventLog | None = None,
    seed: int = 1,
) -> InMemoryMessageBus:
    """Return a bus on the running virtual loop."""
    policy = policy or DeliveryPolicy(retry=EVERY_SECOND)
    return InMemoryMessageBus(policy=policy, flow_policy=flow, clock=VirtualClock(), rng=random.Random(seed), log=log)


@asynccontextmanager
async def running(
    policy: DeliveryPolicy | None = None, *, flow: FlowPolicy | None = None, log: EventLog | None = None, seed: int = 1
) -> AsyncIterator[InMemoryMessageBus]:
    """Run a bus; at the end it is stopped, and nothing of it is left alive (bus.md H3)."""
    loop = asyncio.get_running_loop()
    tasks, timers = asyncio.all_tasks(), set(loop.timers())
    bus = make_bus(policy, flow=flow, log=log, seed=seed)
    await bus.start()
    try:
        yield bus
    finally:
        await bus.stop(drain=False)
    await asyncio.sleep(0)
    assert asyncio.all_tasks() <= tasks, "H3: a task of the bus outlives it"
    assert set(loop.timers()) <= timers, "H3: a timer of the bus outlives it"


def message(target: str, number: object = None, session: str = "s", **more: object) -> MessageEnvelope:
    """Return a hand-made envelope for *target*, made now in virtual time."""
    more.setdefault("created_at", VirtualClock().time())
    return MessageEnvelope({"n": number}, session_id=session, target_component=target, **more)


class Worker:
    """A handler that records what it saw and behaves as told: fail the first *failures* attempts, take *seconds*."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.failures: dict[object, int] = {}
        self.started: list[tuple[str, object, int]] = []
        """Every attempt: session, number, attempt from 1."""
        self.done: list[tuple[str, object]] = []
        self.seen: list[MessageEnvelope] = []
        self.running = 0
        self.most_running = 0
        self.gate: asyncio.Event | None = None

    def numbers(self, session: str = "s") -> list[object]:
        """Return what was handled of *session*, in order."""
        return [number for of, number in self.done if of == session]

    async def __call__(self, envelope: MessageEnvelope) -> None:
        number = envelope.payload["n"]
        self.seen.append(envelope)
        self.started.append((envelope.session_id, number, envelope.retry_count + 1))
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            if self.seconds:
                await asyncio.sleep(self.seconds)
            if self.gate is not None:
                await self.gate.wait()
            if self.failures.get(number, 0) > envelope.retry_count:
                raise ConnectionError(f"no {number}")
            self.done.append((envelope.session_id, number))
        finally:
            self.running -= 1


def hired(
    bus: InMemoryMessageBus, name: str = "a", *, seconds: float = 0.0, failures: dict[object, int] | None = None
) -> Worker:
    """Return a worker that handles the messages for *name* from now on."""
    worker = Worker(seconds)
    worker.failures = dict(failures or {})
    bus.register_component_handler(name, worker)
    return worker


async def send(bus: InMemoryMessageBus, numbers: Iterable[object], target: str = "a", session: str = "s") -> None:
    """Send a message to *target* for each of *numbers*, one after the other."""
    for number in numbers:
        await bus.send_to_component(message(target, number, session))


Step = Callable[[Delivery, object], object]


def routed(
    bus: InMemoryMessageBus,
    to: dict[str, tuple[str, ...]],
    steps: dict[str, Step],
    policies: dict[str, DeliveryPolicy] | None = None,
    revision: int = 1,
) -> None:
    """Let components *steps* (sync or async functions of delivery and payload) serve the routes *to*.

    What a step returns, unless None, is staged under the event `out`.
    """
    links = [(source, target) for source, targets in to.items() for target in targets]
    table = bus.set_routes(revision, lambda source, _event: to.get(source, ()), links)
    for name, step in steps.items():
        policy = (policies or {}).get(name, bus.core.default_policy)
        bus.employ(name, _component(name, step), policy, table)


def _component(name: str, step: Step) -> Callable[[Delivery], object]:
    async def handle(delivery: Delivery) -> None:
        result = step(delivery, decode(delivery.encoded))
        if asyncio.iscoroutine(result):
            result = await result
        if result is not None:
            delivery.stage(name, "out", encode(result))

    return handle


def records(log: EventLog, *types: str) -> list[Record]:
    """Return every record kept, or only those of *types*."""
    return [record for record in log.reader().read().records if not types or record.type in types]
