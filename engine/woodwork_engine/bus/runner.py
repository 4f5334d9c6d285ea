"""The long-lived tasks of an endpoint that take ready lanes and make attempts (bus.md B1-B3, B8, C1-C4, D1)."""

from __future__ import annotations

import asyncio
import contextvars

from woodwork_engine.bus.acceptance import Parcels
from woodwork_engine.bus.core import SLICE, BusCore
from woodwork_engine.bus.deadlines import Deadlines
from woodwork_engine.bus.endpoint import Endpoint, Instance, Lane, LaneState
from woodwork_engine.bus.gate import NEWCOMER, Waiter
from woodwork_engine.bus.intake import Intake
from woodwork_engine.bus.routes import RouteTable
from woodwork_engine.bus.sender import Sender
from woodwork_engine.bus.settlement import Settlement, is_at_most_once
from woodwork_engine.dead_letter import DeathReason
from woodwork_engine.delivery import Delivery, Output, current

PATIENCE = 1.0
"""Seconds after which a handler that ignored being cancelled is cancelled again."""
CANCELLATIONS = 3

_RUNNING, _READY, _IDLE, _WAITING = LaneState.RUNNING, LaneState.READY, LaneState.IDLE, LaneState.WAITING


class Runners:
    """Makes attempts for all endpoints: one lane at a time per runner, one attempt at a time per lane.

    A runner is woken when a lane becomes ready, and wakes the next one while more lanes are ready; so under load no
    message needs a wake-up of its own.
    """

    def __init__(self, core: BusCore, intake: Intake, settlement: Settlement, sender: Sender) -> None:
        self._core = core
        self._intake = intake
        self._settlement = settlement
        self._sender = sender
        self._deadlines = Deadlines()
        self._context = contextvars.Context()
        self._cut = 0
        core.on_ready = self.wake

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to make attempts on *loop*, in copies of the context in which this is called."""
        self._core.loop = loop
        self._context = contextvars.copy_context()
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
        if loop is None or endpoint.waking:
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

    async def stop(self) -> int:
        """End every runner and the ticker; return how many attempts were cut short.

        A handler that swallows being cancelled is cancelled again; one that does so for ever is left behind.
        """
        tasks = {task for endpoint in self._core.endpoints.values() for task in endpoint.runners}
        for _ in range(CANCELLATIONS):
            for task in tasks:
                task.cancel()
            if tasks:
                _, tasks = await asyncio.wait(tasks, timeout=PATIENCE)
        self._core.loop = None
        self._deadlines.stop()
        return self._cut + len(tasks)

    async def _run(self, endpoint: Endpoint) -> None:
        core = self._core
        me = asyncio.current_task()
        endpoint.waking = False
        try:
            while core.running and endpoint.instance is not None:
                if len(endpoint.runners) > endpoint.policy.concurrency:
                    break
                if not endpoint.ready:
                    await self._rest(endpoint)
                elif self._no_slot():
                    await self._slot()
                    await self._serve(endpoint, endpoint.instance)
                else:
                    await self._serve(endpoint, endpoint.instance)
        finally:
            if me is not None:
                endpoint.runners.discard(me)
            if endpoint.ready and core.running:  # one runner too many goes; the work stays
                self.wake(endpoint)

    async def _rest(self, endpoint: Endpoint) -> None:
        rested = asyncio.get_running_loop().create_future()
        endpoint.parked_runners.append(rested)
        try:
            await rested
        finally:
            endpoint.waking = False

    def _no_slot(self, ticket: int = NEWCOMER) -> bool:
        """Whether one more attempt has to wait: for others (bus.md B3), or for the lossless readers of the log."""
        core, log = self._core, self._core.log
        return (
            core.inflight >= core.max_inflight
            or core.slots.anyone_before(ticket)
            or (log is not None and log.seq >= log.high_water)
        )

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

    async def _serve(self, endpoint: Endpoint, instance: Instance | None) -> None:
        """Work ready lanes off in turn, at most `quantum` deliveries of each (bus.md B1, B8), holding one slot.

        Returns when none is ready, when others wait for the slot, or when *instance* is not the current one any more.
        """
        core, ready, timeout = self._core, endpoint.ready, endpoint.timeout
        wall, monotonic, settled = core.wall, core.monotonic, self._settlement.ok
        if instance is None or instance is not endpoint.instance:
            return
        lane, handler, routes = None, instance.handler, instance.routes
        endpoint.working += 1
        endpoint.inflight += 1
        core.inflight += 1
        instance.inflight += 1
        try:
            while ready and instance is endpoint.instance and core.running and not core.slots.waiters:
                lane = ready.popleft()
                lane.state = _RUNNING
                if ready and not endpoint.waking:
                    self.wake(endpoint)
                queue = lane.queue
                for _ in range(endpoint.policy_.quantum):
                    if not queue:
                        break
                    delivery = queue[0]
                    now = wall()
                    if delivery.expires_at is not None and now >= delivery.expires_at:
                        self._settlement.dead(lane, delivery, DeathReason.EXPIRED)
                        continue
                    # What follows is one attempt; a coroutine of its own would cost a twentieth of the throughput.
                    delivery.attempt += 1
                    delivery.running = True
                    current.set(delivery)
                    if core.log is not None:
                        core.log.append(now, "started", delivery.envelope, delivery.target, delivery.attempt)
                    started = monotonic()
                    try:
                        if timeout is None:
                            await handler(delivery)
                        else:
                            await self._deadlines.within(endpoint, timeout, handler(delivery))
                        delivery.running = False
                        ended = monotonic()
                        staged = delivery.staged
                        if staged is not None and (parcels := self._send(endpoint, routes, delivery, staged)):
                            await self._room(endpoint, parcels)
                            self._intake.accept(parcels)
                    except BaseException as error:
                        ended = monotonic()
                        if not self._failed(lane, delivery, now, ended - started, error):
                            raise
                        if lane.state is _WAITING:
                            break
                    else:
                        settled(lane, delivery, now, ended - started)
                    if ended >= core.slice_end:
                        await asyncio.sleep(0)
                        core.slice_end = monotonic() + SLICE
                        if not core.running:
                            break
                    if instance is not endpoint.instance:
                        break
                self._let_go(endpoint, lane)
                lane = None
        finally:
            endpoint.working -= 1
            endpoint.inflight -= 1
            core.inflight -= 1
            instance.leave()
            if lane is not None:
                self._let_go(endpoint, lane)
            if core.slots.waiters:
                core.slots.call()
            if core.idle_waiters:
                core.tell_if_idle()

    def _let_go(self, endpoint: Endpoint, lane: Lane) -> None:
        lane.idle_since = lane.session.last_seen
        if lane.state is _RUNNING:
            if lane.queue and endpoint.instance is not None:
                lane.state = _READY
                endpoint.ready.append(lane)
            else:
                lane.state = _IDLE

    def _send(self, endpoint: Endpoint, routes: RouteTable, delivery: Delivery, staged: list[Output]) -> Parcels:
        """Hand on what the attempt staged, in one step with its acknowledgement (bus.md C4).

        Returns what still has to wait for room, all of it then; empty when everything was accepted.
        """
        endpoint.emitted += len(staged)
        if len(staged) == 1 and self._sender.only_child_at_once(delivery, staged[0], routes):
            return ()
        parcels = self._sender.children(delivery, routes)
        if not self._intake.fits(parcels):
            return parcels
        self._intake.accept(parcels)
        return ()

    async def _room(self, endpoint: Endpoint, parcels: Parcels) -> None:
        """Wait for room for an attempt's outputs; meanwhile its slot is somebody else's (bus.md B3, F3)."""
        core = self._core
        endpoint.inflight -= 1
        core.inflight -= 1
        core.slots.call()
        try:
            await self._intake.room_for_outputs(parcels)
        finally:
            endpoint.inflight += 1
            core.inflight += 1

    def _failed(self, lane: Lane, delivery: Delivery, started: float, duration: float, error: BaseException) -> bool:
        """Settle an attempt that raised; False when that was no failure of it: the bus is stopping (bus.md D1)."""
        delivery.running = False
        task = asyncio.current_task()
        stopping = isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling() > 0
        if not stopping and not isinstance(error, KeyboardInterrupt | GeneratorExit):
            self._settlement.failed(lane, delivery, started, duration, error)
            return True
        self._cut += 1
        if is_at_most_once(lane, delivery):
            self._settlement.dropped(lane, delivery, "shutdown")
        else:
            delivery.attempt -= 1
            delivery.staged = None
            delivery.emits = False
        return False

    def _leave(self, endpoint: Endpoint, lane: Lane) -> None:
        core = self._core
        endpoint.working -= 1
        endpoint.inflight -= 1
        core.inflight -= 1
        if lane.state is _RUNNING:
            if lane.queue and endpoint.instance is not None:
                lane.state = _READY
                endpoint.ready.append(lane)
            else:
                lane.state = _IDLE
        if core.slots.waiters:
            core.slots.call()
        if core.idle_waiters:
            core.tell_if_idle()
