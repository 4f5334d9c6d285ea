"""A hold: what is kept from starting, since when, by whom and why (bus.md B6)."""

from __future__ import annotations

import msgspec

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
