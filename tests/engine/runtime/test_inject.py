"""Rule B4 for messages that another thread hands over without waiting for one before the next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path

import pytest

from support.engines import GATED, LONG, RunningFlow, running

SEVERAL = 600
LATE_ONES_FASTER = """
import asyncio

async def stamped(data):
    for _ in range(3 - data % 4):
        await asyncio.sleep(0)
    return data
"""
PIPE = ', pipes = [{ event = "input.received", script = "pipe.py", function = "stamped" }]'


def flow_of(pipe: str = "", limits: str = "", session: str = "") -> str:
    """Return a flow with an input and a component that takes its messages."""
    return f"""
    in = input cli {{ to = step{pipe}{session} }}
    step = function python {{ path = "gated.py", function = gated, to = out, ttl = none{limits} }}
    out = output console {{}}
    """


def accepted(flow: RunningFlow, target: str) -> dict[str, list[str]]:
    """Return the ids of what *target* has accepted, in that order, by session."""
    found: dict[str, list[str]] = defaultdict(list)
    for record in flow.records("queued"):
        if record.target == target:
            found[record.session_id].append(record.message_id)
    return found


def ids(calls: Sequence[Future[str]]) -> list[str]:
    """Return the ids of the messages of *calls*, in their order."""
    return [call.result(LONG) for call in calls]


@pytest.fixture(autouse=True)
def scripts(tmp_path: Path) -> None:
    tmp_path.joinpath("gated.py").write_text(GATED)
    tmp_path.joinpath("pipe.py").write_text(LATE_ONES_FASTER)


def test_messages_are_accepted_in_the_order_of_the_calls_in_each_session(tmp_path):
    """B4: although a sender lets the loop breathe every now and then."""
    with running(tmp_path, "in = input cli { to = out }\nout = output console {}") as flow:
        flow.until_rev(1)
        calls = [flow.engine.inject("in", number, session=f"s-{number % 2}") for number in range(10 * SEVERAL)]
        assert ids(calls[::2]) == accepted(flow, "out")["s-0"]
        assert ids(calls[1::2]) == accepted(flow, "out")["s-1"]


def test_they_are_also_where_a_pipe_takes_longer_with_the_earlier_ones(tmp_path):
    """B4: a message enters the pipe when the one before it is accepted, from before the flow is open."""
    with running(tmp_path, flow_of(PIPE)) as flow:
        calls = [flow.engine.inject("in", number, session=f"s-{number % 2}") for number in range(SEVERAL)]
        assert ids(calls[::2]) == accepted(flow, "step")["s-0"]
        assert ids(calls[1::2]) == accepted(flow, "step")["s-1"]


def test_so_are_those_that_leave_the_session_to_the_input(tmp_path):
    """B4: theirs is the one that the input has at the time of the call, with those that name it."""
    with running(tmp_path, flow_of(PIPE, session=", session = own")) as flow:
        flow.until_rev(1)
        calls = [flow.engine.inject("in", n, session=None if n % 3 else "own") for n in range(SEVERAL)]
        new = flow.engine.new_session("in")
        later = [flow.engine.inject("in", n) for n in range(SEVERAL)]
        assert ids(calls) == accepted(flow, "step")["own"]
        assert ids(later) == accepted(flow, "step")[new.result(LONG)]


def test_a_session_that_waits_for_room_holds_up_nobody_elses_messages(tmp_path):
    """B4, F6: what came after it in the same session waits behind it, unless the caller gives it up."""
    with running(tmp_path, flow_of(limits=", max_session_queue = 1")) as flow:
        first = flow.send("in", "a", "s")
        waiting = [flow.engine.inject("in", name, session="s") for name in "bcd"]
        flow.until_record("blocked")
        others = [flow.send("in", name, f"other-{name}") for name in "xyz"]
        assert [accepted(flow, "step")[f"other-{name}"] for name in "xyz"] == [[one] for one in others]
        assert waiting[1].cancel()
        for name in "abcdxyz":
            (tmp_path / f"let-{name}").touch()
        assert [first, *ids(waiting[::2])] == accepted(flow, "step")["s"]
        flow.until_empty()
        assert sorted(flow.said()) == [f"OLD {name}" for name in "abdxyz"]
