"""The pages of one message's detail, as lines: payload, headers, attempts, error, trace, raw."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from woodwork_engine.dead_letter import DeadLetter
from woodwork_tui.state.causes import Branch, Why, causal_tree
from woodwork_tui.state.delivery_row import Attempt, DeliveryRow, DeliveryState
from woodwork_tui.state.delivery_words import edge_text, outcome_text, try_text
from woodwork_tui.state.history import DeliveryHistory
from woodwork_tui.state.lineage import edit_lines
from woodwork_tui.state.lines import Line
from woodwork_tui.state.payload_view import HEX_WIDTH, PayloadForm, content_type, payload_lines
from woodwork_tui.state.tracebacks import traceback_lines
from woodwork_tui.text import fit
from woodwork_tui.units import clock, duration, milliseconds, size

_LONGEST_PART = 28
"""Cells of a name in the summary, so that a hostile one does not push away what matters."""

PAGES = ("payload", "headers", "attempts", "error", "trace", "raw")


def page_titles(row: DeliveryRow) -> tuple[tuple[str, str], ...]:
    """Return each page's name and what its tab says: how many attempts, whether there is an error."""
    return (
        ("payload", "Payload"),
        ("headers", f"Headers {len(_headers(row, None))}"),
        ("attempts", f"Attempts {len(row.attempts) + (row.state is DeliveryState.HANDLING)}"),
        ("error", "Error" if row.problem else "No error"),
        ("trace", "Trace"),
        ("raw", "Raw"),
    )


def payload_page(
    row: DeliveryRow, form: PayloadForm, history: DeliveryHistory, width: int = HEX_WIDTH
) -> tuple[Line, ...]:
    """Return the payload in *form* for *width* cells, its size and kind, and what was edited.

    Says so where it was cut or never seen.
    """
    if row.emission is None:
        return (Line("This message was accepted before the screen looked, or its record was missed.", "muted"),)
    details = row.emission.to_dict()
    value = details["payload"]
    kind = f"{size(row.size or 0)} · {content_type(value)} · {form.value} (v changes)"
    if details.get("truncated"):
        kind += f" · cut at 64 KiB, {size(row.size or 0)} in all"
    return (*(Line(text) for text in payload_lines(value, form, width)), Line(kind, "muted"), *edit_lines(row, history))


def headers_page(row: DeliveryRow, dead: DeadLetter | None) -> tuple[Line, ...]:
    """Return everything about the message that is not its payload; *dead* is its dead letter, if it has one."""
    pairs = _headers(row, dead)
    width = max(len(name) for name, _ in pairs)
    return tuple(Line(f"{name:<{width}}  {value}") for name, value in pairs)


def _headers(row: DeliveryRow, dead: DeadLetter | None) -> list[tuple[str, str]]:
    pairs = [
        ("message", row.message_id),
        ("session", row.session),
        ("event", row.event),
        ("source", row.source or "from outside"),
        ("target", row.target or "nobody"),
        ("targets", ", ".join(row.targets)),
        ("accepted", clock(row.at)),
        ("settled", clock(row.settled_at) if row.settled_at else "not yet"),
        ("revision", str(row.rev or "unknown")),
        ("cause", row.causation or "none: it came from outside"),
        ("correlation", row.correlation or "none"),
        ("size", size(row.size) if row.size is not None else "unknown"),
    ]
    if row.outputs:
        pairs.append(("outputs", ", ".join(row.outputs)))
    if row.dlq_id:
        pairs.append(("dead letter", row.dlq_id))
    if row.replay_of:
        pairs.append(("replay of", row.replay_of))
    pairs += _resolution(row, dead)
    return pairs


def _resolution(row: DeliveryRow, dead: DeadLetter | None) -> Iterator[tuple[str, str]]:
    if dead is not None and dead.replay.count:
        yield "replays", f"this is replay {dead.replay.count}"
    known = dead.resolution if dead is not None else None
    if known is not None and known.new_id:
        edited = known.payload_sha256_before != known.payload_sha256_after
        yield "replayed as", known.new_id + (" (edited)" if edited else "")
        yield "replayed", f"{clock(known.at)} by {known.by}"
    elif row.replayed_as:
        yield "replayed as", row.replayed_as


def attempts_page(row: DeliveryRow, now: float) -> tuple[Line, ...]:
    """Return the attempts, newest first, each with start, duration, error and when the next one comes."""
    lines: list[Line] = []
    if row.state is DeliveryState.HANDLING and row.started_at is not None:
        lines.append(
            Line(f"#{row.attempt} {clock(row.started_at)}  running for {duration(now - row.started_at)}", "accent")
        )
    for attempt in reversed(row.attempts):
        lines.extend(_attempt(attempt, row, now))
    return tuple(lines) or _not_tried(row)


def _not_tried(row: DeliveryRow) -> tuple[Line, ...]:
    if row.state is not DeliveryState.HELD:
        return (Line("No attempt yet: it waits in its lane.", "muted"),)
    return (
        Line("No attempt yet: a breakpoint holds it.", "warn"),
        Line("R releases it, e edits it first, D drops it", "muted"),
    )


def _attempt(attempt: Attempt, row: DeliveryRow, now: float) -> Iterator[Line]:
    took = milliseconds(attempt.duration_ms) if attempt.duration_ms is not None else "?"
    started = clock(attempt.started) if attempt.started is not None else "start not seen"
    allowed = f" of {max(attempt.n, row.allowed)}" if row.allowed else ""
    if not attempt.error_type:
        yield Line(f"#{attempt.n}{allowed}  {started}  {took}  ✓ ok", "ok")
        return
    yield Line(f"#{attempt.n}{allowed}  {started}  {took}  ✗ {attempt.error_type}", "bad")
    for text in attempt.message.split("\n") if attempt.message else ():
        yield Line(f"   {text}")
    if attempt.due is not None:
        waited = f", backoff {duration(attempt.due - attempt.ended)}" if attempt.ended else ""
        left = f" (in {duration(attempt.due - now)})" if attempt.due > now and row.state is DeliveryState.RETRY else ""
        yield Line(f"   next: {clock(attempt.due)}{left}{waited}", "warn")
    if row.state is DeliveryState.DEAD and attempt is row.attempts[-1]:
        yield Line(f"   given up: {row.reason.replace('_', ' ')}", "bad")


def error_page(row: DeliveryRow) -> tuple[Line, ...]:
    """Return the newest error and its traceback with its own line breaks; frames of the person's code stand out."""
    failed = next((attempt for attempt in reversed(row.attempts) if attempt.error_type), None)
    if failed is None:
        why = f"Given up without an attempt: {row.reason.replace('_', ' ')}." if row.reason else "No error."
        return (Line(why, "bad" if row.reason else "muted"),)
    head = f"{failed.error_type}: {failed.message}" if failed.message else failed.error_type
    lines = [Line(text, "bad") for text in head.split("\n")]
    return (*lines, Line(""), *traceback_lines(failed.traceback))


def trace_page(row: DeliveryRow, history: DeliveryHistory, now: float, *, ascii_only: bool = False) -> tuple[Line, ...]:
    """Return the causal tree around *row*, from what came from outside down to everything that followed."""
    return tuple(_branch(each, now, ascii_only) for each in causal_tree(row, history))


def _branch(branch: Branch, now: float, ascii_only: bool) -> Line:
    elbow = "`- " if ascii_only else "└ "
    indent = "  " * (branch.depth - 1) + elbow if branch.depth else ""
    row = branch.row
    if row is None:
        return Line(f"  {indent}{branch.note}", "muted")
    here = (">" if ascii_only else "▸") if branch.here else " "
    took = f"  {milliseconds(row.duration_ms)}" if row.duration_ms is not None else ""
    fate = outcome_text(row, now, ascii_only=ascii_only)
    edge = edge_text(row, ascii_only=ascii_only)
    text = f"{here} {indent}{edge}  {row.event}  {fate}{took}  {row.message_id}"
    return Line(text, "strong" if branch.here else "")


def row_object(row: DeliveryRow) -> dict[str, object]:
    """Return the delivery as JSON-ready data under the published names of event records."""
    return {
        "message_id": row.message_id,
        "session_id": row.session,
        "source": row.source,
        "target": row.target or None,
        "event_type": row.event,
        "attempt": row.attempt,
        "rev": row.rev,
        "duration_ms": row.duration_ms,
        "correlation_id": row.correlation,
        "causation_id": row.causation,
        "state": row.state.value,
        "accepted_at": row.at,
        "settled_at": row.settled_at,
        "due": row.due,
        "reason": row.reason or None,
        "dlq_id": row.dlq_id,
        "outputs": list(row.outputs),
        "data": row.emission.to_dict() if row.emission else None,
    }


def raw_page(row: DeliveryRow) -> tuple[Line, ...]:
    """Return the delivery as one JSON object, over several lines."""
    facts = row_object(row)
    return tuple(Line(text) for text in json.dumps(facts, indent=2, ensure_ascii=False, default=str).split("\n"))


def summary(row: DeliveryRow, now: float, *, ascii_only: bool = False, wide: bool = True) -> Line:
    """Return the line that is always there: id, session, edge, event, state, try; without room the state comes first.

    A long id then loses its end, which the headers show.
    """
    edge = edge_text(row, ascii_only=ascii_only)
    way = (fit(row.session, _LONGEST_PART), fit(edge, 2 * _LONGEST_PART), fit(row.event, _LONGEST_PART))
    fate = f"{outcome_text(row, now, ascii_only=ascii_only)} {try_text(row)}".rstrip()
    parts = (row.message_id, *way, fate) if wide else (fate, *way, row.message_id)
    return Line(("   " if wide else "  ").join(part for part in parts if part), "strong")


def route_line(
    row: DeliveryRow,
    reason: Why,
    others: Sequence[DeliveryRow],
    now: float,
    lineage: str = "",
    *,
    ascii_only: bool = False,
) -> Line:
    """Return why it went here, under which revision, how it fared with the other targets, and what it replays."""
    place = f"{reason.place}  " if reason.place else ""
    rev = f" · rev {row.rev}" if row.rev and "rev" not in reason.text else ""
    text = f"{place}{reason.text}{rev}"
    if others:
        arrow = "->" if ascii_only else "→"
        fates = ", ".join(f"{arrow} {o.target} {outcome_text(o, now, ascii_only=ascii_only)}" for o in others)
        text += f" · {len(others) + 1} targets, siblings {fates}"
    return Line(f"{text} · {lineage}" if lineage else text, "muted")
