"""Titles, legend and empty states of the Flow tab."""

from __future__ import annotations

from rich.cells import cell_len

from support.flows import edge, node, plan
from woodwork_engine.hold import Breakpoint, HoldState, Scope
from woodwork_engine.plan import EdgeKind
from woodwork_engine.snapshot import FlowState, Snapshot
from woodwork_engine.source import Diagnostic, Severity, Span
from woodwork_tui.state.flow_words import empty_text, legend, marks, title

KINDS = ("explicit", "inferred", "feedback", "reference")


def test_the_title_counts_nodes_and_routes_but_no_references():
    flow = plan([node("a"), node("b")], [edge("a", "b"), edge("b", "a", kind=EdgeKind.REFERENCE)])
    assert title(flow, "tree") == "Flow · 2 nodes · 1 route · tree"
    assert title(None, "tree") == "Flow"


def test_the_legend_gives_way_to_the_hints():
    for width in range(10, 160):
        shown = legend(width, "v tree  t tap")
        assert shown.endswith("v tree  t tap")
        assert cell_len(shown) == width or shown == "v tree  t tap"
    assert "✓ ok  ▲ backlog" in legend(60, "v tree")
    assert legend(150, "v tree", KINDS, ascii_only=True).isascii()
    assert legend(150, "v tree", KINDS, as_tree=True, ascii_only=True).isascii()


def test_the_legend_explains_the_kinds_of_lines_that_are_in_the_picture_before_the_states():
    assert legend(90, "v tree", KINDS).startswith("── to  ┄┄ inferred  ╌╌ back  ┈┈ reference  ✓ ok")
    assert legend(90, "v tree", ("explicit", "reference")).startswith("── to  ┈┈ reference  ✓ ok")
    assert legend(90, "v graph", KINDS, as_tree=True).startswith("► to  ▷ inferred  ↺ back  ⇄ reference  ✓ ok")


def test_where_all_lines_are_alike_the_legend_needs_not_tell_them_apart():
    assert legend(90, "v tree", ("explicit",)).startswith("✓ ok")


def test_the_legend_explains_first_what_the_person_has_marked():
    held = Snapshot(breakpoints=(Breakpoint("a"),), holds=(HoldState(Scope(), 0.0),))
    assert list(marks(Snapshot())) == []
    assert legend(60, "v tree", marked=marks(held)).startswith("● breakpoint  ‖ paused  ✓ ok")
    assert legend(60, "v tree", marked=marks(held), ascii_only=True).startswith("* breakpoint  H paused")


def test_an_empty_flow_says_why_and_what_to_do():
    broken = Diagnostic(Severity.ERROR, "WW101", "no", Span.point("main.ww"))
    assert "has no components. Press 7" in empty_text(Snapshot(plan=plan([])), "")
    assert "Press 7 to see why" in empty_text(Snapshot(diagnostics=(broken,)), "/x/main.ww")
    assert empty_text(Snapshot(state=FlowState.STARTING), "/x/main.ww") == "main.ww is starting."
    assert empty_text(Snapshot(), "") == "Nothing is running."
