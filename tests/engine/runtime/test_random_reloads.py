"""Random sequences of reloads under load: nothing is lost, duplicated or reordered (bus.md B1, B2, G3, G4, G5, G6)."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import pytest

from support.engines import LONG, RunningFlow, running
from support.random_flow import RandomFlow
from woodwork_engine.events import EventLog
from woodwork_engine.record import Record
from woodwork_engine.runtime import reading
from woodwork_engine.store.folder import StateFolder

CHANGES = 60
ROLLBACKS = 0.15
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


@pytest.mark.parametrize("seed", [1, 2, 3, 8, 11, 15])
def test_random_reloads_under_load_lose_duplicate_and_reorder_nothing(tmp_path: Path, monkeypatch, seed: int):
    monkeypatch.setattr(reading, "REST", 0.0)  # each save is over when its reload is asked for
    made = RandomFlow(tmp_path, seed)
    with running(tmp_path, made.text(), watch=False) as flow:
        flow.until_rev(1)
        tape, load = Tape(flow.engine.events), Load(flow)
        tape.start()
        load.start()
        results = changed_at_random(flow, made)
        load.stop()
        made.complete()
        flow.engine.reload().result(LONG)
        flow.until_empty()
        records = tape.stop()
    assert results["live", "reload"] > CHANGES / 6
    assert results["live", "rollback"]
    assert results["rejected", "reload"]
    assert results["no effective change", "reload"]
    every_delivery_has_ended_once(records)
    every_message_went_somewhere(records, load.sent)
    lanes_were_worked_on_in_order_one_attempt_at_a_time(records)


@pytest.mark.parametrize("seed", [8, 21])
def test_what_is_durable_outlives_random_reloads_and_the_process_after_them(tmp_path: Path, monkeypatch, seed: int):
    """G5, I2: under whatever names it has waited, everything comes to its end in the next process, and is forgotten."""
    monkeypatch.setattr(reading, "REST", 0.0)
    made, state = RandomFlow(tmp_path, seed, more="durable = true"), tmp_path / "state"
    with running(tmp_path, made.text(), watch=False, state=state) as flow:
        flow.until_rev(1)
        tape, load = Tape(flow.engine.events), Load(flow)
        tape.start()
        load.start()
        changed_at_random(flow, made)
        load.stop()
        flow.engine.pause().result(LONG)
        made.complete()
        flow.engine.reload().result(LONG)
        flow.engine.stop(drain=False).result(LONG)
        records = list(tape.stop())
    with running(tmp_path, made.text(), watch=False, state=state) as flow:
        flow.until_rev(1)
        flow.engine.resume().result(LONG)
        assert flow.until_empty().totals.dead_letters == 0
        records += flow.records()
    folder = StateFolder(state)
    assert folder.deliveries() == []
    folder.close()
    parents = {record.message_id: record.causation_id for record in records if record.type == "emitted"}
    ends = {record.message_id for record in records if record.type == "ok" and record.target == "out"}
    assert {_origin(message, parents) for message in ends} == set(load.sent)


def changed_at_random(flow: RunningFlow, made: RandomFlow) -> Counter[tuple[str, str]]:
    """Change the flow many times, and go back now and then; return how often which result came of which cause."""
    results: Counter[tuple[str, str]] = Counter()
    for _ in range(CHANGES):
        if made.chance.random() < ROLLBACKS:
            kept = [one.number for one in flow.engine.take_snapshot().result(LONG).revisions if one.number]
            revision = flow.engine.rollback(made.chance.choice(kept[-10:])).result(LONG)
        else:
            made.change()
            revision = flow.engine.reload().result(LONG)
        results[revision.result, revision.by] += 1
    return results


def every_delivery_has_ended_once(records: Sequence[Record]) -> None:
    """Conservation: what was queued, or moved to, has ended or moved on exactly once, and nothing else has."""
    queued = Counter((record.message_id, record.target) for record in records if record.type == "queued")
    assert set(queued.values()) == {1}
    left = Counter(queued)
    for record in records:
        if record.type == "moved":
            left[record.message_id, record.target] += 1
            left[record.message_id, str(record.details()["from"])] -= 1
        elif record.type in ENDS:
            left[record.message_id, record.target] -= 1
    assert not {delivery: count for delivery, count in left.items() if count}
    others = [record for record in records if record.type in ENDS and record.type != "ok"]
    assert {(record.type, record.details()["reason"]) for record in others} <= {("discarded", "duplicate")}, (
        "redirected"
    )


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


class _Lane:
    """What a lane should hold: messages, and how many attempts each has had, in order; and whether one runs."""

    def __init__(self) -> None:
        self.waiting: list[list[object]] = []
        self.running = False


def lanes_were_worked_on_in_order_one_attempt_at_a_time(records: Sequence[Record]) -> None:
    """B1, B2, G3, G4: per session and component, whatever it is called and whoever handles it, from the head on.

    Attempts are contiguous. A component that is renamed has the same lane; what is redirected goes to the end.
    """
    lanes: defaultdict[tuple[str | None, str], _Lane] = defaultdict(_Lane)
    for record in records:
        if record.type not in ("queued", "started", "failed", "ok", "moved", "discarded"):
            continue
        lane = lanes[record.session_id, _component(record.target)]
        if record.type == "queued":
            lane.waiting.append([record.message_id, 0])
        elif record.type == "moved":
            before = lanes[record.session_id, _component(str(record.details()["from"]))]
            if before is not lane:
                entry = next(one for one in before.waiting if one[0] == record.message_id)
                assert not (before.running and entry is before.waiting[0]), "what runs is not moved"
                before.waiting.remove(entry)
                lane.waiting.append(entry)
        elif record.type == "discarded":
            lane.waiting.remove(next(one for one in lane.waiting if one[0] == record.message_id))
        elif record.type == "started":
            assert not lane.running, "one attempt at a time"
            lane.running = True
            head = lane.waiting[0]
            head[1] += 1
            assert head == [record.message_id, record.attempt], "in order, and attempts already made count"
        else:
            assert lane.running
            lane.running = False
            assert lane.waiting[0] == [record.message_id, record.attempt]
            if record.type == "ok":
                lane.waiting.pop(0)
    assert not any(lane.waiting for lane in lanes.values())


def _component(name: str | None) -> str:
    """Return which component this is, whatever number its name has by now."""
    return str(name).rstrip("0123456789")
