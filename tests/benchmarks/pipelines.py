"""What goes through input -> agent -> output: sources, counters, and each way of being a pipeline.

A candidate runs in a loop of its own; order and losses are checked in the same run that is timed.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import flow_ends
import raw
from flow_ends import Load, Send

from woodwork_engine import Engine, InMemoryMessageBus, MessageEnvelope, builtin_kinds
from woodwork_engine.delivery import Delivery
from woodwork_engine.events import EventLog
from woodwork_engine.payload import decode, encode
from woodwork_engine.policy import DeliveryPolicy

Feed = Callable[[Send], Awaitable[None]]
Take = Callable[[raw.Payload], None]


@dataclass(slots=True)
class Run:
    """One run: whole flows per second, what came out of order or not at all, and each message's latency in s."""

    flows_per_second: float
    violations: int
    lost: int
    latencies: list[float]


class Counter:
    """Takes what arrives, in whichever thread; `finished` is set with the last one expected."""

    def __init__(self, expected: int) -> None:
        self.expected = expected
        self.count = self.violations = 0
        self.latencies: list[float] = []
        self.finished = threading.Event()
        self.ended = 0.0
        self.tell: Callable[[], object] = self.finished.set
        self._next: dict[object, int] = {}

    def take(self, message: raw.Payload) -> None:
        """Count *message*."""
        session, number = message["sid"], message["seq"]
        if number != self._next.get(session, 0):
            self.violations += 1
        self._next[session] = number + 1
        self.count += 1
        if message.get("due"):
            self.latencies.append(time.perf_counter() - message["due"])
        if self.count == self.expected:
            self.ended = time.perf_counter()
            self.tell()


class Source:
    """Sends *messages*, all at once or, with a *rate*, each when it is due."""

    def __init__(self, messages: list[raw.Payload], rate: float | None) -> None:
        self.messages = messages
        self.rate = rate
        self.started = 0.0

    async def feed(self, send: Send) -> None:
        """Send everything, in order."""
        self.started = start = time.perf_counter()
        for number, message in enumerate(self.messages):
            if self.rate is not None:
                message["due"] = start + number / self.rate
                while time.perf_counter() < message["due"]:  # noqa: ASYNC110
                    await asyncio.sleep(0)  # a timer would be a millisecond late
            await send(message)


Candidate = Callable[[Feed, Counter], Awaitable[None]]


async def until_finished(counter: Counter, feed: Awaitable[None]) -> None:
    """Feed, and wait on this loop for the last message."""
    finished = asyncio.get_running_loop().create_future()
    counter.tell = lambda: finished.set_result(None)
    await feed
    await finished


async def through_g(feed: Feed, counter: Counter) -> None:
    """The raw pipeline of raw.py."""
    first, second, third = (asyncio.Queue[raw.Payload](raw.QUEUE) for _ in range(3))

    async def collect() -> None:
        while True:
            counter.take(await raw.handler(await third.get()))

    tasks = [asyncio.create_task(work) for work in (raw.relay(first, second), raw.relay(second, third), collect())]
    await until_finished(counter, feed(first.put))
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def through_handlers(feed: Feed, counter: Counter, *, input_is_a_handler: bool) -> None:
    """The bare bus by its published interface: handlers that send on what they get."""
    bus = InMemoryMessageBus()
    await bus.start()
    send = bus.send_to_component

    async def forward_to_agent(envelope: MessageEnvelope) -> None:
        await send(MessageEnvelope(envelope.payload, "x", envelope.session_id, "input", "agent"))

    async def forward_to_output(envelope: MessageEnvelope) -> None:
        await send(MessageEnvelope(envelope.payload, "x", envelope.session_id, "agent", "output"))

    async def output(envelope: MessageEnvelope) -> None:
        counter.take(envelope.payload)

    bus.register_component_handler("input", forward_to_agent)
    bus.register_component_handler("agent", forward_to_output)
    bus.register_component_handler("output", output)
    sender, target = (None, "input") if input_is_a_handler else ("input", "agent")

    async def publish(message: raw.Payload) -> None:
        await send(MessageEnvelope(message, "x", message["sid"], sender, target))

    await until_finished(counter, feed(publish))
    await bus.stop()


async def bare_bus(feed: Feed, counter: Counter) -> None:
    """An input sends, an agent and an output handle: two deliveries."""
    await through_handlers(feed, counter, input_is_a_handler=False)


async def bare_bus_of_three(feed: Feed, counter: Counter) -> None:
    """The input is a handler too: three deliveries."""
    await through_handlers(feed, counter, input_is_a_handler=True)


@asynccontextmanager
async def routed(take: Take, log: EventLog | None = None) -> AsyncIterator[Send]:
    """Routes, staged outputs and a decoded copy for every attempt, as components have them; yields what sends."""
    bus = InMemoryMessageBus(log=log)
    await bus.start()
    to = {"input": ("agent",), "agent": ("output",)}
    table = bus.set_routes(1, lambda source, _event: to.get(source, ()), [("input", "agent"), ("agent", "output")])

    async def agent(delivery: Delivery) -> None:
        delivery.stage("agent", "agent.response", encode(decode(delivery.encoded)))

    async def output(delivery: Delivery) -> None:
        take(decode(delivery.encoded))

    bus.employ("agent", agent, DeliveryPolicy(), table)
    bus.employ("output", output, DeliveryPolicy(), table)

    async def emit(message: raw.Payload) -> None:
        await bus.outbox.emit("input", "input.received", message, session=message["sid"])

    yield emit
    await bus.stop()


async def routed_bus(feed: Feed, counter: Counter) -> None:
    """The bus as components use it, without the event log."""
    async with routed(counter.take) as emit:
        await until_finished(counter, feed(emit))


FLOW = """
in = input bench { to = agent }
agent = echo { to = out, hooks = ["watch.py::seen"] }
out = output bench {}
"""
WATCH = "async def seen(payload):\n    return None\n"


async def engine(feed: Feed, counter: Counter) -> None:
    """The whole engine: a `.ww` file, components, a hook that sees what the agent gets and gives, event log, thread."""
    Load.feed, Load.take = staticmethod(feed), staticmethod(counter.take)
    switching = sys.getswitchinterval()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "main.ww")
        file.write_text(FLOW)
        Path(folder, "watch.py").write_text(WATCH)
        running = Engine(str(file), watch=False, kinds=flow_ends.add_ends(builtin_kinds()))
        running.start()
        counter.finished.wait(300)
        running.stop().result(60)
    sys.setswitchinterval(switching)


def run(candidate: Candidate, flows: int, sessions: int, rate: float | None = None) -> Run:
    """Run *candidate* once."""
    counter = Counter(flows)
    source = Source([raw.payload(number, sessions) for number in range(flows)], rate)
    asyncio.run(candidate(source.feed, counter))
    speed = flows / (counter.ended - source.started) if counter.ended else 0.0
    return Run(speed, counter.violations, flows - counter.count, counter.latencies)
