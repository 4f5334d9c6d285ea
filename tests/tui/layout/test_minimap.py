"""A drawing made small."""

from __future__ import annotations

import pytest

from support.flows import edge, node, plan
from woodwork_tui.layout import Layout, Zoom, arrange
from woodwork_tui.layout.minimap import minimap

CHAIN = plan(
    [node(f"n{number}") for number in range(40)], [edge(f"n{number}", f"n{number + 1}") for number in range(39)]
)


def test_every_node_is_on_the_map_and_nothing_is_beside_it():
    small = minimap(arrange(CHAIN, Zoom.NORMAL), 30, 8)
    assert {name for names in small.nodes.values() for name in names} == set(CHAIN.names())
    assert all(0 <= column < small.columns and 0 <= row < small.rows for column, row in small.nodes)


def test_the_map_is_never_larger_than_its_room_and_never_finer_than_the_drawing():
    assert minimap(arrange(CHAIN, Zoom.FULL), 30, 8).columns == 30
    tiny = minimap(arrange(plan([node("a")]), Zoom.COMPACT), 30, 8)
    assert (tiny.columns, tiny.rows) == (2, 1)


@pytest.mark.parametrize(("left", "width"), [(0, 80), (300, 80), (900, 80), (0, 10_000)])
def test_the_part_in_sight_is_never_empty_and_never_beside_the_map(left, width):
    layout = arrange(CHAIN, Zoom.NORMAL)
    small = minimap(layout, 30, 8)
    first, top, end, bottom = small.window(min(left, layout.width - 1), 0, width, 20)
    assert 0 <= first < end <= small.columns
    assert 0 <= top < bottom <= small.rows


def test_a_cell_of_the_map_leads_to_what_it_stands_for():
    layout = arrange(CHAIN, Zoom.NORMAL)
    small = minimap(layout, 30, 8)
    for (column, row), names in small.nodes.items():
        x, _ = small.place(column, row)
        assert any(abs(box.x + box.width / 2 - x) <= small.across + box.width for box in map(layout.box, names) if box)


def test_a_drawing_of_nothing_has_a_map_of_nothing():
    assert minimap(Layout(Zoom.NORMAL, 0, 0), 30, 8).nodes == {}
