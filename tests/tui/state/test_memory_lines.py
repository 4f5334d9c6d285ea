"""What components remember of a session, as lines."""

from __future__ import annotations

import pytest

from support.flows import node, plan
from support.traffic import HOSTILE
from woodwork_engine.snapshot import Memory
from woodwork_tui.state.memory_lines import has_memory, memory_lines


def said(*memories: Memory, width: int = 60, most: int = 20) -> list[str]:
    return [" ".join(line.plain.split()) for line in memory_lines("s-02", memories, width, most=most)]


def test_each_memory_tells_who_said_what_the_newest_last():
    notes = Memory("notes", (("tickets", "Where is it?"), ("agent", "On its way.")))
    assert said(notes) == ["notes remembers 2 things", "tickets Where is it?", "agent On its way."]


def test_what_is_not_shown_is_said_and_the_newest_is_shown():
    notes = Memory("notes", tuple(("agent", f"answer {number}") for number in range(30)))
    lines = said(notes, most=6)
    assert lines[0] == "notes remembers 30 things, the newest 5"
    assert lines[-1] == "agent answer 29"
    assert len(lines) == 6


def test_a_session_of_which_nothing_is_remembered_says_by_whom():
    assert said(Memory("notes", ()), Memory("facts", ())) == ["Nothing of s-02 is remembered in notes, facts."]
    assert said() == ["Nothing of s-02 is remembered."]


def test_while_it_is_asked_for_it_says_so():
    assert [line.plain for line in memory_lines("s-02", None, 60)] == ["Looking…"]


def test_only_a_flow_with_a_memory_has_one():
    assert has_memory(plan([node("notes", "memory short_term")]))
    assert not has_memory(plan([node("agent", "llm scripted")]))
    assert not has_memory(None)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("width", [20, 100])
def test_hostile_memories_are_only_shown(text, width):
    for line in memory_lines(text, (Memory(text[:80], ((text, text),)),), width):
        assert "\x1b" not in line.plain
        assert line.cell_len <= width
