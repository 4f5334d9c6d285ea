"""What is kept of how a person looks at a flow: it comes back whole, and no broken file ever hurts."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from woodwork_tui.state.kept_json import read_json, write_json
from woodwork_tui.state.memory import NAME, Memory, MemoryFile, memory_of

KEPT = Memory(
    "dlq",
    "nord",
    {"messages": "state:dead"},
    {"flow": {"zoom": "full", "view": "tree"}, "messages": {"order": "ms", "reversed": True}},
    ("dlq", "goto agent"),
)


def test_what_is_kept_comes_back_as_it_was(tmp_path):
    file = MemoryFile(tmp_path)
    assert file.write(KEPT)
    assert file.read() == KEPT


def test_without_a_state_folder_nothing_is_kept_and_none_is_made(tmp_path):
    assert not MemoryFile(None).write(KEPT)
    assert not MemoryFile(tmp_path / "missing").write(KEPT)
    assert MemoryFile(tmp_path / "missing").read() == Memory()
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_was_cut_off_is_as_if_there_were_none(tmp_path):
    file = MemoryFile(tmp_path)
    file.write(KEPT)
    whole = (tmp_path / NAME).read_bytes()
    (tmp_path / NAME).write_bytes(whole[: len(whole) // 2])
    assert file.read() == Memory()
    assert file.write(KEPT)
    assert file.read() == KEPT


def test_a_write_that_fails_leaves_what_was_kept_and_no_draft(tmp_path, monkeypatch):
    file = MemoryFile(tmp_path)
    file.write(KEPT)

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert not file.write(Memory("file"))
    assert file.read() == KEPT
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_what_makes_no_sense_is_left_out_and_the_rest_comes_back():
    kept = KEPT.as_json()
    kept["tab"] = "nowhere"
    kept["filters"] = {"flow": "agent", "dlq": "reason:x", "health": "x", "queues": 3}
    kept["tabs"]["nowhere"] = {}
    kept["commands"] = ["dlq", 3, "", "x" * 5_000]
    found = memory_of(kept)
    assert (found.tab, found.theme, found.filters) == ("flow", "nord", {"dlq": "reason:x"})
    assert "nowhere" not in found.tabs
    assert found.commands == ("dlq",)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["tab", "theme", "filters", "tabs", "commands"]), json_values) | json_values)
def test_no_content_whatever_fails(kept):
    memory_of(kept)


def test_a_reader_never_sees_half_a_file(tmp_path):
    path = tmp_path / "kept.json"
    write_json(path, {"a": 1})
    write_json(path, {"a": "é\udfff"})
    assert read_json(path) == {"a": "é\udfff"}
    assert json.loads(path.read_text()) == {"a": "é\udfff"}
