"""A running flow, changed from the File tab: what was decided about messages is what becomes of them."""

from __future__ import annotations

import time
from pathlib import Path

from textual.pilot import Pilot

from support.engines import LONG, RunningFlow, running
from support.tab_host import TabHost, until
from woodwork_tui.screens.fate_dialog import FateDialog
from woodwork_tui.screens.file import FileTab
from woodwork_tui.screens.file_source import SourcePane
from woodwork_tui.screens.tab import Tab
from woodwork_tui.state.view import View

WITH_AUDIT = """\
deployment = local { drain_timeout: 50ms }
ask = input cli { to: audit }
audit = function python { path: "audit.py", function: handle, to: say }
say = output console {}
"""
WITHOUT = """\
deployment = local { drain_timeout: 50ms }
ask = input cli { to: say }
say = output console {}
"""
SCRIPT = """
import asyncio
async def handle(order):
    await asyncio.Event().wait()
"""


class EngineHost(TabHost):
    """A File tab over a running flow: what it asks for is done."""

    def __init__(self, flow: RunningFlow, file: Path) -> None:
        super().__init__(FileTab())
        self.flow = flow
        self.file = file

    def on_tab_act(self, message: Tab.Act) -> None:
        super().on_tab_act(message)
        getattr(self.flow.engine, message.action)(**message.arguments)

    def look(self) -> str:
        """Show the flow as it is now and return the screen."""
        self.show(View(self.flow.engine.take_snapshot().result(LONG), time.time(), file=str(self.file)))
        return self.painted()


def stuck(tmp_path: Path):
    """Return a flow, to be entered, in which what comes to audit stays there."""
    (tmp_path / "audit.py").write_text(SCRIPT)
    return running(tmp_path, WITH_AUDIT)


async def ready(app: EngineHost, pilot: Pilot[None]) -> SourcePane:
    source = app.tab.query_one(SourcePane)
    app.tab.enter()
    await until(pilot, lambda: app.look() and source.editor.text == WITH_AUDIT)
    return source


async def test_stranded_messages_become_dead_letters_where_that_was_decided_at_the_save(tmp_path: Path):
    with stuck(tmp_path) as flow:
        for n in range(3):
            flow.send("ask", n, "s")
        flow.until(lambda now: now.node("audit").depth == 3)
        app = EngineHost(flow, flow.path)
        async with app.run_test(size=(120, 36)) as pilot:
            source = await ready(app, pilot)
            source.editor.load_text(WITHOUT)
            await pilot.press("ctrl+s")
            await until(pilot, lambda: isinstance(app.screen, FateDialog) and app.focused is not None)
            await pilot.press("shift+tab", "shift+tab", "down", "tab", "tab", "tab", "enter")
            await until(pilot, lambda: app.look() and ("resolve_removed" in dict(app.told)))
            await until(pilot, lambda: app.look() and len(flow.engine.dead_letters()) == 2)
            assert flow.until(lambda now: now.node("audit").depth == 1), "the one that is being handled stays"


async def test_messages_parked_by_a_save_are_listed_and_come_back_with_a_rollback(tmp_path: Path):
    with stuck(tmp_path) as flow:
        flow.send("ask", 1, "s")
        flow.until(lambda now: now.node("audit").depth == 1)
        app = EngineHost(flow, flow.path)
        async with app.run_test(size=(120, 36)) as pilot:
            source = await ready(app, pilot)
            source.editor.load_text(WITHOUT)
            await pilot.press("ctrl+s")
            await until(pilot, lambda: isinstance(app.screen, FateDialog) and app.focused is not None)
            await pilot.press("right", "enter")
            await until(pilot, lambda: "Removed, with messages left" in app.look() and "parked" in app.look())
            app.tab.action_roll_back_to("1")
            await until(pilot, lambda: isinstance(app.screen, FateDialog) and app.focused is not None)
            await pilot.press("right", "enter")
            await until(pilot, lambda: "Removed, with" not in app.look() and "back to rev 1" in app.look())
            assert flow.until(lambda now: now.rev == 3).node("audit").depth == 1
            assert flow.path.read_text() == WITHOUT
