"""Order, lanes and retries of the memory bus (bus.md B)."""

from __future__ import annotations

import asyncio

from woodwork_engine.bus.memory import InMemoryMessageBus
from woodwork_engine.message import MessageEnvelope
from woodwork_engine.policy import DeliveryPolicy, RetryPolicy

QUICK = DeliveryPolicy(retry=RetryPolicy(base=0.001))


def message(target: str, number: int, session: str = "s") -> MessageEnvelope:
    return MessageEnvelope({"n": number}, session_id=session, target_component=target)


async def test_order_within_a_session_holds_across_retries() -> None:
    """B1, B2: while the head waits for a retry its lane waits; nothing overtakes it."""
    bus = InMemoryMessageBus(policy=QUICK)
    await bus.start()
    failed: set[int] = set()
    seen: list[int] = []

    async def handler(envelope: MessageEnvelope) -> None:
        number = envelope.payload["n"]  # type: ignore[index]
        if number % 3 == 0 and number not in failed:
            failed.add(number)
            raise ConnectionError("once")
        seen.append(number)

    bus.register_component_handler("a", handler)
    for number in range(30):
        await bus.send_to_component(message("a", number))
    await bus.core.idle()
    await bus.stop()
    assert seen == list(range(30))
    assert failed == set(range(0, 30, 3))


async def test_a_failing_session_does_not_hold_up_another() -> None:
    """B2, B3: other lanes never wait for a lane that waits for a retry."""
    bus = InMemoryMessageBus(policy=DeliveryPolicy(retry=RetryPolicy(base=60, jitter="none")))
    await bus.start()
    done = asyncio.Event()

    async def handler(envelope: MessageEnvelope) -> None:
        if envelope.session_id == "bad":
            raise ConnectionError("always")
        done.set()

    bus.register_component_handler("a", handler)
    await bus.send_to_component(message("a", 1, "bad"))
    await bus.send_to_component(message("a", 2, "good"))
    await done.wait()
    report = await bus.stop(drain=False)
    assert report.left == {"a/bad": 1}
    assert asyncio.all_tasks() == {asyncio.current_task()}, "H3: nothing of the bus is alive after stop"
