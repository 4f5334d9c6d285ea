"""One envelope on its way to one target, and the context in which a handler looks at it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import count, repeat

import msgspec

from woodwork_engine.message import MessageEnvelope, child_id
from woodwork_engine.payload import decode
from woodwork_engine.snapshot import AttemptInfo
from woodwork_engine.trace_context import span_of


class Output(msgspec.Struct, gc=False):
    """A message that an attempt wants to send; it leaves only with the acknowledgement (bus.md C4).

    Exactly one of *target* (one component), *broadcast* or neither (routes of the source) says where to. *session* of
    None is that of the message being handled.
    """

    message_id: str
    source: str
    event: str
    encoded: bytes
    target: str | None = None
    broadcast: bool = False
    session: str | None = None
    dedupe_key: str | None = None


class Marks(msgspec.Struct):
    """What is known of few deliveries: *uncounted* attempts that do not count (bus.md D3), and of the attempt itself.

    *released* are those that no breakpoint holds again.
    *fence* is 0 until somebody asks for it; *traceparent* is that of a span somebody has made for the attempt.
    """

    uncounted: int = 0
    released: bool = False
    fence: int = 0
    traceparent: str | None = None


class Delivery(msgspec.Struct, eq=False, gc=False):
    """One envelope for one target: what changes on the way (attempt, history, staged outputs) is kept here (A1).

    `attempt` counts from 1 once started. `encoded` is the payload as accepted. Times are seconds since the epoch.
    """

    envelope: MessageEnvelope
    encoded: bytes
    target: str
    expires_at: float | None
    accepted_at: float
    own_payload: bool = False
    """The sender's payload object is for this target alone: its first attempt may have it as it is (bus.md A7)."""
    siblings: tuple[str, ...] = ()
    """All targets of the envelope when it was accepted; empty when there is no other."""
    flat: bool = False
    """The envelope's payload is a flat dict that nobody else has: copied, it is what `encoded` gives, and sooner."""
    attempt: int = 0
    running: bool = True
    """False once its attempt is over: a task that outlives it sends on its own account."""
    emits: bool = False
    asked_by: tuple[str, ...] = ()
    """Components that wait for this one through `request`, nearest first."""
    staged: list[Output] | None = None
    history: tuple[AttemptInfo, ...] = ()
    marks: Marks | None = None
    seq: int = 0
    """Its number in the journal; 0 for one that is not kept there (bus.md I2)."""

    def mark(self) -> Marks:
        """Return the marks of this delivery, made at first use."""
        if self.marks is None:
            self.marks = Marks()
        return self.marks

    def forget_attempt(self) -> None:
        """Let nothing be left of an attempt that has not succeeded: not what it staged, and not its fence."""
        self.staged = None
        self.emits = False
        if self.marks is not None:
            self.marks.fence = 0
            self.marks.traceparent = None

    def fence(self) -> int:
        """Return a number for this attempt that no later one of its lane goes below (bus.md C3).

        It is drawn when first asked for, which only a running attempt does: those of a lane run one after the other.
        """
        marks = self.mark()
        if marks.fence == 0 and self.running:
            marks.fence = next(fences.get(_NO_LANE))
        return marks.fence

    def traceparent(self) -> str | None:
        """Return the traceparent of this attempt: the message's trace, a span of its own (bus.md A6); None without."""
        if self.marks is not None and self.marks.traceparent is not None:
            return self.marks.traceparent
        given = self.envelope.traceparent
        return None if given is None else span_of(given, f"{self.envelope.message_id}/{self.target}/{self.attempt}")

    def traced(self, envelope: MessageEnvelope) -> MessageEnvelope:
        """Return *envelope*, sent by this attempt, as part of its trace."""
        traceparent = self.traceparent()
        if traceparent is None:
            return envelope
        return msgspec.structs.replace(envelope, traceparent=traceparent, tracestate=self.envelope.tracestate)

    @property
    def counted(self) -> int:
        """How many attempts count among those allowed."""
        return self.attempt if self.marks is None else self.attempt - self.marks.uncounted

    def outputs(self) -> tuple[str, ...]:
        """Return the ids of what this attempt has staged."""
        return tuple([one.message_id for one in self.staged or ()])

    def is_expired(self, now: float) -> bool:
        """Whether its life is over at *now*, in s since the epoch."""
        return self.expires_at is not None and now >= self.expires_at

    def stage(
        self,
        source: str,
        event: str,
        encoded: bytes,
        target: str | None = None,
        *,
        broadcast: bool = False,
        session: str | None = None,
        dedupe_key: str | None = None,
    ) -> str:
        """Add an output to this attempt and return the id it will have (bus.md A4)."""
        if self.staged is None:
            self.staged = []
        message_id = child_id(self.envelope.message_id, source, len(self.staged))
        self.staged.append(Output(message_id, source, event, encoded, target, broadcast, session, dedupe_key))
        return message_id

    def context(self) -> Context:
        """Return what a hook may know about the message."""
        return Context.of(self)

    def addressed(self) -> MessageEnvelope:
        """Return the envelope complete: its own copy of the payload, its target and its expiry."""
        return msgspec.structs.replace(
            self.envelope, payload=decode(self.encoded), target_component=self.target, expires_at=self.expires_at
        )


current: ContextVar[Delivery | None] = ContextVar("woodwork_delivery", default=None)
"""The delivery whose handler is running in this context, if any."""


_NO_LANE = repeat(0)  # a request that no attempt makes

fences: ContextVar[Iterator[int]] = ContextVar("woodwork_fences")
"""Where the attempts of this context draw their fences; a bus sets its own."""


def fences_from(now: float) -> Iterator[int]:
    """Return growing fences: above those of an earlier process, as long as the clock (s since the epoch) is right."""
    return count(int(now * 1_000_000))


pinned: ContextVar[Context | None] = ContextVar("woodwork_context", default=None)
"""The context of the attempt for which a thread works: its delivery may be at a later attempt when it looks."""


def current_context() -> Context | None:
    """Return what is known of the message that is being handled here, for handlers that get none; None outside one."""
    fixed = pinned.get()
    if fixed is not None:
        return fixed
    delivery = current.get()
    return None if delivery is None else Context.of(delivery, fenced=True)


@contextmanager
def pinned_context() -> Iterator[None]:
    """Let `current_context` be what it is now for threads that are begun here, however long they run."""
    token = pinned.set(current_context())
    try:
        yield
    finally:
        pinned.reset(token)


@dataclass(frozen=True, slots=True)
class Context:
    """What a handler may know about its message; `attempt` counts from 1, `deadline` in seconds since the epoch.

    `fence` grows from attempt to attempt of one session at one target: a store that keeps the greatest one it has seen
    can tell an attempt that was given up, and goes on nevertheless, from the one that came after it (bus.md C3).
    """

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
    target: str = ""
    """The component or handler that makes the attempt."""
    fence: int = 0
    traceparent: str | None = None
    """The span of this attempt, to be handed on to whatever service it asks; None where nothing is traced."""
    tracestate: str | None = None

    @classmethod
    def of(cls, delivery: Delivery, *, fenced: bool = False) -> Context:
        """Return the context of *delivery*; only for an attempt, *fenced*, is a fence drawn."""
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
            delivery.target,
            delivery.fence() if fenced else 0,
            delivery.traceparent(),
            envelope.tracestate,
        )
