"""What the File tab shows: the panes, where they stand, and how they follow the flow, the disk and the editor."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.events import Resize

from woodwork_engine.plan import FlowPlan
from woodwork_engine.source import Diagnostic, Severity
from woodwork_tui.screens.file_acts import FileActs
from woodwork_tui.screens.file_draft import Drafting
from woodwork_tui.screens.file_history import DiffPane, RevisionsPane
from woodwork_tui.screens.file_leftovers import LeftoversPane
from woodwork_tui.screens.file_problems import ProblemsPane, marks
from woodwork_tui.screens.file_source import SourcePane
from woodwork_tui.screens.tab import Tab
from woodwork_tui.state.completing import completer
from woodwork_tui.state.draft import Draft, Examine
from woodwork_tui.state.flow_paths import FlowPaths
from woodwork_tui.state.open_file import OpenFile
from woodwork_tui.state.problems import current_problems, in_file_order, no_problems
from woodwork_tui.state.reload_plan import effect, leftovers, reload_plan
from woodwork_tui.state.revisions import ways_back
from woodwork_tui.state.source_counts import declared_lines, live_counts
from woodwork_tui.state.view import View

LOOK = 1.0
"""Seconds between two looks at the file on disk."""
_WIDE = 110
_COUNTS = 2.0  # a second, how often live numbers change


class FilePanes(Tab):
    """Shows the main file, or the one a problem or another tab points at; only the editor takes letters as text.

    Without edits the problems are the engine's, of the file as it was read last; with edits they are those of the text
    in the editor, which *check* finds in a thread.
    """

    DEFAULT_CSS = """
    FilePanes { layout: grid; grid-size: 2 3; grid-columns: 7fr 5fr; grid-rows: 1fr 1fr 1fr; }
    FilePanes SourcePane { row-span: 3; }
    FilePanes.-leftovers { grid-size: 2 4; grid-rows: 1fr 1fr 6 1fr; }
    FilePanes.-leftovers SourcePane { row-span: 4; }
    FilePanes.-column { layout: vertical; }
    FilePanes.-column RevisionsPane, FilePanes.-column DiffPane, FilePanes.-column LeftoversPane { display: none; }
    FilePanes.-column.-history RevisionsPane, FilePanes.-column.-history DiffPane { display: block; }
    FilePanes.-column.-history.-leftovers LeftoversPane { display: block; }
    FilePanes.-column.-history ProblemsPane, FilePanes.-column.-history SourcePane { display: none; }
    """

    def __init__(self, check: Examine) -> None:
        super().__init__()
        self._source, self._problems = SourcePane(), ProblemsPane()
        self._revisions, self._diff = RevisionsPane(), DiffPane()
        self._left = LeftoversPane()
        self._view = View()
        self._paths = FlowPaths()
        self._drafting = Drafting(check)
        self._acts = FileActs(self, self._source, lambda: self._view, check)
        self._looked = float("-inf")
        self._eager = False
        self._narrow = self._stacked = False
        self._to_live = False
        self._possible: frozenset[str] = frozenset()
        self._marked: tuple[object, ...] = ()
        self._completes: tuple[FlowPlan | None, FlowPaths, str] | None = None
        self._effect: tuple[Draft | None, int, str] = (None, -1, "")
        self._declares: tuple[str, Mapping[str, int]] = ("", {})
        self._beat = -1

    def compose(self) -> ComposeResult:
        """Lay out the panes."""
        yield self._source
        yield self._problems
        yield self._revisions
        yield self._left
        yield self._diff

    def on_resize(self, event: Resize) -> None:
        """Stand beside each other where there is room, else one below the other."""
        self._narrow = event.size.width < _WIDE
        self._stack(self._narrow or self._stacked)

    def _stack(self, column: bool) -> None:
        """Put the panes one below the other, or beside each other."""
        if column != self.has_class("-column"):
            self.set_class(column, "-column")
            if column:
                self.move_child(self._problems, before=self._source)
            else:
                self.remove_class("-history")
                self.move_child(self._problems, after=self._source)
        self.call_after_refresh(self._fit)  # once the list knows its width

    def unsaved(self) -> tuple[str, ...]:
        """Return the names of files with edits that quitting would lose."""
        return self._source.desk.edited()

    # What comes down

    def show(self, view: View) -> None:
        """Show *view*."""
        before, self._view = self._view, view
        plan = view.snapshot.plan
        self._paths = FlowPaths(view.file, plan.files if plan is not None else self._paths.files)
        if view.file != before.file:
            self._show_file(view.file)
        if abs(view.now - self._looked) >= LOOK:
            self._looked = view.now
            self._source.look()
        self._acts.look()
        self._refresh()

    def _show_file(self, name: str, place: tuple[int, int] | None = None) -> None:
        path = self._paths.path(name)
        if place is not None:
            self.remove_class("-history")
        self._source.show_file(path, self._paths.title(path), place)

    def _main(self) -> OpenFile | None:
        return self._source.desk.get(self._paths.main_path)

    @property
    def _can_check(self) -> bool:
        """Whether the engine has loaded the language; two that load it at once would get in each other's way."""
        return bool(self._view.snapshot.revisions)

    def _edits(self) -> Mapping[str, str]:
        """Return the edited texts that the flow is made of, by absolute path."""
        return self._source.desk.texts_edited(".ww")

    def _refresh(self) -> None:
        """Bring lists, marks and difference in line with the view and the editor."""
        snapshot, ascii_only = self._view.snapshot, self._view.ascii
        edited = bool(self._edits())
        draft = self._drafting.latest if edited else None
        found = current_problems(snapshot) if draft is None else in_file_order(draft.diagnostics)
        empty = no_problems(snapshot) if draft is None else "No problems in the edited text."
        self._offer(found)
        self._offer_words()
        self._problems.show(found, self._title, draft=draft is not None, empty=empty, ascii_only=ascii_only)
        self._fit()
        self._mark(found)
        self._count()
        main = self._main()
        main_edited = main is not None and main.edited
        self._revisions.show(snapshot.revisions, edited=main_edited, ascii_only=ascii_only)
        left = leftovers(snapshot)
        self.set_class(bool(left), "-leftovers")
        self._left.show(left, ascii_only=ascii_only)
        self._go_to_the_worst(found)
        buffer = main.buffer if main is not None and main_edited else None
        row = self._revisions.table.cursor_row
        would = self._would_do(draft) if buffer is not None else ""
        self._diff.show(snapshot.revisions, row, buffer, to_live=self._to_live, effect=would)

    def _offer(self, found: tuple[Diagnostic, ...]) -> None:
        """Offer keys only while they can do something."""
        able = {
            "next_problem": bool(found),
            "fix": any(each.fix is not None for each in found),
            "roll_back": bool(ways_back(self._view.snapshot.revisions)),
        }
        possible = frozenset(name for name, holds in able.items() if holds)
        if possible != self._possible:
            self._possible = possible
            self.refresh_bindings()

    def _would_do(self, draft: Draft | None) -> str:
        """Return what *draft* would do to the flow, in one line, found anew twice a second."""
        if draft is None or draft.plan is None:
            return ""
        snapshot = self._view.snapshot
        beat = int(self._view.now * _COUNTS)
        if self._effect[0] is not draft or self._effect[1] != beat:
            self._effect = (draft, beat, effect(reload_plan(draft.plan, snapshot)))
        return self._effect[2]

    def _go_to_the_worst(self, found: tuple[Diagnostic, ...]) -> None:
        if self._eager and self._view.snapshot.revisions:
            self._eager = False
            if found and found[0].severity is Severity.ERROR:
                self._show_file(found[0].span.file, (found[0].span.line, found[0].span.column))

    def _offer_words(self) -> None:
        """Let the editor know what can be written in the file shown."""
        file = self._source.file
        if not self._can_check:
            return
        of = (self._view.snapshot.plan, self._paths, "" if file is None else file.path)
        if of != self._completes:
            self._completes = of
            self._source.editor.completer = completer(*of) if of[2].endswith(".ww") else None

    def _mark(self, found: tuple[Diagnostic, ...]) -> None:
        file = self._source.file
        marked = (found, "" if file is None else file.path, self._view.ascii)
        if marked != self._marked:
            self._marked = marked
            here = [each for each in found if self._paths.path(each.span.file) == marked[1]]
            self._source.editor.set_marks(marks(here, self._view.ascii))

    def _count(self) -> None:
        """Show what is going on at each component behind the line that declares it, twice a second."""
        if self._view.snapshot.plan is None:
            return
        file, beat = self._source.file, int(self._view.now * _COUNTS)
        text = "" if file is None or file.buffer is None or not file.path.endswith(".ww") else file.buffer.text
        if text is not self._declares[0]:
            self._declares = (text, declared_lines(text))
        elif beat == self._beat:
            return
        self._beat = beat
        self._source.editor.set_counts(live_counts(self._view.snapshot, self._declares[1], self._view.ascii))

    def _title(self, name: str) -> str:
        return self._paths.title(self._paths.path(name))

    def _fit(self) -> None:
        """In a column, let the list take what it needs, up to a third; beside the editor it has its place.

        While somebody types the editor stays where it is, whatever the check of each half word says.
        """
        if self._source.editor.has_focus and self.has_class("-column") and self._problems.styles.height is not None:
            return
        most = max(4, self.size.height // 3)
        self._problems.styles.height = min(self._problems.height_wanted, most) if self.has_class("-column") else None

    # What the panes say

    @on(SourcePane.Updated)
    def _source_updated(self, event: SourcePane.Updated) -> None:
        event.stop()
        if (edits := self._edits()) and self._can_check:
            # a function, not its coroutine: one that never comes to run must leave nothing behind
            look = partial(self._look_at, edits)
            self.run_worker(look, group="check", exclusive=True)  # type: ignore[arg-type]  # a union mypy gives up on
        else:
            self.workers.cancel_group(self, "check")
            self._drafting.forget()
        self._refresh()

    async def _look_at(self, edits: Mapping[str, str]) -> None:
        """Find the problems of *edits* once no key was pressed for a moment; a later call puts an end to this one."""
        await asyncio.sleep(self._drafting.pause)
        await self._drafting.find(edits, self._view.file)
        self._refresh()

    @on(ProblemsPane.Reached)
    def _problem_reached(self, event: ProblemsPane.Reached) -> None:
        event.stop()
        span = event.problem.span
        self._show_file(span.file, (span.line, span.column))

    @on(ProblemsPane.Opened)
    def _problem_opened(self, event: ProblemsPane.Opened) -> None:
        event.stop()
        self._source.editor.focus()

    @on(RevisionsPane.Reached)
    def _revision_reached(self, event: RevisionsPane.Reached) -> None:
        event.stop()
        self._refresh()

    @on(RevisionsPane.Opened)
    def _revision_chosen(self, event: RevisionsPane.Opened) -> None:
        event.stop()
        self._diff.lines.focus()

    @on(LeftoversPane.Opened)
    def _leftover_chosen(self, event: LeftoversPane.Opened) -> None:
        event.stop()
        self._acts.resolve(event.name)
