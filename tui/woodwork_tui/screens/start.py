"""The start screen: no flow is open yet; says why, and offers what can be done about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Resize
from textual.widgets import Input

from woodwork_tui.screens.entry_lines import EntryLines
from woodwork_tui.screens.help import HelpScreen, keys_here
from woodwork_tui.screens.main import MainScreen
from woodwork_tui.screens.modal import Modal
from woodwork_tui.screens.template_menu import TemplateMenu
from woodwork_tui.state.commands import CommandGrammar, Names
from woodwork_tui.state.recents import Recent
from woodwork_tui.state.start import Start, create, example, judge
from woodwork_tui.state.start_lines import learn_lines, offer_lines, recent_lines
from woodwork_tui.templates import TEMPLATES
from woodwork_tui.text import safe
from woodwork_tui.widgets.command_line import CommandLine
from woodwork_tui.widgets.entry_line import EntryLine
from woodwork_tui.widgets.footer import FooterBar
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.pane import Pane
from woodwork_tui.widgets.text_line import TextLine

DEMO = "fan-out"
_COMMANDS = frozenset({"app.about", "app.ascii", "app.help", "app.quit", "app.set", "app.theme"})
_TALL = 22
"""Lines from which there is room for what serves without a screen."""
_AROUND = 19
"""Lines that are not those of recent flows."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the start screen can offer: *recents* as of *now* (s since the epoch), *themes* by name.

    *home* is the folder in which examples get a folder of their own; None: there is none for them.
    """

    recents: Sequence[Recent] = ()
    now: float = 0.0
    home: Path | None = None
    themes: tuple[str, ...] = ()


class StartScreen(Modal[str]):
    """Answers with the path of the file to open; paths are relative to *folder*."""

    AUTO_FOCUS = ""  # not the line for a path, until it is asked for
    DEFAULT_CSS = """
    StartScreen { background: $background; layout: vertical; }
    StartScreen Pane { padding: 0 2; overflow-y: auto; scrollbar-size-vertical: 1; }
    StartScreen Pane > TextLine { height: auto; margin-top: 1; }
    StartScreen .bar { background: $panel; }
    StartScreen #recents { display: none; }
    StartScreen #recents.-any { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        *(f"start.recent{number}" for number in range(1, 10)),
        "start.instead", "start.new", "start.open", "start.demo", "start.example", "start.again",
        "app.help", "app.command", "app.back", "app.leave", "app.quit",
    )  # fmt: skip

    def __init__(self, start: Start, asked: str | None, folder: Path, known: Known | None = None) -> None:
        super().__init__()
        self._start = start
        self._asked = asked
        self._folder = folder
        self._known = known or Known()
        self._path = EntryLine("Open ")
        self._command = CommandLine()

    def compose(self) -> ComposeResult:
        """Lay the screen out."""
        yield TextLine(Text(f" woodwork {version('woodwork-tui')}"), classes="bar")
        with Pane():
            yield TextLine(Text("woodwork-tui · build and watch message flows", style="title"))
            yield TextLine(id="problem")
            yield TextLine(id="recents")
            yield TextLine(id="offers")
            yield TextLine(id="learn")
        yield self._path
        yield self._command
        yield FooterBar()

    def on_mount(self) -> None:
        """Say what there is to say."""
        self._show()

    def on_resize(self, event: Resize) -> None:
        """Show as much as there is room for."""
        self._show()

    # what is shown

    def _show(self) -> None:
        known, (width, height) = self._known, self.app.size
        self.query_one("#problem", TextLine).tell(safe(self._start.problem), layout=True)
        recents = known.recents[: max(1, height - _AROUND)]
        shown = self.query_one("#recents", TextLine)
        shown.set_class(bool(recents), "-any")
        shown.tell(recent_lines(recents, known.now, width - 6), layout=True)
        examples = known.home is not None
        self.query_one("#offers", TextLine).tell(offer_lines(self._start, examples=examples), layout=True)
        self.query_one("#learn", TextLine).tell(learn_lines(examples=examples, scripts=height >= _TALL), layout=True)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what can be done."""
        if action == "recent":
            return isinstance(parameters[0], int) and parameters[0] <= len(self._known.recents)
        able = {
            "instead": self._start.instead is not None,
            "new": self._start.create is not None,
            "demo": self._known.home is not None,
            "example": self._known.home is not None,
        }
        return able.get(action, True)

    # opening

    def _settle(self, start: Start, asked: str | None) -> None:
        """Open what *start* says can be opened, else say why not."""
        if start.file is not None:
            self.dismiss(start.file)
            return
        self._start, self._asked = start, asked
        self._show()

    def action_recent(self, number: int) -> None:
        """Open the flow with that number."""
        path = self._known.recents[number - 1].path
        self._settle(judge(path, self._folder), path)

    def action_new(self) -> None:
        """Ask from which template a new flow is made."""
        title = f"New {self._start.create} from a template"
        self.app.push_screen(TemplateMenu(title, TEMPLATES), self._create)

    def _create(self, template: str | None) -> None:
        file = self._start.create
        if template is not None and file is not None:
            failed = create(template, file, self._folder)
            self._settle(judge(file, self._folder) if failed is None else Start(problem=failed), self._asked)

    def action_example(self) -> None:
        """Ask which example to open."""
        self.app.push_screen(TemplateMenu("Open an example", TEMPLATES), self._open_example)

    def action_demo(self) -> None:
        """Open the demo flow."""
        self._open_example(DEMO)

    def _open_example(self, template: str | None) -> None:
        if template is not None and self._known.home is not None:
            path, failed = example(template, self._known.home)
            self._settle(Start(problem=failed) if failed else judge(path, self._folder), self._asked)

    def action_instead(self) -> None:
        """Open the file that was perhaps meant."""
        if self._start.instead is not None:
            self._settle(judge(self._start.instead, self._folder), self._start.instead)

    def action_again(self) -> None:
        """Look whether the file can be opened now."""
        self._settle(judge(self._asked, self._folder), self._asked)

    # lines to type into

    def action_ask(self) -> None:
        """Ask for a path."""
        self._path.open()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Open the path that was typed."""
        event.stop()
        self.action_back()
        if event.value.strip():
            self._settle(judge(event.value.strip(), self._folder), event.value.strip())

    def action_back(self) -> None:
        """Stop asking for a path."""
        self._path.close()
        self.set_focus(None)

    def action_command(self) -> None:
        """Type a command."""
        names = Names(themes=self._known.themes, able=_COMMANDS)
        self._command.type("", CommandGrammar(lambda: names))

    @on(CommandLine.Entered)
    def _perform(self, event: CommandLine.Entered) -> None:
        event.stop()
        self.set_focus(None)
        self.app.post_message(EntryLines.Entered(event.command))

    @on(CommandLine.Abandoned)
    def _leave_line(self, event: CommandLine.Abandoned) -> None:
        event.stop()
        self.set_focus(None)

    # around it

    def action_help(self) -> None:
        """Show the keys."""
        self.app.push_screen(HelpScreen("Keys", keys_here(self.active_bindings, able=_COMMANDS)))

    def action_leave(self) -> None:
        """Quit."""
        self.post_message(MainScreen.Left())

    def action_quit(self) -> None:
        """Quit."""
        self.post_message(MainScreen.Left())
