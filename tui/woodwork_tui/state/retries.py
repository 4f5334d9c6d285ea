"""What waits for another attempt: when it comes, how often it failed, and of what."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from woodwork_engine.filter import compile_filter
from woodwork_engine.hold import BY_LETTER, HoldState
from woodwork_engine.payload import decode
from woodwork_engine.payload_path import EncodedPayload
from woodwork_engine.plan import FlowPlan
from woodwork_engine.snapshot import MOST_RETRIES, FlowState, NodeState, RetryRow, Snapshot
from woodwork_tui.state.attempts import attempt_lines, why_routed
from woodwork_tui.state.delivery_row import payload_line
from woodwork_tui.state.holds import scope_text
from woodwork_tui.state.lines import Line
from woodwork_tui.text import glyph
from woodwork_tui.units import clock, duration

_HOLDING = {
    NodeState.PAUSED: "{} is paused",
    NodeState.PARKED: "{} is parked",
    NodeState.NOT_STARTED: "{} is not started",
    NodeState.BREAKER_OPEN: "the breaker of {} is open",
}

Matches = Callable[[RetryRow], bool]


def error_of(row: RetryRow) -> str:
    """Return the last error as `Type: message`."""
    if not row.attempts:
        return ""
    last = row.attempts[-1]
    return f"{last.error_type}: {last.message}" if last.message else last.error_type


def _payload(row: RetryRow) -> object:
    return decode(row.encoded) if row.encoded else None


def _text(row: RetryRow) -> str:
    return f"{payload_line(_payload(row))} {error_of(row)}"


def _fields(now: float) -> Mapping[str, Callable[[RetryRow], object]]:
    return {
        "text": _text,
        "payload": EncodedPayload(lambda row: row.encoded, _payload),
        "error": error_of,
        "state": lambda row: "retry",
        "session": lambda row: row.session,
        "sess": lambda row: row.session,
        "from": lambda row: row.source or "",
        "source": lambda row: row.source or "",
        "to": lambda row: row.target,
        "target": lambda row: row.target,
        "node": lambda row: row.target,
        "edge": lambda row: f"{row.source or ''}->{row.target}",
        "event": lambda row: row.event,
        "ms": lambda row: (row.attempts[-1].ended - row.attempts[-1].started) * 1000 if row.attempts else None,
        "age": lambda row: now - row.attempts[0].started if row.attempts else None,
        "size": lambda row: len(row.encoded),
        "id": lambda row: row.message_id,
        "try": lambda row: row.attempt,
        "next": lambda row: row.due - now,
        "expires": lambda row: None if row.expires_at is None else row.expires_at - now,
        "policy": lambda row: row.policy,
    }


FIELD_NAMES = tuple(_fields(0.0))
"""The names of all fields."""


def retry_filter(query: str, now: float = 0.0) -> Matches:
    """Return whether a retry matches *query* at *now* (s since the epoch); raises FilterError."""
    return compile_filter(query).over(_fields(now))


def retry_rows(snapshot: Snapshot, *, session: str | None, matches: Matches | None) -> tuple[RetryRow, ...]:
    """Return the retries of *session* that match, the next one first."""
    rows = (row for row in snapshot.retries if session is None or row.session == session)
    return tuple(sorted((row for row in rows if matches is None or matches(row)), key=lambda row: (row.due, row.key)))


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands in the way of a retry: `held`, `after drain`, or nothing; and why, in words."""

    word: str = ""
    why: str = ""


class Standings:
    """What stands in the way of each retry in *snapshot*."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._nodes = {node.name: node for node in snapshot.nodes}

    def of(self, row: RetryRow) -> Standing:
        """Return what stands in the way of *row*, however due it is."""
        if self._snapshot.state is FlowState.STOPPED:
            return Standing("held", "the flow is stopped")
        for hold in self._snapshot.holds:
            if hold.scope.component in (None, row.target) and hold.scope.session in (None, row.session):
                return Standing("held", _hold_words(hold))
        node = self._nodes.get(row.target)
        if node is not None and node.state in _HOLDING:
            return Standing("held", _HOLDING[node.state].format(node.name))
        return self._after_drain(row)

    def _after_drain(self, row: RetryRow) -> Standing:
        node = self._nodes.get(row.target)
        ends = ((self._snapshot.drain_until, "the flow"), (node.drain_until if node is not None else None, row.target))
        for until, who in ends:
            if until is not None and row.due > until:
                return Standing("after drain", f"{who} drains until {clock(until, millis=False)}, and this comes later")
        return Standing()


def _hold_words(hold: HoldState) -> str:
    if hold.by == BY_LETTER:
        return f"its session is stuck on {hold.dlq_id}"
    reason = f": {hold.reason}" if hold.reason else ""
    return f"{scope_text(hold.scope)} is paused{reason}"


def next_in(row: RetryRow, now: float, standing: Standing, *, ascii_only: bool = False) -> tuple[str, str]:
    """Return when the next attempt comes, and the tone of it: `due now`, `1.8s`, `‖ held`, `after drain`."""
    if standing.word == "held":
        return f"{glyph('held', ascii_only)} held", "warn"
    if standing.word:
        return standing.word, "warn"
    if row.due <= now:
        return "due now", "accent"
    return duration(row.due - now), ""


def expires_in(row: RetryRow, now: float) -> tuple[str, str]:
    """Return in what time the message's life ends, and the tone of it; one that ends before the next attempt warns."""
    if row.expires_at is None:
        return "never", "muted"
    return duration(row.expires_at - now), "warn" if row.expires_at <= row.due else ""


def title(snapshot: Snapshot, shown: int) -> str:
    """Return the heading of the list; says so where not all are shown."""
    listed = len(snapshot.retries)  # looked at less often than the totals: where the list is whole, it is what counts
    waiting = listed if listed < MOST_RETRIES else max(snapshot.totals.retrying, listed)
    if shown == waiting:
        return f"Retries {waiting:,} · soonest first"
    return f"Retries {shown:,} of {waiting:,} · soonest first"


def empty_text(snapshot: Snapshot, session: str | None, query: str) -> str:
    """Return why the list is empty (screens 1.5)."""
    wish = " ".join(part for part in (f"session:{session}" if session else "", query.strip()) if part)
    if wish and snapshot.retries:
        return f"0 of {len(snapshot.retries):,} match {wish}. esc clears the filter."
    totals = snapshot.totals
    return (
        f"Nothing is waiting to be retried. {totals.retried:,} {'retry' if totals.retried == 1 else 'retries'} "
        f"since start, {totals.dead:,} dead."
    )


def retry_detail(
    row: RetryRow, plan: FlowPlan | None, now: float, standing: Standing, *, ascii_only: bool = False
) -> tuple[Line, ...]:
    """Return everything about the retry *row*: identity, what comes next, its route, its attempts with tracebacks."""
    return (*_head(row, plan, now, standing, ascii_only), Line(""), *_attempts(row, ascii_only))


def _head(row: RetryRow, plan: FlowPlan | None, now: float, standing: Standing, ascii_only: bool) -> Iterator[Line]:
    arrow = "->" if ascii_only else "→"
    dot = "-" if ascii_only else "·"
    edge = f"{row.source or 'outside'} {arrow} {row.target}"
    yield Line(f" {dot} ".join((row.message_id, row.session, edge, row.event)), "strong")
    left = standing.word or (f"in {duration(row.due - now)}" if row.due > now else "due now")
    ends = (
        "never expires"
        if row.expires_at is None
        else f"expires {clock(row.expires_at, millis=False)} (in {duration(row.expires_at - now)})"
    )
    yield Line(f"next {clock(row.due)} ({left})   {ends}")
    if standing.why:
        yield Line(standing.why, "warn")
    yield Line(f"backoff {row.policy}", "muted")
    yield Line(f"routed by {why_routed(row.source, row.target, plan, row.event)}", "muted")


def _attempts(row: RetryRow, ascii_only: bool) -> Iterator[Line]:
    return attempt_lines(row.attempts, f"{row.attempt} of {row.allowed}", ascii_only=ascii_only)


def retry_line(row: RetryRow | None, now: float, standing: Standing | None) -> Line:
    """Return, for whoever edits it, whether a retry still waits, and for how long."""
    if row is None:
        return Line(
            "It does not wait now: it is being tried, or has ended. p pauses its queue, so that it waits.", "warn"
        )
    if standing is not None and standing.word:
        return Line(f"It waits: {standing.why}. Its last error: {error_of(row)}", "muted")
    left = f"in {duration(row.due - now)}" if row.due > now else "now"
    return Line(f"Its next attempt, {row.attempt + 1} of {row.allowed}, comes {left}. {error_of(row)}", "muted")
