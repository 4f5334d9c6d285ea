"""What the header and the tab bar say, wide and narrow; what matters less goes first when room is short."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

from rich.text import Text

from woodwork_engine.snapshot import FlowState, NodeState, Snapshot
from woodwork_tui.actions import TAB_TITLES, TABS
from woodwork_tui.state.holds import holding
from woodwork_tui.state.problems import current_problems
from woodwork_tui.state.view import View
from woodwork_tui.text import glyph, visible
from woodwork_tui.units import clock, count, duration, milliseconds, rate

WIDE = 110
"""Columns from which the long forms are used (screens 1.5)."""
_LAGGING = 100.0
"""Milliseconds of loop lag that are worth a colour."""

_STATE_WORDS = {
    FlowState.STARTING: "STARTING",
    FlowState.RUNNING: "RUN",
    FlowState.DRAINING: "DRAINING",
    FlowState.STOPPED: "STOPPED",
}
_SHORT_TITLES = {
    "flow": "Flow", "messages": "Msgs", "sessions": "Sess", "queues": "Queue", "retries": "Retry", "dlq": "DLQ",
    "file": "File", "health": "Hlth",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the header; the highest *drop* goes first, 0 stays."""

    text: Text
    drop: int


def header_line(view: View, width: int) -> Text:
    """Return the header for *width* cells: revision, state, chosen session, rates, counts, lag; styles are tones."""
    wide = width >= WIDE
    snapshot = view.snapshot
    parts = [_Part(_file(view, wide), 0), _Part(_state(snapshot, view.ascii), 1)]
    if view.selection.session is not None:
        parts.append(_Part(Text(f"session {visible(view.selection.session)[:24]} (esc)", style="accent"), 2))
    if snapshot.rev and (held := holding(snapshot).text(wide=wide)):
        parts.append(_Part(Text(f"{glyph('held', view.ascii)} {held}", style="warn"), 2))
    if snapshot.rev:
        parts += [
            _Part(_rates(snapshot, wide), 4),
            _Part(_counts(snapshot, wide, view.ascii), 3),
            _Part(_lag(view), 5),
        ]
    elif snapshot.revisions:
        parts.append(_Part(Text(f"watching {clock(snapshot.revisions[-1].at, millis=False)}"), 4))
    return _fitted(parts, width, " | " if view.ascii else " │ ")


def _fitted(parts: list[_Part], width: int, between: str) -> Text:
    """Return *parts* in one line of at most *width* cells."""
    shown = list(parts)
    while True:
        line = Text(" ", no_wrap=True, end="")
        for number, part in enumerate(shown):
            line.append(between if number else "", style="faint")
            line.append_text(part.text)
        last = max(shown, key=lambda part: part.drop)
        if line.cell_len <= width or last.drop == 0:
            line.truncate(width, overflow="ellipsis")
            return line
        shown.remove(last)


def _file(view: View, wide: bool) -> Text:
    snapshot = view.snapshot
    name = visible(PurePath(view.file).name or "no flow")
    text = Text(name, style="strong")
    if not snapshot.rev:
        if any(problem.blocks for problem in current_problems(snapshot)):
            text.append(f"{'  rev –' if wide else ' rev –'} ", style="muted")
            text.append(f"{glyph('failed', view.ascii)} not started", style="bad")
        return text
    mark = glyph("ok", view.ascii)
    at = f" {clock(snapshot.rev_at, millis=False)}" if wide else ""
    text.append(f"  rev {snapshot.rev} " if wide else f" r{snapshot.rev}", style="muted")
    text.append(mark, style="ok")
    text.append(at, style="muted")
    return text


def _state(snapshot: Snapshot, ascii_only: bool) -> Text:
    if snapshot.state is FlowState.RUNNING and any(hold.scope.kind == "bus" for hold in snapshot.holds):
        return Text(f"{glyph('paused', ascii_only)} PAUSED", style="warn")
    tone = {FlowState.RUNNING: "ok", FlowState.STOPPED: "muted"}.get(snapshot.state, "warn")
    return Text(f"{glyph(snapshot.state.value, ascii_only)} {_STATE_WORDS[snapshot.state]}", style=tone)


def _rates(snapshot: Snapshot, wide: bool) -> Text:
    totals = snapshot.totals
    latency = f"p95 {milliseconds(totals.p95_ms)}"
    if wide:
        return Text(f"in {_short_rate(totals.in_rate)}  out {_short_rate(totals.out_rate)}  {latency}")
    return Text(f"{_short_rate(totals.in_rate)} {latency}")


def _short_rate(per_second: float) -> str:
    return f"{per_second:.0f}/s" if 9.95 <= per_second < 999.5 else rate(per_second)


def _counts(snapshot: Snapshot, wide: bool, ascii_only: bool) -> Text:
    totals = snapshot.totals
    growing = any(node.state is NodeState.BACKLOG for node in snapshot.nodes)
    rising = glyph("backlog", ascii_only) if growing else ""
    alarm = "!" if totals.dead_letters else ""
    words = (
        (f"queued {count(totals.queued)}{' ' if rising else ''}{rising}", "warn" if growing else ""),
        (f"retry {count(totals.retrying)}", "warn" if totals.retrying else ""),
        (f"DLQ {count(totals.dead_letters)}{alarm}", "bad" if totals.dead_letters else ""),
    )
    if not wide:
        words = (
            (f"q{count(totals.queued)}{rising}", words[0][1]),
            (f"{glyph('retry', ascii_only)}{count(totals.retrying)}", words[1][1]),
            (f"{glyph('dead', ascii_only)}{count(totals.dead_letters)}{alarm}", words[2][1]),
        )
    return Text("  " if wide else " ").join(Text(word, style=tone) for word, tone in words)


def _lag(view: View) -> Text:
    if view.blocked is not None:
        return Text(f"lag {duration(view.blocked[0])}!", style="bad")
    lag = view.snapshot.health.loop_lag_ms
    return Text(f"lag {milliseconds(lag)}", style="warn" if lag >= _LAGGING else "")


@dataclass(frozen=True, slots=True)
class TabLabel:
    """One tab of the tab bar as it is painted, and how urgent its number is (a tone, or nothing)."""

    tab: str
    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class TabLabels:
    """The labels in order; *edge* stands before the first, *gap* between two."""

    labels: tuple[TabLabel, ...]
    edge: str = ""
    gap: str = ""

    @property
    def width(self) -> int:
        """The cells they need."""
        return len(self.edge) + sum(len(each.text) for each in self.labels) + len(self.gap) * (len(self.labels) - 1)


def tab_labels(view: View, active: str, width: int) -> TabLabels:
    """Return the tabs for *width* cells, `[1 Flow]` or ` 6 DLQ 12! `; where names do not fit only *active* has one."""
    totals = view.snapshot.totals
    counts = {
        "sessions": (count(totals.sessions), ""),
        "retries": (count(totals.retrying), "warn" if totals.retrying else ""),
        "dlq": (
            count(totals.dead_letters) + ("!" if totals.dead_letters else ""),
            "bad" if totals.dead_letters else "",
        ),
    }

    def labels(form: _Form) -> tuple[TabLabel, ...]:
        made = []
        for number, tab in enumerate(TABS, 1):
            told, tone = counts.get(tab, ("", ""))
            text = form(number, tab, told, tab == active)
            made.append(TabLabel(tab, f"[{text}]" if tab == active else f" {text} ", tone))
        return tuple(made)

    if width >= WIDE:
        return TabLabels(labels(_long), " ", "  ")
    short = TabLabels(labels(_short))
    return short if short.width <= width else TabLabels(labels(_shortest))


_Form = Callable[[int, str, str, bool], str]


def _long(number: int, tab: str, told: str, active: bool) -> str:
    return f"{number} {TAB_TITLES[tab]}{' ' if told else ''}{told}"


def _short(number: int, tab: str, told: str, active: bool) -> str:
    told = "" if tab == "sessions" else told
    return f"{number}{_SHORT_TITLES[tab]}{' ' if told else ''}{told}"


def _shortest(number: int, tab: str, told: str, active: bool) -> str:
    if active:
        return f"{number}{_SHORT_TITLES[tab]}"
    return f"{number}!" if told.endswith("!") else str(number)
