"""The DLQ tab: what died and why, in groups, and what is done about it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Resize

from woodwork_tui.screens.dlq_acts import DlqActs
from woodwork_tui.screens.dlq_lists import DlqLists
from woodwork_tui.screens.failed_line import open_failed_line
from woodwork_tui.screens.tab import Tab
from woodwork_tui.state.dlq_choice import Standing, still_marked, toggled
from woodwork_tui.state.dlq_filter import dlq_filter
from woodwork_tui.state.dlq_index import DeadIndex
from woodwork_tui.state.dlq_listing import Wish
from woodwork_tui.state.dlq_view import DlqView
from woodwork_tui.state.filters import problem
from woodwork_tui.state.job_words import in_sight
from woodwork_tui.state.pacing import Pacing
from woodwork_tui.state.payload_edit import as_text
from woodwork_tui.state.view import View
from woodwork_tui.widgets.job_table import JobTable
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.line_table import LineTable
from woodwork_tui.widgets.pane import Pane

_TALL, _LOW = 24, 12
_MOST_JOBS = 3
_SLICE, _REST = 0.012, 0.008
"""Seconds of work on many letters, and for everything else until it goes on."""


class DlqTab(Tab):
    """Groups of dead letters, the letters of the group under the cursor, and everything about the one under theirs.

    Below are replay jobs while there are any.
    """

    DEFAULT_CSS = """
    DlqTab #dlq-jobs { display: none; }
    DlqTab.-jobs #dlq-jobs { display: block; }
    DlqTab.-low #dlq-jobs { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "dlq.replay", "dlq.edit", "dlq.discard", "dlq.undo", "dlq.note", "dlq.export", "dlq.purge", "item.view",
        "list.mark", "list.mark_all", "list.unmark", "item.editor", "item.copy",
    )  # fmt: skip
    filterable = True

    def __init__(self, id: str | None = None) -> None:  # noqa: A002  Textual's word
        super().__init__(id=id)
        self._view = View()
        self._kind = DlqView.REASON
        self._index = DeadIndex()
        self._marked: frozenset[str] = frozenset()
        self._asked: tuple[str, str] | None = None
        self._working = False
        self._to_replay: tuple[str, Pacing] | None = None
        self._acts = DlqActs(self, lambda: self._view, self._index)
        self._lists = DlqLists(self._index)
        self._jobs = JobTable(id="jobs")
        self._job_pane = Pane(self._jobs, title="Replays", hint="⏎ results  p pause  K cancel", id="dlq-jobs")

    def compose(self) -> ComposeResult:
        """Lay the lists over the jobs."""
        yield self._lists
        yield self._job_pane

    def on_resize(self, event: Resize) -> None:
        """Fit the lists."""
        self._lists.fit(event)
        self.set_class(event.size.height < _LOW, "-low")
        self._fit_jobs()

    # what is shown

    def check_filter(self, text: str) -> str | None:
        """Return what is wrong with the filter *text*, or None."""
        return problem(dlq_filter, text)

    def filter_status(self) -> str:
        """Return how many letters match."""
        return f"{self._index.shown:,} of {self._index.of:,}"

    def remembered(self) -> Mapping[str, str | bool]:
        """Return what letters are grouped by."""
        return {"group": self._kind.value} if not self._in_trash else {}

    def recall(self, kept: Mapping[str, object]) -> None:
        """Group by what *kept* names."""
        if kept.get("group") in tuple(DlqView):
            self.action_group(str(kept["group"]))

    def show(self, view: View) -> None:
        """Show *view*; ages and trends go on once a second."""
        self._view = view
        self._lists.see(view, self._kind)
        self._want()
        self._lists.show()
        self._go_where_asked()
        self._draw_jobs()
        self._acts.look()

    def _want(self) -> None:
        """Have the letters of now looked at, as they are wished for; many in slices, between which keys are heard."""
        view = self._view
        wish = Wish(view.filter, view.selection.session, self._kind.groups, trash=self._kind is DlqView.TRASH)
        if self._index.update(view.dead_letters, wish, view.now) and not self._working:
            self._work()

    def _work(self) -> None:
        done = self._index.work(_SLICE, time.perf_counter)
        self._working = self._index.busy
        if self._working:
            self._lists.tell_groups()
            self.set_timer(_REST, self._work)
        if done:
            self._mark(self._able(self._marked))
            self._lists.draw()
            self._ask_as_commanded()

    def _ask_as_commanded(self) -> None:
        asked, self._to_replay = self._to_replay, None
        if asked is not None:
            self._acts.replay_all(*asked)

    def _go_where_asked(self) -> None:
        """Put the cursor on the dead letter of a message that was selected elsewhere, once."""
        message = self._view.selection.message
        if self._index.busy:
            return
        found = self._index.find(message) if message is not None and message != self._asked else None
        self._asked = message
        if found is not None:
            self._lists.go_to(*found)

    def _draw_jobs(self) -> None:
        jobs = in_sight(self._view.snapshot.jobs, self._view.now)
        self._jobs.look_like(ascii_only=self._view.ascii)
        if jobs != self._jobs.rows:
            self._jobs.set_rows(jobs)
            if self._jobs.has_focus and not jobs:
                self._lists.enter()
            self.set_class(bool(jobs), "-jobs")
            self._fit_jobs()

    def _fit_jobs(self) -> None:
        most = _MOST_JOBS if self.size.height >= _TALL else 1
        self._job_pane.styles.height = max(1, min(len(self._jobs.rows), most)) + 3

    def enter(self) -> None:
        """Begin in the lists."""
        self._lists.enter()

    def close(self) -> bool:
        """Come back from the jobs and from the detail to the letters, from there to the groups."""
        if self._jobs.has_focus:
            self._lists.enter()
            return True
        return self._lists.close()

    # what is done

    @property
    def _standing(self) -> Standing:
        index = self._index
        return Standing(
            self._lists.letter,
            self._lists.group,
            index.kinds,
            self._marked,
            whole=self._lists.in_groups,
            filtered=index.shown != index.of,
        )

    @property
    def _in_trash(self) -> bool:
        return self._kind is DlqView.TRASH

    def action_replay(self) -> None:
        """Replay what is marked, else the letter or the group under the cursor."""
        if self._in_trash:
            self._say("A letter in the trash is not replayed; u brings it back first.")
        else:
            self._acts.replay(self._standing)

    def action_replay_where(self, where: str, rate: float, canary: int, stop_after: int) -> None:
        """Ask whether what the filter *where* finds is to be replayed, as soon as it has been found."""
        self._to_replay = where, Pacing(rate, canary, stop_after or None)
        if self._in_trash:
            self._turn_to(DlqView.REASON)
        if not self._index.busy:
            self._ask_as_commanded()

    def action_edit(self) -> None:
        """Edit the payload of the letter under the cursor and replay it."""
        if self._in_trash:
            self._say("A letter in the trash is not replayed; u brings it back first.")
        else:
            self._acts.edit(self._lists.letter)

    def action_edit_letter(self, dlq_id: str) -> None:
        """Edit the payload of the letter *dlq_id* and replay it."""
        letter = self._index.listing.letter(dlq_id)
        if letter is None:
            self._say(f"{dlq_id} is not listed here.")
        self._acts.edit(letter)

    def action_discard(self) -> None:
        """Move what is marked, else the letter or the group under the cursor, to the trash."""
        if self._in_trash:
            self._say("This is the trash. u brings back, X forgets for good.")
        else:
            self._acts.discard(self._standing)

    def action_undo(self) -> None:
        """Bring back what was discarded last; in the trash what is chosen there."""
        if self._in_trash:
            self._acts.restore(self._standing)
        else:
            self._acts.undo()

    def action_purge(self) -> None:
        """Forget what is marked, else the letter or the group under the cursor, for good."""
        self._acts.purge(self._standing)

    def action_note(self) -> None:
        """Write something on what is marked, else on the letter or the group under the cursor."""
        self._acts.note(self._standing)

    def action_export(self, file: str = "") -> None:
        """Write what is marked, else all that is shown, into *file*, or into one that is asked for."""
        if file:
            self._acts.export_to(self._standing, file)
        else:
            self._acts.export(self._standing)

    def action_editor(self) -> None:
        """Open the line at which the letter under the cursor failed last in the person's own editor."""
        letter = self._lists.letter
        if letter is not None:
            open_failed_line(self, [attempt.traceback for attempt in letter.attempts])

    def action_copy(self) -> None:
        """Copy the payload of the letter under the cursor as JSON."""
        letter = self._lists.letter
        if letter is not None:
            self.post_message(self.Copy(as_text(letter.payload()), f"the payload of {letter.dlq_id}"))

    def action_view(self) -> None:
        """Group by the next thing, or show the trash; the cursor stays with its letter."""
        self._turn_to(self._kind.next())

    def action_group(self, name: str) -> None:
        """Group by *name*, or show the trash."""
        self._turn_to(DlqView(name))

    def action_trash(self) -> None:
        """Show the trash."""
        self._turn_to(DlqView.TRASH)

    def _turn_to(self, kind: DlqView) -> None:
        self._lists.stay()
        self._kind = kind
        self._mark(frozenset() if self._in_trash else self._marked)
        self._lists.see(self._view, kind)
        self._want()

    def action_mark(self) -> None:
        """Mark the letter, or every letter of the group, or take the marks away; go on to the next."""
        standing = self._standing
        current = (standing.current.dlq_id,) if standing.current is not None else ()
        ids = standing.in_group() if standing.whole else current
        self._mark(self._able(toggled(self._marked, ids)))
        if not standing.whole:
            self._lists.next_letter()

    def action_mark_all(self) -> None:
        """Mark every letter of the group."""
        self._mark(self._able(self._marked.union(self._standing.in_group())))

    def _able(self, marked: frozenset[str]) -> frozenset[str]:
        listing = self._index.listing
        return still_marked(marked, listing.kinds, listing.moving)

    def action_unmark(self) -> None:
        """Take all marks away."""
        self._mark(frozenset())

    def _mark(self, marked: frozenset[str]) -> None:
        self._marked = marked
        self._lists.mark(marked)

    def _say(self, sentence: str) -> None:
        self.notify(sentence, severity="warning", markup=False)

    # jobs

    @on(LineTable.Chosen, "#jobs")
    def open_job(self, event: LineTable.Chosen) -> None:
        """Show what became of each letter of a job."""
        self._acts.open_job(str(event.key))

    def action_open_job(self, job_id: str) -> None:
        """Show what became of each letter of the job *job_id*."""
        self._acts.open_job(job_id)

    @on(JobTable.Wanted)
    def do_job(self, event: JobTable.Wanted) -> None:
        """Pause, resume or cancel a job."""
        self._acts.do_job(event.what, event.job_id)
