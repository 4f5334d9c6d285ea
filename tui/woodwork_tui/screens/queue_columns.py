"""The columns of the Queues tab: components with their sessions, and sessions by component (screens 1.2)."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from woodwork_tui.state.columns import Column
from woodwork_tui.state.queues import QueueRow, SessionRow
from woodwork_tui.text import fit, fit_middle, glyph, safe
from woodwork_tui.units import NONE, age, count, gauge, rate

_LANE_GLYPHS = {
    "running": "handling",
    "retrying": "retry",
    "parked": "held",
    "unhandled": "held",
    "paused": "held",
    "blocked": "held",
    "held": "held",
    "stuck": "failed",
    "stopped": "held",
}

_LANE_TONES = {"handling": "accent", "retry": "warn", "held": "warn", "failed": "bad"}


def queue_columns(ascii_only: bool) -> list[Column[QueueRow]]:
    """Return the columns of the table of components and their sessions."""
    closed, opened = (">", "v") if ascii_only else ("▸", "▾")

    def name(row: QueueRow) -> Text:
        if row.session is not None:
            return safe(f"    {fit(row.session, 200)}")
        return safe(f"{(opened if row.is_open else closed) if row.lanes else ' '} {fit(row.component, 60)}")

    def bar(row: QueueRow) -> Text:
        tone = "bad" if 0 < row.limit <= row.depth else "accent" if row.depth else "faint"
        return Text(gauge(row.depth, row.limit, 8, ascii_only=ascii_only), tone)

    return [
        Column("name", "COMPONENT", name, minimum=14, most=34, drop=0, cut=fit_middle),
        Column("depth", "DEPTH", _depth, 13, align="right", drop=0),
        Column("bar", "", bar, 8, drop=3),
        Column("trend", "TREND", lambda row: safe(row.trend, width=40, style=row.tone), 15, drop=0),
        Column("oldest", "OLDEST", lambda row: _some(age(row.oldest) if row.depth else None), 6, align="right", drop=4),
        Column("in", "IN/s", lambda row: _rate(row.in_rate), 6, align="right", drop=5),
        Column("out", "OUT/s", lambda row: _rate(row.out_rate), 6, align="right", drop=6),
        Column("flight", "FLIGHT", lambda row: _number(row.inflight), 6, align="right", drop=7),
        Column("policy", "POLICY", lambda row: safe(row.policy, width=11), 11, drop=8),
        Column("dropped", "DROPPED", lambda row: _number(row.dropped, "bad"), 7, align="right", drop=9),
    ]


def _depth(row: QueueRow) -> Text:
    limit = f"/{row.limit:,}" if row.limit else ""
    text = Text(f"{row.depth:,}{limit}", "" if row.depth else "faint")
    text.stylize("muted", len(text) - len(limit))
    return text


def _some(text: str | None) -> Text:
    return Text(NONE, "faint") if text is None else Text(text)


def _rate(per_second: float | None) -> Text:
    if per_second is None:
        return Text("")
    return Text(rate(per_second).removesuffix("/s"), "" if per_second >= 0.05 else "faint")


def _number(number: int | None, tone: str = "") -> Text:
    if number is None:
        return Text("")
    return Text(count(number), tone if number else "faint")


def session_columns(components: Sequence[str], ascii_only: bool) -> list[Column[SessionRow]]:
    """Return the columns of the table of sessions: one for each of *components* after the sums."""
    fixed: list[Column[SessionRow]] = [
        Column("session", "SESSION", _session, minimum=10, most=30, drop=0, cut=fit_middle),
        Column("total", "WAITING", lambda row: Text(count(row.total), "strong"), 7, align="right", drop=0),
        Column("oldest", "OLDEST", lambda row: age(row.oldest), 7, align="right", drop=0),
    ]
    return fixed + [_cell_column(number, name, ascii_only) for number, name in enumerate(components)]


def _session(row: SessionRow) -> Text:
    return safe(row.session, width=200)


def _cell_column(number: int, name: str, ascii_only: bool) -> Column[SessionRow]:
    def cell(row: SessionRow) -> Text:
        lane = row.cells.get(name)
        if lane is None:
            return Text("." if ascii_only else "·", "faint")
        state = _LANE_GLYPHS.get(lane.state)
        mark = f" {glyph(state, ascii_only)}" if state else ""
        return Text(f"{lane.depth:,}{mark}", _LANE_TONES.get(state or "", ""))

    title = fit(name, 14)
    return Column(f"component-{number}", title, cell, max(6, len(title)), align="right", drop=number + 1)
