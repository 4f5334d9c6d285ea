"""Routes that nothing has taken, and components that nothing leads to."""

from __future__ import annotations

from support.flows import edge, node, plan
from woodwork_engine.plan import EdgeKind, PlanDiff
from woodwork_engine.role import Role
from woodwork_engine.snapshot import EdgeStats, NodeState, NodeStats, Revision, Snapshot
from woodwork_tui.state.ghosts import ghost_routes, route_since, unreached, unused_text
from woodwork_tui.state.inspector import inspect
from woodwork_tui.state.view import Selection

FLOW = plan(
    [node("web", role=Role.INPUT), node("agent"), node("audit"), node("kb", role=Role.RESOURCE), node("lone")],
    [edge("web", "agent"), edge("agent", "audit"), edge("agent", "kb", kind=EdgeKind.REFERENCE)],
)


def snapshot(emitted: int = 3, moved: int = 0, **parts: object) -> Snapshot:
    return Snapshot(
        plan=FLOW,
        started_at=100.0,
        nodes=(NodeStats("web", NodeState.OK, emitted=3), NodeStats("agent", NodeState.OK, emitted=emitted)),
        edges=(EdgeStats("web", "agent", 3, 1.0), EdgeStats("agent", "audit", moved, 0.0)),
        **parts,
    )


def test_a_route_that_its_source_has_never_used_is_a_ghost_since_the_start():
    assert ghost_routes(snapshot()) == {("agent", "audit"): 100.0}


def test_a_route_that_was_used_once_is_none():
    assert ghost_routes(snapshot(moved=1)) == {}


def test_a_route_whose_source_has_sent_nothing_is_none_and_neither_is_a_reference():
    assert ghost_routes(snapshot(emitted=0)) == {}


def test_a_route_that_came_with_a_later_revision_is_unused_since_then():
    brought = Revision(2, 500.0, "live", "+agent→audit", diff=PlanDiff(routes_added=(edge("agent", "audit"),)))
    other = Revision(3, 900.0, "live", "~agent", diff=PlanDiff(changed={"agent": ("to",)}))
    assert route_since(snapshot(revisions=(brought, other)), ("agent", "audit")) == 500.0


def test_a_route_of_a_revision_that_was_rejected_has_not_come():
    rejected = Revision(0, 500.0, "rejected", "", diff=PlanDiff(routes_added=(edge("agent", "audit"),)))
    assert route_since(snapshot(revisions=(rejected,)), ("agent", "audit")) == 100.0


def test_since_when_is_told_to_the_minute():
    assert unused_text(1_700_000_000.0).startswith("0 since ")
    assert len(unused_text(1_700_000_000.0)) == len("0 since 12:01")


def test_what_no_route_and_no_reference_leads_to_is_unreached_but_an_input_never_is():
    assert unreached(FLOW) == ("lone",)


def test_the_inspector_tells_unused_routes_and_lonely_components():
    def said(selection: Selection) -> str:
        return " ".join(" ".join(line.plain for line in inspect(snapshot(), selection, 37).lines).split())

    assert "unused agent→audit lonely lone" in said(Selection())
    assert "moved 0 since" in said(Selection(edge=("agent", "audit")))
    assert "from nothing leads here" in said(Selection(node="lone"))


def test_without_a_flow_there_are_none():
    assert ghost_routes(Snapshot()) == {}
