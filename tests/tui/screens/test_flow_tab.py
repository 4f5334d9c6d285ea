"""The Flow tab in a running app."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from support.flow_host import FlowHost
from support.flows import edge, node, plan
from support.scene import scene
from support.tab_host import until
from support.traffic import HOSTILE, Traffic
from woodwork_engine.plan import Node
from woodwork_engine.role import Role
from woodwork_engine.snapshot import NodeState, NodeStats, Snapshot
from woodwork_engine.source import Span
from woodwork_engine.transcript import Transcript
from woodwork_tui.layout import Zoom
from woodwork_tui.layout.steps import boxes_in, central
from woodwork_tui.state.view import Selection, View

WIDE, NARROW = (120, 36), (80, 24)


def flow_of(parts, lines=(), **more):
    return View(snapshot=Snapshot(plan=plan(parts, lines), rev=1), **more)


async def test_on_a_wide_screen_there_is_a_graph_an_inspector_and_the_tap():
    app = FlowHost()
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        screen = app.painted()
        for part in ("Flow · 6 nodes · 4 routes · graph", "╭ agent ─", "Whole flow", "Tap: all · following", "tools"):
            assert part in screen


async def test_on_a_narrow_screen_there_is_a_tree_and_the_inspector_is_a_page():
    app = FlowHost()
    async with app.run_test(size=NARROW) as pilot:
        await pilot.pause()
        screen = app.painted()
        for part in ("Flow · 6 nodes · 4 routes · tree", "└► agent", "✗ failing", "Inspector", "agent→audit"):
            assert part in screen


async def test_at_start_the_focus_is_on_the_graph_and_nothing_is_selected():
    app = FlowHost()
    async with app.run_test(size=WIDE):
        assert app.focused is app.tab.picture.graph
        assert not app.selection


async def test_keys_move_the_selection_along_lines_and_the_inspector_follows():
    app = FlowHost()
    async with app.run_test(size=WIDE) as pilot:
        await pilot.press("l")
        assert app.selection.node == "tickets"
        await pilot.press("right")
        assert app.selection.edge == ("tickets", "agent")
        await pilot.press("right")
        await pilot.pause()
        assert app.selection.node == "agent"
        assert "agent llm scripted" in app.painted()
        assert "┏ agent ━" in app.painted()


async def test_g_goes_to_the_first_node_and_capital_g_to_the_last():
    app = FlowHost()
    async with app.run_test(size=WIDE) as pilot:
        await pilot.press("G")
        assert app.selection.node == "kb"
        await pilot.press("g")
        assert app.selection.node == "tickets"


async def test_enter_shows_the_messages_of_the_selection():
    app = FlowHost()
    async with app.run_test(size=WIDE) as pilot:
        await pilot.press("enter")
        assert app.selection.node == "tickets"
        await pilot.press("enter")
        await pilot.press("right", "enter")
        assert [m.filter for m in app.gone] == ["node:tickets", "edge:tickets->agent"]


async def test_on_a_narrow_screen_enter_shows_the_inspector_first():
    app = FlowHost()
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press("down", "enter")
        await pilot.pause()
        assert app.selection.node == "agent"
        assert "[Inspector]" in app.painted()
        assert "agent llm scripted" in app.painted()
        await pilot.press("enter")
        assert [m.filter for m in app.gone] == ["node:agent"]


async def test_a_click_selects_a_node_and_a_double_click_opens_it():
    app = FlowHost()
    async with app.run_test(size=WIDE) as pilot:
        graph = app.tab.picture.graph
        box = graph.drawing.box("agent")
        place = graph.place(box.x + 3, box.y + 1)
        await pilot.click(graph, offset=place)
        assert app.selection.node == "agent"
        await pilot.click(graph, offset=place, times=2)
        assert [m.filter for m in app.gone] == ["node:agent"]


async def test_a_click_on_the_label_of_a_line_selects_the_line():
    app = FlowHost()
    async with app.run_test(size=WIDE) as pilot:
        graph = app.tab.picture.graph
        label = graph.drawing.path("agent", "audit").label
        await pilot.click(graph, offset=graph.place(label.x + 1, label.y))
        assert app.selection.edge == ("agent", "audit")


async def test_live_numbers_do_not_draw_the_graph_anew():
    app = FlowHost()
    async with app.run_test(size=WIDE):
        drawing = app.tab.picture.graph.drawing
        snapshot = app.view.snapshot
        busier = tuple(replace(node, in_rate=node.in_rate + 5) for node in snapshot.nodes)
        app.again(snapshot=replace(snapshot, nodes=busier, plan=replace(snapshot.plan)))
        assert app.tab.picture.graph.drawing is drawing


async def test_z_zooms_and_says_so():
    app = FlowHost()
    async with app.run_test(size=WIDE) as pilot:
        assert app.tab.picture.graph.zoom is Zoom.FULL
        await pilot.press("z")
        await pilot.pause()
        assert app.tab.picture.graph.zoom is Zoom.NORMAL
        assert "zoom normal" in app.painted()


async def test_v_turns_from_graph_to_tree_and_back_and_keeps_the_selection():
    app = FlowHost()
    async with app.run_test(size=WIDE) as pilot:
        await pilot.press("l", "v")
        await pilot.pause()
        assert "NODE" in app.painted()
        assert app.tab.picture.tree_table.cursor_row.name == "tickets"
        await pilot.press("j", "v")
        assert app.selection.node == "agent"
        assert app.focused is app.tab.picture.graph


def wide_flow():
    names = [f"node_{number}" for number in range(40)]
    return flow_of([node(name) for name in names], [edge(a, b) for a, b in pairwise(names)])


async def test_a_large_graph_is_moved_by_arrows_until_something_is_selected_then_the_selection_stays_in_sight():
    app = FlowHost(wide_flow())
    async with app.run_test(size=WIDE) as pilot:
        graph = app.tab.picture.graph
        await pilot.press("right")
        assert graph.scroll_offset.x > 0
        assert not app.selection
        await pilot.press("G")
        box = graph.drawing.box("node_39")
        assert graph.scroll_offset.x <= box.x <= graph.scroll_offset.x + graph.size.width - box.width
        await pilot.press("shift+left")
        assert app.selection.node == "node_39"


def tall_flow():
    names = [f"node_{number}" for number in range(40)]
    return flow_of([node("hub"), *map(node, names)], [edge("hub", name) for name in names])


async def test_a_graph_that_does_not_fit_is_shown_from_where_messages_come():
    app = FlowHost(tall_flow())
    async with app.run_test(size=WIDE) as pilot:
        for _ in Zoom:
            await pilot.pause()
            assert app.tab.picture.graph.max_scroll_y > 0
            assert "hub" in app.painted()
            await pilot.press("z")


async def test_what_is_asked_for_under_the_mouse_is_neither_an_error_nor_counted_as_painted():
    app = FlowHost()
    async with app.run_test(size=WIDE) as pilot:
        graph = app.tab.picture.graph
        await pilot.pause()
        graph.action_zoom()
        painted = dict(graph._painted)
        asked = [graph.render_line(y).text for y in range(graph.size.height)]  # as Textual does for a click
        assert graph._painted == painted
        await pilot.pause()
        assert any("agent" in line for line in asked)
        assert graph._painted != painted


async def test_the_graph_is_zoomed_about_what_one_looks_at():
    app = FlowHost(wide_flow())
    async with app.run_test(size=WIDE) as pilot:
        graph = app.tab.picture.graph
        for _ in range(20):
            await pilot.press("right")
        window = (*graph.scroll_offset, *graph.size)
        middle = central(graph.drawing, *window)
        await pilot.press("z")
        await pilot.pause()
        assert middle != "node_0"
        assert middle in [box.name for box in boxes_in(graph.drawing, *graph.scroll_offset, *graph.size)]
        assert not app.selection


async def test_dragging_moves_the_graph_and_selects_nothing():
    app = FlowHost(wide_flow())
    async with app.run_test(size=WIDE) as pilot:
        graph = app.tab.picture.graph
        await pilot.mouse_down(graph, offset=(40, 3))
        await pilot.hover(graph, offset=(20, 3))
        await pilot.mouse_up(graph, offset=(20, 3))
        await pilot.pause()
        assert graph.scroll_offset.x == 20
        assert not app.selection


async def test_t_taps_the_selection_and_once_more_everything():
    app = FlowHost()
    async with app.run_test(size=WIDE) as pilot:
        await pilot.press("l", "t")
        await pilot.pause()
        assert "Tap: tickets · following" in app.painted()
        assert {row.source for row in app.tab.tap.rows} == {"tickets"}
        await pilot.press("t")
        await pilot.pause()
        assert "Tap: all · following" in app.painted()


async def test_to_be_sent_here_to_tap_what_is_tapped_already_changes_nothing():
    app = FlowHost()
    async with app.run_test(size=WIDE) as pilot:
        await pilot.press("l")
        for _ in range(2):
            await app.tab.run_action("tap")
            assert {row.source for row in app.tab.tap.rows} == {"tickets"}


async def test_a_chosen_session_narrows_the_tap():
    app = FlowHost()
    async with app.run_test(size=WIDE):
        app.again(selection=Selection(session="s-02"))
        assert {row.session for row in app.tab.tap.rows} == {"s-02"}


async def test_what_moves_first_is_counted_at_once():
    moved = scene().view()
    app = FlowHost(replace(moved, deliveries=Traffic().fold()))
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: " 0 kept " in app.painted())
        app.again(deliveries=moved.deliveries)
        await until(pilot, lambda: " 81 kept " in app.painted())


async def test_enter_in_the_tap_opens_the_message():
    app = FlowHost()
    async with app.run_test(size=WIDE) as pilot:
        app.tab.tap.focus()
        await pilot.press("up", "enter")
        assert app.selection.message == app.tab.tap.cursor_row.key
        assert [m.tab for m in app.gone] == ["messages"]


async def test_the_tap_holds_still_while_one_reads_and_counts_what_came():
    desk = scene()
    app = FlowHost(desk.view())
    async with app.run_test(size=WIDE) as pilot:
        app.tab.tap.focus()
        await pilot.press("up", "up")
        await pilot.pause()
        before = app.painted().splitlines()[22:32]
        desk.traffic.send("new", "agent")
        app.again(deliveries=desk.traffic.fold())
        await pilot.pause()
        assert app.painted().splitlines()[22:32] == before
        assert "1 new (F)" in app.painted()


async def test_retries_in_sight_are_counted_down_though_nothing_happens():
    app = FlowHost()
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        assert "retry in 1.8s" in app.painted()
        app.again(now=app.view.now + 0.6)
        await until(pilot, lambda: "retry in 1.2s" in app.painted())


async def test_source_and_copy_are_about_the_selection():
    app = FlowHost()
    async with app.run_test(size=WIDE) as pilot:
        app.again(selection=Selection(edge=("agent", "audit")))
        await pilot.press("e", "y")
        assert app.said("source") == [("source", "main.ww", 18)]
        assert "explicit route" in app.said("copy")[0][1]


async def test_d_goes_to_the_inspector():
    app = FlowHost()
    async with app.run_test(size=WIDE) as pilot:
        await pilot.press("d")
        assert app.focused.id == "inspector"


async def test_a_flow_without_components_says_what_to_do():
    app = FlowHost(flow_of([]))
    async with app.run_test(size=WIDE):
        assert "main.ww has no components. Press 7 to edit." in app.painted()
        assert "Nothing has moved yet. i injects a message." in app.painted()


async def test_a_reload_draws_the_new_flow_and_keeps_what_is_selected():
    app = FlowHost(flow_of([node("a"), node("b")], [edge("a", "b")]))
    async with app.run_test(size=WIDE) as pilot:
        app.again(selection=Selection(node="b"))
        more = plan([node("a"), node("b"), node("c")], [edge("a", "b"), edge("b", "c")])
        app.again(snapshot=Snapshot(plan=more, rev=2))
        await pilot.pause()
        assert "╭ c ─" in app.painted()
        assert "┏ b ━" in app.painted()


async def test_what_is_selected_and_gone_is_told_and_the_next_key_begins_anew():
    app = FlowHost(flow_of([node("a"), node("b")], [edge("a", "b")], selection=Selection(node="old")))
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        assert "not in the file" in app.painted()
        await pilot.press("right")
        assert app.selection.node == "a"


@pytest.mark.parametrize("size", [WIDE, NARROW, (60, 20), (20, 5), (300, 80)])
async def test_hostile_names_numbers_and_payloads_are_shown_and_do_nothing_at_any_size(size):
    traffic, transcript = Traffic(), Transcript()
    for number, text in enumerate(HOSTILE):
        traffic.send(f"m{number}", text, payload={text: text}, session=text, source=text, event=text)
        transcript.add(1.0, text, text, "out", text)
    nodes = [Node(text, text, Role.PROCESSOR, Span("main.ww", 1, 1, 1, 2)) for text in HOSTILE]
    stats = tuple(
        NodeStats(text, NodeState.FAILING, depth=3, limit=9, last_error=text, detail=text, problem=text)
        for text in HOSTILE
    )
    lines = [edge(a, b) for a, b in pairwise(HOSTILE)]
    snapshot = Snapshot(plan=plan(nodes, lines), nodes=stats)
    view = View(snapshot=snapshot, deliveries=traffic.fold(), transcript=transcript, file=HOSTILE[2])
    app = FlowHost(view)
    async with app.run_test(size=size) as pilot:
        for selection in (Selection(), Selection(node=HOSTILE[2]), Selection(edge=(HOSTILE[2], HOSTILE[3]))):
            app.again(selection=selection)
            for key in ("t", "z", "v", "t", "v"):
                await pilot.press(key)
            app.tab.action_page("chat")
            await pilot.pause()
            assert all(line.isprintable() for line in app.painted().splitlines())


async def test_in_ascii_nothing_of_the_tab_itself_needs_more():
    app = FlowHost(replace(scene().view(), ascii=True))
    async with app.run_test(size=WIDE):
        graph = app.tab.picture.graph
        assert all(line.text.isascii() for line in graph.render_lines(graph.size.region))


async def test_the_inspector_of_the_right_size_is_used_after_a_resize():
    app = FlowHost()
    async with app.run_test(size=WIDE) as pilot:
        await pilot.resize_terminal(*NARROW)
        await until(pilot, lambda: "· tree" in app.painted())
        await pilot.press("d")
        assert app.focused.id == "inspector-below"
        await pilot.resize_terminal(*WIDE)
        await until(pilot, lambda: "· graph" in app.painted())
        assert app.tab.pages.page == "tap"


async def test_a_search_selects_its_first_match_and_what_does_not_match_steps_back():
    app = FlowHost()
    async with app.run_test(size=WIDE) as pilot:
        app.again(filter="desk")
        await until(pilot, lambda: app.selection.node == "desk")
        assert app.tab.filter_status() == "1 of 6 components"
        app.again(filter="")
        assert app.selection.node == "desk"


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_n_goes_to_the_next_match_and_capital_n_to_the_one_before_in_graph_and_tree(size):
    app = FlowHost()
    async with app.run_test(size=size) as pilot:
        app.again(filter="state:!idle")
        await until(pilot, lambda: app.selection.node)
        order = app.tab._found.names
        assert len(order) > 2
        assert app.selection.node == order[0]
        for key, name in (("n", order[1]), ("n", order[2]), ("N", order[1]), ("N", order[0]), ("N", order[-1])):
            await pilot.press(key)
            await until(pilot, lambda name=name: app.selection.node == name)


async def test_n_is_offered_only_while_something_is_searched_for():
    app = FlowHost()
    async with app.run_test(size=WIDE) as pilot:
        assert not any(
            bound.binding.id == "list.next" for bound in app.screen.active_bindings.values() if bound.enabled
        )
        app.again(filter="agent")
        await pilot.pause()
        assert any(bound.binding.id == "list.next" for bound in app.screen.active_bindings.values() if bound.enabled)


async def test_a_match_that_is_selected_already_stays_selected_when_the_search_changes():
    app = FlowHost()
    async with app.run_test(size=WIDE) as pilot:
        app.again(selection=Selection(node="audit"), filter="a")
        await pilot.pause()
        assert app.selection.node == "audit"


def chain(count: int) -> View:
    names = [f"node_{number}" for number in range(count)]
    return flow_of([node(name) for name in names], [edge(a, b) for a, b in pairwise(names)])


async def test_a_graph_that_does_not_fit_has_a_map_and_m_hides_it():
    app = FlowHost(chain(60))
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        assert "▪" in app.painted()
        await pilot.press("m")
        await pilot.pause()
        assert "▪" not in app.painted()
        await pilot.press("m")
        await pilot.pause()
        assert "▪" in app.painted()


async def test_a_graph_that_fits_has_no_map():
    app = FlowHost()
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        assert "▪" not in app.painted()
        assert app.tab.picture.graph.check_action("map", ()) is False


async def test_a_click_on_the_map_goes_there_and_selects_nothing():
    app = FlowHost(chain(60))
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        graph = app.tab.picture.graph
        region = graph._map.region
        assert graph.scroll_offset.x == 0
        await pilot.click(graph, offset=(region.right - 3, region.y + 1))
        await pilot.pause()
        assert graph.scroll_offset.x > graph.max_scroll_x // 2
        assert not app.selection


async def test_the_map_goes_out_of_the_way_of_what_is_selected():
    app = FlowHost(chain(60))
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        graph = app.tab.picture.graph
        for key in "lllllllGkg":
            await pilot.press(key)
            await pilot.pause()
            box = graph.drawing.box(graph.chosen) if isinstance(graph.chosen, str) else None
            if box is not None:
                at = graph.place(box.x, box.y)
                assert not graph._map.region.contains_point(at)


async def test_a_small_window_has_no_map():
    app = FlowHost(chain(60))
    async with app.run_test(size=(80, 20)) as pilot:
        await pilot.press("v")
        await pilot.pause()
        assert "▪" not in app.painted()
