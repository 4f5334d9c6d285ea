"""`dlq` and `inject`: on a flow that runs, through its socket, and on what one that does not has left."""

from __future__ import annotations

import json
import socket
import stat
from pathlib import Path

import pytest

from woodwork_engine.runtime import Engine
from woodwork_engine.runtime.control import NAME, reachable
from woodwork_engine.runtime.state import folder_beside
from woodwork_tui.cli import main

FLOW = 'work = function python { path = "work.py", function = "work", to = [], retry = { max_retries = 0 } }\n'
FAILS = "def work(data):\n    raise RuntimeError('out of order')\n"
WORKS = "def work(data):\n    with open('done.txt', 'a') as done:\n        done.write(f'{data}\\n')\n"


@pytest.fixture
def flow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A flow whose only component fails, in the folder of the process."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "main.ww").write_text(FLOW)
    (tmp_path / "work.py").write_text(FAILS)
    return tmp_path


def opened() -> Engine:
    """Return a started engine with its state beside the file."""
    engine = Engine("main.ww", watch=False, state=folder_beside("main.ww"))
    engine.start()
    engine.holds().result(30)
    return engine


def with_letters(count: int) -> None:
    """Leave *count* dead letters behind."""
    engine = opened()
    for number in range(count):
        engine.inject("work", number, session="s").result(30)
    engine.idle().result(30)
    engine.stop().result(30)


def said(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    """Return what a command prints, which ends with *status*."""
    capsys.readouterr()
    found = main(arguments)
    told = capsys.readouterr()
    assert found == status, told.err
    return told.out + told.err


def test_dead_letters_of_a_flow_that_does_not_run_are_read_from_its_state(
    flow: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with_letters(2)
    listed = said(capsys, "dlq", "list", "main.ww")
    assert "dl-000001" in listed
    assert "RuntimeError: out of order" in listed
    assert "2 dead letters" in listed
    assert json.loads(said(capsys, "dlq", "show", "main.ww", "dl-000002", "--json"))["envelope"]["payload"] == 1
    assert "would replay 1 dead letter: work 1" in said(capsys, "dlq", "replay", "main.ww", "dl-000001", "--dry-run")
    assert "discarded 1 dead letter" in said(capsys, "dlq", "discard", "main.ww", "--where", "dlq_id:dl-000001")
    assert "there is no dead letter dl-9" in said(capsys, "dlq", "show", "main.ww", "dl-9", status=2)
    assert [json.loads(line)["state"] for line in said(capsys, "dlq", "list", "main.ww", "--json").splitlines()] == [
        "discarded", "open",
    ]  # fmt: skip


def test_what_is_replayed_while_nothing_runs_is_delivered_at_the_next_start(
    flow: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with_letters(3)
    answer = said(capsys, "dlq", "replay", "main.ww")
    assert "3 dead letters kept to be delivered at the next start" in answer
    (flow / "work.py").write_text(WORKS)
    engine = opened()
    engine.idle().result(30)
    engine.stop().result(30)
    assert (flow / "done.txt").read_text().split() == ["0", "1", "2"]
    states = {json.loads(line)["state"] for line in said(capsys, "dlq", "list", "main.ww", "--json").splitlines()}
    assert states == {"replayed"}


def test_a_flow_that_runs_is_asked_through_its_socket(flow: Path, capsys: pytest.CaptureFixture[str]) -> None:
    engine = opened()
    place = flow / ".woodwork" / NAME
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    message_id = said(capsys, "inject", "main.ww", "work", '{"a": 1}', "--session", "mine").strip()
    engine.idle().result(30)
    (letter,) = map(json.loads, said(capsys, "dlq", "list", "main.ww", "--json").splitlines())
    assert (letter["message_id"], letter["session_id"]) == (message_id, "mine")
    replayed = said(capsys, "dlq", "replay", "main.ww", "--rate", "100/s", "--canary", "1", status=1)
    assert "replayed 1 dead letter: 0 ok, 1 died again" in replayed
    assert "no component 'wrok' (did you mean 'work'?)" in said(capsys, "inject", "main.ww", "wrok", "1", status=2)
    assert "is no pace" in said(capsys, "dlq", "replay", "main.ww", "--rate", "fast", status=2)
    engine.stop().result(30)
    assert not place.exists()


def test_a_message_for_a_flow_that_does_not_run_is_refused_in_a_sentence(
    flow: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "main.ww does not run with the state folder" in said(capsys, "inject", "main.ww", "work", "1", status=2)
    assert "the payload is no JSON" in said(capsys, "inject", "main.ww", "work", "{", status=2)
    assert "does not exist" in said(capsys, "dlq", "list", "main.ww", status=2)


def test_dead_letters_go_from_one_flow_to_another_as_lines(flow: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with_letters(2)
    capsys.readouterr()
    assert main(["dlq", "export", "main.ww", "--where", "session:s"]) == 0
    lines = capsys.readouterr().out
    (flow / "letters.jsonl").write_text(lines + "nonsense\n")
    Engine("main.ww", watch=False, state=flow / "other").stop().result(30)
    answer = said(capsys, "dlq", "import", "main.ww", "letters.jsonl", "--state", "other", status=1)
    assert "imported 2 dead letters" in answer
    assert "line 3: this is no JSON" in answer
    assert "2 dead letters" in said(capsys, "dlq", "list", "main.ww", "--state", "other")


def test_a_request_that_is_none_gets_an_error_and_the_next_one_its_answer(flow: Path) -> None:
    engine = opened()
    with socket.socket(socket.AF_UNIX) as line, reachable(flow / ".woodwork" / NAME) as name:
        line.connect(name)
        with line.makefile("rwb") as talk:
            for request in (b"{", b"[]", b'{"do": "dance"}', b'{"do": "list", "where": 7}', b'{"do": "list"}'):
                talk.write(request + b"\n")
            talk.flush()
            answers = [json.loads(talk.readline()) for _ in range(5)]
    assert [answer["ok"] for answer in answers] == [False, False, False, False, True]
    assert "one of list, show" in answers[2]["error"]
    engine.stop().result(30)


def test_a_state_folder_may_lie_deeper_than_a_socket_name_is_long(
    flow: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deep = flow / ("d" * 60) / ("e" * 60)
    engine = Engine("main.ww", watch=False, state=deep)
    engine.start()
    engine.holds().result(30)
    assert said(capsys, "inject", "main.ww", "work", "1", "--state", str(deep))
    engine.stop().result(30)


def test_a_second_run_on_one_state_folder_is_refused(flow: Path, capsys: pytest.CaptureFixture[str]) -> None:
    engine = opened()
    assert "is in use by process" in said(capsys, "run", "main.ww", "--state", ".woodwork", "--for", "1s", status=2)
    engine.stop().result(30)
