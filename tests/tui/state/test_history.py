"""Deliveries folded from records."""

from __future__ import annotations

import pytest

from woodwork_engine.events import EventLog
from woodwork_engine.message import MessageEnvelope
from woodwork_engine.payload import encode
from woodwork_tui.state.delivery_row import DeliveryState, payload_line
from woodwork_tui.state.history import DeliveryHistory


class Flow:
    """Writes records into a log as the engine would."""

    def __init__(self):
        self.log = EventLog()
        self.reader = self.log.reader()

    def send(self, message_id, *targets, payload="hi", at=1.0):
        envelope = MessageEnvelope(message_id=message_id, session_id="s-1", sender_component="in", event_type="e")
        self.log.append_emitted(at, envelope, encode(payload), targets)
        for target in targets:
            self.log.append(at, "queued", envelope, target, data={"depth": 1})
        return envelope

    def into(self, history):
        history.fold(self.reader.read().records)


def test_a_message_to_two_targets_is_two_deliveries_that_share_one_payload():
    flow, history = Flow(), DeliveryHistory()
    flow.send("m", "a", "b", payload={"text": "hi"})
    flow.into(history)
    first, second = history.rows
    assert (first.target, second.target) == ("a", "b")
    assert first.emission is second.emission
    assert first.payload() == {"text": "hi"}
    assert first.payload_line() == '{"text":"hi"}'


def test_a_delivery_that_fails_and_is_tried_again_keeps_both_attempts():
    flow, history = Flow(), DeliveryHistory()
    history.allow({"a": 4})
    envelope = flow.send("m", "a")
    flow.log.append(2.0, "started", envelope, "a", 1)
    flow.log.append(
        2.1, "failed", envelope, "a", 1, 100.0, {"error_type": "ValueError", "message": "no", "traceback": "tb"}
    )
    flow.log.append(2.1, "retry_scheduled", envelope, "a", 1, data={"due": 3.0, "delay_ms": 900})
    flow.into(history)
    (row,) = history.rows
    assert (row.state, row.due, row.attempt, row.allowed) == (DeliveryState.RETRY, 3.0, 1, 4)
    assert row.problem == "ValueError: no"
    flow.log.append(3.0, "started", envelope, "a", 2)
    flow.log.append(3.2, "ok", envelope, "a", 2, 200.0, {"outputs": ["m/a.0"]})
    flow.into(history)
    assert (row.state, row.attempt, row.duration_ms, row.outputs) == (DeliveryState.OK, 2, 200.0, ("m/a.0",))
    assert [(attempt.n, attempt.error_type, attempt.due) for attempt in row.attempts] == [
        (1, "ValueError", 3.0),
        (2, "", None),
    ]


def test_an_attempt_lasts_at_least_as_long_as_it_was_measured_to():
    flow, history = Flow(), DeliveryHistory()
    envelope = flow.send("m", "a")
    flow.log.append(2.0, "started", envelope, "a", 1)
    flow.log.append(2.0, "ok", envelope, "a", 1, 250.0, {"outputs": []})
    flow.into(history)
    (row,) = history.rows
    assert (row.attempts[0].started, row.attempts[0].ended, row.settled_at) == (2.0, 2.25, 2.25)


def test_a_dead_delivery_names_its_reason_and_its_dead_letter():
    flow, history = Flow(), DeliveryHistory()
    envelope = flow.send("m", "a")
    flow.log.append(2.0, "dead", envelope, "a", 1, data={"reason": "expired", "dlq_id": "d-1"})
    flow.into(history)
    (row,) = history.rows
    assert (row.state, row.reason, row.dlq_id) == (DeliveryState.DEAD, "expired", "d-1")


@pytest.mark.parametrize("target", ["a", "b"])
def test_a_replay_ties_the_dead_delivery_and_the_new_message_together_wherever_it_goes(target):
    flow, history = Flow(), DeliveryHistory()
    envelope = flow.send("m", "a")
    flow.log.append(2.0, "dead", envelope, "a", 1, data={"reason": "expired", "dlq_id": "d-1"})
    copy = flow.send("m2", target)
    flow.log.append(3.0, "replayed", copy, target, data={"dlq_id": "d-1", "replay_of": "m"})
    flow.into(history)
    dead, new = history.rows
    assert (dead.state, dead.replayed_as) == (DeliveryState.REPLAYED, "m2")
    assert (new.state, new.replay_of) == (DeliveryState.QUEUED, "m")


def test_a_delivery_whose_end_may_have_been_missed_is_not_shown_as_still_running():
    flow, history = Flow(), DeliveryHistory()
    envelope = flow.send("m", "a")
    flow.into(history)
    history.fold((), missed=7)
    (row,) = history.rows
    assert (row.state, history.missed) == (DeliveryState.UNSEEN, 7)
    flow.log.append(2.0, "started", envelope, "a", 1)
    flow.into(history)
    assert row.state is DeliveryState.HANDLING


def test_a_delivery_first_heard_of_in_the_middle_has_no_payload_to_show():
    flow, history = Flow(), DeliveryHistory()
    envelope = MessageEnvelope(message_id="m")
    flow.log.append(2.0, "started", envelope, "a", 1)
    flow.into(history)
    (row,) = history.rows
    assert row.payload_line() == "(payload was not seen)"
    assert row.size is None


def test_the_ring_forgets_the_oldest_and_counts_them():
    flow, history = Flow(), DeliveryHistory(limit=3)
    for number in range(5):
        flow.send(f"m{number}", "a")
    flow.into(history)
    assert [row.message_id for row in history] == ["m2", "m3", "m4"]
    assert [row.number for row in history] == [2, 3, 4]
    assert history.evicted == 2
    assert history.get(("m0", "a")) is None


def test_a_reader_learns_which_rows_changed_since_it_last_looked():
    flow, history = Flow(), DeliveryHistory()
    first = flow.send("m1", "a")
    flow.into(history)
    before = history.version
    assert history.touched_since(before) == ()
    flow.log.append(2.0, "ok", first, "a", 1, 1.0, {"outputs": []})
    flow.send("m2", "a")
    flow.into(history)
    assert [row.message_id for row in history.touched_since(before) or ()] == ["m1", "m2"]


def test_a_reader_that_looked_too_long_ago_is_told_to_look_at_all():
    flow, history = Flow(), DeliveryHistory()
    for number in range(60):
        flow.send(f"m{number}", "a")
        flow.into(history)
    assert history.touched_since(0) is None


def test_a_message_without_a_route_is_one_row():
    flow, history = Flow(), DeliveryHistory()
    envelope = MessageEnvelope(message_id="m", sender_component="in")
    flow.log.append_emitted(1.0, envelope, encode("hi"), ())
    flow.log.append(1.0, "unroutable", envelope, data={"reason": "no route"})
    flow.into(history)
    (row,) = history.rows
    assert (row.state, row.target, row.payload()) == (DeliveryState.UNROUTABLE, "", "hi")


def test_a_long_payload_is_cut_for_its_line():
    assert len(payload_line("x" * 1_000_000)) <= 514


@pytest.mark.parametrize(
    "payload",
    [
        {"text": "hi", "n": 1, "f": 0.5, "no": None, "yes": True},
        {"nan": float("nan"), "much": float("inf")},
        {"raw": b"\xc4\x00", "big": 2**80},
        {"lone": "a\ud800b"},
        'text " \n日本',
        [],
    ],
)
def test_the_line_of_a_payload_is_its_json_whatever_is_in_it(payload):
    flow, history = Flow(), DeliveryHistory()
    flow.send("m", "a", payload=payload)
    flow.into(history)
    assert history.rows[0].payload_line() == payload_line(payload)
