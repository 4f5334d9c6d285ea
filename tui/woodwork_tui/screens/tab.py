"""The base of every tab: data comes down through `show`, wishes go up as messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.message import Message
from textual.widget import Widget

from woodwork_tui.state.view import Selection, View
from woodwork_tui.state.wishes import Wish
from woodwork_tui.widgets.focus import focus_now

if TYPE_CHECKING:  # with the pages of a message: not before the first frame
    from woodwork_tui.state.export import Export


class Tab(Widget):
    """One tab; knows its own widgets, never the engine.

    A subclass composes its widgets, lists its keys with `widgets.keys.bindings(...)` and overrides `show`. Footer, help
    and palette read those lists: of the focused widget, then of what it stands in, then of the tab.

    A pane is a container with `ALLOW_MAXIMIZE = True`: `f` shows the one with the focus over the whole screen.
    The screen carries the classes `-tiny`, `-narrow`, `-wide`, `-xwide` (from 0, 60, 110, 160 columns) and `-short`,
    `-tall` (from 0, 30 lines). With `View.ascii` glyphs should be ASCII; what is left, frames among it, the app turns
    into ASCII on its way to the screen.
    A message whose wish ends in a dialog may be posted from that dialog too: it reaches the app either way.
    """

    DEFAULT_CSS = """
    Tab { width: 1fr; height: 1fr; layout: vertical; }
    """

    filterable: ClassVar[bool] = False
    """Whether `/` means anything here; then `View.filter` is this tab's filter expression."""

    class Act(Message):
        """Something is to be done on the bus: *action* is an Engine method's name, *arguments* its keywords.

        Where the tab itself shows what comes of it, *quiet* leaves only failures to be told; *then* is handed it.
        """

        def __init__(
            self,
            action: str,
            arguments: Mapping[str, object] | None = None,
            *,
            quiet: bool = False,
            then: Callable[[object], None] | None = None,
        ) -> None:
            self.action = action
            self.arguments = dict(arguments or {})
            self.quiet = quiet
            self.then = then
            super().__init__()

    class Wanted(Message):
        """The person wants something done about what is held, or is to be held; there may be something to ask first."""

        def __init__(self, wish: Wish) -> None:
            self.wish = wish
            super().__init__()

    class Select(Message):
        """The person chose something; every tab follows."""

        def __init__(self, selection: Selection) -> None:
            self.selection = selection
            super().__init__()

    class Goto(Message):
        """Show the tab *tab* (`flow`, `messages`, ...), filtered by *filter* unless that is None.

        There *action*, one of its own action methods (`tap`), is done if it is not empty.
        """

        def __init__(self, tab: str, filter: str | None = None, action: str = "") -> None:  # noqa: A002  the published word
            self.tab = tab
            self.filter = filter
            self.action = action
            super().__init__()

    class Build(Message):
        """The flow's files are to be changed: *wish* is add, route, remove or undo, *words* are what it is about."""

        def __init__(self, wish: str, *words: str) -> None:
            self.wish = wish
            self.words = words
            super().__init__()

    class Source(Message):
        """Show the place *line* (from 1) of *file* in the File tab."""

        def __init__(self, file: str, line: int) -> None:
            self.file = file
            self.line = line
            super().__init__()

    class Copy(Message):
        """Copy *text* to the clipboard; *what* names it for the person."""

        def __init__(self, text: str, what: str) -> None:
            self.text = text
            self.what = what
            super().__init__()

    class Type(Message):
        """Open the `:` line with *command* in it, for the person to change and to enter."""

        def __init__(self, command: str) -> None:
            self.command = command
            super().__init__()

    def show(self, view: View) -> None:
        """Show *view*; called at most ten times a second and only while the tab is visible, so it must be cheap."""

    def check_filter(self, text: str) -> str | None:
        """Return what is wrong with the filter expression *text*, or None; called while it is typed."""
        return None

    def filter_status(self) -> str:
        """Return how much of the list matches, for the filter line: `212 of 1,284 kept`; asked after each `show`."""
        return ""

    def exported(self) -> Export | None:
        """Return what `x` writes to a file: what is marked, else everything that is listed; None: nothing ever."""
        return None

    def remembered(self) -> Mapping[str, str | bool]:
        """Return how the tab shows things where the person can change that, to be kept from one run to the next."""
        return {}

    def recall(self, kept: Mapping[str, object]) -> None:
        """Show things as *kept* says, which `remembered` has returned once; what makes no sense is passed over."""

    def close(self) -> bool:
        """Close what is open inside the tab, a detail or an editor; return whether there was anything (`esc`, `q`)."""
        return False

    def unsaved(self) -> tuple[str, ...]:
        """Return the names of files with edits that quitting would lose."""
        return ()

    def prompt(self, component: str) -> bool:
        """Put the focus into the prompt of the input *component*; return whether the tab has one (`i`)."""
        return False

    def reveal(self, file: str, line: int) -> None:
        """Bring the place *line* (from 1) of *file* into sight, where the tab shows files."""

    def enter(self) -> None:
        """Put the focus where work starts in this tab; called when it comes to the front."""
        for widget in self.query("*"):
            if widget.focusable:
                focus_now(widget)
                return
