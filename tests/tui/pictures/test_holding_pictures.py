"""What is paused, stopped at and stuck looks as it did, and so do the dialogs about it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.fake_engine import FakeEngine
from support.pictured import Step
from support.scene import NOW
from woodwork_engine.hold import BY_BREAKPOINT, BY_LETTER, Breakpoint, HeldMessage, HoldState, Scope
from woodwork_engine.payload import encode
from woodwork_engine.snapshot import LaneStats, NodeState

WIDE, NARROW, SMALL = (120, 36), (80, 24), (60, 20)
RUNNING = Step("6 nodes")
HELD = tuple(
    HeldMessage(
        f"msg-h{number}", "audit", f"s-0{number}", "agent", "agent.response", NOW - 12 + number,
        encode({"text": f"buy {number} servers", "cost": number * 1.5}),
    )
    for number in range(1, 4)
)  # fmt: skip


def holding_engine() -> FakeEngine:
    """Return an engine with a paused component, a stuck session, two breakpoints and three held messages."""
    engine = FakeEngine()
    nodes = tuple(
        replace(node, state=NodeState.PAUSED, paused=4)
        if node.name == "agent"
        else replace(node, paused=3)
        if node.name == "audit"
        else node
        for node in engine.snapshot().nodes
    )
    holds = (
        HoldState(Scope("agent"), NOW - 42),
        HoldState(Scope("audit", "s-05"), NOW - 65, BY_LETTER, dlq_id="d-01"),
        *(HoldState(Scope(m.target, m.session), m.since, BY_BREAKPOINT, message_id=m.message_id) for m in HELD),
    )
    engine.snap(
        nodes=nodes,
        holds=holds,
        breakpoints=(Breakpoint("audit", "agent", "payload.cost>1"), Breakpoint("desk")),
        held=HELD,
        held_lanes=(
            LaneStats("s-05", "audit", 4, "stuck", 65.0),
            *(LaneStats(m.session, m.target, 1, "stopped", NOW - m.since) for m in HELD),
        ),
    )
    return engine


@pytest.mark.parametrize("ascii_only", [False, True], ids=["unicode", "ascii"])
def test_the_graph_of_a_flow_that_is_held_looks_as_it_did(look_as_before, ascii_only):
    steps = (RUNNING, Step("goto audit", ("colon", *"goto", "space", *"audit")), Step("function python  ", ("enter",)))
    look_as_before(*steps, size=WIDE, engine=holding_engine(), ascii_only=ascii_only)


def test_the_tree_of_a_flow_that_is_held_looks_as_it_did(look_as_before):
    look_as_before(RUNNING, size=NARROW, engine=holding_engine())


def test_the_queues_of_a_flow_that_is_held_look_as_they_did(look_as_before):
    steps = (RUNNING, Step("Queues ·", ("4",)), Step("stuck (p asks)", ("down", "down", "down", "enter")))
    look_as_before(*steps, size=WIDE, engine=holding_engine())


@pytest.mark.parametrize("size", [WIDE, NARROW, SMALL], ids=["wide", "narrow", "small"])
def test_breakpoints_and_held_messages_look_as_they_did(look_as_before, size):
    steps = (RUNNING, Step("Held 3", ("colon", *"held", "enter")))
    look_as_before(*steps, size=size, engine=holding_engine())


@pytest.mark.parametrize("size", [WIDE, NARROW, SMALL], ids=["wide", "narrow", "small"])
def test_a_condition_being_typed_looks_as_it_did(look_as_before, size):
    steps = (
        RUNNING,
        Step("goto agent", ("colon", *"goto", "space", *"agent")),
        Step("6 nodes", ("enter",)),
        Step("It would have held", ("B", *"ticket")),
    )
    look_as_before(*steps, size=size, engine=holding_engine())


@pytest.mark.parametrize("size", [WIDE, NARROW, SMALL], ids=["wide", "narrow", "small"])
def test_the_ways_out_of_a_stuck_session_look_as_they_did(look_as_before, size):
    steps = (RUNNING, Step("Retries", ("5",)), Step("retry it first", ("p",)))
    look_as_before(*steps, size=size, engine=holding_engine())


def test_the_word_that_purging_wants_looks_as_it_did(look_as_before):
    steps = (
        RUNNING,
        Step("type purge", ("colon", *"purge", "space", *"audit/s-05", "enter")),
        Step("purg", tuple("purg")),
    )
    look_as_before(*steps, size=NARROW, engine=holding_engine())


def test_dropping_a_held_message_looks_as_it_did(look_as_before):
    steps = (RUNNING, Step("Held 3", ("colon", *"held", "enter")), Step("will be discarded", ("D",)))
    look_as_before(*steps, size=NARROW, engine=holding_engine())


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_editing_a_held_message_looks_as_it_did(look_as_before, size):
    steps = (
        RUNNING,
        Step("Held 3", ("colon", *"held", "enter")),
        Step("Nothing is changed yet.", ("e",)),
        Step("valid JSON", ("down", "down", "end", "left", "9", "9")),
    )
    look_as_before(*steps, size=size, engine=holding_engine())
