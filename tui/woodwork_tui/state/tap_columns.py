"""The columns of the tap, for the width and in the words of the moment (screens 1.4 A, F)."""

from __future__ import annotations

from collections.abc import Callable

from rich.text import Text

from woodwork_tui.state.columns import Column
from woodwork_tui.state.delivery_row import DeliveryRow
from woodwork_tui.state.delivery_words import outcome_text, short_outcome
from woodwork_tui.state.message_columns import STATE, Looks, edge_column, milliseconds_cell, session_column
from woodwork_tui.state.tap import content
from woodwork_tui.text import fit, tone
from woodwork_tui.units import clock


def tap_columns(looks: Looks, now: Callable[[], float]) -> tuple[Column[DeliveryRow], ...]:
    """Return the columns; *now* gives the time in s since the epoch."""
    said: Column[DeliveryRow] = Column("payload", "PAYLOAD", _content, minimum=12, weight=8, drop=1)
    session = session_column(looks)
    if not looks.wide:
        return (
            Column("time", "TIME", lambda row: clock(row.at)[3:], 9, drop=0),
            session,
            edge_column(looks),
            Column(
                "state", "STATE", lambda row: _toned(row, short_outcome(row, ascii_only=looks.ascii)), STATE, drop=0
            ),
            said,
        )
    return (
        Column("time", "TIME", lambda row: clock(row.at), 12, drop=0),
        session,
        edge_column(looks),
        Column("event", "EVENT", lambda row: row.event, 18, drop=3),
        Column("state", "STATE", lambda row: _toned(row, outcome_text(row, now(), ascii_only=looks.ascii)), 15, drop=0),
        Column("ms", "MS", milliseconds_cell, 5, drop=4, align="right"),
        said,
    )


def _toned(row: DeliveryRow, text: str) -> Text:
    return Text(text, style=tone(row.state.value), no_wrap=True, end="")


def _content(row: DeliveryRow) -> Text:
    said = content(row)
    troubled = said is not row.payload_line()
    return Text(fit(said, 400), style=tone(row.state.value) if troubled else "", no_wrap=True, end="")
