"""Composes a message to send into the flow: to whom, in which session, with what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.suggester import SuggestFromList
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from woodwork_tui.screens.modal import Modal
from woodwork_tui.state.injection import (
    Example,
    Payload,
    Recipient,
    example,
    origin_line,
    read_payload,
    recipients,
    sessions,
)
from woodwork_tui.state.lines import Line
from woodwork_tui.state.payload_edit import Invalid
from woodwork_tui.state.payload_form import Lacking, form_of, form_text, payload_of
from woodwork_tui.state.view import View
from woodwork_tui.text import pad, safe
from woodwork_tui.widgets.dialog_box import Answers, DialogBox
from woodwork_tui.widgets.entry_line import SafeInput
from woodwork_tui.widgets.json_editor import JsonEditor
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.options import Options
from woodwork_tui.widgets.payload_form import PayloadForm
from woodwork_tui.widgets.told import Told


@dataclass(frozen=True, slots=True)
class Injection:
    """A message as composed; without a *session* the engine chooses one."""

    component: str
    payload: object
    session: str | None


class InjectScreen(Modal[Injection | None]):
    """Starts from *component* and what a message there begins with; answers with the message, or None.

    A flat object is a form, anything else text; `F2` turns from one to the other.
    """

    DEFAULT_CSS = """
    InjectScreen { align: center middle; }
    InjectScreen DialogBox { width: 84; height: 90%; max-height: 26; }
    InjectScreen OptionList, InjectScreen OptionList:focus {
        height: auto; max-height: 5; border: none; padding: 0; background: $surface; scrollbar-size-vertical: 1; }
    InjectScreen Horizontal.row { height: 1; margin-top: 1; }
    InjectScreen .row Label { width: 9; color: $text-muted; }
    InjectScreen .row SafeInput, InjectScreen .row SafeInput:focus {
        border: none; height: 1; padding: 0; width: 1fr; background: $background; }
    InjectScreen JsonEditor { height: 1fr; margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings("app.back", "inject.send", "inject.turn")

    def __init__(self, view: View, component: str) -> None:
        super().__init__()
        self._view = view
        self._known = recipients(view.snapshot.plan)
        self._chosen = component
        self._example = self._begin_with(component)
        self._editor = JsonEditor(self._example.text)
        self._form = PayloadForm()
        self._as_form = False
        self._offered: object = None
        """What was put there and not changed yet: a payload that was edited does not make way for another."""
        known, chosen = sessions(view), view.selection.session
        self._session = SafeInput(
            value=chosen if chosen in known else "",
            placeholder="a new one",
            suggester=SuggestFromList(known, case_sensitive=True),
            compact=True,
        )
        self._told = Told()
        self._answers = Answers("Send")

    def _begin_with(self, component: str) -> Example:
        return example(component, self._view.snapshot.plan, self._view.deliveries)

    def compose(self) -> ComposeResult:
        """Lay the dialog out."""
        yield DialogBox(
            Options(*(Option(_label(each), id=each.name) for each in self._known), markup=False),
            Horizontal(Label("session"), self._session, classes="row"),
            self._form,
            self._editor,
            self._told,
            self._answers,
            title="Inject a message",
            hint="tab next  F2 form/JSON  ^s send  esc cancel",
        )

    def on_mount(self) -> None:
        """Begin with the payload; whom it goes to is already chosen."""
        self._session.cursor_blink = False
        options = self.query_one(Options)
        names = [each.name for each in self._known]
        if self._chosen in names:
            options.highlighted = names.index(self._chosen)
        self._offer(self._example)
        self.call_after_refresh(self._begin)

    async def _begin(self) -> None:
        if self._as_form:
            await self._form.begin()
        else:
            self._editor.focus()

    # what is composed

    def _offer(self, example: Example) -> None:
        """Begin anew with *example*."""
        self._example = example
        self._editor.text = example.text
        self._turn_to_form()
        self._offered = self._content
        self._judge()

    @property
    def _content(self) -> object:
        return self._form.form if self._as_form else self._editor.text

    def _turn_to_form(self) -> bool:
        plan = self._view.snapshot.plan
        form = form_of(plan.node(self._chosen) if plan is not None else None, self._editor.text)
        self._as_form = form is not None
        self._form.display, self._editor.display = self._as_form, not self._as_form
        self._form.put(form or ())
        return self._as_form

    def _read(self) -> Payload | Invalid | Lacking:
        return payload_of(self._form.form) if self._as_form else read_payload(self._editor.text)

    @on(OptionList.OptionHighlighted)
    def _choose(self, event: OptionList.OptionHighlighted) -> None:
        """Take another recipient; a payload that was not edited makes way for its own."""
        event.stop()
        chosen = event.option.id or self._chosen
        if chosen != self._chosen:
            self._chosen = chosen
            if self._content == self._offered:
                self._offer(self._begin_with(chosen))
        self._judge()

    @on(OptionList.OptionSelected)
    async def _go_on(self, event: OptionList.OptionSelected) -> None:
        """Go on to the payload."""
        event.stop()
        await self._begin()

    @on(JsonEditor.Changed)
    @on(PayloadForm.Changed)
    def _judge(self) -> None:
        """Say how it is read, or what it lacks."""
        read = self._read()
        if isinstance(read, Payload):
            from_where = origin_line(self._example) if self._content == self._offered else ""
            self._told.tell((Line(f"sent to {self._chosen} as {read.kind}{from_where}", "muted"),))
        else:
            self._told.tell((Line(f"not JSON: {read}" if isinstance(read, Invalid) else str(read), "bad"),))
        self._answers.offer("Send", possible=isinstance(read, Payload))

    # keys

    def action_turn(self) -> None:
        """Turn from the form to JSON, or back where the JSON is a flat object."""
        if self._as_form:
            self._editor.text = form_text(self._form.form)
            self._as_form = False
            self._form.display, self._editor.display = False, True
        elif not self._turn_to_form():
            self._told.tell((Line("Only an object whose values are short texts and numbers is a form.", "warn"),))
            return
        self._judge()
        self.call_after_refresh(self._begin)

    def action_send(self) -> None:
        """Answer with the message, if it is one."""
        read = self._read()
        if isinstance(read, Payload):
            self.dismiss(Injection(self._chosen, read.value, self._session.value.strip() or None))

    def on_answers_confirmed(self) -> None:
        """Send it."""
        self.action_send()


def _label(each: Recipient) -> str:
    return safe(f"{pad(each.name, 24)} {each.kind}", width=74).plain
