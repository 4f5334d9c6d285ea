"""`input file`: records of a JSONL file, once or for as long as it grows, whatever happens to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from support.workbench import Sent, Workbench
from woodwork_engine.components import input_file
from woodwork_engine.errors import StartError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "in.jsonl"


async def read(bench: Workbench, file: Path, content: str | bytes, **settings: object) -> list[Sent]:
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return await bench.read(await bench.start("input file", path="in.jsonl", **settings))


@asynccontextmanager
async def followed(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    monkeypatch.setattr(input_file, "_POLL", 0.001)
    source = await bench.start("input file", path="in.jsonl", follow=True, session="s")
    task = asyncio.create_task(source.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def payloads(bench: Workbench) -> list[object]:
    return [sent.data for sent in bench.outbox.sent]


async def test_lines_are_records_or_payloads(bench: Workbench, file: Path):
    sent = await read(
        bench,
        file,
        '{"payload": {"a": 1}, "session_id": "s-7", "event": "own.event"}\n{"a": 2}\n[3]\n"four"\nnull\n',
        session="mine",
    )

    assert sent == [
        Sent("own.event", {"a": 1}, "s-7"),
        Sent("input.received", {"a": 2}, "mine"),
        Sent("input.received", [3], "mine"),
        Sent("input.received", "four", "mine"),
        Sent("input.received", None, "mine"),
    ]


async def test_records_without_a_session_begin_new_ones(bench: Workbench, file: Path):
    sent = await read(bench, file, "1\n2\n")

    assert len({each.session for each in sent}) == 2


async def test_a_last_line_without_an_end_counts(bench: Workbench, file: Path):
    assert [each.data for each in await read(bench, file, "1\r\n\n2")] == [1, 2]


async def test_broken_lines_are_told_with_their_number_and_skipped(bench: Workbench, file: Path):
    deep = b"[" * 100_000
    sent = await read(bench, file, b'1\n{"a":\n\xff\xfe\n' + deep + b"\n2\n")

    assert [each.data for each in sent] == [1, 2]
    assert [(event, note["line"]) for event, note in bench.outbox.notes] == [
        ("input.bad_line", 2),
        ("input.bad_line", 3),
        ("input.bad_line", 4),
    ]


async def test_a_line_that_is_too_long_is_told_and_skipped(
    bench: Workbench, file: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(input_file, "_LONGEST_LINE", 100)
    sent = await read(bench, file, "1\n" + '"' + "x" * 1_000 + '"\n2\n')

    assert [each.data for each in sent] == [1, 2]
    assert bench.outbox.notes[0][1]["problem"] == "longer than 100 bytes"
    assert bench.outbox.notes[0][1]["line"] == 2


async def test_it_says_how_far_it_read(bench: Workbench, file: Path):
    file.write_text("1\n\n2\n")
    source = await bench.start("input file", path="in.jsonl")
    await bench.read(source)

    assert source.summary() == "3 lines of in.jsonl read"


async def test_a_followed_file_is_read_as_it_grows_line_by_line(
    bench: Workbench, file: Path, monkeypatch: pytest.MonkeyPatch
):
    file.write_text("1\n")
    async with followed(bench, monkeypatch):
        await bench.outbox.until(lambda: payloads(bench) == [1])
        with file.open("a") as out:
            out.write('{"half":')
            out.flush()
            await asyncio.sleep(0)
            out.write(" 2}\n3\n")
        await bench.outbox.until(lambda: payloads(bench) == [1, {"half": 2}, 3])


async def test_a_followed_file_that_is_replaced_is_read_from_its_start(
    bench: Workbench, file: Path, monkeypatch: pytest.MonkeyPatch
):
    file.write_text("1\n")
    async with followed(bench, monkeypatch):
        await bench.outbox.until(lambda: payloads(bench) == [1])
        other = file.with_name("other")
        other.write_text("2\nbroken\n3\n")
        other.replace(file)
        await bench.outbox.until(lambda: payloads(bench) == [1, 2, 3])

    assert bench.outbox.notes[0][1]["line"] == 2


async def test_what_a_replaced_file_ended_with_is_not_lost(
    bench: Workbench, file: Path, monkeypatch: pytest.MonkeyPatch
):
    file.write_text("1\n2")
    async with followed(bench, monkeypatch):
        await bench.outbox.until(lambda: payloads(bench) == [1])
        other = file.with_name("other")
        other.write_text("3\n")
        other.replace(file)
        await bench.outbox.until(lambda: payloads(bench) == [1, 2, 3])


async def test_a_followed_file_that_was_cut_short_is_read_from_its_start(
    bench: Workbench, file: Path, monkeypatch: pytest.MonkeyPatch
):
    file.write_text("1\n2\n")
    async with followed(bench, monkeypatch):
        await bench.outbox.until(lambda: payloads(bench) == [1, 2])
        file.write_text("3\n")
        await bench.outbox.until(lambda: payloads(bench) == [1, 2, 3])


async def test_a_followed_file_may_be_gone_for_a_while(bench: Workbench, file: Path, monkeypatch: pytest.MonkeyPatch):
    file.write_text("1\n")
    async with followed(bench, monkeypatch):
        await bench.outbox.until(lambda: payloads(bench) == [1])
        file.unlink()
        await asyncio.sleep(0)
        file.write_text("2\n")
        await bench.outbox.until(lambda: payloads(bench) == [1, 2])


async def test_only_a_file_that_is_not_followed_ends(bench: Workbench, file: Path):
    file.write_text("")

    assert (await bench.start("input file", path="in.jsonl")).finite
    assert not (await bench.start("input file", path="in.jsonl", follow=True)).finite


async def test_a_file_that_cannot_be_read_does_not_start(bench: Workbench):
    with pytest.raises(StartError, match=r"main.ww:3:1 it: .*in.jsonl cannot be read: No such file or directory; mend"):
        await bench.start("input file", path="in.jsonl")
