"""The columns of the table of sessions (screens 1.2)."""

from __future__ import annotations

from collections.abc import Callable, Collection

from rich.text import Text

from woodwork_engine.snapshot import SessionStats
from woodwork_tui.state.columns import Column
from woodwork_tui.state.sessions import session_state
from woodwork_tui.text import fit_middle, safe, state_text
from woodwork_tui.units import NONE, age, count, milliseconds, rate, sparkline

_SPARK = 20


def session_columns(
    now: Callable[[], float],
    selected: Callable[[], str | None],
    marked: Callable[[], Collection[str]] = tuple,
    *,
    ascii_only: bool = False,
) -> tuple[Column[SessionStats], ...]:
    """Return the columns; *now* is the time in s since the epoch, *selected* the session looked at everywhere."""
    return (
        Column(
            "session", "SESSION", lambda s: _name(s, selected(), marked()), minimum=7, most=36, drop=0, cut=fit_middle
        ),
        Column("state", "STATE", lambda s: state_text(session_state(s), ascii_only), 10, drop=0),
        Column("age", "AGE", lambda s: age(now() - s.first_seen), 6, align="right", drop=9),
        Column("last", "LAST", lambda s: age(now() - s.last_seen), 6, align="right", drop=5),
        Column("msgs", "MSGS", lambda s: count(s.messages), 6, align="right", drop=6),
        Column("rate", "RATE", lambda s: rate(s.rate), 6, align="right", drop=4),
        Column("queued", "QUEUED", lambda s: _number(s.queued, ""), 6, align="right", drop=1),
        Column("flight", "FLIGHT", lambda s: _number(s.inflight, "accent"), 6, align="right", drop=8),
        Column("retry", "RETRY", lambda s: _number(s.retrying, "warn"), 5, align="right", drop=2),
        Column("dlq", "DLQ", lambda s: _number(s.dead, "bad"), 4, align="right", drop=3),
        Column("p95", "P95", lambda s: milliseconds(s.p95_ms) if s.p95_ms else NONE, 6, align="right", drop=7),
        Column(
            "activity",
            "ACTIVITY 60s",
            lambda s: safe(sparkline(s.activity, _SPARK, ascii_only=ascii_only), width=_SPARK, style="muted"),
            _SPARK,
            drop=10,
        ),
    )


def _name(session: SessionStats, selected: str | None, marked: Collection[str]) -> Text:
    mark = "" if not marked else "* " if session.id in marked else "  "
    return safe(f"{mark}{session.id}", width=200, style="title" if session.id == selected else "")


def _number(number: int, tone: str) -> Text:
    return safe(count(number), width=6, style=tone if number else "muted")
