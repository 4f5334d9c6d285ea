"""`memory short_term` and `analytics`: bounded, per session, and told in one line."""

from __future__ import annotations

import pytest

from support.workbench import Workbench
from woodwork_engine.errors import StartError


async def test_a_memory_keeps_the_last_things_of_each_session(bench: Workbench):
    memory = await bench.start("memory short_term", limit=2)

    for number in range(4):
        memory.remember("a", "me", f"thing {number}")
    memory.remember("b", "me", "other")

    assert [thing.text for thing in memory.recall("a")] == ["thing 2", "thing 3"]
    assert memory.summary() == "3 things of 2 sessions"


async def test_the_longest_silent_session_is_forgotten_first(bench: Workbench):
    memory = await bench.start("memory short_term", max_sessions=2)

    for session in ("a", "b", "a", "c"):
        memory.remember(session, "me", "x")

    assert [len(memory.recall(session)) for session in ("a", "b", "c")] == [2, 0, 1]
    assert memory.summary() == "3 things of 2 sessions"


async def test_what_is_sent_to_a_memory_is_remembered_with_its_sender(bench: Workbench):
    memory = await bench.start("memory short_term")

    attempt = await bench.deliver(memory, {"text": "hello"}, sender="agent", session="s-1")

    assert attempt.outputs == []
    assert [(thing.who, thing.text) for thing in memory.recall("s-1")] == [("agent", "hello")]


async def test_only_a_memory_can_be_named_as_one(bench: Workbench):
    echo = await bench.start("echo", name="parrot")

    with pytest.raises(StartError, match="memory: parrot is no memory"):
        await bench.start("llm scripted", references=[echo], memory="parrot")


async def test_messages_are_counted_by_event_and_session(bench: Workbench):
    stats = await bench.start("analytics")

    for session, event in (("a", "x"), ("a", "x"), ("b", "y")):
        assert (await bench.deliver(stats, 1, session=session, event=event)).outputs == []

    assert stats.by_event == {"x": 2, "y": 1}
    assert dict(stats.by_session) == {"a": 2, "b": 1}
    assert stats.summary() == "3 messages: x 2, y 1; 2 sessions, busiest a (2)"


async def test_sessions_beyond_the_limit_are_forgotten_but_stay_counted(bench: Workbench):
    stats = await bench.start("analytics", max_sessions=2)

    for number in range(5):
        await bench.deliver(stats, 1, session=f"s-{number}")

    assert list(stats.by_session) == ["s-3", "s-4"]
    assert "5 sessions" in stats.summary()


async def test_more_kinds_of_events_than_anybody_reads_are_counted_together(bench: Workbench):
    stats = await bench.start("analytics")

    for number in range(1_005):
        await bench.deliver(stats, 1, event=f"event.{number}")

    assert len(stats.by_event) == 1_001
    assert stats.by_event["other"] == 5


async def test_without_messages_there_is_nothing_to_count(bench: Workbench):
    assert (await bench.start("analytics")).summary() == "no messages yet"
