"""The File tab: the flow's file in an editor, what is wrong with it, its revisions and how they differ."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.binding import BindingType

from woodwork_tui.screens.file_editing import FileEditing
from woodwork_tui.state.draft import Examine, examine
from woodwork_tui.state.revisions import EDITED, as_written
from woodwork_tui.widgets.focus import focus_now
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.source_editor import SourceEditor


class FileTab(FileEditing):
    """Where the person goes in the File tab, and its revisions; FileEditing changes the text, FilePanes shows it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("file.save", "file.next", "file.fix", "file.undo", "file.format", "file.external"),
        *bindings(
            "file.node", "file.definition", "file.rollback", "file.take", "file.compare", "item.view", "item.copy"
        ),
    ]

    def __init__(self, *, check: Examine = examine) -> None:
        super().__init__(check)

    def reveal(self, file: str, line: int) -> None:
        """Bring the place *line* (from 1) of *file* into sight."""
        self._eager = False
        self._show_file(file, (line, 1))

    def enter(self) -> None:
        """Begin where no key types anything, at the worst of what is wrong."""
        self._eager = True
        self._rest()

    def _rest(self) -> None:
        focus_now(self._problems.blocks)

    def close(self) -> bool:
        """Leave the editor, the revisions of a narrow screen, or a file that is not the main one."""
        if self._source.editor.has_focus:
            self._rest()
        elif self.has_class("-history"):
            self.remove_class("-history")
            self._rest()
        elif self._source.file not in (None, self._main()):
            self._show_file(self._view.file)
        else:
            return False
        return True

    @on(SourceEditor.Left)
    def _editor_left(self, event: SourceEditor.Left) -> None:
        event.stop()
        self._rest()
        self.call_after_refresh(self._fit)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done now."""
        return action not in ("fix", "next_problem", "roll_back") or action in self._possible

    # lists

    def action_next_problem(self) -> None:
        """Go to the next problem."""
        self._problems.step()

    def action_view(self) -> None:
        """Turn from the source to the revisions and back; where there is room, also to both beside each other."""
        if not self.has_class("-column"):
            self._stacked = True
            self._stack(True)
        elif not self.has_class("-history"):
            self.add_class("-history")
        elif self._narrow:
            self.remove_class("-history")
        else:
            self._stacked = False
            self._stack(False)
        (self._revisions.table if self.has_class("-history") else self._problems.blocks).focus()

    # revisions

    def action_roll_back(self) -> None:
        """Roll back to the revision under the cursor; asks."""
        row = self._revisions.table.cursor_row
        if row is not None:
            number = int(row.number) if row.number.isdigit() else 0
            self.run_worker(self._acts.roll_back(number), group="rollback", exclusive=True)

    def action_roll_back_to(self, number: str) -> None:
        """Roll back to revision *number*; asks."""
        self.run_worker(self._acts.roll_back(int(number)), group="rollback", exclusive=True)

    def action_take(self, number: str = "") -> None:
        """Put the main file's text in revision *number*, else in the chosen one, into the editor, not saved yet."""
        revisions, row, main = self._view.snapshot.revisions, self._revisions.table.cursor_row, self._main()
        wanted = revisions[row.index] if row is not None and row is not EDITED else None
        if number:
            wanted = next((each for each in revisions if str(each.number) == number), None)
        if wanted is None or main is None or main.buffer is None:
            return
        self._show_file(self._view.file)
        self._source.catch_up()
        text = as_written(wanted.source, like=main.buffer.text)
        if text == self._source.editor.text:
            self._say("That is the text in the editor.")
        elif not self._source.rewrite(main.path, self._source.editor.text, text):
            self._say(f"{main.title} is read only{f': {main.locked}' if main.locked else ''}.")
        else:
            self.remove_class("-history")

    def action_compare(self) -> None:
        """Compare the chosen revision with what runs; again, with the one before it."""
        self._to_live = not self._to_live
        self._refresh()

    def action_resolve(self, component: str) -> None:
        """Decide about what a removed component has left."""
        self._acts.resolve(component)

    def action_copy(self) -> None:
        """Copy the problem under the cursor, the difference, or the revision's change."""
        if self._revisions.table.has_focus and (row := self._revisions.table.cursor_row) is not None:
            self.post_message(self.Copy(row.change, f"the change of rev {row.number}"))
        elif self._diff.has_pseudo_class("focus-within"):
            self.post_message(self.Copy("\n".join(self._diff.lines.shown), "the difference"))
        elif (problem := self._problems.under_cursor()) is not None:
            self.post_message(self.Copy(str(problem), "the problem"))
