"""Whether order holds and nothing is lost while handlers wait and one message in a hundred fails at first."""

from __future__ import annotations

import asyncio

import raw
from pipelines import Counter, until_finished

from woodwork_engine import InMemoryMessageBus, MessageEnvelope
from woodwork_engine.policy import DeliveryPolicy, RetryPolicy

SESSIONS = 200
EVERY = 100
"""Message number n fails its first attempt at each of both handlers when n is a multiple of this."""


class OnceMoreError(Exception):
    """What the handlers raise."""


async def failing(flows: int) -> tuple[int, int]:
    """Send *flows* messages through two handlers that suspend; return how many came out of order, and not at all."""
    policy = DeliveryPolicy(retry=RetryPolicy(base=0.001, cap=0.002))
    bus = InMemoryMessageBus(policy=policy)
    await bus.start()
    counter = Counter(flows)
    failed: set[tuple[str, object]] = set()

    async def handle(name: str, envelope: MessageEnvelope) -> None:
        number = envelope.payload["i"]
        await asyncio.sleep(0.0002 * (number % 3))
        if number % EVERY == 0 and (name, number) not in failed:
            failed.add((name, number))
            raise OnceMoreError

    async def agent(envelope: MessageEnvelope) -> None:
        await handle("agent", envelope)
        await bus.send_to_component(MessageEnvelope(envelope.payload, "x", envelope.session_id, "agent", "output"))

    async def output(envelope: MessageEnvelope) -> None:
        await handle("output", envelope)
        counter.take(envelope.payload)

    bus.register_component_handler("agent", agent)
    bus.register_component_handler("output", output)

    async def feed() -> None:
        for number in range(flows):
            one = raw.payload(number, SESSIONS)
            await bus.send_to_component(MessageEnvelope(one, "x", one["sid"], "input", "agent"))

    await until_finished(counter, feed())
    await bus.stop()
    return counter.violations, flows - counter.count
