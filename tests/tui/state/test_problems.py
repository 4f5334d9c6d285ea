"""What the File tab says about the file: its problems, its revisions, and whose text is newer."""

from __future__ import annotations

from woodwork_engine.snapshot import Revision, Snapshot
from woodwork_engine.source import Diagnostic, Severity, Span
from woodwork_tui.state.problems import (
    Buffer,
    BufferState,
    RevisionRow,
    gutter,
    in_file_order,
    next_line,
    no_problems,
    notice,
    problem_text,
    revision_diff,
    revision_rows,
)

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


def test_errors_come_before_warnings_and_then_by_place():
    warning = diagnostic(1, severity=Severity.WARNING)
    late, early = diagnostic(9), diagnostic(2)

    assert in_file_order([warning, late, early]) == (early, late, warning)


def test_a_problem_names_its_place_and_what_to_do():
    assert problem_text(diagnostic(11, help="did you mean 'github_api'?")) == (
        "main.ww:11:13  unknown component 'github_apy'",
        "did you mean 'github_api'?",
    )


def test_the_gutter_shows_the_worst_of_each_line_of_this_file():
    marks = gutter(
        [diagnostic(3, severity=Severity.WARNING), diagnostic(3), diagnostic(5, file="other.ww")], "/flow/main.ww"
    )

    assert marks == {3: Severity.ERROR}


def test_the_next_problem_is_below_the_cursor_and_then_the_first_again():
    problems = [diagnostic(3), diagnostic(9), diagnostic(5, file="other.ww")]

    assert next_line(problems, "main.ww", after=3) == 9
    assert next_line(problems, "main.ww", after=9) == 3
    assert next_line([], "main.ww", after=1) is None


def test_no_problems_names_the_revision_that_runs():
    assert no_problems(Snapshot(rev=7, rev_at=NOON)).startswith("No problems. rev 7 live since ")
    assert no_problems(Snapshot()) == "No problems. The flow has not started yet."


def test_revisions_are_listed_newest_first_in_words():
    same = Revision(7, NOON + 1, "no effective change", "no effective change", source="a\nb \n")

    rows = revision_rows((LIVE, same, REJECTED))

    assert [(row.number, row.result, row.good) for row in rows] == [
        ("–", "1 error", False),
        ("7", "no effective change", True),
        ("7", "live", True),
    ]
    assert isinstance(rows[0], RevisionRow)
    assert rows[0].change == "~agent (not applied)"


def test_a_revision_is_compared_with_the_one_applied_before_it():
    mended = Revision(8, NOON + 20, "live", "~agent", source="a\nC\n")

    changed = [line for line in revision_diff((LIVE, REJECTED, mended), 2) if line.mark in "+-"]

    assert [(line.mark, line.text) for line in changed] == [("-", "b"), ("+", "C")]


def test_the_first_revision_has_nothing_before_it():
    assert revision_diff((LIVE,), 0) == ()


def test_a_clean_buffer_follows_the_file():
    buffer = Buffer.of("one").on_disk("two")

    assert (buffer.text, buffer.state) == ("two", BufferState.SAME)


def test_an_edited_buffer_is_not_replaced_by_a_change_on_disk():
    buffer = Buffer.of("one").edited("mine").on_disk("theirs")

    assert (buffer.text, buffer.disk, buffer.state) == ("mine", "theirs", BufferState.CONFLICT)


def test_an_edited_buffer_whose_file_stays_is_merely_edited():
    buffer = Buffer.of("one").edited("mine").on_disk("one")

    assert buffer.state is BufferState.EDITED


def test_saving_ends_the_conflict():
    buffer = Buffer.of("one").edited("mine").on_disk("theirs").saved()

    assert (buffer.text, buffer.state) == ("mine", BufferState.SAME)


def test_taking_the_file_drops_the_edits():
    assert Buffer.of("one").edited("mine").on_disk("theirs").reverted().text == "theirs"


def test_an_older_reading_that_arrives_after_a_save_does_not_undo_it():
    buffer = Buffer.of("one").edited("mine").saved().on_disk("one")

    assert (buffer.text, buffer.state) == ("mine", BufferState.SAME)
