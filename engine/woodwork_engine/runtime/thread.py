"""An event loop in a thread of its own, into which other threads call."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from functools import partial
from typing import TypeVar

from woodwork_engine.errors import ClosingError

Answer = TypeVar("Answer")


class LoopThread:
    """Runs one coroutine to its end in a daemon thread; until then `call` runs others beside it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._open = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._unanswered: set[Future[object]] = set()

    @property
    def started(self) -> bool:
        """Whether `start` was ever called."""
        return self._thread is not None

    def start(self, main: Callable[[], Coroutine[object, object, None]]) -> None:
        """Run what *main* makes in a new thread; returns at once. The thread ends with it."""
        self._loop = asyncio.new_event_loop()
        self._open = True
        self._thread = threading.Thread(target=self._run, args=(main,), name=self._name, daemon=True)
        self._thread.start()

    def call(self, make: Callable[[], Coroutine[object, object, Answer]]) -> Future[Answer]:
        """Run what *make* makes on the loop and return its future; ClosingError when the loop has ended or ends first.

        Cancelling the future cancels what was made.
        """
        answer: Future[Answer] = Future()
        with self._lock:
            if self._open and self._loop is not None:
                self._unanswered.add(answer)  # type: ignore[arg-type]
                answer.add_done_callback(self._unanswered.discard)
                self._loop.call_soon_threadsafe(self._begin, self._loop, make, answer)
                return answer
        answer.set_exception(_closed())
        return answer

    def soon(self, call: Callable[[], object]) -> None:
        """Call *call* on the loop soon; nothing happens when the loop has ended."""
        with self._lock:
            if self._open and self._loop is not None:
                self._loop.call_soon_threadsafe(call)

    def _begin(
        self,
        loop: asyncio.AbstractEventLoop,
        make: Callable[[], Coroutine[object, object, Answer]],
        answer: Future[Answer],
    ) -> None:
        if not self._open or answer.cancelled():
            return
        task = loop.create_task(make())
        task.add_done_callback(partial(self._end, answer))
        answer.add_done_callback(lambda given: self.soon(task.cancel) if given.cancelled() else None)

    def _end(self, answer: Future[Answer], task: asyncio.Task[Answer]) -> None:
        with suppress(InvalidStateError):  # given up by the caller at this very moment
            if task.cancelled():
                if self._open:  # else `_run` says that the loop has ended
                    answer.cancel()
            elif (error := task.exception()) is not None:
                answer.set_exception(error)
            else:
                answer.set_result(task.result())

    def _run(self, main: Callable[[], Coroutine[object, object, None]]) -> None:
        try:
            with asyncio.Runner(loop_factory=self._made) as runner:
                runner.run(self._to_the_end(main))
        finally:
            for answer in tuple(self._unanswered):
                with suppress(InvalidStateError):
                    answer.set_exception(_closed())

    def _made(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            raise RuntimeError("start() makes the loop")
        return self._loop

    async def _to_the_end(self, main: Callable[[], Coroutine[object, object, None]]) -> None:
        try:
            await main()
        finally:
            with self._lock:  # whoever calls from now on is refused; the runner cancels what was called before
                self._open = False


def _closed() -> ClosingError:
    return ClosingError("the flow is not running")
