"""What the tap shows."""

from __future__ import annotations

import pytest

from support.flows import node, plan
from support.traffic import Traffic
from woodwork_engine.role import Role
from woodwork_tui.state.tap import TapIndex, Tapped, content, empty_text, toggled
from woodwork_tui.state.view import Selection


def traffic():
    made = Traffic()
    made.send("m1", "agent", session="s-1")
    made.send("m2", "output", source="agent", session="s-1")
    made.send("m3", "agent", session="s-2")
    made.send("m4", "audit", source="other", session="s-2")
    return made


def ids(index):
    return [row.message_id for row in index.rows]


@pytest.mark.parametrize(
    ("tapped", "shown"),
    [
        (Tapped(), ["m1", "m2", "m3", "m4"]),
        (Tapped(node="agent"), ["m1", "m2", "m3"]),
        (Tapped(edge=("input", "agent")), ["m1", "m3"]),
        (Tapped(session="s-2"), ["m3", "m4"]),
        (Tapped(node="agent", session="s-1"), ["m1", "m2"]),
    ],
)
def test_a_component_shows_both_its_sides_a_route_its_own_and_a_session_narrows_either(tapped, shown):
    index = TapIndex()
    index.update(traffic().fold(), tapped)
    assert ids(index) == shown


def test_new_deliveries_are_appended_and_counted():
    made, index = traffic(), TapIndex()
    index.update(made.fold(), Tapped(node="agent"))
    made.send("m5", "agent")
    made.send("m6", "audit", source="other")
    assert index.update(made.fold(), Tapped(node="agent")) == 1
    assert ids(index) == ["m1", "m2", "m3", "m5"]


def test_a_change_of_a_delivery_is_told_though_nothing_is_new():
    made, index = traffic(), TapIndex()
    index.update(made.fold(), Tapped())
    assert index.update(made.fold(), Tapped()) is None
    made.start("m1", "agent")
    assert index.update(made.fold(), Tapped()) == 0


def test_what_has_left_the_ring_is_no_longer_shown():
    made, index = Traffic(limit=3), TapIndex()
    for number in range(5):
        made.send(f"m{number}", "agent")
        index.update(made.fold(), Tapped())
    assert ids(index) == ["m2", "m3", "m4"]


def test_t_taps_the_selection_and_once_more_everything():
    one = toggled(Tapped(), Selection(node="agent"))
    assert one == Tapped(node="agent")
    assert toggled(one, Selection(node="agent")) == Tapped()
    assert toggled(one, Selection(edge=("input", "agent"))) == Tapped(edge=("input", "agent"))
    assert toggled(one, Selection()) == Tapped()


def test_a_failed_delivery_says_its_error_and_any_other_its_payload():
    made = Traffic()
    made.send("m1", "audit", payload={"text": "hi"})
    assert content(made.row("m1", "audit")) == '{"text":"hi"}'
    made.start("m1", "audit")
    made.fail("m1", "audit")
    assert content(made.row("m1", "audit")) == "ConnectionError: audit-db:5432 refused"


def test_the_title_says_what_is_tapped():
    assert Tapped().title() == "all"
    assert Tapped(edge=("a", "b"), session="s-1").title(ascii_only=True) == "a -> b · s-1"


def test_an_empty_tap_says_why():
    assert "i injects" in empty_text(Tapped(), Traffic().history)
    assert "No delivery of kb among the 4 kept." in empty_text(Tapped(node="kb"), traffic().fold())


def test_where_nothing_has_moved_the_first_input_is_named():
    flow = plan([node("agent"), node("web", role=Role.INPUT)])
    told = empty_text(Tapped(), Traffic().fold(), flow)
    assert told == "Nothing has moved yet. i injects a message into web."
    assert empty_text(Tapped(), Traffic().fold()) == "Nothing has moved yet. i injects a message."
