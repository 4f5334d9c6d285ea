"""The engine: one flow in a thread of its own, commanded and looked at from any other thread."""

from __future__ import annotations

import asyncio
import os
import random
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, Unpack

from woodwork_engine.bus.interface import Middleware, StopReport
from woodwork_engine.bus.replay import HowToReplay
from woodwork_engine.bus.telemetry import export_as_asked
from woodwork_engine.clock import Clock, SystemClock
from woodwork_engine.components import Console, Services, builtin_kinds, new_session
from woodwork_engine.components.input_cli import InputCli
from woodwork_engine.dead_letter import DeadLetter
from woodwork_engine.errors import ClosingError, UnknownComponentError, WoodworkError
from woodwork_engine.events import EventLog
from woodwork_engine.kinds import KindRegistry
from woodwork_engine.runtime.control import Control
from woodwork_engine.runtime.dead_letter_commands import DeadLetterCommands
from woodwork_engine.runtime.desk import Desk
from woodwork_engine.runtime.garbage import GarbageWatch
from woodwork_engine.runtime.health import HealthCheck
from woodwork_engine.runtime.holding import HoldCommands
from woodwork_engine.runtime.live_flow import LiveFlow
from woodwork_engine.runtime.retry_commands import RetryCommands
from woodwork_engine.runtime.revision_commands import RevisionCommands
from woodwork_engine.runtime.revisions import Revisions
from woodwork_engine.runtime.snapshots import SnapshotMaker
from woodwork_engine.runtime.state import State
from woodwork_engine.runtime.thread import LoopThread
from woodwork_engine.runtime.watchdog import Watchdog
from woodwork_engine.runtime.watcher import FileWatcher
from woodwork_engine.snapshot import FlowState, Memory, Revision, Snapshot
from woodwork_engine.trace_context import incoming_trace
from woodwork_engine.transcript import Transcript

SNAPSHOT_SECONDS = 0.1
RESTING_SECONDS = 0.5
"""How long a snapshot serves while no record is written: only rates and ages change then."""
SWITCH_SECONDS = 0.0005
"""The interpreter's switch interval beside which a screen stays fluid while the engine works flat out."""

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of a replay: ids of the new messages, and for each refused dead letter why."""

    accepted: tuple[str, ...]
    refused: tuple[tuple[str, str], ...] = ()


class Engine(HoldCommands, RetryCommands, RevisionCommands):
    """Runs the flow in *file*; every method may be called from any thread.

    *headless* lets `input cli` read standard input; without *own_sources* no input reads anything and messages come by
    `inject`; *watch* applies the file's saves; *console* gets what console outputs say; *seed* fixes retry jitter;
    *middleware* stands around every attempt of every component, the first one outermost.
    *state* is the folder in which dead letters, what is held and parked, and durable messages outlive the process; it
    raises StateFolderInUseError where another engine has it, StoreError where what is there cannot be read.
    Commands return futures, which fail with ClosingError while no flow runs.
    """

    def __init__(
        self,
        file: str,
        *,
        headless: bool = False,
        own_sources: bool = True,
        watch: bool = True,
        console: Console | None = None,
        kinds: KindRegistry | None = None,
        clock: Clock | None = None,
        seed: int | None = None,
        middleware: Sequence[Middleware] = (),
        state: Path | None = None,
    ) -> None:
        self.file = file
        self.events = EventLog()
        self.transcript = Transcript()
        self._clock = clock or SystemClock()
        services = Services(self.transcript, console, self._clock, Path(file).absolute().parent, headless)
        kinds = kinds or builtin_kinds()
        self._flow = LiveFlow(
            services, self.events, kinds, random.Random(seed), Path(file).name, own_sources=own_sources
        )
        self._kept = State(state)
        self._control: Control | None = None
        self._flow.bus.keep_in(self._kept.folder)
        self._flow.bus.core.state_problem = self._kept.problem
        for one in middleware:
            self._flow.bus.add_middleware(one)
        self._watchdog = Watchdog(self._flow.busy, self._tell_blocked)
        self._garbage = GarbageWatch()
        self._watcher = FileWatcher(lambda: self._load("save")) if watch else None
        self._revisions = Revisions(
            file, kinds, self._flow, self.events, self._clock, self._watcher.watch if self._watcher else _nobody
        )
        self._flow.bus.core.lag = lambda: self._watchdog.lag()[1]
        core, keeping = self._flow.bus.core, lambda: self._kept.keeping(self._flow.plan)
        health = HealthCheck(core, self._watchdog, self._garbage, self.events, self._clock, keeping)
        self._maker = SnapshotMaker(self._flow, self._revisions, health, self.events, self._clock, self._take)
        self._thread = LoopThread("woodwork engine")
        self.letters = DeadLetterCommands(self._do)
        self._state = FlowState.STARTING
        self._opening = asyncio.Lock()
        """Held until the flow is opened. Commands go through it in the order in which they were given (bus.md B4)."""
        self._stop_asked = asyncio.Event()
        self._how_to_stop: tuple[bool, float | None] = (True, None)
        self._drain_until: float | None = None
        self._report: Future[StopReport] = Future()
        self._report.set_running_or_notify_cancel()  # it is everybody's: nobody can cancel it for the others
        self._beginning = threading.Lock()
        self._snapshot = Snapshot(state=FlowState.STARTING)
        self._letters: tuple[int, tuple[DeadLetter, ...]] = (-1, ())
        self._taking = False
        self._taken_at = 0.0

    def start(self) -> None:
        """Start the flow in its own thread and return at once.

        A file with errors runs nothing; watched, it starts by itself when it is mended. An engine starts once.
        """
        with self._beginning:
            if self._thread.started or self._report.done():
                return
            sys.setswitchinterval(min(sys.getswitchinterval(), SWITCH_SECONDS))
            self._thread.start(self._main)

    def stop(self, *, drain: bool = True, deadline: float | None = None) -> Future[StopReport]:
        """Stop: drain for at most *deadline* seconds (default: `stop_timeout`), end everything, report (bus.md H2).

        A second call without *drain* ends a drain at once.
        """
        with self._beginning:
            if not self._thread.started and not self._report.done():
                self._state = FlowState.STOPPED
                self._snapshot = Snapshot(state=FlowState.STOPPED)
                self._report.set_result(StopReport())
                self._kept.close()
        self._thread.soon(lambda: self._ask_to_stop(drain, deadline))
        return self._report

    def ended(self) -> Future[StopReport]:
        """Return what is done when the engine has ended: stopped, with the report, or by itself, with the error."""
        return self._report

    def idle(self) -> Future[None]:
        """Return what is done when every input has ended and nothing is queued, running or waiting for a retry."""
        return self._do(lambda flow: flow.idle())

    def snapshot(self) -> Snapshot:
        """Return the numbers of the flow as of a moment ago, fresh at most ten times a second."""
        rests = self.events.seq == self._snapshot.seq
        wanted = RESTING_SECONDS if rests else SNAPSHOT_SECONDS
        if not self._taking and time.monotonic() - self._taken_at >= wanted:
            self._taking = True
            self._thread.soon(self._take)
        return self._snapshot

    def take_snapshot(self) -> Future[Snapshot]:
        """Return the numbers of the flow as they are when the engine gets to it."""

        async def take() -> Snapshot:
            self._take()
            return self._snapshot

        return self._thread.call(take)

    def dead_letters(self) -> tuple[DeadLetter, ...]:
        """Return every dead letter kept, oldest first, as of the latest snapshot."""
        return self._letters[1]

    def blocked(self) -> tuple[float, str] | None:
        """Return for how many seconds the engine has not answered and who holds it; None while it does."""
        return self._watchdog.blocked()

    def failure(self) -> BaseException | None:
        """Return what ended the engine although nobody stopped it; None while it is well."""
        return self._report.exception() if self._report.done() else None

    def inject(
        self,
        component: str,
        payload: object,
        *,
        session: str | None = None,
        event: str | None = None,
        dedupe_key: str | None = None,
        traceparent: str | None = None,
    ) -> Future[str]:
        """Hand *payload* to *component*; the future has the message's id once it is accepted.

        Messages of one session are accepted in the order of the calls, also of those that wait for each other (B4).
        With a *dedupe_key* it is the id of the first one of that key where delivery is effectively once (bus.md C3). A
        W3C *traceparent* goes with the message (A6).
        """

        async def send(flow: LiveFlow) -> str:
            with incoming_trace(traceparent):
                return await flow.inject(component, payload, session, event, dedupe_key)

        return self._do(send)

    def new_session(self, component: str) -> Future[str]:
        """Begin a new session for the prompts of *component*; the future has its id."""

        async def begin(flow: LiveFlow) -> str:
            member = flow.crew.members.get(component)
            if component in flow.crew.failed:
                raise WoodworkError(f"{component} is not started: {flow.crew.failed[component]}")
            if member is None:
                raise UnknownComponentError(component, flow.crew.members)
            if not isinstance(member.component, InputCli):
                raise WoodworkError(f"{component} has no prompt; a new session is for an input cli")
            session = new_session()
            member.component.begin_session(session)
            return session

        return self._do(begin)

    def replay(self, dlq_ids: Sequence[str], **how: Unpack[HowToReplay]) -> Future[Replayed]:
        """Send dead letters again, in the order in which their lanes took them (bus.md E4-E6); see `Replays.replay`."""

        async def send(flow: LiveFlow) -> Replayed:
            return Replayed(*await flow.bus.replays.replay_in_order(dlq_ids, **how))

        return self._do(send)

    def discard(self, dlq_ids: Sequence[str]) -> Future[int]:
        """Move dead letters to the trash; the future has how many were open."""
        return self._do(lambda flow: flow.bus.dead_letters.discard_many(dlq_ids))

    def restore(self, dlq_ids: Sequence[str]) -> Future[int]:
        """Take dead letters back out of the trash; the future has how many were there."""
        return self._do(lambda flow: flow.bus.dead_letters.restore_many(dlq_ids))

    def memories(self, session: str) -> Future[tuple[Memory, ...]]:
        """Return what each component that remembers sessions keeps of *session*."""

        async def look(flow: LiveFlow) -> tuple[Memory, ...]:
            found = ((name, member.component.remembered(session)) for name, member in flow.crew.members.items())
            return tuple(Memory(name, things) for name, things in found if things is not None)

        return self._do(look)

    def _do(self, command: Callable[[LiveFlow], Awaitable[Answer]]) -> Future[Answer]:
        async def run() -> Answer:
            if self._flow.plan is None:
                raise ClosingError(f"nothing is running: {self.file} has errors; mend and save it")
            return await command(self._flow)

        return self._once_opened(run)

    def _once_opened(self, command: Callable[[], Awaitable[Answer]]) -> Future[Answer]:
        async def run() -> Answer:
            async with self._opening:
                pass
            return await command()

        return self._thread.call(run)

    async def _main(self) -> None:
        await self._opening.acquire()
        failure: BaseException | None = None
        try:
            await self._until_asked_to_stop()
        except BaseException as error:  # noqa: BLE001 - whoever looks at the engine learns what ended it
            failure = error
        try:
            drain, deadline = self._how_to_stop
            report = await self._flow.stop(drain=drain and failure is None, deadline=deadline)
            self._state = FlowState.STOPPED
            self._take()
        except BaseException as error:  # noqa: BLE001 - the same
            failure = failure or error
        if self._control is not None:
            await self._control.stop()
        self._watchdog.stop()
        self._garbage.stop()
        self._kept.close()
        if failure is not None:
            self._report.set_exception(failure)
        else:
            self._report.set_result(report)

    async def _until_asked_to_stop(self) -> None:
        export_as_asked(os.environ, self._tell_telemetry)
        await self._flow.start()
        self._watchdog.start()
        self._garbage.start()
        tasks = [asyncio.create_task(self._follow_file()), asyncio.create_task(self._stop_asked.wait())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await self._revisions.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if not self._stop_asked.is_set():
            for task in done:
                task.result()

    async def _follow_file(self) -> None:
        # Watching begins first, so that a save is noticed while the first revision is still starting.
        watching = asyncio.create_task(self._watcher.run() if self._watcher is not None else _for_ever())
        try:
            await self._load("start")
            await self._listen()
            self._kept.tell_start(self.file, self._flow.plan)
            keeper = self._flow.bus.core.keeper
            for problem in keeper.recovery.unreadable if keeper is not None else ():
                self._kept.tell(problem)
            self._opening.release()
            await watching
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    async def _listen(self) -> None:
        """Answer other processes, where there is a folder in which they find this one."""
        if self._kept.folder is None:
            return
        flow = self._flow
        desk = Desk(flow.bus, lambda name, payload, session: flow.inject(name, payload, session, None, None))
        self._control = Control(self._kept.folder.path, desk.answer)
        problem = await self._control.start()
        if problem is not None:
            self._kept.tell(problem)

    async def _load(self, by: str) -> Revision:
        return self._took(await self._revisions.load(by))

    async def _roll_back(self, number: int) -> Revision:
        if self._watcher is not None:
            await self._watcher.take_any_save()
        return self._took(await self._revisions.roll_back(number))

    def _took(self, revision: Revision) -> Revision:
        if self._state in (FlowState.STARTING, FlowState.RUNNING, FlowState.STOPPED):
            self._state = FlowState.STOPPED if self._flow.plan is None else FlowState.RUNNING
        self._take()
        return revision

    def _ask_to_stop(self, drain: bool, deadline: float | None) -> None:
        if not self._stop_asked.is_set():
            self._how_to_stop = (drain, deadline)
            self._state = FlowState.DRAINING
            if drain:
                patience = self._flow.bus.core.policy.stop_timeout if deadline is None else deadline
                self._drain_until = self._clock.time() + patience
            self._flow.bus.close_ingress()
            self._stop_asked.set()
        elif not drain:
            self._flow.cut_short()

    def _take(self) -> None:
        self._taking = False
        self._taken_at = time.monotonic()
        dead = self._flow.bus.core.dead
        if dead.version != self._letters[0]:
            self._letters = (dead.version, dead.list())
        self._snapshot = self._maker.take(self._state, self._drain_until)

    def _tell_telemetry(self, problem: str) -> None:
        """Note, from any thread, what goes wrong with the export of metrics and spans."""
        data: dict[str, object] = {"event": "telemetry.problem", "message": problem}
        self._thread.soon(lambda: self.events.append_state(self._clock.time(), "note", data=data))

    def _tell_blocked(self, seconds: float, blocker: str) -> None:
        data: dict[str, object] = {"event": "loop.blocked", "seconds": round(seconds, 3), "blocker": blocker}
        self.events.append_state(self._clock.time(), "note", data=data)


async def _for_ever() -> None:
    await asyncio.get_running_loop().create_future()


async def _nobody(_paths: object) -> None:
    """Watch nothing."""
