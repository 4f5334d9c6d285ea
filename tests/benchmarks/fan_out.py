"""How fast one message reaches ten targets, as deliveries per second: raw queues, and subscribers of the bare bus."""

from __future__ import annotations

import asyncio
import time

import raw

from woodwork_engine import InMemoryMessageBus, MessageEnvelope

TARGETS = 10


async def subscribers(messages: list[raw.Payload], targets: int = TARGETS) -> float:
    """Publish each message to *targets* subscribers, who each get their own copy; return deliveries per second."""
    bus = InMemoryMessageBus()
    await bus.start()
    arrivals = raw.Arrivals(len(messages) * targets)

    async def take(_envelope: MessageEnvelope) -> None:
        arrivals.note()

    for _ in range(targets):
        await bus.subscribe("x", take)
    started = time.perf_counter()
    for message in messages:
        await bus.publish(MessageEnvelope(message, "x", message["sid"], "input"))
    ended = await arrivals.done
    await bus.stop()
    return arrivals.expected / (ended - started)


def measure(rounds: int, flows: int, sessions: int) -> tuple[list[float], list[float]]:
    """Return deliveries per second of both in each of *rounds* interleaved rounds: raw queues, subscribers."""
    messages = [raw.payload(number, sessions) for number in range(max(1, flows // TARGETS))]
    queues, bus = [], []
    for _ in range(rounds):
        queues.append(asyncio.run(raw.fan_out(messages, TARGETS)))
        bus.append(asyncio.run(subscribers(messages)))
    return queues, bus
