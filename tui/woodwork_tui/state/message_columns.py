"""The columns of a list of deliveries, for the width and in the words of the moment (screens 1.2)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum

from rich.cells import cell_len
from rich.text import Text

from woodwork_engine.plan import FlowPlan
from woodwork_tui.state.columns import Column
from woodwork_tui.state.delivery_row import DeliveryRow, DeliveryState
from woodwork_tui.state.delivery_words import edge_text, short_outcome, since_text, try_text
from woodwork_tui.state.route_words import fit_route, route_title
from woodwork_tui.text import fit, fit_middle, glyph, safe, tone
from woodwork_tui.units import NONE, age, clock, size

_WIDE = 100
_LONGEST_EDGE = 30
_SHORTEST_EDGE = 16
_LONGEST_SESSION = 14
_SHORTEST_SESSION = 4
_EVENT = 18
_NARROW_EVENT = 14
STATE = 10
"""Cells of the longest state: `▸ handling`."""


class TimeForm(StrEnum):
    """How the TIME column tells time; `^t` turns to the next."""

    CLOCK = "clock"
    SINCE = "since the row before"
    AGO = "ago"

    @property
    def word(self) -> str:
        """The form as settings name it: clock, since, ago."""
        return self.name.lower()

    @classmethod
    def of(cls, word: object) -> TimeForm | None:
        """Return the form that settings name *word*, or None."""
        return next((form for form in cls if form.word == word), None)

    def next(self) -> TimeForm:
        """Return the form after this one."""
        order = list(TimeForm)
        return order[(order.index(self) + 1) % len(order)]


@dataclass(frozen=True, slots=True)
class Looks:
    """What the columns depend on; `room` of the whole list, `edge` and `session` in cells."""

    time: TimeForm = TimeForm.CLOCK
    room: int = 118
    ascii: bool = False
    edge: int = _SHORTEST_EDGE
    session: int = _SHORTEST_SESSION

    @property
    def wide(self) -> bool:
        """Whether words are written out and numbers have columns of their own."""
        return self.room >= _WIDE


def edge_width(plan: FlowPlan | None) -> int:
    """Return the cells that the longest route of *plan* takes, within reason."""
    pairs = [(e.source, e.target) for e in plan.edges if e.is_route] if plan else []
    longest = max((cell_len(fit(f"{source} → {target}", _LONGEST_EDGE)) for source, target in pairs), default=0)
    return max(longest, _SHORTEST_EDGE)


def session_width(names: tuple[str, ...]) -> int:
    """Return the cells that the longest of *names* takes, within reason."""
    longest = max((cell_len(fit(name, _LONGEST_SESSION)) for name in names), default=0)
    return max(longest, _SHORTEST_SESSION)


def mark_column(marked: Callable[[], Collection[tuple[str, str]]]) -> Column[DeliveryRow]:
    """Return the column that shows which deliveries are marked."""
    return Column("mark", "", lambda row: Text("*" if row.key in marked() else "", "title"), 1, drop=0)


def columns(
    looks: Looks, before: Callable[[DeliveryRow], DeliveryRow | None], now: Callable[[], float]
) -> tuple[Column[DeliveryRow], ...]:
    """Return the columns; *before* gives the row above one, *now* the time in s since the epoch."""

    def since(row: DeliveryRow) -> str:
        above = before(row)
        return since_text(None if above is None else row.at - above.at)

    return (
        *_times(looks, since, now),
        session_column(looks),
        edge_column(looks),
        Column("event", "EVENT", lambda row: row.event, _EVENT if looks.wide else _NARROW_EVENT, drop=3),
        _state(looks),
        *(_wide_numbers() if looks.wide else ()),
        Column("payload", "PAYLOAD", DeliveryRow.payload_line, minimum=max(12, looks.room // 6), drop=1),
        *(_wide_rest() if looks.wide else ()),
    )


def event_columns(
    looks: Looks, before: Callable[[DeliveryRow], DeliveryRow | None], now: Callable[[], float]
) -> tuple[Column[DeliveryRow], ...]:
    """Return the columns of one session's list: no session, and the error where there is one."""
    payload = Column("payload", "PAYLOAD", _payload_or_problem, minimum=max(12, looks.room // 4), drop=1)
    return tuple(
        payload if column.key == "payload" else column
        for column in columns(looks, before, now)
        if column.key != "session"
    )


def _payload_or_problem(row: DeliveryRow) -> str | Text:
    if row.problem and row.state is not DeliveryState.OK:
        return safe(row.problem, width=400, style="bad")
    return row.payload_line()


def _times(
    looks: Looks, since: Callable[[DeliveryRow], str], now: Callable[[], float]
) -> tuple[Column[DeliveryRow], ...]:
    if looks.time is TimeForm.AGO:
        return (Column("time", "AGO", lambda row: age(now() - row.at), 6, drop=0, align="right"),)
    if looks.time is TimeForm.SINCE:
        return (Column("time", "Δ", since, 7, drop=0, align="right"),)
    if not looks.wide:
        return (Column("time", "TIME", lambda row: clock(row.at)[3:], 9, drop=0),)
    return (
        Column("time", "TIME", lambda row: clock(row.at), 12, drop=0),
        Column("since", "Δ", since, 7, drop=6),
    )


def session_column(looks: Looks) -> Column[DeliveryRow]:
    """Return the column of the sessions; what numbers them stays in sight."""
    return Column("session", "SESS", lambda row: row.session, looks.session, drop=2, cut=fit_middle)


def edge_column(looks: Looks) -> Column[DeliveryRow]:
    """Return the column of the routes; of a long one both ends are shortened."""
    tight = not looks.wide

    def edge(row: DeliveryRow) -> str:
        return edge_text(row, ascii_only=looks.ascii, tight=tight)

    width = max(looks.edge - 2, 12) if tight else looks.edge
    return Column("edge", route_title(ascii_only=looks.ascii, tight=tight), edge, width, drop=0, cut=fit_route)


def _state(looks: Looks) -> Column[DeliveryRow]:
    return Column("state", "STATE", lambda row: state_cell(row, looks), STATE, drop=0)


def state_cell(row: DeliveryRow, looks: Looks) -> Text:
    """Return the state in its tone: mark and word, in a narrow list mark and number."""
    state = row.state.value
    text = f"{glyph(state, looks.ascii)} {state}" if looks.wide else short_outcome(row, ascii_only=looks.ascii)
    return Text(text, style=tone(state), no_wrap=True, end="")


def _wide_numbers() -> tuple[Column[DeliveryRow], ...]:
    return (
        Column("try", "TRY", try_text, 4, drop=4),
        Column("ms", "MS", milliseconds_cell, 5, drop=5, align="right"),
    )


def milliseconds_cell(row: DeliveryRow) -> str:
    """Return how long the last attempt took, in ms without the unit; a dash before one has ended."""
    return NONE if row.duration_ms is None else f"{row.duration_ms:.0f}" if row.duration_ms >= 1 else "<1"


def _wide_rest() -> tuple[Column[DeliveryRow], ...]:
    return (
        Column("size", "SIZE", lambda row: size(row.size), 9, drop=7, align="right"),
        Column("id", "ID", lambda row: row.message_id, 18, drop=8),
        Column("rev", "REV", lambda row: "" if row.rev is None else str(row.rev), 4, drop=9, align="right"),
    )
