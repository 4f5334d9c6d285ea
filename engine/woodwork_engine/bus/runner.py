"""The long-lived tasks of an endpoint that take ready lanes and make attempts (bus.md B1-B3, B8, C1-C4, D1)."""

from __future__ import annotations

import asyncio
import contextvars

from woodwork_engine.bus.acceptance import Parcels
from woodwork_engine.bus.core import SPENT, BusCore
from woodwork_engine.bus.dedupe import handled_before
from woodwork_engine.bus.endpoint import Endpoint, Lane, LaneState
from woodwork_engine.bus.envelopes import envelope_for
from woodwork_engine.bus.gate import NEWCOMER, Waiter
from woodwork_engine.bus.instance import Instance
from woodwork_engine.bus.intake import Intake
from woodwork_engine.bus.line import Line
from woodwork_engine.bus.sender import Sender
from woodwork_engine.bus.settlement import Settlement, is_at_most_once
from woodwork_engine.dead_letter import DeathReason
from woodwork_engine.delivery import Delivery, current, fences, fences_from
from woodwork_engine.errors import HandledBeforeError

PATIENCE = 1.0
"""Seconds after which a handler that ignored being cancelled is cancelled again."""
CANCELLATIONS = 3

IDLE, READY, RUNNING = LaneState.IDLE, LaneState.READY, LaneState.RUNNING


class Runners:
    """Makes attempts for all endpoints: one lane at a time per runner, one attempt at a time per lane.

    A runner is woken when a lane becomes ready, and another one when its handlers wait and leave lanes ready; so under
    load no message needs a wake-up of its own, and handlers that do not wait need one runner.
    """

    def __init__(self, core: BusCore, intake: Intake, line: Line, settlement: Settlement, sender: Sender) -> None:
        self._core = core
        self._intake = intake
        self._line = line
        self._settlement = settlement
        self._sender = sender
        self._context = contextvars.Context()
        self._cut = 0
        self._fences = fences_from(core.clock.time())
        core.on_ready = self.wake

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to make attempts on *loop*, in copies of the context in which this is called."""
        self._core.loop = loop
        self._context = contextvars.copy_context()
        self._context.run(fences.set, self._fences)
        self._cut = 0
        for endpoint in self._core.endpoints.values():
            endpoint.waking = False
            for lane in endpoint.lanes.values():
                self._core.resume(lane)
            if endpoint.ready:
                self.wake(endpoint)

    def wake(self, endpoint: Endpoint) -> None:
        """Let one more runner look at *endpoint*'s ready lanes: a resting one, or a new one if there may be more."""
        loop = self._core.loop
        if loop is None or endpoint.waking or not self._core.running:
            return
        while endpoint.parked_runners:
            runner = endpoint.parked_runners.popleft()
            if not runner.done():
                runner.set_result(None)
                endpoint.waking = True
                return
        if len(endpoint.runners) < endpoint.policy.concurrency:
            name = f"{endpoint.name}#{len(endpoint.runners) + 1}"
            task = loop.create_task(self._run(endpoint), name=name, context=self._context.copy())
            endpoint.runners.add(task)
            task.add_done_callback(endpoint.runners.discard)
            endpoint.waking = True

    def _look_soon(self, endpoint: Endpoint) -> None:
        """Have another runner take over if the one that works now waits in its handler and leaves ready lanes."""
        if self._core.loop is not None:
            endpoint.waking = True
            self._core.loop.call_soon(self._look, endpoint)

    def _look(self, endpoint: Endpoint) -> None:
        endpoint.waking = False
        if endpoint.ready and not endpoint.breathing:
            self.wake(endpoint)

    async def stop(self) -> int:
        """End every runner; return how many attempts were cut short.

        A handler that swallows being cancelled is cancelled again; one that does so for ever is left behind.
        """
        tasks = {task for endpoint in self._core.endpoints.values() for task in endpoint.runners}
        tasks.discard(asyncio.current_task())  # a handler may stop its own bus
        for _ in range(CANCELLATIONS):
            for task in tasks:
                task.cancel()
            if tasks:
                _, tasks = await asyncio.wait(tasks, timeout=PATIENCE)
        self._core.loop = None
        return self._cut + len(tasks)

    async def _run(self, endpoint: Endpoint) -> None:
        core = self._core
        me, loop = asyncio.current_task(), asyncio.get_running_loop()
        endpoint.waking = False
        try:
            while core.running and endpoint.serving is not None:
                if len(endpoint.runners) > endpoint.policy_.concurrency:
                    break
                if not endpoint.ready:
                    rested = loop.create_future()
                    endpoint.parked_runners.append(rested)
                    try:
                        await rested
                    finally:
                        endpoint.waking = False
                    continue
                if core.inflight >= core.max_inflight or core.slots.waiters or self._log_is_ahead():
                    await self._slot()
                instance = endpoint.serving
                if instance is None:
                    break
                endpoint.working += 1
                core.inflight += 1
                instance.inflight += 1
                try:
                    await self._work(endpoint, instance)
                finally:
                    endpoint.working -= 1
                    core.inflight -= 1
                    instance.inflight -= 1
                    if instance.retired is not None:
                        instance.tell_if_left()
                    if core.slots.waiters:
                        core.slots.call()
                    if core.idle_waiters:
                        core.tell_if_idle()
        finally:
            if me is not None:
                endpoint.runners.discard(me)
                if endpoint.ready and core.running and not me.cancelling():  # one runner too many goes; the work stays
                    self.wake(endpoint)

    def _no_slot(self, ticket: int = NEWCOMER) -> bool:
        """Whether one more attempt has to wait: for others (bus.md B3), or for the lossless readers of the log."""
        core = self._core
        return core.inflight >= core.max_inflight or core.slots.anyone_before(ticket) or self._log_is_ahead()

    def _log_is_ahead(self) -> bool:
        """Whether a lossless reader of the log is too far behind."""
        log = self._core.log
        return log is not None and log.seq >= log.high_water

    async def _slot(self) -> None:
        """Wait in turn until there is a slot; it is free until control is given up."""
        core = self._core
        core.tickets += 1
        waiter = Waiter(core.tickets)
        core.slots.join(waiter)
        try:
            while self._no_slot(waiter.ticket):
                await waiter.turn()
        finally:
            core.slots.leave(waiter)

    async def _work(self, endpoint: Endpoint, instance: Instance) -> None:
        """Make attempts: lanes in turn, at most `quantum` deliveries of each, one after the other (bus.md B1, B8)."""
        # One long function, because every call and every look at an attribute that it saves is saved for every message.
        core, log, ready, watch = self._core, self._core.log, endpoint.ready, endpoint.watch
        quantum = endpoint.policy_.quantum if watch is None else 1
        shift, monotonic, begin, durations = endpoint.shift, core.monotonic, current.set, endpoint.histogram.now
        handler, direct, hand_on = instance.attempt, instance.direct, self._sender.hand_on
        ended = monotonic()
        if SPENT < core.slice_end <= ended:  # nobody has used it up: the loop has only been idle
            core.begin_slice(ended)
        while ready and shift is endpoint.shift:
            lane = ready.popleft()
            lane.state = lane.go
            if watch is not None and lane.queue and watch(endpoint, lane):
                self._let_go(endpoint, lane)
                continue
            if ready and not endpoint.waking:
                self._look_soon(endpoint)
            queue, turns = lane.queue, quantum
            while queue:
                delivery = queue[0]
                started = ended  # the time is told once an attempt: what lies between is the bus's own
                now = started + core.skew
                if now >= lane.soonest_expiry and self._not_now(lane, delivery, now):
                    ended = monotonic()
                else:
                    delivery.attempt = attempt = delivery.attempt + 1
                    if not delivery.running:  # it was made before
                        delivery.running = True
                    begin(delivery)
                    if log is not None:
                        log.append(now, "started", delivery.envelope, delivery.target, attempt)
                    try:
                        if direct is None:
                            await handler(delivery)
                        elif delivery.own_payload:
                            await direct(delivery.envelope)
                        else:
                            await direct(envelope_for(delivery))
                        delivery.running = False
                        ended = monotonic()
                        if delivery.staged is not None and (
                            parcels := hand_on(endpoint, delivery, instance.routes, now + ended - started)
                        ):
                            await self._room(endpoint, parcels)
                            self._intake.accept(parcels)
                            started, ended = started - ended, monotonic()  # the wait is no part of the attempt
                            started += ended
                            now = core.wall() - (ended - started)
                    except BaseException as error:
                        ended = monotonic()
                        if not self._failed(lane, delivery, now, ended - started, error):
                            self._let_go(endpoint, lane)
                            raise
                        ended = monotonic()
                    else:  # acknowledge, as `Settlement` ends it in every other way (bus.md C1)
                        duration = ended - started
                        if endpoint.seen is not None:
                            self._settlement.remember(lane, delivery, now + duration)
                        del queue[0]
                        if delivery.seq and core.keeper is not None:
                            core.keeper.deliveries.settled(delivery)
                        endpoint.ok += 1
                        endpoint.depth -= 1
                        core.depth -= 1
                        core.bytes -= len(delivery.encoded)
                        endpoint.handled_seconds += duration
                        bucket = int(duration * 1e6).bit_length()  # as `bucket_of` has it
                        try:
                            durations[bucket] += 1
                            lane.durations[bucket] += 1
                        except IndexError:  # more than six days
                            durations[-1] += 1
                            lane.durations[-1] += 1
                        if core.awaited:
                            core.look_around(lane)
                        if log is not None:
                            staged = delivery.staged
                            if staged is None:
                                outputs: tuple[str, ...] | str = ()
                            else:
                                outputs = staged[0].message_id if len(staged) == 1 else delivery.outputs()
                            log.append(
                                now + duration,
                                "ok",
                                delivery.envelope,
                                delivery.target,
                                attempt,
                                duration * 1000,
                                outputs,
                            )
                        if delivery.envelope.replay_of is not None:
                            core.dead.replay_ended(delivery.envelope.replay_of, ok=True)
                        if not queue:
                            if endpoint.counts_sharers and lane.anchor is None:
                                endpoint.sharers -= 1
                            if lane.state is RUNNING and lane.anchor is None:
                                lane.state = IDLE
                                lane.idle_since = now
                            else:
                                self._let_go(endpoint, lane)
                            break
                turns -= 1
                if not turns or lane.state is not RUNNING or ended >= core.slice_end or shift is not endpoint.shift:
                    self._let_go(endpoint, lane)
                    break
            else:
                self._let_go(endpoint, lane)
            if ended >= core.slice_end:
                if not ready:
                    return  # to rest, which lets the loop breathe as well
                core.slice_end = SPENT
                endpoint.breathing += 1
                try:
                    await asyncio.sleep(0)
                finally:
                    endpoint.breathing -= 1
                ended = monotonic()
                core.begin_slice(ended)
                handler, direct = instance.attempt, instance.direct  # its layers may have changed meanwhile
                if self._no_slot():
                    return

    def _not_now(self, lane: Lane, delivery: Delivery, now: float) -> bool:
        """Whether *delivery* gets no attempt: it waits until it is kept (bus.md I2), or it is too late and ends here.

        One that was handled before is a duplicate first (D8).
        """
        core = self._core
        if core.keeper is not None and core.keeper.admission.holds_back(delivery):
            lane.state = LaneState.PAUSED if lane in core.halted else IDLE
            return True
        if not delivery.is_expired(now):
            return False
        if handled_before(lane.endpoint, delivery, now):
            self._settlement.duplicate(lane, delivery)
        else:
            self._settlement.dead(lane, delivery, DeathReason.EXPIRED)
        return True

    def _let_go(self, endpoint: Endpoint, lane: Lane) -> None:
        if lane.state is LaneState.HALTING:
            lane.state = LaneState.PAUSED
            lane.idle_since = lane.session.last_seen
            if lane.anchor is not None and not lane.queue:
                self._core.dissolve(lane, lane.anchor)
        if lane.state is not RUNNING:
            return
        if lane.queue and endpoint.serving is not None:
            lane.state = LaneState.READY
            endpoint.ready.append(lane)
        else:
            lane.state = LaneState.IDLE
            lane.idle_since = lane.session.last_seen
            if lane.anchor is not None and not lane.queue:
                self._core.dissolve(lane, lane.anchor)

    async def _room(self, endpoint: Endpoint, parcels: Parcels) -> None:
        """Wait for room for an attempt's outputs; meanwhile its slot is somebody else's (bus.md B3, F3)."""
        core = self._core
        endpoint.sending += 1
        core.inflight -= 1
        core.slots.call()
        try:
            await self._line.room_for_outputs(parcels)
        finally:
            endpoint.sending -= 1
            core.inflight += 1

    def _failed(self, lane: Lane, delivery: Delivery, started: float, duration: float, error: BaseException) -> bool:
        """Settle an attempt that raised; False when that was no failure of it: the runner is to end (bus.md D1)."""
        delivery.running = delivery.own_payload = False  # who fails may have changed the object
        if isinstance(error, HandledBeforeError):
            self._settlement.duplicate(lane, delivery)
            return True
        task = asyncio.current_task()
        ending = isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling() > 0
        if not ending and not isinstance(error, KeyboardInterrupt | GeneratorExit):
            self._settlement.failed(lane, delivery, started, duration, error)
            return True
        self._cut += 1
        if is_at_most_once(lane, delivery):
            self._settlement.dropped(lane, delivery, "shutdown")
        else:
            delivery.attempt -= 1
            delivery.forget_attempt()
        return False
