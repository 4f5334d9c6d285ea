"""A running flow is paused, stepped, stopped at messages and let go again from the screen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from support.engines import LONG, RunningFlow, running
from woodwork_engine.snapshot import Snapshot
from woodwork_tui.app import WoodworkApp
from woodwork_tui.screens.ask import Ask
from woodwork_tui.widgets.command_line import CommandLine
from woodwork_tui.widgets.json_editor import JsonEditor

FLOW = """
ask = input cli { to: work }
work = function python {
    path: "work.py", function: work, to: say, on_exhausted: pause, retry: { max_retries: 0 }
}
say = output console {}
"""
SCRIPT = """
import pathlib
mended = pathlib.Path(__file__).with_name("mended")

def work(data):
    if data == "bad" and not mended.exists():
        raise ConnectionError("refused")
    return data
"""


class Screen:
    """The app over a running *flow*."""

    def __init__(self, app: WoodworkApp, pilot: Pilot[object], flow: RunningFlow) -> None:
        self.app, self.pilot, self.flow = app, pilot, flow

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def command(self, line: str) -> None:
        await self.press("colon")
        self.app.main.query_one(CommandLine).input.value = line
        await self.press("enter")

    async def until(self, holds: Callable[[Snapshot], object]) -> None:
        """Let everything run until the newest snapshot satisfies *holds*, and the screen has seen one like it."""
        async with asyncio.timeout(LONG):
            while not (holds(self.flow.engine.take_snapshot().result(LONG)) and holds(self.app.main.view.snapshot)):
                self.app.tick()
                await self.pilot.pause(0.01)

    async def until_shown(self, words: str) -> None:
        try:
            async with asyncio.timeout(LONG):
                while words not in self.painted():
                    self.app.tick()
                    await self.pilot.pause(0.01)
        except TimeoutError:
            raise AssertionError(f"{words!r} is not shown:\n{self.painted()}") from None

    def painted(self) -> str:
        return "\n".join(strip.text for strip in self.app.screen._compositor.render_strips())


@asynccontextmanager
async def shown(folder: Path) -> AsyncIterator[Screen]:
    (folder / "work.py").write_text(SCRIPT)
    with running(folder, FLOW) as flow:
        app = WoodworkApp(str(flow.path), opener=lambda file: flow.engine, ticking=False)
        async with app.run_test(size=(120, 36)) as pilot:
            screen = Screen(app, pilot, flow)
            await screen.until(lambda now: now.rev)
            yield screen


async def test_a_component_is_paused_stepped_and_resumed_by_key(tmp_path: Path) -> None:
    async with shown(tmp_path) as screen:
        await screen.command("goto work")
        await screen.press("p")
        await screen.until_shown("‖ paused")
        for text in ("a", "b", "c"):
            screen.flow.send("ask", text, "s-1")
        await screen.until(lambda now: now.node("work").paused == 3)
        await screen.press("s")
        await screen.until(lambda _: screen.flow.said() == ["a"])
        assert "‖ 1 paused" in screen.painted()
        await screen.press("p")
        await screen.until(lambda now: screen.flow.said() == ["a", "b", "c"] and not now.holds)


async def test_a_paused_session_is_stepped_until_it_rests_after_a_question(tmp_path: Path) -> None:
    async with shown(tmp_path) as screen:
        await screen.press("P")
        await screen.until_shown("‖ PAUSED")
        for text in ("a", "b"):
            screen.flow.send("ask", text, "s-1")
        screen.flow.send("ask", "z", "s-2")
        await screen.until(lambda now: [one.paused for one in now.sessions if one.id == "s-1"] == [2])
        await screen.press("3", "S")
        assert isinstance(screen.app.screen, Ask)
        await screen.press("right", "enter")
        await screen.until(lambda _: screen.flow.said() == ["a", "b"])
        await screen.press("P")
        await screen.until(lambda _: screen.flow.said() == ["a", "b", "z"])


async def test_a_message_is_stopped_on_a_condition_seen_edited_and_released(tmp_path: Path) -> None:
    async with shown(tmp_path) as screen:
        await screen.command("break work->say if payload:secret")
        await screen.until(lambda now: now.breakpoints)
        screen.flow.send("ask", "a secret", "s-1")
        screen.flow.send("ask", "anything", "s-2")
        await screen.until(lambda now: screen.flow.said() == ["anything"] and now.held)
        await screen.press("2")
        await screen.command("msgs state:held")
        await screen.until_shown("‖ held")
        await screen.press("e")
        screen.app.screen.query_one(JsonEditor).text = '"a word"'
        await screen.press("ctrl+s")
        await screen.until(lambda now: screen.flow.said() == ["anything", "a word"] and not now.held)


async def test_a_held_message_is_released_and_another_dropped_from_the_list_of_messages(tmp_path: Path) -> None:
    async with shown(tmp_path) as screen:
        await screen.command("break say")
        await screen.until(lambda now: now.breakpoints)
        await screen.command("msgs")
        assert "DDrop" not in screen.painted()
        assert "RRetry now" in screen.painted()
        for session in ("s-1", "s-2"):
            screen.flow.send("ask", f"from {session}", session)
        await screen.until(lambda now: len(now.held) == 2)
        await screen.command("msgs state:held session:s-1")
        await screen.until_shown("RRelease  eEdit & release")
        await screen.until_shown("No attempt yet: a breakpoint holds it.")
        await screen.press("R")
        await screen.until(lambda now: screen.flow.said() == ["from s-1"] and len(now.held) == 1)
        await screen.command("msgs state:held")
        await screen.until_shown("DDrop")
        await screen.press("D")
        await screen.until_shown("discarded for good")
        await screen.press("right", "enter")
        await screen.until(lambda now: not now.held and screen.flow.ended()["discarded"] == 1)
        assert screen.flow.said() == ["from s-1"]


async def stick(screen: Screen) -> None:
    """Let the session s-1 be stuck on a bad message with two others behind it."""
    for text in ("bad", "b", "c"):
        screen.flow.send("ask", text, "s-1")
    await screen.until(lambda now: [lane.depth for lane in now.held_lanes] == [2])
    await screen.press("4", "enter", "down")
    await screen.until_shown("stuck (p asks)")
    await screen.press("p")
    await screen.until_shown("2 messages wait behind it.")


async def test_a_stuck_session_is_retried_in_its_place_once_the_code_is_mended(tmp_path: Path) -> None:
    async with shown(tmp_path) as screen:
        await stick(screen)
        (tmp_path / "mended").touch()
        await screen.press("tab", "right", "enter")
        await screen.until(lambda now: screen.flow.said() == ["bad", "b", "c"] and not now.holds)


async def test_a_stuck_session_skips_what_it_is_stuck_on_and_the_letter_stays(tmp_path: Path) -> None:
    async with shown(tmp_path) as screen:
        await stick(screen)
        await screen.press("down", "tab", "right", "enter")
        await screen.until(lambda now: screen.flow.said() == ["b", "c"] and not now.holds)
        assert len(screen.flow.engine.dead_letters()) == 1


async def test_what_waits_behind_a_stuck_session_is_purged_once_the_word_is_typed(tmp_path: Path) -> None:
    async with shown(tmp_path) as screen:
        await stick(screen)
        await screen.press("down", "down", "tab", "right", "enter")
        await screen.until_shown("type purge")
        await screen.press(*"purge", "enter")
        await screen.until(lambda now: screen.flow.ended()["discarded"] == 2 and not now.holds)
        assert screen.flow.said() == []
