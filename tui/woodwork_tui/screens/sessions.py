"""The Sessions tab: what happened to one conversation."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Resize

from woodwork_engine.errors import FilterError
from woodwork_engine.hold import Scope
from woodwork_engine.snapshot import SessionStats
from woodwork_tui.screens.delivery_tab import DeliveryTab
from woodwork_tui.screens.scope_tab import ScopeTab
from woodwork_tui.state.columns import Column
from woodwork_tui.state.compare import compare
from woodwork_tui.state.delivery_row import DeliveryRow
from woodwork_tui.state.export import Export
from woodwork_tui.state.message_columns import TimeForm
from woodwork_tui.state.session_columns import session_columns
from woodwork_tui.state.sessions import (
    SORTS,
    Order,
    empty_text,
    session_filter,
    session_filter_problem,
    session_rows,
    table_title,
    to_compare,
)
from woodwork_tui.state.view import Selection, View
from woodwork_tui.widgets.compare_pane import ComparePane
from woodwork_tui.widgets.focus import focus_now
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.line_table import LineTable
from woodwork_tui.widgets.pane import Pane
from woodwork_tui.widgets.session_pane import SessionPane

_LOW = 26
"""Lines below which the path is shown only when it is opened."""
_NOT_COMPARING = frozenset(
    {
        "export",
        "describe",
        "sort",
        "reverse",
        "time_form",
        "view",
        "mark",
        "unmark",
        "compare",
        "again",
        "drop",
        "release",
        "edit",
    }
)


class SessionsTab(DeliveryTab, ScopeTab):
    """A table of sessions, and the path of the one under the cursor."""

    DEFAULT_CSS = """
    SessionsTab #session-list { height: 1fr; min-height: 6; }
    SessionsTab #session-path { height: 2fr; }
    SessionsTab #session-compare { display: none; }
    SessionsTab.-comparing Pane { display: none; }
    SessionsTab.-comparing #session-compare { display: block; }
    SessionsTab.-low #session-path { display: none; }
    SessionsTab.-low.-open #session-list { display: none; }
    SessionsTab.-low.-open #session-path { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "list.sort",
        "list.reverse",
        "list.time",
        "item.view",
        "item.describe",
        "list.mark",
        "list.unmark",
        "sessions.compare",
    )
    filterable = True

    def __init__(self, id: str | None = None) -> None:  # noqa: A002  Textual's word
        super().__init__(id=id)
        self._order: Order = ("session", False)
        self._matches: Callable[[SessionStats], bool] | None = None
        self._wish: tuple[object, ...] = ()
        self._sessions: tuple[SessionStats, ...] = ()
        self._asked: str | None = None
        self._unlisted: str | None = None
        self._held_at: Hashable | None = None
        self._ascii = False
        self._marked: tuple[str, ...] = ()
        self._looked: tuple[str | None, int] = (None, 0)
        self._table: LineTable[SessionStats] = LineTable(self._columns(), key=lambda row: row.id, id="sessions")
        self._list = Pane(self._table, title="Sessions", id="session-list")
        self._path = SessionPane(id="session-path")
        self._compare = ComparePane(id="session-compare")

    def compose(self) -> ComposeResult:
        """Lay the table out over the path."""
        yield self._list
        yield self._path
        yield self._compare

    def _columns(self) -> tuple[Column[SessionStats], ...]:
        return session_columns(
            lambda: self.view.now,
            lambda: self.view.selection.session,
            lambda: self._marked,
            ascii_only=self._ascii,
        )

    # what is shown

    def show(self, view: View) -> None:
        """Show *view*; the table is made anew when its numbers are new, its times once a second."""
        before, self.view = self.view, view
        if view.ascii is not self._ascii:
            self._ascii = view.ascii
            self._table.set_columns(self._columns())
        self._list_sessions()
        if int(view.now) != int(before.now) or view.selection.session != before.selection.session:
            self._table.refresh()
        self._go_where_asked()
        self._path.show(self._session, view)
        self.follow_held()
        self._look_into_memory()

    def _look_into_memory(self) -> None:
        """Ask once a second, and at once for another session, what is remembered of the one that is shown."""
        wish = (self._session, int(self.view.now))
        if self._path.picture == "memory" and self._session is not None and wish != self._looked:
            self._looked = wish
            # Textual takes a message no further than to who is at work when it is posted; here the screen may be
            self.call_later(self._ask_for_memory, self._session)

    def _ask_for_memory(self, session: str) -> None:
        def answered(result: object) -> None:
            if isinstance(result, tuple):
                self._path.remember(session, result)

        self.post_message(self.Act("memories", {"session": session}, quiet=True, then=answered))

    def _again(self) -> None:
        self.show(self.view)

    @property
    def _session(self) -> str | None:
        return self._unlisted or cast("str | None", self._table.cursor_key)

    @property
    def scope(self) -> Scope | None:
        """The session under the cursor."""
        return Scope(None, self._session) if self._session is not None else None

    @property
    def chosen(self) -> DeliveryRow | None:
        """The event under the cursor; of two compared sessions that of the hop under the cursor."""
        if self._comparing:
            return self._compare.hop.row if self._compare.hop is not None else None
        return self._path.events.cursor_row

    def _list_sessions(self) -> None:
        view, snapshot = self.view, self.view.snapshot
        wish = (view.filter, self._order, int(view.now) if view.filter else 0)
        selected = view.selection.session
        if wish != self._wish or snapshot.sessions is not self._sessions:
            self._wish, self._sessions = wish, snapshot.sessions
            self._read(view.filter)
            self._table.set_rows(session_rows(snapshot, self._order, self._matches))
            self._table.set_empty(empty_text(snapshot, view.filter))
        self._list.tell(table_title(snapshot, len(self._table.rows), self._order, selected, len(self._marked)))

    def _read(self, expression: str) -> None:
        """Take *expression* as the filter; one that cannot be read leaves the last good one."""
        try:
            self._matches = session_filter(expression, self.view.now) if expression.strip() else None
        except FilterError:
            return

    def _go_where_asked(self) -> None:
        """Put the cursor on a session that was selected elsewhere, once; one that is not listed shows its path."""
        asked = self.view.selection.session
        if asked != self._asked:
            missing = asked is not None and not self._table.move_to(asked)
            self._unlisted, self._held_at = (asked if missing else None), self._table.cursor_key
        self._asked = asked

    def check_filter(self, text: str) -> str | None:
        """Return what is wrong with the filter *text*, or None."""
        return session_filter_problem(text)

    def filter_status(self) -> str:
        """Return how many sessions match."""
        return f"{len(self._table.rows):,} of {len(self.view.snapshot.sessions):,}"

    def on_resize(self, event: Resize) -> None:
        """Show the path under the table where there is room."""
        self.set_class(event.size.height < _LOW, "-low")
        self.call_after_refresh(self._again)

    # what is kept

    def remembered(self) -> Mapping[str, str | bool]:
        """Return the order of the sessions, and how the times of events are told."""
        return {"order": self._order[0], "reversed": self._order[1], "time": self._path.time.word}

    def recall(self, kept: Mapping[str, object]) -> None:
        """Take the order and the form of times that *kept* names."""
        if (form := TimeForm.of(kept.get("time"))) is not None:
            self._path.tell_times(form)
        if kept.get("order") in SORTS:
            self._order = (str(kept["order"]), kept.get("reversed") is True)
            self._again()

    # where the person is

    @property
    def _comparing(self) -> bool:
        return self.has_class("-comparing")

    def enter(self) -> None:
        """Put the focus into the table, or into what is open."""
        if self._comparing:
            focus_now(self._compare.table)
            return
        focus_now(self._path.events if self.has_class("-low") and self.has_class("-open") else self._table)

    def close(self) -> bool:
        """Come back from the comparison or from the events to the table."""
        if self._comparing:
            self.remove_class("-comparing")
            self.enter()
            return True
        inside = self.has_class("-open") or self._path.has_focus_within
        self.remove_class("-open")
        if inside:
            self._table.focus()
        return inside

    @on(LineTable.Highlighted, "#sessions")
    def _show_session(self, event: LineTable.Highlighted) -> None:
        event.stop()
        if event.key != self._held_at:  # the person moved on
            self._unlisted = None
        self._path.show(self._session, self.view)
        self.follow_held()

    @on(LineTable.Chosen, "#sessions")
    def _select_session(self, event: LineTable.Chosen) -> None:
        """Look at the session in every tab; without room for both show its path instead of the table."""
        event.stop()
        self._asked = cast("str", event.key)
        self.post_message(self.Select(Selection(session=self._asked)))
        if self.has_class("-low"):
            self.add_class("-open")
            self._path.events.focus()

    @on(LineTable.Chosen, "#session-events")
    @on(LineTable.Chosen, "#compared")
    def _open_event(self, event: LineTable.Chosen) -> None:
        """Show the message in full; of a hop that both sessions have, the left one's."""
        event.stop()
        if self.chosen is not None:
            self.post_message(self.Select(Selection(message=self.chosen.key)))
            self.post_message(self.Goto("messages"))

    # keys

    def action_sort(self) -> None:
        """Put the table into the next order."""
        names = list(SORTS)
        self._order = (names[(names.index(self._order[0]) + 1) % len(names)], False)
        self._again()

    def action_reverse(self) -> None:
        """Turn the order round."""
        self._order = (self._order[0], not self._order[1])
        self._again()

    def exported(self) -> Export | None:
        """Return the messages of the marked sessions, else of the one under the cursor."""
        names = self._marked or ((self._session,) if self._session is not None else ())
        rows = [row for row in self.view.deliveries if row.session in names]
        return Export("-".join(names[:3]), rows) if names else None

    def action_describe(self) -> None:
        """Go to the events of the session; where they are out of sight, open them."""
        if self.has_class("-low") and not self.has_class("-open"):
            self._table.action_choose()
        else:
            self._path.events.focus()

    def action_view(self) -> None:
        """Show the turn as a waterfall or as a sequence, or what is remembered of the session."""
        self._path.change_picture()
        self._looked = (None, 0)
        self._look_into_memory()

    def action_mark(self) -> None:
        """Mark the session under the cursor, or no longer, and go on to the next."""
        name = cast("str | None", self._table.cursor_key)
        if name is not None and self._table.has_focus:
            self._marked = tuple(one for one in self._marked if one != name) + (() if name in self._marked else (name,))
            self._table.action_cursor_down()
            self._again()

    def action_unmark(self) -> None:
        """Take all marks away."""
        self._marked = ()
        self._again()

    def action_compare(self, left: str = "", right: str = "") -> None:
        """Show *left* and *right* side by side, without names the two that are marked."""
        pair = (left, right) if left else to_compare(self._marked, self._session)
        if isinstance(pair, str):
            self._say(pair)
            return
        self._compare.show(compare(self.view.deliveries, *pair), ascii_only=self.view.ascii)
        self.add_class("-comparing")
        self._compare.table.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what means something: other keys while two sessions are compared than in the table."""
        if self._comparing:
            return action not in _NOT_COMPARING
        if action in ("view", "time_form"):  # they are about the path
            return not self.has_class("-low") or self.has_class("-open")
        return self._table.has_focus if action == "mark" else super().check_action(action, parameters)

    def action_time_form(self) -> None:
        """Tell the times of events in the next form."""
        self._path.tell_times(self._path.time.next())

    def action_tap(self) -> None:
        """Watch the session in the Flow tab, from the events the way of the one chosen."""
        if self._path.has_focus_within or self._comparing:
            super().action_tap()
        elif self._session is not None:
            self.post_message(self.Select(Selection(session=self._session)))
            self.post_message(self.Goto("flow", action="tap"))

    def action_copy(self) -> None:
        """Copy the name of the session, from the events a part of the one chosen."""
        if self._path.has_focus_within or self._comparing:
            super().action_copy()
        elif self._session is not None:
            self.post_message(self.Copy(self._session, "the session id"))
