"""`woodwork-tui run` in a process of its own, on real files (interfaces: Command line)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from support.commands import COMMAND, woodwork

HELLO = "in = input cli {}\nanswer = echo {}\nout = output console {}\n"


@pytest.fixture
def hello(tmp_path: Path) -> Path:
    path = tmp_path / "main.ww"
    path.write_text(HELLO)
    return path


def answers(records: list[dict[str, object]]) -> dict[str, list[object]]:
    """Return what reached `out`, by session, in the order it was settled."""
    payloads = {record["message_id"]: record["data"]["payload"] for record in records if record["type"] == "emitted"}
    found = defaultdict(list)
    for record in records:
        if record["type"] == "ok" and record["target"] == "out":
            found[record["session_id"]].append(payloads[record["message_id"]])
    return found


def test_piped_lines_are_answered_on_standard_error_and_told_on_standard_output(hello):
    done = woodwork("run", hello, piped="one\ntwo\n")
    assert done.status == 0, done.said
    assert [line.rpartition("] ")[2] for line in done.said.splitlines()[1:]] == ["one", "two"]
    assert [record["seq"] for record in done.records] == list(range(1, len(done.records) + 1))
    keys = {"seq", "ts", "type", "message_id", "session_id", "source", "target", "event_type", "attempt", "rev"}
    keys |= {"duration_ms", "correlation_id", "causation_id", "data"}
    assert all(set(record) == keys for record in done.records)


def test_a_thousand_sessions_of_twenty_messages_are_all_answered_in_order(hello, tmp_path):
    """B1, F7: 20,000 answers, each session's in order, nothing left; headless output is lossless."""
    lines = [
        json.dumps({"component": "in", "session_id": f"s-{session}", "payload": number})
        for number in range(20)
        for session in range(1000)
    ]
    tmp_path.joinpath("input.jsonl").write_text("\n".join(lines))
    done = woodwork("run", hello, "--input", tmp_path / "input.jsonl", "--until", "idle")
    assert done.status == 0, done.said[-2000:]
    records = done.records
    assert [record["seq"] for record in records] == list(range(1, len(records) + 1))
    found = answers(records)
    assert len(found) == 1000
    assert all(numbers == list(range(20)) for numbers in found.values())


def test_a_broken_input_line_is_named_and_skipped(hello):
    done = woodwork("run", hello, "--input", "-", piped='{"payload": 1}\n{"payload": \nplain text\n')
    assert done.status == 1
    assert "input line 2 skipped" in done.said
    assert sorted(map(str, (value for values in answers(done.records).values() for value in values))) == [
        "1",
        "plain text",
    ]


FAILING = """
in = input cli { to = step }
step = function python { path = "step.py", function = work, retry = { max_retries = 1, base = 1ms }, to = out }
out = output console {}
"""


def test_dead_letters_beyond_max_dlq_end_with_status_1(tmp_path):
    tmp_path.joinpath("main.ww").write_text(FAILING)
    tmp_path.joinpath("step.py").write_text("def work(data):\n    raise ValueError('no')\n")
    done = woodwork("run", "main.ww", piped="x\n", folder=tmp_path)
    assert done.status == 1
    assert "1 dead letter (exhausted 1), more than --max-dlq 0" in done.said
    of_step = [record["type"] for record in done.records if record["target"] == "step" and record["message_id"]]
    assert of_step == ["queued", "started", "failed", "retry_scheduled", "started", "failed", "dead"]
    assert woodwork("run", "main.ww", "--max-dlq", "1", piped="x\n", folder=tmp_path).status == 0


def test_a_component_that_does_not_start_ends_with_status_3(tmp_path):
    tmp_path.joinpath("main.ww").write_text(FAILING)
    done = woodwork("run", "main.ww", folder=tmp_path)
    assert done.status == 3
    assert "step did not start" in done.said
    assert "step.py is not there" in done.said


def test_an_endless_flow_cannot_be_run_until_idle(tmp_path):
    tmp_path.joinpath("main.ww").write_text("tick = input generator {}\nout = output console {}\n")
    done = woodwork("run", "main.ww", "--until", "idle", folder=tmp_path)
    assert done.status == 2
    assert "tick never ends" in done.said
    assert not done.out


def test_a_flow_ends_after_the_time_it_was_given(tmp_path):
    tmp_path.joinpath("main.ww").write_text("tick = input generator { rate = 200 }\nout = output console {}\n")
    done = woodwork("run", "main.ww", "--for", "500ms", folder=tmp_path)
    assert done.status == 0, done.said
    assert done.records[-1]["type"] == "node_down"
    assert any(record["type"] == "ok" for record in done.records)


@pytest.mark.usefixtures("hang_ups_are_heeded")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_drains_and_ends_with_its_status(tmp_path, number, status):
    tmp_path.joinpath("main.ww").write_text("tick = input generator { rate = 100 }\nout = output console {}\n")
    with subprocess.Popen(
        [*COMMAND, "run", "main.ww"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(20)]
        process.send_signal(number)
        rest, _ = process.communicate(timeout=60)
    assert process.returncode == status
    records = [json.loads(line) for line in (*lines, *rest.splitlines())]
    accepted = sum(record["type"] == "queued" for record in records)
    assert accepted == sum(record["type"] == "ok" for record in records), "what was accepted was settled"


def bad_files(folder: Path) -> dict[str, Path]:
    """Return files that cannot be run, by what is wrong with them."""
    folder.joinpath("folder").mkdir()
    folder.joinpath("junk.ww").write_bytes(bytes(range(256)) * 20)
    ten = "\n".join(f'c{number} = echo {{ to = ["nowhere{number}"] }}' for number in range(10))
    folder.joinpath("ten.ww").write_text(ten)
    return {name: folder / name for name in ("missing.ww", "folder", "junk.ww", "ten.ww")}


@pytest.mark.parametrize(
    ("name", "sentences", "errors"),
    [
        ("missing.ww", "is not there", 1),
        ("folder", "is a directory", 1),
        ("junk.ww", "", 1),
        ("ten.ww", "names no component", 10),
    ],
)
def test_what_cannot_be_run_gets_one_clear_sentence_each_and_status_2(tmp_path, name, sentences, errors):
    done = woodwork("run", bad_files(tmp_path)[name])
    assert done.status == 2
    assert done.said.count("error[WW") == errors, done.said
    assert sentences in done.said
    assert "Traceback" not in done.said
    assert not done.out


def test_an_empty_file_is_a_flow_that_has_nothing_to_do(tmp_path):
    tmp_path.joinpath("main.ww").write_text("")
    done = woodwork("run", "main.ww", folder=tmp_path)
    assert done.status == 0, done.said


def test_an_unset_variable_keeps_one_component_from_starting(tmp_path):
    tmp_path.joinpath("main.ww").write_text(
        'in = input cli { to = m }\nm = llm scripted { answers = ["$NO_SUCH_THING"], to = out }\nout = console {}\n'
    )
    done = woodwork("run", "main.ww", folder=tmp_path)
    assert done.status == 3
    assert "$NO_SUCH_THING" in done.said
    assert "main.ww:2" in done.said


@pytest.mark.skipif(os.geteuid() == 0 and not Path("/proc/self").exists(), reason="needs a place nobody can write to")
def test_a_file_that_cannot_be_written_keeps_one_component_from_starting(tmp_path):
    tmp_path.joinpath("main.ww").write_text(
        'in = input cli { to = log }\nlog = output file { path = "/proc/self/nowhere/x.jsonl" }\n'
    )
    done = woodwork("run", "main.ww", folder=tmp_path)
    assert done.status == 3
    assert "cannot be written" in done.said


def test_redis_is_refused_before_anything_runs(tmp_path):
    tmp_path.joinpath("main.ww").write_text(HELLO + "deployment = local { message_bus = redis {} }\n")
    done = woodwork("run", "main.ww", folder=tmp_path)
    assert done.status == 2
    assert "redis is not in this version" in done.said
    assert "main.ww:4:36" in done.said
    assert "remove message_bus to run in memory" in done.said


def test_control_characters_of_a_payload_never_reach_the_terminal(hello):
    done = woodwork("run", hello, piped="\x1b]0;owned\x07 [/] \u202egnp\n")
    assert done.status == 0
    assert "\x1b" not in done.said
    assert "\u202e" not in done.said
    assert "[/]" in done.said


def test_a_reader_that_has_seen_enough_ends_a_command_quietly(tmp_path):
    names = "\n".join(f"c{number} = echo {{ to = c{number + 1} }}" for number in range(3000))
    tmp_path.joinpath("main.ww").write_text(f"{names}\nc3000 = echo {{}}\n")
    with subprocess.Popen(
        [*COMMAND, "graph", "main.ww", "--format", "json"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"{\n"
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_a_line_that_a_pipe_of_the_input_refuses_is_named_and_skipped(tmp_path):
    tmp_path.joinpath("pipes.py").write_text("def number(data):\n    return int(data)\n")
    pipe = 'pipes = [{ event = "*", script = "pipes.py", function = "number" }]'
    tmp_path.joinpath("main.ww").write_text(f"in = input cli {{ {pipe}, to = out }}\nout = output console {{}}\n")
    done = woodwork("run", "main.ww", "--input", "-", piped="1\ntwo\n3\n", folder=tmp_path)
    assert done.status == 1
    assert "input line 2 skipped: ValueError: invalid literal for int()" in done.said
    assert sorted(value for values in answers(done.records).values() for value in values) == [1, 3]


def test_lines_that_a_full_queue_rejects_are_told_and_the_rest_is_answered(tmp_path):
    tmp_path.joinpath("step.py").write_text("async def work(data):\n    return data\n")
    tmp_path.joinpath("main.ww").write_text(
        "in = input generator { count = 2000, rate = 1000000, session = s, to = step }\n"
        'step = function python { path = "step.py", function = work, to = out, max_queue = 1, overflow = reject }\n'
        "out = output console {}\n"
    )
    done = woodwork("run", "main.ww", folder=tmp_path)
    assert done.status == 0, done.said[-1000:]
    refused = [record["data"] for record in done.records if (record["data"] or {}).get("event") == "input.refused"]
    answered = answers(done.records)["s"]
    assert refused[-1]["in_all"] + len(answered) == 2000
    assert "messages refused, the last one because: QueueFullError: step: queue is full (1 of 1)" in done.said
    assert answered == sorted(answered, key=lambda said: int(said.split()[1]))


@pytest.mark.parametrize(
    ("durable", "said"),
    [
        ("", "queued messages live in this process and are gone when it dies"),
        ("answer", "what answer accepts is kept in "),
        ("deployment = local { durable = true }\n", None),
    ],
)
def test_a_flow_that_is_not_durable_says_so_at_start_in_one_line(hello, durable, said):
    """I1: on standard error, before anything else."""
    text = HELLO.replace("echo {}", "echo { durable = true }") if durable == "answer" else HELLO + durable
    hello.write_text(text)
    done = woodwork("run", hello, piped="one\n")
    assert done.status == 0, done.said
    first = done.said.splitlines()[0]
    assert ("live in this process" in done.said) == (said is not None)
    assert said is None or said in first
