"""The Queues tab: who is behind, and whether it will drain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Resize
from textual.widgets import Static

from woodwork_engine.hold import Breakpoint, Scope
from woodwork_tui.screens.scope_tab import ScopeTab
from woodwork_tui.state.columns import Column
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
from woodwork_tui.state.view import View
from woodwork_tui.text import fit, fit_middle, glyph, safe
from woodwork_tui.units import NONE, age, count, gauge, plural, rate
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.line_table import LineTable
from woodwork_tui.widgets.pane import Pane

_WIDE, _TALL = 110, 24
_LOW = 8
"""Lines below which the rows need the line of the sum."""
_LANE_GLYPHS = {
    "running": "handling",
    "retrying": "retry",
    "parked": "held",
    "unhandled": "held",
    "paused": "held",
    "blocked": "held",
    "held": "held",
    "stuck": "failed",
    "stopped": "held",
}

_LANE_TONES = {"handling": "accent", "retry": "warn", "held": "warn", "failed": "bad"}


def queue_columns(ascii_only: bool) -> list[Column[QueueRow]]:
    """Return the columns of the table of components and their sessions."""
    closed, opened = (">", "v") if ascii_only else ("▸", "▾")

    def name(row: QueueRow) -> Text:
        if row.session is not None:
            return safe(f"    {fit(row.session, 200)}")
        return safe(f"{(opened if row.is_open else closed) if row.lanes else ' '} {fit(row.component, 60)}")

    def bar(row: QueueRow) -> Text:
        tone = "bad" if 0 < row.limit <= row.depth else "accent" if row.depth else "faint"
        return Text(gauge(row.depth, row.limit, 8, ascii_only=ascii_only), tone)

    return [
        Column("name", "COMPONENT", name, minimum=14, most=34, drop=0, cut=fit_middle),
        Column("depth", "DEPTH", _depth, 13, align="right", drop=0),
        Column("bar", "", bar, 8, drop=3),
        Column("trend", "TREND", lambda row: safe(row.trend, width=40, style=row.tone), 15, drop=0),
        Column("oldest", "OLDEST", lambda row: _some(age(row.oldest) if row.depth else None), 6, align="right", drop=4),
        Column("in", "IN/s", lambda row: _rate(row.in_rate), 6, align="right", drop=5),
        Column("out", "OUT/s", lambda row: _rate(row.out_rate), 6, align="right", drop=6),
        Column("flight", "FLIGHT", lambda row: _number(row.inflight), 6, align="right", drop=7),
        Column("policy", "POLICY", lambda row: safe(row.policy, width=11), 11, drop=8),
        Column("dropped", "DROPPED", lambda row: _number(row.dropped, "bad"), 7, align="right", drop=9),
    ]


def _depth(row: QueueRow) -> Text:
    limit = f"/{row.limit:,}" if row.limit else ""
    text = Text(f"{row.depth:,}{limit}", "" if row.depth else "faint")
    text.stylize("muted", len(text) - len(limit))
    return text


def _some(text: str | None) -> Text:
    return Text(NONE, "faint") if text is None else Text(text)


def _rate(per_second: float | None) -> Text:
    if per_second is None:
        return Text("")
    return Text(rate(per_second).removesuffix("/s"), "" if per_second >= 0.05 else "faint")


def _number(number: int | None, tone: str = "") -> Text:
    if number is None:
        return Text("")
    return Text(count(number), tone if number else "faint")


def session_columns(components: Sequence[str], ascii_only: bool) -> list[Column[SessionRow]]:
    """Return the columns of the table of sessions: one for each of *components* after the sums."""
    fixed: list[Column[SessionRow]] = [
        Column("session", "SESSION", _session, minimum=10, most=30, drop=0, cut=fit_middle),
        Column("total", "WAITING", lambda row: Text(count(row.total), "strong"), 7, align="right", drop=0),
        Column("oldest", "OLDEST", lambda row: age(row.oldest), 7, align="right", drop=0),
    ]
    return fixed + [_cell_column(number, name, ascii_only) for number, name in enumerate(components)]


def _session(row: SessionRow) -> Text:
    return safe(row.session, width=200)


def _cell_column(number: int, name: str, ascii_only: bool) -> Column[SessionRow]:
    def cell(row: SessionRow) -> Text:
        lane = row.cells.get(name)
        if lane is None:
            return Text("." if ascii_only else "·", "faint")
        state = _LANE_GLYPHS.get(lane.state)
        mark = f" {glyph(state, ascii_only)}" if state else ""
        return Text(f"{lane.depth:,}{mark}", _LANE_TONES.get(state or "", ""))

    title = fit(name, 14)
    return Column(f"component-{number}", title, cell, max(6, len(title)), align="right", drop=number + 1)


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
        "list.left", "list.right", "list.sort", "list.reverse", "item.source", "bus.break", "bus.break_if", "bus.purge"
    )
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

    def action_source(self) -> None:
        """Show where the component is declared."""
        row, plan = self._table.cursor_row, self._view.snapshot.plan
        node = plan.node(row.component) if row is not None and plan is not None else None
        if node is not None:
            self.post_message(self.Source(node.span.file, node.span.line))
