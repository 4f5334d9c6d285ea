"""The app as pictures show it: at one moment, with nothing of the machine it runs on, as small SVG.

app = PicturedApp("main.ww", engine=FakeEngine(), folder=folder)
snap_compare(app, terminal_size=(120, 36), run_before=app.guide(Step("6 nodes"), Step("Dead letters", ("6",))))
app.picture                             the SVG just taken
differences(before, app.picture)        in words
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from support.fake_engine import FakeEngine
from support.plain_svg import plain
from support.scene import NOW
from woodwork_tui.app import WoodworkApp

EARLIER = 2.0
"""Seconds before the moment pictured at which steps are taken: what is said anew once a second then is."""

PATIENCE = 60.0
"""Seconds that a step may take on a machine with much else to do."""


@dataclass(frozen=True)
class Step:
    """Presses *keys*; *words* are on the screen when they have done what they do."""

    words: str
    keys: tuple[str, ...] = ()


class Clock:
    """A clock that stands still."""

    def time(self) -> float:
        return NOW

    def monotonic(self) -> float:
        return 0.0


class PicturedApp(WoodworkApp):
    """The app at the scene's moment, in front of *engine*; it moves only where a guide leads it."""

    def __init__(self, asked: str | None, *, engine: FakeEngine, folder: Path, **options: object) -> None:
        super().__init__(asked, opener=lambda file: engine, clock=Clock(), ticking=False, folder=folder, **options)
        self.picture = ""

    def guide(self, *steps: Step) -> Callable[[Pilot[None]], Awaitable[None]]:
        """Return what leads the app through *steps*, each once the one before is on the screen."""

        async def lead(pilot: Pilot[None]) -> None:
            for step in steps:
                await pilot.press(*step.keys)
                await self._until_shown(pilot, step.words)
            for typed_into in (*self.screen.query(Input), *self.screen.query(TextArea)):
                typed_into.cursor_blink = False
            self.tick(NOW)
            await self._come_to_rest(pilot)

        return lead

    async def _come_to_rest(self, pilot: Pilot[None]) -> None:
        """Wait until what was started has ended and has been painted."""
        before = ""
        while before != self.export_screenshot():
            before = self.picture
            await self.workers.wait_for_complete()
            await pilot.pause()

    async def _until_shown(self, pilot: Pilot[None], words: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                while not self._shows(words):
                    await pilot.pause(0.01)
        except TimeoutError:
            raise AssertionError(f"{words!r} is not shown:\n{self.painted()}") from None

    def _shows(self, words: str) -> bool:
        self.tick(NOW - EARLIER)
        return words in self.painted()

    def painted(self) -> str:
        """Return the screen as text."""
        return "\n".join(strip.text for strip in self.screen._compositor.render_strips())

    def export_screenshot(self, *, title: str | None = None, simplify: bool = False) -> str:
        """Return the screen as plain SVG."""
        self.picture = plain(super().export_screenshot(title=title, simplify=simplify))
        return self.picture
