"""What the Health tab computes: sentences, the latency histogram, and who has a backlog."""

from __future__ import annotations

import pytest

from woodwork_engine.snapshot import FlowState, Health, NodeState, NodeStats, Snapshot, Totals
from woodwork_tui.state.health import (
    Bar,
    Vital,
    histogram,
    latency_label,
    nothing_waits,
    numbers,
    sentences,
    vitals,
    waiting,
)


def running(**health) -> Snapshot:
    return Snapshot(state=FlowState.RUNNING, rev=1, health=Health(**{"ready": True} | health))


def test_a_flow_that_is_well_says_so():
    assert sentences(running(), None, missed=0) == (("ok", "Running well: nothing is wrong with the bus."),)


def test_every_reason_for_being_degraded_is_a_sentence():
    told = sentences(running(degraded=("audit is failing", "agent is full")), None, missed=0)

    assert told == (("warning", "audit is failing"), ("warning", "agent is full"))


def test_a_blocked_loop_names_who_blocks_it():
    told = sentences(running(), (3.2, "agent (agent.py:88)"), missed=0)

    assert told == (("error", "The loop has not answered for 3.2 s: blocked by agent (agent.py:88)."),)


def test_threads_that_never_came_back_are_told():
    assert sentences(running(zombie_threads=2), None, missed=0) == (
        ("warning", "2 threads of timed-out handlers are still running."),
    )


def test_records_that_the_screen_missed_are_told():
    assert sentences(running(), None, missed=1_200) == (
        ("warning", "The screen missed 1,200 records; numbers are exact, lists are not."),
    )


@pytest.mark.parametrize(
    ("state", "words"), [(FlowState.STARTING, "starting"), (FlowState.DRAINING, "drained"), (FlowState.STOPPED, "not")]
)
def test_a_flow_that_does_not_run_says_so(state: FlowState, words: str):
    assert words in sentences(Snapshot(state=state), None, missed=0)[0][1]


def test_buckets_are_powers_of_two_microseconds():
    """Rule J1: bucket n holds durations below 2**n µs."""
    counts = [0] * 40
    counts[10], counts[12] = 3, 6

    assert histogram(tuple(counts)) == (
        Bar("0.5–1 ms", 3, 0.5),
        Bar("1–2 ms", 0, 0.0),
        Bar("2–4.1 ms", 6, 1.0),
    )


def test_an_empty_histogram_has_no_bars():
    assert histogram(()) == ()
    assert histogram((0,) * 40) == ()


@pytest.mark.parametrize(("bucket", "label"), [(0, "<1 µs"), (4, "8–16 µs"), (21, "1–2.1 s"), (27, "67–134 s")])
def test_labels_take_the_unit_that_reads_best(bucket: int, label: str):
    assert latency_label(bucket) == label


def test_the_deepest_queue_comes_first_and_empty_ones_are_left_out():
    snapshot = Snapshot(
        nodes=(
            NodeStats("a", NodeState.OK, depth=1, limit=10),
            NodeStats("b", NodeState.BACKLOG, depth=31, limit=40),
            NodeStats("c", NodeState.OK),
        )
    )

    assert [node.name for node in waiting(snapshot)] == ["b", "a"]


def test_empty_queues_say_which_was_deepest():
    snapshot = Snapshot(nodes=(NodeStats("a", NodeState.OK, peak=3), NodeStats("b", NodeState.OK, peak=31)))

    assert nothing_waits(snapshot) == "All queues are empty. Deepest so far: b 31."
    assert nothing_waits(Snapshot()) == "All queues are empty."


def test_the_numbers_tell_lag_memory_and_what_was_lost():
    snapshot = Snapshot(
        health=Health(
            loop_lag_ms=2, loop_lag_p99_ms=31, blocker="agent (agent.py:88)", rss=1024, tasks=9, zombie_threads=1
        ),
        totals=Totals(dropped=2, unroutable=1, blocked=3),
    )

    told = dict(numbers(snapshot, missed=4))

    assert told["tasks"] == "9, 1 lost thread"
    assert told["lost"] == "2 dropped, 0 discarded, 1 without a route"
    assert told["waited"] == "3 publishers for room in a queue"
    assert told["missed"] == "4 records by the screen"


def test_the_vitals_tell_lag_who_held_the_loop_memory_and_what_garbage_collection_costs():
    found = vitals(
        running(
            loop_lag_ms=2.0,
            loop_lag_p99_ms=310.0,
            blocker="agent (agent.py:88)",
            rss=1024,
            gc_collections=(12, 3, 1),
            gc_longest_ms=140.0,
            gc_paused_ms=600.0,
            lag_activity=(1.0, 310.0),
            rss_activity=(512.0, 1024.0),
        )
    )
    assert found == (
        Vital("loop lag", "2ms, p99 310ms", (1.0, 310.0), "warn"),
        Vital("held by", "agent (agent.py:88)", (), "warn"),
        Vital("memory", "1.0 KiB", (512.0, 1024.0)),
        Vital("garbage", "12 young, 3 middle, 1 full collections"),
        Vital("", "longest pause 140ms, 1.0 % of the last minute", (), "warn"),
    )


def test_what_was_not_measured_is_not_told():
    assert [vital.name for vital in vitals(Snapshot())] == ["loop lag", "memory"]
