"""What a person, or a message that cannot be handled, holds up: pauses, single steps, stuck lanes (bus.md B6, D4)."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.endpoint import Lane, LaneState
from woodwork_engine.bus.halts import Halts
from woodwork_engine.bus.settlement import Settlement
from woodwork_engine.delivery import Delivery
from woodwork_engine.errors import UnknownComponentError
from woodwork_engine.hold import BY_ANYTHING, BY_BREAKPOINT, BY_LETTER, BY_PERSON, HoldState, Scope


class Holds:
    """Keeps attempts from starting: what is held is accepted and waits, and its time to live stands still.

    Holds are independent: a lane goes on when nothing holds it any more. `version` changes with every change.
    """

    def __init__(self, core: BusCore, halts: Halts, settlement: Settlement) -> None:
        self.version = 0
        self._core = core
        self._halts = halts
        self._settlement = settlement
        self._all: dict[tuple[Scope, str], HoldState] = {}
        settlement.on_stuck = self.stuck

    def list(self) -> tuple[HoldState, ...]:
        """Return every hold, the oldest first."""
        return tuple(self._all.values())

    def pause(
        self, component: str | None = None, session: str | None = None, *, reason: str | None = None
    ) -> HoldState:
        """Start no attempt in this scope until `resume`; running ones end. Raises UnknownComponentError."""
        self._known(component)
        scope = Scope(component, session)
        before = self._all.get((scope, BY_PERSON))
        return before or self.put(HoldState(scope, self._core.clock.time(), BY_PERSON, reason))

    def resume(self, component: str | None = None, session: str | None = None) -> int:
        """End every hold of exactly this scope and return how many there were; a letter a lane is stuck on stays."""
        scope = Scope(component, session)
        return self.lift(scope, BY_PERSON) + self.lift(scope, BY_LETTER) + self._let_through(scope)

    def step(self, component: str | None = None, session: str | None = None) -> str | None:
        """Let one attempt start in a held scope: of the message that waits longest. Returns its id, None without one.

        A waiting retry is had at once. Raises UnknownComponentError.
        """
        self._known(component)
        waiting = [lane for lane in self._lanes(Scope(component, session)) if _steppable(lane)]
        if not waiting:
            return None
        lane = min(waiting, key=lambda one: one.queue[0].accepted_at)
        self.step_lane(lane)
        return lane.queue[0].envelope.message_id

    def waiting(self, scope: Scope) -> tuple[int, float | None]:
        """Return how many messages wait in *scope* and are not being attempted, and when the first was accepted."""
        filled = [lane for lane in self._lanes(scope) if len(lane.queue) > lane.running]
        oldest = min((lane.queue[lane.running].accepted_at for lane in filled), default=None)
        return sum(len(lane.queue) - lane.running for lane in filled), oldest

    def at_work(self, session: str) -> bool:
        """Whether an attempt of *session* runs, or is about to start."""
        return any(lane.running or lane.state is LaneState.READY for lane in self._lanes(Scope(None, session)))

    def step_lane(self, lane: Lane) -> None:
        """Let the head of a held *lane* have one attempt."""
        self._let_through(Scope(lane.endpoint.name, lane.session.id))
        if lane.state is LaneState.WAITING:
            self._settlement.stop_waiting(lane)
        self._halts.step(lane)

    def stuck(self, lane: Lane, dlq_id: str, reason: str) -> None:
        """Stop *lane*, whose head has just become the dead letter *dlq_id*, until somebody resolves it (bus.md B6)."""
        scope = Scope(lane.endpoint.name, lane.session.id)
        self.put(HoldState(scope, self._core.clock.time(), BY_LETTER, reason, dlq_id=dlq_id))

    def stuck_on(self, component: str, session: str) -> str | None:
        """Return the dead letter on which this lane is stuck, None when it is not."""
        hold = self._all.get((Scope(component, session), BY_LETTER))
        return None if hold is None else hold.dlq_id

    def purge(self, component: str, session: str) -> int:
        """Discard what waits in a lane, end its holds, and return how many messages that were."""
        rest = [
            (lane, delivery)
            for lane in self._lanes(Scope(component, session))
            for delivery in list(lane.queue)[lane.running :]
        ]
        for lane, delivery in rest:
            self._settlement.discarded(lane, delivery, "lane purged")
        self.resume(component, session)
        return len(rest)

    def rename(self, old: str, new: str) -> None:
        """Let what holds the component *old* hold it under the name *new*."""
        for (scope, by), hold in tuple(self._all.items()):
            if scope.component == old:
                del self._all[(scope, by)]
                self._core.held.discard((old, scope.session))
                self._core.held.add((new, scope.session))
                there = Scope(new, scope.session)
                self._all[(there, by)] = msgspec.structs.replace(hold, scope=there)
                self.version += 1
                self._core.tell_held()

    def restore(self, holds: Iterator[HoldState] | tuple[HoldState, ...]) -> None:
        """Hold what was held before, as when a flow is started again."""
        for hold in holds:
            self.put(hold)

    def put(self, hold: HoldState) -> HoldState:
        """Hold what *hold* says, and tell."""
        self._all[(hold.scope, hold.by)] = hold
        self._core.held.add((hold.scope.component, hold.scope.session))
        for lane in self._lanes(hold.scope):
            self._halts.halt(lane)
        self._tell("paused", hold)
        self._core.tell_if_idle()
        return hold

    def lift(self, scope: Scope, by: str) -> bool:
        """End one hold; True when there was one."""
        hold = self._all.pop((scope, by), None)
        if hold is None:
            return False
        if not any((scope, other) in self._all for other in BY_ANYTHING):
            self._core.held.discard((scope.component, scope.session))
        self._tell("resumed", hold)
        for lane in list(self._lanes(scope)):
            self._halts.unhalt(lane)
        return True

    def release(self, hold: HoldState, data: dict[str, object]) -> bool:
        """Let go what a breakpoint holds; True when the message still waits. *data* is for the record `released`."""
        core, delivery = self._core, self.message(hold)
        if delivery is not None:
            delivery.mark().released = True
            if core.log is not None:
                core.log.append(core.clock.time(), "released", delivery.envelope, delivery.target, None, None, data)
        self.lift(hold.scope, BY_BREAKPOINT)
        return delivery is not None

    def drop(self, hold: HoldState) -> bool:
        """Discard what a breakpoint holds for good; True when the message still waited."""
        place = self.place(hold)
        if place is not None:
            self._settlement.discarded(*place, "dropped at a breakpoint")
        self.lift(hold.scope, BY_BREAKPOINT)
        return place is not None

    def message(self, hold: HoldState) -> Delivery | None:
        """Return the message that a breakpoint holds, None when it has gone meanwhile."""
        place = self.place(hold)
        return None if place is None else place[1]

    def place(self, hold: HoldState) -> tuple[Lane, Delivery] | None:
        """Return the message that a breakpoint holds with its lane, None when it has gone meanwhile."""
        waiting = ((lane, delivery) for lane in self._lanes(hold.scope) for delivery in lane.queue)
        return next((one for one in waiting if one[1].envelope.message_id == hold.message_id), None)

    def _let_through(self, scope: Scope) -> bool:
        hold = self._all.get((scope, BY_BREAKPOINT))
        return hold is not None and self.release(hold, {"by": BY_PERSON})

    def _known(self, component: str | None) -> None:
        if component is not None and component not in self._core.endpoints:
            raise UnknownComponentError(component, self._core.endpoints)

    def _lanes(self, scope: Scope) -> Iterator[Lane]:
        endpoints = self._core.endpoints
        if scope.component is None:
            inside = tuple(endpoints.values())
        else:
            inside = (endpoints[scope.component],) if scope.component in endpoints else ()
        for endpoint in inside:
            own = endpoint.lanes.get(scope.session) if scope.session is not None else None
            if own is not None and not own.out:  # else there may be lanes for single messages of the session
                yield own
                continue
            for lane in endpoint.lanes.values():
                if scope.session in (None, lane.session.id):
                    yield lane

    def _tell(self, kind: str, hold: HoldState) -> None:
        self.version += 1
        core, scope = self._core, hold.scope
        core.tell_held()
        if core.log is not None:
            data = {key: value for key, value in hold.to_dict().items() if value is not None and key != "since"}
            core.log.append_held(core.clock.time(), kind, scope.component, scope.session, data)


def _steppable(lane: Lane) -> bool:
    return bool(lane.queue) and lane.go is LaneState.HALTING and lane.state in (LaneState.PAUSED, LaneState.WAITING)
