"""The Flow tab: the picture of the flow, the inspector, and below them the tap and the chat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.events import Resize
from textual.geometry import Size

from woodwork_engine.hold import Breakpoint, Scope
from woodwork_tui.screens.scope_tab import ScopeTab
from woodwork_tui.state.filters import LastGood
from woodwork_tui.state.flow_search import Found, find, search, search_problem
from woodwork_tui.state.tap import Tapped, toggled
from woodwork_tui.state.view import Selection, View
from woodwork_tui.widgets.chat import Chat, Prompt
from woodwork_tui.widgets.inspector import Inspector
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.line_table import LineTable
from woodwork_tui.widgets.pages import Pages
from woodwork_tui.widgets.pane import Pane
from woodwork_tui.widgets.picture import Picture
from woodwork_tui.widgets.talk import Talk
from woodwork_tui.widgets.tap import Tap

_WIDE, _XWIDE = 110, 160
_LOW = 14
"""Lines below which there is no room for a lower pane."""


class FlowTab(ScopeTab):
    """What is wired, what moves, what is stuck. On a narrow screen the inspector is a page of the lower pane."""

    DEFAULT_CSS = """
    FlowTab #upper { height: 3fr; }
    FlowTab #below { height: 2fr; }
    FlowTab #about { width: 39; display: none; }
    FlowTab.-roomy #about { display: block; }
    FlowTab.-roomiest #about { width: 48; }
    FlowTab.-tight #upper, FlowTab.-tight #below { height: 1fr; }
    FlowTab.-low #below { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "item.describe",
        "item.source",
        "flow.tap",
        "item.view",
        "item.copy",
        "list.next",
        "list.before",
        "bus.break",
        "bus.break_if",
    )
    filterable = True

    def __init__(self) -> None:
        super().__init__()
        self._view = View()
        self._tapped = Tapped()
        self._search = LastGood(search)
        self._found = Found()
        self._wide = True
        self.picture = Picture(id="picture")
        self.tap = Tap(id="tap")
        self.chat = Chat(id="chat")
        self._beside = Inspector(id="inspector")
        self._below = Inspector(id="inspector-below")
        self._about = Pane(self._beside, id="about")
        self.pages = Pages({"tap": self.tap, "chat": self.chat, "inspector": self._below}, id="below")

    def compose(self) -> ComposeResult:
        """Lay the panes out."""
        with Horizontal(id="upper"):
            yield self.picture
            yield self._about
        yield self.pages

    def on_mount(self) -> None:
        """Take the right shape before the first frame."""
        self._adapt(self.app.size)

    def on_resize(self, event: Resize) -> None:
        """Show the inspector beside the picture where there is room."""
        self._adapt(event.size)
        self.call_after_refresh(self._draw)

    def _adapt(self, size: Size) -> None:
        width, height = size
        self._wide = width >= _WIDE
        self.set_class(self._wide, "-roomy")
        self.set_class(not self._wide, "-tight")
        self.set_class(width >= _XWIDE, "-roomiest")
        self.set_class(height < _LOW, "-low")
        self.pages.hide(*(("inspector",) if self._wide else ()))
        self.picture.prefer(as_tree=not self._wide)

    # what is shown

    @property
    def inspector(self) -> Inspector:
        """The inspector that is used at this width, up to date."""
        inspector = self._beside if self._wide else self._below
        inspector.show(self._view)
        return inspector

    def show(self, view: View) -> None:
        """Show *view*."""
        self._view = view
        self._draw()

    def _draw(self) -> None:
        view = self._view
        self._look_for(self._search.take(view.filter))
        self.picture.show(view, self._found)
        if self._wide:
            self._about.tell(self.inspector.facts.title, "d describe  e source")
        elif self.pages.page == "inspector":
            self.inspector.show(view)
        self._tapped = replace(self._tapped, session=view.selection.session)
        self.tap.show(view, self._tapped)
        self.chat.show(view)
        titles = {"tap": self.tap.title, "chat": self.chat.title, "inspector": "Inspector"}
        hints = {"tap": self.tap.status, "chat": self.chat.hint, "inspector": "e source"}
        self.pages.entitle(titles, hints[self.pages.page])

    # what is searched for

    def _look_for(self, expression: str) -> None:
        """Find *expression*; a new one selects its first match, as far as nothing that matches is selected."""
        new = expression != self._found.expression
        self._found = find(self._view.snapshot, expression, self.picture.order)
        if new:
            self.refresh_bindings()
            if self._view.selection.node not in self._found.names:
                # Textual takes a message no further than to who is at work when it is posted; here the screen may be
                self.call_later(self._step, 0)

    def _step(self, by: int) -> None:
        name = self._found.beside(self._view.selection, by)
        if name is not None and name != self._view.selection.node:
            self.post_message(self.Select(Selection(node=name, session=self._view.selection.session)))

    def check_filter(self, text: str) -> str | None:
        """Return what is wrong with the search *text*, or None."""
        return search_problem(text)

    def filter_status(self) -> str:
        """Return how many components were found."""
        return self._found.status

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the next match only while something is searched for."""
        return action not in ("next_match", "match_before") or self._found.active

    def action_next_match(self) -> None:
        """Select the next component that was found."""
        self._step(1)

    def action_match_before(self) -> None:
        """Select the one before."""
        self._step(-1)

    def enter(self) -> None:
        """Put the focus on the picture of the flow, never into a prompt."""
        self.picture.enter()

    def remembered(self) -> Mapping[str, str | bool]:
        """Return the view and the zoom where the person chose one."""
        return self.picture.remembered()

    def recall(self, kept: Mapping[str, object]) -> None:
        """Take the zoom and the view that *kept* names."""
        self.picture.recall(kept)

    # what the person chose

    @on(Picture.Selected)
    def select(self, event: Picture.Selected) -> None:
        """Select a node, a line or nothing."""
        event.stop()
        node, edge = (event.mark, None) if isinstance(event.mark, str) else (None, event.mark)
        selection = Selection(node=node, edge=edge, session=self._view.selection.session)
        if selection != self._view.selection:
            self.post_message(self.Select(selection))

    @on(Picture.Wanted)
    def build(self, event: Picture.Wanted) -> None:
        """Have the flow changed where the selection is."""
        event.stop()
        selection = self._view.selection
        where = selection.edge or ((selection.node,) if selection.node else ())
        self.post_message(self.Build(event.wish, *(where if event.wish in ("route", "remove") else ())))

    @on(Picture.Opened)
    def open(self, event: Picture.Opened) -> None:
        """Show the messages of what was opened; where there is no inspector yet, that first."""
        event.stop()
        mark = event.mark
        if not self._wide and self.pages.page != "inspector":
            self.pages.turn_to("inspector")
        else:
            asked = f"node:{mark}" if isinstance(mark, str) else f"edge:{mark[0]}->{mark[1]}"
            self.post_message(self.Goto("messages", asked))

    @on(LineTable.Chosen, "#tap")
    def open_delivery(self, event: LineTable.Chosen) -> None:
        """Show the delivery under the tap's cursor with everything about it."""
        event.stop()
        if self.tap.cursor_row is not None:
            self.post_message(self.Select(replace(self._view.selection, message=self.tap.cursor_row.key)))
            self.post_message(self.Goto("messages"))

    # the lower pane

    @on(Pages.Turned)
    @on(LineTable.Followed)
    @on(Talk.Followed)
    @on(Chat.Changed)
    def draw_again(self) -> None:
        """Say at once what has changed."""
        self._draw()

    def action_page(self, name: str) -> None:
        """Put a page of the lower pane in front."""
        self.pages.turn_to(name)
        self.pages.focus_page()

    def prompt(self, component: str) -> bool:
        """Put the focus into the prompt of *component*."""
        self.pages.turn_to("chat")
        return self.chat.type(component)

    @on(Prompt.Said)
    def send(self, event: Prompt.Said) -> None:
        """Send what a person typed."""
        event.stop()
        arguments = {"component": event.component, "payload": event.text, "session": self._view.selection.session}
        self.post_message(self.Act("inject", arguments, quiet=True))  # the transcript answers

    def action_new_session(self) -> None:
        """Let the next prompt begin a new session."""
        component = self.chat.spoken_to
        if component is not None:
            self.prompt(component)
            self.chat.begin_session()
            self.post_message(self.Act("new_session", {"component": component}))

    # keys

    @property
    def scope(self) -> Scope | None:
        """The component selected, the session looked at, or the lane of both."""
        selected = self._view.selection
        if selected.edge is not None or (selected.node is None and selected.session is None):
            return None
        return Scope(selected.node, selected.session)

    @property
    def stop(self) -> Breakpoint | None:
        """The component or the route selected, as a place for a breakpoint."""
        selected = self._view.selection
        if selected.edge is not None:
            return Breakpoint(selected.edge[1], selected.edge[0])
        return Breakpoint(selected.node) if selected.node is not None else None

    def action_describe(self) -> None:
        """Go to the inspector."""
        if self._wide:
            self._beside.focus()
        else:
            self.action_page("inspector")

    def action_source(self) -> None:
        """Show where the selection is written in the file."""
        place = self.inspector.facts.place
        if place is not None:
            self.post_message(self.Source(*place))

    def action_tap(self) -> None:
        """Tap the selection, whatever is tapped."""
        selection = self._view.selection
        self._tap(Tapped(selection.node, selection.edge))

    def action_turn_tap(self) -> None:
        """Tap the selection; once more, everything."""
        self._tap(toggled(self._tapped, self._view.selection))

    def _tap(self, tapped: Tapped) -> None:
        self._tapped = tapped
        self.pages.turn_to("tap")
        self._draw()

    def action_view(self) -> None:
        """Show the flow as a graph or as a tree."""
        self.picture.turn()

    def action_copy(self) -> None:
        """Copy what the inspector says."""
        inspector = self.inspector
        self.post_message(self.Copy(inspector.copied, inspector.facts.title))
