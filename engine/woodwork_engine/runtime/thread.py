"""An event loop in a thread of its own, into which other threads call."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
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

    @property
    def ident(self) -> int | None:
        """The thread's identifier, None before it is started."""
        return self._thread.ident if self._thread is not None else None

    @property
    def alive(self) -> bool:
        """Whether calls are taken."""
        return self._open

    def start(self, main: Callable[[], Coroutine[object, object, None]]) -> None:
        """Run what *main* makes in a new thread; returns at once. The thread ends with it."""
        self._loop = asyncio.new_event_loop()
        self._open = True
        self._thread = threading.Thread(target=self._run, args=(main,), name=self._name, daemon=True)
        self._thread.start()

    def call(self, make: Callable[[], Coroutine[object, object, Answer]]) -> Future[Answer]:
        """Run what *make* makes on the loop and return its future; ClosingError when the loop has ended."""
        with self._lock:
            if self._open and self._loop is not None:
                return asyncio.run_coroutine_threadsafe(make(), self._loop)
        refused: Future[Answer] = Future()
        refused.set_exception(ClosingError("the flow is not running"))
        return refused

    def soon(self, call: Callable[[], object]) -> None:
        """Call *call* on the loop soon; nothing happens when the loop has ended."""
        with self._lock:
            if self._open and self._loop is not None:
                self._loop.call_soon_threadsafe(call)

    def join(self, timeout: float | None = None) -> None:
        """Wait until the thread has ended."""
        if self._thread is not None:
            self._thread.join(timeout)

    def _run(self, main: Callable[[], Coroutine[object, object, None]]) -> None:
        with asyncio.Runner(loop_factory=self._made) as runner:
            runner.run(self._to_the_end(main))

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
