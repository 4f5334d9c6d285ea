"""Hooks look on: they can neither change, delay nor break a message (bus.md C6)."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from support.workbench import Sent, Workbench
from woodwork_engine.components import hooks
from woodwork_engine.components.component import Component
from woodwork_engine.errors import StartError


async def with_hook(bench: Workbench, text: str, event: str | None = None, kind: str = "echo", **options) -> Component:
    bench.script("look.py", text)
    return await bench.start(kind, hooks=[bench.uses("hook", "look.py", "seen", event)], **options)


async def settled(component: Component) -> None:
    """Wait until the component's hooks have seen everything."""
    async with asyncio.timeout(5):
        await component.link.hooks.idle()


def seen(bench: Workbench) -> list[str]:
    file = bench.folder / "seen.txt"
    return file.read_text().splitlines() if file.exists() else []


NOTING = """
def seen(data, context):
    with open(__file__.replace("look.py", "seen.txt"), "a") as file:
        print(context.event_type, context.sender, context.session_id, context.attempt, data, file=file)
"""


async def test_a_hook_sees_what_comes_and_what_goes(bench: Workbench):
    echo = await with_hook(bench, NOTING)

    await bench.deliver(echo, "hi", session="s-7")
    await settled(echo)

    assert seen(bench) == ["input.received input s-7 1 hi", "component.response it s-7 1 hi"]


async def test_a_hook_declared_for_events_sees_those_alone(bench: Workbench):
    echo = await with_hook(bench, NOTING, "component.*")

    await bench.deliver(echo, "hi")
    await settled(echo)

    assert [line.split()[0] for line in seen(bench)] == ["component.response"]


async def test_a_repeated_attempt_is_not_shown_as_another_message(bench: Workbench):
    echo = await with_hook(bench, NOTING, "input.received")

    await bench.deliver(echo, "hi", attempt=1)
    await bench.deliver(echo, "hi", attempt=2)
    await settled(echo)

    assert len(seen(bench)) == 1


async def test_a_hook_of_an_input_sees_what_it_sends(bench: Workbench):
    source = await with_hook(bench, NOTING, kind="input generator", count=2, session="s-1", every=0.001)

    await bench.read(source)
    await settled(source)

    assert seen(bench) == ["input.received it s-1 1 message 1", "input.received it s-1 1 message 2"]


async def test_what_a_hook_does_to_its_payload_stays_with_the_hook(bench: Workbench):
    echo = await with_hook(bench, "def seen(data):\n    data.clear()\n    return 'changed'\n")

    attempt = await bench.deliver(echo, {"a": 1})
    await settled(echo)

    assert attempt.outputs == [Sent("component.response", {"a": 1}, None)]


@pytest.mark.parametrize("head", ["def", "async def"])
async def test_a_hook_that_fails_is_a_note_and_the_message_goes_on(bench: Workbench, head: str):
    echo = await with_hook(bench, f"{head} seen(data):\n    raise ValueError('odd')\n", "input.received")

    attempt = await bench.deliver(echo, "hi")
    await settled(echo)

    assert attempt.result == "hi"
    [(event, note)] = bench.outbox.notes
    assert event == "hook.error"
    assert (note["hook"], note["error_type"], note["message"]) == ("look.py::seen", "ValueError", "odd")
    assert "raise ValueError" in note["traceback"]


async def test_a_hook_that_hangs_delays_nobody_and_is_given_up(bench: Workbench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(hooks, "HOOK_TIMEOUT", 0.01)
    echo = await with_hook(
        bench, "import asyncio\nasync def seen(data):\n    await asyncio.Event().wait()\n", "input.*"
    )

    assert (await bench.deliver(echo, "hi")).result == "hi"
    await settled(echo)

    assert bench.outbox.notes[0][1]["message"] == "not done within 0.01 s"


async def test_a_hook_that_falls_behind_loses_the_oldest_and_says_how_many(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(hooks, "HOOK_QUEUE", 3)
    echo = await with_hook(bench, NOTING, "input.received")

    for number in range(10):  # nobody else runs meanwhile
        echo.link.hooks.fire("input.received", b"\x01", partial(_context, number))
    await settled(echo)

    assert [note for event, note in bench.outbox.notes if event == "hook.dropped"] == [
        {"hook": "look.py::seen", "dropped": 7}
    ]
    assert [line.split()[2] for line in seen(bench)] == ["s-7", "s-8", "s-9"]


def _context(number: int):
    from woodwork_engine.delivery import Context

    return Context(f"msg-{number}", f"s-{number}", "input.received", "input", 1, None, None, 0, 1, None)


async def test_a_hook_is_outside_the_attempt_it_looks_at(bench: Workbench):
    text = "from woodwork_engine.delivery import current\ndef seen(data):\n    assert current.get() is None\n"
    echo = await with_hook(bench, text)

    await bench.deliver(echo, "hi")
    await settled(echo)

    assert bench.outbox.notes == []


async def test_stopping_gives_waiting_hooks_a_moment_and_then_ends_them(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(hooks, "HOOK_GRACE", 0.01)
    echo = await with_hook(
        bench, "import asyncio\nasync def seen(data):\n    await asyncio.Event().wait()\n", "input.*"
    )
    await bench.deliver(echo, "hi")

    async with asyncio.timeout(5):
        await bench.close()

    assert echo.link.hooks._hooks[0].task is None


async def test_a_hook_that_is_not_there_is_one_sentence(bench: Workbench):
    with pytest.raises(StartError, match=r"main.ww:3:1 hook: .*look.py has no 'seen'; it has handle"):
        await with_hook(bench, "def handle(data):\n    pass\n")
