"""The revisions of a flow in words, and what differs from one to the next."""

from __future__ import annotations

from woodwork_engine.snapshot import Revision
from woodwork_engine.source import Diagnostic, Severity, Span
from woodwork_tui.state.revisions import (
    EDITED,
    as_written,
    diff_title,
    diff_to_live,
    no_diff,
    revision_diff,
    revision_rows,
    ways_back,
)

NOON = 1_700_000_000.0
UNKNOWN = Diagnostic(Severity.ERROR, "WW201", "'to' names no component", Span("main.ww", 11, 1, 11, 2))
LIVE = Revision(7, NOON, "live", "~audit path", source="a\nb\n")
REJECTED = Revision(0, NOON + 17, "rejected", "1 error, not applied", diagnostics=(UNKNOWN,), source="a\nB\n")
SAME = Revision(0, NOON + 1, "no effective change", "no effective change", source="a\nb # said\n")


def test_revisions_are_listed_newest_first_in_words():
    rows = revision_rows((LIVE, SAME, REJECTED))

    assert [(row.number, row.result, row.change, row.state) for row in rows] == [
        ("–", "1 error", "not applied: 'to' names no component", "error"),
        ("–", "same", "no effective change", "ok"),
        ("7", "live", "~audit path", "running"),
    ]


def test_edited_text_stands_above_the_revisions():
    assert revision_rows((LIVE,), edited=True)[0] is EDITED


def test_a_revision_is_compared_with_the_one_applied_before_it():
    mended = Revision(8, NOON + 20, "live", "~agent", source="a\nC\n")
    revisions = (LIVE, REJECTED, mended)

    changed = [line for line in revision_diff(revisions, 2) if line.mark in "+-"]

    assert [(line.mark, line.text) for line in changed] == [("-", "b"), ("+", "C")]
    assert diff_title(revisions, 2) == "rev 7 → rev 8"


def test_a_rejected_save_is_compared_with_what_runs():
    assert diff_title((LIVE, REJECTED), 1) == "rev 7 → saved 22:13:37, not applied"
    assert diff_title((LIVE, SAME, REJECTED), 2) == "saved 22:13:21 → saved 22:13:37, not applied"


def test_a_rollback_is_a_revision_that_says_so():
    back = Revision(9, NOON + 20, "live", "back to rev 7: -audit", by="rollback", source="a\nb\n")

    row = revision_rows((LIVE, back))[0]

    assert (row.number, row.result, row.change, row.by) == ("9", "live", "back to rev 7: -audit", "rollback")


def test_the_first_revision_has_nothing_before_it():
    assert revision_diff((LIVE,), 0) == ()
    assert no_diff((LIVE,), 0) == "The first one; there is nothing to compare it with."


def test_a_change_in_another_file_leaves_the_text_of_this_one():
    included = Revision(8, NOON + 20, "live", "+audit", source=LIVE.source)

    assert revision_diff((LIVE, included), 1) == ()
    assert no_diff((LIVE, included), 1) == "The text of the main file is the same."


def test_there_is_a_way_back_to_the_last_ten_applied_revisions_but_not_to_the_live_one():
    older = tuple(Revision(number, NOON, "ok", "+a") for number in range(1, 15))
    live = Revision(15, NOON, "live", "+b")

    assert [each.number for each in ways_back((*older, SAME, REJECTED, live))] == list(range(14, 5, -1))


def test_a_revision_can_be_compared_with_what_runs():
    older = Revision(6, NOON - 9, "ok", "+audit", source="a\n")
    title, lines = diff_to_live((older, LIVE), 0)

    assert title == "rev 7, live → rev 6"
    assert [(line.mark, line.text) for line in lines if line.mark in "+-"] == [("-", "b")]
    assert diff_to_live((older,), 0) == ("nothing runs → rev 6", ())


def test_a_revisions_text_is_written_as_the_file_is():
    assert as_written("a\nb\n", like="x\r\n") == "a\r\nb\r\n"
    assert as_written("a\n", like="\ufeffx\n") == "\ufeffa\n"
    assert as_written("a\n", like="") == "a\n"
