"""How a delivery ends or waits for its next attempt: ok, dead, dropped, retried (bus.md C1, C2, D1-D6, E1, E3)."""

from __future__ import annotations

import asyncio
import traceback

from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.endpoint import Lane, LaneState
from woodwork_engine.bus.retry import delay_before
from woodwork_engine.dead_letter import DeadLetter, DeadRoute, DeathReason, LanePlace, ReplayChain
from woodwork_engine.delivery import Delivery
from woodwork_engine.snapshot import AttemptInfo

MESSAGE_CUT = 4 * 1024
TRACEBACK_CUT = 16 * 1024


def allowed_attempts(delivery: Delivery, max_retries: int) -> int:
    """Return how many attempts *delivery* may have: the envelope's own limit wins over the policy's *max_retries*."""
    own = delivery.envelope.max_retries
    return (max_retries if own is None else own) + 1


class Settlement:
    """Ends deliveries, each in one step with everything that follows from it."""

    def __init__(self, core: BusCore) -> None:
        self._core = core

    def ok(
        self, lane: Lane, delivery: Delivery, now: float, duration: float, outputs: list[str] | None, *, held: bool
    ) -> None:
        """Acknowledge *delivery*; *duration* in seconds, *outputs* the ids it sent, *held*: it is still in its lane."""
        core = self._core
        lane.endpoint.ok += 1
        if held:
            core.pull(lane, delivery)
        if core.log is not None:
            data: dict[str, object] = {"outputs": outputs or []}
            core.log.append(now, "ok", delivery.envelope, delivery.target, delivery.attempt, duration * 1000, data)
        if delivery.envelope.replay_of is not None:
            core.dead.replay_ended(delivery.envelope.replay_of, ok=True)

    def failed(self, lane: Lane, delivery: Delivery, started: float, error: BaseException) -> None:
        """Record a failed attempt, then schedule the next one or give up (bus.md D2, D4)."""
        core, endpoint = self._core, lane.endpoint
        now = core.clock.time()
        info = self._attempt_info(delivery, started, now, error, lane)
        delivery.staged = None
        delivery.emits = False
        delivery.history = [*(delivery.history or ()), info]
        endpoint.failed += 1
        endpoint.last_error = f"{info.error_type}: {info.message}" if info.message else info.error_type
        if core.log is not None:
            data: dict[str, object] = {
                "error_type": info.error_type,
                "message": info.message,
                "traceback": info.traceback,
            }
            core.log.append(
                now, "failed", delivery.envelope, delivery.target, delivery.attempt, (now - started) * 1000, data
            )
        policy = endpoint.policy.retry
        if delivery.attempt >= allowed_attempts(delivery, policy.max_retries):
            self.dead(lane, delivery, DeathReason.EXHAUSTED)
            return
        delay = delay_before(delivery.attempt + 1, policy, core.rng)
        if delivery.expires_at is not None and now + delay >= delivery.expires_at:
            self.dead(lane, delivery, DeathReason.EXPIRED_BEFORE_RETRY)
            return
        self._wait(lane, delivery, now, delay)

    def _attempt_info(
        self, delivery: Delivery, started: float, ended: float, error: BaseException, lane: Lane
    ) -> AttemptInfo:
        text = "".join(traceback.format_exception(error))
        task = asyncio.current_task()
        return AttemptInfo(
            n=delivery.attempt,
            started=started,
            ended=ended,
            error_type=type(error).__name__,
            message=str(error)[:MESSAGE_CUT],
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
        if core.log is not None:
            data: dict[str, object] = {"due": lane.due, "delay_ms": delay * 1000}
            core.log.append(now, "retry_scheduled", delivery.envelope, delivery.target, delivery.attempt, None, data)

    def due(self, lane: Lane) -> None:
        """Let the head of *lane* have its next attempt, as soon as somebody is there to make it."""
        core, endpoint = self._core, lane.endpoint
        self.stop_waiting(lane)
        if endpoint.instance is None:
            return
        lane.state = LaneState.READY
        endpoint.ready.append(lane)
        core.on_ready(endpoint)

    def stop_waiting(self, lane: Lane) -> None:
        """Take *lane* out of the wait for a retry, without a further attempt."""
        if lane.timer is not None:
            lane.timer.cancel()
            lane.timer = None
        head = lane.queue[0]
        self._core.waiting.pop((head.envelope.message_id, head.target), None)
        lane.endpoint.retrying -= 1
        lane.state = LaneState.IDLE

    def dead(self, lane: Lane, delivery: Delivery, reason: DeathReason) -> None:
        """Give *delivery* up: one step settles it and makes its dead letter (bus.md E3)."""
        core = self._core
        position = 0 if lane.queue[0] is delivery else lane.queue.index(delivery)
        behind = len(lane.queue) - position - 1
        if position == 0 and lane.state is LaneState.WAITING:
            self.stop_waiting(lane)
        core.pull(lane, delivery)
        self.bury(lane, delivery, reason, LanePlace(position, behind))

    def bury(self, lane: Lane, delivery: Delivery, reason: DeathReason, place: LanePlace = LanePlace()) -> None:  # noqa: B008 - frozen
        """Make the dead letter of *delivery*, which is in no lane (any more)."""
        core, endpoint = self._core, lane.endpoint
        now = core.clock.time()
        envelope = delivery.envelope
        letter = DeadLetter(
            dlq_id=core.dead.next_id(),
            reason=reason,
            at=now,
            flow=core.flow,
            revision=envelope.revision,
            route=self._route(delivery),
            envelope=delivery.addressed(),
            encoded=delivery.encoded,
            attempts=tuple(delivery.history or ()),
            lane=place,
            worker=delivery.history[-1].worker if delivery.history else "",
            policy=endpoint.policy,
            replay=self._replay_chain(delivery),
        )
        core.dead.add(letter)
        endpoint.dead += 1
        lane.session.dead += 1
        if envelope.replay_of is not None:
            core.dead.replay_ended(envelope.replay_of, ok=False)
        if core.log is not None:
            data: dict[str, object] = {"reason": reason.value, "dlq_id": letter.dlq_id}
            core.log.append(now, "dead", envelope, delivery.target, delivery.attempt or None, None, data)

    def _route(self, delivery: Delivery) -> DeadRoute:
        envelope = delivery.envelope
        source = envelope.sender_component
        names = [delivery.target]
        if source is not None:
            names = [r.endpoint.name for r in self._core.table.routed(source, envelope.event_type)] or names
        return DeadRoute(source, delivery.target, tuple(names))

    def _replay_chain(self, delivery: Delivery) -> ReplayChain:
        envelope = delivery.envelope
        if envelope.replay_of is None:
            return ReplayChain()
        before = self._core.dead.get(envelope.replay_of)
        earlier = (*before.replay.chain, before.dlq_id) if before else (envelope.replay_of,)
        return ReplayChain(envelope.replay_of, envelope.replay_count, earlier)

    def dropped(self, lane: Lane, delivery: Delivery, reason: str) -> None:
        """Count an at-most-once delivery, settled before, whose handler failed (bus.md C2)."""
        core = self._core
        lane.endpoint.dropped += 1
        if core.log is not None:
            core.log.append(
                core.clock.time(), "dropped", delivery.envelope, delivery.target, delivery.attempt, None,
                {"reason": reason},
            )  # fmt: skip

    def discarded(self, lane: Lane, delivery: Delivery, reason: str) -> None:
        """End *delivery* because its flow or a person said so."""
        core = self._core
        if lane.state is LaneState.WAITING and lane.queue[0] is delivery:
            self.stop_waiting(lane)
        core.pull(lane, delivery)
        lane.endpoint.discarded += 1
        if core.log is not None:
            core.log.append(
                core.clock.time(), "discarded", delivery.envelope, delivery.target, None, None, {"reason": reason}
            )
