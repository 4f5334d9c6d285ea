"""The File tab: the flow's file in an editor, what is wrong with it, its revisions and how they differ."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Resize

from woodwork_engine.source import Diagnostic, Severity
from woodwork_tui.screens.file_history import DiffPane, RevisionsPane
from woodwork_tui.screens.file_problems import ProblemsPane, marks
from woodwork_tui.screens.file_source import SourcePane
from woodwork_tui.screens.tab import Tab
from woodwork_tui.state.draft import Diagnose, diagnose
from woodwork_tui.state.flow_paths import FlowPaths
from woodwork_tui.state.open_file import OpenFile
from woodwork_tui.state.problems import current_problems, in_file_order, no_problems
from woodwork_tui.state.view import View
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.line_table import LineTable
from woodwork_tui.widgets.source_editor import SourceEditor

LOOK = 1.0
"""Seconds between two looks at the file on disk."""
DEBOUNCE = 0.15
"""Seconds without a key after which edited text is checked."""
_WIDE = 110


class FileTab(Tab):
    """Shows the main file, or the one a problem or another tab points at; only the editor takes letters as text.

    Without edits the problems are the engine's, of the file as it was read last; with edits they are those of the text
    in the editor, which *check* finds in a thread.
    """

    DEFAULT_CSS = """
    FileTab { layout: grid; grid-size: 2 3; grid-columns: 7fr 5fr; grid-rows: 1fr 1fr 1fr; }
    FileTab SourcePane { row-span: 3; }
    FileTab.-column { layout: vertical; }
    FileTab.-column RevisionsPane, FileTab.-column DiffPane { display: none; }
    FileTab.-column.-history RevisionsPane, FileTab.-column.-history DiffPane { display: block; }
    FileTab.-column.-history ProblemsPane, FileTab.-column.-history SourcePane { display: none; }
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings("file.save", "file.next", "item.view", "item.copy")

    def __init__(self, *, check: Diagnose = diagnose) -> None:
        super().__init__()
        self._check = check
        self._source, self._problems = SourcePane(), ProblemsPane()
        self._revisions, self._diff = RevisionsPane(), DiffPane()
        self._view = View()
        self._paths = FlowPaths()
        self._draft: tuple[Diagnostic, ...] | None = None
        self._looked = float("-inf")
        self._eager = False
        self._marked: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        """Lay out the panes."""
        yield self._source
        yield self._problems
        yield self._revisions
        yield self._diff

    def on_resize(self, event: Resize) -> None:
        """Stand beside each other where there is room, else one below the other."""
        narrow = event.size.width < _WIDE
        if narrow != self.has_class("-column"):
            self.set_class(narrow, "-column")
            if narrow:
                self.move_child(self._problems, before=self._source)
            else:
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
        self._refresh()

    def reveal(self, file: str, line: int) -> None:
        """Bring the place *line* (from 1) of *file* into sight."""
        self._eager = False
        self._show_file(file, (line, 1))

    def enter(self) -> None:
        """Begin where no key types anything, at the worst of what is wrong."""
        self._eager = True
        self._rest()

    def _rest(self) -> None:
        self._problems.blocks.focus()

    def close(self) -> bool:
        """Leave the editor, the revisions of a narrow screen, or a file that is not the main one."""
        if self._source.editor.has_focus:
            self._rest()
        elif self.has_class("-history"):
            self.action_view()
        elif self._source.file not in (None, self._main()):
            self._show_file(self._view.file)
        else:
            return False
        return True

    def _show_file(self, name: str, place: tuple[int, int] | None = None) -> None:
        path = self._paths.path(name)
        if place is not None:
            self.remove_class("-history")
        self._source.show_file(path, self._paths.title(path), place)

    def _main(self) -> OpenFile | None:
        return self._source.desk.get(self._paths.main_path)

    def _refresh(self) -> None:
        """Bring lists, marks and difference in line with the view and the editor."""
        snapshot, ascii_only = self._view.snapshot, self._view.ascii
        main = self._main()
        edited = main is not None and main.edited
        draft = self._draft if edited else None
        found = current_problems(snapshot) if draft is None else draft
        empty = no_problems(snapshot) if draft is None else "No problems in the edited text."
        self._problems.show(found, self._title, draft=draft is not None, empty=empty, ascii_only=ascii_only)
        self._fit()
        self._mark(found)
        self._revisions.show(snapshot.revisions, edited=edited, ascii_only=ascii_only)
        if self._eager and snapshot.revisions:
            self._eager = False
            if found and found[0].severity is Severity.ERROR:
                self._show_file(found[0].span.file, (found[0].span.line, found[0].span.column))
        self._diff.show(snapshot.revisions, self._revisions.table.cursor_row, main.buffer if main else None)

    def _mark(self, found: tuple[Diagnostic, ...]) -> None:
        file = self._source.file
        marked = (found, "" if file is None else file.path, self._view.ascii)
        if marked != self._marked:
            self._marked = marked
            here = [each for each in found if self._paths.path(each.span.file) == marked[1]]
            self._source.editor.set_marks(marks(here, self._view.ascii))

    def _title(self, name: str) -> str:
        return self._paths.title(self._paths.path(name))

    def _fit(self) -> None:
        """In a column, let the list take what it needs, up to a third; beside the editor it has its place."""
        most = max(4, self.size.height // 3)
        self._problems.styles.height = min(self._problems.height_wanted, most) if self.has_class("-column") else None

    # What the panes say

    @on(SourcePane.Updated)
    def _source_updated(self, event: SourcePane.Updated) -> None:
        event.stop()
        main = self._main()
        if main is not None and main.edited and main.buffer is not None:
            # a function, not its coroutine: one that never comes to run must leave nothing behind
            examine = partial(self._examine, main.buffer.text)
            self.run_worker(examine, group="check", exclusive=True)  # type: ignore[arg-type]  # a union mypy gives up on
        else:
            self.workers.cancel_group(self, "check")
            self._draft = None
        self._refresh()

    async def _examine(self, text: str) -> None:
        """Find the problems of *text* once no key was pressed for a moment; a later call puts an end to this one."""
        await asyncio.sleep(DEBOUNCE)
        found = await asyncio.to_thread(self._check, text, self._view.file)
        self._draft = in_file_order(found)
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

    @on(LineTable.Highlighted)
    def _revision_reached(self, event: LineTable.Highlighted) -> None:
        event.stop()
        self._refresh()

    @on(LineTable.Chosen)
    def _revision_chosen(self, event: LineTable.Chosen) -> None:
        event.stop()
        self._diff.lines.focus()

    @on(SourceEditor.Left)
    def _editor_left(self, event: SourceEditor.Left) -> None:
        event.stop()
        self._rest()

    # What the person does

    def action_save(self) -> None:
        """Write the file shown; without edits read the flow again."""
        file = self._source.file
        if file is not None and file.buffer is not None and (file.edited or file.problem):
            self._source.save()
        else:
            self.post_message(self.Act("reload"))

    def action_next_problem(self) -> None:
        """Go to the next problem."""
        self._problems.step()

    def action_view(self) -> None:
        """On a narrow screen, turn from the source to the revisions and back."""
        history = self.toggle_class("-history").has_class("-history")
        (self._revisions.table if history else self._problems.blocks).focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the other view only where both are not shown beside each other."""
        return self.has_class("-column") if action == "view" else True

    def action_copy(self) -> None:
        """Copy the problem under the cursor, the difference, or the revision's change."""
        if self._revisions.table.has_focus and (row := self._revisions.table.cursor_row) is not None:
            self.post_message(self.Copy(row.change, f"the change of rev {row.number}"))
        elif self._diff.has_pseudo_class("focus-within"):
            self.post_message(self.Copy("\n".join(self._diff.lines.shown), "the difference"))
        elif (problem := self._problems.under_cursor()) is not None:
            self.post_message(self.Copy(str(problem), "the problem"))
