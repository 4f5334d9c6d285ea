"""`input cli`: prompts from Chat in the app, lines of standard input when headless."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.workbench import Sent, Workbench


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    yield reading, writing
    os.close(reading)


@pytest.fixture
def headless(tmp_path: Path) -> Workbench:
    return Workbench(tmp_path, headless=True)


async def piped(bench: Workbench, pipe: tuple[int, int], content: bytes, **settings: object) -> list[Sent]:
    source = await bench.start("input cli", **settings)
    source.descriptor, writing = pipe
    os.write(writing, content)
    os.close(writing)
    return await bench.read(source)


async def test_each_line_is_a_prompt_of_one_session(headless: Workbench, pipe: tuple[int, int]):
    sent = await piped(headless, pipe, "hello\r\n\n  \nzwölf\nlast".encode())

    assert [each.data for each in sent] == ["hello", "zwölf", "last"]
    assert len({each.session for each in sent}) == 1


async def test_a_record_names_its_session_and_event(headless: Workbench, pipe: tuple[int, int]):
    lines = b'{"payload": {"a": 1}, "session_id": "s-7", "event": "own.event"}\n{"no": "record"}\n{broken\n'

    assert await piped(headless, pipe, lines, session="mine") == [
        Sent("own.event", {"a": 1}, "s-7"),
        Sent("input.received", '{"no": "record"}', "mine"),
        Sent("input.received", "{broken", "mine"),
    ]


async def test_bytes_that_are_no_text_are_shown_as_such_and_lose_nothing_else(
    headless: Workbench, pipe: tuple[int, int]
):
    assert [each.data for each in await piped(headless, pipe, b"a\xffb\nc\n")] == ["a\ufffdb", "c"]


async def test_a_long_line_over_many_reads_arrives_whole(headless: Workbench, tmp_path: Path):
    (tmp_path / "in").write_bytes(b"x" * 1_000_000 + b"\nlast\n")
    source = await headless.start("input cli")
    source.descriptor = os.open(tmp_path / "in", os.O_RDONLY)
    try:
        sent = await headless.read(source)
    finally:
        os.close(source.descriptor)

    assert [len(each.data) for each in sent] == [1_000_000, 4]


async def test_an_empty_pipe_ends_it_at_once(headless: Workbench, pipe: tuple[int, int]):
    assert await piped(headless, pipe, b"") == []


async def test_without_any_standard_input_it_ends_at_once(headless: Workbench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sys.stdin", None)

    assert await headless.read(await headless.start("input cli")) == []


async def test_a_prompt_from_chat_stands_in_the_transcript(bench: Workbench):
    source = await bench.start("input cli", session="mine")

    await source.inject({"text": "hello"})
    await source.inject("again", session="other")

    assert [(line.session, line.who, line.said, line.text) for line in bench.transcript.after(0)] == [
        ("mine", "it", "in", "hello"),
        ("other", "it", "in", "again"),
    ]
    assert bench.outbox.sent[0] == Sent("input.received", {"text": "hello"}, "mine")


async def test_it_ends_only_when_headless(bench: Workbench, headless: Workbench):
    assert (await headless.start("input cli")).finite
    assert not (await bench.start("input cli")).finite
