"""How a delivery ends or waits for its next attempt: ok, dead, dropped, retried (bus.md C1, C2, D1-D6, E1, E3)."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable
from typing import Protocol

from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.endpoint import NEVER, Endpoint, Lane, LaneState
from woodwork_engine.bus.retry import Decision, decide, delay_before
from woodwork_engine.dead_letter import DeadLetter, DeadRoute, DeathReason, LanePlace, ReplayChain
from woodwork_engine.delivery import Delivery
from woodwork_engine.payload import UNREADABLE
from woodwork_engine.policy import redirect_of
from woodwork_engine.snapshot import AttemptInfo

MESSAGE_CUT = 4 * 1024
TRACEBACK_CUT = 16 * 1024


class Redirect(Protocol):
    """Moves what waits in a lane; *over*: no attempt runs there although its lane says so. Returns how many."""

    def __call__(self, lane: Lane, *, over: bool) -> int:
        """Move what waits in *lane*."""
        ...


def _stays(lane: Lane, *, over: bool) -> int:
    return 0


def allowed_attempts(delivery: Delivery, max_retries: int) -> int:
    """Return how many attempts *delivery* may have: the envelope's own limit wins over the policy's *max_retries*."""
    own = delivery.envelope.max_retries
    return (max_retries if own is None else own) + 1


def is_at_most_once(lane: Lane, delivery: Delivery) -> bool:
    """Whether *delivery* is settled by being started (bus.md C2): the envelope says so, else the component."""
    own = delivery.envelope.delivery_mode
    return lane.endpoint.at_most_once if own is None else own == "at_most_once"


def _message_of(error: BaseException) -> str:
    try:
        return str(error)[:MESSAGE_CUT]
    except Exception as broken:  # noqa: BLE001 - a person's exception that cannot even say what it is
        return f"(its message cannot be read: {type(broken).__name__})"


class Settlement:
    """Ends deliveries, each in one step with everything that follows from it; runners acknowledge by themselves."""

    def __init__(self, core: BusCore) -> None:
        self._core = core
        self.on_stuck: Callable[[Lane, str, str], None] = lambda _lane, _dlq_id, _reason: None
        """What stops a lane on the dead letter of its head; set by whoever keeps the holds (bus.md B6)."""
        self.on_redirect: Redirect = _stays
        """What moves a lane of a removed component to where its `on_remove` says."""

    def remember(self, lane: Lane, delivery: Delivery, now: float) -> None:
        """Note that *delivery*, which is about to be acknowledged, is not to be handled once more (bus.md C3)."""
        seen = lane.endpoint.seen
        if seen is not None and lane.endpoint.is_once(delivery):
            seen.acknowledge(delivery.envelope, now)

    def duplicate(self, lane: Lane, delivery: Delivery) -> None:
        """End *delivery*, which is the same message as one that was acknowledged since it was accepted."""
        delivery.forget_attempt()
        lane.endpoint.duplicates += 1
        self.discarded(lane, delivery, "duplicate")

    def failed(self, lane: Lane, delivery: Delivery, started: float, duration: float, error: BaseException) -> None:
        """Record a failed attempt, then schedule the next one or give up (bus.md D2, D4); *duration* in seconds."""
        core, endpoint = self._core, lane.endpoint
        info = self._attempt_info(delivery, started, started + duration, error, lane)
        delivery.forget_attempt()
        endpoint.failed += 1
        endpoint.last_error = f"{info.error_type}: {info.message}" if info.message else info.error_type
        now = core.clock.time()
        decision = decide(error, endpoint.policy.retry, now)
        if not decision.counted:
            delivery.mark().uncounted += 1
        most = allowed_attempts(delivery, decision.policy.max_retries)
        delivery.history = (*delivery.history, info)[-most:]
        if core.log is not None:
            data: dict[str, object] = {
                "error_type": info.error_type,
                "message": info.message,
                "traceback": info.traceback,
            }
            core.log.append(now, "failed", delivery.envelope, delivery.target, delivery.attempt, duration * 1000, data)
        if is_at_most_once(lane, delivery):
            self.dropped(lane, delivery, "error")
        else:
            self._repeat_or_give_up(lane, delivery, now, decision)

    def _repeat_or_give_up(self, lane: Lane, delivery: Delivery, now: float, decision: Decision) -> None:
        endpoint, policy = lane.endpoint, decision.policy
        if not self._core.running:
            return  # cut short by a stop (bus.md H3): it stays the head of its lane
        if delivery.target != endpoint.name:
            self.readdress(lane, delivery, endpoint.name)
        if endpoint.keeps_nothing:
            self.removed(lane, delivery, over=True)
            return
        if decision.rule.action == "reject":
            self._give_up(lane, delivery, DeathReason.REJECTED)
            return
        if decision.rule.action == "pause" or delivery.counted >= allowed_attempts(delivery, policy.max_retries):
            self._give_up(lane, delivery, DeathReason.EXHAUSTED, stop=decision.rule.action == "pause")
            return
        delay = decision.after
        if delay is None:
            delay = delay_before(max(2, delivery.counted + 1), policy, self._core.rng)
        lives_on = lane.frozen_at is not None  # held meanwhile: its life stands still (bus.md D4)
        if delivery.expires_at is not None and now + delay >= delivery.expires_at and not lives_on:
            self._give_up(lane, delivery, DeathReason.EXPIRED_BEFORE_RETRY)
            return
        lane.retry = policy
        self._wait(lane, delivery, now, delay)

    def _give_up(self, lane: Lane, delivery: Delivery, reason: DeathReason, *, stop: bool = False) -> None:
        """Make the dead letter of what has failed for good; its lane goes on, or stops there (bus.md B6)."""
        letter = self.dead(lane, delivery, reason)
        if stop or lane.endpoint.policy.on_exhausted == "pause":
            self.on_stuck(lane, letter.dlq_id, letter.error)

    def _attempt_info(
        self, delivery: Delivery, started: float, ended: float, error: BaseException, lane: Lane
    ) -> AttemptInfo:
        conceal = self._core.secrets.conceal
        text = conceal("".join(traceback.format_exception(error)))
        task = asyncio.current_task()
        return AttemptInfo(
            n=delivery.attempt,
            started=started,
            ended=ended,
            error_type=type(error).__name__,
            message=conceal(_message_of(error)),
            traceback=text if len(text) <= TRACEBACK_CUT else "...\n" + text[-TRACEBACK_CUT:],
            worker=task.get_name() if task else "",
            component_version=lane.endpoint.instance.version if lane.endpoint.instance else 0,
        )

    def _wait(self, lane: Lane, delivery: Delivery, now: float, delay: float) -> None:
        core, endpoint = self._core, lane.endpoint
        lane.state = LaneState.WAITING
        lane.due = now + delay
        lane.timer = asyncio.get_running_loop().call_later(delay, self.due, lane)
        core.waiting[(delivery.envelope.message_id, delivery.target)] = lane
        endpoint.retrying += 1
        endpoint.retried += 1
        if delivery.seq and core.keeper is not None:
            core.keeper.deliveries.progressed(delivery)
        if core.log is not None:
            data: dict[str, object] = {"due": lane.due, "delay_ms": delay * 1000}
            core.log.append(now, "retry_scheduled", delivery.envelope, delivery.target, delivery.attempt, None, data)

    def due(self, lane: Lane) -> None:
        """Let the head of *lane* have its next attempt, as soon as somebody is there to make it."""
        self.stop_waiting(lane)
        self._core.resume(lane)

    def stop_waiting(self, lane: Lane) -> None:
        """Take *lane* out of the wait for a retry, without a further attempt."""
        if lane.timer is not None:
            lane.timer.cancel()
            lane.timer = None
        head = lane.queue[0]
        key = (head.envelope.message_id, head.target)
        if self._core.waiting.get(key) is lane:  # an id that somebody used twice may wait twice
            del self._core.waiting[key]
        lane.endpoint.retrying -= 1
        lane.state = LaneState.PAUSED if lane in self._core.halted else LaneState.IDLE

    def dead(self, lane: Lane, delivery: Delivery, reason: DeathReason) -> DeadLetter:
        """Give *delivery* up: one step settles it and makes its dead letter (bus.md E3)."""
        core = self._core
        position = 0 if lane.queue[0] is delivery else lane.queue.index(delivery)
        behind = len(lane.queue) - position - 1
        if position == 0 and lane.state is LaneState.WAITING:
            self.stop_waiting(lane)
        core.pull(lane, delivery)
        return self.bury(lane, delivery, reason, LanePlace(position, behind))

    def expire(self, lane: Lane, now: float) -> None:
        """Give up whatever has waited too long in *lane*, in one pass; a running attempt is left alone (bus.md D4)."""
        held = lane.queue[0] if lane.running else None
        late = [
            (position, delivery)
            for position, delivery in enumerate(lane.queue)
            if delivery.expires_at is not None and delivery.expires_at <= now and delivery is not held
        ]
        if late:
            if late[0][0] == 0 and lane.state is LaneState.WAITING:
                self.stop_waiting(lane)
            length = len(lane.queue)
            gone = {id(delivery) for _, delivery in late}
            kept = [delivery for delivery in lane.queue if id(delivery) not in gone]
            lane.queue.clear()
            lane.queue.extend(kept)
            if not kept and lane.anchor is None:
                lane.endpoint.sharers -= 1
            for position, delivery in late:
                self._core.left(lane, delivery)
                self.bury(lane, delivery, DeathReason.EXPIRED, LanePlace(position, length - position - 1))
        lane.soonest_expiry = min((d.expires_at for d in lane.queue if d.expires_at is not None), default=NEVER)
        if self._core.keeper is not None:
            self._core.keeper.admission.watch_over(lane)
        self._core.resume(lane)

    def bury(self, lane: Lane, delivery: Delivery, reason: DeathReason, place: LanePlace) -> DeadLetter:
        """Make the dead letter of *delivery*, which is in no lane (any more)."""
        core, endpoint = self._core, lane.endpoint
        now = core.clock.time()
        envelope = delivery.envelope
        try:
            complete = delivery.addressed()
        except UNREADABLE:
            complete, reason = envelope, DeathReason.UNDECODABLE
        letter = DeadLetter(
            dlq_id=core.dead.next_id(),
            reason=reason,
            at=now,
            flow=core.flow,
            revision=envelope.revision,
            route=DeadRoute(envelope.sender_component, delivery.target, delivery.siblings or (delivery.target,)),
            envelope=complete,
            encoded=delivery.encoded,
            attempts=delivery.history,
            lane=LanePlace(place.position, place.queued_behind, self._first_accepted(delivery)),
            worker=delivery.history[-1].worker if delivery.history else "",
            policy=endpoint.policy,
            replay=self._replay_chain(delivery),
        )
        core.dead.add(letter)
        endpoint.dead += 1
        endpoint.reasons["dead", reason.value] += 1
        lane.session.dead += 1
        self._replay_failed(delivery)
        if core.log is not None:
            data: dict[str, object] = {"reason": reason.value, "dlq_id": letter.dlq_id}
            core.log.append(now, "dead", envelope, delivery.target, delivery.attempt or None, None, data)
        return letter

    def _first_accepted(self, delivery: Delivery) -> float:
        """Return when *delivery*, or what it repeats, was accepted."""
        before = self._core.dead.get(delivery.envelope.replay_of or "")
        return delivery.accepted_at if before is None else before.lane.accepted_at

    def _replay_chain(self, delivery: Delivery) -> ReplayChain:
        envelope = delivery.envelope
        if envelope.replay_of is None:
            return ReplayChain()
        before = self._core.dead.get(envelope.replay_of)
        if before is None:
            return ReplayChain(envelope.replay_of, envelope.replay_count, (envelope.replay_of,), envelope.max_retries)
        earlier = (*before.replay.chain, before.dlq_id)
        return ReplayChain(envelope.replay_of, envelope.replay_count, earlier, before.own_max_retries)

    def _replay_failed(self, delivery: Delivery) -> None:
        if delivery.envelope.replay_of is not None:
            self._core.dead.replay_ended(delivery.envelope.replay_of, ok=False)

    def readdress(self, lane: Lane, delivery: Delivery, target: str) -> None:
        """Let *delivery*, on which no attempt runs, be for *target* from now on, and tell."""
        core, before = self._core, delivery.target
        if delivery.seq and core.keeper is not None:
            core.keeper.admission.tell_now(delivery)
        key = (delivery.envelope.message_id, before)
        delivery.target = target
        if lane.state is LaneState.WAITING and lane.queue[0] is delivery and core.waiting.get(key) is lane:
            core.waiting[(key[0], target)] = core.waiting.pop(key)
        if core.log is not None:
            data: dict[str, object] = {"from": before}
            core.log.append(core.clock.time(), "moved", delivery.envelope, target, delivery.attempt or None, None, data)

    def removed(self, lane: Lane, delivery: Delivery, *, over: bool = False) -> None:
        """Let *delivery*, whose component was removed for good, go the way its `on_remove` says (bus.md G3).

        *over* tells that it is the head of its lane, whose attempt has just failed.
        """
        if redirect_of(lane.endpoint.policy.on_remove) is not None:
            self.on_redirect(lane, over=over)
        elif lane.endpoint.policy.on_remove == "discard":
            self.discarded(lane, delivery, "component_removed")
        else:
            self.dead(lane, delivery, DeathReason.COMPONENT_REMOVED)

    def dropped(self, lane: Lane, delivery: Delivery, reason: str) -> None:
        """End an at-most-once delivery whose handler failed or was cut short (bus.md C2)."""
        lane.endpoint.dropped += 1
        self._end(lane, delivery, "dropped", reason)

    def not_taken(self, endpoint: Endpoint, delivery: Delivery) -> None:
        """End *delivery*, which was accepted where the newest one gives way, and is in no lane (bus.md F2)."""
        core = self._core
        endpoint.dropped += 1
        endpoint.reasons["dropped", "overflow"] += 1
        self._replay_failed(delivery)
        if core.log is not None:
            data: dict[str, object] = {"reason": "overflow"}
            core.log.append(core.clock.time(), "dropped", delivery.envelope, delivery.target, None, None, data)

    def discarded(self, lane: Lane, delivery: Delivery, reason: str) -> None:
        """End *delivery* because its flow or a person said so."""
        if lane.state is LaneState.WAITING and lane.queue[0] is delivery:
            self.stop_waiting(lane)
        lane.endpoint.discarded += 1
        self._end(lane, delivery, "discarded", reason)

    def _end(self, lane: Lane, delivery: Delivery, kind: str, reason: str) -> None:
        core = self._core
        lane.endpoint.reasons[kind, reason] += 1
        core.pull(lane, delivery)
        self._replay_failed(delivery)
        if core.log is not None:
            data: dict[str, object] = {"reason": reason}
            core.log.append(
                core.clock.time(), kind, delivery.envelope, delivery.target, delivery.attempt or None, None, data
            )
