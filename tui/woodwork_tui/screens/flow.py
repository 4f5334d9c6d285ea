"""The Flow tab: the graph or tree of the flow, the inspector, and below them the tap and the chat."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.events import Resize

from woodwork_tui.layout.steps import Mark
from woodwork_tui.screens.tab import Tab
from woodwork_tui.state.flow_words import empty_text, legend, title
from woodwork_tui.state.tap import Tapped, toggled
from woodwork_tui.state.view import Selection, View
from woodwork_tui.widgets.chat import Chat, Prompt
from woodwork_tui.widgets.graph import GraphView
from woodwork_tui.widgets.inspector import Inspector
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.line_table import LineTable
from woodwork_tui.widgets.pages import Pages
from woodwork_tui.widgets.pane import Pane
from woodwork_tui.widgets.talk import Talk
from woodwork_tui.widgets.tap import Tap
from woodwork_tui.widgets.tree_table import TreeTable

_WIDE = 110
_LOW = 14
"""Lines below which there is no room for a lower pane."""


class FlowTab(Tab):
    """What is wired, what moves, what is stuck."""

    DEFAULT_CSS = """
    FlowTab #upper { height: 3fr; }
    FlowTab #below { height: 2fr; }
    FlowTab #about { width: 39; display: none; }
    FlowTab.-wide #about { display: block; }
    FlowTab.-low #below { display: none; }
    FlowTab.-narrow #upper { height: 1fr; }
    FlowTab.-narrow #below { height: 1fr; }
    FlowTab.-xwide #about { width: 48; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "item.describe", "item.source", "item.tap", "item.view", "item.copy"
    )

    def __init__(self) -> None:
        super().__init__()
        self._view = View()
        self._tapped = Tapped()
        self._tree_wanted: bool | None = None
        self._wide = True
        self.graph = GraphView(id="graph")
        self.tree_table = TreeTable(id="tree")
        self.tap = Tap(id="tap")
        self.chat = Chat(id="chat")
        self._beside = Inspector(id="inspector")
        self._below = Inspector(id="inspector-below")
        self._picture = Pane(self.graph, self.tree_table, id="picture")
        self._about = Pane(self._beside, id="about")
        self._pages = Pages({"tap": self.tap, "chat": self.chat, "inspector": self._below}, id="below")

    def compose(self) -> ComposeResult:
        """Lay the panes out."""
        with Horizontal(id="upper"):
            yield self._picture
            yield self._about
        yield self._pages

    def on_resize(self, event: Resize) -> None:
        """Show a graph with the inspector beside it where there is room, else a tree."""
        width, height = event.size
        self._wide = width >= _WIDE
        self.set_class(self._wide, "-wide")
        self.set_class(not self._wide, "-narrow")
        self.set_class(width >= 160, "-xwide")
        self.set_class(height < _LOW, "-low")
        self._pages.hide(*(("inspector",) if self._wide else ()))
        self.call_after_refresh(self._draw)

    # what is shown

    @property
    def _as_tree(self) -> bool:
        return not self._wide if self._tree_wanted is None else self._tree_wanted

    def show(self, view: View) -> None:
        """Show *view*."""
        self._view = view
        self._draw()

    def _draw(self) -> None:
        view = self._view
        self._show_picture(view)
        inspector = self._beside if self._wide else self._below
        if self._wide:
            inspector.show(view)
            self._about.tell(inspector.facts.title, "d describe  e source")
        elif self._pages.page == "inspector":
            inspector.show(view)
        self._tapped = replace(self._tapped, session=view.selection.session)
        self.tap.show(view, self._tapped)
        self.chat.show(view)
        self._entitle()

    def _show_picture(self, view: View) -> None:
        snapshot, as_tree = view.snapshot, self._as_tree
        shown, hidden = (self.tree_table, self.graph) if as_tree else (self.graph, self.tree_table)
        if hidden.display or not shown.display:
            focused = hidden.has_focus
            shown.display, hidden.display = True, False
            if focused:
                shown.focus()
        empty = empty_text(snapshot, view.file)
        if as_tree:
            self.tree_table.show(view, empty)
        else:
            chosen = view.selection.edge or view.selection.node
            self.graph.show(snapshot, chosen, ascii_only=view.ascii, empty=empty)
        other = "graph" if as_tree else "tree"
        zoom = "" if as_tree else f"z zoom ({self.graph.zoom.value})  "
        hints = f"v {other}  {zoom}f full  t tap"
        kind = "tree" if as_tree else "graph"
        self._picture.tell(
            title(snapshot.plan, kind), legend(self._picture.size.width - 4, hints, ascii_only=view.ascii)
        )

    def _entitle(self) -> None:
        titles = {"tap": self.tap.title, "chat": self.chat.title, "inspector": "Inspector"}
        hint = {"tap": self.tap.status, "chat": "i type  v all sessions  F follow", "inspector": "e source"}
        self._pages.entitle(titles, hint[self._pages.page])

    def enter(self) -> None:
        """Put the focus on the picture of the flow, never into a prompt."""
        (self.tree_table if self._as_tree else self.graph).focus()

    # selection

    def _select(self, mark: Mark | None) -> None:
        node, edge = (mark, None) if isinstance(mark, str) else (None, mark)
        selection = Selection(node=node, edge=edge, session=self._view.selection.session)
        if selection != self._view.selection:
            self.post_message(self.Select(selection))

    @on(GraphView.Selected)
    def select_mark(self, event: GraphView.Selected) -> None:
        """Select what was chosen in the graph."""
        event.stop()
        if not isinstance(event, GraphView.Opened):
            self._select(event.mark)

    @on(GraphView.Opened)
    def open_mark(self, event: GraphView.Opened) -> None:
        """Show the messages of what was opened in the graph."""
        event.stop()
        self._open(event.mark)

    @on(LineTable.Highlighted, "#tree")
    def select_row(self, event: LineTable.Highlighted) -> None:
        """Select the component under the tree's cursor."""
        row = self.tree_table.cursor_row
        if row is not None and self.tree_table.moved and not isinstance(event, LineTable.Chosen):
            self._select(row.name)

    @on(LineTable.Chosen, "#tree")
    def open_row(self, event: LineTable.Chosen) -> None:
        """Show everything about the component under the tree's cursor."""
        row = self.tree_table.cursor_row
        if row is not None:
            self._select(row.name)
            self._describe()

    @on(LineTable.Chosen, "#tap")
    def open_delivery(self, event: LineTable.Chosen) -> None:
        """Show the delivery under the tap's cursor with everything about it."""
        row = self.tap.cursor_row
        if row is not None:
            self.post_message(self.Select(replace(self._view.selection, message=row.key)))
            self.post_message(self.Goto("messages"))

    def _open(self, mark: Mark | None) -> None:
        if mark is not None:
            asked = f"node:{mark}" if isinstance(mark, str) else f"edge:{mark[0]}->{mark[1]}"
            self.post_message(self.Goto("messages", asked))

    # pages

    @on(Pages.Turned)
    @on(LineTable.Followed)
    @on(Talk.Followed)
    @on(Chat.Changed)
    def say_again(self) -> None:
        """Say in titles what has changed."""
        self._draw()

    def action_page(self, name: str) -> None:
        """Put a page of the lower pane in front."""
        self._pages.turn_to(name)
        self._pages.focus_page()

    def prompt(self, component: str) -> bool:
        """Put the focus into the prompt of *component*."""
        self._pages.turn_to("chat")
        return self.chat.type(component)

    @on(Prompt.Said)
    def send(self, event: Prompt.Said) -> None:
        """Send what a person typed."""
        event.stop()
        arguments = {"component": event.component, "payload": event.text, "session": self._view.selection.session}
        self.post_message(self.Act("inject", arguments))

    def action_new_session(self) -> None:
        """Let the next prompt begin a new session."""
        component = self.chat.spoken_to
        if component is not None:
            self.action_page("chat")
            self.chat.begin_session()
            self.post_message(self.Act("new_session", {"component": component}))

    # keys

    def _describe(self) -> None:
        if self._wide:
            self._beside.focus()
        else:
            self.action_page("inspector")

    def action_describe(self) -> None:
        """Go to the inspector."""
        self._describe()

    def action_source(self) -> None:
        """Show where the selection is written in the file."""
        facts = (self._beside if self._wide else self._below).facts
        if facts.place is not None:
            self.post_message(self.Source(*facts.place))

    def action_tap(self) -> None:
        """Tap the selection; once more, everything."""
        self._tapped = toggled(self._tapped, self._view.selection)
        self._pages.turn_to("tap")
        self._draw()

    def action_view(self) -> None:
        """Show the flow as a graph or as a tree."""
        self._tree_wanted = not self._as_tree
        self._draw()
        self.enter()

    def action_copy(self) -> None:
        """Copy what the inspector says."""
        inspector = self._beside if self._wide else self._below
        inspector.show(self._view)
        self.post_message(self.Copy(inspector.copied, inspector.facts.title))
