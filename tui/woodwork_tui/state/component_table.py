"""The statistics of every component as lines of a table: what it took, how that ended, how long it lasted."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.text import Text

from woodwork_engine.snapshot import NodeStats
from woodwork_tui.state.columns import Column, fitting
from woodwork_tui.text import fit_middle, pad, safe, state_text
from woodwork_tui.units import NONE, count, milliseconds

_GAP = 2


def component_columns(*, ascii_only: bool = False) -> tuple[Column[NodeStats], ...]:
    """Return the columns; what is dropped first when room is short comes last in importance."""
    return (
        Column("name", "COMPONENT", lambda n: safe(n.name, width=60), minimum=10, most=24, drop=0, cut=fit_middle),
        Column("state", "STATE", lambda n: state_text(n.state.value, ascii_only), 13, drop=0),
        _number("accepted", "TAKEN", lambda n: n.accepted, drop=5),
        _number("emitted", "SENT", lambda n: n.emitted, drop=8),
        _number("ok", "OK", lambda n: n.ok, drop=4),
        _number("failed", "FAILED", lambda n: n.failed, "warn", drop=1),
        _number("retried", "RETRIED", lambda n: n.retried, "warn", drop=6, width=7),
        _number("dead", "DEAD", lambda n: n.dead, "bad", drop=2),
        _number("dropped", "DROPPED", lambda n: n.dropped, "bad", drop=3, width=7),
        _number("twice", "TWICE", lambda n: n.duplicates, drop=10),
        _time("p50", "P50", lambda n: n.p50_ms, drop=9),
        _time("p95", "P95", lambda n: n.p95_ms, drop=5),
        _time("p99", "P99", lambda n: n.p99_ms, drop=7),
    )


def _number(
    key: str, title: str, value: Callable[[NodeStats], int], tone: str = "", *, drop: int, width: int = 6
) -> Column[NodeStats]:
    def cell(node: NodeStats) -> Text:
        number = value(node)
        return Text(count(number), tone if number else "faint")

    return Column(key, title, cell, width, align="right", drop=drop)


def _time(key: str, title: str, value: Callable[[NodeStats], float], *, drop: int) -> Column[NodeStats]:
    def cell(node: NodeStats) -> Text:
        handled = node.ok + node.failed
        return Text(milliseconds(value(node))) if handled else Text(NONE, "faint")

    return Column(key, title, cell, 7, align="right", drop=drop)


def component_lines(nodes: Sequence[NodeStats], width: int, *, ascii_only: bool = False) -> list[Text]:
    """Return the table of *nodes* in lines of *width* cells, the heading first."""
    if not nodes:
        return [Text("There are no components yet.", "muted")]
    plan = fitting(component_columns(ascii_only=ascii_only), width, _GAP)
    gap = " " * _GAP
    head = gap.join(pad(column.title, wide, right=column.align == "right") for column, wide in plan)
    lines = [Text(head, "muted", end="", no_wrap=True)]
    for node in nodes:
        cells = [_cell(column, node, wide) for column, wide in plan]
        lines.append(Text(gap).join(cells))
    return lines


def _cell(column: Column[NodeStats], node: NodeStats, width: int) -> Text:
    shown = column.render(node)
    text, style = (shown, "") if isinstance(shown, str) else (shown.plain, shown.style)
    return Text(pad(column.cut(text, width), width, right=column.align == "right"), style)
