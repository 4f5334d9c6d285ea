"""Making buses from settings, and the one bus of a script (the published factory and globals)."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest
from pydantic import BaseModel

from woodwork_engine import (
    MessageBusFactory,
    MessageEnvelope,
    configure_global_message_bus,
    create_default_message_bus,
    get_global_message_bus,
    set_global_message_bus,
    shutdown_global_message_bus,
)
from woodwork_engine.bus.memory import InMemoryMessageBus
from woodwork_engine.errors import SettingError
from woodwork_engine.language.policies import BusSettings, FlowSettings
from woodwork_engine.policy import (
    BreakerPolicy,
    DedupePolicy,
    DeliveryPolicy,
    DlqPolicy,
    ErrorRule,
    FlowPolicy,
    RetryPolicy,
)

make = MessageBusFactory.create_message_bus


@pytest.fixture(autouse=True)
async def _no_bus_is_left() -> AsyncIterator[None]:
    yield
    await shutdown_global_message_bus()
    configure_global_message_bus(None)


@pytest.mark.parametrize("config", [None, {}, {"type": "memory"}, {"type": "in_memory"}])
def test_a_memory_bus_is_made_with_the_built_in_settings(config: dict[str, object] | None) -> None:
    bus = make(config)
    assert isinstance(bus, InMemoryMessageBus)
    assert (bus.core.default_policy.max_queue, bus.core.default_policy.retry.max_retries) == (10_000, 3)
    assert bus.core.policy == FlowPolicy()
    assert not bus.core.running


def test_every_setting_that_is_given_is_applied() -> None:
    bus = make({"max_queue_size": 7, "max_retries": 0, "max_inflight": 5, "stop_timeout": 1.5, "max_hops": 9})
    assert (bus.core.default_policy.max_queue, bus.core.default_policy.retry.max_retries) == (7, 0)
    assert bus.core.policy == FlowPolicy(max_inflight=5, stop_timeout=1.5, max_hops=9)


def test_delivery_settings_hold_for_every_handler_and_subscriber() -> None:
    bus = make(
        {
            "timeout": "1500ms", "ttl": 60, "ordering": "none", "overflow": "drop_new", "delivery": "at_most_once",
            "max_queue": 9, "max_session_queue": 5, "block_timeout": 0, "concurrency": 2, "quantum": 3,
            "on_exhausted": "pause", "accepts": ["news"], "breaker": {"min": 5}, "dedupe": {"max_ids": 7},
            "retry": {"max_retries": 7, "base": "10ms", "jitter": "none", "on": {"ValueError": "reject"}},
        }
    )  # fmt: skip
    assert bus.core.endpoint("anybody").policy == DeliveryPolicy(
        timeout=1.5, ttl=60.0, ordering="none", overflow="drop_new", delivery="at_most_once", max_queue=9,
        max_session_queue=5, block_timeout=0.0, concurrency=2, quantum=3, on_exhausted="pause", accepts=("news",),
        breaker=BreakerPolicy(min=5), dedupe=DedupePolicy(max_ids=7),
        retry=RetryPolicy(7, base=0.01, jitter="none", on=((ErrorRule("ValueError", "reject"),),)),
    )  # fmt: skip


def test_every_setting_that_a_flow_may_write_is_applied_or_refused_with_the_reason() -> None:
    for name, field in {**BusSettings.model_fields, **FlowSettings.model_fields}.items():
        value = field.get_default(call_default_factory=True)
        assert make({name: value.model_dump() if isinstance(value, BaseModel) else value}).core.policy == FlowPolicy()


def test_the_limits_of_dead_letters_are_applied_under_either_name() -> None:
    limits = {"max_count": 5, "max_bytes": 6, "max_age": 7, "when_full": "reject", "max_replays": 0}
    assert make({"dlq": limits}).core.policy.dlq == DlqPolicy(5, 6, 7, "reject", 0)
    assert make({"dead_letter_ttl": 9}).core.policy.dlq == DlqPolicy(max_age=9)
    assert make({"dead_letter_ttl": 9, "dlq": {"max_age": None}}).core.policy.dlq.max_age is None


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({"dlq": 5}, r"dlq: must be a block in \{ \}, not 5"),
        ({"dlq": {"x": 5}}, r"dlq.x: is no setting of a memory bus; there are max_count, max_bytes"),
        ({"dlq": {"max_cuont": 5}}, r"dlq.max_cuont: is no setting of a memory bus; did you mean 'max_count'\?"),
        ({"dlq": {"max_count": 0}}, r"dlq.max_count: must be at least 1, not 0"),
        ({"dlq": {"max_replays": -1}}, r"dlq.max_replays: must be at least 0, not -1"),
        ({"dlq": {"when_full": "drop"}}, r"dlq.when_full: must be 'evict_resolved' or 'reject', not 'drop'"),
        ({"dead_letter_ttl": "soon"}, r"dead_letter_ttl: a duration is a number with ms, s, m, h or d.*, not 'soon'"),
        ({"type": "redis"}, r"type: 'redis' is no message bus this version has; use 'memory'"),
        ({"type": "auto"}, r"type: 'auto' is no message bus"),
        ({"max_queu": 5}, r"max_queu: is no setting of a memory bus; did you mean 'max_queue'\?"),
        ({"colour": 5}, r"colour: is no setting of a memory bus; there are concurrency, ordering, timeout"),
        ({"retry": {"bsae": 1}}, r"retry.bsae: is no setting of a memory bus; did you mean 'base'\?"),
        ({"retry": {"on": {"OSError": {"bsae": 1}}}}, r"retry.on.OSError.bsae: .* did you mean 'base'\?"),
        ({"retry": {"on": {"OSError": "never"}}}, r"retry.on.OSError.action: must be 'retry', .*, not 'never'"),
        ({"overflow": "burst"}, r"overflow: must be 'block', 'reject', 'drop_oldest' or 'drop_new', not 'burst'"),
        ({"durable": True}, r"durable: needs a state folder, which only an Engine has"),
        ({"sync": "power"}, r"sync: is about what is kept in a state folder"),
        ({"drain_timeout": 5}, r"drain_timeout: is about components that a reload removes"),
        ({"on_remove": "discard"}, r"on_remove: is about components that a reload removes"),
        ({"max_retries": "3"}, r"max_retries: must be a whole number, not '3'"),
        ({"max_queue_size": True}, r"max_queue_size: must be a whole number, not True"),
        ({"max_queue_size": 0}, r"max_queue_size: must be at least 1, not 0"),
        ({"max_hops": -1}, r"max_hops: must be at least 1, not -1"),
        ({"max_hops": "many"}, r"max_hops: must be a whole number, not 'many'"),
        ({"max_hops": 1.5}, r"max_hops: must be a whole number, not 1.5"),
    ],
)
def test_what_cannot_be_applied_is_refused_with_a_sentence(config: dict[str, object], sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        make(config)


async def test_the_global_bus_is_made_and_started_at_first_use() -> None:
    bus = await get_global_message_bus()
    assert await get_global_message_bus() is bus
    seen: list[object] = []

    async def handler(envelope: MessageEnvelope) -> None:
        seen.append(envelope.payload)

    bus.register_component_handler("a", handler)
    assert await bus.send_to_component(MessageEnvelope(1, target_component="a"))
    await shutdown_global_message_bus()
    assert seen == [1]
    assert not bus.is_healthy()
    assert await get_global_message_bus() is not bus


async def test_the_global_bus_is_made_as_configured_and_cannot_be_configured_later() -> None:
    config = {"max_queue_size": 3}
    configure_global_message_bus(config)
    config["max_queue_size"] = 4
    bus = await get_global_message_bus()
    assert bus.core.default_policy.max_queue == 3
    with pytest.raises(SettingError, match="is in use already"):
        configure_global_message_bus({"max_queue_size": 4})
    await shutdown_global_message_bus()
    with pytest.raises(SettingError, match="no message bus this version has"):
        configure_global_message_bus({"type": "nats"})


async def test_a_bus_of_ones_own_may_be_the_global_one() -> None:
    own = create_default_message_bus()
    set_global_message_bus(own)
    assert await get_global_message_bus() is own
    assert own.is_healthy(), "it was started"


def test_a_bus_left_over_from_a_closed_loop_is_replaced() -> None:
    async def use() -> object:
        bus = await get_global_message_bus()
        assert bus.is_healthy()
        return bus

    first = asyncio.run(use())
    assert asyncio.run(use()) is not first
    asyncio.run(shutdown_global_message_bus())


def test_nothing_in_the_engine_uses_the_globals() -> None:
    code = "import sys, woodwork_engine.runtime; print('woodwork_engine.bus.global_bus' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
