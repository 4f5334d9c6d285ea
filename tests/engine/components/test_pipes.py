"""Pipes may change a message before its component sees it; their failure is the attempt's (bus.md C6)."""

from __future__ import annotations

import pytest

from support.workbench import Sent, Workbench
from woodwork_engine.errors import Halt, Retry, StartError

PIPES = """
from woodwork_engine import Halt, Retry

def louder(data):
    return data.upper()

async def marked(data, context):
    return f"{data} ({context.session_id})"

def looked(data):
    pass

def spam(data):
    raise Halt("it is spam")

async def later(data):
    raise Retry(30)

def broken(data):
    raise ValueError(f"cannot read {data}")
"""


async def piped(bench: Workbench, *functions: str, event: str | None = "input.received", kind: str = "echo", **options):
    bench.script("pipe.py", PIPES)
    return await bench.start(kind, pipes=[bench.uses("pipe", "pipe.py", name, event) for name in functions], **options)


async def test_pipes_change_the_payload_in_the_order_of_the_file(bench: Workbench):
    echo = await piped(bench, "louder", "marked")

    assert (await bench.deliver(echo, "hi", session="s-7")).result == "HI (s-7)"


async def test_a_pipe_that_returns_nothing_changes_nothing(bench: Workbench):
    echo = await piped(bench, "looked", "louder")

    assert (await bench.deliver(echo, "hi")).result == "HI"


async def test_a_pipe_for_other_events_is_left_out(bench: Workbench):
    echo = await piped(bench, "louder", event="tool.*")

    assert (await bench.deliver(echo, "hi", event="input.received")).result == "hi"
    assert (await bench.deliver(echo, "hi", event="tool.answer")).result == "HI"


async def test_a_pipe_that_fails_is_the_attempts_failure(bench: Workbench):
    echo = await piped(bench, "broken")

    with pytest.raises(ValueError, match="cannot read hi"):
        await bench.deliver(echo, "hi")


async def test_pipes_of_an_input_see_what_it_sends(bench: Workbench):
    source = await piped(bench, "louder", kind="input generator", count=1, payload="tick", session="s-1")

    assert await bench.read(source) == [Sent("input.received", "TICK", "s-1")]


async def test_a_hook_sees_the_message_as_it_came_before_any_pipe(bench: Workbench):
    bench.script(
        "look.py", "def seen(data):\n    with open(__file__ + '.txt', 'w') as file:\n        file.write(data)\n"
    )
    bench.script("pipe.py", PIPES)
    echo = await bench.start(
        "echo",
        hooks=[bench.uses("hook", "look.py", "seen", "input.*")],
        pipes=[bench.uses("pipe", "pipe.py", "louder", "input.*")],
    )
    await bench.deliver(echo, "hi")
    await echo.link.hooks.idle()

    assert (bench.folder / "look.py.txt").read_text() == "hi"


async def test_a_pipe_with_a_parameter_nobody_offers_is_refused(bench: Workbench):
    bench.script("pipe.py", "def louder(data, volume):\n    return data\n")

    with pytest.raises(StartError, match=r"main.ww:3:1 pipe: louder\(data, volume\) cannot be called"):
        await bench.start("echo", pipes=[bench.uses("pipe", "pipe.py", "louder", "*")])


async def test_a_pipe_that_halts_ends_the_message_as_handled_with_a_note_that_says_why(bench: Workbench):
    echo = await piped(bench, "spam", "louder")

    attempt = await bench.deliver(echo, "hi")

    assert (attempt.result, attempt.outputs) == (None, [])
    await bench.outbox.until(lambda: bench.outbox.notes)
    assert bench.outbox.notes == [("pipe.halted", {"pipe": "pipe.py::spam", "reason": "it is spam"})]


async def test_a_pipe_may_ask_for_another_attempt_at_a_time_of_its_own(bench: Workbench):
    echo = await piped(bench, "later")

    with pytest.raises(Retry) as asked:
        await bench.deliver(echo, "hi")
    assert asked.value.after == 30


async def test_what_a_pipe_of_an_input_halts_is_not_sent_and_the_reading_goes_on(bench: Workbench):
    source = await piped(bench, "spam", kind="input generator", count=2, payload="tick", session="s-1")

    assert await bench.read(source) == []
    assert [event for event, _ in bench.outbox.notes] == ["pipe.halted", "pipe.halted"]
    assert source.refused == 0
    with pytest.raises(Halt, match="a pipe halted the message: it is spam"):
        await source.inject("by hand")
