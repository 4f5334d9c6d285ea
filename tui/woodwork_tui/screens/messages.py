"""The Messages tab: what exactly went by, as a list that follows, and the chosen message in full."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from operator import attrgetter
from typing import ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import DescendantFocus, Resize

from woodwork_tui.screens.delivery_tab import DeliveryTab
from woodwork_tui.state.columns import Column
from woodwork_tui.state.delivery_row import DeliveryRow
from woodwork_tui.state.export import Export
from woodwork_tui.state.message_columns import Looks, TimeForm, columns, edge_width, mark_column, session_width
from woodwork_tui.state.messages import (
    SORTS,
    MessageIndex,
    Watching,
    counts,
    empty_text,
    filter_problem,
    list_title,
)
from woodwork_tui.state.view import Selection, View
from woodwork_tui.widgets.focus import focus_now
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.line_table import LineTable
from woodwork_tui.widgets.message_detail import MessageDetail
from woodwork_tui.widgets.pane import Pane

_BESIDE = 160
"""Columns from which list and detail stand side by side."""
_LOW = 15
"""Lines below which the detail is shown only when it is opened."""
_MOST_NAMES = 200


class MessagesTab(DeliveryTab):
    """Deliveries as they were accepted; the detail shows the one under the cursor."""

    DEFAULT_CSS = """
    MessagesTab.-beside { layout: horizontal; }
    MessagesTab.-beside #message-list { width: 3fr; }
    MessagesTab.-beside #message-detail { width: 2fr; }
    MessagesTab.-low #message-detail { display: none; }
    MessagesTab.-open #message-list { display: none; }
    MessagesTab.-open #message-detail { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "item.page_on", "item.page_back", "item.view", "list.follow", "list.sort", "list.reverse", "list.time",
        "list.mark", "list.mark_all", "list.unmark", "item.describe",
    )  # fmt: skip
    filterable = True

    def __init__(self, id: str | None = None) -> None:  # noqa: A002  Textual's word
        super().__init__(id=id)
        self._index = MessageIndex()
        self._order = ("time", False)
        self._looks = Looks()
        self._seen = 0
        self._second = 0
        self._asked: tuple[object, ...] = ()
        self._opened: DeliveryRow | None = None
        self._resume = False
        self._marked: frozenset[tuple[str, str]] = frozenset()
        self._table: LineTable[DeliveryRow] = LineTable(
            self._columns(), key=lambda row: row.key, follow=True, id="messages"
        )
        self._list = Pane(self._table, title="Messages", id="message-list")
        self._detail = MessageDetail(id="message-detail")

    def compose(self) -> ComposeResult:
        """Lay the list out over the detail."""
        yield self._list
        yield self._detail

    def _columns(self) -> tuple[Column[DeliveryRow], ...]:
        shown = columns(self._looks, self._index.before, lambda: self.view.now)
        return (mark_column(lambda: self._marked), *shown) if self._marked else shown

    # what is shown

    def show(self, view: View) -> None:
        """Show *view*; rows are looked at again only where they changed."""
        before, self.view = self.view, view
        self._fit_columns(before)
        self._list_rows()
        self._go_where_asked()
        if self._table.following:
            self._seen = self._index.end
        self._tell()
        self._detail.show(self.chosen, view)
        self.follow_held()

    def _again(self) -> None:
        self.show(self.view)

    @property
    def chosen(self) -> DeliveryRow | None:
        """The delivery in the detail; one that was opened stays there even when it leaves the list."""
        return self._opened or self._table.cursor_row

    @property
    def _session(self) -> str | None:
        return self.view.selection.session

    def _fit_columns(self, before: View) -> None:
        snapshot, looks = self.view.snapshot, self._looks
        if snapshot.sessions is not before.snapshot.sessions:
            names = tuple(session.id for session in snapshot.sessions[:_MOST_NAMES])
            looks = replace(looks, session=max(looks.session, session_width(names)))
        if snapshot.plan is not before.snapshot.plan:
            looks = replace(looks, edge=edge_width(snapshot.plan))
        looks = replace(looks, room=self._table.size.width or looks.room, ascii=self.view.ascii)
        if looks != self._looks:
            self._look_like(looks)

    def _look_like(self, looks: Looks) -> None:
        self._looks = looks
        self._table.set_columns(self._columns())

    def _list_rows(self) -> None:
        view, index = self.view, self._index
        changed = index.update(view.deliveries, view.filter, self._session, view.now, self._order)
        if not index.rows:
            self._table.set_empty(empty_text(view.filter, self._session, view.deliveries, view.snapshot))
        if changed:
            self._table.set_rows(index.rows, added=0)
        elif self._looks.time is TimeForm.AGO and int(view.now) != self._second:
            self._table.refresh()
        if self._marked and int(view.now) != self._second:
            self._marked = frozenset(key for key in self._marked if view.deliveries.get(key) is not None)
        self._second = int(view.now)

    def _go_where_asked(self) -> None:
        """Put the cursor on a message that was selected elsewhere, once."""
        key = self.view.selection.message
        asked = (key, self.view.filter, self._session)
        if key is not None and asked != self._asked and key != self._table.cursor_key and self._table.move_to(key):
            self._table.hold()
        self._asked = asked

    def _tell(self) -> None:
        wide = self._looks.wide
        watching = Watching(self._table.following, self._index.newer(self._seen), self._order)
        told = counts(self._index, self.view.deliveries)
        title = list_title(self._session, watching, marked=len(self._marked), wide=wide, ascii_only=self.view.ascii)
        self._list.tell(title, told.line(wide=wide))

    def check_filter(self, text: str) -> str | None:
        """Return what is wrong with the filter *text*, or None."""
        return filter_problem(text)

    def filter_status(self) -> str:
        """Return how many deliveries match, are kept and were lost."""
        return counts(self._index, self.view.deliveries).line(wide=self._looks.wide)

    def on_resize(self, event: Resize) -> None:
        """Put the detail beside the list where there is room, or away where there is none."""
        self.set_class(event.size.width >= _BESIDE, "-beside")
        self.set_class(event.size.height < _LOW, "-low")
        self.call_after_refresh(self._again)

    # what is kept

    def remembered(self) -> Mapping[str, str | bool]:
        """Return the order of the list, and how times are told."""
        return {"order": self._order[0], "reversed": self._order[1], "time": self._looks.time.word}

    def recall(self, kept: Mapping[str, object]) -> None:
        """Take the order and the form of times that *kept* names."""
        if (form := TimeForm.of(kept.get("time"))) is not None:
            self._look_like(replace(self._looks, time=form))
        if kept.get("order") in SORTS:
            self._put_in_order((str(kept["order"]), kept.get("reversed") is True))

    # where the person is

    def enter(self) -> None:
        """Put the focus into the list, or into what is open."""
        if self._opened is None:
            focus_now(self._table)
        else:
            self._detail.focus_page()

    def close(self) -> bool:
        """Close the full detail, or come back from the detail to the list."""
        inside = self._opened is not None or self._detail.has_focus_within
        self._opened = None
        self.remove_class("-open")
        if inside:
            if self._resume:  # reading a message has held the list; leaving gives back what it took (screens 3.2)
                self._table.follow_newest()
            self._table.focus()
            self._again()
        return inside

    def _hold_to_read(self) -> None:
        self._resume = self._table.following or (self._resume and self._detail.has_focus_within)
        self._table.hold()

    @on(LineTable.Highlighted, "#messages")
    def _show_highlighted(self, event: LineTable.Highlighted) -> None:
        event.stop()
        self._detail.show(self.chosen, self.view)
        self.follow_held()

    @on(LineTable.Followed)
    def _tell_following(self, event: LineTable.Followed) -> None:
        event.stop()
        self._again()

    @on(LineTable.Chosen, "#messages")
    def _open(self, event: LineTable.Chosen) -> None:
        """Show the message that the person saw under the cursor, whatever has come since."""
        event.stop()
        key = cast("tuple[str, str]", event.key)
        row = self.view.deliveries.get(key)
        if row is None:
            return
        self._hold_to_read()
        self._table.move_to(key)
        self._opened = row
        self.add_class("-open")
        self._detail.show(row, self.view)
        self._detail.focus_page()
        self._asked = (key, self.view.filter, self._session)
        self.post_message(self.Select(Selection(message=key)))

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Hold the list while its detail is read."""
        if self._detail in event.widget.ancestors:
            self._hold_to_read()

    # marks, and what is written to a file

    def exported(self) -> Export:
        """Return the marked messages that are still kept, else all that are listed."""
        marked = [row for row in self.view.deliveries if row.key in self._marked] if self._marked else []
        return Export("messages", marked or sorted(self._index.rows, key=attrgetter("number")))

    def _mark(self, marked: frozenset[tuple[str, str]]) -> None:
        self._marked = marked
        self._table.set_columns(self._columns())
        self._again()

    def action_mark(self) -> None:
        """Mark the message under the cursor, or no longer, and go on to the next."""
        row = self._table.cursor_row
        if row is not None and self._table.has_focus:
            self._table.hold()
            self._mark(self._marked ^ {row.key})
            self._table.action_cursor_down()

    def action_mark_all(self) -> None:
        """Mark all messages that are listed."""
        self._mark(self._marked | {row.key for row in self._index.rows})

    def action_unmark(self) -> None:
        """Take all marks away."""
        self._mark(frozenset())

    # keys

    def action_follow(self) -> None:
        """Follow the newest from any order."""
        self._put_in_order(("time", False))
        self._table.action_follow()

    def action_sort(self) -> None:
        """Put the list into the next order."""
        names = list(SORTS)
        self._put_in_order((names[(names.index(self._order[0]) + 1) % len(names)], False))

    def action_reverse(self) -> None:
        """Turn the order round."""
        self._put_in_order((self._order[0], not self._order[1]))

    def _put_in_order(self, order: tuple[str, bool]) -> None:
        self._order = order
        self._table.allow_follow(order == ("time", False))
        self._again()

    def action_time_form(self) -> None:
        """Tell times in the next form."""
        self._look_like(replace(self._looks, time=self._looks.time.next()))

    def action_page_on(self) -> None:
        """Turn to the next page of the detail."""
        self._detail.turn(1)

    def action_page_back(self) -> None:
        """Turn to the page before."""
        self._detail.turn(-1)

    def action_describe(self) -> None:
        """Go to the detail; where it is out of sight, open it."""
        if self.has_class("-low") and self._opened is None:
            self._table.action_choose()
        else:
            self._detail.focus_page()

    def action_view(self) -> None:
        """Show the payload in its next form: folded, JSON, text, hex."""
        self._detail.change_form()

    def action_source(self) -> None:
        """Show the line of the person's own code that failed, on the error page, else the route by which it came."""
        if self._detail.frame is not None:
            self.post_message(self.Source(*self._detail.frame))
        else:
            super().action_source()
