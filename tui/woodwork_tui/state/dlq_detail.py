"""Everything there is to tell about one dead letter, as lines with a tone."""

from __future__ import annotations

from collections.abc import Iterator

from woodwork_engine.dead_letter import DeadLetter
from woodwork_engine.plan import FlowPlan
from woodwork_engine.policy import DeliveryPolicy
from woodwork_tui.state import payload_view
from woodwork_tui.state.attempts import attempt_lines, why_routed
from woodwork_tui.state.dlq import is_under_way, reason_of, tries
from woodwork_tui.state.dlq_reasons import MEANING
from woodwork_tui.state.lines import Line
from woodwork_tui.state.payload_view import PayloadForm
from woodwork_tui.text import glyph
from woodwork_tui.units import clock

MOST_LINES = 2_000
_LONGEST_HEAD = 300


def detail(letter: DeadLetter, plan: FlowPlan | None, *, ascii_only: bool = False) -> tuple[Line, ...]:
    """Return the whole detail of *letter*: identity, payload, attempts newest first, route, policy, replays."""
    return (
        *_identity(letter, ascii_only),
        Line(""),
        Line("Payload", "title"),
        *payload_lines(letter),
        Line(""),
        *attempt_lines(letter.attempts, tries(letter), ascii_only=ascii_only),
        Line(""),
        Line("Why routed here", "title"),
        *_route(letter, plan),
        Line(f"  policy: {_policy(letter.policy)}", "muted"),
        *_replays(letter, ascii_only),
        *_notes(letter),
    )


def _identity(letter: DeadLetter, ascii_only: bool) -> Iterator[Line]:
    envelope = letter.envelope
    reason = " ".join(reason_of(letter)[:_LONGEST_HEAD].split())
    yield Line(f"{glyph('dead', ascii_only)} {reason}", "bad")
    yield Line(MEANING[letter.reason], "muted")
    if is_under_way(letter):
        yield Line(f"{glyph('replayed', ascii_only)} a replay is under way", "accent")
    elif letter.replay_ok is False:
        yield Line(f"{glyph('failed', ascii_only)} its replay died again", "warn")
    arrow = "->" if ascii_only else "→"
    where = f"{letter.route.source or 'outside'} {arrow} {letter.route.target}"
    yield Line(f"{envelope.message_id}   {envelope.session_id}   {where}   {envelope.event_type}")
    yield Line(
        f"died {clock(letter.at)}   {letter.reason.value.replace('_', ' ')}, "
        f"tries {tries(letter)}   rev {letter.revision}   {letter.dlq_id}",
        "muted",
    )
    if envelope.causation_id:
        yield Line(f"caused by {envelope.causation_id}", "muted")


def payload_lines(letter: DeadLetter, *, most: int = MOST_LINES) -> tuple[Line, ...]:
    """Return the payload line by line, at most *most* of them, and then how many more there are."""
    value = letter.payload()
    lines = payload_view.payload_lines(value, PayloadForm.HEX if isinstance(value, bytes) else PayloadForm.TEXT)
    shown = [Line(f"  {text}") for text in lines[:most]]
    if len(lines) > most:
        shown.append(Line(f"  … {len(lines) - most:,} more lines (y copies all)", "muted"))
    return tuple(shown)


def _route(letter: DeadLetter, plan: FlowPlan | None) -> Iterator[Line]:
    route, lane = letter.route, letter.lane
    yield Line(f"  {why_routed(route.source, route.target, plan, letter.envelope.event_type)}")
    if others := [name for name in route.targets_at_time if name != route.target]:
        yield Line(f"  went to {', '.join(others)} too", "muted")
    yield Line(f"  place {lane.position} in its lane, {lane.queued_behind} queued behind it", "muted")


def _policy(policy: DeliveryPolicy) -> str:
    retry = policy.retry
    ttl = "no ttl" if policy.ttl is None else f"ttl {policy.ttl:g} s"
    timeout = "" if policy.timeout is None else f", timeout {policy.timeout:g} s"
    return (
        f"{retry.max_retries} retries, base {retry.base:g} s × {retry.factor:g}, at most {retry.cap:g} s, "
        f"jitter {retry.jitter}, {ttl}{timeout}, {policy.delivery.replace('_', ' ')}"
    )


def _notes(letter: DeadLetter) -> Iterator[Line]:
    if letter.notes:
        yield Line("")
        yield Line("Notes", "title")
    for note in letter.notes:
        yield Line(f"  {clock(note.at)} {note.by}: {' '.join(note.text.split())}")


def _replays(letter: DeadLetter, ascii_only: bool) -> Iterator[Line]:
    done = letter.resolution
    if not letter.replay.count and done is None:
        return
    yield Line("")
    yield Line("Replays", "title")
    if letter.replay.count:
        times = "once" if letter.replay.count == 1 else f"{letter.replay.count} times"
        arrow = " -> " if ascii_only else " → "
        yield Line(f"  replayed {times} before it died here")
        yield Line(f"  {arrow.join((*letter.replay.chain, letter.dlq_id))} (this one)", "muted")
    if done is not None:
        became = f" as {done.new_id}" if done.new_id else ""
        yield Line(f"  {letter.state.value} {clock(done.at)} by {done.by}{became}")
        if done.payload_sha256_before != done.payload_sha256_after:
            yield Line("  with an edited payload; the original is kept here", "warn")
