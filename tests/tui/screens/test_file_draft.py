"""Checks of edited text: one at a time, never twice for one text, and never in the way of who types."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping

import pytest

from woodwork_tui.screens.file_draft import SOONEST, Drafting
from woodwork_tui.state.draft import Draft


class Checker:
    """Answers when it may; knows how many checks ran at once."""

    def __init__(self) -> None:
        self.was_asked, self.may_answer = threading.Event(), threading.Event()
        self.asked: list[str] = []
        self.at_once = self.most = 0
        self._lock = threading.Lock()

    def __call__(self, edits: Mapping[str, str], file: str) -> Draft:
        with self._lock:
            self.asked.append(edits[file])
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        self.was_asked.set()
        self.may_answer.wait(10)
        with self._lock:
            self.at_once -= 1
        return Draft()


async def test_one_text_is_checked_once_and_its_answer_is_kept_until_nothing_is_edited():
    checker = Checker()
    checker.may_answer.set()
    drafting = Drafting(checker)
    found = await drafting.find({"main.ww": "a"}, "main.ww")

    assert await drafting.find({"main.ww": "a"}, "main.ww") is found
    assert checker.asked == ["a"]
    assert drafting.of({"main.ww": "a"}) is found
    assert drafting.of({"main.ww": "b"}) is None
    drafting.forget()
    assert drafting.latest is None


async def test_a_check_waits_for_the_one_before_even_if_nobody_wants_that_any_more():
    checker = Checker()
    drafting = Drafting(checker)
    first = asyncio.create_task(drafting.find({"main.ww": "a"}, "main.ww"))
    await asyncio.to_thread(checker.was_asked.wait, 10)
    first.cancel()
    second = asyncio.create_task(drafting.find({"main.ww": "b"}, "main.ww"))
    with pytest.raises(asyncio.CancelledError):
        await first
    assert checker.asked == ["a"]
    checker.may_answer.set()
    await second

    assert checker.asked == ["a", "b"]
    assert checker.most == 1


async def test_a_quick_check_comes_soon_after_the_last_key():
    checker = Checker()
    checker.may_answer.set()
    drafting = Drafting(checker)
    await drafting.find({"main.ww": "a"}, "main.ww")

    assert SOONEST <= drafting.pause <= 1.0
