"""The editor of flow files with completion: a list that opens by itself and by `tab`, and takes the keys while open."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.binding import BindingType
from textual.events import Blur, Key, MouseDown, Resize
from textual.geometry import Offset

from woodwork_tui.state.completing import Completer
from woodwork_tui.widgets.completion_list import CompletionList
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.source_editor import SourceEditor

if TYPE_CHECKING:
    from woodwork_engine.language.completion import Candidate, Completion

_OPENS_EMPTY = frozenset(' [,"$')
"""Characters after which a list opens although nothing is typed of a word yet."""
_STEPS = {"down": 1, "up": -1, "ctrl+n": 1, "ctrl+p": -1, "pagedown": 8, "pageup": -8}


class CompletingEditor(SourceEditor):
    """A SourceEditor that offers what *completer* says can be written at the cursor; None offers nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("file.complete", "editor.redo", "editor.cut", "editor.paste", "editor.all"),
        *bindings("editor.erase_word", "editor.erase_rest"),
    ]

    completer: Completer | None = None

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's word
        super().__init__(id=id)
        self.offered = CompletionList(self._accept)
        self._completion: Completion | None = None
        self._typed = ""

    def on_mount(self) -> None:
        """Put the list where nothing cuts it off."""
        self.screen.mount(self.offered)

    def on_unmount(self) -> None:
        """Take the list along."""
        if self.offered.is_attached:
            self.offered.remove()

    def on_key(self, event: Key) -> None:
        """Let the open list have its keys; `tab` opens it where something can be completed."""
        self._typed = ""
        if self._takes(event.key):
            event.stop()
            event.prevent_default()
        elif event.is_printable and event.character and not self.read_only:
            self._typed = event.character
        elif event.key == "backspace" and self.offered.is_open:
            self._typed = event.key
        else:
            self.close_list()

    def _takes(self, key: str) -> bool:
        if self.offered.is_open and self._steer(key):
            return True
        return key == "tab" and self._complete()

    def _steer(self, key: str) -> bool:
        if key in _STEPS:
            self.offered.step(_STEPS[key])
        elif key in ("enter", "tab"):
            self._accept(self.offered.highlighted or 0)
        elif key == "escape":
            self.close_list()
        else:
            return False
        return True

    def on_text_area_changed(self) -> None:
        """Offer anew after a key; a text that was loaded or undone opens nothing."""
        typed, self._typed = self._typed, ""
        if not typed:
            self.close_list()
            return
        found = self._find()
        if found is not None and (found.typed or self.offered.is_open or typed in _OPENS_EMPTY):
            self._offer(found, unasked=True)
        else:
            self.close_list()

    def action_complete(self) -> None:
        """Offer what can be written at the cursor."""
        self._complete()

    def _complete(self) -> bool:
        """Complete as asked to; return whether there was anything. In the blank before a line `tab` indents."""
        row, column = self.cursor_location
        if self.read_only or not self.document.get_line(row)[:column].strip():
            return False
        found = self._find()
        if found is None or not found.candidates:
            return False
        self._offer(found)
        if len(found.candidates) == 1:
            self._accept(0)
        return True

    def _find(self) -> Completion | None:
        start, end = self.selection
        if self.completer is None or start != end:
            return None
        row, column = end
        before = "".join(f"{line}{self.document.newline}" for line in self.document.lines[:row])
        return self.completer(self.text, len(before) + column)

    def _offer(self, found: Completion, *, unasked: bool = False) -> None:
        candidates = found.candidates
        # keys are many, and most blank lines are meant to stay blank
        if not candidates or (unasked and not found.typed and candidates[0].sort == "key"):
            self.close_list()
            return
        self._completion = found
        self.offered.open(candidates, self._under(found))

    def _under(self, found: Completion) -> Offset:
        return self.cursor_screen_offset - Offset(cell_len(found.typed) + 1, 0)

    def on_resize(self, event: Resize) -> None:
        """Keep the list at the cursor when the panes around it take another shape."""
        if self.offered.is_open:
            self.call_after_refresh(self._follow)

    def _follow(self) -> None:
        if self._completion is not None and self.offered.is_open:
            self.offered.follow(self._under(self._completion))

    def _accept(self, index: int) -> None:
        found, self._completion = self._completion, None
        self.offered.close()
        if found is None or index >= len(found.candidates):
            return
        self._write(found.candidates[index], found.typed)

    def _write(self, candidate: Candidate, typed: str) -> None:
        row, column = self.cursor_location
        start = (row, max(0, column - len(typed)))
        self.history.checkpoint()
        self.replace(candidate.text, start, (row, column), maintain_selection_offset=False)
        self.history.checkpoint()

    def close_list(self) -> None:
        """Offer nothing any more."""
        if self.offered.is_open:
            self._completion = None
            self.offered.close()

    def on_blur(self, event: Blur) -> None:
        """Close the list with the editor."""
        self.close_list()

    def on_mouse_down(self, event: MouseDown) -> None:
        """Close the list when the cursor goes elsewhere."""
        self.close_list()
