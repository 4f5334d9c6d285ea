"""Replay jobs in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from woodwork_engine.snapshot import JobState, ReplayJob, ReplayOutcome
from woodwork_tui.state.job_words import (
    SHOWN_SECONDS,
    in_sight,
    job_lines,
    left_text,
    outcome_line,
    problem_text,
    progress,
    state_words,
)

NOW = 1_700_000_000.0
JOB = ReplayJob("job-1", JobState.RUNNING, 300, sent=11, ok=9, failed=1, refused=1, in_flight=1, rate=5.0, canary=2)


def test_progress_counts_what_was_sent_and_what_was_refused():
    assert progress(JOB).endswith(" 12/300")
    assert progress(replace(JOB, sent=299)).startswith("██████████ ")
    assert progress(JOB, ascii_only=True).isascii()


def test_what_is_left_takes_as_long_as_the_pace_says():
    assert left_text(JOB) == "58s"
    assert left_text(replace(JOB, rate=None)) == ""
    assert left_text(replace(JOB, state=JobState.PAUSED)) == ""
    assert left_text(replace(JOB, ended_at=NOW)) == ""


@pytest.mark.parametrize("state", list(JobState))
def test_every_state_has_a_mark_and_a_word(state: JobState):
    words, tone = state_words(replace(JOB, state=state))

    assert words.endswith(state.value)
    assert tone
    assert state_words(replace(JOB, state=state), ascii_only=True)[0].isascii()


def test_a_job_that_waits_for_its_canaries_says_so_and_a_stopped_one_why():
    assert problem_text(replace(JOB, state=JobState.CANARY)) == ("2 messages first, the others when that has succeeded")
    assert problem_text(replace(JOB, problem="a: queue is full")) == "a: queue is full"
    assert problem_text(replace(JOB, where="node:audit")) == "all of node:audit"
    assert problem_text(JOB) == ""


def test_jobs_in_sight_are_those_that_run_or_have_ended_lately_the_newest_first():
    late = replace(JOB, id="job-2", ended_at=NOW - SHOWN_SECONDS + 1)
    old = replace(JOB, id="job-0", ended_at=NOW - SHOWN_SECONDS)

    assert [job.id for job in in_sight((old, JOB, late), NOW)] == ["job-2", "job-1"]


def test_the_results_tell_each_letter_the_newest_first_and_how_many_there_were():
    outcomes = (ReplayOutcome("dl-1", "ok", NOW), ReplayOutcome("dl-2", "died again", NOW, "dl-9"))
    told = [line.text for line in job_lines(replace(JOB, outcomes=outcomes), NOW)]

    assert "9 ok, 1 died again, 1 refused, 1 under way, 288 not sent" in told
    assert "Results (the last 2 of 11, newest first)" in told
    assert told[-1].endswith("✓ dl-1  ok")
    assert told[-2].endswith("✗ dl-2  died again as dl-9")


def test_a_job_of_which_nothing_has_ended_says_so():
    assert job_lines(JOB, NOW)[-1].text == "No replay has ended yet."


def test_a_refusal_tells_why():
    line = outcome_line(ReplayOutcome("dl-3", "refused", NOW, "dl-3 was discarded"), ascii_only=True)

    assert line.text.endswith("X dl-3  refused dl-3 was discarded")
