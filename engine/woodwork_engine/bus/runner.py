"""The long-lived tasks of an endpoint that take ready lanes and make attempts (bus.md B1-B3, B8, C1-C4, D1, D5)."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from types import coroutine

from woodwork_engine.bus.core import SLICE, BusCore
from woodwork_engine.bus.endpoint import Endpoint, Instance, Lane, LaneState
from woodwork_engine.bus.intake import Intake
from woodwork_engine.bus.sender import Sender
from woodwork_engine.bus.settlement import Settlement
from woodwork_engine.dead_letter import DeathReason
from woodwork_engine.delivery import Delivery, current
from woodwork_engine.errors import HandlerTimeoutError

TICK = 0.05
"""Seconds between two looks at running attempts with a `timeout`."""


@coroutine
def _resume(handler: Coroutine[object, object, object], waiting_for: object) -> Generator[object, object, object]:
    """Go on with a handler that was started by hand and now waits for *waiting_for*."""
    while True:
        try:
            value = yield waiting_for
        except BaseException as error:  # noqa: BLE001 - belongs to the handler, which may be waiting for it
            thrown: BaseException | None = error
        else:
            thrown = None
        try:
            waiting_for = handler.send(value) if thrown is None else handler.throw(thrown)
        except StopIteration as done:
            return done.value


class Runners:
    """Makes attempts for all endpoints: one lane at a time per runner, one attempt at a time per lane."""

    def __init__(self, core: BusCore, intake: Intake, settlement: Settlement, sender: Sender) -> None:
        self._core = core
        self._intake = intake
        self._settlement = settlement
        self._sender = sender
        self._deadlines: dict[asyncio.Task[object], float] = {}
        self._overdue: set[asyncio.Task[object]] = set()
        self._ticker: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        core.on_ready = self.wake

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to make attempts on *loop*."""
        self._loop = loop
        for endpoint in self._core.endpoints.values():
            if endpoint.ready:
                self.wake(endpoint)

    def wake(self, endpoint: Endpoint) -> None:
        """Let one more runner look at *endpoint*'s ready lanes, a new one if all are busy and one more is allowed."""
        if self._loop is None:
            return
        parked = endpoint.parked_runners
        while parked:
            runner = parked.popleft()
            if not runner.done():
                runner.set_result(None)
                return
        if len(endpoint.runners) < endpoint.policy.concurrency:
            name = f"{endpoint.name}#{len(endpoint.runners) + 1}"
            task = self._loop.create_task(self._run(endpoint), name=name)
            endpoint.runners.add(task)
            task.add_done_callback(endpoint.runners.discard)

    async def stop(self) -> int:
        """Cancel every runner and the ticker; return how many attempts were cut short."""
        cut = sum(endpoint.inflight for endpoint in self._core.endpoints.values())
        tasks = [task for endpoint in self._core.endpoints.values() for task in endpoint.runners]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._loop = None
        if self._ticker is not None:
            self._ticker.cancel()
            self._ticker = None
        return cut

    async def _run(self, endpoint: Endpoint) -> None:
        loop = asyncio.get_running_loop()
        while len(endpoint.runners) <= endpoint.policy.concurrency:
            if endpoint.ready and endpoint.instance is not None:
                await self._serve(endpoint, endpoint.ready.popleft())
                continue
            parked = loop.create_future()
            endpoint.parked_runners.append(parked)
            await parked
        if endpoint.ready:  # one runner too many goes; the work stays
            self.wake(endpoint)

    async def _serve(self, endpoint: Endpoint, lane: Lane) -> None:
        """Take at most `quantum` deliveries of *lane* in order (bus.md B1, B8)."""
        core, queue = self._core, lane.queue
        lane.state = LaneState.RUNNING
        for _ in range(endpoint.policy.quantum):
            if not queue or endpoint.instance is None:
                break
            delivery = queue[0]
            now = core.clock.time()
            if delivery.expires_at is not None and now >= delivery.expires_at:
                self._settlement.dead(lane, delivery, DeathReason.EXPIRED)
                continue
            if core.inflight >= core.policy.max_inflight or (core.log and core.log.seq >= core.log.high_water):
                await self._slot()
                if queue[0] is not delivery or endpoint.instance is None:
                    continue
                now = core.clock.time()
            await self._attempt(endpoint, endpoint.instance, lane, delivery, now)
            if lane.state is LaneState.WAITING:
                return
            if core.clock.time() >= core.slice_end:
                await asyncio.sleep(0)
                core.slice_end = core.clock.time() + SLICE
        if not queue:
            lane.state = LaneState.IDLE
            lane.idle_since = core.clock.time()
        elif endpoint.instance is None:
            lane.state = LaneState.IDLE
        else:
            lane.state = LaneState.READY
            endpoint.ready.append(lane)

    async def _slot(self) -> None:
        """Wait until the flow may have one more attempt in flight (bus.md B3) and the log has been read."""
        core = self._core
        loop = asyncio.get_running_loop()
        while core.inflight >= core.policy.max_inflight:
            waiter = loop.create_future()
            core.slots.waiters.append(waiter)
            try:
                await waiter
            finally:
                if waiter in core.slots.waiters:
                    core.slots.waiters.remove(waiter)
        if core.log is not None and core.log.seq >= core.log.high_water:
            await self._intake.log_read()

    async def _attempt(
        self, endpoint: Endpoint, instance: Instance, lane: Lane, delivery: Delivery, now: float
    ) -> None:
        """Call the handler once and settle what follows; the slot is free again when this returns."""
        core = self._core
        delivery.attempt += 1
        at_most_once = endpoint.policy.delivery == "at_most_once"
        if at_most_once:
            core.pull(lane, delivery)
        endpoint.inflight += 1
        instance.inflight += 1
        core.inflight += 1
        slot_held = True
        if core.log is not None:
            core.log.append(now, "started", delivery.envelope, delivery.target, delivery.attempt)
        current.set(delivery)
        delivery.running = True
        core.busy = endpoint.name
        try:
            handler = instance.handler(delivery)
            try:
                waiting_for = handler.send(None)
            except StopIteration:
                pass
            else:
                core.busy = None
                await self._suspended(endpoint, handler, waiting_for)
            delivery.running = False
            core.busy = None
            duration = core.clock.time() - now
            endpoint.histogram.add(duration)
            endpoint.handled_seconds += duration
            lane.session.histogram.add(duration)
            outputs: list[str] | None = None
            if delivery.staged is not None:
                parcels = self._sender.children(delivery, instance.routes)
                if parcels and not self._intake.fits(parcels):
                    self._release(endpoint)
                    slot_held = False
                    await self._intake.room_for_outputs(parcels)
                outputs = self._sender.commit(endpoint, delivery, parcels)
            self._settlement.ok(lane, delivery, now + duration, duration, outputs, held=not at_most_once)
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling() > 0:
                delivery.attempt -= 1  # the bus is stopping: this attempt does not count (bus.md D1)
                delivery.staged = None
                raise
            self._failed(endpoint, lane, delivery, now, error, at_most_once=at_most_once)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - the edge where a handler's failure becomes an event
            self._failed(endpoint, lane, delivery, now, error, at_most_once=at_most_once)
        finally:
            delivery.running = False
            core.busy = None
            instance.leave()
            if slot_held:
                self._release(endpoint)

    def _failed(
        self,
        endpoint: Endpoint,
        lane: Lane,
        delivery: Delivery,
        now: float,
        error: BaseException,
        *,
        at_most_once: bool,
    ) -> None:
        if not at_most_once:
            self._settlement.failed(lane, delivery, now, error)
            return
        endpoint.failed += 1
        endpoint.last_error = f"{type(error).__name__}: {error}"
        self._settlement.dropped(lane, delivery, "error")

    def _release(self, endpoint: Endpoint) -> None:
        core = self._core
        endpoint.inflight -= 1
        core.inflight -= 1
        if core.slots.waiters:
            core.slots.wake()

    async def _suspended(
        self, endpoint: Endpoint, handler: Coroutine[object, object, object], waiting_for: object
    ) -> None:
        """Go on with a handler that waits for something: let others work meanwhile, and watch its time."""
        if endpoint.ready:
            self.wake(endpoint)
        timeout = endpoint.policy.timeout
        resumed = _resume(handler, waiting_for)
        if timeout is None:
            await resumed
            return
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a runner is always a task")
        self._deadlines[task] = task.get_loop().time() + timeout
        self._tick_later()
        try:
            await resumed
        except asyncio.CancelledError:
            if task not in self._overdue:
                raise
        finally:
            self._deadlines.pop(task, None)
        if task in self._overdue:
            self._overdue.discard(task)
            task.uncancel()
            endpoint.timeouts += 1
            raise HandlerTimeoutError(endpoint.name, timeout)

    def _tick_later(self) -> None:
        if self._ticker is None and self._loop is not None:
            self._ticker = self._loop.call_later(TICK, self._tick)

    def _tick(self) -> None:
        self._ticker = None
        if self._loop is None:
            return
        now = self._loop.time()
        for task, deadline in self._deadlines.items():
            if now >= deadline and task not in self._overdue:
                self._overdue.add(task)
                task.cancel()
        if self._deadlines:
            self._tick_later()
