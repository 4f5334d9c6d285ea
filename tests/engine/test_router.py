"""The declarative router: who receives what, and why (the published DeclarativeRouter)."""

from __future__ import annotations

from itertools import pairwise

from support.flows import edge, node, plan
from woodwork_engine.plan import Edge, EdgeKind
from woodwork_engine.router import MOST_CHAINS, DeclarativeRouter
from woodwork_engine.source import Span

FLOW = plan([node(name) for name in ("in", "a", "b", "out")], [edge("in", "a"), edge("a", "b"), edge("a", "out")])


def test_a_plans_routes_answer_who_gets_an_event_and_where_that_was_written() -> None:
    router = DeclarativeRouter(FLOW)
    assert router.get_routing_targets("a", "agent.response") == ["b", "out"]
    assert router.targets("out", "x") == ()
    assert (router.has_routing_targets("in"), router.has_routing_targets("out")) == (True, False)
    assert router.why("in", "a").span.line == 1
    assert router.why("in", "b") is None
    assert router.links() == (("in", "a"), ("a", "b"), ("a", "out"))


def test_a_route_may_be_for_some_events_only_and_a_reference_is_no_route() -> None:
    span = Span("main.ww", 1, 1, 1, 2)
    narrow = Edge("a", "b", EdgeKind.EXPLICIT, span, events=("order.*",))
    router = DeclarativeRouter(
        plan([node("a"), node("b")], [narrow, Edge("a", "t", EdgeKind.REFERENCE, span, "tools")])
    )
    assert router.targets("a", "order.made") == ("b",)
    assert router.targets("a", "invoice") == ()
    assert router.targets("a", "*") == ("b",)


def test_a_target_named_twice_gets_a_message_once() -> None:
    span = Span("main.ww", 1, 1, 1, 2)
    both = [Edge("a", "b", EdgeKind.EXPLICIT, span, events=(pattern,)) for pattern in ("x", "*")]
    assert DeclarativeRouter(plan([node("a"), node("b")], both)).targets("a", "x") == ("b",)


def test_routes_may_come_from_components_with_a_to() -> None:
    class Made:
        to = ("b", "c")

    router = DeclarativeRouter()
    router.configure_from_components({"in": {"to": "a"}, "a": Made(), "b": {"to": []}, "c": {}})
    assert router.get_routing_targets("in") == ["a"]
    assert router.get_routing_targets("a") == ["b", "c"]
    assert router.get_workflow_chains() == [["in", "a", "b"], ["in", "a", "c"]]
    assert router.get_routing_stats() == {"components": 4, "routes": 3, "lookups": {"in": 1, "a": 1}}


def test_routes_may_be_added_and_removed_by_hand() -> None:
    router = DeclarativeRouter(FLOW)
    router.add_routing_target("b", "out")
    router.add_routing_target("b", "out")
    assert router.get_routing_targets("b") == ["out"]
    assert router.remove_routing_target("b", "out")
    assert not router.remove_routing_target("b", "out")
    assert not router.has_routing_targets("b")


def test_a_route_to_nobody_is_told_with_a_suggestion() -> None:
    router = DeclarativeRouter(FLOW)
    assert router.validate_routing_configuration() == []
    router.add_routing_target("b", "outt")
    problem = router.validate_routing_configuration()[0]
    assert "no component 'outt'" in problem
    assert "did you mean 'out'" in problem


def test_chains_end_where_they_would_go_in_circles_and_there_are_never_too_many() -> None:
    loop = DeclarativeRouter(
        plan([node("in"), node("a"), node("b")], [edge("in", "a"), edge("a", "b"), edge("b", "a")])
    )
    assert loop.get_workflow_chains() == [["in", "a", "b"]]
    layers = [[f"n{layer}.{part}" for part in range(3)] for layer in range(20)]
    edges = [edge(a, b) for upper, lower in pairwise(layers) for a in upper for b in lower]
    nodes = [node(name) for layer in layers for name in layer]
    assert len(DeclarativeRouter(plan(nodes, edges)).get_workflow_chains()) == MOST_CHAINS
