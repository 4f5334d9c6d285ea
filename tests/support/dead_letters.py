"""Dead letters made by hand, for tests of what is shown and done about them."""

from __future__ import annotations

from woodwork_engine.dead_letter import (
    DeadLetter,
    DeadRoute,
    DeadState,
    DeathReason,
    ReplayChain,
    Resolution,
)
from woodwork_engine.message import MessageEnvelope
from woodwork_engine.payload import encode
from woodwork_engine.policy import DeliveryPolicy
from woodwork_engine.snapshot import AttemptInfo

NOON = 1_700_000_000.0


class Ticking:
    """A clock that is later each time it is asked."""

    def __init__(self) -> None:
        self.now = NOON

    def time(self) -> float:
        """Return a second more than last time."""
        self.now += 1.0
        return self.now

    monotonic = time


HOSTILE = (
    "[/]",
    "[/",
    '{"a":[true,false]}',
    "\x1b]0;owned\x07\x1b[2J\x9b31m",
    "\u202egnp.exe\u2066",
    "\ud800 lone \udfff",
    "a\tb\r\nc\x00d\x7f",
    "漢字" * 40,
    "x" * 1_000_000,
)


def attempt(
    n: int, at: float, error: str = "ConnectionError", message: str = "audit-db:5432 refused", traceback: str = ""
) -> AttemptInfo:
    """Return a failed attempt that took 9 ms."""
    return AttemptInfo(n, at, at + 0.009, error, message, traceback or f"Traceback\n{error}: {message}")


def letter(
    dlq_id: str,
    *,
    at: float = NOON,
    payload: object = None,
    source: str | None = "agent",
    target: str = "audit",
    session: str = "s-01",
    event: str = "agent.response",
    reason: DeathReason = DeathReason.EXHAUSTED,
    error: str = "ConnectionError",
    message: str = "audit-db:5432 refused",
    traceback: str = "",
    attempts: int = 4,
    replays: int = 0,
    chain: tuple[str, ...] = (),
    state: DeadState = DeadState.OPEN,
    replay_ok: bool | None = None,
    resolved_at: float | None = None,
    revision: int = 1,
) -> DeadLetter:
    """Return a dead letter that died of *attempts* equal failures, one a second."""
    encoded = encode({"text": "hi"} if payload is None else payload)
    envelope = MessageEnvelope(
        event_type=event,
        session_id=session,
        sender_component=source,
        target_component=target,
        message_id=f"msg-{dlq_id}",
        created_at=at - attempts,
        revision=revision,
        replay_count=replays,
    )
    tries = tuple(attempt(n + 1, at - attempts + n, error, message, traceback) for n in range(attempts))
    return DeadLetter(
        dlq_id,
        reason,
        at,
        "main.ww",
        revision,
        DeadRoute(source, target, (target,)),
        envelope,
        encoded,
        tries,
        policy=DeliveryPolicy(),
        replay=ReplayChain(chain[-1] if chain else None, replays, chain),
        state=state,
        resolution=None if resolved_at is None else Resolution("user", resolved_at),
        replay_ok=replay_ok,
    )
