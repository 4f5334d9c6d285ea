"""What the Sessions tab lists: how each session is, in which order, found how."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter

from woodwork_engine.errors import FilterError
from woodwork_engine.filter import compile_filter
from woodwork_engine.snapshot import SessionStats, Snapshot

_ACTIVE_RATE = 0.05
"""Messages/s that show as more than nothing."""
_TROUBLE = ("failing", "paused", "retrying", "active", "idle")
_DIGITS = re.compile(r"(\d+)")

Fields = Mapping[str, Callable[[SessionStats], object]]


def session_state(session: SessionStats) -> str:
    """Return how *session* is: paused somewhere, failing (retries, and some died), retrying, active or idle."""
    if session.paused or session.held:
        return "paused"
    if session.retrying:
        return "failing" if session.dead else "retrying"
    return "active" if session.queued or session.inflight or session.rate >= _ACTIVE_RATE else "idle"


def _fields(now: float) -> Fields:
    return {
        "text": attrgetter("id"),
        "session": attrgetter("id"),
        "sess": attrgetter("id"),
        "id": attrgetter("id"),
        "state": session_state,
        "queued": attrgetter("queued"),
        "flight": attrgetter("inflight"),
        "retry": attrgetter("retrying"),
        "dlq": attrgetter("dead"),
        "rate": attrgetter("rate"),
        "msgs": attrgetter("messages"),
        "p95": attrgetter("p95_ms"),
        "age": lambda session: now - session.first_seen,
        "last": lambda session: now - session.last_seen,
    }


FIELD_NAMES = tuple(_fields(0.0))
"""The names of all fields."""


def session_filter(text: str, now: float) -> Callable[[SessionStats], bool]:
    """Return the predicate written as *text* at *now* (s since the epoch); raises FilterError."""
    return compile_filter(text).over(_fields(now))


def session_filter_problem(text: str) -> str | None:
    """Return what is wrong with the filter *text*, or None."""
    try:
        session_filter(text, 0.0)
    except FilterError as error:
        return str(error)
    return None


def _natural(name: str) -> tuple[tuple[bool, int, str], ...]:
    """Return a key that puts s-9 before s-10."""
    return tuple((not part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in _DIGITS.split(name))


SORTS: Mapping[str, tuple[str, Callable[[SessionStats], tuple[object, ...]]]] = {
    "session": ("by name", lambda session: _natural(session.id[:200])),
    "last": ("latest first", lambda session: (-session.last_seen, session.id)),
    "state": ("worst first", lambda session: (_TROUBLE.index(session_state(session)), -session.dead, session.id)),
    "queued": ("most queued first", lambda session: (-session.queued, session.id)),
    "msgs": ("most messages first", lambda session: (-session.messages, session.id)),
    "rate": ("busiest first", lambda session: (-session.rate, session.id)),
    "p95": ("slowest first", lambda session: (-session.p95_ms, session.id)),
}
"""Orders of the table, each with its words; `o` turns to the next."""

Order = tuple[str, bool]
"""A name of SORTS, and whether it is turned round."""


def session_rows(
    snapshot: Snapshot, order: Order, matches: Callable[[SessionStats], bool] | None
) -> tuple[SessionStats, ...]:
    """Return the sessions of *snapshot* that match, in *order*."""
    found = (session for session in snapshot.sessions if matches is None or matches(session))
    return tuple(sorted(found, key=SORTS[order[0]][1], reverse=order[1]))


def to_compare(marked: Sequence[str], current: str | None) -> tuple[str, str] | str:
    """Return the two sessions to compare: those *marked*, or the one marked and the *current* one; else what to do."""
    pair = tuple(marked)
    if len(pair) == 1 and current is not None and current not in pair:
        pair = (pair[0], current)
    if len(pair) == 2:
        return pair[0], pair[1]
    if len(pair) > 2:
        return f"{len(pair):,} sessions are marked; C compares two. \\ clears the marks."
    return "Mark two sessions with space, then C compares them."


def table_title(snapshot: Snapshot, shown: int, order: Order, selected: str | None, marked: int = 0) -> str:
    """Return `Sessions 6 · by name`, what is left out, how many are marked, and the one looked at everywhere."""
    known, total = len(snapshot.sessions), snapshot.totals.sessions
    number = f"{shown:,} of {known:,}" if shown != known else f"{known:,}"
    older = f" (the latest of {total:,})" if total > known else ""
    words = SORTS[order[0]][0] + (", turned round" if order[1] else "")
    chosen = f" · {selected} in every tab (esc clears)" if selected is not None else ""
    marks = f" · {marked:,} marked" if marked else ""
    return f"Sessions {number}{older} · {words}{marks}{chosen}"


def empty_text(snapshot: Snapshot, expression: str) -> str:
    """Return why the table is empty and what to do (screens 1.5)."""
    known = len(snapshot.sessions)
    if known and expression.strip():
        if known < snapshot.totals.sessions:
            latest = f"0 of the latest {known:,} match {expression.strip()}"
            return f"{latest}. :session ID looks at an older one, esc clears the filter."
        return f"0 of {known:,} match {expression.strip()}. esc clears the filter."
    return "No sessions yet. The first message creates one."
