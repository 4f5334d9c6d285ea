"""Drawings are kept, and the zoom fits the window."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from support.flows import edge, node, plan
from woodwork_tui.layout import Zoom
from woodwork_tui.layout.drawings import Drawings


def flow(*names, line=1):
    pairs = pairwise(names)
    return plan([node(name, line=line) for name in names], [edge(a, b, line=line) for a, b in pairs])


def test_a_drawing_is_made_once():
    drawings = Drawings(flow("a", "b"))
    assert drawings.get(Zoom.FULL) is drawings.get(Zoom.FULL)


def test_other_places_and_settings_keep_the_drawing():
    drawings = Drawings(flow("a", "b"))
    drawn = drawings.get(Zoom.FULL)
    moved = flow("a", "b", line=9)
    assert not drawings.take(replace(moved, nodes=tuple(replace(n, settings={"rate": 4}) for n in moved.nodes)))
    assert drawings.get(Zoom.FULL) is drawn


def test_another_node_or_route_is_drawn_anew():
    drawings = Drawings(flow("a", "b"))
    drawn = drawings.get(Zoom.FULL)
    assert drawings.take(flow("a", "b", "c"))
    assert drawings.get(Zoom.FULL) is not drawn
    assert drawings.take(plan(drawings.plan.nodes))


def test_the_largest_zoom_that_fits_is_chosen_the_smallest_where_none_does():
    drawings = Drawings(flow("a", "b", "c"))
    assert drawings.fitting(79, 18) is Zoom.FULL
    assert drawings.fitting(79, 4) is Zoom.NORMAL
    assert drawings.fitting(60, 18) is Zoom.COMPACT
    assert drawings.fitting(5, 2) is Zoom.COMPACT


def test_what_fits_the_width_is_scrolled_rather_than_made_smaller():
    fan = Drawings(plan([node(f"n{n}") for n in range(12)], [edge("n0", f"n{n}") for n in range(1, 12)]))
    assert fan.fitting(79, 18) is Zoom.COMPACT
    assert fan.fitting(79, 5) is Zoom.FULL


def test_no_flow_has_an_empty_drawing():
    assert Drawings(None).get(Zoom.FULL).boxes == ()
