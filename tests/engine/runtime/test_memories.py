"""What components remember of a session is told to who asks, from another thread."""

from __future__ import annotations

from support.engines import LONG, running
from woodwork_engine.snapshot import Memory

REMEMBERS = """
in = input cli { to = notes }
notes = memory short_term { limit = 2 }
"""
FORGETS = """
in = input cli { to = out }
out = output console {}
"""


def test_what_is_remembered_of_a_session_is_told_oldest_first_and_nothing_of_others(tmp_path):
    with running(tmp_path, REMEMBERS) as flow:
        for text, session in (("one", "s-1"), ("two", "s-1"), ("three", "s-1"), ("other", "s-2")):
            flow.send("in", text, session)
        flow.until(lambda now: now.node("notes").ok == 4)
        assert flow.engine.memories("s-1").result(LONG) == (Memory("notes", (("in", "two"), ("in", "three"))),)
        assert flow.engine.memories("s-9").result(LONG) == (Memory("notes", ()),)


def test_a_flow_without_a_memory_remembers_nothing(tmp_path):
    with running(tmp_path, FORGETS) as flow:
        assert flow.engine.memories("s-1").result(LONG) == ()
