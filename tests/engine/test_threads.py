"""Calls that are no coroutines, run in a bounded set of threads (bus.md D5)."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Iterator

import pytest

from woodwork_engine.threads import Threads, home_loop, zombie_threads

PLACE: contextvars.ContextVar[str] = contextvars.ContextVar("place", default="nowhere")


@pytest.fixture
def threads() -> Iterator[Threads]:
    made = Threads("test", limit=2)
    yield made
    made.close()


async def until(holds) -> None:
    """Let the loop run until *holds*; fails after five seconds."""
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 threads end without telling the loop
            await asyncio.sleep(0.001)


async def both_busy(threads: Threads, release: threading.Event) -> list[asyncio.Task[object]]:
    """Return two calls that run, each in a thread, until *release*."""
    began: list[int] = []

    def hang() -> bool:
        began.append(1)
        return release.wait(10)

    tasks = [asyncio.create_task(threads.run(hang)) for _ in range(2)]
    await until(lambda: len(began) == 2)
    return tasks


async def test_a_call_runs_in_another_thread_with_the_context_of_its_caller(threads: Threads):
    PLACE.set("here")

    name, place, home = await threads.run(lambda: (threading.current_thread().name, PLACE.get(), home_loop()))

    assert (name, place) == ("woodwork test", "here")
    assert home is asyncio.get_running_loop()
    assert home_loop() is None


async def test_what_a_call_raises_is_raised_to_its_caller(threads: Threads):
    def call() -> None:
        raise KeyError("gone")

    with pytest.raises(KeyError, match="gone"):
        await threads.run(call)


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), StopIteration()])
async def test_what_would_end_the_loop_is_an_ordinary_error(threads: Threads, error: BaseException):
    def call() -> None:
        raise error

    with pytest.raises(RuntimeError, match=type(error).__name__):
        await threads.run(call)


async def test_no_more_calls_than_the_limit_run_at_once_and_none_is_lost(threads: Threads):
    lock, running, most = threading.Lock(), 0, 0

    def call() -> int:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        threading.Event().wait(0.002)
        with lock:
            running -= 1
        return 1

    assert sum(await asyncio.gather(*(threads.run(call) for _ in range(20)))) == 20
    assert most == 2


async def test_a_call_that_was_given_up_is_counted_until_it_ends_and_holds_nobody_up(threads: Threads):
    before, release = zombie_threads(), threading.Event()
    stuck = await both_busy(threads, release)
    for task in stuck:
        task.cancel()
    await asyncio.gather(*stuck, return_exceptions=True)

    assert zombie_threads() == before + 2
    assert await threads.run(lambda: "free again") == "free again"
    release.set()
    await until(lambda: zombie_threads() == before)


async def test_a_waiting_call_that_was_given_up_is_never_made(threads: Threads):
    release, made = threading.Event(), []
    busy = await both_busy(threads, release)
    waiting = asyncio.create_task(threads.run(lambda: made.append(1)))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    release.set()
    await asyncio.gather(*busy)
    await threads.run(lambda: None)

    assert made == []


async def test_closing_refuses_new_calls_and_cancels_waiting_ones(threads: Threads):
    release = threading.Event()
    busy = await both_busy(threads, release)
    waiting = asyncio.create_task(threads.run(lambda: None))
    await asyncio.sleep(0)

    threads.close()

    with pytest.raises(asyncio.CancelledError):
        await waiting
    release.set()
    assert await asyncio.gather(*busy) == [True, True]
    with pytest.raises(RuntimeError, match="test is stopped and runs nothing new"):
        await threads.run(lambda: None)


async def test_idle_threads_end_when_closed(threads: Threads):
    await asyncio.gather(*(threads.run(lambda: None) for _ in range(2)))
    threads.close()

    await until(lambda: not any(thread.name == "woodwork test" for thread in threading.enumerate()))
