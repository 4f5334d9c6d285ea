"""The event log: bounded, read through cursors, lossless where somebody must not miss anything (bus.md J1)."""

from __future__ import annotations

import json
import sys
import threading
from collections import deque
from collections.abc import Iterator

import pytest

from woodwork_engine.events import EventLog, Reader
from woodwork_engine.message import MessageEnvelope
from woodwork_engine.payload import encode
from woodwork_engine.record import PAYLOAD_CUT

ENVELOPE = MessageEnvelope(message_id="m", session_id="s", sender_component="a", event_type="x", created_at=0.0)


def write(log: EventLog, number: int) -> None:
    for _ in range(number):
        log.append(1.0, "started", ENVELOPE, "b", 1)


def drain(reader: Reader) -> tuple[list[int], int]:
    """Return every `seq` there is to read, and how many were missed."""
    seqs: list[int] = []
    missed = 0
    while (batch := reader.read(7)).records:
        seqs += [record.seq for record in batch.records]
        missed += batch.missed
    return seqs, missed


def test_a_reader_that_fell_behind_learns_how_much_it_missed() -> None:
    """J1: readers hold cursors; the log is bounded."""
    log = EventLog(limit=10)
    reader = log.reader()
    write(log, 4)
    assert drain(reader) == ([1, 2, 3, 4], 0)
    write(log, 25)
    assert drain(reader) == (list(range(20, 30)), 15)
    assert reader.read().records == ()
    assert (log.seq, log.size) == (29, 10)


def test_a_reader_may_begin_at_the_start_or_now() -> None:
    """J1: with what is still there."""
    log = EventLog(limit=10)
    write(log, 12)
    assert drain(log.reader())[0] == list(range(3, 13))
    assert drain(log.reader(from_start=False))[0] == []


@pytest.mark.parametrize("most", [1, 2, 3, None])
def test_an_acceptance_is_two_records_however_it_is_read(most: int | None) -> None:
    """J1: kept as one entry, numbered, read and missed as two."""
    log = EventLog(limit=5)
    reader = log.reader()
    for number in range(4):
        log.append_accepted(number, ENVELOPE, encode(number), ("b",), number + 1)
    assert (log.seq, log.size) == (8, 5)
    records, missed = [], 0
    while (batch := reader.read(most)).records:
        records += batch.records
        missed += batch.missed
    assert missed == 3
    assert [(record.seq, record.type, record.target) for record in records] == [
        (4, "queued", "b"),
        (5, "emitted", None),
        (6, "queued", "b"),
        (7, "emitted", None),
        (8, "queued", "b"),
    ]
    assert records[1].details() == {"payload": 2, "targets": ["b"]}
    assert records[2].details() == {"depth": 3}


def test_a_lossless_reader_misses_no_half_of_an_acceptance() -> None:
    """J1: also where it is behind by more than the ring holds."""
    log = EventLog(limit=6)
    reader = log.reader(lossless=True)
    for number in range(20):
        log.append_accepted(number, ENVELOPE, encode(number), ("b",), 1)
        log.append(number, "started", ENVELOPE, "b", 1)
    assert drain(reader) == (list(range(1, 61)), 0)
    assert reader.payload_bytes == sum(len(encode(number)) for number in range(20))


def test_payloads_are_bounded_in_bytes_and_the_newest_is_always_there() -> None:
    """J1: records leave with the oldest payloads, also where one payload alone is too large."""
    log = EventLog(limit=100, payload_limit=1000)
    reader = log.reader()
    for number in range(20):
        log.append_emitted(1.0, ENVELOPE, encode(f"{number:0>96}"), ("b",))
    assert log.payload_bytes <= 1000
    assert log.size == 10
    log.append_emitted(1.0, ENVELOPE, encode("x" * 5000), ("b",))
    assert drain(reader) == ([21], 20)


def test_a_large_payload_is_cut_where_it_is_shown() -> None:
    """J1: at 64 KiB, with its size."""
    log = EventLog()
    text = "x" * (2 * PAYLOAD_CUT)
    log.append_emitted(1.0, ENVELOPE, encode(text), ("b",))
    log.append_emitted(1.0, ENVELOPE, encode({"n": 1}), ("b", "c"))
    large, small = (record.details() for record in log.reader().read().records)
    assert (large["payload"], large["truncated"], large["targets"]) == (text[:PAYLOAD_CUT], True, ["b"])
    assert large["size"] == len(encode(text))
    assert small == {"payload": {"n": 1}, "targets": ["b", "c"]}


def test_what_is_cut_of_a_large_object_is_json() -> None:
    """J1: the original values, as they would be written."""
    log = EventLog()
    payload = {"on": True, "none": None, "text": "x" * PAYLOAD_CUT}
    log.append_emitted(1.0, ENVELOPE, encode(payload), ("b",))
    shown = next(record.details() for record in log.reader().read().records)["payload"]
    assert shown == json.dumps(payload, separators=(",", ":"))[:PAYLOAD_CUT]


def test_writers_wait_while_a_lossless_reader_is_half_a_ring_behind() -> None:
    """J1: by `high_water`, and are told when it has read."""
    log = EventLog(limit=10)
    told: list[int] = []
    log.watch(lambda: told.append(log.seq))
    assert log.seq < log.high_water
    reader = log.reader(lossless=True)
    told.clear()
    write(log, 5)
    assert log.seq >= log.high_water
    reader.read(1)
    assert (log.seq < log.high_water, told) == (True, [5])
    reader.close()
    write(log, 100)
    assert log.seq < log.high_water, "nobody waits for a reader that is gone"


def test_bytes_hold_writers_up_as_records_do() -> None:
    """J1: half a ring of payloads not read by a lossless reader."""
    log = EventLog(limit=1000, payload_limit=1000)
    reader = log.reader(lossless=True)
    for _ in range(4):
        log.append_emitted(1.0, ENVELOPE, encode("x" * 100), ("b",))
    assert log.seq < log.high_water
    log.append_emitted(1.0, ENVELOPE, encode("x" * 100), ("b",))
    assert log.seq >= log.high_water
    reader.read(2)
    assert log.seq < log.high_water


@pytest.mark.parametrize("large", [True, False])
def test_a_lossless_reader_misses_nothing_however_much_one_attempt_writes(large: bool) -> None:
    """J1: the log grows beyond its bounds rather than lose what it has promised, and shrinks again afterwards."""
    log = EventLog(limit=50, payload_limit=10_000)
    reader = log.reader(lossless=True)
    for number in range(400):
        if large:
            log.append_emitted(1.0, ENVELOPE, encode("x" * 1000), ("b",))
        else:
            write(log, 1)
        if number == 200:
            reader.read(150)
    assert drain(reader) == (list(range(151, 401)), 0)
    write(log, 200)
    assert log.size <= 50 + 250
    assert drain(reader)[1] == 0
    for _ in range(10):
        write(log, 20)
        assert drain(reader)[1] == 0
    assert log.size <= 50


def test_a_second_lossless_reader_is_waited_for_as_well() -> None:
    """J1: the slowest counts."""
    log = EventLog(limit=10)
    fast, slow = log.reader(lossless=True), log.reader(lossless=True)
    write(log, 5)
    drain(fast)
    assert log.seq >= log.high_water
    drain(slow)
    assert log.seq < log.high_water


def test_reading_while_another_thread_writes_loses_and_breaks_nothing() -> None:
    """J1: written on the engine's thread, read from any."""
    log = EventLog(limit=2_000)
    done = threading.Event()
    reader = log.reader()
    seen = missed = last = 0

    def fill() -> None:
        for _ in range(300):
            write(log, 100)
        done.set()

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        writer = threading.Thread(target=fill)
        writer.start()
        while not done.is_set() or last < log.seq:
            batch = reader.read()
            for record in batch.records:
                assert record.seq > last
                last = record.seq
            seen += len(batch.records)
            missed += batch.missed
        writer.join()
    finally:
        sys.setswitchinterval(before)
    assert seen + missed == 30_000


def test_what_is_written_in_the_middle_of_a_read_is_read_with_it() -> None:
    """J1: the writer's thread may come in at any moment; nothing that is still kept counts as missed."""
    log = EventLog()

    class Interrupted(deque[object]):
        often = 3

        def __reversed__(self) -> Iterator[object]:
            newest_first = super().__reversed__()
            if self.often:
                self.often -= 1
                write(log, 20)
            return newest_first

    log._ring = Interrupted(maxlen=log.limit)
    write(log, 5)
    batch = log.reader().read()
    assert batch.missed == 0
    assert [record.seq for record in batch.records] == list(range(1, 66))
