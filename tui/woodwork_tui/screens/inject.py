"""Composes a message to send into the flow: to whom, in which session, with what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.suggester import SuggestFromList
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from woodwork_tui.screens.modal import Modal
from woodwork_tui.state.injection import Payload, Recipient, example, read_payload, recipients, sessions
from woodwork_tui.state.lines import Line
from woodwork_tui.state.payload_edit import Invalid
from woodwork_tui.state.view import View
from woodwork_tui.text import pad, safe
from woodwork_tui.widgets.dialog_box import Answers, DialogBox
from woodwork_tui.widgets.entry_line import SafeInput
from woodwork_tui.widgets.json_editor import JsonEditor
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.options import Options
from woodwork_tui.widgets.told import Told


@dataclass(frozen=True, slots=True)
class Injection:
    """A message as composed; without a *session* the engine chooses one."""

    component: str
    payload: object
    session: str | None


class InjectScreen(Modal[Injection | None]):
    """Starts from *component* and the payload last seen there; answers with the message, or None."""

    DEFAULT_CSS = """
    InjectScreen { align: center middle; }
    InjectScreen DialogBox { width: 84; height: 90%; max-height: 26; }
    InjectScreen OptionList, InjectScreen OptionList:focus {
        height: auto; max-height: 5; border: none; padding: 0; background: $surface; scrollbar-size-vertical: 1; }
    InjectScreen Horizontal.row { height: 1; margin-top: 1; }
    InjectScreen Label { width: 9; color: $text-muted; }
    InjectScreen SafeInput, InjectScreen SafeInput:focus {
        border: none; height: 1; padding: 0; width: 1fr; background: $background; }
    InjectScreen JsonEditor { height: 1fr; margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("app.back"),
        Binding("ctrl+s,ctrl+enter", "send", "Send", show=False),
    ]

    def __init__(self, view: View, component: str) -> None:
        super().__init__()
        self._view = view
        self._known = recipients(view.snapshot.plan)
        self._chosen = component
        self._editor = JsonEditor(self._example(self._chosen))
        self._offered = self._editor.text
        self._told = Told()
        self._answers = Answers("Send")

    def _example(self, component: str) -> str:
        return example(component, self._view.snapshot.plan, self._view.deliveries)

    def compose(self) -> ComposeResult:
        """Lay the dialog out."""
        known, chosen = sessions(self._view), self._view.selection.session
        yield DialogBox(
            Options(*(Option(_label(each), id=each.name) for each in self._known), markup=False),
            Horizontal(
                Label("session"),
                SafeInput(
                    value=chosen if chosen in known else "",
                    placeholder="a new one",
                    suggester=SuggestFromList(known, case_sensitive=True),
                    compact=True,
                ),
                classes="row",
            ),
            self._editor,
            self._told,
            self._answers,
            title="Inject a message",
            hint="tab next field  ^s send  esc cancel",
        )

    def on_mount(self) -> None:
        """Begin with the payload; whom it goes to is already chosen."""
        self.query_one(SafeInput).cursor_blink = False
        options = self.query_one(Options)
        names = [each.name for each in self._known]
        if self._chosen in names:
            options.highlighted = names.index(self._chosen)
        self._judge()
        self.call_after_refresh(self._editor.focus)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Take another recipient; a payload that was not edited makes way for its own."""
        event.stop()
        self._chosen = event.option.id or self._chosen
        if self._editor.text == self._offered:
            self._editor.text = self._example(self._chosen)
            self._offered = self._editor.text
        self._judge()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Go on to the payload."""
        event.stop()
        self._editor.focus()

    def on_text_area_changed(self) -> None:
        """Say how the text is read."""
        self._judge()

    def _judge(self) -> None:
        read = read_payload(self._editor.text)
        if isinstance(read, Invalid):
            self._told.tell((Line(f"not JSON: {read}", "bad"),))
        else:
            self._told.tell((Line(f"sent to {self._chosen} as {read.kind}", "muted"),))
        self._answers.offer("Send", possible=isinstance(read, Payload))

    def action_send(self) -> None:
        """Answer with the message, if it is one."""
        read = read_payload(self._editor.text)
        if isinstance(read, Payload):
            session = self.query_one(SafeInput).value.strip() or None
            self.dismiss(Injection(self._chosen, read.value, session))

    def action_back(self) -> None:
        """Send nothing."""
        self.dismiss(None)

    def on_answers_cancelled(self) -> None:
        """Send nothing."""
        self.dismiss(None)

    def on_answers_confirmed(self) -> None:
        """Send it."""
        self.action_send()


def _label(each: Recipient) -> str:
    return safe(f"{pad(each.name, 24)} {each.kind}", width=74).plain
