"""A dead letter: everything needed to understand a message that was given up, and to replay it (bus.md E1)."""

from __future__ import annotations

import json
from enum import StrEnum

import msgspec

from woodwork_engine.message import MessageEnvelope
from woodwork_engine.payload import UNREADABLE, decode
from woodwork_engine.policy import DeliveryPolicy
from woodwork_engine.snapshot import AttemptInfo


class DeathReason(StrEnum):
    """Why a delivery was given up."""

    EXHAUSTED = "exhausted"
    REJECTED = "rejected"
    EXPIRED = "expired"
    EXPIRED_BEFORE_RETRY = "expired_before_retry"
    OVERFLOW = "overflow"
    HOP_LIMIT = "hop_limit"
    COMPONENT_REMOVED = "component_removed"
    UNDECODABLE = "undecodable"
    SHUTDOWN = "shutdown"
    KILLED = "killed"


class DeadState(StrEnum):
    """What became of a dead letter."""

    OPEN = "open"
    REPLAYED = "replayed"
    DISCARDED = "discarded"


class DeadRoute(msgspec.Struct, frozen=True):
    """The route a dead delivery was on."""

    source: str | None
    target: str
    targets_at_time: tuple[str, ...] = ()


class LanePlace(msgspec.Struct, frozen=True):
    """Where a delivery stood in its lane, from 0, and how many stood behind it."""

    position: int = 0
    queued_behind: int = 0


class ReplayChain(msgspec.Struct, frozen=True):
    """Which dead letter this one came from by replay, how often, and all earlier ones, oldest first."""

    of: str | None = None
    count: int = 0
    chain: tuple[str, ...] = ()


class Resolution(msgspec.Struct, frozen=True):
    """Who did what about a dead letter, when (s since the epoch), and what the payload was before and after."""

    by: str
    at: float
    new_id: str | None = None
    note: str | None = None
    payload_sha256_before: str | None = None
    payload_sha256_after: str | None = None


class DeadLetter(msgspec.Struct, frozen=True):
    """One delivery that was given up. `envelope.payload` is the payload as accepted; `at` in s since the epoch.

    *replay_ok* tells, for a replayed letter, whether its replay succeeded (True), died again (False) or is under way
    (None).
    """

    dlq_id: str
    reason: DeathReason
    at: float
    flow: str
    revision: int
    route: DeadRoute
    envelope: MessageEnvelope
    encoded: bytes
    attempts: tuple[AttemptInfo, ...] = ()
    lane: LanePlace = LanePlace()
    worker: str = ""
    policy: DeliveryPolicy = DeliveryPolicy()
    replay: ReplayChain = ReplayChain()
    state: DeadState = DeadState.OPEN
    resolution: Resolution | None = None
    replay_ok: bool | None = None
    v: int = 1

    @property
    def error(self) -> str:
        """The last error as `Type: message`, or the reason where no attempt was made."""
        if not self.attempts:
            return self.reason.value.replace("_", " ")
        last = self.attempts[-1]
        return f"{last.error_type}: {last.message}" if last.message else last.error_type

    def payload(self) -> object:
        """Return a fresh copy of the payload; where it cannot be read (`undecodable`), a text that says so."""
        try:
            return decode(self.encoded)
        except UNREADABLE as error:
            size = len(self.encoded)
            return f"({size} byte{'' if size == 1 else 's'} that cannot be read: {error})"

    def payload_text(self) -> str:
        """Return the payload as indented JSON for a person to edit; bytes and datetimes as text."""
        payload = self.payload()
        try:
            return json.dumps(payload, indent=2, ensure_ascii=False, default=str)
        except TypeError:  # JSON has no keys but text
            return json.dumps(_with_text_keys(payload), indent=2, ensure_ascii=False, default=str)


def _with_text_keys(value: object) -> object:
    if isinstance(value, dict):
        return {str(key): _with_text_keys(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_with_text_keys(item) for item in value]
    return value
