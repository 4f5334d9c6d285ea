"""Replays of many dead letters as jobs: paced, watched, and stopped where they do harm (bus.md E6)."""

from __future__ import annotations

import asyncio
import re
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.dead_letter_queue import DeadLetterQueue
from woodwork_engine.bus.replay import in_lane_order
from woodwork_engine.dead_letter import DeadLetter, DeadState
from woodwork_engine.dead_letter_filter import LetterChoice, state_of
from woodwork_engine.errors import ClosingError, QueueFullError, ReplayRefusedError, SettingError, WoodworkError
from woodwork_engine.snapshot import JobState, ReplayJob

LOOK_BACK = 20
MOST_FAILING = 0.2
"""Share of the last `LOOK_BACK` replays above which a job stops itself when they die again."""
MOST_AT_ONCE = 8
MOST_KEPT = 20
"""Jobs that have ended and are still shown."""
MOST_REFUSALS = 20
AGAIN_SECONDS = 1.0
"""How long a job waits before it tries a target without room again."""

_RATE = re.compile(r"(\d+(?:\.\d+)?)\s*(?:/\s*(s|m|h))?")
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0}


def replay_rate(text: str) -> float:
    """Return replays per second written as `5/s`, `300/m` or `5`; raises SettingError."""
    found = _RATE.fullmatch(text.strip())
    rate = float(found[1]) / _SECONDS[found[2] or "s"] if found is not None else 0.0
    if not 0 < rate < 1e9:
        raise SettingError("rate", f"{text!r} is no pace; write one such as 5/s or 300/m")
    return rate


@dataclass(frozen=True, slots=True)
class BulkReplay:
    """What is to be replayed and how: open letters that *choice* means, or with *force* replayed ones too.

    *rate* in replays/s, None without limit; at most *in_flight* are under way; the first *canary* must succeed before
    any other goes. The rest is as for one replay (bus.md E4).
    """

    choice: LetterChoice = field(default_factory=LetterChoice)
    rate: float | None = 10.0
    in_flight: int = 16
    canary: int = 0
    encoded: bytes | None = None
    target: str | None = None
    reroute: bool = False
    force: bool = False
    keep_ttl: bool = False
    by: str = "person"

    def __post_init__(self) -> None:
        if self.rate is not None and not self.rate > 0:
            raise SettingError("rate", f"must be above 0, not {self.rate!r}")
        if self.in_flight < 1:
            raise SettingError("in_flight", f"must be at least 1, not {self.in_flight!r}")
        if self.canary < 0:
            raise SettingError("canary", f"must not be negative, as {self.canary!r} is")


@dataclass(frozen=True, slots=True)
class ReplayPreview:
    """What a bulk replay would do: letters in all and of each target, sessions, and how many it would refuse.

    *seconds* is the least that it takes at its rate.
    """

    total: int
    targets: tuple[tuple[str, int], ...]
    sessions: int
    need_force: int
    seconds: float


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
        targets = Counter(order.target or letter.route.target for letter in letters)
        lanes = {letter.envelope.session_id for letter in letters}
        most = self._core.policy.dlq.max_replays
        need = 0 if order.force else sum(letter.replay.count >= most for letter in letters)
        seconds = 0.0 if order.rate is None else max(0, len(letters) - 1) / order.rate
        return ReplayPreview(len(letters), tuple(targets.most_common()), len(lanes), need, seconds)

    async def start(self, order: BulkReplay) -> ReplayJob:
        """Begin to replay what *order* means at this moment, lane by lane, and return the job (bus.md E6).

        Raises FilterError, ReplayRefusedError where nothing is meant or too many jobs run, and ClosingError.
        """
        letters = await self._chosen(order)
        if self._core.closing:
            raise ClosingError
        if not letters:
            raise ReplayRefusedError("no dead letter that can be replayed is meant")
        if sum(not job.over for job in self._jobs.values()) >= MOST_AT_ONCE:
            raise ReplayRefusedError(f"{MOST_AT_ONCE} replays are under way; wait for one or cancel it")
        self._numbered += 1
        ids = [letter.dlq_id for letter in in_lane_order(letters)]
        job = _Job(f"job-{self._numbered}", order, ids, self._core, self._letters, self._waiting)
        self._jobs[job.id] = job
        self._forget()
        job.begin()
        return job.shown()

    async def _chosen(self, order: BulkReplay) -> list[DeadLetter]:
        letters = await self._letters.select(order.choice)
        return [one for one in letters if state_of(one) == "open" or (order.force and _is_over(one))]

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
            job.ended(ok=letter.replay_ok)

    def removed(self, dlq_ids: Sequence[str]) -> None:
        """Wait no longer for what is not kept any more."""
        for dlq_id in dlq_ids:
            if (job := self._waiting.pop(dlq_id, None)) is not None:
                job.ended(ok=True)


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

    def ended(self, *, ok: bool) -> None:
        """Count how one replay has ended; too many that die again stop the job."""
        self.in_flight -= 1
        self._ok += ok
        self._failed += not ok
        self._last.append(ok)
        self._news.set()
        bad = self._last.count(False)
        if self._state is JobState.CANARY and bad:
            self.end(JobState.STOPPED, "one of the first replays, which had to succeed, died again")
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
                    keep_ttl=order.keep_ttl, by=order.by,
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
            self.ended(ok=letter is None or letter.replay_ok is True)
        else:
            self._waiting[dlq_id] = self

    def _refuse(self, dlq_id: str, why: str) -> None:
        self._refusals += 1
        if len(self._refused) < MOST_REFUSALS:
            self._refused.append((dlq_id, why))
        if self._state is JobState.CANARY:
            self.end(JobState.STOPPED, f"one of the first replays, which had to succeed, was refused: {why}")

    def _tell(self) -> None:
        core = self._core
        if core.log is not None:
            data: dict[str, object] = {"event": "replay.job", "job": self.id, "state": self._state.value}
            counts = {"total": len(self._ids), "sent": self._sent, "ok": self._ok, "failed": self._failed}
            core.log.append(core.clock.time(), "note", data={**data, **counts, "problem": self._problem})
