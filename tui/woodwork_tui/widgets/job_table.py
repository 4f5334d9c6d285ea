"""Replay jobs in a table: how far each is, and keys that hold one up, let it go on, or end it."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.binding import BindingType
from textual.message import Message

from woodwork_engine.snapshot import JobState, ReplayJob
from woodwork_tui.state.columns import Column
from woodwork_tui.state.job_words import is_over, left_text, problem_text, progress, state_words
from woodwork_tui.state.pacing import rate_text
from woodwork_tui.text import safe
from woodwork_tui.units import count
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.line_table import LineTable


class JobTable(LineTable[ReplayJob]):
    """The jobs of a flow, the newest first."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("job.pause", "job.cancel")

    class Wanted(Message):
        """The person wants *what* (an action of the engine) done to the job *job_id*."""

        def __init__(self, what: str, job_id: str) -> None:
            self.what = what
            self.job_id = job_id
            super().__init__()

    def __init__(self, id: str | None = None) -> None:  # noqa: A002  Textual's word
        super().__init__(job_columns(ascii_only=False), key=lambda job: job.id, id=id)
        self._ascii = False

    def look_like(self, *, ascii_only: bool) -> None:
        """Use ASCII characters only, or all."""
        if ascii_only is not self._ascii:
            self._ascii = ascii_only
            self.set_columns(job_columns(ascii_only=ascii_only))

    def action_pause_job(self) -> None:
        """Hold the job under the cursor, or let it go on."""
        job = self.cursor_row
        if job is not None and not is_over(job):
            self.post_message(self.Wanted("resume_job" if job.state is JobState.PAUSED else "pause_job", job.id))

    def action_cancel_job(self) -> None:
        """Send nothing more of the job under the cursor."""
        job = self.cursor_row
        if job is not None and not is_over(job):
            self.post_message(self.Wanted("cancel_job", job.id))


def job_columns(*, ascii_only: bool) -> list[Column[ReplayJob]]:
    """Return the columns of the table."""

    def failed(job: ReplayJob) -> Text:
        return Text(count(job.failed), "bad" if job.failed else "faint")

    def refused(job: ReplayJob) -> Text:
        return Text(count(job.refused), "warn" if job.refused else "faint")

    def problem(job: ReplayJob) -> Text:
        return safe(problem_text(job), width=300, style="warn" if job.problem else "muted")

    return [
        Column("job", "JOB", lambda job: Text(job.id), 7, drop=0),
        Column("state", "STATE", lambda job: Text(*state_words(job, ascii_only=ascii_only)), 11, drop=0),
        Column("done", "SENT", lambda job: progress(job, ascii_only=ascii_only), 22, drop=0),
        Column("ok", "OK", lambda job: Text(count(job.ok), "ok" if job.ok else "faint"), 5, align="right", drop=1),
        Column("failed", "DIED", failed, 5, align="right", drop=2),
        Column("refused", "REFUSED", refused, 7, align="right", drop=5),
        Column("flight", "FLIGHT", lambda job: count(job.in_flight), 6, align="right", drop=6),
        Column("rate", "PACE", lambda job: rate_text(job.rate), 9, align="right", drop=7),
        Column("left", "LEFT", left_text, 6, align="right", drop=3),
        Column("problem", "", problem, minimum=30, drop=4),
    ]
