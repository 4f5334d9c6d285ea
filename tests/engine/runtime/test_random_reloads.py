"""Random sequences of reloads under load: nothing is lost, duplicated or reordered (bus.md G1-G5)."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from support.engines import LONG, RunningFlow, running
from support.random_flow import RandomFlow
from woodwork_engine.events import EventLog, Record
from woodwork_engine.runtime import reading

CHANGES = 40
SESSIONS = 5
ENDS = ("ok", "dead", "dropped", "discarded")


class Load(threading.Thread):
    """Sends numbers in turn to several sessions, a few of them at once, until told to stop."""

    def __init__(self, flow: RunningFlow) -> None:
        super().__init__(daemon=True)
        self.sent: list[str] = []
        self._flow = flow
        self._enough = threading.Event()

    def run(self) -> None:
        number = 0
        inject = self._flow.engine.inject
        while not self._enough.is_set():
            together = [inject("in", number + of, session=f"s-{of}") for of in range(SESSIONS)]
            self.sent += [accepted.result(LONG) for accepted in together]
            number += SESSIONS

    def stop(self) -> None:
        """Send no more, and return once the last message is accepted."""
        self._enough.set()
        self.join(LONG)
        assert not self.is_alive()


class Tape(threading.Thread):
    """Keeps every record; the engine waits for it rather than let it miss one."""

    def __init__(self, log: EventLog) -> None:
        super().__init__(daemon=True)
        self.records: list[Record] = []
        self._reader = log.reader(lossless=True)
        self._enough = threading.Event()

    def run(self) -> None:
        last = False
        while not last:
            last = self._enough.wait(0.002)
            batch = self._reader.read()
            assert batch.missed == 0
            self.records += batch.records
        self._reader.close()

    def stop(self) -> Sequence[Record]:
        """Return all records written up to now."""
        self._enough.set()
        self.join(LONG)
        return self.records


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_random_reloads_under_load_lose_duplicate_and_reorder_nothing(tmp_path: Path, monkeypatch, seed: int):
    monkeypatch.setattr(reading, "REST", 0.0)  # each save is over when its reload is asked for
    made = RandomFlow(tmp_path, seed)
    with running(tmp_path, made.text(), watch=False) as flow:
        flow.until_rev(1)
        tape, load = Tape(flow.engine.events), Load(flow)
        tape.start()
        load.start()
        results: Counter[str] = Counter()
        for _ in range(CHANGES):
            made.change()
            results[flow.engine.reload().result(LONG).result] += 1
        load.stop()
        made.complete()
        flow.engine.reload().result(LONG)
        flow.until_empty()
        records = tape.stop()
    assert results["live"] > CHANGES / 6
    assert results["rejected"]
    assert results["no effective change"]
    every_delivery_has_ended_once(records)
    every_message_went_somewhere(records, load.sent)
    lanes_were_worked_on_in_order_one_attempt_at_a_time(records)


def every_delivery_has_ended_once(records: Sequence[Record]) -> None:
    """Conservation: what was queued has ended exactly once, and nothing else has."""
    queued = Counter((record.message_id, record.target) for record in records if record.type == "queued")
    ended = Counter((record.message_id, record.target) for record in records if record.type in ENDS)
    assert set(queued.values()) == {1}
    assert ended == queued
    assert {record.type for record in records if record.type in ENDS} == {"ok"}


def every_message_went_somewhere(records: Sequence[Record], sent: Sequence[str]) -> None:
    """Each accepted message was emitted once, to at least one target, and had each target's child sent on once."""
    emitted = Counter(record.message_id for record in records if record.type == "emitted")
    assert set(emitted.values()) == {1}
    assert set(sent) <= emitted.keys()
    assert not any(record.type == "unroutable" for record in records)
    outputs = Counter(child for record in records if record.type == "ok" for child in record.details()["outputs"])
    assert outputs == Counter(emitted.keys() - set(sent))
    ends = {record.message_id for record in records if record.type == "ok" and record.target == "out"}
    parents = {record.message_id: record.causation_id for record in records if record.type == "emitted"}
    assert {_origin(message, parents) for message in ends} == set(sent), "every message has reached the end"


def _origin(message: str, parents: dict[str, str | None]) -> str:
    while (parent := parents[message]) is not None:
        message = parent
    return message


def lanes_were_worked_on_in_order_one_attempt_at_a_time(records: Sequence[Record]) -> None:
    """B1, B2, G4: per session and target in the order of acceptance, whoever handled it; attempts are contiguous."""
    accepted: dict[tuple[str | None, str | None], list[str | None]] = defaultdict(list)
    ended: dict[tuple[str | None, str | None], list[str | None]] = defaultdict(list)
    running: dict[tuple[str | None, str | None], tuple[str | None, int | None]] = {}
    attempts: Counter[tuple[str | None, str | None]] = Counter()
    for record in _of_deliveries(records):
        lane = (record.session_id, record.target)
        if record.type == "queued":
            accepted[lane].append(record.message_id)
        elif record.type == "started":
            assert lane not in running, "one attempt at a time"
            running[lane] = (record.message_id, record.attempt)
            attempts[record.message_id, record.target] += 1
            assert attempts[record.message_id, record.target] == record.attempt, "attempts already made count"
        else:
            assert running.pop(lane) == (record.message_id, record.attempt)
            if record.type == "ok":
                ended[lane].append(record.message_id)
    assert ended == accepted


def _of_deliveries(records: Sequence[Record]) -> Iterator[Record]:
    return (record for record in records if record.type in ("queued", "started", "failed", "ok"))
