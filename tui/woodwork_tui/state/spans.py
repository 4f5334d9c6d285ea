"""What a turn was doing when: waiting in a queue, handling, waiting for a retry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from woodwork_tui.state.delivery_row import Attempt, DeliveryRow, DeliveryState
from woodwork_tui.text import glyph
from woodwork_tui.units import duration, milliseconds, plural


class Doing(StrEnum):
    """What a span is spent with."""

    SENT = "sent"
    WAITING = "waiting"
    HANDLING = "handling"
    FAILING = "failing"
    PAUSING = "pausing"
    """Waiting for a retry."""


@dataclass(frozen=True, slots=True)
class Span:
    """A time of one component, *start* to *end* in s since the epoch; *label* says how it ended, *tone* how that is."""

    lane: str
    doing: Doing
    start: float
    end: float
    label: str = ""
    tone: str = ""


def spans(rows: Sequence[DeliveryRow], now: float, *, ascii_only: bool = False) -> tuple[Span, ...]:
    """Return what *rows*, the deliveries of a turn, oldest first, were doing up to *now*."""
    if not rows:
        return ()
    first = rows[0]
    sent = Span(first.source or "outside", Doing.SENT, first.at, first.at, "sent", "muted")
    return (sent, *(span for row in rows for span in _of(row, now, ascii_only)))


def _of(row: DeliveryRow, now: float, ascii_only: bool) -> Iterator[Span]:
    lane = row.target or "nobody"
    tries = [attempt for attempt in row.attempts if attempt.started is not None and attempt.ended is not None]
    begun = tries[0].started if tries else row.started_at
    waited_until = begun if begun is not None else row.settled_at or now
    fate = _fate(row, now, ascii_only)
    if begun is None or waited_until > row.at:
        yield Span(lane, Doing.WAITING, row.at, waited_until, *(fate if begun is None else ()))
    for number, attempt in enumerate(tries):
        last = number == len(tries) - 1 and row.state is not DeliveryState.HANDLING
        yield _attempt(lane, attempt, fate if last else None, ascii_only)
        following = tries[number + 1].started if number + 1 < len(tries) else _next_start(row, attempt, now)
        if following is not None and following > (attempt.ended or following):
            yield Span(lane, Doing.PAUSING, attempt.ended or following, following)
    if row.state is DeliveryState.HANDLING and row.started_at is not None:
        yield Span(lane, Doing.HANDLING, row.started_at, max(now, row.started_at), *fate)


def _attempt(lane: str, attempt: Attempt, fate: tuple[str, str] | None, ascii_only: bool) -> Span:
    start, end = attempt.started or 0.0, attempt.ended or 0.0
    if not attempt.error_type:
        label = fate or (milliseconds(attempt.duration_ms), "ok")
        return Span(lane, Doing.HANDLING, min(start, end), end, *label)
    mark = f"{glyph('failed', ascii_only)} #{attempt.n}"
    label = (f"{mark} {fate[0]}", fate[1]) if fate else (mark, "bad")
    return Span(lane, Doing.FAILING, min(start, end), end, *label)


def _next_start(row: DeliveryRow, attempt: Attempt, now: float) -> float | None:
    """Return when the attempt after the last ended one begins, or the present while it is waited for."""
    if row.state is DeliveryState.HANDLING and row.started_at is not None:
        return row.started_at
    return now if row.state is DeliveryState.RETRY and attempt.error_type else None


def _fate(row: DeliveryRow, now: float, ascii_only: bool) -> tuple[str, str]:
    """Return what stands behind the last span of *row*, and its tone."""
    mark = glyph(row.state.value, ascii_only)
    match row.state:
        case DeliveryState.OK:
            return milliseconds(row.duration_ms), "ok"
        case DeliveryState.RETRY:
            wait = f"in {duration(row.due - now)}" if row.due is not None and row.due > now else "now"
            return f"{mark} #{row.attempt + 1} {wait}", "warn"
        case DeliveryState.HANDLING:
            return f"{mark} {duration(now - (row.started_at or now))}", "accent"
        case DeliveryState.FAILED:
            return "", "bad"
        case _:
            return f"{mark} {row.state.value}", "bad" if row.state is DeliveryState.DEAD else "muted"


@dataclass(frozen=True, slots=True)
class Effort:
    """Sums over a turn: *wall* and *busy* in s, *busiest* component with its share of busy, messages."""

    wall: float
    busy: float
    busiest: str
    share: float
    messages: int

    def line(self) -> str:
        """Return `wall 2.3s · busy 271ms (agent 61%) · 5 messages`."""
        busy = f"busy {_short(self.busy)} ({self.busiest} {self.share:.0%})" if self.busy else "nothing handled"
        return f"wall {_short(self.wall)} · {busy} · {plural(self.messages, 'message')}"


def effort(rows: Sequence[DeliveryRow], found: Sequence[Span]) -> Effort:
    """Return the sums over *rows* and their spans."""
    busy: dict[str, float] = {}
    for span in found:
        if span.doing in (Doing.HANDLING, Doing.FAILING):
            busy[span.lane] = busy.get(span.lane, 0.0) + span.end - span.start
    total = sum(busy.values())
    busiest = max(busy, key=busy.__getitem__, default="")
    wall = max((s.end for s in found), default=0.0) - min((s.start for s in found), default=0.0)
    return Effort(wall, total, busiest, busy[busiest] / total if total else 0.0, len({r.message_id for r in rows}))


def _short(seconds: float) -> str:
    return milliseconds(seconds * 1000) if seconds < 1 else duration(seconds)
