"""The columns of two compared sessions, and what is said of the hop under the cursor."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len
from rich.text import Text

from woodwork_tui.state.columns import Column
from woodwork_tui.state.compare import Compared, Comparison, Verdict
from woodwork_tui.state.delivery_row import DeliveryRow
from woodwork_tui.state.delivery_words import edge_text, short_outcome
from woodwork_tui.state.lines import Line
from woodwork_tui.state.text_diff import diff_lines, unified
from woodwork_tui.text import fit, safe, tone
from woodwork_tui.units import NONE, clock, duration

LARGEST = 64 * 1024
"""Bytes of a payload up to which two are compared line by line."""
_SHORTEST_NAME, _LONGEST_NAME = 8, 16
_MARKS = {
    Verdict.SAME: ("=", "muted"), Verdict.PAYLOAD: ("≠", "warn"), Verdict.FATE: ("!", "bad"),
    Verdict.ONLY_LEFT: ("<", "accent"), Verdict.ONLY_RIGHT: (">", "accent"),
}  # fmt: skip


def compare_columns(comparison: Comparison, *, ascii_only: bool = False) -> tuple[Column[Compared], ...]:
    """Return the columns; the sides are headed by the names of the sessions."""
    side = max(_SHORTEST_NAME, min(_LONGEST_NAME, max(map(cell_len, (comparison.left, comparison.right)))))

    def outcome(row: DeliveryRow | None) -> Text:
        if row is None:
            return Text(NONE, "faint")
        return safe(short_outcome(row, ascii_only=ascii_only), width=side, style=tone(row.state.value))

    return (
        Column("verdict", "", lambda hop: _mark(hop, ascii_only), 1, drop=0),
        Column("turn", "TURN", lambda hop: "" if hop.depth else f"{hop.turn + 1:,}", 4, align="right", drop=5),
        Column("hop", "HOP", lambda hop: _hop(hop, ascii_only), minimum=18, most=32, weight=1, drop=0),
        Column("event", "EVENT", lambda hop: hop.row.event, 18, drop=3),
        Column("left", fit(comparison.left, side), lambda hop: outcome(hop.left), side, drop=0),
        Column("right", fit(comparison.right, side), lambda hop: outcome(hop.right), side, drop=0),
        Column("slower", "SLOWER", lambda hop: _slower(hop.slower_by), 8, align="right", drop=2),
        Column("payload", "PAYLOAD", _payload, minimum=14, weight=3, drop=1, cut=_fit_pair),
    )


def _mark(hop: Compared, ascii_only: bool) -> Text:
    mark, style = _MARKS[hop.verdict]
    return Text("#" if ascii_only and not mark.isascii() else mark, style)


def _hop(hop: Compared, ascii_only: bool) -> Text:
    way = edge_text(hop.row, ascii_only=ascii_only)
    lone = hop.left is None or hop.right is None
    return safe(f"{'  ' * min(hop.depth, 8)}{way}", width=120, style="accent" if lone else "")


def _slower(ms: float | None) -> Text:
    """Return `+48ms` where the right side was slower, `-48ms` where it was faster; less than 1 ms is the same."""
    if ms is None:
        return Text(NONE, "faint")
    if abs(ms) < 1:
        return Text("±0", "faint")
    sign = "+" if ms > 0 else "-"
    told = f"{abs(ms):.0f}ms" if abs(ms) < 10_000 else duration(abs(ms) / 1000)
    return Text(f"{sign}{told}", "warn" if ms > 0 else "ok")


def _payload(hop: Compared) -> Text:
    if hop.verdict in (Verdict.ONLY_LEFT, Verdict.ONLY_RIGHT):
        return safe(hop.row.payload_line(), width=400, style="accent")
    if hop.payload_differs and hop.left is not None and hop.right is not None:
        ours, theirs = differing(hop.left.payload_line(), hop.right.payload_line())
        return safe(f"{ours}{_BETWEEN}{theirs}", width=400, style="warn")
    return safe(hop.row.payload_line(), width=400, style="muted")


_AROUND = 4
_LONGEST_PART = 120
_BETWEEN = " | "


def _fit_pair(text: str, width: int) -> str:
    """Return *text* in *width* cells; of two payloads each has its half."""
    ours, between, theirs = text.partition(_BETWEEN)
    if not between or cell_len(text) <= width:
        return fit(text, width)
    room = width - cell_len(between)
    first = min(cell_len(ours), max(room // 2, room - cell_len(theirs)))
    return f"{fit(ours, first)}{between}{fit(theirs, room - first)}"


def differing(ours: str, theirs: str) -> tuple[str, str]:
    """Return the parts of two lines in which they differ, with a little of what stands before."""
    start = next(
        (at for at, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), min(len(ours), len(theirs))
    )
    begin = max(0, start - _AROUND)
    lead = "…" if begin else ""
    return lead + fit(ours[begin:], _LONGEST_PART), lead + fit(theirs[begin:], _LONGEST_PART)


def hop_lines(hop: Compared | None, comparison: Comparison, *, ascii_only: bool = False) -> tuple[Line, ...]:
    """Return everything about one hop: both sides in a line each, then what differs between the payloads."""
    if hop is None:
        return ()
    sides = ((comparison.left, hop.left), (comparison.right, hop.right))
    return (*(_side(name, row, ascii_only) for name, row in sides), Line(""), *_difference(hop, comparison))


def _side(name: str, row: DeliveryRow | None, ascii_only: bool) -> Line:
    if row is None:
        return Line(f"{fit(name, _LONGEST_NAME)}  did not come here", "muted")
    fate = f"{clock(row.at)}  {short_outcome(row, ascii_only=ascii_only)}"
    problem = f"  {row.problem}" if row.problem else ""
    return Line(f"{fit(name, _LONGEST_NAME)}  {fate}  {row.message_id}{problem}", "bad" if row.problem else "strong")


def _difference(hop: Compared, comparison: Comparison) -> Iterator[Line]:
    if hop.left is None or hop.right is None:
        yield Line(f"Only in {comparison.left if hop.right is None else comparison.right}:", "title")
        yield from (Line(text) for text in hop.row.payload_text().split("\n"))
        return
    if hop.left.emission is None or hop.right.emission is None:
        yield Line("One of the payloads was not seen.", "muted")
    elif not hop.payload_differs:
        yield Line("Both carry the same payload:", "muted")
        yield from (Line(text) for text in hop.left.payload_text().split("\n"))
    elif max(hop.left.size or 0, hop.right.size or 0) > LARGEST:
        yield Line("The payloads differ; they are too large to be compared line by line.", "warn")
    else:
        yield Line(f"- {comparison.left}   + {comparison.right}", "title")
        yield from diff_lines(unified(hop.left.payload_text(), hop.right.payload_text()))
