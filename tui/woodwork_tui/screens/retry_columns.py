"""The columns of the list of retries, for the width there is."""

from __future__ import annotations

from collections.abc import Callable

from rich.text import Text

from woodwork_engine.snapshot import RetryRow
from woodwork_tui.state.columns import Column
from woodwork_tui.state.message_columns import Looks
from woodwork_tui.state.retries import error_of
from woodwork_tui.state.route_words import fit_route, route_text, route_title
from woodwork_tui.text import fit_middle, safe

_EVENT, _NARROW_EVENT = 18, 14

Cell = Callable[[RetryRow], Text]
"""Tells something of a retry that depends on the moment shown."""


def retry_columns(looks: Looks, next_in: Cell, expires: Cell, *, drains: bool = False) -> list[Column[RetryRow]]:
    """Return the columns; sessions and routes are as wide as *looks* says, what is left goes to the error.

    Where something *drains*, there is room to say so of what comes later.
    """
    tight = not looks.wide

    def edge(row: RetryRow) -> str:
        return route_text(row.source, row.target, ascii_only=looks.ascii, tight=tight)

    title = route_title(ascii_only=looks.ascii, tight=tight)
    way = max(looks.edge - 2, 12) if tight else looks.edge
    event = _NARROW_EVENT if tight else _EVENT
    return [
        Column("next", "NEXT IN", next_in, 11 if drains else 7, drop=0),
        Column("try", "TRY", lambda row: f"{row.attempt}/{row.allowed}", 4, drop=0),
        Column("session", "SESS", lambda row: safe(row.session, width=200), looks.session, drop=2, cut=fit_middle),
        Column("edge", title, edge, way, drop=1, cut=fit_route),
        Column("event", "EVENT", lambda row: safe(row.event, width=40), event, drop=3),
        Column("error", "ERROR", lambda row: safe(error_of(row), width=300, style="bad"), minimum=24, drop=0),
        Column("policy", "POLICY", lambda row: safe(row.policy, width=60, style="muted"), 34, drop=4),
        Column("expires", "EXPIRES", expires, 7, align="right", drop=5),
        Column("id", "ID", lambda row: safe(row.message_id, width=80, style="muted"), 32, drop=6),
    ]
