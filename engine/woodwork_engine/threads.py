"""A bounded set of daemon threads for calls that are no coroutines."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress

THREAD_LIMIT = 16

_lock = threading.Lock()
_zombies = 0
_home = threading.local()


def zombie_threads() -> int:
    """Return how many threads still run for an attempt that was given up; nothing can stop them (bus.md D5)."""
    return _zombies


def home_loop() -> asyncio.AbstractEventLoop | None:
    """Return the loop that waits for the calling thread's work, or None outside such a thread."""
    return getattr(_home, "loop", None)


def call_on(loop: asyncio.AbstractEventLoop, callback: Callable[..., object], *given: object) -> None:
    """Call *callback* on *loop* soon, from any thread; a loop that is closed has nobody left to tell."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(callback, *given)


def _count_zombie(change: int) -> None:
    global _zombies
    with _lock:
        _zombies += change


class _Job:
    """One call: what to run, and the future that waits for it."""

    __slots__ = ("abandoned", "call", "context", "future", "loop", "taken")

    def __init__(self, call: Callable[[], object], loop: asyncio.AbstractEventLoop) -> None:
        self.call = call
        self.context = contextvars.copy_context()
        self.loop = loop
        self.future: asyncio.Future[object] = loop.create_future()
        self.taken = False
        self.abandoned = False

    def run(self) -> None:
        """Run the call in this thread and hand its outcome to the loop."""
        _home.loop = self.loop
        value: object = None
        error: BaseException | None = None
        try:
            value = self.context.run(self.call)
        except (SystemExit, KeyboardInterrupt, StopIteration) as odd:
            error = RuntimeError(f"{type(odd).__name__} {odd}".strip())  # must not end the loop
        except BaseException as failure:  # noqa: BLE001 the edge: a person's failure becomes the attempt's
            error = failure
        finally:
            _home.loop = None
        call_on(self.loop, self._settle, value, error)

    def cancel(self) -> None:
        """Let whoever waits for the call know that it will not be made."""
        call_on(self.loop, self.future.cancel)

    def _settle(self, value: object, error: BaseException | None) -> None:
        if self.future.done():
            return
        if error is None:
            self.future.set_result(value)
        else:
            self.future.set_exception(error)


class Threads:
    """At most *limit* threads, made when needed.

    A thread whose call was given up is replaced by another one, up to *limit* times at once; beyond that calls wait.
    The threads are daemons, so that a call that never ends cannot keep the process alive.
    """

    def __init__(self, name: str, limit: int = THREAD_LIMIT) -> None:
        self._name = name
        self._limit = limit
        self._jobs: deque[_Job] = deque()
        self._wake = threading.Condition()
        self._idle = 0
        self._live = 0
        self._lost = 0
        self._closed = False

    async def run(self, call: Callable[[], object]) -> object:
        """Return what *call* returns, run in a thread with a copy of this context; raises what it raises."""
        job = _Job(call, asyncio.get_running_loop())
        with self._wake:
            if self._closed:
                raise RuntimeError(f"{self._name} is stopped and runs nothing new")
            self._jobs.append(job)
            if self._idle >= len(self._jobs):
                self._wake.notify()
            elif self._live < self._limit:
                self._add_thread()
        try:
            return await job.future
        except asyncio.CancelledError:
            self._abandon(job)
            raise

    def close(self) -> None:
        """Let idle threads end, now; running ones end after their call, and calls that still wait are cancelled."""
        with self._wake:
            self._closed = True
            waiting = [job for job in self._jobs if not job.abandoned]
            self._jobs.clear()
            self._wake.notify_all()
        for job in waiting:
            job.cancel()

    def _add_thread(self) -> None:
        self._live += 1
        threading.Thread(target=self._work, name=f"woodwork {self._name}", daemon=True).start()

    def _abandon(self, job: _Job) -> None:
        with self._wake:
            if not job.taken:
                job.abandoned = True
                return
            if job.abandoned or (job.future.done() and not job.future.cancelled()):
                return
            job.abandoned = True
            _count_zombie(+1)
            if self._lost < self._limit:
                self._lost += 1
                self._live -= 1
                if self._jobs and not self._idle:
                    self._add_thread()

    def _work(self) -> None:
        while (job := self._next()) is not None:
            job.run()
            with self._wake:
                job.taken = False
                if job.abandoned:
                    _count_zombie(-1)
                    if self._lost:
                        self._lost -= 1
                        return
            del job

    def _next(self) -> _Job | None:
        with self._wake:
            while True:
                while self._jobs:
                    job = self._jobs.popleft()
                    if not job.abandoned:
                        job.taken = True
                        return job
                if self._closed:
                    self._live -= 1
                    return None
                self._idle += 1
                self._wake.wait()
                self._idle -= 1
