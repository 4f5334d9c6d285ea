"""The event log: every transition as one record, bounded, read through cursors (interfaces: event records)."""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from woodwork_engine.message import MessageEnvelope
from woodwork_engine.payload import decode

RECORD_TYPES = (
    "emitted", "queued", "started", "ok", "failed", "retry_scheduled", "dead", "dropped", "discarded", "blocked",
    "unroutable", "parked", "unparked", "replayed", "restored", "node_up", "node_down", "reload_planned",
    "reload_applied", "reload_rejected", "note",
)  # fmt: skip

RING_LIMIT = 50_000
PAYLOAD_LIMIT = 64 * 1024 * 1024
PAYLOAD_CUT = 64 * 1024


class Record(NamedTuple):
    """One transition as published: absent values are None.

    `ts` in seconds since the epoch, `duration_ms` in milliseconds; `seq`, `attempt` and `rev` count from 1. `data` of
    an `emitted` record is an Emission, decoded only when somebody looks; `details` gives the object.
    """

    seq: int
    ts: float
    type: str
    message_id: str | None = None
    session_id: str | None = None
    source: str | None = None
    target: str | None = None
    event_type: str | None = None
    attempt: int | None = None
    rev: int | None = None
    duration_ms: float | None = None
    correlation_id: str | None = None
    causation_id: str | None = None
    data: Emission | dict[str, object] | None = None

    def details(self) -> dict[str, object] | None:
        """Return the published `data` object."""
        return self.data.to_dict() if isinstance(self.data, Emission) else self.data

    def to_dict(self) -> dict[str, object]:
        """Return the published JSON form, every key present."""
        return {**self._asdict(), "data": self.details()}


class Emission:
    """What an `emitted` record shows: the payload, still encoded until somebody looks, and the targets."""

    __slots__ = ("encoded", "targets")

    def __init__(self, encoded: bytes, targets: tuple[str, ...]) -> None:
        self.encoded = encoded
        self.targets = targets

    def to_dict(self) -> dict[str, object]:
        """Return `payload` and `targets`; above 64 KiB the payload is cut text, with `size` (bytes) and `truncated`."""
        size = len(self.encoded)
        value = decode(self.encoded)
        if size <= PAYLOAD_CUT:
            return {"payload": value, "targets": list(self.targets)}
        text = value if isinstance(value, str) else repr(value)
        return {"payload": text[:PAYLOAD_CUT], "size": size, "truncated": True, "targets": list(self.targets)}


Details = Emission | dict[str, object] | None
_Entry = tuple[int, float, str, MessageEnvelope | Record | None, str | None, int | None, float | None, Details]


def _published(entry: _Entry) -> Record:
    seq, ts, kind, envelope, target, attempt, duration_ms, details = entry
    if isinstance(envelope, Record):
        return envelope
    if envelope is None:
        return Record(seq, ts, kind, target=target, attempt=attempt, duration_ms=duration_ms, data=details)
    return Record(
        seq,
        ts,
        kind,
        envelope.message_id,
        envelope.session_id,
        envelope.sender_component,
        target,
        envelope.event_type,
        attempt,
        envelope.revision or None,
        duration_ms,
        envelope.correlation_id,
        envelope.causation_id,
        details,
    )


@dataclass(frozen=True, slots=True)
class Batch:
    """What one read brought: records in order, and how many more were gone before they could be read."""

    records: tuple[Record, ...]
    missed: int


class EventLog:
    """A bounded, append-only log, written on the engine's thread and read from any.

    *limit* counts records, *payload_limit* bytes of encoded payloads. Records are made readable by whoever reads; an
    append costs one tuple (bus.md J1).
    """

    def __init__(self, limit: int = RING_LIMIT, payload_limit: int = PAYLOAD_LIMIT) -> None:
        self.limit = limit
        self.payload_limit = payload_limit
        self.seq = 0
        self.high_water: int = sys.maxsize
        """At this `seq` a lossless reader is half a ring behind: writers of new messages wait for `call_when_read`."""
        self._ring: deque[_Entry] = deque(maxlen=limit)
        self._payloads: deque[tuple[int, int]] = deque()
        self._payload_bytes = 0
        self._lossless: list[Reader] = []
        self._waiting: list[Callable[[], object]] = []
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """How many records are kept."""
        return len(self._ring)

    @property
    def payload_bytes(self) -> int:
        """How many bytes of encoded payloads are kept."""
        return self._payload_bytes

    def append(
        self,
        ts: float,
        kind: str,
        envelope: MessageEnvelope | None = None,
        target: str | None = None,
        attempt: int | None = None,
        duration_ms: float | None = None,
        data: dict[str, object] | None = None,
    ) -> None:
        """Write one record; *data* must not be changed afterwards."""
        self.seq = seq = self.seq + 1
        self._ring.append((seq, ts, kind, envelope, target, attempt, duration_ms, data))

    def append_state(
        self,
        ts: float,
        kind: str,
        *,
        source: str | None = None,
        target: str | None = None,
        rev: int | None = None,
        data: dict[str, object] | None = None,
    ) -> None:
        """Write one record about the flow, a component or a revision rather than about a message."""
        self.seq = seq = self.seq + 1
        record = Record(seq, ts, kind, source=source, target=target, rev=rev, data=data)
        self._ring.append((seq, ts, kind, record, None, None, None, None))

    def append_emitted(self, ts: float, envelope: MessageEnvelope, encoded: bytes, targets: tuple[str, ...]) -> None:
        """Write the `emitted` record of *envelope*, whose payload is kept encoded and counted in bytes."""
        self.seq = seq = self.seq + 1
        self._ring.append((seq, ts, "emitted", envelope, None, None, None, Emission(encoded, targets)))
        self._payloads.append((seq, len(encoded)))
        self._payload_bytes += len(encoded)
        if self._payload_bytes > self.payload_limit or len(self._payloads) > self.limit:
            self._shed_payloads()

    def _shed_payloads(self) -> None:
        oldest = self.seq - self.limit
        while self._payloads and (self._payloads[0][0] <= oldest or self._payload_bytes > self.payload_limit):
            seq, size = self._payloads.popleft()
            self._payload_bytes -= size
            while self._ring and self._ring[0][0] <= seq:
                self._ring.popleft()

    def reader(self, *, lossless: bool = False, from_start: bool = True) -> Reader:
        """Return a new reader; a *lossless* one makes ingress wait when it falls half a ring behind."""
        cursor = 0 if from_start else self.seq
        reader = Reader(self, cursor, lossless=lossless)
        if lossless:
            with self._lock:
                self._lossless.append(reader)
            self.moved()
        return reader

    def forget(self, reader: Reader) -> None:
        """Let a lossless *reader* go; nobody waits for it any more."""
        with self._lock:
            if reader in self._lossless:
                self._lossless.remove(reader)
        self.moved()

    def moved(self) -> None:
        """Take note that a lossless reader has read: move the high-water mark and wake who waits for it."""
        with self._lock:
            cursors = [reader.cursor for reader in self._lossless]
            self.high_water = min(cursors) + self.limit // 2 if cursors else sys.maxsize
            if self.seq >= self.high_water:
                return
            waiting, self._waiting = self._waiting, []
        for wake in waiting:
            wake()

    def call_when_read(self, wake: Callable[[], object]) -> None:
        """Call *wake*, from any thread, once the slowest lossless reader has caught up."""
        with self._lock:
            if self.seq >= self.high_water:
                self._waiting.append(wake)
                return
        wake()

    def entries_after(self, cursor: int, most: int | None) -> list[_Entry]:
        """Return stored entries with `seq` > *cursor*, oldest first, at most *most*."""
        # One C call each: no other thread runs in between, so the writer cannot disturb the iteration.
        fresh = self.seq - cursor
        if fresh <= 0:
            return []
        entries = list(islice(reversed(self._ring), fresh + 8))
        entries.reverse()
        start = 0
        while start < len(entries) and entries[start][0] <= cursor:
            start += 1
        return entries[start:] if most is None else entries[start : start + most]


class Reader:
    """A cursor into the log; belongs to one reading thread."""

    def __init__(self, log: EventLog, cursor: int, *, lossless: bool) -> None:
        self.cursor = cursor
        self.lossless = lossless
        self._log = log

    def read(self, most: int | None = None) -> Batch:
        """Return what came since the last read, at most *most* records, and how many were lost in between."""
        entries = self._log.entries_after(self.cursor, most)
        if not entries:
            return Batch((), 0)
        missed = entries[0][0] - self.cursor - 1
        self.cursor = entries[-1][0]
        if self.lossless:
            self._log.moved()
        return Batch(tuple(_published(entry) for entry in entries), missed)

    def close(self) -> None:
        """Stop reading; a lossless reader no longer holds anybody up."""
        self._log.forget(self)
