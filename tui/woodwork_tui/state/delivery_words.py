"""What a delivery is in words: its fate, its try, its way, its times."""

from __future__ import annotations

from woodwork_tui.state.delivery_row import DeliveryRow, DeliveryState
from woodwork_tui.state.route_words import route_text
from woodwork_tui.text import glyph
from woodwork_tui.units import duration, milliseconds

_COUNTED = frozenset({DeliveryState.RETRY, DeliveryState.FAILED, DeliveryState.DEAD})


def outcome_text(row: DeliveryRow, now: float, *, ascii_only: bool = False) -> str:
    """Return mark and word of what became of *row*: `✓ ok`, `↻ retry in 1.8s`."""
    mark = glyph(row.state.value, ascii_only)
    if row.state is DeliveryState.RETRY:
        return f"{mark} retry in {duration(row.due - now)}" if row.due and row.due > now else f"{mark} retry now"
    if row.state is DeliveryState.HELD:
        return f"{mark} held at {glyph('breakpoint', ascii_only)}"
    return f"{mark} {row.state.value}"


def short_outcome(row: DeliveryRow, *, ascii_only: bool = False) -> str:
    """Return what became of *row* in few cells: `✓ 61ms`, `↻ 2/4`, `† 4/4`, `· queued`."""
    mark = glyph(row.state.value, ascii_only)
    if row.state is DeliveryState.OK:
        return f"{mark} {milliseconds(row.duration_ms)}" if row.duration_ms is not None else f"{mark} ok"
    if row.state in _COUNTED and row.attempts:
        return f"{mark} {try_text(row)}"
    return f"{mark} {row.state.value}"


def try_text(row: DeliveryRow) -> str:
    """Return the attempt out of attempts allowed, `2/4`; nothing before the first one and for lost messages."""
    if row.state is DeliveryState.UNROUTABLE or not row.target:
        return ""
    return f"{row.attempt}/{max(row.attempt, row.allowed)}" if row.allowed else str(row.attempt)


def edge_text(row: DeliveryRow, *, ascii_only: bool = False, tight: bool = False) -> str:
    """Return `agent → audit`, *tight* `agent→audit`."""
    return route_text(row.source, row.target, ascii_only=ascii_only, tight=tight)


def since_text(seconds: float | None) -> str:
    """Return the time from one delivery to the next, *seconds*: `+48ms`, `+2.3s`; nothing for None."""
    if seconds is None:
        return ""
    sign = "-" if seconds < 0 else "+"
    seconds = abs(seconds)
    return f"{sign}{seconds * 1000:.0f}ms" if seconds < 0.9995 else f"{sign}{duration(seconds)}"
