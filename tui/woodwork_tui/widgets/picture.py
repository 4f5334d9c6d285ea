"""The picture of the flow: its graph, or its tree where there is little room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.events import Resize
from textual.message import Message

from woodwork_tui.layout.steps import Mark
from woodwork_tui.state.flow_search import Found
from woodwork_tui.state.flow_words import empty_text, legend, marks, title
from woodwork_tui.state.view import View
from woodwork_tui.widgets.focus import focus_now
from woodwork_tui.widgets.graph import GraphView
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.line_table import LineTable
from woodwork_tui.widgets.pane import Pane
from woodwork_tui.widgets.tree_table import TreeTable


class Picture(Pane):
    """Shows the graph or the tree; selecting and opening go up."""

    class Selected(Message):
        """The person chose *mark*: a node's name, a line's ends, or nothing."""

        def __init__(self, mark: Mark | None) -> None:
            self.mark = mark
            super().__init__()

    class Opened(Message):
        """The person opened *mark*."""

        def __init__(self, mark: Mark) -> None:
            self.mark = mark
            super().__init__()

    class Wanted(Message):
        """The person wants to build: *wish* is add, route, remove or undo."""

        def __init__(self, wish: str) -> None:
            self.wish = wish
            super().__init__()

    BINDINGS: ClassVar[list[BindingType]] = bindings("flow.add", "flow.route", "flow.remove", "flow.undo")

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's word
        self.graph = GraphView(id="graph")
        self.tree_table = TreeTable(id="tree")
        super().__init__(self.graph, self.tree_table, id=id)
        self.tree_table.display = False
        self._as_tree = False
        self._chosen = False
        self._view = View()
        self._found = Found()

    @property
    def order(self) -> tuple[str, ...]:
        """The components in the order in which they are drawn."""
        return self.tree_table.order if self._as_tree else self.graph.order

    def enter(self) -> None:
        """Put the focus on what is shown."""
        focus_now(self.tree_table if self._as_tree else self.graph)

    def turn(self) -> None:
        """Show the graph instead of the tree, or the tree instead of the graph."""
        self._chosen = True
        self._put(not self._as_tree)
        self.enter()

    def remembered(self) -> Mapping[str, str | bool]:
        """Return the view and the zoom where the person chose one."""
        view = {"view": "tree" if self._as_tree else "graph"} if self._chosen else {}
        zoom = {"zoom": self.graph.chosen_zoom.value} if self.graph.chosen_zoom is not None else {}
        return {**view, **zoom}

    def recall(self, kept: Mapping[str, object]) -> None:
        """Take the zoom and the view that *kept* names."""
        self.graph.zoom_to(kept.get("zoom"))
        if kept.get("view") in ("tree", "graph"):
            self._chosen = True
            self._put(kept["view"] == "tree")

    def prefer(self, *, as_tree: bool) -> None:
        """Show the tree, or the graph, unless the person has chosen."""
        if not self._chosen:
            self._put(as_tree)

    def action_add(self) -> None:
        """Add a component."""
        self.post_message(self.Wanted("add"))

    def action_route(self) -> None:
        """Draw a route from the selection."""
        self.post_message(self.Wanted("route"))

    def action_remove(self) -> None:
        """Remove the selection."""
        self.post_message(self.Wanted("remove"))

    def action_undo(self) -> None:
        """Take the last change back."""
        self.post_message(self.Wanted("undo"))

    def on_resize(self, event: Resize) -> None:
        """Fit what stands below the picture."""
        self.call_after_refresh(self._again)

    def _put(self, as_tree: bool) -> None:
        if as_tree is not self._as_tree:
            focused = self.graph.has_focus or self.tree_table.has_focus
            self._as_tree = as_tree
            self.graph.display, self.tree_table.display = not as_tree, as_tree
            if focused:
                self.enter()
            self._again()

    def _again(self) -> None:
        self.show(self._view, self._found)

    def show(self, view: View, found: Found | None = None) -> None:
        """Show the flow of *view*; what was *found* stands out."""
        self._view, self._found = view, found or Found()
        marked = self._found.marked
        snapshot, empty = view.snapshot, empty_text(view.snapshot, view.file)
        if self._as_tree:
            self.tree_table.show(view, empty, marked)
        else:
            chosen = view.selection.edge or view.selection.node
            self.graph.show(snapshot, chosen, found=marked, ascii_only=view.ascii, empty=empty)
        hints = "v graph" if self._as_tree else f"zoom {self.graph.zoom.value}"
        room, lines = max(0, self.size.width - 4), (self.tree_table if self._as_tree else self.graph).kinds_of_lines
        below = legend(room, hints, lines, marked=marks(snapshot), as_tree=self._as_tree, ascii_only=view.ascii)
        self.tell(title(snapshot.plan, "tree" if self._as_tree else "graph"), below)

    @on(GraphView.Selected)
    def _select_mark(self, event: GraphView.Selected) -> None:
        event.stop()
        self.post_message(self.Selected(event.mark))

    @on(GraphView.Opened)
    def _open_mark(self, event: GraphView.Opened) -> None:
        event.stop()
        self.post_message(self.Opened(event.mark))

    @on(GraphView.Zoomed)
    def _tell_zoom(self, event: GraphView.Zoomed) -> None:
        event.stop()
        self._again()

    @on(LineTable.Highlighted)
    def _select_row(self, event: LineTable.Highlighted) -> None:
        event.stop()
        if self.tree_table.moved and self.tree_table.cursor_row is not None:
            self.post_message(self.Selected(self.tree_table.cursor_row.name))

    @on(LineTable.Chosen)
    def _open_row(self, event: LineTable.Chosen) -> None:
        event.stop()
        if self.tree_table.cursor_row is not None:
            name = self.tree_table.cursor_row.name
            self.post_message(self.Selected(name))
            self.post_message(self.Opened(name))
