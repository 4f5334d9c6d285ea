"""Breakpoints: what they hold waits unstarted and can be edited; nothing else notices them."""

from __future__ import annotations

import pytest

from support.bus import hired, message, records, routed, running, send
from support.virtual_loop import later, virtual_time
from woodwork_engine.errors import FilterError, PayloadError, UnknownComponentError
from woodwork_engine.events import EventLog
from woodwork_engine.hold import Breakpoint
from woodwork_engine.payload import encode
from woodwork_engine.policy import DeliveryPolicy


@virtual_time
async def test_a_breakpoint_holds_the_head_of_each_lane_and_no_lane_waits_for_another() -> None:
    """D4: the held message has not been started, and its life stands still."""
    log = EventLog()
    async with running(DeliveryPolicy(ttl=10), log=log) as bus:
        worker = hired(bus)
        bus.breakpoints.add(Breakpoint("a", condition="payload.n:1"))
        first = message("a", 1)
        await bus.send_to_component(first)
        await bus.send_to_component(message("a", 2))
        await bus.send_to_component(message("a", 3, "t"))
        await later(100)
        assert worker.done == [("t", 3)]
        assert [record.message_id for record in records(log, "held")] == [first.message_id]
        assert [record for record in records(log, "started") if record.message_id == first.message_id] == []
        assert bus.breakpoints.release(first.message_id, "a")
        await bus.idleness.reached()
        assert worker.numbers() == [1, 2]


@virtual_time
async def test_a_breakpoint_that_is_set_while_a_lane_is_worked_on_holds_its_next_message() -> None:
    """D4: the runner that works there looks from then on."""
    async with running() as bus:
        worker = hired(bus, seconds=1)
        await send(bus, range(4))
        await later(1.5)
        bus.breakpoints.add(Breakpoint("a"))
        await later(100)
        assert worker.numbers() == [0, 1]
        assert len(bus.breakpoints.held()) == 1


@virtual_time
async def test_a_lane_that_is_emptied_when_its_turn_comes_stops_nobody() -> None:
    """D4, B3: whoever looks whether a breakpoint holds its head goes on with the next lane."""
    async with running() as bus:
        worker = hired(bus)
        bus.breakpoints.add(Breakpoint("a", condition="payload.n:9"))
        await bus.send_to_component(message("a", 1, "gone"))
        await bus.send_to_component(message("a", 2, "s"))
        assert bus.holds.purge("a", "gone") == 1
        await bus.idleness.reached()
        assert worker.done == [("s", 2)]


@virtual_time
async def test_a_held_message_may_be_edited_before_it_is_released() -> None:
    """D4, A7: the record has both hashes; the handler sees the new payload."""
    log = EventLog()
    async with running(log=log) as bus:
        worker = hired(bus)
        bus.breakpoints.add(Breakpoint("a"))
        sent = message("a", 1)
        await bus.send_to_component(sent)
        await later()
        assert bus.breakpoints.message(sent.message_id, "a").encoded == encode({"n": 1})
        with pytest.raises(PayloadError):
            bus.breakpoints.release(sent.message_id, "a", encoded=b"\xc1")
        assert bus.breakpoints.release(sent.message_id, "a", encoded=encode({"n": "other"}))
        await bus.idleness.reached()
        assert worker.numbers() == ["other"]
        assert bus.core.bytes == 0
        details = records(log, "released")[0].details()
        assert details["payload_sha256_before"] != details["payload_sha256_after"]


@pytest.mark.parametrize("command", ["resume", "step"])
@virtual_time
async def test_resuming_or_stepping_the_lane_of_a_held_message_releases_it(command: str) -> None:
    """D4: and it is not held once more."""
    log = EventLog()
    async with running(log=log) as bus:
        worker = hired(bus)
        bus.breakpoints.add(Breakpoint("a", condition="payload.n:1"))
        await send(bus, (1, 2))
        await later()
        assert len(bus.breakpoints.held()) == 1
        getattr(bus.holds, command)("a", "s")
        await bus.idleness.reached()
        assert worker.numbers() == [1, 2]
        assert len(records(log, "released")) == 1
        assert bus.holds.list() == ()


@virtual_time
async def test_a_held_message_that_is_purged_leaves_no_hold() -> None:
    """D4, B6."""
    async with running() as bus:
        hired(bus)
        bus.breakpoints.add(Breakpoint("a"))
        await bus.send_to_component(message("a", 1))
        await later()
        assert bus.holds.purge("a", "s") == 1
        assert bus.breakpoints.release_all() == 0
        assert bus.holds.list() == ()


@virtual_time
async def test_a_breakpoint_on_an_edge_holds_only_what_takes_it() -> None:
    """D4."""
    async with running() as bus:
        worker = hired(bus)
        bus.breakpoints.add(Breakpoint("a", source="x"))
        await bus.send_to_component(message("a", 1, "t", sender_component="y"))
        await bus.send_to_component(message("a", 2, sender_component="x"))
        await later()
        assert worker.done == [("t", 1)]
        assert bus.breakpoints.release_all() == 1
        await later()
        assert worker.numbers() == [2]


@virtual_time
async def test_without_its_breakpoint_a_component_is_not_looked_at() -> None:
    """D4: and what is held stays held until somebody lets it go."""
    async with running() as bus:
        worker = hired(bus)
        point = Breakpoint("a")
        bus.breakpoints.add(point)
        await bus.send_to_component(message("a", 1))
        await later()
        assert bus.breakpoints.list() == (point,)
        assert bus.breakpoints.remove(point)
        assert bus.core.endpoint("a").watch is None
        await later(5)
        assert worker.done == []
        bus.holds.resume("a", "s")  # as a person would who resumes the lane
        await bus.send_to_component(message("a", 2))
        await bus.idleness.reached()
        assert worker.numbers() == [1, 2]


@virtual_time
async def test_a_retry_of_what_was_let_through_is_not_held_again() -> None:
    """D4, B2."""
    async with running() as bus:
        worker = hired(bus, failures={1: 1})
        bus.breakpoints.add(Breakpoint("a"))
        await bus.send_to_component(message("a", 1))
        await later()
        bus.breakpoints.release_all()
        await later(5)
        assert worker.numbers() == [1]


@virtual_time
async def test_a_breakpoint_that_cannot_hold_anything_is_refused() -> None:
    """D4."""
    async with running() as bus:
        with pytest.raises(UnknownComponentError):
            bus.breakpoints.add(Breakpoint("nobody"))
        routed(bus, {}, {"a": lambda _d, _p: None})
        with pytest.raises(FilterError):
            bus.breakpoints.add(Breakpoint("a", condition="nothing:1"))
        assert bus.breakpoints.list() == ()
