"""What the File tab says about the flow's files."""

from __future__ import annotations

from woodwork_engine.snapshot import Revision, Snapshot
from woodwork_engine.source import Diagnostic, Severity, Span
from woodwork_tui.state.problems import counts, in_file_order, no_problems, notice

NOON = 1_700_000_000.0


def diagnostic(line: int, summary: str = "unknown component 'github_apy'", **more) -> Diagnostic:
    severity = more.pop("severity", Severity.ERROR)
    return Diagnostic(severity, "WW201", summary, Span(more.pop("file", "main.ww"), line, 13, line, 14), **more)


LIVE = Revision(7, NOON, "live", "~audit path", source="a\nb\n")
REJECTED = Revision(0, NOON + 17, "rejected", "~agent", diagnostics=(diagnostic(11),), source="a\nB\n")


def test_a_rejected_save_says_what_still_runs_and_how_old_it_is():
    view = Snapshot(rev=7, rev_at=NOON, revisions=(LIVE, REJECTED), diagnostics=(diagnostic(11),))

    told = notice(view, "main.ww", NOON + 28)

    assert told.startswith("main.ww saved ")
    assert told.endswith("(28s old).")
    assert "has 1 error – NOT applied. Still running rev 7 from " in told


def test_an_invalid_file_at_start_says_that_nothing_runs_and_that_it_starts_by_itself():
    broken = (diagnostic(11), diagnostic(18))

    told = notice(Snapshot(diagnostics=broken), "main.ww", NOON)

    assert told == (
        "main.ww has 2 errors – nothing is running yet. Watching the file; it starts by itself when the file parses."
    )


def test_a_file_that_was_applied_needs_no_notice():
    assert notice(Snapshot(rev=7, rev_at=NOON, revisions=(LIVE,)), "main.ww", NOON) == ""


def test_a_component_that_did_not_start_is_no_reason_to_say_that_the_file_was_rejected():
    unset = diagnostic(3, "missing $KEY", component="agent")

    assert notice(Snapshot(rev=7, revisions=(LIVE,), diagnostics=(unset,)), "main.ww", NOON) == ""


def test_a_save_whose_new_component_does_not_start_counts_that_as_its_error():
    unset = diagnostic(3, "agent: $KEY is not set", component="agent")
    refused = Revision(0, NOON + 17, "rejected", "1 error, not applied", diagnostics=(unset,))

    assert "has 1 error – NOT applied" in notice(Snapshot(rev=7, rev_at=NOON, revisions=(LIVE, refused)), "f.ww", NOON)


def test_errors_come_before_warnings_and_then_by_place():
    warning = diagnostic(1, severity=Severity.WARNING)
    late, early = diagnostic(9), diagnostic(2)

    assert in_file_order([warning, late, early]) == (early, late, warning)


def test_problems_are_counted_by_severity_the_worst_first():
    assert counts([diagnostic(1, severity=Severity.WARNING), diagnostic(2), diagnostic(3)]) == (
        (Severity.ERROR, 2),
        (Severity.WARNING, 1),
    )


def test_no_problems_names_the_revision_that_runs():
    assert no_problems(Snapshot(rev=7, rev_at=NOON)).startswith("No problems. rev 7 live since ")
    assert no_problems(Snapshot()) == "No problems. The flow has not started yet."
