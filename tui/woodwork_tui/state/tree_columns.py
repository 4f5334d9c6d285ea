"""The columns of the flow's tree on a narrow screen (screens 1.2, 1.4 F)."""

from __future__ import annotations

from collections.abc import Callable

from rich.text import Text

from woodwork_engine.snapshot import NodeState, NodeStats
from woodwork_tui.state.columns import Column
from woodwork_tui.state.flow_tree import TreeRow
from woodwork_tui.text import fit_middle, glyph, safe, state_text
from woodwork_tui.units import NONE, count, milliseconds, rate, sparkline

_SPARK = 12


def tree_columns(*, ascii_only: bool) -> tuple[Column[TreeRow], ...]:
    """Return the columns; what is dropped first when room is short stands behind in the published order."""
    dead, retry = ("D", "R") if ascii_only else ("†", "↻")

    def name(row: TreeRow) -> Text:
        stop = f" {glyph('breakpoint', ascii_only)}" if row.stopped and not row.again else ""
        tone = "muted" if row.again or row.found is False else ""
        drawn = safe(f"{row.drawn(ascii_only)}{stop}", width=60, style=tone)
        if row.found and not row.again:
            end = len(drawn) - len(stop)
            drawn.stylize("mark", max(0, end - len(row.name)), end)
        return drawn

    def spark(stats: NodeStats) -> Text:
        return Text(sparkline(stats.activity, _SPARK, ascii_only=ascii_only), "accent")

    def handled(stats: NodeStats) -> Text:
        return Text(milliseconds(stats.p95_ms) if stats.ok + stats.failed else NONE)

    return (
        Column("node", "NODE", name, minimum=14, most=34, weight=2, drop=0, cut=fit_middle),
        Column("kind", "TYPE", lambda row: "" if row.again else row.node.kind, minimum=13, most=16, drop=7),
        Column("in", "IN/s", _of(lambda stats: _rate(stats.in_rate)), 5, drop=2, align="right"),
        Column("out", "OUT/s", _of(lambda stats: _rate(stats.out_rate)), 5, drop=3, align="right"),
        Column("queue", "Q", _of(lambda stats: _number(stats.depth, "")), 4, drop=1, align="right"),
        Column("p95", "P95", _of(handled), 6, drop=6, align="right"),
        Column("retrying", retry, _of(lambda stats: _number(stats.retrying, "warn")), 3, drop=5, align="right"),
        Column("dead", dead, _of(lambda stats: _number(stats.dead_now, "bad")), 4, drop=4, align="right"),
        Column("state", "STATE", lambda row: _state(row, ascii_only), 13, drop=0),
        Column("spark", "60s", _of(spark), _SPARK, drop=8),
        Column("line", "LINE", lambda row: "" if row.again else f":{row.node.span.line}", 5, drop=9, align="right"),
    )


def _of(shown: Callable[[NodeStats], Text]) -> Callable[[TreeRow], Text]:
    def cell(row: TreeRow) -> Text:
        return Text("") if row.stats is None or row.again else shown(row.stats)

    return cell


def _state(row: TreeRow, ascii_only: bool) -> Text:
    if row.again:
        return Text("")
    if row.stats is None:
        return state_text("not_started", ascii_only) if row.node.problem else Text("")
    text = state_text(row.stats.state.value, ascii_only)
    if row.stats.paused and row.stats.state is not NodeState.PAUSED:
        text.append(f" {glyph('held', ascii_only)}{count(row.stats.paused)}", style="warn")
    return text


def _rate(per_second: float) -> Text:
    return Text(rate(per_second).removesuffix("/s"), "" if per_second >= 0.05 else "faint")


def _number(number: int, tone: str) -> Text:
    return Text(count(number), tone) if number else Text(NONE, "faint")
