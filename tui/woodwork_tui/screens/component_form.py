"""The form of a new component: one line for each setting of its kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.events import DescendantFocus
from textual.suggester import SuggestFromList
from textual.widgets import Input, Label

from woodwork_tui.screens.modal import Modal
from woodwork_tui.state.building import Add
from woodwork_tui.state.component_form import NAME, Field, fields_of, free_name, lack, settings_of
from woodwork_tui.state.lines import Line
from woodwork_tui.text import one_line
from woodwork_tui.widgets.dialog_box import Answers, DialogBox
from woodwork_tui.widgets.entry_line import SafeInput
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.told import Told

if TYPE_CHECKING:  # loaded after the first frame
    from woodwork_engine.kinds import Kind

_DOING = "Review"
_TALLEST, _FRAME = 16, 9
"""Lines of the form at the most, and lines of the screen that are left for the rest of the dialog."""


class FormLine(Horizontal):
    """One setting: its name, and a line to type its value into."""

    DEFAULT_CSS = """
    FormLine { height: 1; }
    FormLine Label { width: 16; color: $text-muted; }
    FormLine.-required Label { color: $text-accent; text-style: bold; }
    FormLine SafeInput, FormLine SafeInput:focus {
        border: none; height: 1; padding: 0; width: 1fr; background: $background; }
    """

    def __init__(self, field: Field, value: str, names: Sequence[str]) -> None:
        super().__init__(classes="-required" if field.required else "")
        self.field = field
        suggester = SuggestFromList(names, case_sensitive=True) if field.names else None
        default = "" if field.required else f"default: {one_line(field.default)}"
        self.input = SafeInput(value=value, placeholder=default, suggester=suggester, compact=True)
        self.input.cursor_blink = False

    def compose(self) -> ComposeResult:
        """Lay the line out."""
        yield Label(f"{self.field.key}{' *' if self.field.required else ''}", markup=False)
        yield self.input


class ComponentForm(Modal[Add | None]):
    """A new component of *kind* in a flow with the components *names*; answers with it, or None."""

    DEFAULT_CSS = """
    ComponentForm { align: center middle; }
    ComponentForm VerticalScroll { height: auto; scrollbar-size-vertical: 1; }
    ComponentForm #about { margin-top: 1; height: 2; }
    ComponentForm #lack { height: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings("app.back", "build.review")

    def __init__(self, kind: Kind, names: Sequence[str]) -> None:
        super().__init__()
        self._kind = kind
        self._names = names
        self._fields = fields_of(kind)
        name = free_name(kind, names)
        self._lines = [FormLine(field, name if field.key == NAME else "", names) for field in self._fields]
        self._rows = VerticalScroll(*self._lines, can_focus=False)
        self._about = Told(id="about")
        self._lack = Told(id="lack")
        self._answers = Answers(_DOING)

    def compose(self) -> ComposeResult:
        """Lay the form out."""
        yield DialogBox(
            self._rows, self._about, self._lack, self._answers, title=f"New component: {self._kind.name}",
            hint="tab next  ^s review  esc cancel",
        )  # fmt: skip

    def on_mount(self) -> None:
        """Begin with the first thing that has to be typed."""
        self._judge()
        needed = (line for line in self._lines if line.field.required and not line.input.value)
        self.call_after_refresh(next(needed, self._lines[0]).input.focus)

    def on_resize(self) -> None:
        """Keep what is said about the form, and the answers, in sight."""
        self._rows.styles.max_height = max(1, min(_TALLEST, self.size.height - _FRAME))

    @property
    def typed(self) -> dict[str, str]:
        """What is typed, by setting."""
        return {line.field.key: line.input.value for line in self._lines}

    def _judge(self) -> None:
        wrong = lack(self._kind, self._fields, self.typed, self._names)
        self._lack.tell([Line(wrong, "warn")] if wrong else [Line("ready", "ok")])
        self._answers.offer(_DOING, possible=not wrong)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what is still wrong."""
        event.stop()
        self._judge()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go on to the next line."""
        event.stop()
        self.focus_next()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Say what is to be typed there."""
        self._about.tell([*self._told(event)])

    def _told(self, event: DescendantFocus) -> Iterator[Line]:
        line = next((line for line in self._lines if line.input is event.widget), None)
        if line is not None:
            needed = "needed: " if line.field.required else ""
            yield Line(f"{needed}{line.field.description}", "muted")

    def action_review(self) -> None:
        """Answer with the component, if it can be one."""
        typed = self.typed
        if not lack(self._kind, self._fields, typed, self._names):
            self.dismiss(Add(typed[NAME].strip(), self._kind.name, settings_of(self._fields, typed)))

    def on_answers_confirmed(self) -> None:
        """Answer with the component."""
        self.action_review()
