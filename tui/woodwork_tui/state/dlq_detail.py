"""Everything there is to tell about one dead letter, as lines with a tone; foreign text is not made safe here."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import msgspec

from woodwork_engine.dead_letter import DeadLetter
from woodwork_engine.plan import EdgeKind, FlowPlan
from woodwork_engine.policy import DeliveryPolicy
from woodwork_engine.snapshot import AttemptInfo, Snapshot
from woodwork_tui.state.dlq import age, is_under_way, reason_of, tries

MOST_LINES = 2_000
_LONGEST_HEAD = 300
_LIBRARY = ("site-packages", "/lib/python", "woodwork_engine", "<frozen")
_WHY = {EdgeKind.EXPLICIT: "written in the file", EdgeKind.INFERRED: "inferred"}


class Tone(StrEnum):
    """How a line is painted."""

    PLAIN = "plain"
    HEAD = "head"
    DIM = "dim"
    ERROR = "error"
    OWN = "own"
    CODE = "code"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class DetailLine:
    """One line of a detail."""

    text: str
    tone: Tone = Tone.PLAIN


def detail(letter: DeadLetter, snapshot: Snapshot, now: float) -> tuple[DetailLine, ...]:
    """Return the whole detail of *letter*: identity, payload, attempts newest first, route, policy, replays."""
    return (
        *_identity(letter, now),
        DetailLine("Payload", Tone.HEAD),
        *payload_lines(letter),
        *_attempts(letter),
        DetailLine("Why routed here", Tone.HEAD),
        *_route(letter, snapshot.plan),
        DetailLine("Policy", Tone.HEAD),
        DetailLine(f"  {_policy(letter.policy)}"),
        *_replays(letter),
    )


def clock_time(at: float) -> str:
    """Return local time of day with milliseconds; *at* in s since the epoch."""
    return f"{time.strftime('%H:%M:%S', time.localtime(at))}.{int(at % 1 * 1000):03}"


def _identity(letter: DeadLetter, now: float) -> Iterator[DetailLine]:
    envelope = letter.envelope
    yield DetailLine(f"† {' '.join(reason_of(letter)[:_LONGEST_HEAD].split())}", Tone.ERROR)
    if is_under_way(letter):
        yield DetailLine("⤳ a replay is under way", Tone.NOTICE)
    elif letter.replay_ok is False:
        yield DetailLine("✗ its replay died again", Tone.NOTICE)
    where = f"{letter.route.source or 'outside'} → {letter.route.target}"
    yield DetailLine(f"{envelope.message_id}   {envelope.session_id}   {where}   {envelope.event_type}")
    yield DetailLine(
        f"died {clock_time(letter.at)} ({age(now - letter.at)} ago)   {letter.reason.value.replace('_', ' ')}, "
        f"tries {tries(letter)}   rev {letter.revision}   {letter.dlq_id}",
        Tone.DIM,
    )
    if envelope.causation_id:
        yield DetailLine(f"caused by {envelope.causation_id}", Tone.DIM)


def payload_text(letter: DeadLetter) -> str:
    """Return the payload as a person reads it: text as it is, else indented JSON."""
    try:
        value = letter.payload()
        return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False, default=str)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return f"(undecodable, {len(letter.encoded)} bytes)"


def payload_lines(letter: DeadLetter, *, most: int = MOST_LINES) -> tuple[DetailLine, ...]:
    """Return the payload line by line, at most *most* of them, and then how many more there are."""
    lines = payload_text(letter).split("\n")
    shown = [DetailLine(f"  {line}", Tone.CODE) for line in lines[:most]]
    if len(lines) > most:
        shown.append(DetailLine(f"… {len(lines) - most:,} more lines (y copies all)", Tone.DIM))
    return tuple(shown)


def _attempts(letter: DeadLetter) -> Iterator[DetailLine]:
    yield DetailLine(f"Attempts {tries(letter)} (newest first)", Tone.HEAD)
    if not letter.attempts:
        yield DetailLine("  none was made", Tone.DIM)
    later = {attempt.n: following for attempt, following in pairwise(letter.attempts)}
    seen: dict[str, int] = {}
    for attempt in reversed(letter.attempts):
        yield from _attempt(attempt, later.get(attempt.n), seen)


def _attempt(attempt: AttemptInfo, later: AttemptInfo | None, seen: dict[str, int]) -> Iterator[DetailLine]:
    took = f"{(attempt.ended - attempt.started) * 1000:.0f} ms"
    yield DetailLine(f"  #{attempt.n} {clock_time(attempt.started)}  {took}  ✗ {attempt.error_type}", Tone.ERROR)
    for line in attempt.message.split("\n")[:MOST_LINES]:
        yield DetailLine(f"     {line}")
    if later is not None:
        yield DetailLine(f"     next attempt {(later.started - attempt.ended) * 1000:,.0f} ms later", Tone.DIM)
    if attempt.traceback in seen:
        yield DetailLine(f"     same traceback as #{seen[attempt.traceback]}", Tone.DIM)
    elif attempt.traceback:
        seen[attempt.traceback] = attempt.n
        yield from traceback_lines(attempt.traceback)


def traceback_lines(text: str) -> Iterator[DetailLine]:
    """Return a traceback line by line; frames of libraries and of the engine are dim, a person's own stand out."""
    tone = Tone.DIM
    for line in text.rstrip("\n").split("\n")[:MOST_LINES]:
        if line.startswith("  File "):
            tone = Tone.DIM if any(part in line for part in _LIBRARY) else Tone.OWN
        elif not line.startswith(" "):
            tone = Tone.DIM
        yield DetailLine(f"     {line}", tone)


def why_routed(letter: DeadLetter, plan: FlowPlan | None) -> str:
    """Return the place of the route that brought *letter* to its target, and why it is there."""
    source, target = letter.route.source, letter.route.target
    if plan is None or source is None:
        return "sent from outside the flow"
    for edge in plan.routes_from(source):
        if edge.target == target:
            return f"{edge.span}  {edge.via} = {target}, {_WHY.get(edge.kind, edge.kind.value)}"
    return "no such route in the flow of now"


def _route(letter: DeadLetter, plan: FlowPlan | None) -> Iterator[DetailLine]:
    yield DetailLine(f"  {why_routed(letter, plan)}")
    if others := [name for name in letter.route.targets_at_time if name != letter.route.target]:
        yield DetailLine(f"  went to {', '.join(others)} too", Tone.DIM)
    lane = letter.lane
    yield DetailLine(f"  place {lane.position} in its lane, {lane.queued_behind} queued behind it", Tone.DIM)


def _policy(policy: DeliveryPolicy) -> str:
    retry = policy.retry
    ttl = "no ttl" if policy.ttl is None else f"ttl {policy.ttl:g} s"
    timeout = "" if policy.timeout is None else f", timeout {policy.timeout:g} s"
    return (
        f"{retry.max_retries} retries, base {retry.base:g} s × {retry.factor:g}, at most {retry.cap:g} s, "
        f"jitter {retry.jitter}, {ttl}{timeout}, {policy.delivery.replace('_', ' ')}"
    )


def _replays(letter: DeadLetter) -> Iterator[DetailLine]:
    if not letter.replay.count and letter.resolution is None:
        return
    yield DetailLine("Replays", Tone.HEAD)
    if letter.replay.count:
        times = "once" if letter.replay.count == 1 else f"{letter.replay.count} times"
        yield DetailLine(f"  replayed {times} before it died here")
        yield DetailLine(f"  {' → '.join((*letter.replay.chain, letter.dlq_id))} (this one)", Tone.DIM)
    done = letter.resolution
    if done is not None:
        became = f" as {done.new_id}" if done.new_id else ""
        yield DetailLine(f"  {letter.state.value} {clock_time(done.at)} by {done.by}{became}")
        if done.payload_sha256_before != done.payload_sha256_after:
            yield DetailLine("  with an edited payload; the original is kept here", Tone.NOTICE)
