"""The keys of the File tab that are about the text: save, mend, lay out, follow names, open in another editor."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial

from woodwork_tui.screens.external_editor import open_in_editor
from woodwork_tui.screens.file_panes import FilePanes
from woodwork_tui.state.formatted import formatted
from woodwork_tui.state.naming import Place, place_in
from woodwork_tui.state.open_file import OpenFile
from woodwork_tui.text import visible


class FileEditing(FilePanes):
    """What the person does to the text; see FilePanes for what is shown."""

    def _file(self) -> OpenFile | None:
        """Return the file shown as it is in the editor, None where it cannot be shown."""
        self._source.catch_up()
        file = self._source.file
        return file if file is not None and file.buffer is not None else None

    def action_save(self) -> None:
        """Write the file shown; without edits read the flow again."""
        file = self._file()
        if file is None or not (file.edited or file.problem):
            self.post_message(self.Act("reload"))
        elif (edits := self._edits()) and self._can_check:
            save = partial(self._acts.save, self._drafting, edits)
            self.run_worker(save, group="save", exclusive=True)  # type: ignore[arg-type]  # a union mypy gives up on
        else:
            self._source.save()

    def action_fix(self) -> None:
        """Apply the fix of the problem under the cursor."""
        file, editor = self._file(), self._source.editor
        if file is None or file.buffer is None:
            return
        if editor.has_focus:
            problem = self._problems.at(lambda name: self._paths.path(name) == file.path, editor.place)
        else:
            problem = self._problems.under_cursor()
        if problem is not None:
            texts = {**self._edits(), file.path: file.buffer.text}
            fix = partial(self._acts.fix, problem, self._drafting, texts, self._paths)
            self.run_worker(fix, group="fix", exclusive=True)  # type: ignore[arg-type]  # as above

    def action_undo_edit(self) -> None:
        """Take the last edit of the file shown back."""
        self._source.editor.undo()

    def action_format(self) -> None:
        """Lay the text out anew, as one edit."""
        file = self._file()
        if file is not None and file.locked:
            self._say(f"{file.title} is read only: {file.locked}.")
        elif file is not None and self._can_check:
            self.run_worker(self._format(file), group="format", exclusive=True)

    async def _format(self, file: OpenFile) -> None:
        text = file.buffer.text if file.buffer is not None else ""
        laid_out = await asyncio.to_thread(formatted, text, file.title)
        if laid_out is None:
            self._say("Nothing can be laid out before the syntax errors are mended; n goes to the first.")
        elif laid_out == text:
            self.notify(visible(f"{file.title} is laid out already."), markup=False)
        elif not self._source.rewrite(file.path, text, laid_out):
            self._say("The text has changed meanwhile; try again.")

    # names

    def _place(self) -> Place:
        file, editor = self._file(), self._source.editor
        if file is None or file.buffer is None or not self._can_check:
            return Place("", "", {})
        return place_in(file.buffer.text, editor.place)

    def action_node(self) -> None:
        """Select the component under the cursor, or around it, and show it on the Flow tab."""
        place, plan = self._place(), self._view.snapshot.plan
        running = set(plan.names()) if plan is not None else set()
        name = place.word if place.word in running else place.declaration
        if name in running:
            self.post_message(self.Select(replace(self._view.selection, node=name, edge=None, message=None)))
            self.post_message(self.Goto("flow"))
        elif name:
            self._say(f"{name} is not in the flow that runs; it is once it was saved without errors.")
        else:
            self._say("There is no component at the cursor; put it on a name, or into a declaration.")

    def action_definition(self) -> None:
        """Go to where the component named at the cursor is declared, in this file or in another one."""
        place, plan = self._place(), self._view.snapshot.plan
        node = plan.node(place.word) if plan is not None else None
        if place.word in place.lines:
            self._source.editor.go_to(place.lines[place.word])
        elif node is not None:
            self._show_file(node.span.file, (node.span.line, node.span.column))
        else:
            named = f"No component is called '{place.word}'." if place.word else "There is no name at the cursor."
            self._say(f"{named} Put the cursor on one that is declared.")

    # another editor

    def action_external(self) -> None:
        """Open the file shown in the person's own editor, at this line, and take what was saved there."""
        file = self._source.file
        self._source.catch_up()
        if file is None:
            return
        if file.title in self.unsaved():
            self._say(f"{file.title} has edits that are not saved; ^s saves them, then E opens the file.")
            return
        problem = open_in_editor(self.app, file.path, self._source.editor.line)
        if problem:
            self._say(problem)
        self._source.look()

    def _say(self, text: str) -> None:
        self.notify(visible(text), severity="warning", markup=False)
