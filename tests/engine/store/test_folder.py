"""Rules I2, I3 and I4: a state folder keeps whole batches, belongs to one process, and says what is wrong with it."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import stat
import threading
from pathlib import Path

import msgspec
import pytest

from support.dead_letters import letter
from woodwork_engine.bus.dead_letters import number_of
from woodwork_engine.errors import StateFolderInUseError, StoreError
from woodwork_engine.message import MessageEnvelope
from woodwork_engine.payload import encode
from woodwork_engine.store.folder import DATABASE, StateFolder
from woodwork_engine.store.in_flight import SLOTS
from woodwork_engine.store.records import Batch, Kept, KeptSighting, Progress
from woodwork_engine.store.schema import MIGRATIONS, VERSION


def kept(seq: int, session: str = "s") -> Kept:
    """Return a delivery as it is accepted."""
    envelope = MessageEnvelope({"n": seq}, session_id=session, target_component="a")
    return Kept(seq, "a", envelope, encode({"n": seq}), Progress(1.0, None))


def write(folder: StateFolder, batch: Batch) -> Exception | None:
    """Write *batch* and return what went wrong."""
    written, problem = threading.Event(), []

    def done(error: Exception | None) -> None:
        problem.append(error)
        written.set()

    folder.write(batch, done)
    assert written.wait(30)
    return problem[0]


def accepted(*numbers: int) -> Batch:
    """Return a batch of new deliveries."""
    return Batch(accepted={seq: kept(seq) for seq in numbers})


def test_what_was_written_is_there_again_in_order(tmp_path: Path) -> None:
    """I2: deliveries come back in the order of acceptance, without those that were settled."""
    folder = StateFolder(tmp_path / "state")
    assert write(folder, accepted(1, 2, 3)) is None
    assert write(folder, Batch(settled=[2], progress={3: Progress(1.0, 9.0, ("a",), 2)})) is None
    assert write(folder, Batch(facts={"holds": b"[]"})) is None
    folder.close()
    folder = StateFolder(tmp_path / "state")
    one, three = folder.deliveries()
    assert (one.seq, three.seq, three.progress.attempt, three.progress.expires_at) == (1, 3, 2, 9.0)
    assert one.encoded == encode({"n": 1})
    assert folder.fact("holds") == b"[]"
    folder.close()


def test_a_state_folder_is_private_and_belongs_to_one_process_at_a_time(tmp_path: Path) -> None:
    """I2: a second engine is told who has it."""
    folder = StateFolder(tmp_path / "state")
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "state" / DATABASE).stat().st_mode) == 0o600
    with pytest.raises(StateFolderInUseError, match=rf"in use by process {os.getpid()}; stop that one"):
        StateFolder(tmp_path / "state")
    folder.close()
    StateFolder(tmp_path / "state").close()


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    """I2: with the place and what to do about it."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"file/state cannot be used: .*; make the folder writable"):
        StateFolder(tmp_path / "file" / "state")


@pytest.mark.parametrize("version", range(VERSION))
def test_every_older_form_becomes_the_present_one_with_what_is_in_it(tmp_path: Path, version: int) -> None:
    """I2: the form has a number, and migrations go on from any of them."""
    place = tmp_path / "state"
    place.mkdir()
    with contextlib.closing(sqlite3.connect(place / DATABASE)) as old, old:
        for statement in [one for step in MIGRATIONS[:version] for one in step]:
            old.execute(statement)
        if version:
            old.execute("INSERT INTO facts VALUES ('holds', x'5b5d')")
        old.execute(f"PRAGMA user_version = {version}")
    folder = StateFolder(place)
    assert folder.fact("holds") == (b"[]" if version else None)
    assert folder.sightings() == []
    folder.close()


def test_deliveries_of_an_older_form_come_back_whole_beside_new_ones(tmp_path: Path) -> None:
    """I2: an envelope was once written with the names of its fields, then as their values in an order that stays."""
    values = (
        None, "asked", "s", "from", "a", "m-1", "m-0", "m-2", 3, 7, 1.5, 9.5, "at_least_once", "point_to_point", 2,
        8.0, 1, "key", "dl-000001", 4, 5, "00-trace-span-01", "vendor=1",
    )  # fmt: skip
    names = (
        "payload", "event_type", "session_id", "sender_component", "target_component", "message_id", "correlation_id",
        "causation_id", "hop", "revision", "created_at", "expires_at", "delivery_mode", "pattern", "max_retries",
        "ttl_seconds", "retry_count", "dedupe_key", "replay_of", "replay_count", "priority", "traceparent",
        "tracestate",
    )  # fmt: skip
    named = dict(zip(names, values, strict=True))
    whole = MessageEnvelope.from_dict(named)
    place = tmp_path / "state"
    folder = StateFolder(place)
    same = {seq: Kept(seq, "a", whole, b"\x01", Progress(1.0, None)) for seq in (1, 2, 3)}
    assert write(folder, Batch(accepted=same)) is None
    folder.close()
    with contextlib.closing(sqlite3.connect(place / DATABASE)) as old, old:
        for seq, written in ((1, named), (2, values)):
            old.execute("UPDATE deliveries SET envelope = ? WHERE seq = ?", (msgspec.msgpack.encode(written), seq))
        old.execute("PRAGMA user_version = 3")
    folder = StateFolder(place)
    found = [one.envelope for one in folder.deliveries()]
    assert found == [whole, whole, whole]
    assert {type(one) for one in found} == {MessageEnvelope}
    folder.close()


@pytest.mark.parametrize("many", [1, 2, 63, 64, 65, 200])
def test_a_batch_is_written_whole_however_many_it_accepts_and_settles(tmp_path: Path, many: int) -> None:
    """I4: what is settled goes, whatever its numbers, and nothing else does."""
    folder = StateFolder(tmp_path / "state")
    assert write(folder, accepted(*range(1, many + 1))) is None
    settled = list(range(1, many + 1, 2))[::-1]
    assert write(folder, Batch(accepted(many + 1).accepted, settled=settled)) is None
    assert [one.seq for one in folder.deliveries()] == [*range(2, many + 1, 2), many + 1]
    folder.close()


def test_a_sqlite_without_json_functions_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Poor(sqlite3.Connection):
        def execute(self, statement: str, *values: object) -> sqlite3.Cursor:
            if "json_each" in statement:
                raise sqlite3.OperationalError("no such table: json_each")
            return super().execute(statement, *values)

    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda path, **how: connect(path, factory=Poor, **how))
    with pytest.raises(StoreError, match=r"has no JSON functions; use a Python with SQLite 3\.38"):
        StateFolder(tmp_path)


def test_a_newer_form_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    """I2: with a sentence."""
    StateFolder(tmp_path / "state").close()
    file = tmp_path / "state" / DATABASE
    with contextlib.closing(sqlite3.connect(file)) as newer, newer:
        newer.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(StoreError, match=r"written by a newer version .*; use that version"):
        StateFolder(tmp_path / "state")


def test_a_log_cut_off_anywhere_opens_with_what_is_whole(tmp_path: Path) -> None:
    """I2: the database is always a prefix of what was written, by whole batches, wherever its log ends."""
    place = tmp_path / "state"
    folder = StateFolder(place)
    for number in range(1, 40, 2):
        assert write(folder, accepted(number, number + 1)) is None
    live = tmp_path / "live"
    shutil.copytree(place, live)
    folder.close()
    log = live / f"{DATABASE}-wal"
    whole = log.read_bytes()
    assert len(whole) > 10_000
    found = set()
    for end in [*range(0, len(whole), 1013), len(whole)]:
        trial = tmp_path / "trial"
        shutil.rmtree(trial, ignore_errors=True)
        shutil.copytree(live, trial, ignore=shutil.ignore_patterns("*-shm"))
        (trial / log.name).write_bytes(whole[:end])
        folder = StateFolder(trial)
        numbers = [one.seq for one in folder.deliveries()]
        folder.close()
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(numbers) % 2 == 0, "a batch was split"
        found.add(len(numbers))
    assert max(found) == 40
    assert len(found) > 10


def test_a_damaged_database_is_one_sentence_with_the_file(tmp_path: Path) -> None:
    """I2: whatever is wrong with it, it opens, or it says so; never a traceback of somebody else's."""
    place = tmp_path / "state"
    folder = StateFolder(place)
    assert write(folder, accepted(*range(1, 300))) is None
    folder.close()
    whole = (place / DATABASE).read_bytes()
    refused = 0
    for at in range(0, len(whole), 997):
        (place / DATABASE).write_bytes(whole[:at] + b"\xff" * 64 + whole[at + 64 :])
        try:
            with contextlib.closing(StateFolder(place)) as folder:
                folder.deliveries()
                folder.letters()
        except StoreError as error:
            refused += DATABASE in str(error)
        for rest in place.glob(f"{DATABASE}-*"):
            rest.unlink()
    assert refused > 3


def test_a_batch_that_does_not_fit_on_the_disk_changes_nothing(tmp_path: Path) -> None:
    """I2: the error is told, and what comes later is written as if nothing had happened."""
    folder = StateFolder(tmp_path / "state")
    assert write(folder, accepted(1)) is None
    folder._database._connection.execute("PRAGMA max_page_count = 12")
    big = Batch(accepted={seq: kept(seq, "s" * 3000) for seq in range(2, 60)}, settled=[1])
    assert "full" in str(write(folder, big))
    folder._database._connection.execute("PRAGMA max_page_count = 100000")
    assert write(folder, accepted(99)) is None
    assert [one.seq for one in folder.deliveries()] == [1, 99]
    folder.close()


@pytest.mark.parametrize(("sync", "level"), [("process", 1), ("power", 2)])
def test_sync_says_what_a_commit_survives(tmp_path: Path, sync: str, level: int) -> None:
    """I3: SQLite's NORMAL and FULL, on a write-ahead log."""
    folder = StateFolder(tmp_path / "state", sync)
    run = folder._database._connection.execute
    assert run("PRAGMA synchronous").fetchone() == (level,)
    assert run("PRAGMA journal_mode").fetchone() == ("wal",)
    folder.close()


def test_batches_are_written_by_one_thread_in_their_order(tmp_path: Path) -> None:
    """I4: whoever hands them over."""
    folder = StateFolder(tmp_path / "state")
    names: list[str] = []
    for seq in range(1, 50):
        folder.write(accepted(seq), lambda _error: names.append(threading.current_thread().name))
    assert write(folder, accepted(50)) is None
    assert set(names) == {"woodwork store"}
    assert len(folder.deliveries()) == 50
    folder.close()


def test_marks_of_what_is_in_flight_survive_and_count(tmp_path: Path) -> None:
    """E7: whoever was being attempted when the process died has one crash more."""
    folder = StateFolder(tmp_path / "state")
    write(folder, accepted(1, 2, 3))
    mark = folder.begin(1)
    assert folder.begin(3) is not None
    assert mark is not None
    folder.end(mark)
    folder.close()
    folder = StateFolder(tmp_path / "state")
    assert [one.crashes for one in folder.deliveries()] == [0, 0, 1]
    folder.close()
    folder = StateFolder(tmp_path / "state")
    assert [one.crashes for one in folder.deliveries()] == [0, 0, 1], "the marks are gone with the process"
    assert sum(folder.begin(7) is not None for _ in range(SLOTS + 5)) == SLOTS
    folder.close()


def test_letters_come_back_by_their_number() -> None:
    """E1: ids of more digits come after those of fewer."""
    assert number_of("dl-1000000") > number_of("dl-999999")


@pytest.mark.parametrize(
    ("table", "harm"),
    [
        ("deliveries", "envelope = x'ff00'"),
        ("deliveries", "progress = 'text'"),
        ("deliveries", "target = CAST(x'ff' AS TEXT)"),
        ("letters", "letter = x'00'"),
        ("sightings", "at = 'never'"),
        ("sightings", "session = CAST(x'ff' AS TEXT)"),
    ],
)
def test_a_row_that_cannot_be_read_is_kept_aside_and_the_rest_comes_back(tmp_path: Path, table: str, harm: str) -> None:
    """I2: one bad row refuses nothing; it is told, and never gone without a word."""
    place = tmp_path / "state"
    folder = StateFolder(place)
    letters = {name: letter(name) for name in ("dl-000001", "dl-000002")}
    seen = {("a", "s", key): KeptSighting("a", "s", key, "first", 1.0, True) for key in ("k1", "k2")}
    assert write(folder, Batch(accepted(1, 2).accepted, letters=letters, sightings=seen)) is None
    folder.close()
    with contextlib.closing(sqlite3.connect(place / DATABASE)) as harmed, harmed:
        column = {"deliveries": "seq = 2", "letters": "dlq_id = 'dl-000002'", "sightings": "key = 'k2'"}[table]
        harmed.execute(f"UPDATE {table} SET {harm} WHERE {column}")  # noqa: S608 - names of this file
    for told in (1, 0):
        folder = StateFolder(place)
        left = {"deliveries": folder.deliveries(), "letters": folder.letters(), "sightings": folder.sightings()}
        assert {name: len(rows) for name, rows in left.items()} == {name: 1 if name == table else 2 for name in left}
        assert len(folder.unreadable()) == told
        assert not told or f"a row of {table} cannot be read" in folder.unreadable()[0]
        folder.close()
    with contextlib.closing(sqlite3.connect(place / DATABASE)) as looked:
        assert looked.execute("SELECT origin FROM unreadable").fetchall() == [(table,)]
