"""Replay jobs as the DLQ tab shows them: how far they are, what became of each letter, how long it still takes."""

from __future__ import annotations

from collections.abc import Sequence

from woodwork_engine.snapshot import JobState, ReplayJob, ReplayOutcome
from woodwork_tui.state.lines import Line
from woodwork_tui.state.pacing import rate_text
from woodwork_tui.text import glyph
from woodwork_tui.units import clock, duration, gauge, plural

SHOWN_SECONDS = 300.0
"""How long jobs that have ended stay in sight."""
_BAR = 10
_GLYPHS = {
    JobState.CANARY: "retrying", JobState.RUNNING: "running", JobState.PAUSED: "paused", JobState.DONE: "ok",
    JobState.CANCELLED: "discarded", JobState.STOPPED: "failed",
}  # fmt: skip
_TONES = {
    JobState.CANARY: "accent", JobState.RUNNING: "accent", JobState.PAUSED: "warn", JobState.DONE: "ok",
    JobState.CANCELLED: "muted", JobState.STOPPED: "bad",
}  # fmt: skip
_RESULTS = {"ok": ("ok", ""), "died again": ("failed", "bad"), "refused": ("error", "warn")}


def is_over(job: ReplayJob) -> bool:
    """Whether nothing more will be sent."""
    return job.ended_at is not None


def in_sight(jobs: Sequence[ReplayJob], now: float) -> tuple[ReplayJob, ...]:
    """Return the jobs to be shown at *now* (s since the epoch), the newest first."""
    return tuple(job for job in reversed(jobs) if job.ended_at is None or now - job.ended_at < SHOWN_SECONDS)


def state_words(job: ReplayJob, *, ascii_only: bool = False) -> tuple[str, str]:
    """Return mark and word of how *job* stands, and the tone of it."""
    return f"{glyph(_GLYPHS[job.state], ascii_only)} {job.state.value}", _TONES[job.state]


def handled(job: ReplayJob) -> int:
    """Return of how many letters it is known what became of them, or that they were sent."""
    return job.sent + job.refused


def progress(job: ReplayJob, *, ascii_only: bool = False) -> str:
    """Return how far *job* is: a bar, and `12/300`."""
    bar = gauge(handled(job), job.total, _BAR, ascii_only=ascii_only)
    return f"{bar} {handled(job):,}/{job.total:,}"


def left_text(job: ReplayJob) -> str:
    """Return how long it takes at least until all are sent, nothing where that is not known."""
    left = job.total - handled(job)
    if is_over(job) or job.rate is None or job.state is JobState.PAUSED or not left:
        return ""
    return duration(left / job.rate)


def problem_text(job: ReplayJob) -> str:
    """Return why it stopped, or what it waits for, else what there is to know."""
    if job.problem:
        return job.problem
    if job.state is JobState.CANARY:
        return f"{plural(job.canary, 'message')} first, the others when that has succeeded"
    return f"all of {job.where}" if job.where else ""


def job_lines(job: ReplayJob, now: float, *, ascii_only: bool = False) -> tuple[Line, ...]:
    """Return everything about *job*: how it stands, then the letters that ended last, the newest first."""
    word, tone = state_words(job, ascii_only=ascii_only)
    ended = f", ended {clock(job.ended_at, millis=False)}" if job.ended_at is not None else ""
    left = f", {left_text(job)} to go" if left_text(job) else ""
    lines = [
        Line(f"{word}   {progress(job, ascii_only=ascii_only)}", tone),
        Line(
            f"{job.ok:,} ok, {job.failed:,} died again, {job.refused:,} refused, {job.in_flight:,} under way, "
            f"{max(0, job.total - handled(job)):,} not sent"
        ),
        Line(
            f"{rate_text(job.rate)}, canary {job.canary}   began {clock(job.started_at, millis=False)}{ended}{left}",
            "muted",
        ),
    ]
    if text := problem_text(job):
        lines.append(Line(text, "warn" if job.problem else "muted"))
    return (*lines, Line(""), *_outcomes(job, ascii_only=ascii_only))


def _outcomes(job: ReplayJob, *, ascii_only: bool) -> list[Line]:
    ended = job.ok + job.failed + job.refused
    if not job.outcomes:
        return [Line("No replay has ended yet.", "muted")]
    kept = f"the last {len(job.outcomes):,} of {ended:,}" if len(job.outcomes) < ended else f"{ended:,}"
    return [
        Line(f"Results ({kept}, newest first)", "title"),
        *(outcome_line(one, ascii_only=ascii_only) for one in reversed(job.outcomes)),
    ]


def outcome_line(outcome: ReplayOutcome, *, ascii_only: bool = False) -> Line:
    """Return what became of one letter on one line."""
    mark, tone = _RESULTS.get(outcome.result, ("info", ""))
    detail = f" as {outcome.detail}" if outcome.result == "died again" and outcome.detail else f" {outcome.detail}"
    told = f"{clock(outcome.at, millis=False)}  {glyph(mark, ascii_only)} {outcome.dlq_id}  {outcome.result}{detail}"
    return Line(told.rstrip(), tone)
