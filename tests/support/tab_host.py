"""An app around one tab, which keeps what the tab says, for tests of tabs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from textual.app import App, ComposeResult
from textual.pilot import Pilot

from woodwork_tui.screens.tab import Tab
from woodwork_tui.state.view import View


class TabHost(App[None]):
    """Shows *tab*; `told` are its messages to the app, in order."""

    def __init__(self, tab: Tab) -> None:
        super().__init__()
        self.tab = tab
        self.told: list[object] = []
        self.quiet: list[str] = []
        """Actions whose success the tab shows itself."""

    def compose(self) -> ComposeResult:
        yield self.tab

    def show(self, view: View) -> None:
        self.tab.show(view)

    def on_tab_act(self, message: Tab.Act) -> None:
        self.told.append((message.action, message.arguments))
        if message.quiet:
            self.quiet.append(message.action)

    def on_tab_copy(self, message: Tab.Copy) -> None:
        self.told.append(("copy", message.text))

    def on_tab_select(self, message: Tab.Select) -> None:
        self.told.append(("select", message.selection))

    def on_tab_source(self, message: Tab.Source) -> None:
        self.told.append(("source", message.file, message.line))

    def on_tab_goto(self, message: Tab.Goto) -> None:
        self.told.append(("goto", message.tab))

    def painted(self) -> str:
        """Return the screen as text."""
        width, height = self.size
        lines = self.screen._compositor.render_strips()
        return "\n".join(strip.text[:width].rstrip() for strip in lines[:height])


async def until(pilot: Pilot[None], holds: Callable[[], object]) -> None:
    """Let the app run until *holds* is true; fails after half a minute, which is much even on a busy machine."""
    async with asyncio.timeout(30):
        while not holds():
            await pilot.pause(0.01)
