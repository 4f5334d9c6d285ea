"""How a dead letter becomes a new message (bus.md E4, E5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypedDict, Unpack

from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.dead_letters import number_of
from woodwork_engine.bus.endpoint import LaneState, Route
from woodwork_engine.bus.holds import Holds
from woodwork_engine.bus.intake import Intake
from woodwork_engine.dead_letter import DeadLetter
from woodwork_engine.delivery import Delivery
from woodwork_engine.errors import PayloadError, ReplayRefusedError, UnknownComponentError, WoodworkError
from woodwork_engine.hold import BY_LETTER, Scope
from woodwork_engine.message import CommunicationPattern, IdSource, MessageEnvelope
from woodwork_engine.payload import UNREADABLE, decode


class HowToReplay(TypedDict, total=False):
    """How a dead letter is replayed, where not as it was; see `Replays.replay`."""

    encoded: bytes | None
    target: str | None
    reroute: bool
    force: bool
    keep_ttl: bool
    once: bool
    note: str | None
    by: str


class Replays:
    """Replays dead letters: accepting the new message and marking the old one is one step."""

    def __init__(self, core: BusCore, intake: Intake, ids: IdSource, holds: Holds) -> None:
        self._core = core
        self._holds = holds
        self._intake = intake
        self._ids = ids

    async def replay(
        self,
        dlq_id: str,
        *,
        encoded: bytes | None = None,
        target: str | None = None,
        reroute: bool = False,
        force: bool = False,
        keep_ttl: bool = False,
        once: bool = False,
        note: str | None = None,
        by: str = "person",
    ) -> str:
        """Send a dead letter again and return the new message's id.

        It goes to its own target, else to *target*, else along today's routes of its source (*reroute*); *encoded*
        replaces the payload. Its life begins anew unless *keep_ttl*, its attempts too unless it has *once* one try
        only; *note* says why it is replayed. Raises ReplayRefusedError (bus.md E5), PayloadError, QueueFullError,
        ClosingError and UnknownComponentError.
        """
        core = self._core
        letter = self._allowed(dlq_id, force=force)
        if encoded is not None:
            _must_be_readable(encoded)
        payload = letter.encoded if encoded is None else encoded
        envelope = self._envelope(letter, keep_ttl=keep_ttl, once=once)
        parcels = self._parcels(letter, envelope, payload, target, reroute=reroute)
        if keep_ttl:
            if letter.envelope.is_expired(envelope.created_at):
                raise ReplayRefusedError(f"the life of {dlq_id} is over; replay it without keeping that")
            for _, delivery in parcels:
                delivery.expires_at = letter.envelope.expires_at
        head = target is None and not reroute and self._stuck_on(letter)
        if not head:  # else it takes the place that it had
            patience = max(route.endpoint.policy.block_timeout for route, _ in parcels)
            await self._intake.room(parcels, patience, droppable=False)
        letter = self._allowed(dlq_id, force=force)  # somebody else may have replayed it while this one waited
        core.dead.mark_replayed(letter, envelope.message_id, payload, by, len(parcels), note)
        self._intake.accept(parcels, in_place=head)
        if head:
            self._to_the_front(letter, envelope)
        if core.log is not None:
            data: dict[str, object] = {"dlq_id": dlq_id, "replay_of": letter.envelope.message_id}
            core.log.append(core.clock.time(), "replayed", envelope, parcels[0][1].target, None, None, data)
        return envelope.message_id

    async def replay_in_order(
        self,
        dlq_ids: Sequence[str],
        **how: Unpack[HowToReplay],
    ) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
        """Replay several, each lane in the order in which it took them; return new ids, and refused ones with why."""
        accepted: list[str] = []
        refused: list[tuple[str, str]] = []
        letters = [letter for dlq_id in dlq_ids if (letter := self._core.dead.get(dlq_id)) is not None]
        unknown = [dlq_id for dlq_id in dlq_ids if self._core.dead.get(dlq_id) is None]
        for dlq_id in (*(letter.dlq_id for letter in in_lane_order(letters)), *unknown):
            try:
                accepted.append(await self.replay(dlq_id, **how))
            except WoodworkError as error:
                refused.append((dlq_id, str(error)))
        return tuple(accepted), tuple(refused)

    def _stuck_on(self, letter: DeadLetter) -> bool:
        """Whether the lane of *letter* is stopped on exactly this one (bus.md B6, E4)."""
        stuck = self._holds.stuck_on(self._core.name_now(letter.route.target), letter.envelope.session_id)
        return stuck == letter.dlq_id and not self._core.closing

    def _to_the_front(self, letter: DeadLetter, envelope: MessageEnvelope) -> None:
        """Let *envelope*, just accepted, go before what has waited behind it, and its lane go on."""
        name, session = self._core.name_now(letter.route.target), letter.envelope.session_id
        lane = self._core.endpoint(name).lanes[session]
        begun = lane.running or lane.state is LaneState.WAITING  # a single step was made meanwhile
        if lane.queue and lane.queue[-1].envelope is envelope:  # one with a lane of its own goes before nobody
            lane.queue.insert(int(begun), lane.queue.pop())
            if self._core.keeper is not None:
                self._core.keeper.deliveries.reordered(lane)
        self._holds.lift(Scope(name, session), BY_LETTER)

    def _allowed(self, dlq_id: str, *, force: bool) -> DeadLetter:
        core = self._core
        return core.dead.ready_to_replay(dlq_id, max_replays=core.policy.dlq.max_replays, force=force)

    def _envelope(self, letter: DeadLetter, *, keep_ttl: bool, once: bool) -> MessageEnvelope:
        old = letter.envelope
        now = self._core.clock.time()
        return MessageEnvelope(
            event_type=old.event_type,
            session_id=old.session_id,
            sender_component=old.sender_component,
            message_id=self._ids.new(now),
            correlation_id=old.correlation_id or old.message_id,
            causation_id=old.message_id,
            revision=self._core.table.revision,
            created_at=now,
            delivery_mode=old.delivery_mode,
            pattern=CommunicationPattern.POINT_TO_POINT,
            max_retries=0 if once else letter.own_max_retries,
            expires_at=old.expires_at if keep_ttl else None,
            ttl_seconds=None if keep_ttl else old.ttl_seconds,
            dedupe_key=old.dedupe_key,
            replay_of=letter.dlq_id,
            replay_count=letter.replay.count + 1,
            priority=old.priority,
            traceparent=old.traceparent,
            tracestate=old.tracestate,
        )

    def _parcels(
        self, letter: DeadLetter, envelope: MessageEnvelope, payload: bytes, target: str | None, *, reroute: bool
    ) -> list[tuple[Route, Delivery]]:
        core = self._core
        source = letter.route.source
        if reroute and source is not None:
            routes = core.table.routed(source, envelope.event_type)
            if not routes:
                raise ReplayRefusedError(f"{source} has no route for {envelope.event_type}; replay to a component")
        else:
            name = target or core.name_now(letter.route.target)
            if name not in core.endpoints or core.endpoints[name].keeps_nothing:
                raise UnknownComponentError(name, core.endpoints)
            routes = (core.table.direct(source, name),)
        return [self._intake.parcel(route, envelope, payload, envelope.created_at) for route in routes]


def in_lane_order(letters: Iterable[DeadLetter]) -> list[DeadLetter]:
    """Return *letters* lane by lane, the lane with the oldest first, each as it took them (bus.md E6)."""
    lanes: dict[tuple[str, str], list[DeadLetter]] = {}
    for letter in sorted(letters, key=_accepted):
        lanes.setdefault((letter.route.target, letter.envelope.session_id), []).append(letter)
    return [letter for lane in lanes.values() for letter in lane]


def _accepted(letter: DeadLetter) -> tuple[float, int]:
    return letter.lane.accepted_at or letter.envelope.created_at, number_of(letter.dlq_id)


def _must_be_readable(encoded: bytes) -> None:
    try:
        decode(encoded)
    except UNREADABLE as error:
        raise PayloadError("$", f"these bytes cannot be read ({error})") from error
