"""A turn drawn over time: what was done when, which gaps are folded, what a lane says."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from support.traffic import HOSTILE, START, Traffic
from woodwork_tui.state.session_path import SessionPath
from woodwork_tui.state.spans import Doing, effort, spans
from woodwork_tui.state.time_axis import fold_axis
from woodwork_tui.state.waterfall import waterfall


def turn_of(traffic: Traffic, message_id: str, target: str):
    path = SessionPath()
    row = traffic.row(message_id, target)
    path.update(traffic.history, row.session)
    return path.turn(row)


@pytest.fixture
def turn() -> Traffic:
    """A question (200 ms at the agent after 10 ms in its queue), its answer to two, one of which fails twice."""
    made = Traffic()
    made.send("q", "agent")
    made.now += 0.01
    made.start("q", "agent")
    made.now += 0.2
    made.send("a", "output", "audit", source="agent", cause="q")
    made.ok("q", "agent", ms=200.0, outputs=("a",))
    made.start("a", "output")
    made.start("a", "audit")
    made.now += 0.002
    made.ok("a", "output", ms=2.0)
    made.now += 0.007
    made.fail("a", "audit")
    made.retry("a", "audit", after=1.9)
    made.now += 1.9
    made.start("a", "audit", 2)
    made.now += 0.009
    made.fail("a", "audit", attempt=2)
    made.retry("a", "audit", after=2.0, attempt=2)
    made.now += 0.2
    return made


def test_each_time_of_a_turn_is_told_by_what_it_was_spent_with(turn):
    rows = turn_of(turn, "q", "agent")
    found = spans(rows, turn.now)
    assert [(s.lane, s.doing, round(s.start - START, 3), round(s.end - START, 3), s.label) for s in found] == [
        ("input", Doing.SENT, 0.0, 0.0, "sent"),
        ("agent", Doing.WAITING, 0.0, 0.01, ""),
        ("agent", Doing.HANDLING, 0.01, 0.21, "200ms"),
        ("output", Doing.HANDLING, 0.21, 0.212, "2ms"),
        ("audit", Doing.FAILING, 0.21, 0.219, "✗ #1"),
        ("audit", Doing.PAUSING, 0.219, 2.119, ""),
        ("audit", Doing.FAILING, 2.119, 2.128, "✗ #2 ↻ #3 in 1.8s"),
        ("audit", Doing.PAUSING, 2.128, 2.328, ""),
    ]


def test_the_sums_of_a_turn_name_who_was_busy_most(turn):
    rows = turn_of(turn, "q", "agent")
    assert effort(rows, spans(rows, turn.now)).line() == "wall 2.3s · busy 220ms (agent 91%) · 2 messages"


def test_what_is_under_way_goes_on_until_now():
    traffic = Traffic()
    traffic.send("q", "agent")
    (_, waiting) = spans(turn_of(traffic, "q", "agent"), START + 3)
    assert (waiting.doing, waiting.end, waiting.label) == (Doing.WAITING, START + 3, "· queued")
    traffic.now += 1
    traffic.start("q", "agent")
    (_, waiting, handling) = spans(turn_of(traffic, "q", "agent"), START + 3)
    assert (waiting.end, handling.start, handling.end, handling.label) == (START + 1, START + 1, START + 3, "▸ 2.0s")


@pytest.mark.parametrize(("reason", "label"), [("expired", "† dead"), ("exhausted", "† dead")])
def test_a_delivery_given_up_without_an_attempt_waited_until_then(reason, label):
    traffic = Traffic()
    traffic.send("q", "agent")
    traffic.now += 5
    traffic.dead("q", "agent", reason)
    (_, waiting) = spans(turn_of(traffic, "q", "agent"), START + 9)
    assert (waiting.end, waiting.label) == (START + 5, label)


def test_the_drawing_is_lanes_in_order_of_time_with_the_idle_gap_folded(turn):
    lines = [line.plain for line in waterfall(turn_of(turn, "q", "agent"), turn.now, 100)]
    assert [line.split(" ")[0] for line in lines[:-1]] == ["lane", "input", "agent", "output", "audit"]
    axis, _, agent, output, audit, legend = lines
    assert axis.startswith("lane   0ms")
    assert "┊ 1.9s idle ┊2.12s" in axis
    assert agent.index("▒") < agent.index("▓") < agent.index("200ms")
    assert output.index("▓") > agent.rindex("▓") - 1
    assert audit.count("┊") == 2
    assert "✗ #1" in audit[: audit.index("┊")]
    assert "✗ #2 ↻ #3 in 1.8s" in audit[audit.rindex("┊") :]
    assert legend.startswith("▒ queue  ▓ handling  · retry")
    assert legend.endswith("2 messages")


def test_a_wait_for_a_retry_while_others_work_is_dotted():
    traffic = Traffic()
    traffic.send("q", "audit", "agent")
    traffic.start("q", "audit")
    traffic.start("q", "agent")
    traffic.now += 0.1
    traffic.fail("q", "audit")
    traffic.retry("q", "audit", after=0.3)
    traffic.now += 0.3
    traffic.start("q", "audit", 2)
    traffic.now += 0.1
    traffic.ok("q", "audit", ms=100.0, attempt=2)
    traffic.now += 0.5
    traffic.ok("q", "agent", ms=1000.0)
    (audit,) = [line.plain for line in waterfall(turn_of(traffic, "q", "agent"), traffic.now, 100) if "audit" in line]
    assert audit.index("▓") < audit.index("·") < audit.rindex("▓")


def test_more_components_than_there_is_room_for_are_counted():
    traffic = Traffic()
    traffic.send("q", *(f"c{number}" for number in range(12)))
    lines = [line.plain for line in waterfall(turn_of(traffic, "q", "c0"), traffic.now, 80, most_lanes=5)]
    assert len(lines) == 1 + 5 + 1
    assert lines[-2].startswith("… 9 more components")


def test_only_the_newest_of_a_huge_turn_is_drawn_and_it_says_so():
    traffic = Traffic(limit=2_000)
    traffic.send("q", "agent")
    for number in range(700):
        traffic.send(f"q{number}", "agent", source="agent", cause="q")
    legend = waterfall(turn_of(traffic, "q", "agent"), traffic.now, 120)[-1].plain
    assert "the newest 500 of 701" in legend


def test_a_number_is_left_out_rather_than_cut(turn):
    for width in range(20, 120):
        drawn = "\n".join(line.plain for line in waterfall(turn_of(turn, "q", "agent"), turn.now, width)[1:-1])
        assert "20…" not in drawn
        assert "2…" not in drawn


def test_the_same_time_is_in_the_same_cell_however_it_is_asked_for():
    axis = fold_axis([(0.0, 1.0), (5.0, 6.0)], 100)
    first, second = axis.stretches
    assert axis.cells(0.0, 1.0) == (first.left, first.right)
    assert axis.cells(5.0, 6.0) == (second.left, second.right)
    assert axis.cells(1.0, 5.0) is None
    assert axis.cells(0.5, 5.5) == (first.left + (first.right - first.left) // 2, axis.cells(5.5, 6.0)[0])
    assert axis.cells(1.0, 1.0) == (first.right - 1, first.right)
    assert axis.cells(2.0, 2.0) is None


def test_ticks_do_not_overlap_and_begin_at_nothing():
    axis = fold_axis([(100.0, 100.3), (102.0, 102.2)], 90)
    ticks = axis.ticks()
    assert ticks[0] == (0, "0ms")
    assert ticks[1][1] == "100ms"
    assert all(a + len(text) < b for (a, text), (b, _) in pairwise(ticks))
    assert [text for cell, text in ticks if cell == axis.stretches[1].left] == ["2.0s"]


times = st.floats(0, 1e6, allow_nan=False)


@given(
    st.lists(st.tuples(times, st.floats(0, 1e4)).map(lambda t: (t[0], t[0] + t[1])), max_size=40), st.integers(10, 200)
)
@settings(max_examples=200, deadline=None)
def test_whatever_the_times_every_busy_one_is_in_sight_and_nothing_overlaps(busy, width):
    axis = fold_axis(busy, width)
    place = 0
    for stretch in axis.stretches:
        assert stretch.left >= place
        assert stretch.right > stretch.left
        place = stretch.right
    for start, end in busy:
        first, after = axis.cells(start, end)
        assert 0 <= first < after <= max(place, 1)


@given(
    st.lists(st.sampled_from(("send", "start", "ok", "fail", "retry", "dead")), max_size=30),
    st.lists(st.sampled_from((0.0, 0.001, 0.2, 5.0, 4000.0)), min_size=30, max_size=30),
    st.integers(12, 160),
)
@settings(max_examples=150, deadline=None)
def test_whatever_happened_no_line_is_wider_than_there_is_room(steps, waits, width):
    traffic = Traffic()
    traffic.send("m0", "agent")
    for number, (step, wait) in enumerate(zip(steps, waits, strict=False), 1):
        traffic.now += wait
        if step == "send":
            traffic.send(f"m{number}", "agent", "audit", source="agent", cause="m0")
        elif step in ("start", "ok"):
            getattr(traffic, step)("m0", "agent")
        else:
            getattr(traffic, step)("m0", "agent")
    lines = waterfall(turn_of(traffic, "m0", "agent"), traffic.now, width)
    assert all(line.cell_len <= max(width, 30) for line in lines)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_neither_act_nor_widen_a_lane(text):
    traffic = Traffic()
    traffic.send("m", text[:60], source=text[:60])
    for line in waterfall(turn_of(traffic, "m", text[:60]), traffic.now, 80):
        assert cell_len(line.plain) <= 80
        assert line.plain.isprintable()
