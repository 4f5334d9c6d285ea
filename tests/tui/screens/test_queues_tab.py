"""The Queues tab in a running app."""

from __future__ import annotations

from dataclasses import replace

from support.dead_letters import HOSTILE
from support.flows import node, plan
from support.scene import NOW, scene
from support.tab_host import TabHost
from woodwork_engine.snapshot import LaneStats, NodeState, NodeStats, Snapshot
from woodwork_tui.screens.queues import QueuesTab
from woodwork_tui.state.view import Selection, View

LARGE, SMALL = (120, 36), (80, 24)


def lines(app: TabHost, *words: str) -> list[str]:
    return [line for line in app.painted().splitlines() if all(word in line for word in words)]


async def test_each_component_shows_depth_limit_trend_and_policy():
    app = TabHost(QueuesTab())
    async with app.run_test(size=LARGE) as pilot:
        app.show(scene().view())
        await pilot.pause()

        assert lines(app, "agent", "4/10,000", "growing +0.4/s", "block")
        assert lines(app, "kb", "0/10,000", "idle")
        assert not lines(app, "tickets")
        assert lines(app, "6 in 2 of 4 queues")


async def test_enter_opens_a_component_and_left_closes_it():
    app = TabHost(QueuesTab())
    async with app.run_test(size=SMALL) as pilot:
        app.show(scene().view())
        app.tab.enter()
        await pilot.press("enter")
        await pilot.pause()
        assert lines(app, "▾ agent")
        assert lines(app, "s-01", "2/625", "handling")

        await pilot.press("down", "left")
        await pilot.pause()
        assert lines(app, "▌▸ agent")
        assert not lines(app, "s-01")


async def test_enter_on_a_session_looks_at_it_everywhere():
    app = TabHost(QueuesTab())
    async with app.run_test(size=SMALL) as pilot:
        app.show(scene().view(selection=Selection(node="agent")))
        app.tab.enter()
        await pilot.press("right", "down", "enter")
        await pilot.pause()

    assert app.told == [("select", Selection(node="agent", session="s-01"))]


async def test_a_large_screen_shows_sessions_by_component_too():
    app = TabHost(QueuesTab())
    async with app.run_test(size=LARGE) as pilot:
        app.show(scene().view())
        app.tab.enter()
        await pilot.pause()
        assert lines(app, "SESSION", "WAITING", "agent", "audit")
        assert lines(app, "s-02", "1 ↻")

        await pilot.press("tab", "down", "enter")
        await pilot.pause()

    assert app.told == [("select", Selection(session="s-02"))]


async def test_on_a_very_low_screen_there_is_still_a_queue_to_see():
    app = TabHost(QueuesTab())
    async with app.run_test(size=(40, 4)) as pilot:
        app.show(scene().view())
        await pilot.pause()
        assert lines(app, "agent", "4/10,000")
        assert not lines(app, "of 4 queues")


async def test_a_chosen_session_and_a_filter_leave_only_what_they_find():
    app = TabHost(QueuesTab())
    async with app.run_test(size=SMALL) as pilot:
        app.show(scene().view(selection=Selection(session="s-05")))
        await pilot.pause()
        assert lines(app, "s-05", "retrying")
        assert not lines(app, "agent ")

        app.show(scene().view(filter="depth>100"))
        await pilot.pause()
        assert lines(app, "0 of 4 queues match depth>100. esc clears the filter.")
        assert app.tab.filter_status() == "0 of 4 queues"


async def test_a_filter_that_cannot_be_read_leaves_the_last_good_one():
    app = TabHost(QueuesTab())
    async with app.run_test(size=SMALL) as pilot:
        app.show(scene().view(filter="node:audit"))
        app.show(scene().view(filter='node:"audi'))
        await pilot.pause()

        assert app.tab.filter_status() == "1 of 4 queues"
        assert "never closed" in (app.tab.check_filter('node:"audi') or "")


async def test_empty_queues_keep_their_rows_and_say_how_deep_they_were():
    nodes = (NodeStats("agent", NodeState.IDLE, limit=40, peak=31, peak_at=NOW),)
    app = TabHost(QueuesTab())
    async with app.run_test(size=SMALL) as pilot:
        app.show(View(Snapshot(plan=plan([node("agent")]), nodes=nodes), now=NOW))
        await pilot.pause()

        assert lines(app, "agent", "0/40", "idle")
        assert lines(app, "All queues empty. Deepest so far: agent 31 at 22:13:20.")


async def test_o_orders_by_depth_and_the_cursor_stays_on_its_component():
    app = TabHost(QueuesTab())
    async with app.run_test(size=SMALL) as pilot:
        view = scene().view()
        app.show(view)
        app.tab.enter()
        await pilot.press("down", "o")
        await pilot.pause()
        assert lines(app, "deepest first")
        assert lines(app, "▌", "kb")
        painted = app.painted()
        assert painted.index("agent") < painted.index("audit") < painted.index("kb")


async def test_e_shows_where_a_component_is_declared():
    app = TabHost(QueuesTab())
    async with app.run_test(size=SMALL) as pilot:
        app.show(scene().view())
        app.tab.enter()
        await pilot.press("e")
        await pilot.pause()

    declared = scene().plan.node("agent")
    assert declared is not None
    assert app.told == [("source", "main.ww", declared.span.line)]


async def test_ascii_uses_no_other_glyph():
    app = TabHost(QueuesTab())
    async with app.run_test(size=LARGE) as pilot:
        app.show(scene().view(ascii=True))
        app.tab.enter()
        await pilot.press("enter")
        await pilot.pause()

        assert lines(app, "v agent", "#.......")
        assert lines(app, "s-02", "1 R")


async def test_hostile_names_are_shown_and_harm_nothing():
    nodes = tuple(NodeStats(name, NodeState.OK, depth=1, limit=9) for name in HOSTILE)
    lanes = tuple(LaneStats(name, name, 1, "running", 1.0) for name in HOSTILE)
    app = TabHost(QueuesTab())
    async with app.run_test(size=LARGE) as pilot:
        app.show(View(Snapshot(nodes=nodes, lanes=lanes), now=NOW))
        app.tab.enter()
        await pilot.press("right", "G", "right")
        await pilot.pause()

        painted = app.painted()
        assert "\x1b" not in painted
        assert "[/]" in painted


async def test_nothing_is_computed_for_the_same_snapshot():
    app = TabHost(QueuesTab())
    async with app.run_test(size=SMALL) as pilot:
        view = scene().view()
        app.show(view)
        await pilot.pause()
        before = app.tab.query_one("#queues").rows
        app.show(replace(view, now=view.now + 0.1))

        assert app.tab.query_one("#queues").rows is before


async def test_describe_and_tap_lead_to_the_flow_with_the_component_selected_and_y_copies_its_name():
    app = TabHost(QueuesTab())
    async with app.run_test(size=LARGE) as pilot:
        app.show(scene().view())
        app.tab.enter()
        await pilot.press("d")
        assert app.told[-2:] == [("select", Selection(node="agent")), ("goto", "flow")]
        await pilot.press("t")
        assert app.told[-2:] == [("select", Selection(node="agent")), ("goto", "flow")]
        await pilot.press("y")
        assert app.told[-1] == ("copy", "agent")


async def test_from_a_session_that_waits_it_is_the_session_that_is_tapped_and_copied():
    app = TabHost(QueuesTab())
    async with app.run_test(size=LARGE) as pilot:
        app.show(scene().view())
        app.tab.enter()
        await pilot.press("enter", "down", "t")
        assert app.told[-2] == ("select", Selection(node="agent", session="s-01"))
        app.tab.query_one("#queue-sessions").focus()
        await pilot.press("y")
        assert app.told[-1][0] == "copy"
        assert app.told[-1][1].startswith("s-")
