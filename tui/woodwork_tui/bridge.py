"""Between engine and screen: reads what the engine shows into views, does on it what the person wants.

The only file that knows both. Nothing here waits for the engine: it runs in its own thread, commands go to it as calls
that return futures, and what it has written is read in batches when the screen asks.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, wait
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol, Unpack

from woodwork_engine.dead_letter import DeadLetter
from woodwork_engine.errors import WoodworkError
from woodwork_engine.events import EventLog, Reader
from woodwork_engine.plan import FlowPlan, Node
from woodwork_engine.snapshot import FlowState, Memory, Revision, Snapshot
from woodwork_engine.transcript import Transcript
from woodwork_tui.holding_engine import HoldingEngine
from woodwork_tui.letter_calls import CALLS, Letters
from woodwork_tui.state.history import DeliveryHistory
from woodwork_tui.state.navigation import Navigation
from woodwork_tui.state.said import Said, command_form, outcome
from woodwork_tui.state.view import View

if TYPE_CHECKING:  # imported for good only with the engine, after the first frame
    from woodwork_engine.bus.interface import StopReport
    from woodwork_engine.bus.replay import HowToReplay
    from woodwork_engine.runtime.engine import Replayed

BATCH, PART = 20_000, 5_000
"""Records taken in between two frames, and at once; in a flood the rest is read later, or counted as missed."""
FOLDING = 0.025
"""Seconds after which no further part is taken in between two frames: keys are waiting."""

ACTIONS = frozenset(
    {
        "inject",
        "new_session",
        "retry_now",
        "kill_retry",
        "edit_retry",
        "replay",
        "discard",
        "restore",
        "reload",
        "rollback",
        "resolve_removed",
        "memories",
        *("pause", "resume", "step", "step_session", "retry_stuck", "purge"),
        *("add_breakpoint", "remove_breakpoint", "release", "release_all", "drop_held"),
    }
)
"""What `Tab.Act` may ask of an engine, besides what `letter_calls` knows."""

Answered = Callable[[object], None]
"""Is handed what an engine has answered."""


class Engine(HoldingEngine, Protocol):
    """The engine as the terminal uses it; every method may be called from any thread and none waits."""

    @property
    def letters(self) -> Letters:
        """What can be done about its dead letters."""
        ...

    @property
    def events(self) -> EventLog:
        """The event log."""
        ...

    @property
    def transcript(self) -> Transcript:
        """What was said in the flow."""
        ...

    def start(self) -> None:
        """Start the flow in its own thread."""
        ...

    def stop(self, *, drain: bool = True, deadline: float | None = None) -> Future[StopReport]:
        """Stop the flow; a second call without *drain* ends a drain at once."""
        ...

    def snapshot(self) -> Snapshot:
        """Return the flow's numbers."""
        ...

    def dead_letters(self) -> tuple[DeadLetter, ...]:
        """Return the dead letters, oldest first."""
        ...

    def blocked(self) -> tuple[float, str] | None:
        """Return for how many seconds the engine has not answered, and who holds it."""
        ...

    def failure(self) -> BaseException | None:
        """Return what ended the engine although nobody stopped it."""
        ...

    def inject(
        self, component: str, payload: object, *, session: str | None = None, event: str | None = None
    ) -> Future[str]:
        """Hand *payload* to *component*."""
        ...

    def new_session(self, component: str) -> Future[str]:
        """Begin a new session for the prompts of *component*."""
        ...

    def retry_now(self, message_id: str, target: str) -> Future[bool]:
        """Have a retry at once."""
        ...

    def kill_retry(self, message_id: str, target: str) -> Future[bool]:
        """Give a retry up."""
        ...

    def replay(self, dlq_ids: Sequence[str], **how: Unpack[HowToReplay]) -> Future[Replayed]:
        """Send dead letters again."""
        ...

    def discard(self, dlq_ids: Sequence[str]) -> Future[int]:
        """Move dead letters to the trash."""
        ...

    def restore(self, dlq_ids: Sequence[str]) -> Future[int]:
        """Take dead letters out of the trash."""
        ...

    def reload(self) -> Future[Revision]:
        """Read the flow file again."""
        ...

    def rollback(self, number: int) -> Future[Revision]:
        """Apply an earlier revision again."""
        ...

    def memories(self, session: str) -> Future[tuple[Memory, ...]]:
        """Return what components remember of *session*."""
        ...

    def resolve_removed(self, component: str, how: str) -> Future[int]:
        """Let what a removed component has left go another way."""
        ...


OpenEngine = Callable[[str], Engine]


def keeping(state: str | None) -> OpenEngine:
    """Return what makes the engine of a file that keeps its state in the folder *state*; None: beside the file."""
    return lambda file: open_engine(file, state_of(file, state))


def state_of(file: str, state: str | None) -> Path | None:
    """Return the state folder of *file* where *state* is what the command line says: a folder, `none`, or nothing."""
    if state == "none":
        return None
    return Path(file).absolute().parent / ".woodwork" if state is None else Path(state)


def open_engine(file: str, state: Path | None = None) -> Engine:
    """Return the engine of *file*, not started; imports it, which takes a while and belongs in a thread."""
    from woodwork_engine.runtime import Engine as Embedded  # with all its libraries; not before the first frame

    return Embedded(file, state=state)


class Bridge:
    """Owns the engine of one flow file from opening to its report.

    *tell* gets, for each action, the command that does the same and what came of it.
    """

    def __init__(self, file: str, opener: OpenEngine, tell: Callable[[str, Said], None]) -> None:
        self.file = file
        self.trouble = ""
        """Why there is no engine, in a sentence; empty while it comes up and once it is there."""
        self._opener = opener
        self._tell = tell
        self._engine: Engine | None = None
        self._reader: Reader | None = None
        self._stopping: asyncio.Future[StopReport] | None = None
        self._deliveries = DeliveryHistory()
        self._letters: tuple[int, tuple[DeadLetter, ...]] = (-1, ())
        self._plan: FlowPlan | None = None

    # coming up and going down

    async def open(self) -> None:
        """Bring the engine up without holding up the screen."""
        try:
            engine = await asyncio.to_thread(self._opened)
        except (WoodworkError, OSError, ImportError) as error:
            self.trouble = f"{self.file} cannot be run: {error}"
            return
        self._reader = engine.events.reader()
        self._engine = engine

    def _opened(self) -> Engine:
        engine = self._opener(self.file)
        engine.start()
        # All that stays is loaded now: collections that walk through it would be the longest pauses of the screen.
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)
        return engine

    async def stop(self, *, drain: bool) -> StopReport | None:
        """Stop the flow and return its report; None without an engine. Called again without *drain*, it hurries."""
        if self._engine is None:
            return None
        report = self._engine.stop(drain=drain)
        if self._stopping is None:
            self._stopping = asyncio.wrap_future(report)
        return await asyncio.shield(self._stopping)

    def abandon(self, patience: float) -> None:
        """Stop the flow at once where nobody has, and wait at most *patience* s; needs no loop any more."""
        if self._engine is not None and self._stopping is None:
            wait([self._engine.stop(drain=False)], timeout=patience)

    # down to the screen

    def view(self, now: float, place: Navigation, *, ascii_only: bool) -> View:
        """Return what there is to show at *now* (s since the epoch) in *place*."""
        engine = self._engine
        if engine is None:
            coming = Snapshot(state=FlowState.STOPPED if self.trouble else FlowState.STARTING)
            return View(coming, now, place.selection, filter=place.filter, ascii=ascii_only, file=self.file)
        snapshot = engine.snapshot()
        if (failure := engine.failure()) is not None:
            self.trouble = f"The engine has ended: {type(failure).__name__}: {failure}"
            snapshot = replace(snapshot, state=FlowState.STOPPED)
        self._fold(snapshot.plan)
        if snapshot.dead_version != self._letters[0]:
            self._letters = (snapshot.dead_version, engine.dead_letters())
        return View(
            snapshot,
            now,
            place.selection,
            self._deliveries,
            self._letters[1],
            engine.transcript,
            place.filter,
            ascii_only,
            self.file,
            engine.blocked(),
        )

    def _fold(self, plan: FlowPlan | None) -> None:
        if plan is not None and plan is not self._plan:
            self._plan = plan
            self._deliveries.allow(MappingProxyType({node.name: allowed_attempts(node) for node in plan.nodes}))
        if self._reader is not None:
            until = time.perf_counter() + FOLDING
            for _ in range(BATCH // PART):
                batch = self._reader.read(PART)
                self._deliveries.fold(batch.records, batch.missed)
                if len(batch.records) < PART or time.perf_counter() >= until:
                    break

    def keep(self, deliveries: int) -> None:
        """Keep at most that many *deliveries* for the lists."""
        if deliveries != self._deliveries.limit:
            self._deliveries.resize(deliveries)

    # up to the engine

    async def act(
        self, action: str, arguments: Mapping[str, object], *, quiet: bool = False, then: Answered | None = None
    ) -> None:
        """Do *action* on the engine and tell the person what came of it, with the command that does the same.

        With *quiet* only what went wrong is told. *then* is handed what came of it, where it was done.
        """
        said = await self._done(action, arguments, then)
        if not quiet or said.mood != "information":
            self._tell(command_form(action, arguments), said)

    async def _done(self, action: str, arguments: Mapping[str, object], then: Answered | None) -> Said:
        if self._engine is None:
            return Said(self.trouble or "the flow is still starting", "warning")
        if action not in ACTIONS and action not in CALLS:
            return Said(f"{action} is nothing that can be done", "error")
        try:
            result = await self._asked(self._engine, action, arguments)
            if then is not None:
                then(result)
            return outcome(action, result)
        except WoodworkError as error:
            return Said(str(error), "error")
        except Exception as error:  # noqa: BLE001 the edge: what fails in the engine is told, and the screen goes on
            return Said(f"unexpected {type(error).__name__}: {error}", "error")

    @staticmethod
    async def _asked(engine: Engine, action: str, arguments: Mapping[str, object]) -> object:
        call = CALLS.get(action)
        if call is not None:
            return await call(engine.letters, arguments)
        return await asyncio.wrap_future(getattr(engine, action)(**arguments))


def allowed_attempts(node: Node) -> int:
    """Return how many attempts a delivery to *node* has (bus.md C2, D2)."""
    return 1 if node.policy.delivery == "at_most_once" else node.policy.retry.max_attempts
