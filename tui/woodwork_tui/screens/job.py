"""One replay job in a dialog: how it stands, and what became of each letter."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from woodwork_engine.snapshot import JobState, ReplayJob
from woodwork_tui.screens.modal import Modal
from woodwork_tui.state.job_words import is_over, job_lines
from woodwork_tui.state.lines import Line, painted
from woodwork_tui.widgets.dialog_box import DialogBox
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.line_view import LineView

_HINT = "p pause, go on  K cancel  esc closes"


class JobScreen(Modal[None]):
    """Shows the job that *job* returns, None once it is forgotten; *act* has something done to it."""

    DEFAULT_CSS = """
    JobScreen { align: center middle; }
    JobScreen DialogBox { width: 96; height: 80%; }
    JobScreen LineView { background: $surface; height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings("app.back", "job.pause", "job.cancel")

    def __init__(
        self,
        job_id: str,
        job: Callable[[], ReplayJob | None],
        act: Callable[[str, str], None],
        *,
        now: Callable[[], float],
        ascii_only: bool = False,
    ) -> None:
        super().__init__()
        self._id = job_id
        self._job = job
        self._act = act
        self._now = now
        self._ascii = ascii_only
        self._shown: tuple[Line, ...] = ()
        self._lines = LineView(id="job-lines")

    def compose(self) -> ComposeResult:
        """Lay the dialog out."""
        yield DialogBox(self._lines, title=f"Replay {self._id}", hint=_HINT)

    def on_mount(self) -> None:
        """Show the job."""
        self._lines.focus()
        self.look()

    def look(self) -> None:
        """Show the job as it is now."""
        job = self._job()
        gone = (Line("This job is over and no longer kept.", "muted"),)
        lines = job_lines(job, self._now(), ascii_only=self._ascii) if job is not None else gone
        if lines != self._shown:
            self._shown = lines
            self._lines.set_lines(painted(lines), keep_place=True)

    def action_pause_job(self) -> None:
        """Hold the job, or let it go on."""
        job = self._job()
        if job is not None and not is_over(job):
            self._act("resume_job" if job.state is JobState.PAUSED else "pause_job", job.id)

    def action_cancel_job(self) -> None:
        """Send nothing more."""
        job = self._job()
        if job is not None and not is_over(job):
            self._act("cancel_job", job.id)
