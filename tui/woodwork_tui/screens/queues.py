"""The Queues tab: who is behind, and whether it will drain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Resize
from textual.widgets import Static

from woodwork_engine.hold import Breakpoint, Scope
from woodwork_tui.screens.queue_columns import queue_columns, session_columns
from woodwork_tui.screens.scope_tab import ScopeTab
from woodwork_tui.state.filters import LastGood, problem
from woodwork_tui.state.queues import (
    ORDERS,
    Matches,
    QueueRow,
    SessionRow,
    SteadyOrder,
    queue_filter,
    queue_rows,
    queues,
    session_rows,
    summary,
)
from woodwork_tui.state.view import Selection, View
from woodwork_tui.text import safe
from woodwork_tui.units import plural
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.line_table import LineTable
from woodwork_tui.widgets.pane import Pane

_WIDE, _TALL = 110, 24
_LOW = 8
"""Lines below which the rows need the line of the sum."""


class QueuesTab(ScopeTab):
    """Components and, under each one that is open, the sessions that wait there; on a large screen also by session."""

    DEFAULT_CSS = """
    QueuesTab #queues-told { height: 1; padding: 0 1; color: $foreground 70%; }
    QueuesTab #by-component { height: 3fr; }
    QueuesTab #by-session { height: 2fr; display: none; }
    QueuesTab.-large #by-session { display: block; }
    QueuesTab.-low #queues-told { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "list.left", "list.right", "list.sort", "list.reverse", "item.describe", "item.tap", "item.source", "item.copy",
        "bus.break", "bus.break_if", "bus.purge",
    )  # fmt: skip
    filterable = True

    def __init__(self, id: str | None = None) -> None:  # noqa: A002  Textual's word
        super().__init__(id=id)
        self._view = View()
        self._opened: frozenset[str] = frozenset()
        self._order = 0
        self._backwards = False
        self._steady = SteadyOrder()
        self._filter = LastGood(queue_filter)
        self._matches: Matches | None = None
        self._components: tuple[str, ...] = ()
        self._ascii: bool | None = None
        self._table: LineTable[QueueRow] = LineTable(
            queue_columns(False), key=lambda row: row.key, empty="This flow has no queues.", id="queues"
        )
        self._sessions: LineTable[SessionRow] = LineTable(
            session_columns((), False), key=lambda row: row.session, empty="No session waits.", id="queue-sessions"
        )
        self._told = Static(id="queues-told")
        self._by_component = Pane(self._table, self._told, title="Queues", id="by-component")
        self._by_session = Pane(self._sessions, title="By session", id="by-session")

    def compose(self) -> ComposeResult:
        """Lay the two tables out."""
        yield self._by_component
        yield self._by_session

    def on_resize(self, event: Resize) -> None:
        """Show sessions by component where there is room for it."""
        self.set_class(event.size.width >= _WIDE and event.size.height >= _TALL, "-large")
        self.set_class(event.size.height < _LOW, "-low")
        self._draw()

    def check_filter(self, text: str) -> str | None:
        """Return what is wrong with the filter *text*, or None."""
        return problem(queue_filter, text)

    def filter_status(self) -> str:
        """Return how many queues match."""
        found = sum(row.session is None for row in self._table.rows)
        return f"{found} of {plural(len(queues(self._view.snapshot)), 'queue')}"

    def show(self, view: View) -> None:
        """Show *view*."""
        before, self._view = self._view, view
        query = self._filter.take(view.filter)
        self._matches = queue_filter(query) if query.strip() else None
        if view.ascii is not self._ascii:
            self._ascii = view.ascii
            self._table.set_columns(queue_columns(view.ascii))
            self._components = ()
        elif before.snapshot is view.snapshot and before.selection == view.selection and before.filter == view.filter:
            return
        self._draw()

    def _draw(self) -> None:
        view, snapshot = self._view, self._view.snapshot
        nodes = queues(snapshot)
        order = tuple(ORDERS)[self._order]
        names = self._steady.names(nodes, order, view.now, backwards=self._backwards)
        session = view.selection.session
        rows = queue_rows(snapshot, names, opened=self._opened, session=session, matches=self._matches)
        self._table.set_empty(self._empty(len(nodes)))
        self._table.set_rows(rows)
        self._told.update(safe(summary(snapshot), width=max(20, self._told.content_size.width)))
        turned = ", reversed" if self._backwards else ""
        self._by_component.tell(
            f"Queues · {plural(len(nodes), 'component')} · {order}{turned}", "enter sessions  o order"
        )
        if self.has_class("-large"):
            self._draw_sessions(tuple(node.name for node in nodes if node.name in names))

    def _draw_sessions(self, names: tuple[str, ...]) -> None:
        snapshot = self._view.snapshot
        rows = session_rows(snapshot, session=self._view.selection.session, matches=self._matches)
        busy = {name for row in rows for name in row.cells}
        components = tuple(name for name in names if name in busy)
        if components != self._components:
            self._components = components
            self._sessions.set_columns(session_columns(components, self._view.ascii))
        self._sessions.set_rows(rows)
        title = f"By session · {plural(len(rows), 'session')} waiting, most first" if rows else "By session"
        self._by_session.tell(title, "enter looks at one session everywhere")

    def _empty(self, components: int) -> str:
        wish = " ".join(part for part in (self._session_words(), self._view.filter.strip()) if part)
        if wish and components:
            return f"0 of {plural(components, 'queue')} match {wish}. esc clears the filter."
        return "This flow has no queues."

    def _session_words(self) -> str:
        session = self._view.selection.session
        return f"session:{session}" if session else ""

    def remembered(self) -> Mapping[str, str | bool]:
        """Return the order of the components."""
        return {"order": tuple(ORDERS)[self._order], "reversed": self._backwards}

    def recall(self, kept: Mapping[str, object]) -> None:
        """Take the order that *kept* names."""
        if kept.get("order") in ORDERS:
            self._order, self._backwards = list(ORDERS).index(str(kept["order"])), kept.get("reversed") is True
            self._draw()

    @on(LineTable.Chosen, "#queues")
    def open_row(self, event: LineTable.Chosen) -> None:
        """Open or close a component; look at a session everywhere."""
        row = self._table.cursor_row
        if row is None:
            return
        if row.session is not None:
            self._select(row.session)
        else:
            self._opened = self._opened ^ {row.component}
            self._draw()

    @on(LineTable.Chosen, "#queue-sessions")
    def choose_session(self, event: LineTable.Chosen) -> None:
        """Look at a session everywhere."""
        if self._sessions.cursor_row is not None:
            self._select(self._sessions.cursor_row.session)

    def _select(self, session: str) -> None:
        self.post_message(self.Select(replace(self._view.selection, session=session)))

    @property
    def scope(self) -> Scope | None:
        """The component, the lane or the session under the cursor."""
        if self._sessions.has_focus:
            row = self._sessions.cursor_row
            return Scope(None, row.session) if row is not None else None
        queue = self._table.cursor_row
        return Scope(queue.component, queue.session) if queue is not None else None

    @property
    def stop(self) -> Breakpoint | None:
        """The component under the cursor, as a place for a breakpoint."""
        row = self._table.cursor_row
        return Breakpoint(row.component) if row is not None and not self._sessions.has_focus else None

    def action_cursor_left(self) -> None:
        """Close the component, from a session its own."""
        row = self._table.cursor_row
        if row is not None and self._table.has_focus:
            self._opened = self._opened - {row.component}
            self._table.move_to((row.component, None))
            self._draw()

    def action_cursor_right(self) -> None:
        """Open the component."""
        row = self._table.cursor_row
        if row is not None and self._table.has_focus:
            self._opened = self._opened | {row.component}
            self._draw()

    def action_sort(self) -> None:
        """Order by the next thing."""
        self._order = (self._order + 1) % len(ORDERS)
        self._draw()

    def action_reverse(self) -> None:
        """Turn the order round."""
        self._backwards = not self._backwards
        self._draw()

    @property
    def _pointed_at(self) -> Selection:
        """The component and the session under the cursor."""
        row = self._table.cursor_row if not self._sessions.has_focus else None
        lane = self._sessions.cursor_row if self._sessions.has_focus else None
        session = lane.session if lane is not None else row.session if row is not None else None
        return Selection(node=row.component if row is not None else None, session=session)

    def action_describe(self) -> None:
        """Show everything about the component, in the Flow tab."""
        self._go_to_flow("describe")

    def action_tap(self) -> None:
        """Watch what comes to the component, or what a session does, in the Flow tab."""
        self._go_to_flow("tap")

    def _go_to_flow(self, action: str) -> None:
        chosen = self._pointed_at
        if chosen:
            self.post_message(self.Select(chosen))
            self.post_message(self.Goto("flow", action=action))

    def action_copy(self) -> None:
        """Copy the name of the session, else of the component."""
        chosen = self._pointed_at
        name = chosen.session or chosen.node
        if name is not None:
            self.post_message(self.Copy(name, "the session id" if chosen.session else "the name of the component"))

    def action_source(self) -> None:
        """Show where the component is declared."""
        row, plan = self._table.cursor_row, self._view.snapshot.plan
        node = plan.node(row.component) if row is not None and plan is not None else None
        if node is not None:
            self.post_message(self.Source(node.span.file, node.span.line))
