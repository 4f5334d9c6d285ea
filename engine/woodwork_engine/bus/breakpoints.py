"""Breakpoints: messages that a person wants to look at, and perhaps edit, before they are delivered (bus.md D4)."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

import msgspec

from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.endpoint import Endpoint, Lane
from woodwork_engine.bus.holds import Holds
from woodwork_engine.delivery import Delivery
from woodwork_engine.errors import PayloadError, UnknownComponentError
from woodwork_engine.filter import compile_filter
from woodwork_engine.hold import BY_BREAKPOINT, BY_PERSON, HoldState, Scope
from woodwork_engine.payload import UNREADABLE, decode, json_text

Condition = Callable[[Delivery], bool]


class Breakpoint(msgspec.Struct, frozen=True):
    """Hold what is to be delivered to *component*, only from *source* and only where *condition* holds, if given."""

    component: str
    source: str | None = None
    condition: str = ""


class Breakpoints:
    """Holds the head of a lane before its attempt where a breakpoint says so; its lane waits, and no other.

    A component without breakpoints is not looked at. `version` changes with every change.
    """

    def __init__(self, core: BusCore, holds: Holds) -> None:
        self.version = 0
        self._core = core
        self._holds = holds
        self._all: dict[Breakpoint, Condition] = {}

    def list(self) -> tuple[Breakpoint, ...]:
        """Return every breakpoint, the oldest first."""
        return tuple(self._all)

    def add(self, breakpoint_: Breakpoint) -> None:
        """Hold from now on what *breakpoint_* says; raises FilterError and UnknownComponentError."""
        if breakpoint_.component not in self._core.endpoints:
            raise UnknownComponentError(breakpoint_.component, self._core.endpoints)
        self._all[breakpoint_] = compile_filter(breakpoint_.condition).over(_FIELDS)
        self._look_out(breakpoint_.component)

    def remove(self, breakpoint_: Breakpoint) -> bool:
        """Hold no further message by *breakpoint_*; True when there was one. What is held stays until released."""
        found = self._all.pop(breakpoint_, None) is not None
        self._look_out(breakpoint_.component)
        return found

    def rename(self, old: str, new: str) -> None:
        """Let the breakpoints of the component *old* be for the name *new*."""
        renamed = {
            msgspec.structs.replace(one, component=new) if one.component == old else one: condition
            for one, condition in self._all.items()
        }
        if renamed.keys() != self._all.keys():
            self._all = renamed
            self.version += 1
            self._core.tell_held()

    def held(self) -> tuple[HoldState, ...]:
        """Return what is held by breakpoints now."""
        return tuple(hold for hold in self._holds.list() if hold.by == BY_BREAKPOINT)

    def message(self, message_id: str, target: str) -> Delivery | None:
        """Return a held message, None when it is not held."""
        hold = self._hold_of(message_id, target)
        return None if hold is None else self._holds.message(hold)

    def release(self, message_id: str, target: str, *, encoded: bytes | None = None) -> bool:
        """Let a held message be delivered, with the payload *encoded* where given; True when it was held.

        Raises PayloadError for bytes that are no payload.
        """
        hold = self._hold_of(message_id, target)
        if hold is None:
            return False
        held = self._holds.place(hold)
        data: dict[str, object] = {"by": BY_PERSON}
        if held is not None and encoded is not None and encoded != held[1].encoded:
            data |= self._replace(*held, encoded)
        return self._holds.release(hold, data)

    def release_all(self) -> int:
        """Let everything that breakpoints hold be delivered and return how many messages that were."""
        return sum(self._holds.release(hold, {"by": BY_PERSON}) for hold in self.held())

    def _replace(self, lane: Lane, head: Delivery, encoded: bytes) -> dict[str, object]:
        try:
            decode(encoded)
        except UNREADABLE as error:
            raise PayloadError("$", f"these bytes cannot be read ({error})") from error
        before, head.encoded = head.encoded, encoded
        head.own_payload = False
        self._core.bytes += len(encoded) - len(before)
        if head.seq and self._core.keeper is not None:
            self._core.keeper.deliveries.rewritten(lane, head)
        return {
            "payload_sha256_before": sha256(before).hexdigest(),
            "payload_sha256_after": sha256(encoded).hexdigest(),
        }

    def _hold_of(self, message_id: str, target: str) -> HoldState | None:
        return next((one for one in self.held() if (one.message_id, one.scope.component) == (message_id, target)), None)

    def _look_out(self, component: str) -> None:
        self.version += 1
        self._core.tell_held()
        watched = any(one.component == component for one in self._all)
        self._core.endpoint(component).look_before("breakpoints", self._stops if watched else None)

    def _stops(self, endpoint: Endpoint, lane: Lane) -> bool:
        """Whether the head of *lane* is to be held; it is then."""
        head = lane.queue[0]
        if head.attempt or (head.marks is not None and head.marks.released):
            return False
        if self._core.keeper is not None and self._core.keeper.admission.holds_back(head):
            return False  # it is not accepted yet
        if not any(_applies(one, condition, head) for one, condition in self._all.items()):
            return False
        core, now = self._core, self._core.clock.time()
        if core.log is not None:
            core.log.append(now, "held", head.envelope, head.target, None, None, {"by": BY_BREAKPOINT})
        scope = Scope(endpoint.name, lane.session.id)
        self._holds.put(HoldState(scope, now, BY_BREAKPOINT, message_id=head.envelope.message_id))
        return True


def _applies(breakpoint_: Breakpoint, condition: Condition, head: Delivery) -> bool:
    return (
        breakpoint_.component == head.target
        and breakpoint_.source in (None, head.envelope.sender_component)
        and condition(head)
    )


def _payload(delivery: Delivery) -> object:
    try:
        return decode(delivery.encoded)
    except UNREADABLE:
        return None


_FIELDS: dict[str, Callable[[Delivery], object]] = {
    "text": lambda d: json_text(_payload(d)),
    "payload": _payload,
    "session": lambda d: d.envelope.session_id,
    "event": lambda d: d.envelope.event_type,
    "id": lambda d: d.envelope.message_id,
    "from": lambda d: d.envelope.sender_component,
    "to": lambda d: d.target,
    "hop": lambda d: d.envelope.hop,
    "size": lambda d: len(d.encoded),
}
