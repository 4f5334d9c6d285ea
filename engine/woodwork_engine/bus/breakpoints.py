"""Breakpoints: messages that a person wants to look at, and perhaps edit, before they are delivered (bus.md D4)."""

from __future__ import annotations

import msgspec

from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.endpoint import Endpoint, Lane
from woodwork_engine.bus.holds import Holds
from woodwork_engine.bus.rewriting import rewrite
from woodwork_engine.delivery import Delivery
from woodwork_engine.delivery_filter import Condition, condition
from woodwork_engine.errors import UnknownComponentError
from woodwork_engine.hold import BY_BREAKPOINT, BY_PERSON, Breakpoint, HeldMessage, HoldState, Scope


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
        self._all[breakpoint_] = condition(breakpoint_.condition)
        self._look_out(breakpoint_.component)

    def remove(self, breakpoint_: Breakpoint) -> bool:
        """Hold no further message by *breakpoint_*; True when there was one. What is held stays until released."""
        found = self._all.pop(breakpoint_, None) is not None
        self._look_out(breakpoint_.component)
        return found

    def rename(self, old: str, new: str) -> None:
        """Let the breakpoints of the component *old* be for the name *new*."""
        renamed = {
            msgspec.structs.replace(one, component=new) if one.component == old else one: holds
            for one, holds in self._all.items()
        }
        if renamed.keys() != self._all.keys():
            self._all = renamed
            self.version += 1
            self._core.tell_held()

    def held(self) -> tuple[HoldState, ...]:
        """Return what is held by breakpoints now."""
        return tuple(hold for hold in self._holds.list() if hold.by == BY_BREAKPOINT)

    def messages(self, most: int) -> tuple[HeldMessage, ...]:
        """Return what is held by breakpoints now, the longest first, at most *most* of it."""
        found: list[HeldMessage] = []
        for hold in self._holds.list():
            head = self._holds.message(hold) if hold.by == BY_BREAKPOINT and len(found) < most else None
            if head is not None:
                envelope = head.envelope
                found.append(
                    HeldMessage(
                        envelope.message_id,
                        head.target,
                        envelope.session_id,
                        envelope.sender_component,
                        envelope.event_type,
                        hold.since,
                        head.encoded,
                    )
                )
        return tuple(found)

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
        if held is not None and encoded is not None:
            data |= rewrite(self._core, *held, encoded)
        return self._holds.release(hold, data)

    def drop(self, message_id: str, target: str) -> bool:
        """Discard a held message for good and let its lane go on; True when it was held."""
        hold = self._hold_of(message_id, target)
        return hold is not None and self._holds.drop(hold)

    def release_all(self) -> int:
        """Let everything that breakpoints hold be delivered and return how many messages that were."""
        return sum(self._holds.release(hold, {"by": BY_PERSON}) for hold in self.held())

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
        if not any(_applies(one, holds, head) for one, holds in self._all.items()):
            return False
        core, now = self._core, self._core.clock.time()
        if core.log is not None:
            core.log.append(now, "held", head.envelope, head.target, None, None, {"by": BY_BREAKPOINT})
        scope = Scope(endpoint.name, lane.session.id)
        self._holds.put(HoldState(scope, now, BY_BREAKPOINT, message_id=head.envelope.message_id))
        return True


def _applies(breakpoint_: Breakpoint, holds: Condition, head: Delivery) -> bool:
    return (
        breakpoint_.component == head.target
        and breakpoint_.source in (None, head.envelope.sender_component)
        and holds(head)
    )
