"""What was decided about stranded messages is done once the component is gone, and only then."""

from __future__ import annotations

from support.checking import plan_of
from woodwork_engine.snapshot import NodeState, NodeStats, Revision, Snapshot
from woodwork_tui.state.fates import Decided, Fate, ways_for
from woodwork_tui.state.reload_plan import reload_plan

BEFORE = plan_of("a = echo { to = out }\nb = echo { to = out, on_remove = discard }\nout = output console {}\n")
AFTER = plan_of("out = output console {}\n")


def snapshot(result: str = "live", at: float = 1.0, **parts: object) -> Snapshot:
    nodes = (NodeStats("a", NodeState.PARKED, depth=2), NodeStats("b", NodeState.PARKED, depth=1))
    return Snapshot(**{"plan": BEFORE, "nodes": nodes, "revisions": (Revision(1, at, result, "", "save"),)} | parts)


def test_only_what_differs_from_the_file_is_to_be_done() -> None:
    assert Decided.of(Fate(("a", "b"), "park"), snapshot()) == Decided({"b": "park"}, 1.0)
    assert Decided.of(Fate(("a", "b"), ""), snapshot()) == Decided({}, 1.0)


def test_it_is_done_when_a_later_revision_has_removed_the_component() -> None:
    decided = Decided({"a": "dead_letter"}, 1.0)
    assert decided.due(snapshot()) == (decided, ()), "nothing has happened yet"
    assert decided.due(snapshot(at=2.0)) == (decided, ()), "it is still there"
    assert decided.due(snapshot(at=2.0, plan=AFTER)) == (Decided({}, 1.0), (("a", "dead_letter"),))


def test_nothing_is_done_where_the_change_was_not_applied_or_nothing_is_left() -> None:
    decided = Decided({"a": "dead_letter"}, 1.0)
    assert decided.due(snapshot("rejected", at=2.0)) == (Decided(), ())
    assert decided.due(snapshot(at=2.0, plan=AFTER, nodes=())) == (Decided({}, 1.0), ())


def test_the_way_of_the_file_is_offered_first_where_components_differ() -> None:
    ways, way = ways_for(reload_plan(AFTER, snapshot()))
    assert [value for value, _ in ways] == ["", "park", "dead_letter"]
    assert way == ""
    assert ways[0][1] == "as the file says it: a park, b discard"
    assert ways_for(reload_plan(BEFORE, snapshot())) == ((), "")
