"""A loop in a thread of its own: every call made into it gets an answer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from support.engines import LONG
from woodwork_engine.errors import ClosingError
from woodwork_engine.runtime.thread import LoopThread


class Held:
    """What a loop thread runs until it is told to end."""

    def __init__(self) -> None:
        self.running = threading.Event()
        self.ending: Callable[[], None] = lambda: None

    async def main(self) -> None:
        end = asyncio.Event()
        self.ending = end.set
        self.running.set()
        await end.wait()


@contextmanager
def loop_thread() -> Iterator[tuple[LoopThread, Held]]:
    held, thread = Held(), LoopThread("woodwork test")
    thread.start(held.main)
    assert held.running.wait(LONG)
    try:
        yield thread, held
    finally:
        thread.soon(held.ending)
        for each in threading.enumerate():
            if each.name == "woodwork test":
                each.join(LONG)
                assert not each.is_alive()


async def answer() -> int:
    return 42


def test_a_call_is_answered_from_the_loop() -> None:
    with loop_thread() as (thread, _):
        assert thread.call(answer).result(LONG) == 42


def test_what_a_call_raises_is_raised_where_it_was_made() -> None:
    async def fail() -> None:
        raise LookupError("nothing")

    with loop_thread() as (thread, _), pytest.raises(LookupError, match="nothing"):
        thread.call(fail).result(LONG)


def test_a_call_before_the_start_or_after_the_end_is_refused() -> None:
    assert isinstance(LoopThread("never").call(answer).exception(LONG), ClosingError)
    with loop_thread() as (thread, _):
        pass
    assert isinstance(thread.call(answer).exception(LONG), ClosingError)


def test_a_call_that_still_waits_when_the_loop_ends_is_told_so() -> None:
    with loop_thread() as (thread, _):
        waiting = thread.call(lambda: asyncio.sleep(3600))
        assert thread.call(answer).result(LONG) == 42, "the other one has begun"
    assert isinstance(waiting.exception(LONG), ClosingError)


def test_calls_made_while_the_loop_ends_are_all_answered() -> None:
    """A call is accepted and answered, or refused; never forgotten between the two."""
    for _ in range(20):
        with loop_thread() as (thread, held):
            calls = [thread.call(answer) for _ in range(20)]
            thread.soon(held.ending)
            calls += [thread.call(answer) for _ in range(200)]
        outcomes = {type(call.exception(LONG)) for call in calls}
        assert outcomes <= {type(None), ClosingError}


def test_a_call_that_is_cancelled_ends_what_it_began() -> None:
    begun, ended = threading.Event(), threading.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.sleep(3600)
        finally:
            ended.set()

    with loop_thread() as (thread, _):
        call = thread.call(work)
        assert begun.wait(LONG)
        assert call.cancel()
        assert ended.wait(LONG)


def test_what_fails_ends_the_thread_and_answers_its_calls() -> None:
    thread = LoopThread("woodwork failing")
    begun = threading.Event()
    told: list[object] = []

    async def main() -> None:
        await asyncio.to_thread(begun.wait)
        raise LookupError("by itself")

    def hook(args: threading.ExceptHookArgs) -> None:
        told.append(args.exc_value)

    earlier, threading.excepthook = threading.excepthook, hook
    try:
        thread.start(main)
        call = thread.call(lambda: asyncio.sleep(3600))
        begun.set()
        assert isinstance(call.exception(LONG), ClosingError)
        for each in threading.enumerate():
            if each.name == "woodwork failing":
                each.join(LONG)
    finally:
        threading.excepthook = earlier
    assert [str(error) for error in told] == ["by itself"]
