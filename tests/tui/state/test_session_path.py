"""What is kept of one session, and its turns."""

from __future__ import annotations

from support.traffic import Traffic
from woodwork_tui.state.session_path import SessionPath


def ids(rows) -> list[str]:
    return [row.message_id for row in rows]


def test_only_the_deliveries_of_the_session_are_kept_and_new_ones_are_added_in_order():
    traffic, path = Traffic(), SessionPath()
    traffic.send("a", "agent", session="s-1")
    traffic.send("b", "agent", session="s-2")
    assert path.update(traffic.fold(), "s-1")
    assert ids(path.rows) == ["a"]
    traffic.send("c", "agent", session="s-2")
    assert not path.update(traffic.fold(), "s-1")
    traffic.send("d", "agent", session="s-1")
    traffic.send("e", "agent", session="s-1")
    traffic.start("a", "agent")
    assert path.update(traffic.fold(), "s-1")
    assert ids(path.rows) == ["a", "d", "e"]
    assert path.before(path.rows[1]) is path.rows[0]
    assert path.before(path.rows[0]) is None


def test_a_change_of_a_delivery_that_is_there_already_is_told():
    traffic, path = Traffic(), SessionPath()
    traffic.send("a", "agent", session="s-1")
    path.update(traffic.fold(), "s-1")
    traffic.ok("a", "agent")
    assert path.update(traffic.fold(), "s-1")
    assert not path.update(traffic.history, "s-1")
    assert ids(path.rows) == ["a"]


def test_a_turn_is_everything_that_one_message_from_outside_led_to():
    traffic, path = Traffic(), SessionPath()
    traffic.send("a", "agent")
    traffic.send("b", "agent")
    traffic.send("a/agent.0", "desk", "audit", source="agent", cause="a")
    path.update(traffic.fold(), "s-1")
    assert ids(path.turn(path.rows[0])) == ["a", "a/agent.0", "a/agent.0"]
    assert ids(path.turn(path.rows[1])) == ["b"]
    traffic.send("b/agent.0", "desk", source="agent", cause="b")
    path.update(traffic.fold(), "s-1")
    assert ids(path.turn(path.rows[1])) == ["b", "b/agent.0"]


def test_what_left_the_ring_leaves_the_path_and_its_turn():
    traffic, path = Traffic(limit=3), SessionPath()
    traffic.send("a", "agent")
    traffic.send("a/agent.0", "desk", source="agent", cause="a")
    path.update(traffic.fold(), "s-1")
    traffic.send("b", "agent")
    traffic.send("c", "agent", session="other")
    assert path.update(traffic.fold(), "s-1")
    assert ids(path.rows) == ["a/agent.0", "b"]
    assert ids(path.turn(path.rows[0])) == ["a/agent.0"]
    for number in range(3):
        traffic.send(f"d{number}", "agent", session="other")
    path.update(traffic.fold(), "s-1")
    assert ids(path.rows) == []


def test_a_reader_that_looked_too_long_ago_sees_the_same_as_a_new_one():
    traffic, path, fresh = Traffic(), SessionPath(), SessionPath()
    path.update(traffic.fold(), "s-1")
    for number in range(120):
        traffic.send(f"m{number}", "agent", session=f"s-{number % 2}")
        traffic.fold()
    path.update(traffic.history, "s-1")
    fresh.update(traffic.history, "s-1")
    assert ids(path.rows) == ids(fresh.rows)
    assert path.newer(60) == 30


def test_without_a_session_there_is_no_path():
    traffic, path = Traffic(), SessionPath()
    traffic.send("a", "agent", session="")
    path.update(traffic.fold(), None)
    assert ids(path.rows) == []
    path.update(traffic.history, "")
    assert ids(path.rows) == ["a"]
