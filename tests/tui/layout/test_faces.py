"""What the boxes of the graph say."""

from __future__ import annotations

from itertools import product

import pytest
from rich.cells import cell_len

from support.flows import node
from support.traffic import HOSTILE
from woodwork_engine.kinds import Role
from woodwork_engine.snapshot import NodeState, NodeStats
from woodwork_tui.layout import Box, Zoom
from woodwork_tui.layout.arrange import node_width
from woodwork_tui.layout.faces import face
from woodwork_tui.layout.geometry import SIZES


def box(component, zoom, **ports):
    size = SIZES[zoom]
    return Box(component.name, 0, 0, node_width(component, zoom), size.height, size.port, **ports)


def rows(component, zoom, stats=None, **options):
    ports = {name: options.pop(name) for name in ("out", "loop") if name in options}
    shown = face(component, box(component, zoom, **ports), zoom, stats, **options)
    return ["".join(run.text for run in row) for row in shown]


AGENT = node("agent", "llm scripted")
BUSY = NodeStats("agent", NodeState.BACKLOG, depth=31, in_rate=11.9, activity=(1, 2, 3))


def test_a_full_box_says_name_kind_state_rate_queue_and_activity():
    assert rows(AGENT, Zoom.FULL, BUSY, out=True) == [
        "╭ agent ─────────╮",
        "│ llm scripted   │",
        "│ ▲ 11.9/s  q 31 ├",
        "│            ▄▆█ │",
        "╰────────────────╯",
    ]


def test_a_normal_box_says_name_state_rate_and_queue():
    calm = NodeStats("agent", NodeState.OK, depth=3, in_rate=1.9)
    assert rows(AGENT, Zoom.NORMAL, calm) == ["╭ agent ───────╮", "│ ✓ 1.9/s  q 3 │", "╰──────────────╯"]


def test_a_compact_box_says_state_and_name():
    assert rows(AGENT, Zoom.COMPACT, BUSY) == ["[▲ agent]"]


def test_what_is_retried_and_what_died_stands_in_the_lower_border():
    stats = NodeStats("audit", NodeState.FAILING, retrying=4, dead_now=12)
    assert rows(node("audit"), Zoom.NORMAL, stats, loop=True)[-1] == "╰─┬──── ↻4 †12 ╯"


def test_a_breakpoint_stands_in_the_upper_border_and_in_a_compact_box_before_the_name():
    assert rows(AGENT, Zoom.NORMAL, BUSY, stopped=True)[0] == "╭ agent ──────●╮"
    assert rows(AGENT, Zoom.NORMAL, BUSY, stopped=True, ascii_only=True)[0] == "+ agent ------*+"
    assert rows(AGENT, Zoom.COMPACT, BUSY, stopped=True) == ["[▲●agent]"]


def test_what_is_held_in_a_component_that_runs_stands_in_the_lower_border_and_a_paused_one_says_so():
    held = NodeStats("audit", NodeState.OK, depth=4, paused=3)
    assert rows(node("audit"), Zoom.NORMAL, held)[-1] == "╰────────── ‖3 ╯"
    paused = NodeStats("audit", NodeState.PAUSED, depth=4, paused=4)
    assert rows(node("audit"), Zoom.NORMAL, paused)[1:] == ["│ ‖ paused q 4 │", "╰──────────────╯"]


def test_a_queue_without_room_beside_the_state_stands_in_the_border():
    assert rows(AGENT, Zoom.NORMAL, BUSY) == ["╭ agent ───────╮", "│ ▲ 11.9/s     │", "╰──────── q 31 ╯"]
    stats = NodeStats("audit", NodeState.NOT_STARTED, depth=1_234, dead_now=5)
    assert rows(node("audit"), Zoom.NORMAL, stats)[-1].endswith("1,234 †5 ╯")


def test_a_memory_is_asked_and_not_sent_to_so_it_shows_neither_rate_nor_queue():
    memory = node("notes", "memory short_term", Role.RESOURCE)
    assert rows(memory, Zoom.NORMAL, NodeStats("notes", NodeState.IDLE))[1] == "│ ○ memory sh… │"
    assert "○ idle" in rows(memory, Zoom.FULL, NodeStats("notes", NodeState.IDLE))[2]


def test_an_input_shows_what_it_sends():
    stats = NodeStats("in", NodeState.OK, in_rate=0.0, out_rate=4.0)
    assert "4.0/s" in rows(node("in", role=Role.INPUT), Zoom.NORMAL, stats)[1]


def test_a_node_that_did_not_start_says_so_in_words():
    assert "✗ not started" in rows(AGENT, Zoom.FULL, NodeStats("agent", NodeState.NOT_STARTED))[2]


@pytest.mark.parametrize("ascii_only", [False, True])
def test_the_chosen_box_has_another_shape(ascii_only):
    for zoom in Zoom:
        plain, chosen = (rows(AGENT, zoom, BUSY, ascii_only=ascii_only, chosen=each) for each in (False, True))
        assert plain[0] != chosen[0]


@pytest.mark.parametrize("zoom", Zoom)
def test_whatever_it_says_every_row_is_as_wide_as_the_box(zoom):
    stats = [None] + [
        NodeStats(
            "x",
            state,
            depth=depth,
            retrying=depth,
            dead_now=depth,
            paused=depth,
            in_rate=depth * 1.7,
            activity=(depth,) * 60,
        )
        for state, depth in product(NodeState, (0, 7, 1_284, 250_000))
    ]
    names = ["a", "n" * 200, "漢字のノード", *HOSTILE]
    for name, numbers, options in product(
        names, stats, ({}, {"chosen": True}, {"ascii_only": True}, {"stopped": True})
    ):
        component = node(name, name)
        place = box(component, zoom, out=True, loop=True)
        for row in face(component, place, zoom, numbers, **options):
            text = "".join(run.text for run in row)
            assert cell_len(text) == place.width
            assert text.isprintable()
