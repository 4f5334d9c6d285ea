"""Every example, run as its README says, in a process of its own."""

from __future__ import annotations

import json
import shutil
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from support.commands import Done, woodwork

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = sorted(folder.name for folder in EXAMPLES.iterdir() if folder.is_dir())


@pytest.fixture
def example(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A copy of the example that the test names, so that what it writes is thrown away."""
    copy = tmp_path / request.param
    shutil.copytree(EXAMPLES / request.param, copy, ignore=shutil.ignore_patterns(".woodwork", "__pycache__"))
    return copy


def named(name: str):
    return pytest.mark.parametrize("example", [name], indirect=True, ids=[name])


def run(example: Path, *arguments: str, piped: str = "") -> Done:
    return woodwork("run", "main.ww", *arguments, piped=piped, folder=example)


def types(done: Done) -> Counter[str]:
    return Counter(str(record["type"]) for record in done.records)


def delivered(done: Done, *edge: str) -> list[dict[str, object]]:
    """Return the queued records of the route source, target; in the order of acceptance."""
    return [r for r in done.records if r["type"] == "queued" and (r["source"], r["target"]) == edge]


def assert_in_order(done: Done) -> None:
    """First attempts at a target begin, per session, in the order in which the messages were accepted (bus.md B1)."""
    accepted, begun = defaultdict(list), defaultdict(list)
    for record in done.records:
        lane = (record["session_id"], record["target"])
        if record["type"] == "queued":
            accepted[lane].append(record["message_id"])
        elif record["type"] == "started" and record["attempt"] == 1:
            begun[lane].append(record["message_id"])
    assert begun
    for lane, messages in begun.items():
        assert messages == accepted[lane][: len(messages)], lane


@pytest.mark.parametrize("name", NAMES)
def test_an_example_has_no_problems_and_says_what_it_shows(name: str):
    checked = woodwork("check", "--strict", EXAMPLES / name / "main.ww")

    assert checked.status == 0, checked.out + checked.said
    assert "woodwork-tui" in (EXAMPLES / name / "README.md").read_text()


@named("hello")
def test_hello_answers_what_is_piped_into_it(example: Path):
    done = run(example, piped="Is anybody there?\nGood.\n")

    assert done.status == 0, done.said
    assert [line.rpartition("] ")[2] for line in done.said.splitlines() if " screen [" in line] == [
        "You said: Is anybody there?",
        "You said: Good.",
    ]
    assert (len(delivered(done, "you", "friend")), len(delivered(done, "friend", "screen"))) == (2, 2)


@named("hello")
def test_hello_answers_a_thousand_sessions_of_twenty_messages_each_in_order(example: Path):
    lines = [
        json.dumps({"component": "you", "session_id": f"s-{session}", "payload": f"{session}/{number}"})
        for number in range(20)
        for session in range(1_000)
    ]
    (example / "input.jsonl").write_text("\n".join(lines))

    done = run(example, "--input", "input.jsonl", "--until", "idle")

    assert done.status == 0, done.said[-2_000:]
    answers = defaultdict(list)
    for line in done.said.splitlines():
        if "You said: " in line:
            session, _, number = line.rpartition("You said: ")[2].partition("/")
            answers[session].append(int(number))
    assert len(answers) == 1_000
    assert all(numbers == list(range(20)) for numbers in answers.values())
    assert types(done)["ok"] == 40_000
    assert_in_order(done)


@named("support-desk")
def test_the_support_desk_shows_everything_that_can_happen_to_a_message(example: Path):
    done = run(example, "--for", "5s", "--max-dlq", "1000")

    assert done.status == 0, done.said
    seen = types(done)
    for kind in ("emitted", "queued", "started", "ok", "failed", "retry_scheduled", "dead", "note"):
        assert seen[kind], kind
    assert not seen["unroutable"]
    assert len({r["session_id"] for r in done.records if r["type"] == "queued"}) >= 6
    assert_in_order(done)


@named("support-desk")
def test_an_order_of_the_support_desk_dies_of_an_amount_that_a_person_can_mend(example: Path):
    done = run(example, "--for", "5s", "--max-dlq", "1000")

    dead = next(r for r in done.records if r["type"] == "dead" and r["target"] == "billing")
    order = next(r for r in done.records if r["type"] == "emitted" and r["message_id"] == dead["message_id"])
    failures = [r for r in done.records if r["type"] == "failed" and r["message_id"] == dead["message_id"]]
    assert dead["data"]["reason"] == "exhausted"
    assert [failure["attempt"] for failure in failures] == [1, 2, 3]
    assert failures[0]["data"]["message"] == "order 2: amount '12,50 EUR' is not a number; write it as 12.50"

    mended = json.dumps({"component": "billing", "payload": {**order["data"]["payload"], "amount": "12.50"}})
    (example / "mended.jsonl").write_text(mended)
    again = run(example, "--input", "mended.jsonl", "--until", "idle", "--max-dlq", "1000")
    assert "Charged 12.50 for order 2 (gift card)." in again.said


@named("support-desk")
def test_the_agent_asks_its_tool_and_remembers(example: Path):
    questions = [
        {"component": "chat", "session_id": "me", "payload": text} for text in ("Where is my order 1042?", "Hm", "Hm")
    ]
    (example / "questions.jsonl").write_text("\n".join(map(json.dumps, questions)))

    done = run(example, "--input", "questions.jsonl", "--until", "idle", "--max-dlq", "1000")

    answers = [line.rpartition("] ")[2] for line in done.said.splitlines() if " desk [me]" in line]
    assert answers == [
        "Your order 1042 is being packed.",
        "I have put that into your file, where 2 things are noted already.",
        "Thank you for writing. A colleague looks into it: Hm",
    ]
    notes = [r["data"]["event"] for r in done.records if r["type"] == "note" and r["target"] == "agent"]
    assert notes == ["tool.call", "tool.observation"]


@named("routing-patterns")
def test_routing_patterns_take_every_way_there_is(example: Path):
    done = run(example, "--max-dlq", "1")

    assert done.status == 0, done.said
    assert_in_order(done)
    ways = Counter((r["source"], r["target"]) for r in done.records if r["type"] == "queued")
    assert ways["ticks", "stamp"] == ways["stamp", "board"] == ways["stamp", "archive"] == 5
    assert ways["north", "gather"] == ways["south", "gather"] == 4
    assert (ways["review", "draft"], ways["review", "board"]) == (3, 3)
    assert ways["questions", "oracle"] == ways["oracle", "board"] == ways["oracle", "archive"] == 2
    assert [r["data"]["reason"] for r in done.records if r["type"] == "dead"] == ["hop_limit"]
    assert types(done)["queued"] == types(done)["ok"]


@named("routing-patterns")
def test_pipes_change_what_a_component_sees_and_hooks_change_nothing(example: Path):
    done = run(example, "--max-dlq", "1")

    archived = [
        json.loads(line)["payload"] for line in (example / ".woodwork" / "archive.jsonl").read_text().splitlines()
    ]
    texts = [payload["text"] for payload in archived if isinstance(payload, dict)]
    assert texts.count("tick 1 (stamped)") == 1
    assert {"text": "north 1", "from": "north"} in archived
    assert not [r for r in done.records if r["type"] == "note"]


@named("flow-control")
def test_flow_control_sends_each_order_the_way_that_its_file_says(example: Path):
    done = run(example)

    assert done.status == 0, done.said
    assert_in_order(done)
    ways = Counter((r["source"], r["target"], r["event_type"]) for r in done.records if r["type"] == "queued")
    assert {way: count for way, count in ways.items() if way[0] in ("sound", "ways")} == {
        ("sound", "ways", "component.response"): 18,
        ("sound", "refused", "filter.left_out"): 6,
        ("ways", "review", "case.large"): 6,
        ("ways", "archive", "case.large"): 6,
        ("ways", "customs", "case.abroad"): 8,
        ("ways", "packing", "else"): 4,
    }
    assert types(done)["ok"] == types(done)["started"], "nothing fails, and waiting uses no attempt"
    assert len((example / ".woodwork" / "large.jsonl").read_text().splitlines()) == 6


@named("flow-control")
def test_flow_control_keeps_the_desk_to_twenty_orders_a_second(example: Path):
    begun = [r["ts"] for r in run(example).records if (r["type"], r["target"]) == ("started", "desk")]

    assert len(begun) == 8
    assert begun[-1] - begun[0] >= 7 / 20 - 0.01
