"""Dead letters of a running flow, put right from the DLQ tab."""

from __future__ import annotations

import time
from pathlib import Path

from textual.pilot import Pilot

from support.engines import LONG, RunningFlow, running
from support.tab_host import TabHost, until
from woodwork_engine.dead_letter import DeadState
from woodwork_tui.screens.dlq import DlqTab
from woodwork_tui.screens.tab import Tab
from woodwork_tui.state.view import View
from woodwork_tui.widgets.json_editor import JsonEditor

FLOW = """
ask = input cli { to: audit }
audit = function python { path: "audit.py", function: handle, retry: { max_retries: 0 }, to: say }
say = output console {}
"""
SCRIPT = """
def handle(order):
    if "id" not in order:
        raise ValueError(f"order {order['n']} has no id")
    return order["id"]
"""


class EngineHost(TabHost):
    """A DLQ tab over a running flow: what it asks for is done."""

    def __init__(self, flow: RunningFlow) -> None:
        super().__init__(DlqTab())
        self.flow = flow

    def on_tab_act(self, message: Tab.Act) -> None:
        getattr(self.flow.engine, message.action)(**message.arguments).result(LONG)

    def look(self) -> str:
        """Show the flow as it is now and return the screen."""
        engine = self.flow.engine
        self.show(View(engine.take_snapshot().result(LONG), time.time(), dead_letters=engine.dead_letters()))
        return self.painted()


def mending(tmp_path: Path):
    """Return a flow, to be entered, in which orders without an id die."""
    (tmp_path / "audit.py").write_text(SCRIPT)
    return running(tmp_path, FLOW)


async def shown(app: EngineHost, pilot: Pilot[None], text: str) -> None:
    await until(pilot, lambda: text in app.look())


async def test_an_edited_letter_succeeds_and_leaves_the_list_and_an_unedited_one_dies_again(tmp_path: Path):
    with mending(tmp_path) as flow:
        for n in (1, 2):
            flow.send("ask", {"n": n}, "s-1")
        app = EngineHost(flow)
        async with app.run_test(size=(120, 36)) as pilot:
            await shown(app, pilot, "Dead letters 2 · 1 group by reason")
            app.tab.enter()
            await pilot.press("enter", "e")
            app.screen.query_one(JsonEditor).text = '{"n": 2, "id": "mended"}'
            await pilot.press("ctrl+s", "enter")
            await shown(app, pilot, "Dead letters 1 ")
            assert flow.said() == ["mended"]

            await pilot.press("R", "enter")
            await shown(app, pilot, "1✗")
            assert "Dead letters 1 " in app.painted()

    edited = flow.engine.dead_letters()[1]
    assert edited.state is DeadState.REPLAYED
    assert edited.payload() == {"n": 2}


async def test_discarded_letters_are_gone_and_undo_brings_all_of_them_back(tmp_path: Path):
    with mending(tmp_path) as flow:
        for n in range(3):
            flow.send("ask", {"n": n}, f"s-{n}")
        app = EngineHost(flow)
        async with app.run_test(size=(120, 36)) as pilot:
            await shown(app, pilot, "Dead letters 3 ")
            app.tab.enter()
            await pilot.press("D", "right", "enter")
            await shown(app, pilot, "No dead letters.")
            await pilot.press("u", "right", "enter")
            await shown(app, pilot, "Dead letters 3 ")
