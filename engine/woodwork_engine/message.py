"""What travels: the envelope, its ids, and the Outbox through which a component emits."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from enum import StrEnum
from hashlib import blake2b
from typing import Protocol

import msgspec


class DeliveryMode(StrEnum):
    """How often a message may reach its target (bus.md C1-C3)."""

    AT_LEAST_ONCE = "at_least_once"
    AT_MOST_ONCE = "at_most_once"
    EFFECTIVELY_ONCE = "effectively_once"


class CommunicationPattern(StrEnum):
    """How the targets of a message were chosen."""

    ROUTED = "routed"
    POINT_TO_POINT = "point_to_point"
    PUBLISH_SUBSCRIBE = "publish_subscribe"
    BROADCAST = "broadcast"
    REQUEST_RESPONSE = "request_response"


_SUFFIXES = tuple(f"{number:07x}" for number in range(512))  # made once, and few enough to stay in a near cache


class IdSource:
    """Makes ids that are unique per process and sort by time (bus.md A3): 12 hex digits of ms, prefix, counter."""

    __slots__ = ("_lock", "_ms", "_prefix", "block", "until")

    def __init__(self, prefix: str | None = None) -> None:
        self._prefix = prefix if prefix is not None else os.urandom(3).hex()
        self._ms = -1
        self._lock = threading.Lock()
        self.until = 0.0
        """Seconds since the epoch at which the millisecond is over."""
        self.block: tuple[str, Iterator[str]] = ("", iter(()))
        """How the ids of this millisecond begin, and how those that are left end; one object, because of threads."""

    def new(self, now: float | None = None) -> str:
        """Return the next id, in any thread; *now* in seconds since the epoch, default the system's time."""
        at = time.time() if now is None else now
        while True:
            if at < self.until:
                start, ends = self.block
                for end in ends:
                    return start + end
            self._begin(at)

    def _begin(self, at: float) -> None:
        """Begin the millisecond of *at*, or the one after the last, which may be early: ids never go backwards."""
        with self._lock:
            ms = self._ms = max(int(at * 1000), self._ms + 1)
            self.block = f"{ms:012x}-{self._prefix}-", iter(_SUFFIXES)
            self.until = (ms + 1) / 1000


_of_this_process = IdSource()


def new_id(_now: Callable[[], float] = time.time, _source: IdSource = _of_this_process) -> str:
    """Return a fresh ingress id."""
    if _now() < _source.until:
        start, ends = _source.block
        for end in ends:
            return start + end
    return _source.new()


class MessageEnvelope(msgspec.Struct, frozen=True, kw_only=False, gc=False):
    """One message as accepted: who sent what to whom, and where it came from (bus.md A1, A2).

    Immutable; what happens to it on its way (attempts, due times) is never in it. Times are seconds since the epoch.
    `max_retries` and `ttl_seconds` of None mean that the target's policy decides.
    """

    payload: object = None
    event_type: str = "message"
    session_id: str = "default"
    sender_component: str | None = None
    target_component: str | None = None
    message_id: str = msgspec.field(default_factory=new_id)
    correlation_id: str | None = None
    causation_id: str | None = None
    hop: int = 0
    revision: int = 0
    created_at: float = msgspec.field(default_factory=time.time)
    expires_at: float | None = None
    delivery_mode: DeliveryMode | None = None
    pattern: CommunicationPattern = CommunicationPattern.ROUTED
    max_retries: int | None = None
    ttl_seconds: float | None = None
    retry_count: int = 0
    dedupe_key: str | None = None
    replay_of: str | None = None
    replay_count: int = 0
    priority: int = 0
    traceparent: str | None = None
    tracestate: str | None = None

    def is_expired(self, now: float | None = None) -> bool:
        """Whether the message's time to live is over at *now* (seconds since the epoch; default: the system's time)."""
        at = time.time() if now is None else now
        if self.expires_at is not None:
            return at >= self.expires_at
        return self.ttl_seconds is not None and at >= self.created_at + self.ttl_seconds

    def can_retry(self) -> bool:
        """Whether the envelope's own limit, if it has one, allows a further attempt."""
        return self.max_retries is None or self.retry_count < self.max_retries

    def to_dict(self) -> dict[str, object]:
        """Return the envelope as plain data under the published names."""
        return {
            name: value.value if isinstance(value := getattr(self, name), StrEnum) else value
            for name in self.__struct_fields__
        }

    @classmethod
    def from_dict(cls, data: dict[str, object]) -> MessageEnvelope:
        """Return the envelope that `to_dict` wrote; raises msgspec.ValidationError for wrong types."""
        return msgspec.convert(data, cls)


_LONGEST_ID = 120


def child_id(parent: str, source: str, ordinal: int) -> str:
    """Return the id of *source*'s output *ordinal* (from 0) for *parent*: equal for every attempt (bus.md A4)."""
    name = f"{parent}/{source}.{ordinal}"
    if len(name) <= _LONGEST_ID:
        return name
    digest = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()
    return f"{parent[:12]}~{digest}"


class Outbox(Protocol):
    """How a component sends; it never knows how messages travel.

    Inside a handler sends are staged and leave together with its acknowledgement (bus.md C4); outside one they return
    after acceptance (F7).
    """

    async def emit(
        self, source: str, event: str, data: object, *, session: str | None = None, dedupe_key: str | None = None
    ) -> str:
        """Route *data* along *source*'s `to`; return the message's id.

        With a *dedupe_key* it is the same message as an earlier one of its session with that key, for targets whose
        delivery is effectively once (bus.md C3); outside a handler the id is then the earlier one's.
        """
        ...

    async def send(
        self,
        source: str,
        target: str,
        event: str,
        data: object,
        *,
        session: str | None = None,
        dedupe_key: str | None = None,
    ) -> str:
        """Send *data* to the component *target*; return the message's id."""
        ...

    async def broadcast(self, source: str, event: str, data: object, *, session: str | None = None) -> str:
        """Send *data* to every component whose `accepts` names *event* (bus.md C6); return the message's id."""
        ...

    async def request(self, source: str, target: str, data: object, *, timeout: float) -> object:
        """Ask *target* directly, past its lanes, and return its answer; *timeout* in seconds."""
        ...

    def note(self, source: str, event: str, data: object) -> None:
        """Write what is only to be observed into the event log."""
        ...
