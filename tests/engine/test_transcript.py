"""What was said in a flow."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator

import pytest

from woodwork_engine.transcript import Transcript


@pytest.fixture
def eager_threads() -> Iterator[None]:
    """Let threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def say(transcript: Transcript, count: int) -> None:
    for number in range(count):
        transcript.add(float(number), "s", "desk", "out", "hello")


def test_lines_are_read_from_a_number_on_and_the_oldest_make_way() -> None:
    transcript = Transcript(limit=3)
    assert transcript.after(0) == ()
    say(transcript, 5)
    assert [line.number for line in transcript.after(0)] == [3, 4, 5]
    assert [line.number for line in transcript.after(4)] == [5]
    assert transcript.after(5) == transcript.after(99) == ()


def test_a_reader_sees_every_line_once_while_another_thread_writes(eager_threads: None) -> None:
    transcript = Transcript(limit=100_000)
    writer = threading.Thread(target=say, args=(transcript, 30_000))
    writer.start()
    seen: list[int] = []
    while writer.is_alive() or transcript.last > len(seen):
        seen += [line.number for line in transcript.after(len(seen))]
    writer.join()
    assert seen == list(range(1, 30_001))
