"""The whole app with its own tabs over a fake engine, at the scene's moment, as a person uses it.

async with whole_app(folder) as shown:
    await shown.press("4", "p")
    shown.engine.asked, shown.toasts, shown.painted()
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from support.fake_engine import FakeEngine
from support.scene import NOW, SOURCE
from woodwork_tui.app import WoodworkApp
from woodwork_tui.screens.tab import Tab
from woodwork_tui.state.view import Selection
from woodwork_tui.widgets.command_line import CommandLine


class Clock:
    """A clock that stands still."""

    def time(self) -> float:
        return NOW

    def monotonic(self) -> float:
        return 0.0


class Shown:
    """The app in front of *engine*; `now` is the time of the last tick."""

    def __init__(self, app: WoodworkApp, pilot: Pilot[object], engine: FakeEngine) -> None:
        self.app, self.pilot, self.engine = app, pilot, engine
        self.now = NOW

    async def press(self, *keys: str) -> None:
        """Press *keys*, each once what the one before began has ended."""
        for key in keys:
            await self.pilot.press(key)
            await self.settle()

    async def command(self, line: str) -> None:
        """Type *line* behind a colon."""
        await self.press("colon")
        self.app.main.query_one(CommandLine).input.value = line
        await self.press("enter")

    async def select(self, **parts: object) -> None:
        """Select a node, an edge, a session or a message."""
        self.app.main.select(Selection(**parts))
        await self.settle()

    async def snap(self, **parts: object) -> None:
        """Let the engine's numbers differ in *parts*, and let everything look."""
        self.engine.snap(**parts)
        await self.tick()

    async def tick(self) -> None:
        """Show the next second."""
        self.now += 1.0
        self.app.tick(self.now)
        await self.settle()

    async def settle(self) -> None:
        """Wait until what was begun has ended and has been painted."""
        await self.pilot.pause()
        await self.app.workers.wait_for_complete()
        await self.pilot.pause()

    @property
    def tab(self) -> Tab | None:
        """The tab in front."""
        return self.app.main.tab

    @property
    def toasts(self) -> list[tuple[str, str, str]]:
        """Title, text and severity of what was told."""
        return [(each.title, each.message, each.severity) for each in self.app._notifications]

    @property
    def said(self) -> str:
        """The text of the last thing that was told."""
        return self.toasts[-1][1]

    def painted(self) -> str:
        """Return the screen as text."""
        return "\n".join(strip.text for strip in self.app.screen._compositor.render_strips())


@asynccontextmanager
async def whole_app(
    folder: Path, *, size: tuple[int, int] = (120, 36), engine: FakeEngine | None = None, **options: object
) -> AsyncIterator[Shown]:
    """Run the app on the scene's flow in *folder*."""
    path = folder / "main.ww"
    path.write_text(SOURCE, encoding="utf-8")
    engine = engine or FakeEngine()
    app = WoodworkApp(str(path), opener=lambda file: engine, clock=Clock(), ticking=False, **options)
    async with app.run_test(size=size) as pilot:
        shown = Shown(app, pilot, engine)
        await shown.settle()
        shown.app.tick(NOW)
        await shown.settle()
        yield shown
