"""The Health tab in a running app."""

from __future__ import annotations

from dataclasses import replace

from textual.containers import VerticalScroll

from support.scene import scene
from support.tab_host import TabHost
from support.traffic import HOSTILE
from woodwork_engine.snapshot import FlowState, Health, NodeState, NodeStats, Snapshot
from woodwork_tui.screens.health import HealthTab
from woodwork_tui.state.health import numbers
from woodwork_tui.state.view import View
from woodwork_tui.widgets.line_block import LineBlock


def block(app: TabHost, name: str) -> str:
    return app.tab.query_one(f"#{name}", LineBlock).plain


async def test_sentences_come_first_and_numbers_follow():
    app = TabHost(HealthTab())
    async with app.run_test(size=(120, 36)) as pilot:
        app.show(scene().view())
        await pilot.pause()

        lines = app.painted().splitlines()
        assert "audit: most attempts of the last minute failed" in lines[1]
        assert block(app, "loop").splitlines()[0].startswith("loop lag")
        assert block(app, "components").splitlines()[0].startswith("COMPONENT")
        assert block(app, "latency").startswith("p50 11ms · p95 64ms · p99 88ms")
        assert "growing +0.4/s" in block(app, "queues")
        assert block(app, "rates").splitlines()[2].startswith("tickets")


async def test_a_blocked_loop_is_told_at_once_and_with_its_name():
    app = TabHost(HealthTab())
    async with app.run_test(size=(120, 36)) as pilot:
        view = scene().view()
        app.show(view)
        app.show(replace(view, now=view.now + 0.01, blocked=(3.2, "agent (agent.py:88)")))
        await pilot.pause()

        assert "✗ The loop has not answered for 3.2 s: blocked by agent (agent.py:88)." in app.painted()


async def test_what_does_not_fit_is_reached_by_scrolling():
    app = TabHost(HealthTab())
    async with app.run_test(size=(80, 24)) as pilot:
        app.show(scene().view())
        app.tab.enter()
        await pilot.pause()
        assert "Components since start" not in app.painted()

        await pilot.press("G")
        await pilot.pause()
        assert "Components since start" in app.painted()
        assert isinstance(app.focused, VerticalScroll)


async def test_more_lines_take_more_room_while_the_tab_is_open():
    app = TabHost(HealthTab())
    async with app.run_test(size=(120, 36)) as pilot:
        view = scene().view()
        app.show(view)
        degraded = replace(view.snapshot, health=Health(degraded=("audit is failing", "agent is full")))
        app.show(replace(view, now=view.now + 1, snapshot=degraded))
        await pilot.pause()

        assert "▲ audit is failing" in app.painted().splitlines()[1]
        assert "▲ agent is full" in app.painted().splitlines()[2]


async def test_without_a_running_flow_nothing_is_made_up():
    app = TabHost(HealthTab())
    async with app.run_test(size=(120, 36)) as pilot:
        app.show(View(Snapshot(state=FlowState.STOPPED)))
        await pilot.pause()

        assert block(app, "state") == "○ The flow is not running."
        assert block(app, "latency") == "Nothing was handled yet."
        assert block(app, "queues") == "All queues are empty."


async def test_ascii_takes_the_place_of_bars_and_marks():
    app = TabHost(HealthTab())
    async with app.run_test(size=(120, 36)) as pilot:
        app.show(scene().view(ascii=True))
        await pilot.pause()

        text = "".join(block(app, name) for name in ("state", "rates", "queues", "loop", "components")) + block(
            app, "latency"
        )
        assert not set(text) & set("▁▂▃▄▅▆▇█▏▎▍▌▋▊▉✓✗▲")


async def test_everything_shown_is_copied_as_text():
    app = TabHost(HealthTab())
    async with app.run_test(size=(120, 36)) as pilot:
        app.show(scene().view())
        app.tab.enter()
        await pilot.press("y")

        action, text = app.told[0]
        assert action == "copy"
        assert "loop lag" in text
        assert "Queues" in text


async def test_hostile_names_and_reasons_are_only_shown():
    app = TabHost(HealthTab())
    async with app.run_test(size=(80, 24)) as pilot:
        nodes = tuple(NodeStats(text[:256], NodeState.FAILING, depth=1, limit=2) for text in HOSTILE)
        health = Health(degraded=tuple(text[:10_000] for text in HOSTILE), blocker="\x1b[2J[/]")
        app.show(View(Snapshot(state=FlowState.RUNNING, nodes=nodes, health=health), blocked=(1.0, "[/bold]\x9b")))
        app.tab.enter()
        for _ in range(3):
            await pilot.press("pagedown")
            await pilot.pause()
            assert not set(app.painted()) & {"\x1b", "\x9b", "\x07", "\x00", "\u202e", "\ud800"}


async def test_it_says_what_a_crash_would_take():
    """I1: once, among the numbers, and on no other screen."""
    app = TabHost(HealthTab())
    async with app.run_test(size=(120, 36)) as pilot:
        view = scene().view()
        assert "a crash" not in "".join(name for name, _ in numbers(view.snapshot, missed=0))
        health = replace(view.snapshot.health, keeping="queued messages live in this process")
        app.show(replace(view, snapshot=replace(view.snapshot, health=health)))
        await pilot.pause()
        assert "a crash" in block(app, "facts")
        assert "queued messages live in this process" in " ".join(block(app, "facts").split())
