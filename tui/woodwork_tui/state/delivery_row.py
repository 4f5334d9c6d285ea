"""One delivery as lists show it: folded from its records, its payload decoded only when somebody looks."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from woodwork_engine.payload import decode
from woodwork_engine.record import PAYLOAD_CUT, Emission

_PREVIEW = 512
beyond_json = re.compile(b"[\xc4-\xc9\xd4-\xd8]").search
"""Finds MessagePack marks of bytes, times, odd text and big integers, which msgspec would write in words of its own."""
_fast_json = msgspec.json.Encoder().encode
_slow_json = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, default=str).encode


class DeliveryState(StrEnum):
    """What became of a delivery so far; `unseen`: its end was among records that were missed."""

    QUEUED = "queued"
    HANDLING = "handling"
    OK = "ok"
    FAILED = "failed"
    RETRY = "retry"
    DEAD = "dead"
    REPLAYED = "replayed"
    DROPPED = "dropped"
    DISCARDED = "discarded"
    PARKED = "parked"
    HELD = "held"
    UNROUTABLE = "unroutable"
    UNSEEN = "unseen"

    @property
    def open(self) -> bool:
        """Whether something is still to happen."""
        return self in _OPEN


_OPEN = frozenset(
    {
        *(DeliveryState.QUEUED, DeliveryState.HANDLING, DeliveryState.FAILED),
        *(DeliveryState.RETRY, DeliveryState.PARKED, DeliveryState.HELD),
    }
)


@dataclass(slots=True)
class Attempt:
    """One attempt: `started`, `ended` and `due` (of the next one) in s since the epoch, duration in ms."""

    n: int
    started: float | None = None
    ended: float | None = None
    duration_ms: float | None = None
    error_type: str = ""
    message: str = ""
    traceback: str = ""
    due: float | None = None


class DeliveryRow:
    """One message on its way to one target; only the fold writes, everybody else reads.

    Times in s since the epoch, `duration_ms` of the last attempt that ended. `seq` is the last record it includes and
    grows with every change; `number` counts rows from 0 in the order of acceptance. `attempts` are oldest first.
    """

    __slots__ = (
        "_preview", "allowed", "at", "attempt", "attempts", "causation", "correlation", "dlq_id", "due", "duration_ms",
        "emission", "error", "error_type", "event", "message_id", "number", "outputs", "reason", "replay_of",
        "replayed_as", "rev", "seq", "session", "settled_at", "source", "started_at", "state", "target",
    )  # fmt: skip

    def __init__(self, message_id: str, target: str, number: int, at: float, seq: int) -> None:
        self.message_id = message_id
        self.target = target
        self.number = number
        self.at = at
        self.seq = seq
        self.source: str | None = None
        self.session = ""
        self.event = ""
        self.rev: int | None = None
        self.causation: str | None = None
        self.correlation: str | None = None
        self.state = DeliveryState.QUEUED
        self.attempt = 1
        self.allowed = 0
        self.attempts: tuple[Attempt, ...] = ()
        self.started_at: float | None = None
        self.settled_at: float | None = None
        self.duration_ms: float | None = None
        self.due: float | None = None
        self.error_type = ""
        self.error = ""
        self.reason = ""
        self.dlq_id: str | None = None
        self.replay_of: str | None = None
        self.replayed_as: str | None = None
        self.outputs: tuple[str, ...] = ()
        self.emission: Emission | None = None
        self._preview: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        """The delivery key (bus.md A4)."""
        return (self.message_id, self.target)

    @property
    def problem(self) -> str:
        """The last error as `Type: message`, else why it was given up, else nothing."""
        if self.error_type:
            return f"{self.error_type}: {self.error}" if self.error else self.error_type
        return self.reason

    @property
    def size(self) -> int | None:
        """Bytes of the encoded payload; None when its `emitted` record was missed."""
        return None if self.emission is None else len(self.emission.encoded)

    @property
    def targets(self) -> tuple[str, ...]:
        """Everybody the message went to."""
        return self.emission.targets if self.emission else (self.target,)

    def payload(self) -> object:
        """Return a fresh copy of the payload (above 64 KiB its cut text), or None when it was missed."""
        if self.emission is None:
            return None
        small = len(self.emission.encoded) <= PAYLOAD_CUT
        return decode(self.emission.encoded) if small else self.emission.to_dict()["payload"]

    @property
    def is_previewed(self) -> bool:
        """Whether the payload was put on one line already."""
        return self._preview is not None

    def payload_line(self) -> str:
        """Return the payload on one line, at most 512 characters and an ellipsis; remembered."""
        if self._preview is None:
            self._preview = "(payload was not seen)" if self.emission is None else _line(self.emission.encoded)
        return self._preview

    def payload_text(self) -> str:
        """Return the payload as indented JSON, text as it is."""
        value = self.payload()
        return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False, default=str)


def _line(encoded: bytes) -> str:
    """Return an encoded payload as compact JSON, cut; ten times faster than `payload_line` where JSON has the words."""
    value = decode(encoded)
    if len(encoded) > PAYLOAD_CUT or beyond_json(encoded):
        return payload_line(value)
    text = _fast_json(value).decode()
    if "null" in text and b"\xcb" in encoded:  # a float that is no number is written as null
        return payload_line(value)
    return _cut(text)


def payload_line(value: object) -> str:
    """Return *value* as compact JSON, text in quotes, cut after 512 characters."""
    return _cut(_slow_json(value[: _PREVIEW + 1] if isinstance(value, str) else value))


def _cut(text: str) -> str:
    return text if len(text) <= _PREVIEW else text[:_PREVIEW] + "…"
