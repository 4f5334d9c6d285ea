"""The start screen: no flow is open yet; says why, and offers what can be done about it."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from woodwork_tui.screens.main import MainScreen
from woodwork_tui.screens.modal import Modal
from woodwork_tui.state.start import Start, create, judge
from woodwork_tui.text import safe
from woodwork_tui.widgets.entry_line import EntryLine
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.pane import Pane
from woodwork_tui.widgets.text_line import TextLine

_SCRIPTS = (
    ("woodwork-tui check main.ww", "(exit 0 ok, 1 errors)"),
    ("woodwork-tui run main.ww", "(event records on stdout)"),
)


class StartScreen(Modal[str]):
    """Answers with the path of the file to open; paths are relative to *folder*."""

    AUTO_FOCUS = ""  # not the line for a path, until it is asked for
    DEFAULT_CSS = """
    StartScreen { background: $background; layout: vertical; }
    StartScreen Pane { padding: 0 2; }
    StartScreen Pane > TextLine { height: auto; margin-top: 1; }
    StartScreen .bar { background: $panel; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "New flow", show=False),
        Binding("o", "ask", "Open a file", show=False),
        Binding("enter", "instead", "Open what was perhaps meant", show=False),
        Binding("r", "again", "Look again", show=False),
        *bindings("app.back", "app.leave"),
    ]

    def __init__(self, start: Start, asked: str | None, folder: Path) -> None:
        super().__init__()
        self._start = start
        self._asked = asked
        self._folder = folder

    def compose(self) -> ComposeResult:
        """Lay the screen out."""
        yield TextLine(Text(f" woodwork {version('woodwork-tui')}"), classes="bar")
        with Pane():
            yield TextLine(Text("woodwork-tui · build and watch message flows", style="title"))
            yield TextLine(id="problem")
            yield TextLine(id="offers")
            yield TextLine(_learn())
        yield EntryLine("Open ")
        yield TextLine(id="keys", classes="bar")

    def on_mount(self) -> None:
        """Say what there is to say."""
        self._show()

    def _show(self) -> None:
        self.query_one("#problem", TextLine).tell(safe(self._start.problem), layout=True)
        self.query_one("#offers", TextLine).tell(_offers(self._start), layout=True)
        self.query_one("#keys", TextLine).tell(_keys(self._start))

    def _settle(self, start: Start, asked: str | None) -> None:
        """Open what *start* says can be opened, else say why not."""
        if start.file is not None:
            self.dismiss(start.file)
            return
        self._start, self._asked = start, asked
        self._show()

    def action_new(self) -> None:
        """Make a new flow and open it."""
        if self._start.create is None:
            return
        failed = create(self._start.create, self._folder)
        self._settle(judge(self._start.create, self._folder) if failed is None else Start(problem=failed), self._asked)

    def action_instead(self) -> None:
        """Open the file that was perhaps meant."""
        if self._start.instead is not None:
            self._settle(judge(self._start.instead, self._folder), self._start.instead)

    def action_again(self) -> None:
        """Look whether the file can be opened now."""
        self._settle(judge(self._asked, self._folder), self._asked)

    def action_ask(self) -> None:
        """Ask for a path."""
        self.query_one(EntryLine).open()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Open the path that was typed."""
        event.stop()
        self.query_one(EntryLine).close()
        self.set_focus(None)
        if event.value.strip():
            self._settle(judge(event.value.strip(), self._folder), event.value.strip())

    def action_back(self) -> None:
        """Stop asking for a path."""
        self.query_one(EntryLine).close()
        self.set_focus(None)

    def action_leave(self) -> None:
        """Quit."""
        self.post_message(MainScreen.Left())


def _offers(start: Start) -> Text:
    offers = [("r", "Look again")]
    if start.create is not None:
        offers.insert(0, ("n", f"New {start.create} from a template"))
    if start.instead is not None:
        offers.insert(0, ("⏎", f"Open {start.instead} (did you mean that?)"))
    offers.insert(-1, ("o", "Open a file…"))
    lines = [Text("Start       ", style="muted") if number == 0 else Text(" " * 12) for number in range(len(offers))]
    for line, (key, what) in zip(lines, offers, strict=True):
        line.append(f"{key}  ", style="accent")
        line.append_text(Text(safe(what).plain, style="default"))
    return Text("\n").join(lines)


def _keys(start: Start) -> Text:
    keys = [("o", "Open"), ("r", "Look again"), ("q", "Quit")]
    if start.create is not None:
        keys.insert(0, ("n", "New"))
    if start.instead is not None:
        keys.insert(0, ("⏎", "Open what was meant"))
    line = Text(" ")
    for key, word in keys:
        line.append(key, style="accent").append(f" {word}  ")
    return line


def _learn() -> Text:
    lines = [Text("In scripts  ", style="muted"), Text(" " * 12)]
    for line, (command, note) in zip(lines, _SCRIPTS, strict=True):
        line.append(f"{command:<34}", style="default").append(note, style="muted")
    return Text("\n").join(lines)
