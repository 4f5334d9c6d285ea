"""One message in full: what it is and why it went there above, one of its pages below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.text import Text
from textual import on
from textual.containers import Horizontal
from textual.events import Resize

from woodwork_engine.dead_letter import DeadLetter
from woodwork_tui.state.causes import Why, siblings, why
from woodwork_tui.state.delivery_row import DeliveryRow, DeliveryState
from woodwork_tui.state.facts import wrapped
from woodwork_tui.state.history import DeliveryHistory
from woodwork_tui.state.lineage import lineage_text
from woodwork_tui.state.lines import Line, painted
from woodwork_tui.state.message_pages import (
    PAGES,
    attempts_page,
    error_page,
    headers_page,
    page_titles,
    payload_page,
    raw_page,
    route_line,
    summary,
    trace_page,
)
from woodwork_tui.state.payload_view import PayloadForm
from woodwork_tui.state.tracebacks import frame_of
from woodwork_tui.state.view import View
from woodwork_tui.text import fit, safe
from woodwork_tui.widgets.line_block import LineBlock
from woodwork_tui.widgets.line_view import LineView
from woodwork_tui.widgets.page_strip import PageStrip
from woodwork_tui.widgets.pane import Pane

_BESIDE = 100
"""Cells from which the attempts stand beside the payload."""
_FRAME = 3
"""Cells beside the lines of a page: a blank, and the scroll bar with one before it."""
_HIGH = 24
"""Lines from which they stand below it where there is no room beside."""
_HEAD_LINES, _ROOMY = 3, 14
"""Lines that an error, or why it was routed here, may take, and the height from which they may."""
_MOVING = frozenset({DeliveryState.RETRY, DeliveryState.HANDLING})
_BEATS = 4.0
"""Times a second that what counts down or up is told anew."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One delivery and what is known around it; `why` under the plan of now."""

    row: DeliveryRow
    history: DeliveryHistory
    why: Why
    others: tuple[DeliveryRow, ...] = ()
    dead: DeadLetter | None = None
    now: float = 0.0
    ascii: bool = False


@dataclass(slots=True)
class _Drawn:
    """What the widgets show, to draw only what is new."""

    head: tuple[object, ...] = ()
    page: tuple[object, ...] = ()
    side: tuple[object, ...] = ()
    place: tuple[object, ...] = field(default=())


class MessageDetail(Pane):
    """Shows a delivery; `page` is one of message_pages.PAGES."""

    DEFAULT_CSS = """
    MessageDetail PageStrip { margin: 0 1; }
    MessageDetail LineView { padding: 0 0 0 1; }
    MessageDetail #message-side { width: 45%; max-width: 64; border-left: solid $foreground 20%; display: none; }
    MessageDetail #message-side.-shown { display: block; }
    MessageDetail.-below Horizontal { layout: vertical; }
    MessageDetail.-below #message-side {
        width: 1fr; max-width: 100%; height: 2fr; border-left: none; border-top: solid $foreground 20%;
    }
    MessageDetail.-below #message-page { height: 3fr; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's word
        self.page = PAGES[0]
        self.form = PayloadForm.FOLDED
        self._head = LineBlock(id="message-head")
        self._strip = PageStrip()
        self._text = LineView(id="message-page")
        self._side = LineView(id="message-side")
        self._shown: Shown | None = None
        self._letters: tuple[DeadLetter, ...] = ()
        self._dlq_id = ""
        self._dead: DeadLetter | None = None
        self._drawn = _Drawn()
        super().__init__(self._head, self._strip, Horizontal(self._text, self._side), title="Message", id=id)

    def show(self, row: DeliveryRow | None, view: View) -> None:
        """Show *row* as it is in *view*."""
        if row is None:
            self._show_nothing()
            return
        snapshot, history = view.snapshot, view.deliveries
        reason = why(row, snapshot.plan, snapshot.rev)
        dead = self._dead_letter(row, view.dead_letters)
        self._shown = Shown(row, history, reason, siblings(row, history), dead, view.now, view.ascii)
        self._draw()

    def _dead_letter(self, row: DeliveryRow, letters: tuple[DeadLetter, ...]) -> DeadLetter | None:
        if row.dlq_id is None:
            return None
        if letters is not self._letters or row.dlq_id != self._dlq_id:
            self._letters, self._dlq_id = letters, row.dlq_id
            self._dead = next((letter for letter in reversed(letters) if letter.dlq_id == row.dlq_id), None)
        return self._dead

    @property
    def frame(self) -> tuple[str, int] | None:
        """File and line (from 1) of the person's own code in the error that is shown, if one is."""
        if self._shown is None or self.page != "error":
            return None
        failed = (attempt for attempt in reversed(self._shown.row.attempts) if attempt.error_type)
        return next((frame_of(attempt.traceback) for attempt in failed), None)

    def turn(self, by: int) -> None:
        """Turn *by* pages on, round the corner."""
        self.turn_to(PAGES[(PAGES.index(self.page) + by) % len(PAGES)])

    def turn_to(self, page: str) -> None:
        """Turn to *page*."""
        self.page = page
        self._draw()

    def change_form(self) -> None:
        """Show the payload in the next form."""
        self.form = self.form.next()
        self.turn_to("payload")

    def focus_page(self) -> None:
        """Put the focus into the text of the page."""
        self._text.focus()

    @on(PageStrip.Turned)
    def _turn_to_clicked(self, event: PageStrip.Turned) -> None:
        event.stop()
        self.turn_to(event.name)

    def on_resize(self, event: Resize) -> None:
        """Find room for the attempts, or none."""
        self._draw()

    def _show_nothing(self) -> None:
        self._shown, self._drawn = None, _Drawn()
        self._head.show(lambda width: (safe("No message is selected.", width=width, style="muted"),))
        self._strip.show((), "")
        self._text.set_lines(())
        self._side.remove_class("-shown")

    def _draw(self) -> None:
        shown = self._shown
        if shown is None:
            return
        row = shown.row
        beat = int(shown.now * _BEATS) if row.state in _MOVING else 0
        state = (row.key, row.seq, beat, shown.ascii)
        self._draw_head(
            (*state, self.size.height >= _ROOMY, shown.why, tuple(o.seq for o in shown.others), shown.dead), shown
        )
        self._strip.show(page_titles(row), self.page)
        self._draw_page(state, shown)
        wide = self.size.width >= _BESIDE
        self.set_class(not wide, "-below")
        beside = self.page == "payload" and self.form is not PayloadForm.HEX and (wide or self.size.height >= _HIGH)
        self._side.set_class(beside, "-shown")
        if beside and self._drawn.side != state:
            self._side.set_lines(painted(_side_lines(shown)), keep_place=self._drawn.side[:1] == state[:1])
            self._drawn.side = state

    def _draw_head(self, state: tuple[object, ...], shown: Shown) -> None:
        if self._drawn.head != state:
            self._drawn.head = state
            most = _HEAD_LINES if self.size.height >= _ROOMY else 1
            self._head.show(lambda width: _folded(_head_lines(shown, width), width, most))

    def _draw_page(self, state: tuple[object, ...], shown: Shown) -> None:
        if self.page == "payload":  # it never changes
            state = (shown.row.key, self.form, shown.row.emission is not None, shown.row.replay_of, self.size.width)
        elif self.page == "trace":
            state = (*state[:2], int(shown.now))  # looks at everything kept: once a second will do
        place = (shown.row.key, self.page, self.form)
        if self._drawn.page != (place, state):
            self._text.set_lines(painted(self._lines(shown)), keep_place=self._drawn.place == place)
            self._drawn.page, self._drawn.place = (place, state), place

    def _lines(self, shown: Shown) -> Sequence[Line]:
        row = shown.row
        match self.page:
            case "payload":
                return payload_page(row, self.form, shown.history, self.size.width - _FRAME)
            case "headers":
                return headers_page(row, shown.dead)
            case "attempts":
                return attempts_page(row, shown.now)
            case "error":
                return error_page(row)
            case "trace":
                return trace_page(row, shown.history, shown.now, ascii_only=shown.ascii)
            case _:
                return raw_page(row)


def _head_lines(shown: Shown, width: int) -> list[Line]:
    row = shown.row
    lines = [summary(row, shown.now, ascii_only=shown.ascii, wide=width >= _BESIDE)]
    if row.problem:
        lines.append(Line(row.problem, "bad"))
    lineage = lineage_text(row, shown.history)
    lines.append(route_line(row, shown.why, shown.others, shown.now, lineage, ascii_only=shown.ascii))
    return lines


def _side_lines(shown: Shown) -> list[Line]:
    return [Line("Attempts, newest first", "title"), *attempts_page(shown.row, shown.now)]


def _folded(lines: Sequence[Line], width: int, most: int) -> list[Text]:
    """Return the first of *lines* cut to *width* cells, each further one on at most *most* lines."""
    head, *rest = lines
    told = [safe(head.text, width=width, style=head.tone)]
    for line in rest:
        parts = list(wrapped(fit(line.text, width * most), width))
        if len(parts) > most:
            parts[most - 1 :] = [" ".join(parts[most - 1 :]) + "…"]
        told += [safe(part, width=width, style=line.tone) for part in parts]
    return told
