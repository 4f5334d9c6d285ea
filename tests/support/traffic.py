"""Records written as the engine would write them, folded into a history, for tests that need traffic."""

from __future__ import annotations

from woodwork_engine.events import EventLog
from woodwork_engine.message import MessageEnvelope
from woodwork_engine.payload import encode
from woodwork_tui.state.delivery_row import DeliveryRow
from woodwork_tui.state.history import DeliveryHistory

START = 1_700_000_000.0
TRACEBACK = (
    "Traceback (most recent call last):\n"
    '  File "/usr/lib/python3.11/asyncio/tasks.py", line 9, in wait\n    return await x\n'
    '  File "/home/ana/flow/audit.py", line 22, in handle\n    conn = connect("audit-db", 5432)\n'
    "ConnectionError: audit-db:5432 refused\n"
)

HOSTILE = (
    "[/]",
    "[/bold][red]",
    "\x1b[2J\x1b]0;owned\x07",
    "\x9b31m",
    "a\ud800b",
    "\u202egnp.exe",
    "日本語" * 40,
    "x" * 1_000_000,
    "line\r\nbreak\ttab\x00",
)
"""Texts that crash, lie or escape wherever they reach a terminal unchecked."""


class Traffic:
    """Writes records and folds them; *allowed* attempts per delivery."""

    def __init__(self, *, limit: int = 1_000, allowed: int = 4) -> None:
        self.log = EventLog()
        self.reader = self.log.reader()
        self.history = DeliveryHistory(limit)
        self.envelopes: dict[str, MessageEnvelope] = {}
        self.allowed = allowed
        self._allowed: dict[str, int] = {}
        self.now = START

    def send(
        self,
        message_id: str,
        *targets: str,
        payload: object = "hi",
        session: str = "s-1",
        source: str | None = "input",
        event: str = "input.received",
        cause: str | None = None,
        rev: int = 1,
    ) -> None:
        """Accept a message for *targets*; it belongs to what *cause* belongs to (bus.md A5)."""
        parent = self.envelopes.get(cause or "")
        envelope = MessageEnvelope(
            message_id=message_id,
            session_id=session,
            sender_component=source,
            event_type=event,
            correlation_id=message_id if parent is None else parent.correlation_id,
            causation_id=cause,
            revision=rev,
        )
        self.envelopes[message_id] = envelope
        self._allowed |= dict.fromkeys(targets, self.allowed)
        self.history.allow(self._allowed)
        self.log.append_emitted(self.now, envelope, encode(payload), targets)
        for target in targets:
            self.log.append(self.now, "queued", envelope, target, data={"depth": 1})

    def start(self, message_id: str, target: str, attempt: int = 1) -> None:
        """Begin an attempt."""
        self.log.append(self.now, "started", self.envelopes[message_id], target, attempt)

    def ok(
        self, message_id: str, target: str, *, ms: float = 12.0, attempt: int = 1, outputs: tuple[str, ...] = ()
    ) -> None:
        """Let the delivery succeed."""
        data: dict[str, object] = {"outputs": list(outputs)}
        self.log.append(self.now, "ok", self.envelopes[message_id], target, attempt, ms, data)

    def fail(self, message_id: str, target: str, error: str = "audit-db:5432 refused", *, attempt: int = 1) -> None:
        """Let an attempt fail with a ConnectionError."""
        data: dict[str, object] = {"error_type": "ConnectionError", "message": error, "traceback": TRACEBACK}
        self.log.append(self.now, "failed", self.envelopes[message_id], target, attempt, 9.0, data)

    def retry(self, message_id: str, target: str, *, after: float = 2.0, attempt: int = 1) -> None:
        """Schedule the next attempt *after* s."""
        data: dict[str, object] = {"due": self.now + after, "delay_ms": after * 1000}
        self.log.append(self.now, "retry_scheduled", self.envelopes[message_id], target, attempt, data=data)

    def dead(self, message_id: str, target: str, reason: str = "exhausted") -> None:
        """Give the delivery up."""
        data: dict[str, object] = {"reason": reason, "dlq_id": f"dead-{message_id}"}
        self.log.append(self.now, "dead", self.envelopes[message_id], target, data=data)

    def fold(self) -> DeliveryHistory:
        """Fold what was written since the last time."""
        batch = self.reader.read()
        self.history.fold(batch.records, batch.missed)
        return self.history

    def row(self, message_id: str, target: str) -> DeliveryRow:
        """Return a delivery after folding."""
        found = self.fold().get((message_id, target))
        assert found is not None
        return found
