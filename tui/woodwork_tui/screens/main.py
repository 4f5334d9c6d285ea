"""The main screen: header, tab bar, notices, the tab in front, the lines to type into, footer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message

from woodwork_tui.actions import TAB_TITLES, TABS
from woodwork_tui.screens.entry_lines import EntryLines
from woodwork_tui.screens.steady import SteadyScreen
from woodwork_tui.screens.tab import Tab
from woodwork_tui.screens.tab_stack import TabStack
from woodwork_tui.state.memory import Memory
from woodwork_tui.state.navigation import Navigation
from woodwork_tui.state.notices import Notice, notices
from woodwork_tui.state.view import Selection, View
from woodwork_tui.state.wishes import Want, Wish
from woodwork_tui.widgets.footer import FooterBar
from woodwork_tui.widgets.header import Header
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.line_table import LineTable
from woodwork_tui.widgets.notice_bar import NoticeBar
from woodwork_tui.widgets.tab_bar import TabBar

_SMALLEST = (40, 10)
_AHEAD_OF_TEXT = frozenset({"go", "command", "filter"})


class MainScreen(SteadyScreen[None]):
    """Shows views; where the person is (`place`) is kept here, and every move shows the last view again.

    *make_tab* makes a tab by name, `themes` are the names that `:theme` takes, `standing` is what is wrong beside the
    flow.
    """

    AUTO_FOCUS = ""  # a tab takes the focus when it comes to the front; the lines to type into must not
    DEFAULT_CSS = """
    MainScreen { layout: vertical; }
    MainScreen.-smallest TabBar, MainScreen.-smallest FooterBar { display: none; }
    MainScreen.-short.-noticed TabBar { display: none; }
    MainScreen.-bare Header, MainScreen.-bare TabBar, MainScreen.-bare FooterBar { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority the app has done these before it looks at the next key, however fast that one comes.
        *bindings(*(f"tab.{tab}" for tab in TABS), "app.command", "app.filter", priority=True),
        *bindings("list.next", "list.before"),
        *bindings("app.back", "app.last", "app.full", "app.chrome", "app.leave", "bus.pause_all"),
    ]

    class Left(Message):
        """The person wants to go back from where there is no way back."""

    def __init__(self, make_tab: Callable[[str], Tab], themes: Iterable[str] = ()) -> None:
        super().__init__()
        self.place = Navigation()
        self.view = View()
        self._trouble = ""
        self.themes = tuple(themes)
        self.standing: Sequence[Notice] = ()
        self._make_tab = make_tab

    def compose(self) -> ComposeResult:
        """Lay out what is always there; tabs come when they are shown."""
        yield Header()
        yield TabBar()
        yield NoticeBar()
        yield TabStack(self._make_tab)
        yield EntryLines()
        yield FooterBar()

    # what is shown

    @property
    def is_whole(self) -> bool:
        """Whether all of it is there to be shown; while the app ends it is not."""
        return bool(self.query(FooterBar))

    def show(self, view: View, trouble: str = "") -> None:
        """Show *view*; *trouble* is what keeps the engine from coming up."""
        self.view = view
        self._trouble = trouble
        self._show_chrome()
        tab = self.tab
        if tab is not None:
            tab.show(view)
            self.query_one(EntryLines).show(self.place.filter, tab.filter_status())

    def _show_chrome(self) -> None:
        view = self.view
        found = notices(view, self._trouble, self.standing, tab=self.place.tab)
        self.set_class(bool(found), "-noticed")
        self.set_class(self.size.width < _SMALLEST[0] or self.size.height < _SMALLEST[1], "-smallest")
        self.query_one(Header).show(view)
        self.query_one(TabBar).show(view, self.place.tab)
        self.query_one(NoticeBar).show(found, ascii_only=view.ascii)
        self.query_one(FooterBar).set_ascii(view.ascii)

    def on_resize(self) -> None:
        """Fit header and tab bar into the new size."""
        self._show_chrome()

    @property
    def tab(self) -> Tab | None:
        """The tab in front, once it can be shown something."""
        return self.query_one(TabStack).front

    def unsaved(self) -> tuple[str, ...]:
        """Return the names of files with edits that quitting would lose."""
        return self.query_one(TabStack).unsaved()

    async def bring(self) -> None:
        """Put the tab of this place in front and show it the last view."""
        if await self.query_one(TabStack).bring(self.place.tab) and self.tab is not None:
            self.minimize()
            self._again()
            self.tab.enter()
            self.query_one(FooterBar).show()

    def _again(self) -> None:
        self.show(replace(self.view, selection=self.place.selection, filter=self.place.filter), self._trouble)

    async def move(self, place: Navigation) -> None:
        """Go to *place*."""
        elsewhere = place.tab != self.place.tab
        self.place = place
        if elsewhere or self.tab is None:
            await self.bring()
        else:
            self._again()

    def select(self, selection: Selection) -> None:
        """Select *selection* in every tab."""
        self.place = self.place.selected(selection)
        self._again()

    def tell_times(self, form: str) -> None:
        """Tell times in *form* (clock, since, ago) in every list."""
        self.query_one(TabStack).recall({name: {"time": form} for name in ("messages", "sessions")})

    def remembered(self, theme: str | None) -> Memory:
        """Return how the person looks at the flow, with the *theme* they chose for it."""
        filters = {tab: text for tab, text in self.place.filters.items() if tab != "flow"}
        tabs, lines = self.query_one(TabStack).remembered(), self.query_one(EntryLines).lines
        return Memory(self.place.tab, theme, filters, tabs, lines)

    def recall(self, memory: Memory) -> None:
        """Look at the flow as *memory* says, from the next `bring` on."""
        self.place = Navigation(memory.tab, filters=memory.filters)
        self.query_one(TabStack).recall(memory.tabs)
        self.query_one(EntryLines).recall(memory.commands)

    # keys

    async def action_go(self, tab: str) -> None:
        """Show *tab*."""
        await self.move(self.place.go(tab))

    async def action_last(self) -> None:
        """Show the tab that was shown before."""
        await self.move(self.place.last())

    async def action_back(self) -> None:
        """Clear the filter, else close what is open, else go back; never quits."""
        cleared = self.place.cleared()
        if cleared is not None:
            await self.move(cleared)
        else:
            await self._close_or_return()

    async def action_leave(self) -> None:
        """Close what is open, else go back, else ask to quit."""
        if not await self._close_or_return():
            self.post_message(self.Left())

    async def _close_or_return(self) -> bool:
        if self.maximized is not None:
            self.minimize()
            return True
        if self.tab is not None and self.tab.close():
            return True
        before = self.place.back()
        if before is not None:
            await self.move(before)
        return before is not None

    def action_pause_all(self) -> None:
        """Pause the whole flow, or resume it."""
        self.post_message(Tab.Wanted(Wish(Want.PAUSE)))

    def action_full(self) -> None:
        """Show the pane with the focus over the whole screen, or no longer."""
        if self.maximized is not None:
            self.minimize()
        elif self.focused is not None:
            self.maximize(self.focused)

    def action_chrome(self) -> None:
        """Leave the whole screen to the tab, or show what is around it again; a notice stays."""
        self.toggle_class("-bare")
        if self.has_class("-bare"):
            self.notify("H shows header, tabs and footer again.", title="chrome", markup=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the filter only where the tab has one; where text is typed, letters are text (screens 3.5)."""
        if action in _AHEAD_OF_TEXT and self.focused is not None and self.focused.check_consume_key("x", "x"):
            return False
        if action in ("next_match", "match_before"):
            return bool(self.place.filter) and self._found is not None
        return action != "filter" or (self.tab is not None and self.tab.filterable)

    # lines to type into

    def action_filter(self) -> None:
        """Type a filter."""
        from woodwork_tui.state.filter_fields import FIELDS, completed  # with every list: not before the first frame

        if self.tab is not None:
            fields = FIELDS.get(self.place.tab, ())
            lines = self.query_one(EntryLines)
            lines.filter(self.place.filter, self.tab.check_filter, lambda text: completed(text, fields))

    def action_next_match(self) -> None:
        """Go to the next row that the filter has found, after the last one to the first."""
        if self._found is not None:
            self._found.go_round(1)

    def action_match_before(self) -> None:
        """Go to the row before, that the filter has found; before the first one is the last."""
        if self._found is not None:
            self._found.go_round(-1)

    @property
    def _found(self) -> LineTable[object] | None:
        """The table of what the filter has found: the one with the focus, else the first of the tab."""
        if isinstance(self.focused, LineTable):
            return self.focused
        return next(iter(self.tab.query(LineTable)), None) if self.tab is not None else None

    @on(EntryLines.Filtered)
    def _filter(self, event: EntryLines.Filtered) -> None:
        event.stop()
        self.place = self.place.filtered(event.expression)
        self._again()

    @on(EntryLines.Homeless)
    def _enter(self, event: EntryLines.Homeless) -> None:
        event.stop()
        if self.tab is not None:
            self.tab.enter()

    def action_command(self, text: str = "") -> None:
        """Type a command, beginning with *text*."""
        from woodwork_tui.state import commands  # with all that they are about: not before the first frame

        grammar = commands.CommandGrammar(lambda: commands.names(self.view, self.themes), self._check_filter)
        self.query_one(EntryLines).command(text, grammar)

    @on(Tab.Type)
    def _type(self, event: Tab.Type) -> None:
        event.stop()
        self.action_command(event.command)

    def _check_filter(self, tab: str, expression: str) -> str | None:
        name = tab or self.place.tab
        known = self.query_one(TabStack).get(name)
        return known.check_filter(expression) if known.filterable else f"{TAB_TITLES[name]} has nothing to filter"

    # the mouse

    @on(TabBar.Chosen)
    async def _go(self, event: TabBar.Chosen) -> None:
        event.stop()
        await self.action_go(event.tab)
