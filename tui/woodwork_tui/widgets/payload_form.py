"""A payload as a form: one line to type into for each of its fields."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.message import Message
from textual.widget import AwaitMount
from textual.widgets import Input, Label

from woodwork_tui.state.payload_form import Form, FormField, typed_into
from woodwork_tui.text import fit, one_line
from woodwork_tui.widgets.entry_line import SafeInput

_NAME = 18
_TYPES = {"text": "text", "number": "a number", "flag": "true or false", "JSON": "JSON"}


class FieldLine(Horizontal):
    """One field: its name, marked where it is needed, and a line for its value."""

    DEFAULT_CSS = """
    FieldLine { height: 1; }
    FieldLine Label { width: 20; color: $text-muted; }
    FieldLine.-required Label { color: $text-accent; text-style: bold; }
    FieldLine SafeInput, FieldLine SafeInput:focus {
        border: none; height: 1; padding: 0; width: 1fr; background: $background; }
    """

    def __init__(self, field: FormField) -> None:
        super().__init__(classes="-required" if field.field.required else "")
        self.field = field.field
        told = self.field.note or _TYPES[self.field.type]
        self.input = SafeInput(value=field.typed, placeholder=one_line(told), compact=True)
        self.input.cursor_blink = False

    def compose(self) -> ComposeResult:
        """Lay the line out."""
        yield Label(fit(self.field.name, _NAME), markup=False)
        yield self.input


class PayloadForm(VerticalScroll, can_focus=False):
    """Shows a form; `form` is what is typed so far."""

    DEFAULT_CSS = """
    PayloadForm { height: 1fr; margin-top: 1; scrollbar-size-vertical: 1; }
    """

    class Changed(Message):
        """The person typed."""

    def __init__(self) -> None:
        super().__init__()
        self.form: Form = ()
        self._lines: list[FieldLine] = []
        self._mounting: AwaitMount | None = None

    def put(self, form: Form) -> None:
        """Show *form* instead of what was there."""
        self.form = form
        self.remove_children()
        self._lines = [FieldLine(field) for field in form]
        self._mounting = self.mount(*self._lines)

    async def begin(self) -> None:
        """Put the focus into the first field, once it is there."""
        if self._mounting is not None:
            await self._mounting
        if self._lines:
            self._lines[0].input.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Take what was typed."""
        event.stop()
        line = event.input.parent
        if isinstance(line, FieldLine) and line.is_attached:
            self.form = typed_into(self.form, line.field.name, event.value)
            self.post_message(self.Changed())

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go on to the next field, from the last one to the answers."""
        event.stop()
        self.screen.focus_next()
