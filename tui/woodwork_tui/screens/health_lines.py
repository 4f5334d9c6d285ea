"""The lines of the Health tab's panes, for a width and a moment."""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text

from woodwork_engine.snapshot import NodeStats
from woodwork_tui.state.component_table import component_lines
from woodwork_tui.state.health import histogram, nothing_waits, numbers, sentences, vitals, waiting
from woodwork_tui.state.view import View
from woodwork_tui.text import glyph, one_line, pad, safe, tone
from woodwork_tui.units import count, forecast, gauge, milliseconds, rate, sparkline
from woodwork_tui.widgets.hanging import hanging

_NAME = 16
_LABEL = 12
_RATE = 7
_LEAST_SPARK = 8
_SPARK = 60
"""Seconds of activity that are known."""


@dataclass(frozen=True, slots=True)
class HealthLines:
    """The view, as lines; every method takes the cells of a line."""

    view: View

    def state(self, width: int) -> list[Text]:
        """Return how the flow is, the worst first."""
        view = self.view
        told = sentences(view.snapshot, view.blocked, missed=view.deliveries.missed)
        lines = []
        for name, sentence in told:
            mark = Text(f"{glyph(name, view.ascii)} ", style=tone(name))
            lines += hanging(mark, safe(one_line(sentence), style=tone(name)), width)
        return lines

    def rates(self, width: int) -> list[Text]:
        """Return messages/s in and out of the flow, and out of each component, with the last minute."""
        snapshot = self.view.snapshot
        totals = snapshot.totals
        lines = [
            self._rate("into the flow", totals.in_rate, totals.in_activity, width, "strong"),
            self._rate("settled", totals.out_rate, totals.out_activity, width, "strong"),
        ]
        lines += [self._rate(node.name, node.out_rate, node.activity, width, "") for node in snapshot.nodes]
        return lines

    def _rate(self, name: str, per_second: float, activity: tuple[int, ...], width: int, style: str) -> Text:
        line = Text.assemble((pad(name, _NAME), style), pad(rate(per_second), _RATE, right=True), "  ")
        room = min(_SPARK, width - len(line))
        line.append(sparkline(activity, room, ascii_only=self.view.ascii), "accent")
        return line

    def loop(self, width: int) -> list[Text]:
        """Return how the loop, the memory and the garbage collection of the process are, with the last minute."""
        lines = []
        for vital in vitals(self.view.snapshot):
            label = Text(pad(vital.name, _LABEL), style="muted")
            lines += hanging(label, safe(one_line(vital.now), style=vital.tone), width)
            room = min(_SPARK, width - len(lines[-1]) - 2)
            if vital.minute and room >= _LEAST_SPARK:
                lines[-1].append("  " + sparkline(vital.minute, room, ascii_only=self.view.ascii), "accent")
        return lines

    def components(self, width: int) -> list[Text]:
        """Return the statistics of every component."""
        return component_lines(self.view.snapshot.nodes, width, ascii_only=self.view.ascii)

    def latency(self, width: int) -> list[Text]:
        """Return how long handling took since the start, as a histogram."""
        totals = self.view.snapshot.totals
        bars = histogram(totals.latency_histogram)
        if not bars:
            return [Text("Nothing was handled yet.", style="muted")]
        head = " · ".join(
            f"{name} {milliseconds(value)}"
            for name, value in (("p50", totals.p50_ms), ("p95", totals.p95_ms), ("p99", totals.p99_ms))
        )
        lines = [Text(head, style="strong")]
        for bar in bars:
            room = max(1, width - _LABEL - _RATE - 2)
            drawn = gauge(bar.share, 1.0, room, ascii_only=self.view.ascii).replace(
                "." if self.view.ascii else "·", " "
            )
            line = Text.assemble(
                (pad(bar.label, _LABEL, right=True), "muted"), pad(count(bar.count), _RATE, right=True)
            )
            lines.append(line.append("  ").append(drawn, "accent"))
        return lines

    def queues(self, width: int) -> list[Text]:
        """Return the queues that hold anything, the deepest first, and what becomes of them."""
        found = waiting(self.view.snapshot)
        if not found:
            return [safe(nothing_waits(self.view.snapshot), style="muted")]
        return [self._queue(node, width) for node in found]

    def _queue(self, node: NodeStats, width: int) -> Text:
        depth = f"{count(node.depth)}/{count(node.limit)}" if node.limit else count(node.depth)
        ahead = forecast(node.depth, node.in_rate, node.out_rate)
        bad = node.limit > 0 and node.depth >= node.limit
        line = Text.assemble(pad(node.name, _NAME), (pad(depth, _LABEL, right=True), "bad" if bad else ""), "  ")
        room = max(0, min(20, width - len(line) - 20))
        if room >= 4:
            line.append(gauge(node.depth, node.limit or node.peak or 1, room, ascii_only=self.view.ascii), "warn")
            line.append("  ")
        line.append(ahead, "warn" if ahead.startswith("growing") else "muted")
        return line

    def facts(self, width: int) -> list[Text]:
        """Return the numbers of the bus."""
        lines = []
        for name, said in numbers(self.view.snapshot, missed=self.view.deliveries.missed):
            lines += hanging(Text(pad(name, _LABEL), style="muted"), safe(one_line(said)), width)
        return lines
