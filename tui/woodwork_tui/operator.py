"""What a person does beyond looking: opening a flow, acting on it, commands, dialogs. Loaded after the first frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from textual.app import App

from woodwork_tui.appearance import Appearance
from woodwork_tui.bridge import Answered, Bridge, OpenEngine
from woodwork_tui.builder import Builder
from woodwork_tui.commander import Commander
from woodwork_tui.departure import Departure
from woodwork_tui.flow_writer import FlowWriter
from woodwork_tui.hold_control import HoldControl
from woodwork_tui.recollection import Recollection
from woodwork_tui.screens.about import AboutScreen, facts
from woodwork_tui.screens.help import HelpScreen, keys_here
from woodwork_tui.screens.inject import Injection, InjectScreen
from woodwork_tui.screens.main import MainScreen
from woodwork_tui.screens.start import Known, StartScreen
from woodwork_tui.state.commands import Command
from woodwork_tui.state.injection import is_prompt, recipient_for
from woodwork_tui.state.leaving import Ending
from woodwork_tui.state.rest import Rest
from woodwork_tui.state.said import Said, command_form
from woodwork_tui.state.start import judge
from woodwork_tui.state.wishes import Wish
from woodwork_tui.text import visible
from woodwork_tui.widgets.clipboard import copy

_LONGEST = 600
_READING = 8.0
"""Seconds that what went wrong is shown."""


class Operator:
    """Works for *app* and its *main* screen; *opener* makes the engine of a file.

    *appearance* is how the app looks, *recollection* keeps how the person looks at a flow.
    """

    def __init__(
        self, app: App[Ending], main: MainScreen, opener: OpenEngine, appearance: Appearance, recollection: Recollection
    ) -> None:
        self.bridge: Bridge | None = None
        self._app = app
        self._main = main
        self._opener = opener
        self._appearance = appearance
        self._recollection = recollection
        self._now = 0.0
        appearance.resize = self._resize
        self._control = HoldControl(app, lambda: main.view, self.act)
        self._commander = Commander(app, main, self.act, self._control.perform)
        self._last: tuple[str, Mapping[str, object]] | None = None
        self._injected: Mapping[str, object] | None = None
        self._writer = FlowWriter(app, main, self._tell, self.act)
        self._builder = Builder(app, main, self._writer)
        self._departure = Departure(app, main.unsaved)
        self._rest = Rest()
        self._greeted = False

    # a flow

    @property
    def is_up(self) -> bool:
        """Whether the engine has read the flow."""
        return self._greeted

    def begin(self, asked: str | None, folder: Path, now: float, home: Path | None) -> None:
        """Open the flow file in *asked*, as seen from *folder*, or say why it cannot be opened.

        *now* in s since the epoch; *home* is the folder for examples.
        """
        start = judge(asked, folder)
        if start.file is None:
            known = Known(self._recollection.recents(), now, home, self._main.themes)
            self._app.push_screen(StartScreen(start, asked, folder, known), self._open)
        else:
            self._open(start.file)

    def _open(self, file: str | None) -> None:
        if file is not None:
            self._recollection.begin(file)
            self.bridge = Bridge(file, self._opener, self._tell)
            self._resize(self._appearance.ring)
            self._app.run_worker(self.bridge.open())
            self._app.run_worker(self._main.bring())

    def _resize(self, limit: int) -> None:
        if self.bridge is not None:
            self.bridge.keep(limit)

    def show(self, now: float, *, ascii_only: bool, may_rest: bool) -> bool:
        """Show what there is to show at *now* (s since the epoch); with *may_rest* not before something is new.

        Returns whether anything was shown.
        """
        if self.bridge is None:
            return False
        view = self.bridge.view(now, self._main.place, ascii_only=ascii_only)
        self._now = now
        self._recollection.look(now, view.snapshot)
        if self._rest.can_wait(view, self.bridge.trouble) and may_rest:
            return False
        self._main.show(view, self.bridge.trouble)
        self._control.look(now)
        self._departure.look(view)
        self._writer.look(view.snapshot)
        if not self._greeted and view.snapshot.revisions:
            self._greeted = True
            if not view.snapshot.rev:  # what keeps the flow from starting is what there is to see
                self._app.call_later(self._main.action_go, "file")
        return True

    # on the bus

    def act(
        self, action: str, arguments: Mapping[str, object], *, quiet: bool = False, then: Answered | None = None
    ) -> None:
        """Have *action* done on the engine, without waiting for it; with *quiet* only a failure is told.

        *then* is handed what came of it.
        """
        if self.bridge is not None:
            if not quiet or then is None:  # what is only looked up is nothing to be done again
                self._last = (action, arguments)
            self._injected = arguments if action == "inject" else self._injected
            self._app.run_worker(self.bridge.act(action, arguments, quiet=quiet, then=then))

    def grant(self, wish: Wish) -> None:
        """Do what a tab wishes about what is held, or ask first."""
        self._control.grant(wish)

    def repeat(self) -> None:
        """Send what was injected last once more."""
        if self._injected is None:
            self._app.notify("Nothing was injected yet; i composes a message.", severity="warning", markup=False)
        else:
            self.act("inject", self._injected)

    def copy_command(self) -> None:
        """Copy what was done last as a command for the `:` line."""
        if self._last is None:
            self._app.notify("Nothing was done yet that has a command.", severity="warning", markup=False)
        else:
            self.copy(command_form(*self._last, whole=True), "The command")

    def _tell(self, command: str, said: Said) -> None:
        text = visible(said.text[:_LONGEST])
        timeout = None if said.mood == "information" else _READING
        self._app.notify(text, title=visible(command), severity=said.mood, timeout=timeout, markup=False)

    async def perform(self, command: Command) -> None:
        """Do what was typed on the `:` line."""
        await self._commander.perform(command)

    def build(self, wish: str, words: Sequence[str]) -> None:
        """Have the flow's files changed: *wish* is add, route, remove or undo, *words* what of the rest is known."""
        if self.bridge is not None:
            self._builder.do(wish, *words)

    def inject(self, component: str) -> None:
        """Compose a message for *component* or whom the person most likely means; an `input cli` has its prompt."""
        view = self._main.view
        wanted = component or recipient_for(view)
        if wanted is None:
            self._app.notify("Nothing is running that could take a message.", severity="warning", markup=False)
        elif not (is_prompt(view.snapshot.plan, wanted) and self._main.tab and self._main.tab.prompt(wanted)):
            self._app.push_screen(InjectScreen(view, wanted), self._send)

    def _send(self, message: Injection | None) -> None:
        if message is not None:
            arguments = {"component": message.component, "payload": message.payload, "session": message.session}
            self.act("inject", arguments)

    # around it

    def help(self) -> None:
        """Show the keys that mean something here."""
        self._app.push_screen(HelpScreen("Keys", keys_here(self._app.screen.active_bindings)))

    def about(self, interval: float) -> None:
        """Show versions, paths, the terminal and drops; *interval* between two frames in s."""
        size = (self._app.size.width, self._app.size.height)
        settings, problems = self._appearance.told
        told = facts(
            self._main.view,
            size=size,
            theme=self._app.theme,
            interval=interval,
            settings=settings,
            problems=problems,
        )
        self._app.push_screen(AboutScreen(told))

    def copy(self, text: str, what: str) -> None:
        """Copy *text*, which the person knows as *what*, and say where it is now."""
        self._app.notify(copy(self._app.copy_to_clipboard, text, what), markup=False)

    # leaving

    def quit(self) -> None:
        """End; ask first if messages would be lost."""
        self._recollection.end(self._now, self._main.view.snapshot)
        self._departure.ask(self._main.view, self.bridge)

    def leave(self, status: int) -> None:
        """Drain the flow and end with *status*; asked again, end at once."""
        self._recollection.end(self._now, self._main.view.snapshot)
        self._departure.leave(self.bridge, drain=True, status=status)

    def abandon(self, patience: float) -> None:
        """Stop an engine that still runs, after a failure of the app; wait at most *patience* s."""
        if self.bridge is not None:
            self.bridge.abandon(patience)
