"""The live numbers behind declarations."""

from __future__ import annotations

from support.checking import KINDS
from woodwork_engine.language import check
from woodwork_engine.snapshot import NodeState, NodeStats, Snapshot
from woodwork_tui.state.source_counts import declared_lines, live_counts

TEXT = "ask = input cli { to: audit }\n\naudit = echo { to: [] }\n"
PLAN = check(TEXT, KINDS).plan
NODES = (
    NodeStats("ask", NodeState.OK, in_rate=0.0, out_rate=2.5),
    NodeStats("audit", NodeState.BACKLOG, in_rate=12.4, out_rate=9.0, depth=31, dead_now=12),
    NodeStats("gone", NodeState.PARKED, depth=3),
)


def test_each_declaration_has_its_rate_and_what_waits_and_died_there():
    snapshot = Snapshot(rev=1, plan=PLAN, nodes=NODES)

    assert live_counts(snapshot, declared_lines(TEXT), ascii_only=False) == {1: "2.5/s", 3: "12.4/s q31 †12"}
    assert live_counts(snapshot, declared_lines(f"# new\n{TEXT}"), ascii_only=True)[4] == "12.4/s q31 D12"


def test_nothing_is_said_of_components_that_are_not_in_the_text_or_while_nothing_runs():
    assert live_counts(Snapshot(rev=1, plan=PLAN, nodes=NODES), {}, ascii_only=False) == {}
    assert live_counts(Snapshot(), {"ask": 1}, ascii_only=False) == {}
