"""The flow as a tree for narrow screens."""

from __future__ import annotations

from itertools import pairwise

from support.flows import edge, node, plan
from woodwork_engine.hold import Breakpoint
from woodwork_engine.kinds import Role
from woodwork_engine.plan import EdgeKind
from woodwork_engine.snapshot import NodeState, NodeStats, Snapshot
from woodwork_tui.state.flow_tree import kinds_of_lines, tree, with_numbers
from woodwork_tui.state.tree_columns import tree_columns


def drawn(rows, ascii_only=False):
    return [row.drawn(ascii_only) for row in rows]


DESK = plan(
    [
        node("agent"),
        node("chat", role=Role.INPUT),
        node("web", role=Role.INPUT),
        node("output"),
        node("kb"),
        node("log"),
    ],
    [
        edge("chat", "agent"),
        edge("web", "agent", kind=EdgeKind.INFERRED),
        edge("agent", "kb", kind=EdgeKind.REFERENCE),
        edge("agent", "output"),
        edge("output", "log", kind=EdgeKind.INFERRED),
    ],
)


def test_inputs_come_first_and_what_they_lead_to_is_below_them():
    assert drawn(tree(DESK)) == ["chat", "└► agent", "  ├⇄ kb", "  └► output", "    └▷ log", "web", "└▷ agent ↑"]


def test_a_node_that_several_lead_to_is_listed_once_with_its_numbers():
    again = [row.name for row in tree(DESK) if row.again]
    assert again == ["agent"]
    assert len({row.path for row in tree(DESK)}) == len(tree(DESK))


def test_a_way_back_is_marked_and_ends_there():
    loop = plan([node("a"), node("b"), node("c")], [edge("a", "b"), edge("b", "c"), edge("c", "a"), edge("b", "b")])
    assert drawn(tree(loop)) == ["a", "└► b", "  ├► c", "  │ └↺ a ↑", "  └↺ b ↑"]


def test_a_chain_of_a_thousand_nodes_is_a_tree():
    names = [f"n{number}" for number in range(1_000)]
    chain = plan([node(name) for name in names], [edge(a, b) for a, b in pairwise(names)])
    assert [row.name for row in tree(chain)] == names
    assert tree(chain)[-1].drawn(False) == "…        └► n999"


def test_every_node_is_listed_and_unknown_targets_are_left_out():
    flow = plan([node("a"), node("b"), node("c")], [edge("a", "nowhere"), edge("b", "c"), edge("c", "b")])
    assert {row.name for row in tree(flow)} == {"a", "b", "c"}


def test_the_tree_in_ascii_is_ascii():
    assert all(text.isascii() for text in drawn(tree(DESK), ascii_only=True))


def test_rows_get_the_numbers_of_their_nodes():
    rows = with_numbers(tree(DESK), Snapshot(nodes=(NodeStats("agent", NodeState.OK, depth=7),)))
    assert {row.name: row.stats.depth for row in rows if row.stats} == {"agent": 7}


def test_the_kinds_of_lines_in_a_tree_are_known_for_its_legend():
    assert kinds_of_lines(tree(DESK)) == {"explicit", "inferred", "reference"}
    assert kinds_of_lines(tree(plan([node("a")], [edge("a", "a")]))) == {"feedback"}


def test_without_a_plan_there_is_no_tree():
    assert tree(None) == ()


def test_a_node_before_which_messages_stop_and_one_in_which_some_are_held_are_marked():
    snapshot = Snapshot(
        plan=DESK,
        nodes=(NodeStats("output", NodeState.OK, depth=5, paused=3), NodeStats("log", NodeState.PAUSED, paused=2)),
        breakpoints=(Breakpoint("agent", "chat"),),
    )
    name, *_, state = [column for column in tree_columns(ascii_only=False) if column.key in ("node", "state")]
    rows = with_numbers(tree(DESK), snapshot)
    shown = {row.name: (name.render(row).plain, state.render(row).plain) for row in rows if not row.again}
    assert shown["agent"][0] == "└► agent ●"
    assert shown["output"] == ("  └► output", "✓ ok ‖3")
    assert shown["log"][1] == "‖ paused"
    assert [name.render(row).plain for row in rows if row.again] == ["└▷ agent ↑"]
    assert tree_columns(ascii_only=True)[0].render(rows[1]).plain.endswith("agent *")
