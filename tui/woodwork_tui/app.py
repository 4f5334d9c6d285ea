"""The app: themes, the keys that mean the same everywhere, and one flow from opening it to leaving it."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import App
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.filter import LineFilter
from textual.theme import BUILTIN_THEMES, Theme

from woodwork_engine.clock import Clock, SystemClock
from woodwork_themes import ColorTheme, load_themes
from woodwork_tui.bridge import Bridge, OpenEngine, open_engine
from woodwork_tui.commander import Commander
from woodwork_tui.palette import RegistryProvider
from woodwork_tui.screens.about import AboutScreen, facts
from woodwork_tui.screens.help import HelpScreen, keys_here
from woodwork_tui.screens.inject import Injection, InjectScreen
from woodwork_tui.screens.main import MainScreen
from woodwork_tui.screens.quit import QuitScreen, Way
from woodwork_tui.screens.start import StartScreen
from woodwork_tui.screens.tab import Tab
from woodwork_tui.screens.tabs import make_tab
from woodwork_tui.state.crash import short_traceback
from woodwork_tui.state.injection import is_prompt, recipient_for
from woodwork_tui.state.leaving import Ending, left_behind, unfinished
from woodwork_tui.state.pace import Pace
from woodwork_tui.state.said import Said
from woodwork_tui.state.start import judge
from woodwork_tui.text import visible
from woodwork_tui.widgets.ascii_filter import AsciiFilter
from woodwork_tui.widgets.clipboard import copy
from woodwork_tui.widgets.footer import FooterBar
from woodwork_tui.widgets.keys import bindings

DEFAULT_THEME = "woodwork-dark"
_LONGEST = 600
_PATIENCE = 2.0
"""Seconds to wait for an engine that was told to stop at once."""


def theme_names() -> tuple[str, ...]:
    """Return the names that a theme can have: ours first."""
    return (*(each.name for each in load_themes()), *sorted(BUILTIN_THEMES))


def _theme(data: ColorTheme) -> Theme:
    colors = data.colors
    return Theme(
        data.name,
        primary=colors["primary"],
        secondary=colors.get("secondary"),
        warning=colors["warning"],
        error=colors["error"],
        success=colors["success"],
        accent=colors.get("accent"),
        foreground=colors["foreground"],
        background=colors["background"],
        surface=colors.get("surface"),
        panel=colors.get("panel"),
        boost=colors.get("boost"),
        dark=data.dark,
        variables=dict(data.variables),
    )


class WoodworkApp(App[Ending]):
    """Shows the flow in *asked*, a path or None, as `Start` says what to do with it.

    *opener* makes the engine of a file, *clock* tells the time; without *ticking* the screen only follows `tick`.
    """

    TITLE = "woodwork"
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (110, "-wide"), (160, "-xwide")]  # noqa: RUF012 as in App
    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]  # noqa: RUF012
    ALLOW_IN_MAXIMIZED_VIEW = "Header, FooterBar, CommandLine, FilterBar"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {RegistryProvider}
    CSS = """
    Screen { scrollbar-size-vertical: 1; }
    Toast { max-width: 80%; }
    CommandPalette SearchIcon { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("app.help", "app.about", "app.inject", "app.reload"),
        *bindings("app.palette", "app.quit", priority=True),
        Binding("ctrl+c", "interrupt", priority=True, show=False),
    ]

    def __init__(
        self,
        asked: str | None = None,
        *,
        opener: OpenEngine = open_engine,
        tab_maker: Callable[[str], Tab] = make_tab,
        clock: Clock | None = None,
        ticking: bool = True,
        ascii_only: bool = False,
        theme: str = DEFAULT_THEME,
        folder: Path | None = None,
    ) -> None:
        super().__init__()
        for each in load_themes():
            self.register_theme(_theme(each))
        self.theme = theme
        self.pace = Pace()
        self._ascii = ascii_only
        self._ascii_filter = AsciiFilter()
        self._asked = asked
        self._folder = folder or Path.cwd()
        self._opener = opener
        self._clock = clock or SystemClock()
        self._ticking = ticking
        self._due = 0.0
        self._bridge: Bridge | None = None
        self._greeted = False
        self._leaving = False
        self.main = MainScreen(tab_maker, theme_names())
        self._commander = Commander(self, self.main, self.act)

    # from opening to leaving

    def get_default_screen(self) -> MainScreen:
        """Return the screen that everything else lies on."""
        return self.main

    def on_mount(self) -> None:
        """Listen to signals, and go on once the first frame is painted."""
        if not self.is_headless:
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, self._signalled, number)
        self.call_after_refresh(self._begin)

    async def _begin(self) -> None:
        start = judge(self._asked, self._folder)
        if start.file is None:
            self.push_screen(StartScreen(start, self._asked, self._folder), self._chosen)
        else:
            await self._open(start.file)

    async def _chosen(self, file: str | None) -> None:
        if file is not None:
            await self._open(file)

    async def _open(self, file: str) -> None:
        self._bridge = Bridge(file, self._opener, self._tell)
        self.run_worker(self._bridge.open())
        await self.main.bring()
        if self._ticking:
            self._tick_on_time()

    def _tick_on_time(self) -> None:
        begun = time.monotonic()
        self.tick()
        ended = time.monotonic()
        self.pace = self.pace.after(late=max(0.0, begun - self._due) if self._due else 0.0, took=ended - begun)
        self._due = ended + self.pace.interval
        self.set_timer(self.pace.interval, self._tick_on_time)

    def tick(self, now: float | None = None) -> None:
        """Show what there is to show at *now* (s since the epoch; default: the clock's time)."""
        if self._bridge is None:
            return
        at = self._clock.time() if now is None else now
        view = self._bridge.view(at, self.main.place, ascii_only=self._ascii)
        self.main.show(view, self._bridge.trouble)
        if isinstance(self.screen, QuitScreen):
            self.screen.look(unfinished(view.snapshot))
        if not self._greeted and view.snapshot.revisions:
            self._greeted = True
            if not view.snapshot.rev:  # what keeps the flow from starting is what there is to see
                self.call_later(self.main.action_go, "file")

    def _fatal_error(self) -> None:
        # Textual's own would print every local variable, payloads among them, a hundred lines and more.
        self.panic(short_traceback(sys.exc_info()[1]))

    def _signalled(self, number: signal.Signals) -> None:
        self._leave(drain=True, status=128 + number)

    def _leave(self, *, drain: bool, status: int = 0) -> None:
        """Stop the flow, then end; asked for a second time, end at once."""
        if self._leaving:
            self.exit(Ending(status, ("stopped at once; what was under way is lost",)))
            return
        self._leaving = True
        self.run_worker(self._stop_and_exit(drain, status), exit_on_error=True)

    async def _stop_and_exit(self, drain: bool, status: int) -> None:
        if self._bridge is None:
            self.exit(Ending(status))
            return
        stopping = self._bridge.stop(drain=drain)
        try:
            report = await (stopping if drain else asyncio.wait_for(stopping, _PATIENCE))
        except TimeoutError:
            self.exit(Ending(status, ("the flow did not answer; what was under way is lost",)))
        else:
            self.exit(Ending(status, left_behind(report) if report is not None else ()))

    def abandon(self, patience: float) -> None:
        """Stop an engine that still runs, after a failure of the app; wait at most *patience* s. For after `run`."""
        if self._bridge is not None:
            self._bridge.abandon(patience)

    # what tabs and lines want

    @on(Tab.Act)
    def _act_for_tab(self, event: Tab.Act) -> None:
        event.stop()
        self.act(event.action, event.arguments)

    def act(self, action: str, arguments: Mapping[str, object]) -> None:
        """Have *action* done on the engine, without waiting for it."""
        if self._bridge is not None:
            self.run_worker(self._bridge.act(action, arguments))

    def _tell(self, command: str, said: Said) -> None:
        """Say what came of an action, under the command that does the same."""
        text = visible(said.text[:_LONGEST])
        self.notify(text, title=visible(command), severity=said.mood, markup=False)

    @on(Tab.Select)
    def _select(self, event: Tab.Select) -> None:
        event.stop()
        self.main.select(event.selection)

    @on(Tab.Goto)
    async def _goto(self, event: Tab.Goto) -> None:
        event.stop()
        await self.main.move(self.main.place.open(event.tab, event.filter))

    @on(Tab.Source)
    async def _source(self, event: Tab.Source) -> None:
        event.stop()
        await self.main.move(self.main.place.open("file"))
        if self.main.tab is not None:
            self.main.tab.reveal(event.file, event.line)

    @on(Tab.Copy)
    def _copy(self, event: Tab.Copy) -> None:
        event.stop()
        self.notify(copy(self.copy_to_clipboard, event.text, event.what), markup=False)

    @on(MainScreen.Entered)
    async def _perform(self, event: MainScreen.Entered) -> None:
        event.stop()
        await self._commander.perform(event.command)

    @on(FooterBar.Pressed)
    def _press(self, event: FooterBar.Pressed) -> None:
        event.stop()
        self.simulate_key(event.key)

    # keys

    @on(MainScreen.Left)
    @on(StartScreen.Left)
    async def action_quit(self) -> None:
        """End; ask first if messages would be lost."""
        at_risk = unfinished(self.main.view.snapshot)
        if self._leaving or not at_risk:
            self._leave(drain=True)
        elif not isinstance(self.screen, QuitScreen):
            self.push_screen(QuitScreen(at_risk), self._answered)

    def _answered(self, way: Way | None) -> None:
        if way in (Way.DRAIN, Way.NOW):
            self._leave(drain=way is Way.DRAIN)

    async def action_interrupt(self) -> None:
        """Copy what is selected; with nothing selected, quit as `^q` does."""
        selected = getattr(self.focused, "selected_text", "") or self.screen.get_selected_text()
        if selected:
            self.notify(copy(self.copy_to_clipboard, selected, "The selected text"), markup=False)
        else:
            await self.action_quit()

    def action_help(self) -> None:
        """Show the keys that mean something here."""
        self.push_screen(HelpScreen("Keys", keys_here(self.screen.active_bindings)))

    def action_about(self) -> None:
        """Show versions, paths, the terminal and drops."""
        size = (self.size.width, self.size.height)
        told = facts(self.main.view, size=size, theme=self.theme, interval=self.pace.interval)
        self.push_screen(AboutScreen(told))

    def action_reload(self) -> None:
        """Read the flow file again."""
        self.act("reload", {})

    def action_ascii(self, wish: str) -> None:
        """Draw with ASCII characters only, or with all (`on`, `off`)."""
        self._ascii = wish == "on"
        self.refresh_css(animate=False)
        self.tick()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return what changes painted lines on their way to the terminal."""
        filters = super().get_line_filters()
        return [*filters, self._ascii_filter] if self._ascii else filters

    def action_inject(self, component: str = "") -> None:
        """Compose a message; for an `input cli` go to its prompt."""
        view = self.main.view
        wanted = component or recipient_for(view)
        if wanted and is_prompt(view.snapshot.plan, wanted) and self.main.tab and self.main.tab.prompt(wanted):
            return
        self.push_screen(InjectScreen(view, wanted), self._inject)

    def _inject(self, message: Injection | None) -> None:
        if message is not None:
            arguments = {"component": message.component, "payload": message.payload, "session": message.session}
            self.act("inject", arguments)
