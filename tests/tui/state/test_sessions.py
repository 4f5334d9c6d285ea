"""How sessions are told, found and ordered."""

from __future__ import annotations

import pytest

from support.traffic import HOSTILE, START
from woodwork_engine.snapshot import SessionStats, Snapshot, Totals
from woodwork_tui.state.columns import fitting
from woodwork_tui.state.session_columns import session_columns
from woodwork_tui.state.sessions import (
    SORTS,
    empty_text,
    session_filter,
    session_filter_problem,
    session_rows,
    session_state,
    table_title,
)


def session(name: str, **numbers: object) -> SessionStats:
    return SessionStats(**{"id": name, "first_seen": START - 100, "last_seen": START - 5, "messages": 3, **numbers})


SESSIONS = (
    session("s-10", rate=2.0, messages=148),
    session("s-9", retrying=3, dead=12, queued=6),
    session("s-2", retrying=1, queued=2, p95_ms=24.0),
    session("s-1", last_seen=START, queued=12, inflight=2),
    session("idle", first_seen=START - 4_000, last_seen=START - 2_000),
)
SNAPSHOT = Snapshot(sessions=SESSIONS, totals=Totals(sessions=5))


def names(order: str, *, backwards: bool = False, where: str = "") -> list[str]:
    matches = session_filter(where, START) if where else None
    return [row.id for row in session_rows(SNAPSHOT, (order, backwards), matches)]


def test_the_state_of_a_session_is_the_worst_that_is_true_of_it():
    assert [session_state(each) for each in SESSIONS] == ["active", "failing", "retrying", "active", "idle"]
    assert session_state(session("s", dead=4)) == "idle"
    assert session_state(session("s", queued=4, paused=4, retrying=1)) == "paused"


@pytest.mark.parametrize(
    ("order", "first"),
    [
        ("session", "idle"), ("last", "s-1"), ("state", "s-9"), ("queued", "s-1"), ("msgs", "s-10"), ("rate", "s-10"),
        ("p95", "s-2"),
    ],
)  # fmt: skip
def test_each_order_brings_its_first_to_the_top_and_its_reverse_to_the_bottom(order, first):
    assert first in (names(order)[0], names(order)[-1])
    assert names(order, backwards=True) == names(order)[::-1]
    if order != "session":
        assert names(order)[0] == first


def test_names_are_ordered_as_people_count():
    assert [name for name in names("session") if name.startswith("s-")] == ["s-1", "s-2", "s-9", "s-10"]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("state:failing|retrying", {"s-2", "s-9"}),
        ("queued>5", {"s-1", "s-9"}),
        ("session:s-1*", {"s-1", "s-10"}),
        ("last>1m", {"idle"}),
        ("!state:idle dlq>0", {"s-9"}),
        ("s-1", {"s-1", "s-10"}),
    ],
)
def test_sessions_are_found_by_what_the_table_shows(where, found):
    assert set(names("session", where=where)) == found


def test_what_is_wrong_with_a_filter_is_one_sentence():
    assert "no field 'stat'" in (session_filter_problem("stat:idle") or "")
    assert session_filter_problem("state:idle") is None


def test_the_title_says_what_is_left_out():
    assert table_title(SNAPSHOT, 5, ("session", False), None) == "Sessions 5 · by name"
    assert table_title(SNAPSHOT, 2, ("last", True), None) == "Sessions 2 of 5 · latest first, turned round"
    many = Snapshot(sessions=SESSIONS, totals=Totals(sessions=12_000))
    assert table_title(many, 5, ("session", False), "s-1") == (
        "Sessions 5 (the latest of 12,000) · by name · s-1 in every tab (esc clears)"
    )


def test_an_empty_table_tells_filtered_from_really_empty():
    assert empty_text(Snapshot(), "state:idle") == "No sessions yet. The first message creates one."
    assert empty_text(SNAPSHOT, "queued>99") == "0 of 5 match queued>99. esc clears the filter."
    many = Snapshot(sessions=SESSIONS, totals=Totals(sessions=2_000))
    told = "0 of the latest 5 match s-7. :session ID looks at an older one, esc clears the filter."
    assert empty_text(many, "s-7") == told


def test_without_room_the_numbers_that_matter_least_go_first():
    columns = session_columns(lambda: START, lambda: None)
    shown = [[column.key for column, _ in fitting(columns, room, 1)] for room in (118, 77, 40, 12)]
    assert shown[0] == [column.key for column in columns]
    assert shown[1] == ["session", "state", "last", "msgs", "rate", "queued", "flight", "retry", "dlq", "p95"]
    assert shown[2] == ["session", "state", "queued", "retry", "dlq"]
    assert shown[3] == ["session", "state"]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_and_no_order_minds_hostile_names(text):
    row = session(text)
    for column in session_columns(lambda: START, lambda: text, ascii_only=True):
        assert str(column.render(row)).isprintable()
    for name in SORTS:
        assert session_rows(Snapshot(sessions=(row, *SESSIONS)), (name, False), None)


def test_a_session_that_a_person_has_paused_is_paused_also_while_nothing_of_it_waits():
    assert session_state(SessionStats("s", 0.0, 1.0, 1, rate=2.0, held=True)) == "paused"
    assert session_state(SessionStats("s", 0.0, 1.0, 1, rate=2.0)) == "active"
