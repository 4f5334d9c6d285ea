"""Processes with a journalled bus, to be killed: each writes what was accepted and what was handled, a line each.

Argument: the state folder. For each number of a life on standard input a process of its own is forked, so that what
takes longest, the imports, is done once. Its lines: `up PID`, `a SESSION N` accepted, `d SESSION N` handled (before its
end), `w - N` what has happened so far is being written, `c - N` that is written; when it is dead, `gone`.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from woodwork_engine.bus.memory import InMemoryMessageBus
from woodwork_engine.message import MessageEnvelope
from woodwork_engine.policy import DeliveryPolicy, RetryPolicy
from woodwork_engine.store.folder import StateFolder
from woodwork_engine.store.records import Batch

SESSIONS = 8


class TellingFolder(StateFolder):
    """Says when a batch is complete, and when it is written."""

    batches = 0

    def write(self, batch: Batch, done: Callable[[Exception | None], object]) -> None:
        """Write *batch*, and say so."""
        self.batches += 1
        number = self.batches

        def tell(error: Exception | None) -> None:
            if error is None:
                os.write(1, f"c - {number}\n".encode())
            done(error)

        os.write(1, f"w - {number}\n".encode())
        super().write(batch, tell)


def say(what: str, envelope: MessageEnvelope) -> None:
    """Write one line at once."""
    os.write(1, f"{what} {envelope.session_id} {envelope.payload['n']}\n".encode())


async def main(place: Path, life: int) -> None:
    """Publish in all sessions and handle, in two stages, until somebody kills this."""
    rng = random.Random(life)
    policy = DeliveryPolicy(durable=True, ttl=None, retry=RetryPolicy(max_retries=10, base=0.001, jitter="none"))
    bus = InMemoryMessageBus(policy=policy, journal=TellingFolder(place))
    draining = life < 0

    async def first(envelope: MessageEnvelope) -> None:
        if rng.random() < 0.05:
            raise ValueError("now and then")
        await bus.send_to_component(
            MessageEnvelope(envelope.payload, session_id=envelope.session_id, target_component="second")
        )

    async def second(envelope: MessageEnvelope) -> None:
        say("d", envelope)
        await asyncio.sleep(0)

    await bus.start()
    bus.register_component_handler("first", first)
    bus.register_component_handler("second", second)
    os.write(1, f"up {os.getpid()}\n".encode())
    if draining:
        await bus.idleness.reached()
        await bus.stop()
        return

    async def publisher(session: int) -> None:
        for number in range(1_000_000):
            envelope = MessageEnvelope(
                {"n": life * 1_000_000 + number}, session_id=f"s{session}", target_component="first"
            )
            await bus.send_to_component(envelope)
            say("a", envelope)

    await asyncio.gather(*(publisher(session) for session in range(SESSIONS)))


def live(place: Path, number: int) -> None:
    """Live life *number* to its end, in this process."""
    try:
        asyncio.run(main(place, number))
    except BaseException:  # noqa: BLE001 - a life that ends by itself is told, and nothing else lives in it
        traceback.print_exc()
    finally:
        os._exit(0)


for line in sys.stdin:
    child = os.fork()
    if not child:
        live(Path(sys.argv[1]), int(line))
    os.waitpid(child, 0)
    os.write(1, b"gone\n")
