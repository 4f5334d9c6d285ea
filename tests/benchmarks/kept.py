"""What the bus keeps in memory: bytes per message that waits, and what is left after a million that have gone through.

    python tests/benchmarks/kept.py million [--flows 1000000]

prints the ratio of the process's memory at the end to that after the first tenth; `growth` runs it in a fresh process.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Awaitable, Callable
from pathlib import Path

import raw
from pipelines import Feed, routed

from woodwork_engine import InMemoryMessageBus, MessageEnvelope
from woodwork_engine.events import EventLog

WAITING = 5_000
SESSIONS = 100
MILLION = 1_000_000

Send = Callable[[raw.Payload], Awaitable[object]]


def message(number: int) -> raw.Payload:
    """Return message *number* with a text that is its own, as those have that come from outside."""
    one = raw.payload(number, SESSIONS)
    one["text"] = f"{number:5} {raw.TEXT[6:]}"
    return one


async def _per_message(send: Send) -> float:
    """Return the bytes that one message takes on average once *send* has put it where it waits."""
    for number in range(SESSIONS):  # lanes and queues exist already
        await send(message(number))
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for number in range(SESSIONS, SESSIONS + WAITING):
        await send(message(number))
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (after - before) / WAITING


async def in_a_queue() -> float:
    """Return the bytes per message in an `asyncio.Queue`."""
    return await _per_message(asyncio.Queue[raw.Payload]().put)


async def in_a_lane() -> float:
    """Return the bytes per message that a component emitted: the payload is kept encoded."""
    bus = InMemoryMessageBus()
    bus.set_routes(1, lambda _source, _event: ("agent",), [("input", "agent")])
    await bus.start()
    size = await _per_message(lambda one: bus.outbox.emit("input", "input.received", one, session=one["sid"]))
    await bus.stop(drain=False)
    return size


async def in_a_bare_lane() -> float:
    """Return the bytes per message of a caller: its object, for the first attempt, and the encoded payload."""
    bus = InMemoryMessageBus()
    await bus.start()
    size = await _per_message(
        lambda one: bus.send_to_component(MessageEnvelope(one, "x", one["sid"], "input", "agent"))
    )
    await bus.stop(drain=False)
    return size


def resident() -> int:
    """Return the bytes of memory this process has (Linux)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def million(flows: int, sessions: int = 1_000) -> float:
    """Send *flows* messages through routes, lanes and the event log; return memory at the end to that after a tenth."""
    sizes = []

    def take(one: raw.Payload) -> None:
        if one["i"] + 1 in (flows // 10, flows):
            sizes.append(resident())

    async def feed(send: Callable[[raw.Payload], Awaitable[object]]) -> None:
        for number in range(flows):
            await send(raw.payload(number, sessions))

    await _through(feed, take, flows)
    return sizes[-1] / sizes[0]


async def _through(feed: Feed, take: Callable[[raw.Payload], None], flows: int) -> None:
    finished = asyncio.get_running_loop().create_future()
    arrived = 0

    def count(one: raw.Payload) -> None:
        nonlocal arrived
        take(one)
        arrived += 1
        if arrived == flows:
            finished.set_result(None)

    async with routed(count, EventLog()) as emit:
        await feed(emit)
        await finished


def growth(flows: int = MILLION) -> float:
    """Return what `million` gives in a process of its own."""
    command = [sys.executable, __file__, "million", "--flows", str(flows)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["million"])
    parser.add_argument("--flows", type=int, default=MILLION)
    print(asyncio.run(million(parser.parse_args().flows)))
