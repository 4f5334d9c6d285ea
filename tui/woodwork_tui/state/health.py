"""What the Health tab says: sentences, numbers, the latency histogram and the queues."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from woodwork_engine.snapshot import FlowState, Snapshot

_NOT_RUNNING = {
    FlowState.STARTING: "The flow is starting.",
    FlowState.DRAINING: "The flow is being drained: nothing new is taken.",
    FlowState.STOPPED: "The flow is not running.",
}
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
    return tuple(told) or (("ok", "Running well: nothing is wrong."),)


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


def backlog(snapshot: Snapshot) -> tuple[Bar, ...]:
    """Return the queues that hold anything, deepest first, each against its own limit."""
    waiting = sorted((node for node in snapshot.nodes if node.depth), key=lambda node: (-node.depth, node.name))
    return tuple(
        Bar(node.name, node.depth, min(1.0, node.depth / node.limit) if node.limit else 0.0) for node in waiting
    )


def size_text(size: int) -> str:
    """Return *size* in bytes with a binary unit."""
    if size < 1024:
        return f"{size} B"
    amount = size / 1024
    for unit in ("KiB", "MiB"):
        if amount < 1024:
            return f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} GiB"


def milliseconds(value: float) -> str:
    """Return *value* in ms with as many digits as say something."""
    if value >= 1000:
        return f"{value / 1000:.1f} s"
    return f"{value:.1f} ms" if 0 < value < 10 and value != int(value) else f"{value:.0f} ms"


def numbers(snapshot: Snapshot, *, missed: int) -> tuple[tuple[str, str], ...]:
    """Return the facts about the bus, as pairs of a name and what there is to say."""
    totals, health = snapshot.totals, snapshot.health
    holder = f", last held by {health.blocker}" if health.blocker else ""
    return (
        ("handling", " · ".join(
            f"{name} {milliseconds(value)}"
            for name, value in (("p50", totals.p50_ms), ("p95", totals.p95_ms), ("p99", totals.p99_ms))
        )),
        ("loop lag", f"{milliseconds(health.loop_lag_ms)}, p99 {milliseconds(health.loop_lag_p99_ms)}{holder}"),
        ("memory", f"{size_text(health.rss)}, {health.tasks:,} tasks"),
        ("event log", f"{health.log_records:,} records, {size_text(health.log_bytes)} of payloads"),
        ("accepted", f"{totals.accepted:,}, settled {totals.settled:,}: {totals.ok:,} ok, {totals.dead:,} dead"),
        ("attempts", f"{totals.failed:,} failed, {totals.retried:,} retried, {totals.replayed:,} replayed"),
        ("now", f"{totals.queued:,} queued, {totals.inflight:,} in flight, {totals.retrying:,} waiting for a retry"),
        ("dropped", (
            f"{totals.dropped:,} dropped, {totals.discarded:,} discarded, {totals.unroutable:,} without a route, "
            f"{totals.blocked:,} publishers had to wait"
        )),
        ("missed", f"{missed:,} records by the screen"),
    )  # fmt: skip
