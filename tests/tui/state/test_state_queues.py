"""What the Queues tab says: which queues there are, in which order, and what will become of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.dead_letters import HOSTILE
from support.flows import node, plan
from support.scene import NOW, scene
from woodwork_engine.errors import FilterError
from woodwork_engine.role import Role
from woodwork_engine.snapshot import LaneStats, NodeState, NodeStats, Snapshot
from woodwork_tui.state.queues import (
    SteadyOrder,
    component_row,
    queue_filter,
    queue_rows,
    queues,
    session_rows,
    summary,
)

FLOW = plan([node("in", "input cli", Role.INPUT), node("agent"), node("audit"), node("memory", role=Role.RESOURCE)])


def stats(name: str, depth: int = 0, **numbers: object) -> NodeStats:
    return NodeStats(name, numbers.pop("state", NodeState.OK), depth=depth, limit=numbers.pop("limit", 40), **numbers)


LANES = (
    LaneStats("s-01", "agent", 2, "ready", 3.0),
    LaneStats("s-02", "agent", 7, "running", 4.0),
    LaneStats("s-02", "audit", 1, "retrying", 9.0),
)
SNAPSHOT = Snapshot(
    plan=FLOW,
    nodes=(
        stats("in", emitted=3),
        stats("agent", 9, in_rate=5.0, out_rate=4.5, oldest_age=4.0, accepted=20, peak=31, peak_at=NOW),
        stats("audit", 1, in_rate=1.0, out_rate=2.0, oldest_age=9.0, accepted=2, peak=6),
        stats("memory"),
    ),
    lanes=LANES,
)


def rows(snapshot: Snapshot = SNAPSHOT, opened: str = "", query: str = "", session: str | None = None) -> list[str]:
    order = tuple(each.name for each in queues(snapshot))
    found = queue_rows(
        snapshot,
        order,
        opened=frozenset(opened.split()),
        session=session,
        matches=queue_filter(query) if query else None,
    )
    return [f"{row.component}/{row.session}" if row.session else row.component for row in found]


def test_inputs_and_resources_have_no_queue():
    assert [each.name for each in queues(SNAPSHOT)] == ["agent", "audit"]


def test_a_component_that_left_the_file_is_shown_as_long_as_messages_wait_for_it():
    parked = stats("old", 3, state=NodeState.PARKED)
    snapshot = replace(SNAPSHOT, nodes=(*SNAPSHOT.nodes, parked))

    assert rows(snapshot) == ["agent", "audit", "old"]
    assert component_row(parked, snapshot).trend == "parked"


def test_an_open_component_is_followed_by_its_sessions_deepest_first():
    assert rows(opened="agent") == ["agent", "agent/s-02", "agent/s-01", "audit"]


def test_what_a_filter_or_a_chosen_session_finds_is_open():
    assert rows(query="session:s-01") == ["agent", "agent/s-01"]
    assert rows(session="s-02") == ["agent", "agent/s-02", "audit", "audit/s-02"]


def test_a_component_is_found_by_its_own_numbers():
    assert rows(query="in>2") == ["agent"]
    assert rows(query="depth>100") == []
    assert rows(query="state:retrying") == ["audit", "audit/s-02"]
    assert rows(query="age>5s") == ["audit", "audit/s-02"]


@pytest.mark.parametrize(
    ("node_stats", "trend", "tone"),
    [
        (stats("a", 9, in_rate=5.0, out_rate=4.5), "growing +0.5/s", "warn"),
        (stats("a", 9, in_rate=1.0, out_rate=4.0), "draining 3.0s", "ok"),
        (stats("a"), "idle", "muted"),
        (stats("a", 40), "full", "bad"),
        (stats("a", 9, blocked=3), "full, 3 wait", "bad"),
        (stats("a", 9, state=NodeState.NOT_STARTED), "not started", "bad"),
    ],
)
def test_the_trend_tells_what_will_become_of_a_queue(node_stats: NodeStats, trend: str, tone: str):
    row = component_row(node_stats, SNAPSHOT)

    assert (row.trend, row.tone) == (trend, tone)


def test_a_lane_at_its_session_limit_is_full():
    snapshot = replace(SNAPSHOT, lanes=(LaneStats("s-01", "agent", 625, "running", 1.0),))

    assert queue_rows(snapshot, ("agent",), opened=frozenset({"agent"}))[1].trend == "full, handling"


def test_the_summary_names_the_oldest_message_and_what_grows():
    assert summary(SNAPSHOT) == "10 in 2 of 2 queues · oldest 9s in audit · agent grows by 0.5/s"


def test_empty_queues_tell_how_deep_they_have_been():
    empty = tuple(replace(each, depth=0) for each in SNAPSHOT.nodes)

    assert summary(replace(SNAPSHOT, nodes=empty)) == "All queues empty. Deepest so far: agent 31 at 22:13:20."
    assert summary(Snapshot(plan=FLOW)) == "All queues empty. Nothing has been queued yet."


def test_an_order_by_numbers_is_looked_at_once_a_second():
    order = SteadyOrder()
    first, second = stats("a", 3), stats("b", 2)

    assert order.names((first, second), "deepest first", NOW, backwards=False) == ("a", "b")
    turned = (first, replace(second, depth=5))
    assert order.names(turned, "deepest first", NOW + 0.5, backwards=False) == ("a", "b")
    assert order.names(turned, "deepest first", NOW + 1.5, backwards=False) == ("b", "a")


def test_another_order_and_a_new_component_show_at_once():
    order = SteadyOrder()
    order.names((stats("a"), stats("b")), "as in the file", NOW, backwards=False)

    assert order.names((stats("a"), stats("b")), "as in the file", NOW, backwards=True) == ("b", "a")
    assert order.names((stats("a"), stats("c", 3)), "deepest first", NOW, backwards=False) == ("c", "a")
    assert order.names((stats("a"), stats("d", 3)), "deepest first", NOW, backwards=False) == ("d", "a")


def test_sessions_are_listed_over_all_components_most_first():
    found = session_rows(SNAPSHOT)

    assert [(row.session, row.total, row.oldest) for row in found] == [("s-02", 8, 9.0), ("s-01", 2, 3.0)]
    assert set(found[0].cells) == {"agent", "audit"}
    assert [row.session for row in session_rows(SNAPSHOT, session="s-01")] == ["s-01"]
    assert [row.session for row in session_rows(SNAPSHOT, matches=queue_filter("node:audit"))] == ["s-02"]


def test_a_field_that_queues_do_not_have_is_refused():
    with pytest.raises(FilterError, match="did you mean depth"):
        queue_filter("depht>3")


@pytest.mark.parametrize("name", HOSTILE[:-1])
def test_any_name_makes_rows_and_a_summary(name: str):
    snapshot = Snapshot(
        nodes=(stats(name, 1, accepted=1, oldest_age=1.0),), lanes=(LaneStats(name, name, 1, name, 1.0),)
    )

    assert len(queue_rows(snapshot, (name,), opened=frozenset({name}))) == 2
    assert summary(snapshot)


def test_the_support_desk_has_four_queues():
    assert [each.name for each in queues(scene().snapshot)] == ["agent", "kb", "desk", "audit"]


def test_a_lane_that_is_held_by_itself_is_there_however_little_waits_in_it_and_says_why():
    held = (
        LaneStats("s-02", "agent", 8, "stuck", 5.0),
        LaneStats("s-03", "agent", 1, "stopped", 5.0),
        LaneStats("s-04", "audit", 0, "paused", 0.0),
    )
    snapshot = replace(SNAPSHOT, held_lanes=held)
    assert rows(snapshot, "agent audit") == [
        "agent", "agent/s-02", "agent/s-01", "agent/s-03", "audit", "audit/s-02", "audit/s-04"
    ]  # fmt: skip
    order = ("agent", "audit")
    found = {row.key: row for row in queue_rows(snapshot, order, opened=frozenset(order))}
    assert (found["agent", "s-02"].depth, found["agent", "s-02"].trend) == (8, "stuck (p asks)")
    assert found["agent", "s-03"].trend == "at a breakpoint"
    assert found["audit", "s-04"].trend == "paused"
    assert [row.session for row in session_rows(snapshot)] == ["s-02", "s-01", "s-03"]
