"""What the Health tab says: sentences, numbers, the latency histogram and the queues."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from woodwork_engine.snapshot import FlowState, NodeStats, Snapshot
from woodwork_tui.units import milliseconds, plural, size

_NOT_RUNNING = {
    FlowState.STARTING: "The flow is starting.",
    FlowState.DRAINING: "The flow is being drained: nothing new is taken.",
    FlowState.STOPPED: "The flow is not running.",
}
LAGGING = 100.0
"""Milliseconds from which a loop or a pause is late."""
_MS = 1_000.0
_S = 1_000_000.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: how many, and its length as a share of the longest possible (0 to 1)."""

    label: str
    count: int
    share: float


def sentences(snapshot: Snapshot, blocked: tuple[float, str] | None, *, missed: int) -> tuple[tuple[str, str], ...]:
    """Return how the flow is: pairs of a glyph's name (`ok`, `warning`, `error`) and a sentence, worst first.

    *blocked* are the seconds the engine has not answered and who holds it, *missed* the records the screen never saw.
    """
    told: list[tuple[str, str]] = []
    if blocked is not None:
        told.append(("error", f"The loop has not answered for {blocked[0]:.1f} s: blocked by {blocked[1]}."))
    if snapshot.state is not FlowState.RUNNING:
        told.append(("stopped", _NOT_RUNNING[snapshot.state]))
    elif not snapshot.health.live:
        told.append(("error", "The bus is not live."))
    told += [("warning", reason) for reason in snapshot.health.degraded]
    if threads := snapshot.health.zombie_threads:
        who = (
            "1 thread of a handler that timed out is"
            if threads == 1
            else f"{threads} threads of timed-out handlers are"
        )
        told.append(("warning", f"{who} still running."))
    if missed:
        told.append(("warning", f"The screen missed {missed:,} records; numbers are exact, lists are not."))
    return tuple(told) or (("ok", "Running well: nothing is wrong with the bus."),)


def _plain(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0") if number < 10 else f"{number:.0f}"


def latency_label(bucket: int) -> str:
    """Return the durations that *bucket* holds: from half of 2**bucket up to 2**bucket µs (bus.md J1)."""
    if bucket == 0:
        return "<1 µs"
    low, high = 2 ** (bucket - 1), 2**bucket
    if high >= _S:
        return f"{_plain(low / _S)}–{_plain(high / _S)} s"
    if high >= _MS:
        return f"{_plain(low / _MS)}–{_plain(high / _MS)} ms"
    return f"{low}–{high} µs"


def histogram(counts: Sequence[int]) -> tuple[Bar, ...]:
    """Return a bar for each bucket from the first to the last that holds anything; lengths against the largest."""
    filled = [bucket for bucket, count in enumerate(counts) if count]
    if not filled:
        return ()
    largest = max(counts)
    return tuple(
        Bar(latency_label(bucket), counts[bucket], counts[bucket] / largest)
        for bucket in range(filled[0], filled[-1] + 1)
    )


def waiting(snapshot: Snapshot) -> tuple[NodeStats, ...]:
    """Return the components whose queues hold anything, the deepest first."""
    return tuple(sorted((node for node in snapshot.nodes if node.depth), key=lambda node: (-node.depth, node.name)))


def nothing_waits(snapshot: Snapshot) -> str:
    """Return what is said of empty queues."""
    deepest = max(snapshot.nodes, key=lambda node: node.peak, default=None)
    peak = f" Deepest so far: {deepest.name} {deepest.peak:,}." if deepest is not None and deepest.peak else ""
    return f"All queues are empty.{peak}"


@dataclass(frozen=True, slots=True)
class Vital:
    """One sign of how the process is: what it is now, over the last minute (oldest first), and how that is."""

    name: str
    now: str
    minute: tuple[float, ...] = ()
    tone: str = ""


def vitals(snapshot: Snapshot) -> tuple[Vital, ...]:
    """Return how late the loop is and who held it, how much memory is taken, and what garbage collection costs."""
    health = snapshot.health
    lag = f"{milliseconds(health.loop_lag_ms)}, p99 {milliseconds(health.loop_lag_p99_ms)}"
    late = "warn" if health.loop_lag_p99_ms >= LAGGING else ""
    found = [Vital("loop lag", lag, health.lag_activity, late)]
    if health.blocker:
        found.append(Vital("held by", health.blocker, tone="warn"))
    found.append(Vital("memory", size(health.rss), health.rss_activity))
    if health.gc_collections:
        young, middle, old = (*health.gc_collections, 0, 0, 0)[:3]
        share = health.gc_paused_ms / 600  # per cent of a minute
        found.append(Vital("garbage", f"{young:,} young, {middle:,} middle, {old:,} full collections"))
        found.append(
            Vital(
                "",
                f"longest pause {milliseconds(health.gc_longest_ms)}, {share:.1f} % of the last minute",
                tone="warn" if health.gc_longest_ms >= LAGGING else "",
            )
        )
    return tuple(found)


def numbers(snapshot: Snapshot, *, missed: int) -> tuple[tuple[str, str], ...]:
    """Return the facts about the bus, as pairs of a name and what there is to say."""
    totals, health = snapshot.totals, snapshot.health
    threads = f", {plural(health.zombie_threads, 'lost thread')}" if health.zombie_threads else ""
    return (
        ("event log", f"{plural(health.log_records, 'record')}, {size(health.log_bytes)} of payloads"),
        ("tasks", f"{health.tasks:,}{threads}"),
        ("missed", f"{plural(missed, 'record')} by the screen"),
        ("accepted", f"{totals.accepted:,}, settled {totals.settled:,}: {totals.ok:,} ok, {totals.dead:,} dead"),
        ("attempts", f"{totals.failed:,} failed, {totals.retried:,} retried, {totals.replayed:,} replayed"),
        ("now", f"{totals.queued:,} queued, {totals.inflight:,} in flight, {totals.retrying:,} waiting for a retry"),
        ("lost", f"{totals.dropped:,} dropped, {totals.discarded:,} discarded, {totals.unroutable:,} without a route"),
        ("waited", f"{plural(totals.blocked, 'publisher')} for room in a queue"),
        *((("a crash", health.keeping),) if health.keeping else ()),
    )
