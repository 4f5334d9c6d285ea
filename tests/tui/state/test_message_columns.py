"""Which columns a list of deliveries has, and what stands in them."""

from __future__ import annotations

import pytest

from support.flows import edge, node, plan
from support.traffic import HOSTILE, START, Traffic
from woodwork_tui.state.columns import fitting
from woodwork_tui.state.message_columns import Looks, TimeForm, columns, edge_width, session_width


@pytest.fixture
def traffic() -> Traffic:
    made = Traffic()
    made.send("m0", "agent", payload={"text": "one"})
    made.now += 0.048
    made.send("m1", "agent", payload={"text": "two"})
    made.start("m1", "agent")
    made.fail("m1", "agent")
    made.retry("m1", "agent")
    return made


def cells(row, looks, above=None, now=START):
    return {
        column.key: str(column.render(row))
        for column, _ in fitting(columns(looks, lambda _: above, lambda: now), looks.room - 2, 2 if looks.wide else 1)
    }


def test_a_wide_list_has_every_column_of_the_picture_in_its_order(traffic):
    row = traffic.row("m1", "agent")
    shown = cells(row, Looks(room=118, edge=18), above=traffic.row("m0", "agent"))
    assert list(shown) == ["time", "since", "session", "edge", "event", "state", "try", "ms", "payload"]
    assert shown == {
        "time": "22:13:20.048",
        "since": "+48ms",
        "session": "s-1",
        "edge": "input → agent",
        "event": "input.received",
        "state": "↻ retry",
        "try": "1/4",
        "ms": "9",
        "payload": '{"text":"two"}',
    }


def test_a_narrow_list_tells_time_without_hours_and_the_try_beside_the_state(traffic):
    shown = cells(traffic.row("m1", "agent"), Looks(room=78))
    assert list(shown) == ["time", "session", "edge", "event", "state", "payload"]
    assert (shown["time"], shown["edge"], shown["state"]) == ("13:20.048", "input→agent", "↻ 1/4")


@pytest.mark.parametrize("room", range(1, 60))
def test_time_way_and_state_stay_however_narrow_the_list_is(traffic, room):
    assert {"time", "edge", "state"} <= cells(traffic.row("m0", "agent"), Looks(room=room)).keys()


def test_what_is_gained_from_more_room_goes_to_numbers_and_to_the_payload(traffic):
    wide = fitting(columns(Looks(room=198), lambda _: None, lambda: START), 196, 2)
    assert [column.key for column, _ in wide][-3:] == ["size", "id", "rev"]
    assert max(wide, key=lambda each: each[1])[0].key == "payload"


def test_the_time_is_told_in_three_ways_in_turn(traffic):
    row, above = traffic.row("m1", "agent"), traffic.row("m0", "agent")
    form = TimeForm.CLOCK
    told = []
    for _ in range(4):
        told.append(cells(row, Looks(time=form), above, START + 5)["time"])
        form = form.next()
    assert told == ["22:13:20.048", "+48ms", "5s", "22:13:20.048"]


def test_the_way_is_as_wide_as_the_longest_route_within_reason():
    long = "a_component_with_a_very_long_name"
    flow = plan([node("agent"), node("github_api")], [edge("agent", "github_api")])
    assert edge_width(flow) == len("agent → github_api")
    assert edge_width(None) == 16
    assert edge_width(plan([node(long)], [edge(long, long)])) == 30
    assert (session_width(()), session_width(("s-01", "session-7")), session_width((long,))) == (4, 9, 14)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("room", [78, 118])
def test_no_cell_minds_hostile_text(text, room):
    traffic = Traffic()
    traffic.send("m", "audit", payload={"text": text}, session=text[:200], source=text[:50], event=text[:50])
    assert cells(traffic.row("m", "audit"), Looks(room=room))
