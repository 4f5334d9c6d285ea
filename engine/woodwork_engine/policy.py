"""How deliveries to a component are treated: resolved settings as frozen data, with the built-in values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Jitter = Literal["full", "equal", "none"]
Ordering = Literal["session", "none"]
Overflow = Literal["block", "reject", "drop_oldest", "drop_new"]
DeliveryChoice = Literal["at_least_once", "at_most_once", "effectively_once"]
OnExhausted = Literal["skip", "pause"]
OnRemove = str
"""park, dead_letter, discard, or redirect:NAME."""
ON_REMOVE = ("park", "dead_letter", "discard")
REDIRECT = "redirect:"


def redirect_of(on_remove: OnRemove) -> str | None:
    """Return the component to which *on_remove* sends what waits, None where it says something else."""
    return on_remove.removeprefix(REDIRECT) if on_remove.startswith(REDIRECT) else None


Sync = Literal["process", "power"]
ErrorAction = Literal["retry", "reject", "pause"]


@dataclass(frozen=True, slots=True)
class ErrorRule:
    """What is done when an attempt fails with one class of errors (bus.md D3); figures of None are the policy's.

    *error* is the name of the class, alone or after the module or package it comes from; subclasses are meant too.
    """

    error: str
    action: ErrorAction = "retry"
    max_retries: int | None = None
    base: float | None = None
    factor: float | None = None
    cap: float | None = None
    jitter: Jitter | None = None

    def __str__(self) -> str:
        return f"{self.error} {self.action}"


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When a failed attempt is repeated; times in seconds (bus.md D2, D3).

    *on* are the rules about errors, layer by layer: the component's, then those of `defaults`, then the bus's.
    """

    max_retries: int = 3
    base: float = 0.5
    factor: float = 2.0
    cap: float = 60.0
    jitter: Jitter = "full"
    max_retry_after: float = 600.0
    on: tuple[tuple[ErrorRule, ...], ...] = ()

    @property
    def max_attempts(self) -> int:
        """Attempts allowed in all, the first one included."""
        return self.max_retries + 1


@dataclass(frozen=True, slots=True)
class DedupePolicy:
    """For how many seconds, and up to how many, ids are remembered where delivery is effectively once (bus.md C3)."""

    window: float = 600.0
    max_ids: int = 100_000


@dataclass(frozen=True, slots=True)
class BreakerPolicy:
    """When a component is left alone: *rate* (0 to 1) of at least *min* attempts failed within *window* seconds (D7).

    The window is also for how long it is left alone before it is tried again.
    """

    rate: float = 0.5
    window: float = 30.0
    min: int = 20


@dataclass(frozen=True, slots=True)
class DeliveryPolicy:
    """Everything that decides about deliveries to one component; times in seconds, sizes in messages."""

    concurrency: int = 64
    ordering: Ordering = "session"
    timeout: float | None = None
    ttl: float | None = 300.0
    ttl_is_own: bool = False  # set on the component itself: children do not inherit their parent's expiry (D4)
    delivery: DeliveryChoice = "at_least_once"
    on_exhausted: OnExhausted = "skip"
    on_remove: OnRemove = "park"
    max_queue: int = 10_000
    max_session_queue: int | None = None
    overflow: Overflow = "block"
    block_timeout: float = 30.0
    quantum: int = 16
    accepts: tuple[str, ...] = ()
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    dedupe: DedupePolicy = field(default_factory=DedupePolicy)
    breaker: BreakerPolicy | None = None
    durable: bool = False

    @property
    def session_limit(self) -> int:
        """How many messages of one session may wait here (bus.md F1)."""
        if self.max_session_queue is not None:
            return self.max_session_queue
        return max(64, self.max_queue // 16)


WhenFull = Literal["evict_resolved", "reject"]


@dataclass(frozen=True, slots=True)
class DlqPolicy:
    """How dead letters are kept (bus.md E2): sizes in letters and bytes, ages in seconds or None for ever.

    Age and, with *evict_resolved*, a full queue remove resolved letters only; where there are none, ingress rejects.
    """

    max_count: int = 100_000
    max_bytes: int = 256 * 1024 * 1024
    max_age: float | None = 7 * 86_400.0
    when_full: WhenFull = "evict_resolved"
    max_replays: int = 3


@dataclass(frozen=True, slots=True)
class FlowPolicy:
    """Limits and deadlines of a whole flow; times in seconds, sizes in messages or bytes."""

    max_inflight: int = 256
    max_messages: int = 100_000
    max_bytes: int = 256 * 1024 * 1024
    max_hops: int = 64
    overflow_factor: int = 10
    drain_timeout: float = 30.0
    stop_timeout: float = 10.0
    dlq: DlqPolicy = field(default_factory=DlqPolicy)
    durable: bool = False
    sync: Sync = "process"
