"""The event log: every transition as one record, bounded, read through cursors (interfaces: event records)."""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

import msgspec

from woodwork_engine.message import MessageEnvelope
from woodwork_engine.record import Emission, Record

RING_LIMIT = 50_000
PAYLOAD_LIMIT = 64 * 1024 * 1024

Details = dict[str, object] | int | str | tuple[str, ...] | bytes | None
"""What is kept of a record's `data`: a number for a depth, a text or several for outputs, bytes for a payload."""

_ACCEPTED = "accepted"
"""The kind of an entry that stands for the `emitted` and `queued` records of a message with one target."""


class _Entry(msgspec.Struct, gc=False):
    """A record as it is kept; the garbage collector need not look at fifty thousand of them."""

    seq: int
    """Of the first record, where it stands for two."""
    ts: float
    kind: str
    envelope: MessageEnvelope | Record | None
    target: str | tuple[str, ...] | None
    """Several, or none, for an `emitted` record alone."""
    attempt: int | None
    """Where it stands for `emitted` and `queued`, the depth."""
    measure: float | None
    """The duration in ms; where a payload is kept, how many bytes of payloads were written before it."""
    details: Details

    @property
    def has_payload(self) -> bool:
        """Whether it keeps the payload of a message."""
        return isinstance(self.details, bytes)


def _shown(entry: _Entry) -> tuple[str | None, Emission | dict[str, object] | None]:
    """Return the published target and data of *entry*."""
    target, details = entry.target, entry.details
    if isinstance(target, tuple):
        return None, Emission(details, target) if isinstance(details, bytes) else None
    if isinstance(details, int):
        return target, {"depth": details}
    if isinstance(details, str):
        return target, {"outputs": [details]}
    if isinstance(details, tuple):
        return target, {"outputs": list(details)}
    return target, details if isinstance(details, dict) else None


def _records(entries: list[_Entry]) -> Iterator[Record]:
    for entry in entries:
        if entry.kind is _ACCEPTED and isinstance(entry.target, tuple):
            seq, ts, envelope, (target,) = entry.seq, entry.ts, entry.envelope, entry.target
            yield _published(_Entry(seq, ts, "emitted", envelope, entry.target, None, None, entry.details))
            yield _published(_Entry(seq + 1, ts, "queued", envelope, target, None, None, entry.attempt))
        else:
            yield _published(entry)


def _published(entry: _Entry) -> Record:
    envelope = entry.envelope
    if isinstance(envelope, Record):
        return envelope
    target, data = _shown(entry)
    if envelope is None:
        return Record(
            entry.seq,
            entry.ts,
            entry.kind,
            target=target,
            attempt=entry.attempt,
            duration_ms=entry.measure,
            data=data,
        )
    return Record(
        entry.seq,
        entry.ts,
        entry.kind,
        envelope.message_id,
        envelope.session_id,
        envelope.sender_component,
        target,
        envelope.event_type,
        entry.attempt,
        envelope.revision or None,
        None if entry.has_payload else entry.measure,
        envelope.correlation_id or envelope.message_id,
        envelope.causation_id,
        data,
    )


@dataclass(frozen=True, slots=True)
class Batch:
    """What one read brought: records in order, and how many more were gone before they could be read."""

    records: tuple[Record, ...]
    missed: int


class EventLog:
    """An append-only log, written on the engine's thread and read from any.

    *limit* counts records, *payload_limit* bytes of encoded payloads; both are exceeded only by what a lossless reader
    has not read yet. Records are made readable by whoever reads; an append costs one tuple (bus.md J1).
    """

    def __init__(self, limit: int = RING_LIMIT, payload_limit: int = PAYLOAD_LIMIT) -> None:
        self.limit = limit
        self.payload_limit = payload_limit
        self.seq = 0
        self.high_water: int = sys.maxsize
        """From this `seq` on a lossless reader is half a ring behind: writers of new messages wait (see `watch`)."""
        self._ring: deque[_Entry] = deque(maxlen=limit)
        self._bytes_written = 0
        self._look_at_bytes = payload_limit
        """When so many bytes were written there may be too many, kept or unread."""
        self._payload_mark = self._read_to = self._look_at = sys.maxsize
        self._lossless: list[Reader] = []
        self._watchers: list[Callable[[], object]] = []
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """How many records can be read."""
        ring = self._ring
        kept = self.seq - ring[0].seq + 1 if ring else 0
        return kept if ring.maxlen is None else min(kept, self.limit)

    @property
    def payload_bytes(self) -> int:
        """How many bytes of encoded payloads are kept; may be asked from any thread."""
        while True:
            try:
                return self._kept(self._oldest_payload())
            except RuntimeError:  # the writer's thread came in between; it is rarely twice in a row
                continue

    def append(
        self,
        ts: float,
        kind: str,
        envelope: MessageEnvelope | None = None,
        target: str | None = None,
        attempt: int | None = None,
        duration_ms: float | None = None,
        data: Details = None,
    ) -> None:
        """Write one record; *data* is not changed afterwards."""
        self.seq = seq = self.seq + 1
        if seq > self._look_at:
            self._keep_unread()
        self._ring.append(_Entry(seq, ts, kind, envelope, target, attempt, duration_ms, data))

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
        if seq > self._look_at:
            self._keep_unread()
        record = Record(seq, ts, kind, source=source, target=target, rev=rev, data=data)
        self._ring.append(_Entry(seq, ts, kind, record, None, None, None, None))

    def append_accepted(
        self, ts: float, envelope: MessageEnvelope, encoded: bytes, targets: tuple[str, ...], depth: int
    ) -> None:
        """Write the `emitted` record of *envelope*, and the `queued` one of its only target, *depth* messages deep."""
        seq = self.seq + 1
        self.seq = seq + 1
        if seq >= self._look_at:
            self._keep_unread()
        before = self._bytes_written
        self._bytes_written = written = before + len(encoded)
        self._ring.append(_Entry(seq, ts, _ACCEPTED, envelope, targets, depth, before, encoded))
        if written >= self._look_at_bytes:
            self._look_at_payloads()

    def append_held(
        self, ts: float, kind: str, component: str | None, session: str | None, data: dict[str, object]
    ) -> None:
        """Write one record about a hold of a component, a session, a lane, or (neither) the whole bus."""
        self.seq = seq = self.seq + 1
        if seq > self._look_at:
            self._keep_unread()
        record = Record(seq, ts, kind, session_id=session, target=component, data=data)
        self._ring.append(_Entry(seq, ts, kind, record, None, None, None, None))

    def append_emitted(self, ts: float, envelope: MessageEnvelope, encoded: bytes, targets: tuple[str, ...]) -> None:
        """Write the `emitted` record of *envelope*, whose payload is kept encoded and counted in bytes."""
        self.seq = seq = self.seq + 1
        if seq > self._look_at:
            self._keep_unread()
        before = self._bytes_written
        self._bytes_written = written = before + len(encoded)
        self._ring.append(_Entry(seq, ts, "emitted", envelope, targets, None, before, encoded))
        if written >= self._look_at_bytes:
            self._look_at_payloads()

    def _look_at_payloads(self) -> None:
        """Keep no more bytes than allowed, let writers wait for a slow lossless reader, and say when to look again."""
        kept = self._shed_payloads()
        with self._lock:
            if self._bytes_written >= self._payload_mark:
                self.high_water = 0
            self._look_at_bytes = min(self._bytes_written + self.payload_limit - kept, self._payload_mark)

    def _shed_payloads(self) -> int:
        """Drop the oldest payloads with all records up to theirs, but nothing that a lossless reader has not read.

        Returns how many bytes are kept.
        """
        ring, newest = self._ring, self._ring[-1]
        while True:
            oldest = self._oldest_payload()
            kept = self._kept(oldest)
            if kept <= self.payload_limit or oldest is None or oldest is newest or oldest.seq > self._read_to:
                return kept
            while ring.popleft() is not oldest:
                pass

    def _oldest_payload(self) -> _Entry | None:
        return next((entry for entry in self._ring if entry.has_payload), None)

    def _kept(self, oldest: _Entry | None) -> int:
        """Return how many bytes of payloads are kept, where *oldest* has the oldest one."""
        return 0 if oldest is None else self._bytes_written - int(oldest.measure or 0)

    def _keep_unread(self) -> None:
        """Let the ring grow past its limit rather than lose what a lossless reader has not read; shrink it after."""
        if self.seq - self._read_to > self.limit:
            if self._ring.maxlen is not None:
                self._ring = deque(self._ring)
            self._look_at = self.seq + self.limit // 10
        else:
            if self._ring.maxlen is None:
                self._ring = deque(self._ring, maxlen=self.limit)
            self._look_at = sys.maxsize if self._read_to == sys.maxsize else self._read_to + self.limit

    def reader(self, *, lossless: bool = False, from_start: bool = True) -> Reader:
        """Return a new reader; a *lossless* one makes ingress wait when it falls half a ring behind."""
        cursor = 0 if from_start else self.seq
        read = self._bytes_written - (self.payload_bytes if from_start else 0)
        reader = Reader(self, cursor, read, lossless=lossless)
        if lossless:
            with self._lock:
                self._lossless.append(reader)
            self.moved()
            self._look_at = 0
        return reader

    def forget(self, reader: Reader) -> None:
        """Let a lossless *reader* go; nobody waits for it any more."""
        with self._lock:
            if reader in self._lossless:
                self._lossless.remove(reader)
        self.moved()

    def moved(self) -> None:
        """Take note that a lossless reader has read: move the high-water mark and tell who watches."""
        with self._lock:
            if self._lossless:
                self._read_to = min(reader.cursor for reader in self._lossless)
                self._payload_mark = min(reader.payload_bytes for reader in self._lossless) + self.payload_limit // 2
                full = self._bytes_written >= self._payload_mark
                self.high_water = 0 if full else self._read_to + self.limit // 2
            else:
                self._read_to = self._payload_mark = self.high_water = sys.maxsize
            self._look_at_bytes = 0  # the next payload looks whether that changes anything
            watchers = tuple(self._watchers) if self.seq < self.high_water else ()
        for wake in watchers:
            wake()

    def watch(self, wake: Callable[[], object]) -> None:
        """Call *wake*, from any thread, whenever a lossless reader has read and is less than half a ring behind."""
        with self._lock:
            self._watchers.append(wake)

    def unwatch(self, wake: Callable[[], object]) -> None:
        """Do not call *wake* any more, except for a call that is already under way."""
        with self._lock:
            self._watchers.remove(wake)

    def records_after(self, cursor: int, most: int | None) -> list[Record]:
        """Return records with `seq` > *cursor*, oldest first, at most *most*."""
        if self.seq <= cursor:
            return []
        if self._ring.maxlen is not None:  # some entries stand for two records
            cursor = max(cursor, self.seq - self.limit)
        while True:
            newest_first = reversed(self._ring)
            fresh = self.seq - cursor  # after the line above: what is written later makes the next one fail
            try:
                entries = list(islice(newest_first, fresh))
                break
            except RuntimeError:  # the writer's thread came in between; it is rarely twice in a row
                continue
        entries.reverse()
        start = 0
        while start < len(entries) and entries[start].seq < cursor:
            start += 1
        chosen = entries[start:] if most is None else entries[start : start + most + 1]
        records = [record for record in _records(chosen) if record.seq > cursor]
        return records if most is None else records[:most]


class Reader:
    """A cursor into the log; belongs to one reading thread."""

    def __init__(self, log: EventLog, cursor: int, payload_bytes: int, *, lossless: bool) -> None:
        self.cursor = cursor
        self.payload_bytes = payload_bytes
        """How many bytes of payloads were written up to the cursor."""
        self.lossless = lossless
        self._log = log

    def read(self, most: int | None = None) -> Batch:
        """Return what came since the last read, at most *most* records, and how many were lost in between."""
        records = self._log.records_after(self.cursor, most)
        if not records:
            return Batch((), 0)
        missed = records[0].seq - self.cursor - 1
        self.cursor = records[-1].seq
        if self.lossless:
            self.payload_bytes += sum(len(one.data.encoded) for one in records if isinstance(one.data, Emission))
            self._log.moved()
        return Batch(tuple(records), missed)

    def close(self) -> None:
        """Stop reading; a lossless reader no longer holds anybody up."""
        self._log.forget(self)
