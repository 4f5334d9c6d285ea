"""The SQLite database of a state folder: opened, checked, read and written in whole batches (bus.md I2-I4)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from woodwork_engine.dead_letter import DeadLetter
from woodwork_engine.dead_letter_codec import from_bytes, to_bytes
from woodwork_engine.errors import LetterFormatError, StoreError
from woodwork_engine.message import MessageEnvelope
from woodwork_engine.policy import Sync
from woodwork_engine.store.records import Batch, Kept, KeptSighting, Progress
from woodwork_engine.store.schema import migrate

REMEDY = "move the file away to begin anew, or put a copy of it back"

_encode = msgspec.msgpack.Encoder().encode
_envelope = msgspec.msgpack.Decoder(MessageEnvelope).decode
_progress = msgspec.msgpack.Decoder(Progress).decode


class Database:
    """One connection, used by one thread at a time. With *sync* `power` a commit survives the loss of power (I3)."""

    def __init__(self, path: Path, sync: Sync = "process") -> None:
        self.path = path
        new = not path.exists()
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
            rows = self._connection.execute(
                "SELECT seq, target, envelope, payload, progress, crashes FROM deliveries ORDER BY seq"
            ).fetchall()
        try:
            return [Kept(row[0], row[1], _envelope(row[2]), row[3], _progress(row[4]), row[5]) for row in rows]
        except (msgspec.MsgspecError, TypeError, ValueError) as error:
            raise StoreError(
                str(self.path), f"has a message that cannot be read ({error})", REMEDY, is_damaged=True
            ) from error

    def letters(self) -> list[DeadLetter]:
        """Return every dead letter, oldest first."""
        with self._told():
            rows = self._connection.execute("SELECT letter FROM letters ORDER BY number, dlq_id").fetchall()
        try:
            return [from_bytes(letter) for (letter,) in rows]
        except LetterFormatError as error:
            raise StoreError(
                str(self.path), f"has a dead letter that cannot be read ({error})", REMEDY, is_damaged=True
            ) from error

    def sightings(self) -> list[KeptSighting]:
        """Return what was seen by targets that are to have it once, oldest first."""
        with self._told():
            rows = self._connection.execute(
                "SELECT target, session, key, first, at, handled FROM sightings ORDER BY at"
            ).fetchall()
        return [msgspec.convert(row, KeptSighting, strict=False) for row in rows]

    def fact(self, name: str) -> bytes | None:
        """Return what is kept under *name*."""
        with self._told():
            row = self._connection.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if row is None else bytes(row[0])

    def write(self, batch: Batch) -> None:
        """Write *batch* in one transaction; raises sqlite3.Error, having changed nothing."""
        run = self._connection
        run.execute("BEGIN IMMEDIATE")
        try:
            self._write(batch)
            run.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):  # a full disk has rolled it back already
                run.execute("ROLLBACK")
            raise

    def _write(self, batch: Batch) -> None:
        many = self._connection.executemany
        if batch.accepted:
            many(
                "INSERT OR REPLACE INTO deliveries (seq, target, session, envelope, payload, progress, crashes)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                [_row(kept) for kept in batch.accepted.values()],
            )
        if batch.progress:
            many(
                "UPDATE deliveries SET progress = ? WHERE seq = ?",
                [(_encode(progress), seq) for seq, progress in batch.progress.items()],
            )
        if batch.settled:
            many("DELETE FROM deliveries WHERE seq = ?", [(seq,) for seq in batch.settled])
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


def _row(kept: Kept) -> tuple[int, str, str, bytes, bytes, bytes, int]:
    envelope = kept.envelope
    if envelope.payload is not None:  # it stands beside it, encoded
        envelope = msgspec.structs.replace(envelope, payload=None)
    return (
        kept.seq, kept.target, envelope.session_id, _encode(envelope), kept.encoded, _encode(kept.progress),
        kept.crashes,
    )  # fmt: skip


def _number(dlq_id: str) -> int:
    digits = dlq_id.removeprefix("dl-")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 16 else 0
