"""What the Messages tab lists and what its line says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.traffic import START, Traffic
from woodwork_engine.snapshot import Snapshot
from woodwork_tui.state.delivery_words import edge_text, outcome_text, short_outcome, since_text, try_text
from woodwork_tui.state.messages import (
    ORDER_WORDS,
    SORTS,
    Counts,
    MessageIndex,
    Watching,
    counts,
    empty_text,
    filter_problem,
    list_title,
    matcher,
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


def test_an_order_by_anything_but_time_is_brought_up_to_date_once_a_second(traffic):
    index, slowest = MessageIndex(), ("ms", False)
    index.update(traffic.fold(), "", None, START, slowest)
    traffic.ok("m2", "agent", ms=5.0)
    assert not index.update(traffic.fold(), "", None, START + 0.9, slowest)
    assert index.update(traffic.fold(), "", None, START + 1.0, slowest)
    assert ids(index)[0] == "m2"
    assert index.update(traffic.history, "", None, START + 1.1, TIME)
    assert ids(index)[0] == "m0"


def test_the_worst_come_first_when_ordered_by_state(traffic):
    index = MessageIndex()
    traffic.ok("m0", "agent")
    traffic.dead("m5", "agent")
    traffic.retry("m4", "agent")
    index.update(traffic.fold(), "payload.n:0|3|4|5", None, START, ("state", False))
    assert ids(index) == ["m5", "m4", "m3", "m0"]


def test_every_order_has_words_for_both_directions():
    assert set(ORDER_WORDS) == {(name, backwards) for name in SORTS for backwards in (False, True)}


def test_how_many_came_since_is_counted_among_the_rows_that_match(traffic):
    index = MessageIndex()
    index.update(traffic.fold(), "session:s-1", None, START, TIME)
    seen = index.end
    traffic.send("m6", "agent", session="s-0")
    traffic.send("m7", "agent", session="s-1")
    index.update(traffic.fold(), "session:s-1", None, START, TIME)
    assert index.newer(seen) == 1
    assert index.newer(index.end) == 0


def test_the_row_before_is_the_one_before_in_the_filtered_list(traffic):
    index = MessageIndex()
    index.update(traffic.fold(), "session:s-1", None, START, TIME)
    first, second, *_ = index.rows
    assert (first.message_id, index.before(second), index.before(first)) == ("m1", first, None)


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
    assert line.line() == "2 of 6 kept · ring 1,000 · 0 dropped"
    assert line.line(wide=False) == "2 of 6 kept"
    assert Counts(6, 6, 1_000, 7).line(wide=False) == "6 kept · 7 dropped"


def test_the_title_says_what_is_listed_and_whether_it_moves_by_itself():
    paused = Watching(following=False, new=86, order=TIME)
    assert list_title(None, paused) == "Messages · all sessions · ‖ view paused, 86 new (F to follow)"
    assert list_title("s-02", paused, wide=False) == "Messages · s-02 · ‖ view, 86 new (F follow)"
    assert list_title(None, replace(paused, new=0), wide=False, ascii_only=True) == "Messages · H view (F follow)"
    assert list_title(None, replace(paused, following=True)) == "Messages · all sessions · following"
    assert list_title(None, replace(paused, order=("ms", False))) == "Messages · all sessions · slowest first"


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


def test_in_few_cells_a_row_says_how_long_it_took_or_how_often_it_was_tried(traffic):
    traffic.ok("m1", "agent", ms=61.0)
    traffic.fail("m2", "agent", attempt=2)
    traffic.retry("m2", "agent", attempt=2)
    assert short_outcome(traffic.row("m0", "agent")) == "· queued"
    assert short_outcome(traffic.row("m1", "agent")) == "✓ 61ms"
    assert short_outcome(traffic.row("m2", "agent"), ascii_only=True) == "R 2/4"


def test_the_time_between_two_rows_is_short():
    assert [since_text(s) for s in (None, 0.0, 0.0484, 2.25, -0.002, 75.0)] == [
        "", "+0ms", "+48ms", "+2.2s", "-2ms", "+1m15s",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "word", ["summary", "SUMMARY", "kelvin", "true", "rue", "null", "infinity", "absent", "refused"]
)
def test_a_word_is_found_the_same_whether_or_not_a_row_was_looked_at_before(word):
    payloads = (
        {"text": "Summary of repo"},
        {"ok": True, "no": None},
        "\u212aelvin",
        {"at": float("inf")},
        b"summary",
        7,
    )
    traffic = Traffic()
    for number, payload in enumerate(payloads):
        traffic.send(f"m-{number}", "audit", payload=payload)
    traffic.send("m-bad", "audit", payload="x")
    traffic.start("m-bad", "audit")
    traffic.fail("m-bad", "audit")
    found = matcher(word, lambda: 0.0)
    fresh = [found(row) for row in traffic.fold()]
    plain = [word.lower() in f"{row.payload_line()} {row.problem}".lower() for row in traffic.history]
    assert fresh == plain == [found(row) for row in traffic.history]
