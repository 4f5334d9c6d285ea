"""The Tap page: deliveries as they come, all or those of what is tapped."""

from __future__ import annotations

from woodwork_tui.state.delivery_row import DeliveryRow, DeliveryState
from woodwork_tui.state.message_columns import Looks, edge_width, session_width
from woodwork_tui.state.tap import TapIndex, Tapped, empty_text
from woodwork_tui.state.tap_columns import tap_columns
from woodwork_tui.state.view import View
from woodwork_tui.units import rate
from woodwork_tui.widgets.line_table import LineTable

_SESSIONS_LOOKED_AT = 50
_COUNTDOWN = 4
"""Times a second that what is due is counted down."""


class Tap(LineTable[DeliveryRow]):
    """Follows the newest delivery until the person moves up; `tapped` says which ones are shown."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's word
        self._looks = Looks()
        self._now = 0.0
        super().__init__(tap_columns(self._looks, self._time), key=lambda row: row.number, follow=True, id=id)
        self.tapped = Tapped()
        self._index = TapIndex()
        self._view = View()
        self._status = ""
        self._said_at = -1

    def _time(self) -> float:
        return self._now

    def show(self, view: View, tapped: Tapped) -> None:
        """Show the deliveries of *tapped* in *view*."""
        ticked = int(view.now * _COUNTDOWN) != int(self._now * _COUNTDOWN)
        self._view, self._now = view, view.now
        other, self.tapped = tapped != self.tapped, tapped
        empty = not self._index.rows
        new = self._index.update(view.deliveries, tapped)
        self._dress(view)
        if other:
            self.spot.follow(True)
        if not self._index.rows:
            self.set_empty(empty_text(tapped, view.deliveries, view.snapshot.plan))
        if new is not None:
            self.set_rows(self._index.rows, added=new)
        elif ticked and any(row.state is DeliveryState.RETRY for row in self._in_sight()):
            self.refresh()
        self._say(view, anew=other or empty)

    def _in_sight(self) -> list[DeliveryRow]:
        return self._index.rows[self.scroll_offset.y : self.scroll_offset.y + self.size.height]

    def _dress(self, view: View) -> None:
        """Fit the columns to names and width; they only grow, so that nothing dances."""
        recent = self._index.rows[-_SESSIONS_LOOKED_AT:]
        session = max(self._looks.session, session_width(tuple({row.session for row in recent})))
        looks = Looks(room=self.size.width, ascii=view.ascii, edge=edge_width(view.snapshot.plan), session=session)
        if looks != self._looks:
            self._looks = looks
            self.set_columns(tap_columns(looks, self._time))

    @property
    def title(self) -> str:
        """What is tapped, and whether the newest is followed."""
        following = f"following {'v' if self._view.ascii else '▼'}"
        unseen = f"{self.unseen:,} new (F)" if self.unseen else "held (F)"
        return f"Tap: {self.tapped.title(ascii_only=self._view.ascii)} · {following if self.following else unseen}"

    @property
    def status(self) -> str:
        """How fast it goes and how much is kept, said anew once a second: a frame is painted whole."""
        return self._status

    def _say(self, view: View, *, anew: bool) -> None:
        if anew or int(view.now) != self._said_at:
            self._said_at = int(view.now)
            kept = f"{len(self._index.rows):,} kept · {view.deliveries.missed:,} dropped"
            self._status = f"{rate(view.snapshot.totals.out_rate)} · {kept}"
