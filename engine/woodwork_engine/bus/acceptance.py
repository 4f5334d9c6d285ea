"""The step in which messages become part of their lanes: all of them, at once (bus.md F7, F4, E3)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.endpoint import Endpoint, Lane, Route
from woodwork_engine.bus.overflow import Oldest, first_waiting
from woodwork_engine.bus.settlement import Settlement
from woodwork_engine.dead_letter import DeathReason, LanePlace
from woodwork_engine.delivery import Delivery
from woodwork_engine.message import MessageEnvelope

Parcel = tuple[Route, Delivery]
"""A message on its way to a lane."""
Parcels = Sequence[Parcel]
"""Several of them; those of one envelope stand together."""


def expiry(endpoint: Endpoint, envelope: MessageEnvelope, now: float) -> float | None:
    """Return when *envelope*, accepted *now*, expires at *endpoint*, in s since the epoch (bus.md D4)."""
    if envelope.ttl_seconds is not None:
        return envelope.created_at + envelope.ttl_seconds
    if (envelope.expires_at is None and not envelope.hop) or endpoint.ttl_is_own:
        return None if endpoint.ttl is None else now + endpoint.ttl
    return envelope.expires_at


def first_of(endpoint: Endpoint, delivery: Delivery, now: float) -> str | None:
    """Return the id of the same message where *endpoint* has accepted one and is to have it once (bus.md C3)."""
    if endpoint.seen is None or not endpoint.is_once(delivery):
        return None
    return endpoint.seen.accepted(delivery.envelope, now)


class Acceptance:
    """Appends to lanes; whether there is room was decided before."""

    def __init__(self, core: BusCore, settlement: Settlement) -> None:
        self._core = core
        self._settlement = settlement

    def all(self, parcels: Parcels, *, inside: bool = False, in_place: bool = False) -> None:
        """Accept *parcels*; *inside*: a handler sent them that does not wait for room (interfaces: Python).

        *in_place*: they take a place that was kept for them, so nothing is too much (bus.md E4).
        """
        start = 0
        while start < len(parcels):
            envelope = parcels[start][1].envelope
            end = start + 1
            while end < len(parcels) and parcels[end][1].envelope is envelope:
                end += 1
            self._envelope(parcels[start:end], inside=inside, in_place=in_place)
            start = end

    def _envelope(self, parcels: Parcels, *, inside: bool, in_place: bool) -> None:
        core = self._core
        parcels = [parcel for parcel in parcels if parcel[0].endpoint.seen is None or self._is_new(*parcel)]
        if not parcels:
            return
        first = parcels[0][1]
        targets = tuple([delivery.target for _, delivery in parcels])
        if core.log is not None:
            told = partial(core.log.append_emitted, first.accepted_at, first.envelope, first.encoded, targets)
            if core.keeper is not None and core.keeper.admission.admitting:
                core.keeper.admission.tell_later(told, first.envelope)
            else:
                told()
        deserted = []
        for route, delivery in parcels:
            delivery.siblings = targets
            lane = self._append(route, delivery, inside=inside, in_place=in_place)
            if lane is not None and lane.endpoint.instance is None:
                deserted.append((lane, delivery))
        for lane, delivery in deserted:  # when all are there: one that moves on looks where else its message went
            self.nobody_there(lane, delivery)

    def _is_new(self, route: Route, delivery: Delivery) -> bool:
        """Whether *delivery* is to be accepted; a duplicate is counted and told, and nothing else becomes of it."""
        core, endpoint, now = self._core, route.endpoint, delivery.accepted_at
        if endpoint.seen is None or not endpoint.is_once(delivery):
            return True
        first = endpoint.seen.accepted(delivery.envelope, now)
        if first is None:
            endpoint.seen.accept(delivery.envelope, now)
            return True
        endpoint.duplicates += 1
        if core.log is not None:
            data: dict[str, object] = {"event": "duplicate", "first": first, "dedupe_key": delivery.envelope.dedupe_key}
            core.log.append(now, "note", delivery.envelope, endpoint.name, None, None, data)
        return False

    def _append(self, route: Route, delivery: Delivery, *, inside: bool, in_place: bool) -> Lane | None:
        """Append one delivery to its lane and return that; what may not travel on becomes a dead letter (bus.md F4)."""
        core, endpoint, envelope = self._core, route.endpoint, delivery.envelope
        route.edge.count += 1
        lane = core.lane(endpoint, envelope.session_id, delivery.accepted_at)
        if envelope.hop > core.max_hops:
            self._refuse(lane, delivery, DeathReason.HOP_LIMIT)
        elif self._is_too_much(route, inside=inside) and not in_place:
            self._refuse(lane, delivery, DeathReason.OVERFLOW)
        elif endpoint.drops and not in_place and not self._makes_room(lane, delivery.accepted_at):
            lane.session.messages += 1
            self._settlement.not_taken(endpoint, delivery)
        else:
            if endpoint.unordered:
                lane = core.alone(lane, delivery.accepted_at)
            keeper = core.keeper
            admitting = keeper is not None and keeper.admission.admitting
            if keeper is not None and (admitting or endpoint.policy_.durable or lane.frozen_at is not None):
                keeper.deliveries.accept(lane, delivery)
            if core.log is not None:
                at, depth = delivery.accepted_at, endpoint.depth + 1
                told = partial(core.log.append, at, "queued", envelope, endpoint.name, None, None, depth)
                if keeper is not None and admitting:
                    keeper.admission.tell_later(told, envelope, endpoint.name)
                else:
                    told()
            core.push(lane, delivery, wake=not admitting)
            return lane
        return None

    def _is_too_much(self, route: Route, *, inside: bool) -> bool:
        """Whether the target is at its hard cap, for those who do not wait for room there (bus.md F4)."""
        most = route.endpoint.max_queue * self._core.policy.overflow_factor
        return (inside or route.cyclic) and route.endpoint.depth >= most

    def _makes_room(self, lane: Lane, now: float) -> bool:
        """Whether *lane*, at a target that drops, has room once the oldest message has given way (bus.md F2)."""
        endpoint = lane.endpoint
        while (in_lane := lane.depth >= endpoint.session_limit) or endpoint.depth >= endpoint.max_queue:
            found = self._oldest(lane, now, of_session=in_lane) if endpoint.policy.overflow == "drop_oldest" else None
            if found is None:
                return False
            self._settlement.dead(*found, DeathReason.DROPPED_OLDEST)
        return True

    def _oldest(self, lane: Lane, now: float, *, of_session: bool) -> tuple[Lane, Delivery] | None:
        endpoint = lane.endpoint
        if not of_session:
            if endpoint.by_age is None:
                endpoint.by_age = Oldest(endpoint)
            return endpoint.by_age.next(now)
        lanes = [lane]
        if lane.out:
            lanes += [one for one in endpoint.lanes.values() if one.anchor is lane]
        waiting = [(one, delivery) for one in lanes if (delivery := first_waiting(one)) is not None]
        return min(waiting, key=lambda found: found[1].accepted_at, default=None)

    def nobody_there(self, lane: Lane, delivery: Delivery) -> None:
        """Let *delivery*, just accepted, go at once where its component was removed for good."""
        if lane.endpoint.keeps_nothing:
            self._settlement.removed(lane, delivery)

    def _refuse(self, lane: Lane, delivery: Delivery, reason: DeathReason) -> None:
        lane.session.messages += 1
        self._settlement.bury(lane, delivery, reason, LanePlace(lane.depth))
