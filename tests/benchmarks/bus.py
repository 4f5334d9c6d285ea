"""How fast whole flows go through input -> agent -> output, as a ratio to the raw pipeline g, and how late they are.

    python tests/benchmarks/bus.py [--rounds 5] [--flows 20000] [--json]

Every candidate runs once in each round, in a loop of its own, right after g; the ratio is the median of the rounds.
Latency is measured at 2,000 messages a second in an open loop, from the moment a message was *due*, so that a candidate
that is late pays for every message behind. Order and losses are checked in the same runs.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import flow_ends
import raw
from flow_ends import Load, Send

from woodwork_engine import Engine, InMemoryMessageBus, MessageEnvelope, builtin_kinds
from woodwork_engine.delivery import Delivery
from woodwork_engine.payload import decode, encode
from woodwork_engine.policy import DeliveryPolicy

RATE = 2_000
LATENCY_MESSAGES = 4_000

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


async def routed_bus(feed: Feed, counter: Counter) -> None:
    """Routes, staged outputs and a decoded copy for every attempt, as components have them; no event log."""
    bus = InMemoryMessageBus()
    await bus.start()
    to = {"input": ("agent",), "agent": ("output",)}
    table = bus.set_routes(1, lambda source, _event: to.get(source, ()), [("input", "agent"), ("agent", "output")])

    async def agent(delivery: Delivery) -> None:
        delivery.stage("agent", "agent.response", encode(decode(delivery.encoded)))

    async def output(delivery: Delivery) -> None:
        counter.take(decode(delivery.encoded))

    bus.employ("agent", agent, DeliveryPolicy(), table)
    bus.employ("output", output, DeliveryPolicy(), table)

    async def emit(message: raw.Payload) -> None:
        await bus.outbox.emit("input", "input.received", message, session=message["sid"])

    await until_finished(counter, feed(emit))
    await bus.stop()


FLOW = "in = input bench { to = agent }\nagent = echo { to = out }\nout = output bench {}\n"


async def engine(feed: Feed, counter: Counter) -> None:
    """The whole engine: a `.ww` file, components, event log, its own thread."""
    Load.feed, Load.take = staticmethod(feed), staticmethod(counter.take)
    switching = sys.getswitchinterval()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "main.ww")
        file.write_text(FLOW)
        running = Engine(str(file), watch=False, kinds=flow_ends.add_ends(builtin_kinds()))
        running.start()
        counter.finished.wait(300)
        running.stop().result(60)
    sys.setswitchinterval(switching)


ROWS: dict[str, tuple[Candidate, int, float | None]] = {
    "g (raw queues)": (through_g, 3, None),
    "bare bus": (bare_bus, 2, 0.30),
    "bare bus, input is a handler too": (bare_bus_of_three, 3, None),
    "bare bus, routes and copies": (routed_bus, 2, None),
    "engine, .ww and event log": (engine, 2, 0.15),
}
"""For each row: what runs, the hops of one flow, and the ratio to g that is asked for."""


def run(candidate: Candidate, flows: int, sessions: int, rate: float | None = None) -> Run:
    """Run *candidate* once."""
    counter = Counter(flows)
    source = Source([raw.payload(number, sessions) for number in range(flows)], rate)
    asyncio.run(candidate(source.feed, counter))
    speed = flows / (counter.ended - source.started) if counter.ended else 0.0
    return Run(speed, counter.violations, flows - counter.count, counter.latencies)


def measure(rounds: int, flows: int, sessions: int) -> dict[str, dict[str, float]]:
    """Return the figures of every row."""
    runs: dict[str, list[Run]] = {name: [] for name in ROWS}
    for _ in range(rounds):
        for name, (candidate, _hops, _asked) in ROWS.items():
            runs[name].append(run(candidate, flows, sessions))
    base = [one.flows_per_second for one in runs["g (raw queues)"]]
    figures = {}
    for name, (candidate, hops, asked) in ROWS.items():
        ratios = [one.flows_per_second / g for one, g in zip(runs[name], base, strict=True)]
        late = run(candidate, LATENCY_MESSAGES, sessions, RATE)
        cuts = statistics.quantiles(late.latencies, n=100)
        every = [*runs[name], late]
        figures[name] = {
            "flows_per_second": statistics.median(one.flows_per_second for one in runs[name]),
            "ratio": statistics.median(ratios),
            "ratio_best": max(ratios),
            "asked": asked or 0.0,
            "p50_us_per_hop": cuts[49] / hops * 1e6,
            "p99_us_per_hop": cuts[98] / hops * 1e6,
            "order_violations": sum(one.violations for one in every),
            "lost": sum(one.lost for one in every),
        }
    return figures


def table(figures: dict[str, dict[str, float]]) -> str:
    """Return the figures for a person."""
    heads = f"{'flows/s':>10}{'x g':>7}{'best':>7}{'asked':>7}{'p50 us/hop':>12}{'p99':>8}{'disorder':>10}{'lost':>6}"
    lines = [f"{'':34}{heads}"]
    for name, row in figures.items():
        asked = f"{row['asked']:.2f}" if row["asked"] else ""
        lines.append(
            f"{name:34}{row['flows_per_second']:>10,.0f}{row['ratio']:>7.2f}{row['ratio_best']:>7.2f}{asked:>7}"
            f"{row['p50_us_per_hop']:>12.1f}{row['p99_us_per_hop']:>8.1f}"
            f"{row['order_violations']:>10.0f}{row['lost']:>6.0f}"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--flows", type=int, default=raw.FLOWS)
    parser.add_argument("--sessions", type=int, default=100)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    asked = parser.parse_args()
    figures = measure(asked.rounds, asked.flows, asked.sessions)
    if asked.json:
        print(json.dumps({"python": platform.python_version(), "cpus": os.cpu_count(), "rows": figures}))
        return
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} CPUs, {asked.rounds} rounds of {asked.flows:,} flows, "
        f"{asked.sessions} sessions; latency at {RATE:,}/s"
    )
    print(table(figures))


if __name__ == "__main__":
    main()
