"""One envelope on its way to one target, and the context in which a handler looks at it."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

import msgspec

from woodwork_engine.message import MessageEnvelope, child_id
from woodwork_engine.payload import decode
from woodwork_engine.snapshot import AttemptInfo


@dataclass(slots=True)
class Output:
    """A message that an attempt wants to send; it leaves only with the acknowledgement (bus.md C4).

    Exactly one of *target* (one component), *broadcast* or neither (routes of the source) says where to.
    """

    message_id: str
    source: str
    event: str
    encoded: bytes
    target: str | None = None
    broadcast: bool = False


class Delivery:
    """One envelope for one target: what changes on the way (attempt, history, staged outputs) is kept here (A1).

    `attempt` counts from 1 once started. `encoded` is the payload as accepted. Times are seconds since the epoch.
    """

    __slots__ = (
        "accepted_at", "asked_by", "attempt", "emits", "encoded", "envelope", "expires_at", "history", "running",
        "staged", "target",
    )  # fmt: skip

    def __init__(
        self, envelope: MessageEnvelope, encoded: bytes, target: str, expires_at: float | None, accepted_at: float
    ) -> None:
        self.envelope = envelope
        self.encoded = encoded
        self.target = target
        self.expires_at = expires_at
        self.accepted_at = accepted_at
        self.attempt = 0
        self.running = False
        self.emits = False
        self.asked_by: tuple[str, ...] = ()  # components that wait for this one through `request`, nearest first
        self.staged: list[Output] | None = None
        self.history: list[AttemptInfo] | None = None

    def stage(
        self, source: str, event: str, encoded: bytes, target: str | None = None, *, broadcast: bool = False
    ) -> str:
        """Add an output to this attempt and return the id it will have (bus.md A4)."""
        if self.staged is None:
            self.staged = []
        message_id = child_id(self.envelope.message_id, source, len(self.staged))
        self.staged.append(Output(message_id, source, event, encoded, target, broadcast))
        return message_id

    def addressed(self) -> MessageEnvelope:
        """Return the envelope complete: its own copy of the payload, its target and its expiry."""
        return msgspec.structs.replace(
            self.envelope, payload=decode(self.encoded), target_component=self.target, expires_at=self.expires_at
        )


current: ContextVar[Delivery | None] = ContextVar("woodwork_delivery", default=None)
"""The delivery whose handler is running in this context, if any."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a handler may know about its message; `attempt` counts from 1, `deadline` in seconds since the epoch."""

    message_id: str
    session_id: str
    event_type: str
    sender: str | None
    attempt: int
    correlation_id: str | None
    causation_id: str | None
    hop: int
    revision: int
    deadline: float | None

    @classmethod
    def of(cls, delivery: Delivery) -> Context:
        """Return the context of *delivery*."""
        envelope = delivery.envelope
        return cls(
            envelope.message_id,
            envelope.session_id,
            envelope.event_type,
            envelope.sender_component,
            delivery.attempt,
            envelope.correlation_id,
            envelope.causation_id,
            envelope.hop,
            envelope.revision,
            delivery.expires_at,
        )
