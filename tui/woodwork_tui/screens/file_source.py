"""The pane with the editor: one open file at a time, read from and saved to disk without stopping the screen."""

from __future__ import annotations

from collections.abc import Mapping

from textual import on
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Static, TextArea

from woodwork_engine.source import Fix
from woodwork_tui.screens.conflict_dialog import ConflictDialog, Resolution
from woodwork_tui.screens.file_history import painted_diff
from woodwork_tui.state.desk import Desk
from woodwork_tui.state.open_file import OpenFile
from woodwork_tui.state.source_file import Changed, Refused
from woodwork_tui.state.text_diff import unified
from woodwork_tui.text import safe, visible
from woodwork_tui.widgets.completing_editor import CompletingEditor
from woodwork_tui.widgets.pane import Pane
from woodwork_tui.widgets.source_editor import Mark

_TYPING = "^s save+reload  tab complete  esc leave"
_READING = "^s save+reload  E $EDITOR"
_FOREIGN = "only .ww files are edited here"
_LINE_ENDS = "its line ends are mixed or unusual, and a save would change them"


class SourcePane(Pane):
    """Shows a file of the desk; edits of files that are not shown stay there."""

    DEFAULT_CSS = """
    SourcePane #unread { padding: 1 2; color: $text-warning; width: 1fr; height: 1fr; }
    """

    class Updated(Message):
        """The file shown is another one, was read, edited or saved."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's word
        super().__init__(id=id)
        self.desk = Desk()
        self.editor = CompletingEditor()
        self._unread = Static(id="unread")
        self._path = ""
        self._place: tuple[int, int] | None = None
        self._looking = False

    def compose(self) -> ComposeResult:
        """Lay out the editor, and what stands for a file that cannot be read."""
        yield self.editor
        yield self._unread

    @property
    def file(self) -> OpenFile | None:
        """The file shown."""
        return self.desk.get(self._path)

    def show_file(self, path: str, title: str, place: tuple[int, int] | None = None) -> None:
        """Show the file *path* and put the cursor at *place* (line, column, from 1)."""
        self._place = place
        if path != self._path:
            self.catch_up()
            self._path = path
            self.desk.open(path, title)
            self._load(keep_place=False)
            self.look()
        elif self._shown:
            self._go()

    def look(self) -> None:
        """See whether the file has changed on disk."""
        if self._path and not self._looking:
            self._looking = True
            self.run_worker(self._look(self._path))

    def save(self) -> None:
        """Write the file, asking first when it changed on disk."""
        self.run_worker(self._save(self._path))

    def set_marks(self, marks: Mapping[int, Mark]) -> None:
        """Mark lines (from 1) of the file shown."""
        self.editor.set_marks(marks)

    def apply(self, path: str, fix: Fix, texts: Mapping[str, str]) -> bool:
        """Make the edit *fix*, found in *texts*, in the file *path*, to be undone at will; return whether it fits."""
        file = self.file
        fits = file is not None and file.path == path and not file.locked and self.editor.text == texts.get(path)
        if fits:
            self.editor.mend(fix.span, fix.text)
        return fits

    def rewrite(self, path: str, before: str, after: str) -> bool:
        """Put *after* in the place of *before*, all of the file *path*, as one edit; return whether it was still so."""
        file = self.file
        fits = file is not None and file.path == path and not file.locked and self.editor.text == before
        if fits:
            self.editor.rewrite(after)
        return fits

    @property
    def _shown(self) -> bool:
        return self.file is not None and self.file.buffer is not None

    def _go(self) -> None:
        if self._place is not None:
            self.editor.go_to(*self._place)
            self._place = None

    async def _look(self, path: str) -> None:
        try:
            news = await self.desk.look(path)
        finally:
            self._looking = False
        if path != self._path:  # another file is shown by now
            self.look()
        elif news:
            self._load(keep_place=True)

    async def _save(self, path: str, *, over_anything: bool = False) -> None:
        file = self.desk.get(path)
        if file is None or file.locked:
            return
        answer = await self.desk.save(path, over_anything=over_anything)
        if isinstance(answer, Changed):
            self._ask(file, answer.text)
            return
        if isinstance(answer, Refused):
            self.notify(visible(answer.problem), severity="error", markup=False)
        self._tell()

    def _ask(self, file: OpenFile, theirs: str) -> None:
        def decided(resolution: Resolution | None) -> None:
            if resolution is Resolution.OVERWRITE:
                self.run_worker(self._save(file.path, over_anything=True))
            elif resolution is Resolution.TAKE:
                self.run_worker(self._take(file.path))

        mine = "" if file.buffer is None else file.buffer.text
        self.app.push_screen(ConflictDialog(file.title, painted_diff(unified(theirs, mine))), decided)

    async def _take(self, path: str) -> None:
        await self.desk.take(path)
        if path == self._path:
            self._load(keep_place=True)

    def _load(self, *, keep_place: bool) -> None:
        """Bring the editor in line with the desk."""
        file = self.file
        if file is None:
            return
        text = "" if file.buffer is None else file.buffer.text
        editor = self.editor
        if not keep_place or editor.text != text:
            editor.show_text(text, keep_place=keep_place, of=file.path)
        why = "" if file.path.endswith(".ww") else _FOREIGN
        if file.buffer is not None and not editor.holds(text):
            why = _LINE_ENDS
        file = self.desk.lock(file.path, why)
        editor.read_only = bool(why) or file.buffer is None
        editor.display = file.buffer is not None
        self._unread.display = file.buffer is None
        self._unread.update(safe(file.status))
        if file.buffer is not None:
            self.call_after_refresh(self._go)  # once the editor knows its height
        self._tell()

    def _tell(self) -> None:
        file = self.file
        if file is not None:
            self._say()
            self.post_message(self.Updated())

    def _say(self) -> None:
        """Say in the frame which file it is, and what helps here."""
        file = self.file
        if file is not None:
            hint = _TYPING if self.editor.has_focus else _READING
            self.tell(f"{file.title} · {file.status}", hint)

    def on_descendant_focus(self) -> None:
        """Offer what helps while one types."""
        self._say()

    def on_descendant_blur(self) -> None:
        """Offer what helps while one reads."""
        self.call_after_refresh(self._say)

    @on(TextArea.Changed)
    def _typed(self, event: TextArea.Changed) -> None:
        event.stop()
        self.catch_up()

    def catch_up(self) -> None:
        """Take what was typed; of the last keys nobody may have told yet."""
        file = self.file
        if file is not None and self.desk.type(file.path, self.editor.text) is not file:
            self._tell()
