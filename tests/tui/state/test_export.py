"""Deliveries written to a file."""

from __future__ import annotations

import json

import pytest

from support.traffic import HOSTILE, Traffic
from woodwork_tui.state.export import Export, trouble, write


def rows(*payloads: object) -> tuple:
    traffic = Traffic()
    for number, payload in enumerate(payloads):
        traffic.send(f"m-{number}", "agent", payload=payload)
    return tuple(traffic.fold())


def test_each_message_is_one_line_of_json_under_the_names_of_event_records(tmp_path):
    file = tmp_path / "out.jsonl"
    said = write(Export("messages", rows({"a": 1}, "two")), str(file))
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [line["data"]["payload"] for line in lines] == [{"a": 1}, "two"]
    assert (lines[0]["message_id"], lines[0]["target"], lines[0]["state"]) == ("m-0", "agent", "queued")
    assert said.startswith("2 messages (")
    assert said.endswith(f"in {file}")


def test_a_file_that_is_there_is_never_written_over(tmp_path):
    file = tmp_path / "out.jsonl"
    file.write_text("precious")
    with pytest.raises(FileExistsError) as raised:
        write(Export("messages", rows("x")), str(file))
    assert trouble(raised.value, "out.jsonl") == "out.jsonl exists already; nothing was written. Give another name."
    assert file.read_text() == "precious"


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(FileNotFoundError) as raised:
        write(Export("messages", rows("x")), str(tmp_path / "nowhere" / "out.jsonl"))
    assert "No such file or directory. Give another name." in trouble(raised.value, "nowhere/out.jsonl")


@pytest.mark.parametrize("name", ["s-02", "../../etc", "a b/c", "\x1b[2J", "", "..", "日本"])
def test_the_name_of_a_file_is_made_of_plain_characters_only(name):
    told = Export(name, ()).file_name(1_700_000_000.0)
    assert told.endswith(".jsonl")
    assert "/" not in told
    assert not told.startswith(".")
    assert all(c.isascii() and c.isprintable() and c != " " for c in told)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_payloads_are_written_so_that_json_reads_them_again(tmp_path, text):
    file = tmp_path / "out.jsonl"
    write(Export("messages", rows(text)), str(file))
    (line,) = file.read_bytes().decode("utf-8").split("\n")[:-1]
    assert json.loads(line)["message_id"] == "m-0"
