"""What a change of the flow does to the messages in it, in numbers and words."""

from __future__ import annotations

from dataclasses import replace

from support.checking import KINDS
from woodwork_engine.language import check
from woodwork_engine.snapshot import NodeState, NodeStats, Snapshot
from woodwork_tui.state.reload_plan import Leftover, effect, fate_lines, leftovers, plan_lines, reload_plan

BEFORE = """\
start = input cli { to: agent }
agent = echo { to: [audit, out] }
audit = echo { to: out }
out = output console {}
"""
AFTER = """\
start = input cli { to: agent }
agent = echo { to: out, timeout: 3s }
out = output console {}
deployment = local { drain_timeout: 5s }
"""


def plan_of(text: str):
    plan = check(text, KINDS).plan
    assert plan is not None
    return plan


def stats(name: str, depth: int, **more) -> NodeStats:
    return NodeStats(name, more.pop("state", NodeState.OK), depth=depth, **more)


def running(text: str = BEFORE, *nodes: NodeStats) -> Snapshot:
    return Snapshot(rev=7, plan=plan_of(text), nodes=nodes)


BUSY = running(BEFORE, stats("audit", 10, retrying=4), stats("agent", 31, inflight=1))


def told(snapshot: Snapshot = BUSY, after: str = AFTER) -> list[str]:
    return [line.text for line in plan_lines(reload_plan(plan_of(after), snapshot))]


def test_messages_at_a_component_that_goes_are_stranded_and_those_at_one_that_changes_wait():
    assert told() == [
        "~ changed  agent  policy  keeps its queue (31)",
        "- removed  audit  6 queued, 4 retrying, 0 in flight",
        "- route    agent → audit",
        "- route    audit → out",
        "~ changed  settings of the whole flow",
        "= same     start, out  not restarted",
    ]


def test_a_component_that_goes_with_nothing_waiting_strands_nothing():
    plan = reload_plan(plan_of(AFTER), running())

    assert plan.stranded == ()
    assert "- removed  audit  nothing waits there" in told(running())


def test_a_renamed_component_takes_its_messages_along():
    renamed = BEFORE.replace("audit = echo {", 'books = echo { was: "audit",').replace("[audit", "[books")
    plan = reload_plan(plan_of(renamed), BUSY)

    assert plan.stranded == ()
    assert "~ renamed  audit → books  with its queue" in [line.text for line in plan_lines(plan)]


def test_who_may_go_on_and_for_how_long_is_said_with_the_count():
    (line,) = fate_lines(reload_plan(plan_of(AFTER), BUSY))

    assert line.text == (
        "10 messages would be stranded. audit takes nothing new and may go on for 5s; what is left then is"
    )


def test_a_component_that_returns_takes_back_what_was_parked():
    parked = running(AFTER, stats("audit", 10, state=NodeState.PARKED))

    assert "+ added    audit  takes back the 10 that wait for it" in told(parked, BEFORE)


def test_a_change_without_effect_says_so():
    assert effect(reload_plan(plan_of(f"# said\n{BEFORE}"), BUSY)) == "Would change nothing that has an effect."


def test_the_effect_of_edited_text_fits_into_a_sentence():
    assert effect(reload_plan(plan_of(AFTER), BUSY)) == (
        "Would affect components: 0 added, 1 removed, 1 changed"
        " (agent: 31 queued would wait; audit: 10 messages stranded)."
    )


def test_many_routes_are_counted_instead_of_listed():
    wide = "start = input cli { to: [" + ", ".join(f"n{n}" for n in range(20)) + "] }\n"
    wide += "".join(f"n{n} = echo {{ to: [] }}\n" for n in range(20))
    bare = wide.replace(wide.splitlines()[0], "start = input cli { to: [n0] }")

    assert "  and 13 more routes" in told(running(wide), bare)


def test_what_removed_components_have_left_is_listed_the_most_first():
    gone = replace(
        BUSY,
        plan=plan_of(AFTER),
        nodes=(
            stats("agent", 31),
            stats("audit", 10, state=NodeState.PARKED, oldest_age=4.0),
            stats("books", 12, state=NodeState.DRAINING),
        ),
    )

    assert leftovers(gone) == (Leftover("books", 12, 0.0, True), Leftover("audit", 10, 4.0, False))
    assert leftovers(Snapshot()) == ()
