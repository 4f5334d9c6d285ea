"""The app: the first frame as fast as can be, then ticks, keys that mean the same everywhere, and what tabs want."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import App
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.driver import Driver
from textual.filter import LineFilter

from woodwork_engine.clock import Clock, SystemClock
from woodwork_tui.appearance import Appearance
from woodwork_tui.colours import DEFAULT_THEME, own_themes, theme_names
from woodwork_tui.screens.entry_lines import EntryLines
from woodwork_tui.screens.main import MainScreen
from woodwork_tui.screens.tab import Tab
from woodwork_tui.screens.tabs import make_tab
from woodwork_tui.state.crash import short_traceback
from woodwork_tui.state.leaving import Ending
from woodwork_tui.state.pace import Pace
from woodwork_tui.state.preference_files import PreferenceFiles
from woodwork_tui.widgets.ascii_filter import AsciiFilter
from woodwork_tui.widgets.footer import FooterBar
from woodwork_tui.widgets.keys import bindings

if TYPE_CHECKING:  # loaded after the first frame
    from woodwork_tui.bridge import OpenEngine
    from woodwork_tui.operator import Operator
    from woodwork_tui.recollection import StateOf

RESTING = 0.2
"""Seconds between two looks at an engine of which nothing new was seen."""
WARM_UP = 1.0
"""Seconds after the flow came up for which the screen keeps its fastest pace."""


def _palette() -> type[Provider]:
    from woodwork_tui.palette import RegistryProvider  # when it is first opened

    return RegistryProvider


class WoodworkApp(App[Ending]):
    """Shows the flow in *asked*, a path as seen from *folder*, or None.

    *opener* makes the engine of a file (default: the one in this process), *tab_maker* a tab by name, *clock* tells the
    time; without *ticking* the screen only follows `tick`. *preferences* are the files of a person's settings;
    with *fixed_theme* no other theme is remembered. *state* tells the state folder of a flow, *remembered* is the
    folder of what is kept across flows.
    """

    TITLE = "woodwork"
    NOTIFICATION_TIMEOUT = 3  # seconds: a toast covers what one looks at
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (110, "-wide"), (160, "-xwide")]  # noqa: RUF012 as in App
    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]  # noqa: RUF012
    ALLOW_IN_MAXIMIZED_VIEW = "FooterBar, EntryLines, CompletionList"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_palette}
    CSS = """
    Screen { scrollbar-size-vertical: 1; }
    Toast { max-width: 80%; }
    CommandPalette SearchIcon { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("app.help", "app.about", "app.inject", "bus.repeat", "app.copy_command", "app.reload"),
        *bindings("app.palette", "app.quit", priority=True),
        Binding("ctrl+c", "interrupt", priority=True, show=False),
    ]

    def __init__(
        self,
        asked: str | None = None,
        *,
        opener: OpenEngine | None = None,
        tab_maker: Callable[[str], Tab] = make_tab,
        clock: Clock | None = None,
        ticking: bool = True,
        ascii_only: bool = False,
        theme: str = DEFAULT_THEME,
        folder: Path | None = None,
        preferences: PreferenceFiles | None = None,
        fixed_theme: bool = False,
        state: StateOf = lambda file: None,
        remembered: Path | None = None,
    ) -> None:
        super().__init__()
        for each in own_themes():
            self.register_theme(each)
        self.pace = Pace()
        self.main = MainScreen(tab_maker, theme_names(preferences.themes if preferences is not None else None))
        self.appearance = Appearance(self, self.main, preferences, ascii_only=ascii_only, fixed=fixed_theme)
        self.theme = theme
        self._operator: Operator | None = None
        self._opener = opener
        self._asked = asked
        self._folder = folder or Path.cwd()
        self._state = state
        self._remembered = remembered
        self._clock = clock or SystemClock()
        self._ticking = ticking
        self._due = 0.0
        self._up_since = 0.0
        self._ascii_filter = AsciiFilter()

    # the first frame and the ones after it

    def get_driver_class(self) -> type[Driver]:
        """Return the driver, made to outlive its terminal where it is the one for terminals."""
        found = super().get_driver_class()
        if found.__name__ != "LinuxDriver":
            return found
        from woodwork_tui.lasting_driver import LastingDriver  # only where there is such a terminal

        return LastingDriver

    def get_default_screen(self) -> MainScreen:
        """Return the screen that everything else lies on."""
        return self.main

    def on_mount(self) -> None:
        """Listen to signals, and go on once the first frame is painted."""
        if not self.is_headless:
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has it
                    loop.add_signal_handler(number, self._signalled, number)
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        from woodwork_tui.bridge import open_engine  # both with all they need: not before the first frame
        from woodwork_tui.operator import Operator
        from woodwork_tui.recollection import Recollection
        from woodwork_tui.state.recents import RecentFlows

        recents = None if self._remembered is None else RecentFlows(self._remembered)
        recollection = Recollection(self, self.main, self.appearance, self._state, recents)
        self._operator = Operator(self, self.main, self._opener or open_engine, self.appearance, recollection)
        self.appearance.begin()
        home = None if self._remembered is None else self._remembered / "examples"
        self._operator.begin(self._asked, self._folder, self._clock.time(), home)
        if self._ticking:
            self._tick_on_time()

    def _tick_on_time(self) -> None:
        begun = time.monotonic()
        shown = self._show(self._clock.time(), may_rest=True)
        ended = time.monotonic()
        if self._operator is not None and self._operator.is_up:
            self._up_since = self._up_since or begun
        warm = bool(self._up_since) and begun - self._up_since > WARM_UP
        if warm:  # before, ticks are late because libraries are loaded and everything is drawn for the first time
            self.pace = self.pace.after(late=max(0.0, begun - self._due), took=ended - begun)
        pause = self.pace.interval if shown or not warm else max(self.pace.interval, RESTING)
        self._due = ended + pause
        self.set_timer(pause, self._tick_on_time)

    def tick(self, now: float | None = None) -> None:
        """Show what there is to show at *now* (s since the epoch; default: the clock's time)."""
        self._show(self._clock.time() if now is None else now, may_rest=False)

    def _show(self, now: float, *, may_rest: bool) -> bool:
        if self._operator is None or not self.main.is_whole:
            return False
        may_rest &= not self.appearance.follow(now)
        return self._operator.show(now, ascii_only=self.appearance.ascii, may_rest=may_rest)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return what changes painted lines on their way to the terminal."""
        filters = super().get_line_filters()
        return [*filters, self._ascii_filter] if self.appearance.ascii else filters

    # the end

    def _signalled(self, number: signal.Signals) -> None:
        reading_ends = getattr(self._driver, "exit_event", None)
        if number == signal.SIGHUP and reading_ends is not None:
            reading_ends.set()  # nobody types any more: else its thread would read the end again and again
        if self._operator is None:
            self.exit(Ending(128 + number))
        else:
            self._operator.leave(128 + number)

    def _fatal_error(self) -> None:
        # Textual's own would print every local variable, payloads among them, a hundred lines and more.
        self.panic(short_traceback(sys.exc_info()[1]))

    def abandon(self, patience: float) -> None:
        """Stop an engine that still runs, after a failure of the app; wait at most *patience* s. For after `run`."""
        if self._operator is not None:
            self._operator.abandon(patience)

    # what tabs and lines want

    @on(Tab.Act)
    def _act(self, event: Tab.Act) -> None:
        event.stop()
        if self._operator is not None:
            self._operator.act(event.action, event.arguments, quiet=event.quiet, then=event.then)

    @on(Tab.Wanted)
    def _grant(self, event: Tab.Wanted) -> None:
        event.stop()
        if self._operator is not None:
            self._operator.grant(event.wish)

    @on(Tab.Build)
    def _build(self, event: Tab.Build) -> None:
        event.stop()
        if self._operator is not None:
            self._operator.build(event.wish, event.words)

    @on(Tab.Select)
    def _select(self, event: Tab.Select) -> None:
        event.stop()
        self.main.select(event.selection)

    @on(Tab.Goto)
    async def _goto(self, event: Tab.Goto) -> None:
        event.stop()
        await self.main.move(self.main.place.open(event.tab, event.filter))
        if event.action and self.main.tab is not None:
            await self.main.tab.run_action(event.action)

    @on(Tab.Source)
    async def _source(self, event: Tab.Source) -> None:
        event.stop()
        await self.main.move(self.main.place.open("file"))
        if self.main.tab is not None:
            self.main.tab.reveal(event.file, event.line)

    @on(Tab.Copy)
    def _copy(self, event: Tab.Copy) -> None:
        event.stop()
        if self._operator is not None:
            self._operator.copy(event.text, event.what)

    @on(EntryLines.Entered)
    async def _perform(self, event: EntryLines.Entered) -> None:
        event.stop()
        if self._operator is not None:
            await self._operator.perform(event.command)

    @on(FooterBar.Pressed)
    def _press(self, event: FooterBar.Pressed) -> None:
        event.stop()
        self.simulate_key(event.key)

    # keys

    @on(MainScreen.Left)
    async def action_quit(self) -> None:
        """End; ask first if messages would be lost."""
        if self._operator is None:
            self.exit(Ending())
        else:
            self._operator.quit()

    async def action_interrupt(self) -> None:
        """Copy what is selected; with nothing selected, quit as `^q` does."""
        selected = getattr(self.focused, "selected_text", "") or self.screen.get_selected_text()
        if selected and self._operator is not None:
            self._operator.copy(selected, "The selected text")
        else:
            await self.action_quit()

    def copy_to_clipboard(self, text: str) -> None:
        """Copy *text*; what a terminal would not take at once goes into a file, which is told."""
        from woodwork_tui.widgets.clipboard import LARGEST, copy, through_multiplexer  # when it is first wanted

        if len(text.encode("utf-8", "backslashreplace")) > LARGEST:
            self.notify(copy(super().copy_to_clipboard, text, "What was copied"), markup=False)
            return
        super().copy_to_clipboard(text)
        if self._driver is not None and (wrapped := through_multiplexer(text, os.environ)):
            self._driver.write(wrapped)

    def action_command_palette(self) -> None:
        """Show everything that can be done from here."""
        from woodwork_tui.palette import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette())

    def action_help(self) -> None:
        """Show the keys that mean something here."""
        if self._operator is not None:
            self._operator.help()

    def action_about(self) -> None:
        """Show versions, paths, the terminal and drops."""
        if self._operator is not None:
            self._operator.about(self.pace.interval)

    def action_inject(self, component: str = "") -> None:
        """Compose a message; for an `input cli` go to its prompt."""
        if self._operator is not None:
            self._operator.inject(component)

    def action_repeat(self) -> None:
        """Send what was injected last once more."""
        if self._operator is not None:
            self._operator.repeat()

    def action_copy_command(self) -> None:
        """Copy what was done last as a command."""
        if self._operator is not None:
            self._operator.copy_command()

    def action_reload(self) -> None:
        """Read the flow file again."""
        if self._operator is not None:
            self._operator.act("reload", {})

    def action_set(self, name: str, value: str) -> None:
        """Set a preference for this run: `theme`, `ascii`, `motion`, `time` or `ring`."""
        self.appearance.set(name, value)
        self.tick()
