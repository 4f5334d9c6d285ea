"""Event records as JSON lines (interfaces: Event records)."""

from __future__ import annotations

import datetime as dt
import json
import math

from woodwork_engine.payload import encode
from woodwork_engine.record import Emission, Record
from woodwork_tui.cli.records import json_lines

KEYS = [
    "seq", "ts", "type", "message_id", "session_id", "source", "target", "event_type", "attempt", "rev", "duration_ms",
    "correlation_id", "causation_id", "data",
]  # fmt: skip


def emitted(seq: int, payload: object) -> Record:
    return Record(seq, 1.5, "emitted", f"m-{seq}", "s-1", "in", data=Emission(encode(payload), ("out",)))


def payloads(records: list[Record]) -> list[object]:
    return [json.loads(line)["data"]["payload"] for line in json_lines(records).splitlines()]


def test_every_key_is_present_and_absent_values_are_null() -> None:
    (line,) = json_lines([Record(1, 1.5, "started")]).splitlines()
    record = json.loads(line)
    assert list(record) == KEYS
    assert [key for key in KEYS if record[key] is not None] == ["seq", "ts", "type"]


def test_records_are_one_object_a_line_in_order() -> None:
    lines = json_lines([emitted(1, "a\nb"), emitted(2, {"x": [1, None]})]).splitlines()
    assert [json.loads(line)["seq"] for line in lines] == [1, 2]


def test_an_emission_shows_its_payload_and_its_targets() -> None:
    (line,) = json_lines([emitted(1, {"text": "hi"})]).splitlines()
    assert json.loads(line)["data"] == {"payload": {"text": "hi"}, "targets": ["out"]}


def test_values_that_json_has_no_form_for_are_written_in_a_plain_one() -> None:
    moment = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
    assert payloads([emitted(1, [b"\x00\xff", moment, math.nan, math.inf])]) == [
        ["AP8=", "2026-01-02T03:04:05Z", None, None]
    ]


def test_a_lone_surrogate_spoils_neither_its_own_record_nor_the_others() -> None:
    hard = ["\ud800", b"\x00", dt.datetime(2026, 1, 2, tzinfo=dt.UTC), math.nan, 2**80]
    assert payloads([emitted(1, "before"), emitted(2, hard), emitted(3, "after")]) == [
        "before",
        ["\ud800", "AA==", "2026-01-02T00:00:00Z", None, 2**80],
        "after",
    ]


def test_lines_are_ascii_or_utf_8_without_raw_control_characters() -> None:
    written = json_lines([emitted(1, "\x1b[2J\x07 ä"), emitted(2, "\ud800\x1b")])
    assert b"\x1b" not in written
    assert b"\x07" not in written
    written.decode("utf-8")
