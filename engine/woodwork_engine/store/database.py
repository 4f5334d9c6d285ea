"""The SQLite database of a state folder: opened, checked, read and written in whole batches (bus.md I2-I4)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from woodwork_engine.dead_letter import DeadLetter
from woodwork_engine.dead_letter_codec import from_bytes, to_bytes
from woodwork_engine.errors import LetterFormatError, StoreError
from woodwork_engine.message import MessageEnvelope
from woodwork_engine.policy import Sync
from woodwork_engine.store.records import Batch, Kept, KeptSighting, Progress
from woodwork_engine.store.schema import migrate

REMEDY = "move the file away to begin anew, or put a copy of it back"


class _Envelope(MessageEnvelope, frozen=True, array_like=True):
    """An envelope as the values of its fields, in their order; so a field is only ever added at the end."""


_encode = msgspec.msgpack.Encoder().encode
_envelope = msgspec.msgpack.Decoder(MessageEnvelope).decode
_values = msgspec.msgpack.Decoder(_Envelope).decode
_progress = msgspec.msgpack.Decoder(Progress).decode

CHUNKS = (64, 32, 16, 8, 4, 2, 1)
"""How many rows one statement takes, at most: each statement costs a change of threads, and few of them are remade."""
_INSERTS = {
    size: "INSERT OR REPLACE INTO deliveries (seq, target, session, envelope, payload, progress, crashes) VALUES "  # noqa: S608
    + ", ".join(["(?, ?, ?, ?, ?, ?, ?)"] * size)
    for size in CHUNKS
}
_DELETE = "DELETE FROM deliveries WHERE seq IN (SELECT value FROM json_each(?))"

Row = tuple[Any, ...]
"""Whatever stands in a row; text comes as bytes."""
Item = TypeVar("Item")


def _need_json(path: Path) -> None:
    """Raise StoreError where SQLite was built without JSON functions, as it could be up to 3.37."""
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute("SELECT value FROM json_each('[]')")
        except sqlite3.OperationalError as error:
            why = f"cannot be used: the SQLite {sqlite3.sqlite_version} of this Python has no JSON functions"
            raise StoreError(str(path), why, "use a Python with SQLite 3.38 or newer") from error


class Database:
    """One connection, used by one thread at a time. With *sync* `power` a commit survives the loss of power (I3)."""

    def __init__(self, path: Path, sync: Sync = "process") -> None:
        self.path = path
        self.unreadable: list[str] = []
        """What of all that was read could not be, a sentence each."""
        new = not path.exists()
        _need_json(path)
        with self._told():
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5.0)
        try:
            with self._told():
                if new:
                    path.chmod(0o600)
                self._connection.execute("PRAGMA journal_mode = WAL")
                self.set_sync(sync)
                self._check()
                migrate(self._connection, str(path))
        except BaseException:
            self._connection.close()
            raise

    def _check(self) -> None:
        (found,) = self._connection.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise StoreError(str(self.path), "is damaged and cannot be read", REMEDY, is_damaged=True)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Let what SQLite raises become a sentence with the file and what to do."""
        try:
            yield
        except (sqlite3.DatabaseError, UnicodeError) as error:  # text that is none is damage, too
            damaged = not isinstance(error, sqlite3.OperationalError)
            remedy = REMEDY if damaged else "see that its folder can be written and has room"
            raise StoreError(str(self.path), f"cannot be used: {error}", remedy, is_damaged=damaged) from error

    def set_sync(self, sync: Sync) -> None:
        """Let commits from now on survive the process (NORMAL) or the loss of power as well (FULL)."""
        self._connection.execute(f"PRAGMA synchronous = {'FULL' if sync == 'power' else 'NORMAL'}")

    def deliveries(self, crashed: Iterable[int] = ()) -> list[Kept]:
        """Return what is not settled, in order of acceptance, after one more crash was counted for the *crashed*."""
        with self._told():
            self._connection.executemany(
                "UPDATE deliveries SET crashes = crashes + 1 WHERE seq = ?", [(seq,) for seq in crashed]
            )
        columns = ("seq", "target", "envelope", "payload", "progress", "crashes")
        return self._read("deliveries", columns, "seq", ("seq",), _kept)

    def letters(self) -> list[DeadLetter]:
        """Return every dead letter, oldest first."""
        return self._read(
            "letters", ("dlq_id", "letter"), "number, dlq_id", ("dlq_id",), lambda row: from_bytes(row[1])
        )

    def sightings(self) -> list[KeptSighting]:
        """Return what was seen by targets that are to have it once, oldest first."""
        columns, key = ("target", "session", "key", "first", "at", "handled"), ("target", "session", "key")
        return self._read("sightings", columns, "at", key, _sighting)

    def _read(
        self, table: str, columns: Sequence[str], order: str, key: Sequence[str], read: Callable[[Row], Item]
    ) -> list[Item]:
        """Return every row of *table* that *read* takes; the others, found again by *key*, are put aside."""
        run, items, bad = self._connection, [], []
        with self._told():
            run.text_factory = bytes  # what is no text is found row by row
            try:
                rows = run.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY {order}").fetchall()  # noqa: S608 - our own names
            finally:
                run.text_factory = str
        for row in rows:
            try:
                items.append(read(row))
            except (msgspec.MsgspecError, LetterFormatError, TypeError, ValueError, AttributeError) as error:
                bad.append((row, str(error)))
        if bad:
            with self._told():
                self._put_aside(table, columns, key, bad)
        return items

    def _put_aside(
        self, table: str, columns: Sequence[str], key: Sequence[str], bad: Iterable[tuple[Row, str]]
    ) -> None:
        same = " AND ".join(f"CAST({column} AS BLOB) = CAST(? AS BLOB)" for column in key)
        with self._transaction() as run:
            for row, why in bad:
                content = _encode(dict(zip(columns, row, strict=True)))
                run.execute("INSERT INTO unreadable (origin, why, content) VALUES (?, ?, ?)", (table, why, content))
                run.execute(f"DELETE FROM {table} WHERE {same}", [row[columns.index(column)] for column in key])  # noqa: S608 - our own names
        self.unreadable += [
            f"a row of {table} cannot be read ({why}) and is kept aside in the table unreadable of {self.path}"
            for _, why in bad
        ]

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield self._connection
            self._connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):  # a full disk has rolled it back already
                self._connection.execute("ROLLBACK")
            raise

    def fact(self, name: str) -> bytes | None:
        """Return what is kept under *name*."""
        with self._told():
            row = self._connection.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if row is None else bytes(row[0])

    def write(self, batch: Batch) -> None:
        """Write *batch* in one transaction; raises sqlite3.Error, having changed nothing."""
        with self._transaction():
            self._write(batch)

    def _write(self, batch: Batch) -> None:
        many = self._connection.executemany
        if batch.accepted:
            for chunk in _chunks(list(batch.accepted.values())):
                self._connection.execute(_INSERTS[len(chunk)], [value for kept in chunk for value in _row(kept)])
        if batch.progress:
            many(
                "UPDATE deliveries SET progress = ? WHERE seq = ?",
                [(_encode(progress), seq) for seq, progress in batch.progress.items()],
            )
        if batch.settled:
            self._connection.execute(_DELETE, (str(batch.settled),))
        if batch.letters:
            many("DELETE FROM letters WHERE dlq_id = ?", [(i,) for i, one in batch.letters.items() if one is None])
            many(
                "INSERT OR REPLACE INTO letters (number, dlq_id, letter) VALUES (?, ?, ?)",
                [(_number(one.dlq_id), one.dlq_id, to_bytes(one)) for one in batch.letters.values() if one is not None],
            )
        if batch.sightings:
            many(
                "INSERT OR REPLACE INTO sightings (target, session, key, first, at, handled) VALUES (?, ?, ?, ?, ?, ?)",
                [msgspec.structs.astuple(one) for one in batch.sightings.values()],
            )
        if batch.outdated:
            many("DELETE FROM sightings WHERE target = ? AND at <= ?", list(batch.outdated.items()))
        if batch.facts:
            many("INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)", list(batch.facts.items()))

    def close(self) -> None:
        """Write the log into the database and let it go."""
        with suppress(sqlite3.Error):
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._connection.close()


def _chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Yield *items* in slices as long as `CHUNKS` has them, the longest that fit first."""
    start = 0
    for size in CHUNKS:
        while len(items) - start >= size:
            yield items[start : start + size]
            start += size


def _kept(row: Row) -> Kept:
    seq, target, envelope, payload, progress, crashes = row
    return Kept(seq, target.decode(), _envelope_of(envelope), bytes(payload), _progress(progress), crashes)


def _envelope_of(content: bytes) -> MessageEnvelope:
    if isinstance(msgspec.msgpack.decode(content), dict):  # as it was written before form 4
        return _envelope(content)
    return MessageEnvelope(*msgspec.structs.astuple(_values(content)))


def _sighting(row: Row) -> KeptSighting:
    return msgspec.convert([*(text.decode() for text in row[:4]), *row[4:]], KeptSighting, strict=False)


def _row(kept: Kept) -> tuple[int, str, str, bytes, bytes, bytes, int]:
    envelope = (None, *msgspec.structs.astuple(kept.envelope)[1:])  # the payload stands beside it, encoded
    return (
        kept.seq, kept.target, kept.envelope.session_id, _encode(envelope), kept.encoded, _encode(kept.progress),
        kept.crashes,
    )  # fmt: skip


def _number(dlq_id: str) -> int:
    digits = dlq_id.removeprefix("dl-")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 16 else 0
