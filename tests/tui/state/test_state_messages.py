"""What the Messages tab lists and what its line says."""

from __future__ import annotations

import pytest

from support.traffic import START, Traffic
from woodwork_engine.snapshot import Snapshot
from woodwork_tui.state.messages import (
    MessageIndex,
    counts,
    edge_text,
    empty_text,
    filter_problem,
    outcome_text,
    try_text,
)
from woodwork_tui.units import clock

TIME = ("time", False)


def ids(index: MessageIndex) -> list[str]:
    return [row.message_id for row in index.rows]


@pytest.fixture
def traffic() -> Traffic:
    made = Traffic()
    for number in range(6):
        made.send(f"m{number}", "agent", session=f"s-{number % 2}", payload={"text": f"question {number}", "n": number})
        made.now += 1
    return made


def test_without_a_filter_every_delivery_is_listed_oldest_first(traffic):
    index = MessageIndex()
    assert index.update(traffic.fold(), "", None, START, TIME)
    assert ids(index) == ["m0", "m1", "m2", "m3", "m4", "m5"]
    assert not index.update(traffic.history, "", None, START, TIME)


def test_a_delivery_enters_and_leaves_a_filtered_list_as_its_state_changes(traffic):
    index = MessageIndex()
    index.update(traffic.fold(), "state:handling", None, START, TIME)
    assert ids(index) == []
    traffic.start("m3", "agent")
    traffic.start("m1", "agent")
    index.update(traffic.fold(), "state:handling", None, START, TIME)
    assert ids(index) == ["m1", "m3"]
    traffic.ok("m1", "agent")
    index.update(traffic.fold(), "state:handling", None, START, TIME)
    assert ids(index) == ["m3"]


def test_the_last_good_filter_stays_while_a_bad_one_is_typed(traffic):
    index = MessageIndex()
    index.update(traffic.fold(), "payload.n>3", None, START, TIME)
    index.update(traffic.history, "payload.n>", None, START, TIME)
    assert ids(index) == ["m4", "m5"]
    index.update(traffic.history, "payload.n>", "s-1", START, TIME)
    assert ids(index) == ["m5"]


def test_rows_that_left_the_ring_leave_the_list():
    traffic, index = Traffic(limit=3), MessageIndex()
    for number in range(3):
        traffic.send(f"m{number}", "agent")
    index.update(traffic.fold(), "", None, START, TIME)
    traffic.send("m3", "agent")
    index.update(traffic.fold(), "", None, START, TIME)
    assert ids(index) == ["m1", "m2", "m3"]


def test_an_age_is_asked_again_as_time_goes_by(traffic):
    index = MessageIndex()
    index.update(traffic.fold(), "age<3s", None, START + 6, TIME)
    assert ids(index) == ["m4", "m5"]
    index.update(traffic.history, "age<3s", None, START + 7.5, TIME)
    assert ids(index) == ["m5"]


def test_the_list_can_be_ordered_by_duration_and_turned_round(traffic):
    index = MessageIndex()
    traffic.ok("m2", "agent", ms=5.0)
    traffic.ok("m4", "agent", ms=50.0)
    index.update(traffic.fold(), "session:s-0", None, START, ("ms", False))
    assert ids(index) == ["m4", "m2", "m0"]
    index.update(traffic.history, "session:s-0", None, START, ("time", True))
    assert ids(index) == ["m4", "m2", "m0"]


def test_bare_words_search_the_whole_payload_and_the_error():
    traffic, index = Traffic(), MessageIndex()
    traffic.send("long", "audit", payload={"a": "x" * 2_000, "b": "needle"})
    traffic.send("failed", "audit")
    traffic.fail("failed", "audit", "needle refused")
    traffic.send("other", "audit")
    index.update(traffic.fold(), "needle", None, START, TIME)
    assert ids(index) == ["long", "failed"]


@pytest.mark.parametrize("text", ["state:", "stat:ok", "~(a+)+", '"open'])
def test_what_is_wrong_with_a_filter_is_one_sentence(text):
    assert filter_problem(text)
    assert filter_problem("state:ok session:s-0*") is None


def test_the_line_under_the_list_says_what_is_kept_and_what_was_lost(traffic):
    index = MessageIndex()
    index.update(traffic.fold(), "payload.n<2", None, START, TIME)
    line = counts(index, traffic.history)
    assert line.line() == "matched 2 of 6 kept · ring 1,000 · 0 dropped"
    assert line.line(wide=False) == "2 of 6 kept"


def test_an_empty_list_tells_filtered_from_really_empty(traffic):
    since = clock(START, millis=False)
    snapshot = Snapshot(started_at=START)
    assert empty_text("", None, Traffic().history, snapshot) == f"No messages since start ({since}). i to inject."
    assert empty_text("state:dead", None, traffic.fold(), snapshot) == "0 of 6 match state:dead. esc clears the filter."


def test_a_row_says_its_edge_its_try_and_when_the_next_one_comes(traffic):
    traffic.fail("m0", "agent")
    traffic.retry("m0", "agent", after=2.0)
    row = traffic.row("m0", "agent")
    assert edge_text(row) == "input → agent"
    assert edge_text(row, ascii_only=True) == "input -> agent"
    assert try_text(row) == "1/4"
    assert outcome_text(row, traffic.now) == "↻ retry in 2.0s"
    assert outcome_text(row, traffic.now + 5) == "↻ retry now"
