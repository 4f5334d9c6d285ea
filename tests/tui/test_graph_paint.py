"""The painted graph: what is said on it, and what stands out."""

from __future__ import annotations

import pytest
from rich.style import Style

from support.flows import edge, node, plan
from woodwork_engine.plan import EdgeKind
from woodwork_engine.snapshot import EdgeStats, NodeState, NodeStats
from woodwork_tui.layout import Zoom, arrange, render_ascii
from woodwork_tui.widgets.graph_paint import GraphPaint, Moment

TONES = {
    name: Style(meta={"tone": name})
    for name in ("ok", "warn", "bad", "muted", "faint", "strong", "title", "cursor", "resting", "accent", "mark")
}
FLOW = plan(
    [node("web"), node("agent"), node("output"), node("audit"), node("kb")],
    [
        edge("web", "agent"),
        edge("agent", "output"),
        edge("agent", "audit"),
        edge("agent", "kb", kind=EdgeKind.REFERENCE),
        edge("audit", "web"),
    ],
)


def painted(zoom=Zoom.NORMAL, **moment):
    paint = GraphPaint(FLOW, arrange(FLOW, zoom))
    paint.at(Moment(TONES, **moment))
    return paint


def text(paint):
    layout = paint.layout
    return "\n".join("".join(s.text for s in paint.line(y, 0, layout.width)) for y in range(layout.height))


def tone_at(paint, x, y):
    at = 0
    for segment in paint.line(y, 0, paint.layout.width):
        if at <= x < at + len(segment.text):
            return (segment.style.meta or {}).get("tone", "")
        at += len(segment.text)
    return None


def tones_along(paint, source, target):
    return {tone_at(paint, x, y) for x, y in paint.layout.path(source, target).cells}


def moving(*pairs, rate=12.4):
    return {pair: EdgeStats(*pair, 100, rate) for pair in pairs}


def test_a_moving_line_carries_its_rate_and_a_reference_its_key():
    shown = text(painted(edges=moving(("agent", "output"))))
    assert shown.count("12.4/s") == 1
    assert "to" in shown


def test_a_breakpoint_stands_at_its_node_and_on_its_line_also_where_nothing_moves():
    way, other = ("agent", "output"), ("agent", "audit")
    paint = painted(stopped=frozenset({"output"}), stops=frozenset({way}), edges=moving(other))
    shown = text(paint)
    assert shown.count("●") == 2
    assert "●" not in text(painted(edges=moving(other)))
    assert "●12/s" in text(painted(stops=frozenset({way}), edges=moving(way)))
    assert text(painted(stops=frozenset({way}), ascii=True)).isascii()


def test_where_nothing_moves_there_is_no_rate():
    assert "/s" not in text(painted(edges=moving(("agent", "output"), rate=0.0)))


@pytest.mark.parametrize("zoom", Zoom)
def test_a_rate_is_never_wider_than_its_label(zoom):
    for rate in (0.1, 9.96, 99.9, 1_234.0, 123_456.0, 98_765_432.0):
        before, after = (
            text(painted(zoom)),
            text(painted(zoom, edges=moving(("web", "agent"), rate=rate), stops=frozenset({("web", "agent")}))),
        )
        assert [len(line) for line in before.splitlines()] == [len(line) for line in after.splitlines()]


def test_a_line_nothing_ever_took_steps_back_and_a_moving_one_stands_out():
    paint = painted(edges=moving(("agent", "output")))
    assert tones_along(paint, "web", "agent") == {"faint"}
    assert tones_along(paint, "agent", "output") == {""}


def test_the_chosen_line_is_bright_from_end_to_end_also_where_it_shares_its_way():
    paint = painted(edges=moving(("agent", "output"), ("agent", "audit")), chosen=("agent", "audit"))
    assert tones_along(paint, "agent", "audit") == {"title"}
    alone = set(paint.layout.path("agent", "output").cells) - set(paint.layout.path("agent", "audit").cells)
    assert {tone_at(paint, x, y) for x, y in alone} == {""}


def test_a_beating_line_is_brighter_than_a_moving_one():
    paint = painted(edges=moving(("web", "agent")), beating=frozenset({("web", "agent")}))
    assert "strong" in tones_along(paint, "web", "agent")


def test_the_border_of_a_failing_node_shows_it():
    paint = painted(nodes={"audit": NodeStats("audit", NodeState.FAILING)})
    box = paint.layout.box("audit")
    assert tone_at(paint, box.x, box.y) == "bad"
    assert tone_at(paint, box.x + 2, box.y + 1) == "bad"


@pytest.mark.parametrize(("focused", "tone"), [(True, "cursor"), (False, "resting")])
def test_the_name_of_the_chosen_node_shows_where_the_keys_go(focused, tone):
    paint = painted(chosen="agent", focused=focused)
    box = paint.layout.box("agent")
    assert tone_at(paint, box.x + 2, box.y) == tone


def test_a_part_of_a_line_is_painted_as_in_the_whole():
    paint = painted(edges=moving(("agent", "output")))
    width = paint.layout.width
    for y in range(paint.layout.height):
        whole = "".join(s.text for s in paint.line(y, 0, width)).ljust(width)
        for left in range(0, width, 7):
            part = "".join(s.text for s in paint.line(y, left, left + 20)).ljust(width)
            assert part[left : left + 20] == whole[left : left + 20]


def test_the_graph_on_the_screen_is_the_one_of_the_command_line_but_for_its_numbers():
    assert text(painted()).split("\n")[0].strip()[:4] == render_ascii(FLOW).split("\n")[0].strip()[:4]


def test_in_ascii_everything_is_ascii():
    stats = {"agent": NodeStats("agent", NodeState.BACKLOG, depth=3, activity=(1, 2, 3), dead_now=1)}
    for zoom in Zoom:
        assert text(painted(zoom, ascii=True, nodes=stats, edges=moving(("web", "agent")))).isascii()


def test_a_graph_can_be_painted_before_there_are_numbers():
    assert "web" in text(GraphPaint(FLOW, arrange(FLOW, Zoom.NORMAL)))


def test_of_a_search_what_matches_stands_out_and_the_rest_steps_back():
    paint = painted(found=frozenset({"agent"}))
    agent, output = paint.layout.box("agent"), paint.layout.box("output")
    assert tone_at(paint, agent.x + 2, agent.y) == "mark"
    assert tone_at(paint, output.x + 2, output.y) == "faint"


def test_what_is_selected_does_not_step_back_though_it_does_not_match():
    paint = painted(found=frozenset(), chosen="agent")
    agent = paint.layout.box("agent")
    assert tone_at(paint, agent.x + 2, agent.y) == "resting"


def test_a_route_that_was_never_used_says_so_and_since_when_where_there_is_room():
    paint = painted(Zoom.FULL, ghosts={("agent", "output"): "0 since 12:01"})
    assert "0 since 12:01" in text(paint) or "unused" in text(paint)
    narrow = painted(Zoom.COMPACT, ghosts=dict.fromkeys((("agent", "output"), ("web", "agent")), "0 since 12:01"))
    assert max(map(len, text(narrow).split("\n"))) == narrow.layout.width
