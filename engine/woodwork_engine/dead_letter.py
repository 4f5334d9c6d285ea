"""A dead letter: everything needed to understand a message that was given up, and to replay it (bus.md E1)."""

from __future__ import annotations

import json
from enum import StrEnum

import msgspec

from woodwork_engine.message import MessageEnvelope
from woodwork_engine.payload import UNREADABLE, decode
from woodwork_engine.policy import DeliveryPolicy
from woodwork_engine.snapshot import AttemptInfo

# Without `gc` the garbage collector does not look at letters, of which there may be a hundred thousand: nothing in one
# can refer back to it.
VERSION = 1
"""The form in which letters are written; one that is read may lack what came to be in it later."""


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
    POISON_CRASH = "poison_crash"
    DROPPED_OLDEST = "dropped_oldest"
    SHUTDOWN = "shutdown"
    KILLED = "killed"


class DeadState(StrEnum):
    """What became of a dead letter."""

    OPEN = "open"
    REPLAYED = "replayed"
    DISCARDED = "discarded"


class DeadRoute(msgspec.Struct, frozen=True, gc=False):
    """The route a dead delivery was on."""

    source: str | None
    target: str
    targets_at_time: tuple[str, ...] = ()


class LanePlace(msgspec.Struct, frozen=True, gc=False):
    """Where a delivery stood in its lane, from 0, and how many stood behind it.

    `accepted_at` is when the lane took it, in s since the epoch; of a replay, when it took what that repeats: the order
    in which letters of one lane belong.
    """

    position: int = 0
    queued_behind: int = 0
    accepted_at: float = 0.0


class ReplayChain(msgspec.Struct, frozen=True, gc=False):
    """Which dead letter this one came from by replay, how often, and all earlier ones, oldest first.

    *max_retries* is the limit that the message itself had before it was replayed, None where the policy decides.
    """

    of: str | None = None
    count: int = 0
    chain: tuple[str, ...] = ()
    max_retries: int | None = None


class Resolution(msgspec.Struct, frozen=True, gc=False):
    """Who did what about a dead letter, when (s since the epoch), and what the payload was before and after."""

    by: str
    at: float
    new_id: str | None = None
    note: str | None = None
    payload_sha256_before: str | None = None
    payload_sha256_after: str | None = None


class Note(msgspec.Struct, frozen=True, gc=False):
    """What somebody wrote on a dead letter, and when (s since the epoch)."""

    at: float
    by: str
    text: str


class DeadLetter(msgspec.Struct, frozen=True, gc=False):
    """One delivery that was given up. `envelope.payload` is the payload as accepted; `at` in s since the epoch.

    *replay_ok* tells, for a replayed letter, whether its replay succeeded (True), died again (False) or is under way
    (None); *died_again_as* is the newer letter of one that died again, which stands for both.
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
    v: int = VERSION
    died_again_as: str | None = None
    notes: tuple[Note, ...] = ()

    @property
    def is_resolved(self) -> bool:
        """Whether nothing is left to be done: in the trash, replayed with success, or died again as a newer letter."""
        if self.state is not DeadState.REPLAYED:
            return self.state is DeadState.DISCARDED
        return self.replay_ok is True or (self.replay_ok is False and self.died_again_as is not None)

    @property
    def is_under_way(self) -> bool:
        """Whether a replay of it has been accepted and has not ended."""
        return self.state is DeadState.REPLAYED and self.replay_ok is None

    @property
    def own_max_retries(self) -> int | None:
        """The limit that the message itself sets, whatever one replay of it was allowed; None: the policy decides."""
        return self.envelope.max_retries if self.replay.of is None else self.replay.max_retries

    @property
    def size(self) -> int:
        """How much there is to keep, in bytes: payload, errors and notes."""
        attempts = sum(len(one.message) + len(one.traceback) for one in self.attempts)
        return len(self.encoded) + attempts + sum(len(note.text) for note in self.notes)

    @property
    def error(self) -> str:
        """The last error as `Type: message`, or the reason where no attempt was made."""
        if not self.attempts:
            return self.reason.value.replace("_", " ")
        last = self.attempts[-1]
        return f"{last.error_type}: {last.message}" if last.message else last.error_type

    @property
    def error_type(self) -> str:
        """The class of the last error by name; empty where no attempt was made."""
        return self.attempts[-1].error_type if self.attempts else ""

    @property
    def why(self) -> str:
        """Why it died: its last error, or the reason and then the error."""
        if self.reason in (DeathReason.EXHAUSTED, DeathReason.REJECTED) or not self.attempts:
            return self.error
        return f"{self.reason.value.replace('_', ' ')} after {self.error}"

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
