"""How many messages a second a bus with a journal accepts from publishers that each wait for the acceptance.

    python tests/benchmarks/journal.py [--messages 40000] [--publishers 50] [--sync process|power]

prints accepted messages/s, the median of five rounds; `accepted` is one round, for other benchmarks to use. Each round
ends with a look into the journal and at the order of each session: whatever is missing or out of order is an error.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from woodwork_engine import InMemoryMessageBus, MessageEnvelope
from woodwork_engine.policy import DeliveryPolicy, Sync
from woodwork_engine.store.folder import StateFolder

MESSAGES = 40_000
PUBLISHERS = 50


async def _round(place: Path, messages: int, publishers: int, sync: Sync) -> float:
    journal = StateFolder(place, sync)
    bus = InMemoryMessageBus(policy=DeliveryPolicy(durable=True), journal=journal)
    handled: dict[str, list[object]] = {}

    async def handler(envelope: MessageEnvelope) -> None:
        handled.setdefault(envelope.session_id, []).append(envelope.payload)

    async def publish(session: str) -> None:
        for number in range(messages // publishers):
            await bus.send_to_component(MessageEnvelope(number, session_id=session, target_component="stage"))

    bus.register_component_handler("stage", handler)
    await bus.start()
    began = time.perf_counter()
    await asyncio.gather(*(publish(f"s{number}") for number in range(publishers)))
    took = time.perf_counter() - began
    await bus.idleness.reached()
    await bus.stop()
    left = journal.deliveries()
    journal.close()
    if left or any(numbers != list(range(messages // publishers)) for numbers in handled.values()):
        raise RuntimeError(f"{len(left)} messages left in the journal, or lost, or out of order")
    return messages // publishers * publishers / took


def accepted(messages: int = MESSAGES, publishers: int = PUBLISHERS, sync: Sync = "process") -> float:
    """Return how many messages a second one round accepts."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_round(Path(folder) / "state", messages, publishers, sync))


def main() -> None:
    """Print the median of five rounds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=MESSAGES)
    parser.add_argument("--publishers", type=int, default=PUBLISHERS)
    parser.add_argument("--sync", choices=["process", "power"], default="process")
    asked = parser.parse_args()
    rounds = [accepted(asked.messages, asked.publishers, asked.sync) for _ in range(5)]
    print(f"{asked.publishers} publishers, sync {asked.sync}: {statistics.median(rounds):,.0f} accepted messages/s")


if __name__ == "__main__":
    main()
