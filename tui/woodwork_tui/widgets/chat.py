"""The Chat page: what was said, and one line to type into for each `input cli`."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Input, Label

from woodwork_engine.transcript import Line
from woodwork_tui.state.chat import MOST_LINES, Conversation, empty_text, prompts, spoken
from woodwork_tui.state.view import View
from woodwork_tui.text import fit, safe
from woodwork_tui.widgets.entry_line import SafeInput
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.talk import Talk
from woodwork_tui.widgets.text_line import TextLine


class PromptInput(SafeInput):
    """What is typed into a prompt is sent."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("chat.send")


class Prompt(Horizontal):
    """The line for one input; what is sent goes up with the name of the component."""

    DEFAULT_CSS = """
    Prompt { height: 1; background: $boost; padding: 0 0 0 1; }
    Prompt Label { width: auto; color: $text-muted; }
    Prompt:focus-within Label { color: $text-accent; text-style: bold; }
    Prompt Input { width: 1fr; border: none; height: 1; padding: 0; background: transparent; }
    Prompt Input:focus { border: none; background-tint: $foreground 0%; }
    """

    class Said(Message):
        """The person sends *text* into the input *component*."""

        def __init__(self, component: str, text: str) -> None:
            self.component = component
            self.text = text
            super().__init__()

    class Left(Message):
        """The person leaves the prompt."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("chat.leave", "chat.older", "chat.newer")

    def __init__(self, component: str) -> None:
        super().__init__()
        self.component = component
        self.input = PromptInput(select_on_focus=False, compact=True, placeholder="")
        self.input.cursor_blink = False
        self._sent: list[str] = []
        self._at = 0

    def compose(self) -> ComposeResult:
        """Lay out the name and the line."""
        yield Label(safe(f"{fit(self.component, 24)} > "))
        yield self.input

    @on(Input.Submitted)
    def send(self, event: Input.Submitted) -> None:
        """Send what was typed."""
        event.stop()
        if event.value.strip():
            self._sent.append(event.value)
            self._at = len(self._sent)
            self.input.value = ""
            self.post_message(self.Said(self.component, event.value))

    def action_leave(self) -> None:
        """Leave the prompt; what was typed stays."""
        self.post_message(self.Left())

    def action_older(self) -> None:
        """Bring back what was sent before."""
        self._recall(-1)

    def action_newer(self) -> None:
        """Go towards what was sent last."""
        self._recall(1)

    def _recall(self, by: int) -> None:
        self._at = min(max(self._at + by, 0), len(self._sent))
        self.input.value = self._sent[self._at] if self._at < len(self._sent) else ""
        self.input.cursor_position = len(self.input.value)


class Chat(Vertical):
    """Follows the transcript of a view. It shows one session once a person has spoken, else all of them."""

    DEFAULT_CSS = """
    Chat Talk { height: 1fr; }
    Chat #chat-empty { height: 1; padding: 0 1; }
    Chat #prompts { height: auto; max-height: 4; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings("item.view", "chat.type")

    class Changed(Message):
        """What is shown is another session, or is followed or not."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's word
        super().__init__(id=id)
        self.talk = Talk(MOST_LINES)
        self.session: str | None = None
        self._everything = False
        self._conversation = Conversation()
        self._lines: list[Line] = []
        self._names: tuple[str, ...] = ()
        self._view = View()
        self._empty = TextLine(id="chat-empty")
        self._prompts = VerticalScroll(id="prompts", can_focus=False)

    def compose(self) -> ComposeResult:
        """Lay out what was said above the prompts."""
        yield self._empty
        yield self.talk
        yield self._prompts

    @property
    def title(self) -> str:
        """What is shown, in words."""
        shown = "all sessions" if self.session is None else f"session {self.session}" if self.session else "new session"
        unseen = f" · {self.talk.unseen} new (F)" if self.talk.unseen else ""
        return f"Chat · {shown}{unseen}"

    @property
    def hint(self) -> str:
        """The keys that mean something here."""
        other = "one session" if self._everything else "all sessions"
        return f"i type  v {other}  F follow" if self._names else f"v {other}  F follow"

    def show(self, view: View) -> None:
        """Show what *view* says was said."""
        self._view = view
        names = prompts(view.snapshot.plan)
        if names != self._names:
            self._names = names
            self._prompts.remove_children()
            self._prompts.mount_all(Prompt(name) for name in names)
        lines, anew = self._conversation.news(view.transcript)
        self._lines = ([] if anew else self._lines) + list(lines)
        del self._lines[:-MOST_LINES]
        session = self._wanted()
        if anew or session != self.session:
            self.session = session
            self.talk.start_anew(spoken(self._lines, session, ascii_only=view.ascii))
        else:
            self.talk.add(spoken(lines, session, ascii_only=view.ascii))
        self._empty.display = not self.talk.shown
        self._empty.tell(safe(empty_text(view.snapshot.plan), style="muted"))

    def _wanted(self) -> str | None:
        if self._view.selection.session is not None:
            return self._view.selection.session
        return None if self._everything else self._conversation.own

    def begin_session(self) -> None:
        """Show nothing until the person speaks again."""
        self._everything = False
        self._conversation.begin()
        self.show(self._view)

    def type(self, component: str | None = None) -> bool:
        """Put the focus into the prompt of *component*, or the first one; return whether there is one."""
        for prompt in self.query(Prompt):
            if component in (None, prompt.component):
                prompt.input.focus()
                return True
        return False

    def action_type(self) -> None:
        """Type into the first prompt; without one the key means what it means elsewhere."""
        if not self.type():
            raise SkipAction

    @property
    def spoken_to(self) -> str | None:
        """The input whose prompt has the focus, else the first one."""
        prompts_ = list(self.query(Prompt))
        return next((p.component for p in prompts_ if p.input.has_focus), prompts_[0].component if prompts_ else None)

    def action_view(self) -> None:
        """Show one session, or all of them."""
        self._everything = not self._everything
        self.show(self._view)
        self.post_message(self.Changed())

    @on(Prompt.Left)
    def leave(self, event: Prompt.Left) -> None:
        """Put the focus on what was said."""
        event.stop()
        self.talk.focus()
