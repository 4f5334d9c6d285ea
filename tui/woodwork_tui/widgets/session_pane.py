"""What happened in one session: the turn of the chosen event as a waterfall or a sequence, the events under it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from textual import on
from textual.events import Resize

from woodwork_engine.snapshot import Memory
from woodwork_tui.state.columns import Column
from woodwork_tui.state.delivery_row import DeliveryRow
from woodwork_tui.state.memory_lines import has_memory, memory_lines
from woodwork_tui.state.message_columns import Looks, TimeForm, edge_width, event_columns
from woodwork_tui.state.sequence import sequence
from woodwork_tui.state.session_path import SessionPath, turn_id
from woodwork_tui.state.view import View
from woodwork_tui.state.waterfall import waterfall
from woodwork_tui.text import glyph, safe
from woodwork_tui.units import clock, plural
from woodwork_tui.widgets.line_block import LineBlock
from woodwork_tui.widgets.line_table import LineTable
from woodwork_tui.widgets.pane import Pane

PICTURES = ("waterfall", "sequence", "memory")
_BEATS = 4.0
"""Times a second that what is under way is drawn anew."""
_SETTLED = 1.0
"""Seconds for which a turn stays while the newest is followed, so that it can be read."""
_LEAST_EVENTS = 5
_LOW, _TINY = 16, 11
"""Lines below which there is no blank line, and no waterfall, above the events."""


class SessionPane(Pane):
    """Shows `session`; its events follow like the message list, and the turn drawn is that of the one chosen."""

    DEFAULT_CSS = """
    SessionPane #session-turn { margin-bottom: 1; }
    SessionPane.-low #session-turn { margin-bottom: 0; }
    SessionPane.-tiny #session-turn { display: none; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's word
        self._view = View()
        self._path = SessionPath()
        self._looks = Looks()
        self._seen = 0
        self._drawn: tuple[object, ...] = ()
        self._turn = ""
        self._turned_at = 0.0
        self.picture = "waterfall"
        """What is above the events: the turn as a waterfall or as a sequence, or the memory of the session."""
        self._memories: Sequence[Memory] | None = None
        self._block = LineBlock(id="session-turn")
        self.events: LineTable[DeliveryRow] = LineTable(
            self._columns(), key=lambda row: row.key, follow=True, id="session-events"
        )
        super().__init__(self._block, self.events, title="Path", id=id)

    def _columns(self) -> tuple[Column[DeliveryRow], ...]:
        return event_columns(self._looks, self._path.before, lambda: self._view.now)

    def show(self, session: str | None, view: View) -> None:
        """Show what is kept of *session* in *view*."""
        self._view = view
        self._fit_columns()
        if session != self._path.session:
            self._memories = None
            self.events.follow_newest()
        if self._path.update(view.deliveries, session):
            self.events.set_rows(self._path.rows, added=0)
        if not self._path.rows:
            self.events.set_empty(_empty(session, view))
        if self.events.following:
            self._seen = self._path.end
        self._draw()

    @property
    def time(self) -> TimeForm:
        """How times are told."""
        return self._looks.time

    def change_picture(self) -> None:
        """Show the next picture above the events; the memory only where the flow has one."""
        self.picture = self._next_picture
        self._memories = None
        self._draw()

    @property
    def _next_picture(self) -> str:
        pictures = PICTURES if has_memory(self._view.snapshot.plan) else PICTURES[:-1]
        return pictures[(pictures.index(self.picture) + 1) % len(pictures)] if self.picture in pictures else pictures[0]

    def remember(self, session: str, memories: Sequence[Memory]) -> None:
        """Show *memories* of *session*, unless another one is looked at meanwhile."""
        if session == self._path.session:
            self._memories = memories
            self._draw()

    def tell_times(self, form: TimeForm) -> None:
        """Tell times in *form*."""
        self._looks = replace(self._looks, time=form)
        self.events.set_columns(self._columns())

    def _fit_columns(self) -> None:
        looks = replace(
            self._looks,
            room=self.events.size.width or self._looks.room,
            ascii=self._view.ascii,
            edge=edge_width(self._view.snapshot.plan),
        )
        if looks != self._looks:
            self._looks = looks
            self.events.set_columns(self._columns())

    @on(LineTable.Highlighted, "#session-events")
    def _draw_chosen(self) -> None:
        self._draw()  # not stopped here: `Chosen` is a Highlighted too, and for the tab

    @on(LineTable.Followed)
    def _tell_following(self, event: LineTable.Followed) -> None:
        event.stop()
        self._draw()

    def on_resize(self, event: Resize) -> None:
        """Leave room for events."""
        self.set_class(event.size.height < _LOW, "-low")
        self.set_class(event.size.height < _TINY, "-tiny")
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        rows = self._rows_of_turn()
        self._say(rows)
        view = self._view
        beat = int(view.now * _BEATS) if any(row.state.open for row in rows) else 0
        drawn = (
            tuple((row.key, row.seq) for row in rows),
            beat,
            view.ascii,
            self._most_lanes,
            self.picture,
            self._memories,
        )
        if drawn == self._drawn:
            return
        self._drawn = drawn
        now, lanes, ascii_only = view.now, self._most_lanes, view.ascii
        session, memories = self._path.session or "", self._memories
        if self.picture == "memory":
            self._block.show(lambda width: memory_lines(session, memories, width, most=lanes + 2))
        elif self.picture == "sequence":
            self._block.show(lambda width: sequence(rows, width, most=lanes + 2, ascii_only=ascii_only))
        else:
            self._block.show(
                lambda width: waterfall(rows, now, width, most_lanes=lanes, ascii_only=ascii_only) if rows else ()
            )

    @property
    def _most_lanes(self) -> int:
        return max(2, self.size.height - 4 - _LEAST_EVENTS)

    def _rows_of_turn(self) -> tuple[DeliveryRow, ...]:
        """Return the turn of the event under the cursor; while the newest is followed not another one every moment."""
        row = self.events.cursor_row
        if row is None:
            return ()
        now = self._view.now
        shown = self._path.turn_called(self._turn)
        if turn_id(row) == self._turn or not shown or not self.events.following or now - self._turned_at >= _SETTLED:
            if turn_id(row) != self._turn:
                self._turn, self._turned_at = turn_id(row), now
            return self._path.turn(row)
        return shown

    def _say(self, rows: tuple[DeliveryRow, ...]) -> None:
        session = self._path.session
        if session is None:
            self.tell("Path")
            return
        parts = [session]
        if rows:
            parts += [f"turn of {clock(rows[0].at)}"] if self.picture != "memory" else []
            parts.append(self.picture)
        if self.events.following:
            parts.append("following")
        elif self._path.rows:
            new = self._path.newer(self._seen)
            parts.append(f"{glyph('held', self._view.ascii)} paused{f', {new:,} new' if new else ''} (F to follow)")
        self.tell(
            " · ".join(parts),
            f"v {self._next_picture}  {plural(len(self._path.rows), 'event')} kept",
        )


def _empty(session: str | None, view: View) -> str:
    if session is None:
        return ""
    name = safe(session, width=40).plain
    kept = len(view.deliveries)
    return f"Nothing of {name} is among the {kept:,} deliveries kept." if kept else f"Nothing of {name} was seen."
