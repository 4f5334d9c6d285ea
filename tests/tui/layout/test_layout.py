"""How particular flows are drawn."""

from __future__ import annotations

import pytest

from support.flows import edge, node, plan
from woodwork_engine.plan import EdgeKind
from woodwork_tui.layout import LineStyle, Zoom, arrange, render_ascii
from woodwork_tui.layout.glyphs import character


def flow(*chains, kind=EdgeKind.EXPLICIT):
    pairs = [pair for chain in chains for pair in zip(chain.split(), chain.split()[1:], strict=False)]
    names = dict.fromkeys(name for pair in pairs for name in pair)
    return plan([node(name) for name in names], [edge(source, target, kind=kind) for source, target in pairs])


FAN = flow("in hub", *(f"hub w{n} sink" for n in range(10)))
DESK = flow("web agent output", "chat agent audit log", "mail agent analytics")
LOOP = flow("ask write review publish", "review write", "write write")


@pytest.mark.parametrize("chosen", [FAN, DESK, LOOP, flow("a b c d", "a c")])
def test_a_flow_that_can_be_drawn_without_crossings_is(chosen):
    assert not [cell for cell in arrange(chosen, Zoom.NORMAL).cells if cell.crossing]


@pytest.mark.parametrize("zoom", Zoom)
def test_every_line_of_a_fan_in_and_out_has_room_for_its_rate(zoom):
    assert all(path.label for path in arrange(FAN, zoom).paths)


def test_where_both_ends_fan_each_line_still_has_room_for_its_rate():
    mesh = flow("a d", "a e", "b d", "b e", "c d", "c e")
    assert all(path.label for path in arrange(mesh, Zoom.NORMAL).paths)


def test_three_layers_with_lines_that_fan_fit_beside_the_inspector_in_a_terminal_of_120_columns():
    assert arrange(flow("a hub x", "b hub y"), Zoom.FULL).width <= 79


def test_each_reason_for_a_line_has_its_own_look():
    for kind, style in (
        (EdgeKind.EXPLICIT, LineStyle.EXPLICIT),
        (EdgeKind.INFERRED, LineStyle.INFERRED),
        (EdgeKind.REFERENCE, LineStyle.REFERENCE),
    ):
        assert {cell.style for cell in arrange(flow("a b", kind=kind), Zoom.FULL).cells} == {style}
    loop = arrange(LOOP, Zoom.FULL)
    back = {cell.style for cell in loop.cells if all(loop.paths[index].feedback for index in cell.edges)}
    assert back == {LineStyle.FEEDBACK}


@pytest.mark.parametrize("ascii_only", [False, True])
def test_the_looks_of_lines_are_different_characters(ascii_only):
    shown = set()
    for kind in EdgeKind:
        level = next(cell for cell in arrange(flow("a b", kind=kind), Zoom.FULL).cells if cell.head is None)
        shown.add(character(level, ascii_only=ascii_only))
    assert len(shown) == 3


def test_a_line_into_its_own_node_is_drawn_under_it():
    layout = arrange(LOOP, Zoom.FULL)
    loop, box = layout.path("write", "write"), layout.box("write")
    assert {y for _, y in loop.cells} == {box.y + box.height}


def test_rows_in_which_there_is_nothing_are_left_out():
    layout = arrange(flow("a b c", "a b d", "a b e", "ping count count", "count c"), Zoom.FULL)
    rows = {y for box in layout.boxes for y in range(box.y, box.y + box.height + 1)}
    empty = [y for y in range(layout.height) if y not in rows]
    assert not any(y + 1 in empty for y in empty)


def test_the_picture_says_name_and_kind_of_every_node():
    picture = render_ascii(DESK)
    assert picture.count("echo") == 8
    for name in ("web", "chat", "mail", "agent", "output", "audit", "log", "analytics"):
        assert name in picture


def test_the_plain_picture_is_ascii():
    assert render_ascii(LOOP, ascii_only=True).isascii()
