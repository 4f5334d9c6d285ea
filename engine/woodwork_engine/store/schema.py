"""The tables of the store and how an older one becomes the present one."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from woodwork_engine.errors import StoreError

MIGRATIONS: Sequence[Sequence[str]] = (
    (
        "CREATE TABLE deliveries (seq INTEGER PRIMARY KEY, target TEXT NOT NULL, session TEXT NOT NULL,"
        " envelope BLOB NOT NULL, payload BLOB NOT NULL, progress BLOB NOT NULL, crashes INTEGER NOT NULL DEFAULT 0)",
        "CREATE TABLE letters (number INTEGER NOT NULL, dlq_id TEXT PRIMARY KEY, letter BLOB NOT NULL) WITHOUT ROWID",
        "CREATE TABLE facts (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
    ),
    (
        "CREATE TABLE sightings (target TEXT NOT NULL, session TEXT NOT NULL, key TEXT NOT NULL, first TEXT NOT NULL,"
        " at REAL NOT NULL, handled INTEGER NOT NULL, PRIMARY KEY (target, session, key)) WITHOUT ROWID",
    ),
    (
        "CREATE TABLE unreadable (number INTEGER PRIMARY KEY, at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,"
        " origin TEXT NOT NULL, why TEXT NOT NULL, content BLOB NOT NULL)",
    ),
    (),  # envelopes are written without the names of their fields, which older versions cannot read
)
"""Each makes the version of its number, from 1, of the one before."""

VERSION = len(MIGRATIONS)


def migrate(connection: sqlite3.Connection, path: str) -> None:
    """Bring the store at *path* to the present version, all of it or nothing; raises StoreError for a newer one."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise StoreError(
            path, f"was written by a newer version (form {version}, this one knows {VERSION})",
            "use that version, or another state folder", is_damaged=True,
        )  # fmt: skip
    if version == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statements in MIGRATIONS[version:]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
