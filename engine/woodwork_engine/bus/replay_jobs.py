"""Replays of many dead letters as jobs: paced, watched, and stopped where they do harm (bus.md E6)."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.dead_letter_queue import DeadLetterQueue
from woodwork_engine.bus.replay import in_lane_order
from woodwork_engine.bus.replay_order import BulkReplay, ReplayPreview, preview
from woodwork_engine.dead_letter import DeadLetter, DeadState
from woodwork_engine.dead_letter_filter import LetterChoice, state_of
from woodwork_engine.errors import ClosingError, QueueFullError, ReplayRefusedError, WoodworkError
from woodwork_engine.snapshot import JobState, ReplayJob, ReplayOutcome

LOOK_BACK = 20
MOST_FAILING = 0.2
"""Share of the last `LOOK_BACK` replays above which a job stops itself when they die again."""
MOST_AT_ONCE = 8
MOST_KEPT = 20
"""Jobs that have ended and are still shown."""
MOST_REFUSALS = 20
MOST_OUTCOMES = 200
"""Letters of a job of which it is still shown what became of them."""
MOST_AT_A_TURN = 5_000
"""Letters up to which they are counted or put in order between two turns of the loop; more are in a thread."""
AGAIN_SECONDS = 1.0
"""How long a job waits before it tries a target without room again."""

Result = TypeVar("Result")


class ReplayJobs:
    """The jobs of one bus, which end with it; who wants to see them asks for `all`."""

    def __init__(self, core: BusCore, letters: DeadLetterQueue) -> None:
        self._core = core
        self._letters = letters
        self._jobs: dict[str, _Job] = {}
        self._waiting: dict[str, _Job] = {}
        self._numbered = 0
        core.dead.watch(self)

    def all(self) -> tuple[ReplayJob, ...]:
        """Return every job that runs and the last ones that have ended, oldest first."""
        return tuple(job.shown() for job in self._jobs.values())

    def get(self, job_id: str) -> ReplayJob | None:
        """Return the job *job_id*, or None."""
        job = self._jobs.get(job_id)
        return None if job is None else job.shown()

    async def preview(self, order: BulkReplay) -> ReplayPreview:
        """Return what *order* would do, and do nothing (dry run); raises FilterError."""
        letters = await self._chosen(order)
        return await _aside(lambda: preview(letters, order, self._core.policy.dlq.max_replays), len(letters))

    async def start(self, order: BulkReplay) -> ReplayJob:
        """Begin to replay what *order* means at this moment, lane by lane, and return the job (bus.md E6).

        Raises FilterError, ReplayRefusedError where nothing is meant or too many jobs run, and ClosingError.
        """
        chosen = await self._chosen(order)
        letters = await _aside(lambda: in_lane_order(chosen), len(chosen))
        if self._core.closing:
            raise ClosingError
        if not letters:
            raise ReplayRefusedError("no dead letter that can be replayed is meant")
        if sum(not job.over for job in self._jobs.values()) >= MOST_AT_ONCE:
            raise ReplayRefusedError(f"{MOST_AT_ONCE} replays are under way; wait for one or cancel it")
        self._numbered += 1
        ids = [letter.dlq_id for letter in letters]
        job = _Job(f"job-{self._numbered}", order, ids, self._core, self._letters, self._waiting)
        self._jobs[job.id] = job
        self._forget()
        job.begin()
        return job.shown()

    async def _chosen(self, order: BulkReplay) -> list[DeadLetter]:
        choice = order.choice
        if order.force:
            letters = await self._letters.select(choice)
            return [one for one in letters if state_of(one) == "open" or _is_over(one)]
        return [] if choice.state not in (None, "open") else list(await self._letters.select(_open(choice)))

    def _forget(self) -> None:
        ended = [job.id for job in self._jobs.values() if job.over and not job.in_flight]
        for job_id in ended[: max(0, len(ended) - MOST_KEPT)]:
            del self._jobs[job_id]

    def pause(self, job_id: str) -> bool:
        """Send nothing more until `resume`; what is under way goes on. True when the job ran."""
        job = self._jobs.get(job_id)
        return job is not None and job.pause()

    def resume(self, job_id: str) -> bool:
        """Go on with a paused job; True when it was one."""
        job = self._jobs.get(job_id)
        return job is not None and job.resume()

    def cancel(self, job_id: str) -> bool:
        """Send nothing more for good; what is under way goes on. True when the job was not over."""
        job = self._jobs.get(job_id)
        return job is not None and job.end(JobState.CANCELLED)

    async def stop(self) -> None:
        """End every job: the bus stops (bus.md H3)."""
        tasks = [job.task for job in self._jobs.values() if job.task is not None and not job.task.done()]
        for job in self._jobs.values():
            job.end(JobState.CANCELLED, "the bus was stopped")
        await asyncio.gather(*tasks, return_exceptions=True)

    def added(self, letter: DeadLetter) -> None:
        """Nothing follows from a new letter."""

    def changed(self, letter: DeadLetter) -> None:
        """Tell a job how one of its replays has ended."""
        if letter.replay_ok is not None and (job := self._waiting.pop(letter.dlq_id, None)) is not None:
            job.ended(letter.dlq_id, ok=letter.replay_ok, detail=letter.died_again_as or "")

    def removed(self, dlq_ids: Sequence[str]) -> None:
        """Wait no longer for what is not kept any more."""
        for dlq_id in dlq_ids:
            if (job := self._waiting.pop(dlq_id, None)) is not None:
                job.ended(dlq_id, ok=True)


def _open(choice: LetterChoice) -> LetterChoice:
    return replace(choice, state="open")


async def _aside(work: Callable[[], Result], size: int) -> Result:
    """Return what *work* on so many letters does, which holds the loop for at most a few milliseconds (bus.md H4)."""
    return work() if size <= MOST_AT_A_TURN else await asyncio.to_thread(work)


def _is_over(letter: DeadLetter) -> bool:
    return letter.state is DeadState.REPLAYED and not letter.is_under_way


class _Job:
    """One bulk replay and the task that makes it."""

    def __init__(
        self,
        job_id: str,
        order: BulkReplay,
        ids: Sequence[str],
        core: BusCore,
        letters: DeadLetterQueue,
        waiting: dict[str, _Job],
    ) -> None:
        self.id = job_id
        self.in_flight = 0
        self.task: asyncio.Task[None] | None = None
        self._order = order
        self._ids = ids
        self._core = core
        self._letters = letters
        self._waiting = waiting
        self._state = JobState.CANARY if order.canary else JobState.RUNNING
        self._before_pause = self._state
        self._sent = self._ok = self._failed = 0
        self._refused: list[tuple[str, str]] = []
        self._refusals = 0
        self._last: deque[bool] = deque(maxlen=LOOK_BACK)
        self._outcomes: deque[ReplayOutcome] = deque(maxlen=MOST_OUTCOMES)
        self._told: tuple[ReplayOutcome, ...] | None = ()
        self._problem: str | None = None
        self._started_at = core.clock.time()
        self._ended_at: float | None = None
        self._next = 0.0
        self._news = asyncio.Event()

    @property
    def over(self) -> bool:
        """Whether nothing more will be sent."""
        return self._ended_at is not None

    def shown(self) -> ReplayJob:
        """Return how it stands."""
        if self._told is None:
            self._told = tuple(self._outcomes)
        return ReplayJob(
            id=self.id,
            state=self._state,
            total=len(self._ids),
            sent=self._sent,
            ok=self._ok,
            failed=self._failed,
            refused=self._refusals,
            in_flight=self.in_flight,
            rate=self._order.rate,
            canary=self._order.canary,
            where=self._order.choice.where,
            started_at=self._started_at,
            ended_at=self._ended_at,
            problem=self._problem,
            refusals=tuple(self._refused),
            outcomes=self._told,
        )

    def begin(self) -> None:
        """Start on the running loop."""
        self.task = asyncio.get_running_loop().create_task(self._run(), name=self.id)
        self._tell()

    def pause(self) -> bool:
        """Hold before the next replay."""
        if self.over or self._state is JobState.PAUSED:
            return False
        self._before_pause, self._state = self._state, JobState.PAUSED
        self._tell()
        return True

    def resume(self) -> bool:
        """Go on."""
        if self._state is not JobState.PAUSED:
            return False
        self._state = self._before_pause
        self._tell()
        self._news.set()
        return True

    def end(self, state: JobState, problem: str | None = None) -> bool:
        """Send nothing more; False when that was so already."""
        if self.over:
            return False
        self._state, self._problem = state, problem
        self._ended_at = self._core.clock.time()
        if self.task is not None and self.task is not asyncio.current_task():
            self.task.cancel()
        self._tell()
        return True

    def ended(self, dlq_id: str, *, ok: bool, detail: str = "") -> None:
        """Count how one replay has ended; too many that die again stop the job."""
        self._note(dlq_id, "ok" if ok else "died again", detail)
        self.in_flight -= 1
        self._ok += ok
        self._failed += not ok
        self._last.append(ok)
        self._news.set()
        bad = self._last.count(False)
        if self._state is JobState.CANARY and bad:
            self.end(JobState.STOPPED, "one of the first replays, which had to succeed, died again")
        elif self._order.stop_after is not None and self._failed >= self._order.stop_after:
            died = "1 replay" if self._failed == 1 else f"{self._failed} replays"
            self.end(JobState.STOPPED, f"{died} died again; it was to stop after {self._order.stop_after}")
        elif bad > MOST_FAILING * LOOK_BACK:
            self.end(JobState.STOPPED, f"{bad} of the last {len(self._last)} replays died again")

    async def _run(self) -> None:
        try:
            for number, dlq_id in enumerate(self._ids, 1):
                await self._turn()
                await self._send(dlq_id)
                if number == self._order.canary:
                    await self._until_none_is_under_way()
                    self._state = self._before_pause = JobState.RUNNING
                    self._tell()
            await self._until_none_is_under_way()
            self.end(JobState.DONE)
        except ClosingError as error:
            self.end(JobState.CANCELLED, str(error))

    async def _turn(self) -> None:
        """Wait until the next one may go: its time has come, there is a place for it, and nobody holds the job."""
        loop = asyncio.get_running_loop()
        while True:
            if self._state is JobState.PAUSED or self.in_flight >= self._order.in_flight:
                await self._wait()
            elif (delay := self._next - loop.time()) > 0:
                await asyncio.sleep(delay)
            else:
                break
        if self._order.rate is not None:
            self._next = max(self._next, loop.time()) + 1 / self._order.rate

    async def _until_none_is_under_way(self) -> None:
        while self.in_flight or self._state is JobState.PAUSED:
            await self._wait()

    async def _wait(self) -> None:
        self._news.clear()
        await self._news.wait()

    async def _send(self, dlq_id: str) -> None:
        """Replay one letter; where its target has no room, again and again, so that its lane keeps its order."""
        order = self._order
        while True:
            try:
                await self._letters.replay(
                    dlq_id, encoded=order.encoded, target=order.target, reroute=order.reroute, force=order.force,
                    keep_ttl=order.keep_ttl, once=order.once, by=order.by,
                )  # fmt: skip
            except ClosingError:
                raise
            except QueueFullError as error:
                self._problem = str(error)
                await asyncio.sleep(AGAIN_SECONDS)
                continue
            except WoodworkError as error:
                self._refuse(dlq_id, str(error))
            else:
                self._follow(dlq_id)
            self._problem = self._problem if self.over else None
            return

    def _follow(self, dlq_id: str) -> None:
        self._sent += 1
        self.in_flight += 1
        letter = self._letters.get(dlq_id)
        if letter is None or letter.replay_ok is not None:  # it ended in the step in which it was accepted
            again = (letter.died_again_as or "") if letter is not None else ""
            self.ended(dlq_id, ok=letter is None or letter.replay_ok is True, detail=again)
        else:
            self._waiting[dlq_id] = self

    def _refuse(self, dlq_id: str, why: str) -> None:
        self._refusals += 1
        self._note(dlq_id, "refused", why)
        if len(self._refused) < MOST_REFUSALS:
            self._refused.append((dlq_id, why))
        if self._state is JobState.CANARY:
            self.end(JobState.STOPPED, f"one of the first replays, which had to succeed, was refused: {why}")

    def _note(self, dlq_id: str, result: str, detail: str) -> None:
        self._outcomes.append(ReplayOutcome(dlq_id, result, self._core.clock.time(), detail))
        self._told = None

    def _tell(self) -> None:
        core = self._core
        if core.log is not None:
            data: dict[str, object] = {"event": "replay.job", "job": self.id, "state": self._state.value}
            counts = {"total": len(self._ids), "sent": self._sent, "ok": self._ok, "failed": self._failed}
            core.log.append(core.clock.time(), "note", data={**data, **counts, "problem": self._problem})
