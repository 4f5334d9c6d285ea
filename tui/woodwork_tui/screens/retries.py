"""The Retries tab: what will be tried next, when, and why it failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Resize

from woodwork_engine.hold import Scope
from woodwork_engine.snapshot import RetryRow
from woodwork_tui.screens.ask import Ask, Question
from woodwork_tui.screens.failed_line import open_failed_line
from woodwork_tui.screens.retry_columns import retry_columns
from woodwork_tui.screens.retry_editor import RetryEditor
from woodwork_tui.screens.scope_tab import ScopeTab
from woodwork_tui.state.filters import LastGood, problem
from woodwork_tui.state.lines import Line, painted
from woodwork_tui.state.message_columns import Looks, edge_width, session_width
from woodwork_tui.state.payload_edit import NotEditable, editable_payload
from woodwork_tui.state.retries import (
    Standings,
    empty_text,
    error_of,
    expires_in,
    next_in,
    retry_detail,
    retry_filter,
    retry_line,
    retry_rows,
    title,
)
from woodwork_tui.state.view import View
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.line_table import LineTable
from woodwork_tui.widgets.line_view import LineView
from woodwork_tui.widgets.pane import Pane

_COUNTDOWNS = 4.0  # a second
_MOST_NAMES = 200
_LOW = 15
"""Lines below which the error is shown only when it is opened."""

RetryKey = tuple[str, str]


class RetriesTab(ScopeTab):
    """Retries, the soonest first, and the last error of the one under the cursor; on a low screen that on Enter."""

    DEFAULT_CSS = """
    RetriesTab #retry-list { height: 1fr; }
    RetriesTab #retry-detail { height: 1fr; padding: 0 1; }
    RetriesTab.-low #retry-detail, RetriesTab.-low.-open #retry-list { display: none; }
    RetriesTab.-low.-open #retry-detail { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "retries.now", "retries.kill", "retries.edit", "item.editor", "item.copy"
    )
    filterable = True

    def __init__(self, id: str | None = None) -> None:  # noqa: A002  Textual's word
        super().__init__(id=id)
        self._view = View()
        self._standings = Standings(self._view.snapshot)
        self._drains = False
        self._filter = LastGood(retry_filter)
        self._beat = -1
        self._now = 0.0
        self._looks = Looks()
        self._asking: Ask[RetryKey] | RetryEditor | None = None
        self._detailed: RetryKey | None = None
        self._table: LineTable[RetryRow] = LineTable((), key=lambda row: row.key, id="retries")
        self._detail = LineView(id="retry-error")
        self._list = Pane(self._table, title="Retries", id="retry-list")
        self._below = Pane(self._detail, title="Last error", id="retry-detail")

    def compose(self) -> ComposeResult:
        """Lay the list out over the error."""
        yield self._list
        yield self._below

    def on_mount(self) -> None:
        """Have columns before there are retries."""
        self._look_like(self._looks)

    def on_resize(self, event: Resize) -> None:
        """Fit the columns; on a low screen the list is all there is room for."""
        self.set_class(event.size.height < _LOW, "-low")
        self.call_after_refresh(self._fit_columns)

    def _fit_columns(self) -> None:
        snapshot = self._view.snapshot
        sessions = session_width(tuple(row.session for row in snapshot.retries[:_MOST_NAMES]))
        looks = Looks(
            room=self._table.size.width or self._looks.room,
            ascii=self._view.ascii,
            edge=edge_width(snapshot.plan),
            session=max(sessions, self._looks.session),
        )
        drains = any(self._standings.of(row).word == "after drain" for row in snapshot.retries[:_MOST_NAMES])
        if looks != self._looks or drains is not self._drains:
            self._drains = drains
            self._look_like(looks)

    def _look_like(self, looks: Looks) -> None:
        self._looks = looks
        self._table.set_columns(retry_columns(looks, self._next_in, self._expires, drains=self._drains))

    def _next_in(self, row: RetryRow) -> Text:
        return Text(*next_in(row, self._now, self._standings.of(row), ascii_only=self._looks.ascii))

    def _expires(self, row: RetryRow) -> Text:
        return Text(*expires_in(row, self._now))

    def check_filter(self, text: str) -> str | None:
        """Return what is wrong with the filter *text*, or None."""
        return problem(retry_filter, text)

    def filter_status(self) -> str:
        """Return how many retries match."""
        return f"{len(self._table.rows):,} of {len(self._view.snapshot.retries):,}"

    def show(self, view: View) -> None:
        """Show *view*; countdowns go on four times a second."""
        before, self._view = self._view, view
        beat = int(view.now * _COUNTDOWNS)
        same = before.snapshot.retries is view.snapshot.retries and before.selection == view.selection
        if same and beat == self._beat and view.filter == before.filter and view.ascii is before.ascii:
            return
        self._beat = beat
        self._standings = Standings(view.snapshot)
        self._fit_columns()
        self._draw()

    def _draw(self) -> None:
        view, snapshot = self._view, self._view.snapshot
        self._now = view.now
        matches = retry_filter(self._filter.take(view.filter), view.now)
        rows = retry_rows(snapshot, session=view.selection.session, matches=matches)
        self._table.set_empty(empty_text(snapshot, view.selection.session, view.filter))
        self._table.set_rows(rows)
        self._list.tell(title(snapshot, len(rows)))
        self._draw_detail()
        if self._asking is not None:
            self._asking.look()

    def _draw_detail(self) -> None:
        row, view = self._table.cursor_row, self._view
        if row is None:
            self._detail.set_lines(())
            self._detailed = None
            return
        standing = self._standings.of(row)
        lines = retry_detail(row, view.snapshot.plan, view.now, standing, ascii_only=view.ascii)
        self._detail.set_lines(painted(lines), keep_place=row.key == self._detailed)
        self._detailed = row.key

    @on(LineTable.Highlighted, "#retries")
    def follow_cursor(self) -> None:
        """Show the error of another retry."""
        self._draw_detail()

    @on(LineTable.Chosen, "#retries")
    def open_detail(self) -> None:
        """Go into the error."""
        self.add_class("-open")
        self._detail.focus()

    def close(self) -> bool:
        """Come back from the error."""
        inside = self._detail.has_focus or self.has_class("-open")
        self.remove_class("-open")
        if inside:
            self._table.focus()
        return inside

    @property
    def scope(self) -> Scope | None:
        """The lane of the one under the cursor."""
        row = self._table.cursor_row
        return Scope(row.target, row.session) if row is not None else None

    def action_retry_now(self) -> None:
        """Try the one under the cursor at once."""
        row = self._table.cursor_row
        if row is not None:
            self.post_message(self.Act("retry_now", {"message_id": row.message_id, "target": row.target}))

    def action_kill_retry(self) -> None:
        """Ask, then give up on the one under the cursor."""
        row = self._table.cursor_row
        if row is None or self._asking is not None:
            return
        key = row.key
        self._asking = Ask(lambda: self._kill_question(key), careful=True)
        self.app.push_screen(self._asking, self._kill)

    def action_editor(self) -> None:
        """Open the line at which the one under the cursor failed last in the person's own editor."""
        row = self._table.cursor_row
        if row is not None:
            open_failed_line(self, [attempt.traceback for attempt in row.attempts])

    def action_edit(self) -> None:
        """Edit the payload that the next attempt of the one under the cursor gets."""
        row = self._table.cursor_row
        if row is not None:
            self.action_edit_delivery(*row.key)

    def action_edit_delivery(self, message_id: str, target: str) -> None:
        """Edit the payload that the next attempt of *message_id* at *target* gets."""
        row = self._row((message_id, target))
        if row is None or self._asking is not None:
            return
        found = editable_payload(row.encoded, "R tries it as it is.")
        if isinstance(found, NotEditable):
            self.notify(found.why, severity="warning", markup=False)
            return
        title = f"Edit the retry of {message_id}: {target}, session {row.session}"
        self._asking = RetryEditor(
            title, found.text, lambda: self._waiting((message_id, target)), self._rewrite(row.key)
        )
        self.app.push_screen(self._asking, self._edited)

    def _waiting(self, key: RetryKey) -> Line:
        row = self._row(key)
        return retry_line(row, self._view.now, self._standings.of(row) if row is not None else None)

    def _rewrite(self, key: RetryKey) -> Callable[[bytes, Callable[[object], None]], None]:
        """Return what has the retry *key* get another payload, and hands on whether it still waited."""

        def rewrite(encoded: bytes, then: Callable[[object], None]) -> None:
            arguments = {"message_id": key[0], "target": key[1], "encoded": encoded}
            self.post_message(self.Act("edit_retry", arguments, then=then))

        return rewrite

    def _edited(self, _: None) -> None:
        self._asking = None

    def _row(self, key: RetryKey) -> RetryRow | None:
        return next((row for row in self._view.snapshot.retries if row.key == key), None)

    def _kill_question(self, key: RetryKey) -> Question[RetryKey]:
        row = self._row(key)
        if row is None:
            gone = Line("It no longer waits: it is being tried, or has ended.", "warn")
            return Question("Kill the retry", (gone,), "Kill 1 retry", ())
        lines = (
            Line(
                f"{row.message_id} at {row.target}, session {row.session}, failed {row.attempt} of {row.allowed} tries."
            ),
            Line(error_of(row), "bad"),
            Line(""),
            Line("It goes to the dead letters, from where it can be replayed."),
        )
        return Question("Kill the retry", lines, "Kill 1 retry", (key,))

    def _kill(self, keys: tuple[RetryKey, ...] | None) -> None:
        self._asking = None
        for message_id, target in keys or ():
            self.post_message(self.Act("kill_retry", {"message_id": message_id, "target": target}))

    def action_copy(self) -> None:
        """Copy the last error with its traceback."""
        row = self._table.cursor_row
        if row is not None and row.attempts:
            self.post_message(self.Copy(f"{error_of(row)}\n{row.attempts[-1].traceback}", "the error"))
