"""Outputs and sinks: consoles, files and logs; a disk that refuses is a failed attempt."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from support.workbench import Workbench
from woodwork_engine.errors import StartError


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize(
    ("payload", "shown"),
    [
        ("a", "a"),
        ({"text": "b"}, "b"),
        ({"output": "c"}, "c"),
        ({"answer": "d"}, "d"),
        ({"message": "e"}, "e"),
        ([1], "[1]"),
    ],
)
async def test_a_console_shows_text_or_the_text_of_an_object_or_its_json(bench: Workbench, payload: object, shown: str):
    console = await bench.start("output console")

    attempt = await bench.deliver(console, payload, session="s-7")

    assert attempt.outputs == []
    assert bench.console == [("it", "s-7", shown)]
    assert [(line.who, line.session, line.said, line.text) for line in bench.transcript.after(0)] == [
        ("it", "s-7", "out", shown)
    ]


async def test_a_console_has_the_names_people_know_it_by(bench: Workbench):
    for header in ("output console", "output cli", "console"):
        assert bench.kinds.get(header).name == "output console"


async def test_a_file_gets_one_line_of_json_for_each_message(bench: Workbench):
    output = await bench.start("output file", path="made/out.jsonl")

    await bench.deliver(output, {"a": "ü\n"}, session="s-7")
    await bench.deliver(output, b"\xff")

    first, second = lines(bench.folder / "made" / "out.jsonl")
    assert (first["session_id"], first["message_id"], first["payload"]) == ("s-7", "msg-0", {"a": "ü\n"})
    assert second["payload"] == "\\xff"
    assert output.summary() == f"2 lines to {bench.folder / 'made' / 'out.jsonl'}"


async def test_a_text_file_gets_the_words_alone(bench: Workbench):
    output = await bench.start("output file", path="out.txt", format="text")

    await bench.deliver(output, {"text": "hello"})

    assert (bench.folder / "out.txt").read_text() == "hello\n"


async def test_what_was_there_before_stays(bench: Workbench):
    (bench.folder / "out.txt").write_text("before\n")
    output = await bench.start("output file", path="out.txt", format="text")

    await bench.deliver(output, "after")

    assert (bench.folder / "out.txt").read_text() == "before\nafter\n"


async def test_half_characters_are_written_as_escapes(bench: Workbench):
    output = await bench.start("output file", path="out.txt", format="text")

    await bench.deliver(output, "a\ud800b")

    assert (bench.folder / "out.txt").read_text() == "a\\ud800b\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
@pytest.mark.parametrize("kind", ["output file", "logger"])
async def test_a_full_disk_is_a_failed_attempt(bench: Workbench, kind: str):
    output = await bench.start(kind, path="/dev/full")

    with pytest.raises(OSError, match="No space left"):
        await bench.deliver(output, "x")

    assert output.summary().startswith("0 lines")


@pytest.mark.parametrize("kind", ["output file", "logger"])
async def test_a_place_that_cannot_be_written_does_not_start(bench: Workbench, kind: str):
    (bench.folder / "taken").mkdir()
    with pytest.raises(StartError, match=r"main.ww:3:1 it: .*taken cannot be written: Is a directory; mend the path"):
        await bench.start(kind, path="taken")
    (bench.folder / "file").write_text("")
    with pytest.raises(StartError, match="cannot be written: Not a directory"):
        await bench.start(kind, path="file/below/it")


async def test_a_line_that_was_torn_by_a_failure_spoils_no_other(bench: Workbench, monkeypatch: pytest.MonkeyPatch):
    output = await bench.start("output file", path="out.txt", format="text")
    written = os.write

    def half(descriptor: int, content: memoryview) -> int:
        if bytes(content).startswith(b"tw"):
            return written(descriptor, content[:2])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(os, "write", half)
        with pytest.raises(OSError, match="No space left"):
            await bench.deliver(output, "two")

    await bench.deliver(output, "three")

    assert (bench.folder / "out.txt").read_text().splitlines() == ["tw", "three"]


async def test_a_logger_writes_where_a_message_came_from(bench: Workbench):
    logger = await bench.start("logger", name="journal")

    await bench.deliver(logger, [1], session="s-7", sender="agent", event="agent.response", attempt=2)

    [line] = lines(bench.folder / ".woodwork" / "journal.jsonl")
    assert (line["session_id"], line["source"], line["event"], line["attempt"], line["payload"]) == (
        "s-7",
        "agent",
        "agent.response",
        2,
        [1],
    )
    assert (await bench.deliver(logger, "x")).outputs == []


async def test_two_writers_of_one_file_keep_each_others_lines_whole(bench: Workbench):
    one = await bench.start("output file", name="one", path="both.jsonl")
    two = await bench.start("output file", name="two", path="both.jsonl")

    for number in range(50):
        await bench.deliver(one, "a" * 5_000 + str(number))
        await bench.deliver(two, "b" * 5_000 + str(number))

    assert len(lines(bench.folder / "both.jsonl")) == 100


async def test_an_echo_sends_on_what_it_gets(bench: Workbench):
    echo = await bench.start("echo")

    assert (await bench.deliver(echo, {"a": [1, None]})).outputs[0].data == {"a": [1, None]}
