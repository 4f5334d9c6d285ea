"""A call that is cancelled at any of its awaits has happened everywhere or nowhere (bus.md F7)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from support.bus import make_bus, message, routed
from support.virtual_loop import later, virtual_time
from woodwork_engine.bus.memory import InMemoryMessageBus
from woodwork_engine.policy import DeliveryPolicy

TINY = DeliveryPolicy(max_queue=1, ttl=None)
TARGETS = ("a", "b")
AWAITS = 12
"""More steps than any of the calls takes here."""

CALLS: dict[str, Callable[[InMemoryMessageBus], Awaitable[object]]] = {
    "emit": lambda bus: bus.outbox.emit("in", "x", {"n": "late"}, session="s"),
    "send": lambda bus: bus.send_to_component(message("a", "late")),
}


@pytest.mark.parametrize("call", CALLS)
@virtual_time
async def test_a_call_cancelled_at_any_step_is_accepted_whole_or_not_at_all(call: str) -> None:
    """F7: and the room that it waited for goes to whoever stands behind it."""
    landed = 0
    for steps in range(AWAITS):
        gate, got = asyncio.Event(), {name: [] for name in TARGETS}

        def handler(name: str, gate: asyncio.Event = gate, got: dict[str, list[object]] = got) -> object:
            async def handle(_delivery: object, data: dict[str, object]) -> None:
                await gate.wait()
                got[name].append(data["n"])

            return handle

        bus = make_bus(TINY)
        await bus.start()
        routed(bus, {"in": TARGETS}, {name: handler(name) for name in TARGETS})
        await bus.outbox.emit("in", "x", {"n": "first"}, session="s")
        calling = asyncio.ensure_future(CALLS[call](bus))
        behind = asyncio.create_task(bus.outbox.emit("in", "x", {"n": "behind"}, session="s"))
        for _ in range(steps):
            if steps > AWAITS // 2:
                gate.set()
            await asyncio.sleep(0)
        calling.cancel()
        gate.set()
        await later(1)
        await asyncio.wait({calling, behind}, timeout=5)
        await bus.core.idle()
        landed += calling.cancelled()
        assert behind.done()
        assert not behind.cancelled()
        had = [name for name in TARGETS if "late" in got[name]]
        whole = list(TARGETS) if call == "emit" else ["a"]
        assert had in ([], whole)
        assert bool(had) != calling.cancelled()
        assert bus.core.in_line == bus.core.depth == 0
        await bus.stop()
    assert landed >= AWAITS // 2, "a cancellation that lands nowhere shows nothing"
