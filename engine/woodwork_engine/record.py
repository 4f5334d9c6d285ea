"""Event records as they are published: one for every transition (interfaces: event records)."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from woodwork_engine.payload import UNREADABLE, decode, json_text

RECORD_TYPES = (
    "emitted", "queued", "started", "ok", "failed", "retry_scheduled", "dead", "dropped", "discarded", "blocked",
    "unroutable", "parked", "unparked", "replayed", "restored", "node_up", "node_down", "reload_planned",
    "reload_applied", "reload_rejected", "rolled_back", "paused", "resumed", "moved", "held", "released", "note",
)  # fmt: skip

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


class Emission(msgspec.Struct, frozen=True, gc=False):
    """What an `emitted` record shows: the payload, still encoded until somebody looks, and the targets."""

    encoded: bytes
    targets: tuple[str, ...]

    def to_dict(self) -> dict[str, object]:
        """Return `payload` and `targets`; above 64 KiB the payload is cut text, with `size` (bytes) and `truncated`."""
        size = len(self.encoded)
        try:
            value = decode(self.encoded)
        except UNREADABLE as error:
            value = f"({size} bytes that cannot be read: {error})"
        if size <= PAYLOAD_CUT:
            return {"payload": value, "targets": list(self.targets)}
        text = value if isinstance(value, str) else json_text(value)
        return {"payload": text[:PAYLOAD_CUT], "size": size, "truncated": True, "targets": list(self.targets)}
