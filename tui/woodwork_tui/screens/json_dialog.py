"""The payload of one message in an editor, checked while it is typed, and what the edit changes."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.events import Resize
from textual.screen import ScreenResultType
from textual.timer import Timer
from textual.widgets import TextArea

from woodwork_tui.screens.modal import Modal
from woodwork_tui.state.lines import Line, painted
from woodwork_tui.state.payload_edit import Invalid, Parsed, parse
from woodwork_tui.state.text_diff import DiffLine, counts, diff_lines, unified
from woodwork_tui.text import glyph
from woodwork_tui.widgets.dialog_box import Answers, DialogBox
from woodwork_tui.widgets.json_editor import JsonEditor
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.line_view import LineView
from woodwork_tui.widgets.pane import Pane
from woodwork_tui.widgets.told import Told

_AT_ONCE = 20_000
"""Characters up to which every change is checked as it is typed."""
_DEBOUNCE = 0.15
_WIDE = 110


class JsonDialog(Modal[ScreenResultType]):
    """Edits *text*, about which *above* is told; `^s` goes on with what was made of it, as a subclass says.

    *doing* is what the button says, *hint* what stands below.
    """

    DEFAULT_CSS = """
    JsonDialog { align: center middle; }
    JsonDialog DialogBox { width: 100%; max-width: 160; height: 100%; max-height: 60; }
    JsonDialog #edit-panes { height: 1fr; layout: vertical; }
    JsonDialog.-wide #edit-panes { layout: horizontal; }
    JsonDialog JsonEditor { height: 1fr; }
    JsonDialog LineView { background: $surface; }
    JsonDialog Pane { background: $surface; }
    JsonDialog #edit-told { height: 1; }
    JsonDialog #edit-why { max-height: 2; }
    JsonDialog #edit-changes { padding: 0 0 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings("app.back", "edit.done")

    def __init__(self, title: str, text: str, above: Line, *, doing: str, hint: str, ascii_only: bool = False) -> None:
        super().__init__()
        self._title = title
        self._hint = hint
        self._doing = doing
        self._above = Told((above,), id="edit-why")
        self._original = text
        self._ascii = ascii_only
        self._parsed: Parsed | Invalid = parse(text)
        self._diff: tuple[DiffLine, ...] = ()
        self._checked = text
        self._leaving = False
        self._timer: Timer | None = None
        self._editor = JsonEditor(text, id="edit-text")
        self._changes = LineView(id="edit-changes")
        self._below = Pane(self._changes, title="Changes")
        self._told = Told(id="edit-told")
        self._answers = Answers(doing)

    def compose(self) -> ComposeResult:
        """Lay out what there is to know, the editor, the difference, what is wrong, and the answers."""
        with DialogBox(title=self._title, hint=self._hint):
            yield self._above
            with Container(id="edit-panes"):
                yield Pane(self._editor, title="Payload as JSON")
                yield self._below
            yield self._told
            yield self._answers

    @abstractmethod
    def edited(self, encoded: bytes, changes: tuple[Line, ...]) -> None:
        """Go on with the payload *encoded*, which differs from the original by *changes*."""

    def on_mount(self) -> None:
        """Begin in the text."""
        self._editor.focus()
        self._show()

    def on_resize(self, event: Resize) -> None:
        """Put text and difference beside each other where there is room."""
        self.set_class(event.size.width >= _WIDE, "-wide")

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Check what was typed; long texts when typing pauses."""
        self._leaving = False
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if len(self._editor.text) <= _AT_ONCE:
            self._check()
        else:
            self._timer = self.set_timer(_DEBOUNCE, self._check)

    def _check(self) -> None:
        text = self._editor.text
        if text != self._checked:
            self._checked = text
            self._parsed = parse(text)
            if isinstance(self._parsed, Parsed):
                self._diff = unified(self._original, self._parsed.text)
        self._show()

    def _show(self) -> None:
        parsed = self._parsed
        if isinstance(parsed, Invalid):
            told = Line(f"{glyph('error', self._ascii)} {parsed}", "bad")
        elif not self._diff:
            told = Line("Nothing is changed yet.", "muted")
        else:
            told = Line(f"{glyph('ok', self._ascii)} valid JSON, lines {counts(self._diff)}", "ok")
        self._told.tell((told,))
        lines = diff_lines(self._diff) or (Line("none", "muted"),)
        self._changes.set_lines(painted(lines), keep_place=True)
        self._below.tell(f"Changes {counts(self._diff)}" if self._diff else "Changes")
        self._answers.offer(self._doing, possible=isinstance(parsed, Parsed) and bool(self._diff))

    def action_done(self) -> None:
        """Go on, if the text is a payload and another one than before."""
        self._check()
        if isinstance(self._parsed, Parsed) and self._diff:
            self.edited(self._parsed.encoded, diff_lines(self._diff))

    def action_back(self) -> None:
        """Leave; asks for a second `esc` where an edit would be lost."""
        if self._editor.text == self._original or self._leaving:
            self.dismiss(None)
        else:
            self._leaving = True
            self._told.tell((Line("Your edit would be lost: esc once more drops it.", "warn"),))

    def on_answers_confirmed(self) -> None:
        """Go on."""
        self.action_done()
