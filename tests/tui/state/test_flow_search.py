"""Finding components on the picture of the flow."""

from __future__ import annotations

import pytest

from support.flows import node, plan
from woodwork_engine.errors import FilterError
from woodwork_engine.role import Role
from woodwork_engine.snapshot import NodeState, NodeStats, Snapshot
from woodwork_tui.state.flow_search import Found, find, search_problem
from woodwork_tui.state.view import Selection

FLOW = Snapshot(
    plan=plan([node("web", "input cli", Role.INPUT), node("agent", line=7), node("audit"), node("kb", "memory")]),
    nodes=(
        NodeStats("web", NodeState.OK),
        NodeStats("agent", NodeState.BACKLOG, depth=31),
        NodeStats("audit", NodeState.FAILING, depth=6, dead_now=12, last_error="ConnectionError: refused"),
    ),
)
ORDER = ("web", "kb", "agent", "audit")


def names(expression: str) -> tuple[str, ...]:
    return find(FLOW, expression, ORDER).names


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("ag", ("agent",)),
        ("memory", ("kb",)),
        ("state:failing|backlog", ("agent", "audit")),
        ("queued>10", ("agent",)),
        ("dlq>0", ("audit",)),
        ("error:refused", ("audit",)),
        ("line:7", ("agent",)),
        ("role:input", ("web",)),
        ("state:not_started", ("kb",)),
        ("!state:ok a", ("agent", "audit")),
    ],
)
def test_a_search_speaks_of_what_a_component_is_and_how_it_is(expression, found):
    assert names(expression) == found


def test_what_is_found_stands_in_the_order_in_which_it_is_drawn():
    assert names("queued>0") == ("agent", "audit")
    assert find(FLOW, "queued>0", tuple(reversed(ORDER))).names == ("audit", "agent")


def test_the_next_match_comes_after_the_selected_one_and_the_first_after_the_last():
    found = find(FLOW, "state:ok|backlog|failing", ORDER)
    assert found.names == ("web", "agent", "audit")
    assert found.beside(Selection(node="web"), 1) == "agent"
    assert found.beside(Selection(node="audit"), 1) == "web"
    assert found.beside(Selection(node="web"), -1) == "audit"
    assert found.beside(Selection(node="kb"), 1) == "web"
    assert Found("x").beside(Selection(), 1) is None


def test_without_a_search_nothing_is_marked_and_with_one_that_finds_nothing_everything_steps_back():
    assert find(FLOW, " ", ORDER).marked is None
    assert find(FLOW, "nobody", ORDER).marked == frozenset()


def test_how_many_were_found_is_told():
    assert find(FLOW, "queued>0", ORDER).status == "2 of 4 components · n next, N before"
    assert find(FLOW, "nobody", ORDER).status == "0 of 4 components"
    assert find(FLOW, "", ORDER).status == ""


def test_a_search_that_cannot_be_read_says_why():
    assert search_problem("colour:red") is not None
    assert search_problem("state:ok") is None
    with pytest.raises(FilterError):
        find(FLOW, "colour:red", ORDER)


def test_a_flow_that_is_not_there_yet_has_nothing_to_find():
    assert find(Snapshot(), "agent", ()).names == ()
