"""Moving the selection over a drawn graph."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.flows import edge, node, plan
from woodwork_tui.layout import Zoom, arrange
from woodwork_tui.layout.steps import Way, anchor, boxes_in, central, first, known, last, mark_at, step

DESK = arrange(
    plan(
        [node(name) for name in ("web", "chat", "agent", "output", "audit", "log")],
        [
            edge("web", "agent"),
            edge("chat", "agent"),
            edge("agent", "output"),
            edge("agent", "audit"),
            edge("audit", "log"),
            edge("log", "agent"),
            edge("log", "log"),
        ],
    ),
    Zoom.NORMAL,
)


@pytest.mark.parametrize(
    ("mark", "way", "then"),
    [
        ("web", Way.ONWARD, ("web", "agent")),
        (("web", "agent"), Way.ONWARD, "agent"),
        (("web", "agent"), Way.BACK, "web"),
        (("web", "agent"), Way.DOWN, ("chat", "agent")),
        (("chat", "agent"), Way.UP, ("web", "agent")),
        ("web", Way.DOWN, "chat"),
        ("chat", Way.UP, "web"),
        ("web", Way.UP, "web"),
        (("log", "agent"), Way.ONWARD, "agent"),
        ("output", Way.ONWARD, "log"),
    ],
)
def test_keys_move_along_lines_and_between_nodes(mark, way, then):
    assert step(DESK, mark, way) == then


def test_every_line_out_of_a_node_is_reached_from_it():
    at, found = step(DESK, "agent", Way.ONWARD), set()
    for _ in range(4):
        at = step(DESK, at, Way.UP)
    for _ in range(8):
        found.add(at)
        at = step(DESK, at, Way.DOWN)
    assert {mark for mark in found if mark[0] == "agent"} == {("agent", "output"), ("agent", "audit")}


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["web", "agent", "log"]), st.lists(st.sampled_from(Way), max_size=30))
def test_wherever_one_goes_there_is_something(mark, ways):
    for way in ways:
        mark = step(DESK, mark, way)
        assert known(DESK, mark)


def test_a_click_on_a_box_means_its_node_and_on_a_label_its_line():
    box = DESK.box("audit")
    assert mark_at(DESK, box.x + 1, box.y) == "audit"
    for path in DESK.paths:
        assert mark_at(DESK, *anchor(path)) == path.key
    assert mark_at(DESK, -1, -1) is None


def test_the_first_node_is_on_the_left_the_last_one_on_the_right():
    assert (first(DESK), last(DESK)) == ("web", "log")
    assert first(arrange(plan([]), Zoom.FULL)) is None


def test_what_is_gone_stays_selected_until_it_is_known_to_be():
    assert step(DESK, "gone", Way.DOWN) == "gone"
    assert not known(DESK, ("web", "gone"))


def test_of_the_nodes_in_a_window_the_one_nearest_to_its_middle_is_central():
    whole = (0, 0, DESK.width, DESK.height)
    assert {box.name for box in boxes_in(DESK, *whole)} == {box.name for box in DESK.boxes}
    for box in DESK.boxes:
        assert central(DESK, box.x, box.y, box.width, box.height) == box.name
    assert boxes_in(DESK, DESK.width + 1, 0, 5, 5) == []
    assert central(DESK, DESK.width + 1, 0, 5, 5) is None
