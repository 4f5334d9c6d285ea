"""What holds for the drawing of any flow."""

from __future__ import annotations

import random
from collections import defaultdict
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.drawing import BACK, STEP, arrows_reached, cells_of, end_of, start_of
from support.flows import edge, node, plan
from woodwork_engine.kinds import Role
from woodwork_engine.plan import EdgeKind
from woodwork_tui.layout import Zoom, arrange
from woodwork_tui.layout.geometry import EAST, NORTH, WEST

ROLES = (Role.INPUT, Role.PROCESSOR, Role.PROCESSOR, Role.RESOURCE, Role.OUTPUT)
KINDS = (EdgeKind.EXPLICIT, EdgeKind.EXPLICIT, EdgeKind.INFERRED, EdgeKind.REFERENCE)


@st.composite
def flows(draw):
    """Return a flow of up to 18 nodes; a seed makes it dense enough, which lists of edges drawn one by one are not."""
    count, share, seed = draw(st.integers(1, 18)), draw(st.integers(0, 20)), draw(st.integers(0, 2**32))
    chance = random.Random(seed)
    names = [f"n{number}" * chance.choice((1, 1, 1, 4, 20)) for number in range(count)]
    pairs = {(chance.choice(names), chance.choice(names)) for _ in range(share * count // 10)}
    return plan(
        [node(name, role=chance.choice(ROLES)) for name in names],
        [edge(source, target, kind=chance.choice(KINDS)) for source, target in sorted(pairs)],
    )


drawings = st.builds(arrange, flows(), st.sampled_from(Zoom))
whatever = settings(max_examples=150, deadline=None)


@whatever
@given(drawings)
def test_no_box_touches_another_and_all_are_inside_the_drawing(layout):
    spans = [(box, range(box.x, box.x + box.width), range(box.y, box.y + box.height)) for box in layout.boxes]
    taken = [(x, y) for _, columns, rows in spans for x in columns for y in rows]
    assert len(taken) == len(set(taken))
    assert all(0 <= x < layout.width and 0 <= y < layout.height for x, y in taken)


@whatever
@given(drawings)
def test_every_line_runs_cell_by_cell_from_its_source_to_its_target_and_through_no_box(layout):
    for path in layout.paths:
        assert (path.cells[0], path.cells[-1]) == (start_of(layout, path), end_of(layout, path))
        assert all(abs(a - c) + abs(b - d) == 1 for (a, b), (c, d) in pairwise(path.cells))
        assert len(set(path.cells)) == len(path.cells)
        assert not any(layout.box_at(x, y) for x, y in path.cells)
        assert all(0 <= x < layout.width and 0 <= y < layout.height for x, y in path.cells)


@whatever
@given(drawings)
def test_an_arm_of_a_line_always_meets_the_arm_of_its_neighbour_a_box_or_an_arrow(layout):
    cells = cells_of(layout)
    starts = {start_of(layout, path): NORTH if path.feedback else WEST for path in layout.paths}
    for at, cell in cells.items():
        for way, (dx, dy) in STEP.items():
            if cell.arms & way and starts.get(at) != way:
                beside = cells.get((at[0] + dx, at[1] + dy))
                assert beside is not None
                assert beside.arms & BACK[way]


@whatever
@given(drawings)
def test_following_the_lines_from_a_node_leads_to_its_targets_and_to_nothing_else(layout):
    meant = defaultdict(set)
    for path in layout.paths:
        meant[path.source, path.feedback].add(end_of(layout, path))
    for path in layout.paths:
        reached = arrows_reached(layout, start_of(layout, path), feedback=path.feedback)
        assert reached == meant[path.source, path.feedback]


@whatever
@given(drawings)
def test_lines_forward_and_back_never_share_a_cell_unless_they_cross(layout):
    for cell in layout.cells:
        ways = {layout.paths[index].feedback for index in cell.edges}
        assert len(ways) == 1 or cell.crossing


@whatever
@given(drawings)
def test_a_label_lies_on_a_level_stretch_that_belongs_to_its_line_alone(layout):
    cells = cells_of(layout)
    for index, path in enumerate(layout.paths):
        if path.label is None:
            continue
        for x in range(path.label.x, path.label.x + path.label.width):
            cell = cells[x, path.label.y]
            assert (cell.edges, cell.arms, cell.crossing) == ((index,), EAST | WEST, False)


@whatever
@given(drawings)
def test_labels_do_not_overlap(layout):
    spans = [path.label for path in layout.paths if path.label]
    assert not any(a.y == b.y and a.x < b.x + b.width and b.x < a.x + a.width for a, b in combinations(spans, 2))


@settings(max_examples=60, deadline=None)
@given(flows(), st.sampled_from(Zoom))
def test_the_same_flow_is_always_drawn_the_same(flow, zoom):
    assert arrange(flow, zoom) == arrange(flow, zoom)


@pytest.mark.parametrize("zoom", Zoom)
def test_a_flow_without_lines_is_drawn_in_rows(zoom):
    layout = arrange(plan([node(f"part{number}") for number in range(12)]), zoom)
    assert len(layout.boxes) == 12
    assert layout.width <= 80


def test_an_empty_flow_has_an_empty_drawing():
    assert arrange(plan([]), Zoom.FULL).boxes == ()
