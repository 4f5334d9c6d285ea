"""The last deliveries, folded from event records one by one and kept in a ring."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence

from woodwork_engine.record import Emission, Record
from woodwork_tui.state.delivery_row import Attempt, DeliveryRow, DeliveryState

HISTORY_LIMIT = 50_000
_BATCHES = 50

_Key = tuple[str, str]


class DeliveryHistory:
    """A ring of deliveries in the order of acceptance; the bridge folds records in, tabs read.

    `version` changes with every fold that changed anything. `missed` counts records that were gone before they could be
    read, `evicted` rows that left the ring.
    """

    def __init__(self, limit: int = HISTORY_LIMIT) -> None:
        self.limit = limit
        self.version = 0
        self.missed = 0
        self.evicted = 0
        self.rows: deque[DeliveryRow] = deque()
        """Oldest first; to be read only."""
        self._by_key: dict[_Key, DeliveryRow] = {}
        self._open: dict[_Key, DeliveryRow] = {}
        self._dead: dict[str, DeliveryRow] = {}
        self._touched: deque[tuple[int, dict[_Key, DeliveryRow]]] = deque(maxlen=_BATCHES)
        self._allowed: Mapping[str, int] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[DeliveryRow]:
        return iter(self.rows)

    def get(self, key: tuple[str, str]) -> DeliveryRow | None:
        """Return the delivery *key* while it is kept."""
        return self._by_key.get(key)

    def touched_since(self, version: int) -> Sequence[DeliveryRow] | None:
        """Return rows that are new or changed since *version*, each once; None: too long ago, look at all."""
        if version == self.version:
            return ()
        if not self._touched or version < self._touched[0][0] - 1:
            return None
        rows: dict[_Key, DeliveryRow] = {}
        for number, batch in self._touched:
            if number > version:
                rows.update(batch)
        return tuple(rows.values())

    def resize(self, limit: int) -> None:
        """Keep at most *limit* deliveries from now on."""
        self.limit = limit
        while len(self.rows) > limit:
            self._evict()
        self.version += 1
        self._touched.clear()

    def allow(self, attempts: Mapping[str, int]) -> None:
        """Tell how many attempts each target's policy allows; used for deliveries accepted from now on."""
        self._allowed = attempts

    def fold(self, records: Sequence[Record], missed: int = 0) -> None:
        """Take *records* in; *missed* of them were lost before the first."""
        if not records and not missed:
            return
        touched: dict[_Key, DeliveryRow] = {}
        if missed:
            self._lose(missed, touched)
        for record in records:
            self._take(record, touched)
        self.version += 1
        self._touched.append((self.version, touched))

    def _lose(self, missed: int, touched: dict[_Key, DeliveryRow]) -> None:
        self.missed += missed
        for key, row in self._open.items():  # what became of them was among the lost records
            row.state = DeliveryState.UNSEEN
            touched[key] = row
        self._open.clear()

    def _take(self, record: Record, touched: dict[_Key, DeliveryRow]) -> None:
        if record.type == "emitted":
            self._accept(record, touched)
            return
        if record.type == "moved":
            self._move(record, touched)
            return
        change = _CHANGES.get(record.type)
        if change is None or record.message_id is None:
            return
        key = (record.message_id, record.target or "")
        row = self._by_key.get(key) or self._add(record, key[1])
        change(row, record)
        if row.dlq_id is not None:
            self._dead[row.dlq_id] = row
        if row.replay_of is not None and record.type == "replayed":
            self._link(row, record, touched)
        row.seq = record.seq
        touched[key] = row
        if row.state.open:
            self._open[key] = row
        else:
            self._open.pop(key, None)

    def _link(self, copy: DeliveryRow, record: Record, touched: dict[_Key, DeliveryRow]) -> None:
        """Tell the delivery that had died as which message it was replayed."""
        dead = self._by_key.get((copy.replay_of or "", copy.target)) or self._buried(_text(_details(record), "dlq_id"))
        if dead is None or dead is copy:
            return
        dead.state = DeliveryState.REPLAYED
        dead.replayed_as = copy.message_id
        dead.seq = record.seq
        touched[dead.key] = dead

    def _buried(self, dlq_id: str) -> DeliveryRow | None:
        """Return the dead delivery *dlq_id*: its replay may have gone to another target."""
        return self._dead.get(dlq_id)

    def _accept(self, record: Record, touched: dict[_Key, DeliveryRow]) -> None:
        if record.message_id is None or not isinstance(record.data, Emission):
            return
        for target in record.data.targets or ("",):
            key = (record.message_id, target)
            row = self._by_key.get(key)
            if row is None:
                row = self._add(record, target)
                self._open[key] = row
            row.emission = record.data
            touched[key] = row

    def _move(self, record: Record, touched: dict[_Key, DeliveryRow]) -> None:
        """Let the delivery go on under the name of the component that has it now."""
        before = (record.message_id or "", _text(_details(record), "from"))
        row = self._by_key.pop(before, None)
        if row is None:
            return
        self._open.pop(before, None)
        row.target = record.target or ""
        row.seq = record.seq
        self._by_key[row.key] = self._open[row.key] = touched[row.key] = row

    def _add(self, record: Record, target: str) -> DeliveryRow:
        if len(self.rows) >= self.limit:
            self._evict()
        row = DeliveryRow(record.message_id or "", target, self.evicted + len(self.rows), record.ts, record.seq)
        row.source = record.source
        row.session = record.session_id or ""
        row.event = record.event_type or ""
        row.rev = record.rev
        row.causation = record.causation_id
        row.correlation = record.correlation_id
        row.allowed = self._allowed.get(target, 0)
        self.rows.append(row)
        self._by_key[row.message_id, target] = row
        return row

    def _evict(self) -> None:
        gone = self.rows.popleft()
        self.evicted += 1
        self._by_key.pop(gone.key, None)
        self._open.pop(gone.key, None)
        if gone.dlq_id is not None and self._dead.get(gone.dlq_id) is gone:
            del self._dead[gone.dlq_id]


def _details(record: Record) -> dict[str, object]:
    return record.data if isinstance(record.data, dict) else {}


def _text(details: dict[str, object], name: str) -> str:
    value = details.get(name)
    return "" if value is None else str(value)


def _number(details: dict[str, object], name: str) -> float | None:
    value = details.get(name)
    return float(value) if isinstance(value, int | float) else None


def _queued(row: DeliveryRow, record: Record) -> None:
    row.state = DeliveryState.QUEUED


def _started(row: DeliveryRow, record: Record) -> None:
    row.state = DeliveryState.HANDLING
    row.started_at = record.ts
    row.due = None
    if record.attempt:
        row.attempt = record.attempt


def _ended(row: DeliveryRow, record: Record) -> Attempt:
    row.duration_ms = record.duration_ms
    row.attempt = record.attempt or row.attempt
    lasted = (record.duration_ms or 0.0) / 1000
    started = row.started_at
    if started is None and record.duration_ms is not None:
        started = record.ts - lasted
    # durations come from a finer clock than record times
    ended = record.ts if started is None else max(record.ts, started + lasted)
    attempt = Attempt(row.attempt, started, ended, record.duration_ms)
    row.attempts = (*row.attempts, attempt)
    return attempt


def _ok(row: DeliveryRow, record: Record) -> None:
    row.state = DeliveryState.OK
    row.settled_at = _ended(row, record).ended
    outputs = _details(record).get("outputs")
    if isinstance(outputs, list | tuple):
        row.outputs = tuple(str(output) for output in outputs)


def _failed(row: DeliveryRow, record: Record) -> None:
    details = _details(record)
    row.state = DeliveryState.FAILED
    row.error_type = _text(details, "error_type")
    row.error = _text(details, "message")
    attempt = _ended(row, record)
    attempt.error_type = row.error_type
    attempt.message = row.error
    attempt.traceback = _text(details, "traceback")


def _retry(row: DeliveryRow, record: Record) -> None:
    row.state = DeliveryState.RETRY
    row.due = _number(_details(record), "due")
    if row.attempts:
        row.attempts[-1].due = row.due


def _dead(row: DeliveryRow, record: Record) -> None:
    details = _details(record)
    row.state = DeliveryState.DEAD
    row.settled_at = record.ts
    row.due = None
    row.reason = _text(details, "reason")
    row.dlq_id = _text(details, "dlq_id") or row.dlq_id


def _settle(state: DeliveryState) -> Callable[[DeliveryRow, Record], None]:
    def change(row: DeliveryRow, record: Record) -> None:
        row.state = state
        row.settled_at = record.ts
        row.reason = _text(_details(record), "reason") or row.reason

    return change


def _parked(row: DeliveryRow, record: Record) -> None:
    row.state = DeliveryState.PARKED


def _held(row: DeliveryRow, record: Record) -> None:
    row.state = DeliveryState.HELD


def _replayed(row: DeliveryRow, record: Record) -> None:
    row.replay_of = _text(_details(record), "replay_of") or None


def _restored(row: DeliveryRow, record: Record) -> None:
    row.state = DeliveryState.DEAD


_CHANGES: Mapping[str, Callable[[DeliveryRow, Record], None]] = {
    "queued": _queued,
    "started": _started,
    "ok": _ok,
    "failed": _failed,
    "retry_scheduled": _retry,
    "dead": _dead,
    "dropped": _settle(DeliveryState.DROPPED),
    "discarded": _settle(DeliveryState.DISCARDED),
    "unroutable": _settle(DeliveryState.UNROUTABLE),
    "parked": _parked,
    "unparked": _queued,
    "held": _held,
    "released": _queued,
    "replayed": _replayed,
    "restored": _restored,
}
