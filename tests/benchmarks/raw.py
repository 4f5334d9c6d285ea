"""The yardstick g: input -> agent -> output as three tasks around three `asyncio.Queue(1024)`, and nothing else.

One publisher puts 20,000 dicts of about 180 bytes as JSON; each task gets, awaits a handler that returns its argument,
and puts; the last one counts and checks the order of each session. A candidate's whole flows per second are given as
a ratio to g measured in the same process, in the same round.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections.abc import Awaitable, Callable

FLOWS = 20_000
QUEUE = 1024
TEXT = "The quick brown fox jumps over the lazy dog and looks for a place to rest. It is late."

Payload = dict[str, object]


def payload(number: int, sessions: int = 100) -> Payload:
    """Return message *number*: about 180 bytes as JSON; `seq` counts from 0 in each session."""
    return {
        "sid": f"session-{number % sessions:04d}",
        "seq": number // sessions,
        "i": number,
        "t0": time.perf_counter(),
        "text": TEXT,
    }


class Arrivals:
    """What came out at the end: counts, and checks that each session arrived in the order it was sent."""

    def __init__(self, expected: int) -> None:
        self.expected = expected
        self.count = 0
        self.violations = 0
        self.done = asyncio.get_running_loop().create_future()
        self._next: dict[str, int] = {}

    def take(self, message: Payload) -> None:
        """Count *message*; the last one expected ends the run."""
        session = message["sid"]
        expected = self._next.get(session, 0)
        if message["seq"] != expected:
            self.violations += 1
        self._next[session] = message["seq"] + 1
        self.note()

    def note(self) -> None:
        """Count one message, whichever."""
        self.count += 1
        if self.count == self.expected and not self.done.done():
            self.done.set_result(time.perf_counter())

    @property
    def lost(self) -> int:
        """How many have not arrived."""
        return self.expected - self.count


async def handler(message: Payload) -> Payload:
    """Return the argument."""
    return message


async def relay(source: asyncio.Queue[Payload], target: asyncio.Queue[Payload]) -> None:
    """Be one of the first two tasks."""
    while True:
        message = await source.get()
        message = await handler(message)
        await target.put(message)


async def collect(source: asyncio.Queue[Payload], arrivals: Arrivals) -> None:
    """Be the last task."""
    while True:
        message = await source.get()
        arrivals.take(await handler(message))


async def run(flows: int = FLOWS, sessions: int = 100) -> tuple[float, Arrivals]:
    """Send *flows* messages through; return whole flows per second and what arrived."""
    first, second, third = (asyncio.Queue[Payload](QUEUE) for _ in range(3))
    arrivals = Arrivals(flows)
    tasks = [
        asyncio.create_task(relay(first, second)),
        asyncio.create_task(relay(second, third)),
        asyncio.create_task(collect(third, arrivals)),
    ]
    messages = [payload(number, sessions) for number in range(flows)]
    started = time.perf_counter()
    for message in messages:
        await first.put(message)
    ended = await arrivals.done
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return flows / (ended - started), arrivals


async def fan_out(messages: list[Payload], targets: int) -> float:
    """Put each message into the queues of *targets* tasks; return deliveries per second."""
    queues = [asyncio.Queue[Payload](QUEUE) for _ in range(targets)]
    arrivals = Arrivals(len(messages) * targets)

    async def collect_one(queue: asyncio.Queue[Payload]) -> None:
        while True:
            await handler(await queue.get())
            arrivals.note()

    tasks = [asyncio.create_task(collect_one(queue)) for queue in queues]
    started = time.perf_counter()
    for message in messages:
        for queue in queues:
            await queue.put(message)
    ended = await arrivals.done
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return arrivals.expected / (ended - started)


def interleaved(rounds: int, candidates: dict[str, Callable[[], Awaitable[float]]]) -> dict[str, list[float]]:
    """Run every candidate once in each of *rounds* rounds, each in a loop of its own; return what each gave."""
    results: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(rounds):
        for name, candidate in candidates.items():
            results[name].append(asyncio.run(_call(candidate)))
    return results


async def _call(candidate: Callable[[], Awaitable[float]]) -> float:
    return await candidate()


async def flows_per_second() -> float:
    """Return g."""
    return (await run())[0]


if __name__ == "__main__":
    figures = interleaved(5, {"g": flows_per_second})["g"]
    print(f"g: {statistics.median(figures):,.0f} flows/s (payload {len(json.dumps(payload(0)))} bytes as JSON)")
