"""Holds and breakpoints: what is kept from starting, since when, by whom and why (bus.md B6, D4)."""

from __future__ import annotations

import msgspec

MOST_STEPS = 1_000
"""Steps that are taken at most when a session is stepped until it rests."""

BY_PERSON, BY_LETTER, BY_BREAKPOINT = BY_ANYTHING = "person", "dead_letter", "breakpoint"


class Scope(msgspec.Struct, frozen=True):
    """What is held: a component, a session, the lane of both; neither: the whole bus."""

    component: str | None = None
    session: str | None = None

    @property
    def kind(self) -> str:
        """`bus`, `component`, `session` or `lane`."""
        if self.session is None:
            return "bus" if self.component is None else "component"
        return "session" if self.component is None else "lane"


class HoldState(msgspec.Struct, frozen=True):
    """One hold: since when (s since the epoch), by whom and why.

    *dlq_id* is the dead letter on which a lane is stuck; *message_id* the message that a breakpoint holds.
    """

    scope: Scope
    since: float
    by: str = BY_PERSON
    reason: str | None = None
    dlq_id: str | None = None
    message_id: str | None = None

    def to_dict(self) -> dict[str, object]:
        """Return the hold as plain data."""
        plain = msgspec.to_builtins(self)
        return {**plain, "scope": {**plain["scope"], "kind": self.scope.kind}}

    @classmethod
    def from_dict(cls, data: dict[str, object]) -> HoldState:
        """Return the hold that `to_dict` wrote; raises msgspec.ValidationError."""
        return msgspec.convert(data, cls)


class Breakpoint(msgspec.Struct, frozen=True):
    """Hold what is to be delivered to *component*, only from *source* and only where *condition* holds, if given."""

    component: str
    source: str | None = None
    condition: str = ""


class HeldMessage(msgspec.Struct, frozen=True):
    """A message that a breakpoint holds before its first attempt at *target*; *since* in s since the epoch.

    *encoded* is its payload as it would be delivered.
    """

    message_id: str
    target: str
    session: str
    source: str | None
    event: str
    since: float
    encoded: bytes

    @property
    def key(self) -> tuple[str, str]:
        """The delivery key (bus.md A4)."""
        return (self.message_id, self.target)
