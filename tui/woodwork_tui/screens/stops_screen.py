"""The breakpoints of the flow and the messages they hold: released, edited, dropped, taken away from here."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from woodwork_engine.hold import Breakpoint, HeldMessage
from woodwork_tui.screens.modal import Modal
from woodwork_tui.screens.tab import Tab
from woodwork_tui.state.hold_lines import stops_title
from woodwork_tui.state.message_columns import Looks, edge_width, session_width
from woodwork_tui.state.stop_columns import held_columns, stop_columns
from woodwork_tui.state.view import Selection, View
from woodwork_tui.state.wishes import Want, Wish
from woodwork_tui.widgets.dialog_box import DialogBox
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.line_table import LineTable
from woodwork_tui.widgets.pane import Pane


class _Stops(LineTable[Breakpoint]):
    """The breakpoints."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("held.unstop")

    def action_unstop(self) -> None:
        """Take the breakpoint under the cursor away."""
        if self.cursor_row is not None:
            self.post_message(Tab.Wanted(Wish(Want.UNSTOP, stop=self.cursor_row)))


class _Held(LineTable[HeldMessage]):
    """The messages held."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("held.release", "held.edit", "held.drop")

    def _want(self, want: Want) -> None:
        if self.cursor_row is not None:
            self.post_message(Tab.Wanted(Wish(want, key=self.cursor_row.key)))

    def action_release(self) -> None:
        """Release the message under the cursor as it is."""
        self._want(Want.RELEASE)

    def action_edit(self) -> None:
        """Edit the message under the cursor and release it."""
        self._want(Want.EDIT)

    def action_drop(self) -> None:
        """Drop the message under the cursor; asks."""
        self._want(Want.DROP)


class StopsScreen(Modal[None]):
    """Shows what *view* has of both, the newest view twice a second."""

    DEFAULT_CSS = """
    StopsScreen { align: center middle; }
    StopsScreen DialogBox { width: 100%; max-width: 130; height: 90%; padding: 0; }
    StopsScreen Pane { background: $surface; }
    StopsScreen #stops { height: 1fr; max-height: 9; }
    StopsScreen #held { height: 2fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings("app.back", "app.leave")

    def __init__(self, view: Callable[[], View]) -> None:
        super().__init__()
        self._view = view
        self._looks: Looks | None = None
        self._stops = _Stops((), key=lambda stop: stop, empty="No breakpoints. In 1 Flow, b sets one.", id="stop-list")
        self._held = _Held((), key=lambda held: held.key, empty="No message is held.", id="held-list")
        self._above = Pane(self._stops, title="Breakpoints", hint="enter shows it  b take away", id="stops")
        self._below = Pane(self._held, title="Held", hint="R release  e edit & release  D drop", id="held")

    def compose(self) -> ComposeResult:
        """Lay the two lists out."""
        with DialogBox(title="Breakpoints and held messages", hint="tab the other list  esc closes"):
            yield self._above
            yield self._below

    def on_mount(self) -> None:
        """Begin with what is held."""
        self.look()
        (self._held if self._held.rows else self._stops).focus()

    def on_resize(self) -> None:
        """Fit the columns."""
        self.call_after_refresh(self.look)

    def look(self) -> None:
        """Show how things are now."""
        snapshot = self._view().snapshot
        self._fit_columns()
        self._stops.set_rows(snapshot.breakpoints)
        self._held.set_rows(snapshot.held)
        self._above.tell(f"Breakpoints {len(snapshot.breakpoints):,}", "enter shows it  b take away")
        self._below.tell(stops_title(snapshot), "R release  e edit & release  D drop")

    def _fit_columns(self) -> None:
        view = self._view()
        names = tuple(held.session for held in view.snapshot.held)
        looks = Looks(
            room=self._held.size.width,
            ascii=view.ascii,
            edge=edge_width(view.snapshot.plan),
            session=session_width(names),
        )
        if looks != self._looks:
            self._looks = looks
            self._stops.set_columns(stop_columns(looks, self._number_held))
            self._held.set_columns(held_columns(looks, lambda: self._view().now))

    def _number_held(self, stop: Breakpoint) -> int:
        held = self._view().snapshot.held
        return sum(one.target == stop.component and stop.source in (None, one.source) for one in held)

    @on(LineTable.Chosen, "#stop-list")
    def _show_place(self, event: LineTable.Chosen) -> None:
        """Close and show where the breakpoint is."""
        event.stop()
        stop = self._stops.cursor_row
        if stop is not None:
            edge = None if stop.source is None else (stop.source, stop.component)
            self.dismiss(None)
            self.post_message(Tab.Select(Selection(node=stop.component if edge is None else None, edge=edge)))
            self.post_message(Tab.Goto("flow"))

    @on(LineTable.Chosen, "#held-list")
    def _edit(self, event: LineTable.Chosen) -> None:
        """Open the payload."""
        event.stop()
        if self._held.cursor_row is not None:
            self.post_message(Tab.Wanted(Wish(Want.EDIT, key=self._held.cursor_row.key)))

    def action_leave(self) -> None:
        """Close."""
        self.dismiss(None)
