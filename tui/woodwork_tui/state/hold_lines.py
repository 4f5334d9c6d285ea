"""What the dialogs say that ask before what is held is stepped, dropped, purged or let go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum

from woodwork_engine.dead_letter import DeadLetter
from woodwork_engine.hold import HeldMessage, HoldState, Scope
from woodwork_engine.payload import decode
from woodwork_engine.snapshot import Snapshot
from woodwork_tui.state.delivery_row import payload_line
from woodwork_tui.state.holds import holding, scope_text, waiting
from woodwork_tui.state.lines import Line
from woodwork_tui.state.payload_edit import LARGEST, harmless
from woodwork_tui.units import age, plural, size


class Way(StrEnum):
    """How a session goes on that is stuck on a dead letter."""

    RETRY = "retry"
    SKIP = "skip"
    PURGE = "purge"


def way_words(waiting_behind: int) -> tuple[str, ...]:
    """Return the ways out in words, in their order."""
    behind = plural(waiting_behind, "message")
    return (
        "retry it first, in its place",
        f"skip it: what is behind it goes on ({behind})",
        f"purge: discard what is behind it ({behind})",
    )


def way_doing(way: Way, waiting_behind: int) -> str:
    """Return what the button says."""
    if way is Way.PURGE:
        return f"Purge {plural(waiting_behind, 'message')}…"
    return f"{'Retry' if way is Way.RETRY else 'Skip'} 1 message"


def stuck_lines(hold: HoldState, snapshot: Snapshot, letters: Sequence[DeadLetter], now: float) -> Iterator[Line]:
    """Yield why the lane of *hold* is stuck, on what, and how much waits there."""
    letter = next((one for one in letters if one.dlq_id == hold.dlq_id), None)
    since = age(now - hold.since)
    yield Line(f"It stopped {since} ago at a message that failed for good, dead letter {hold.dlq_id}:")
    yield Line(letter.why if letter is not None and letter.why else hold.reason or "no reason is known", "bad")
    behind = waiting(snapshot, hold.scope)
    told = "Nothing waits" if not behind else f"{plural(behind, 'message')} {'waits' if behind == 1 else 'wait'}"
    yield Line(f"{told} behind it.")


def stops_title(snapshot: Snapshot) -> str:
    """Return the heading of the list of held messages; says so where not all are shown."""
    held, shown = holding(snapshot).stopped, len(snapshot.held)
    return f"Held {shown:,}" if shown >= held else f"Held, the first {shown:,} of {held:,}"


def purge_lines(scope: Scope, count: int) -> tuple[Line, ...]:
    """Return what purging the lane *scope* with *count* messages does."""
    return (
        Line(f"{plural(count, 'message')} of {scope_text(scope)} will be discarded for good, and it goes on."),
        Line("They do not go to the dead letters. This cannot be undone.", "warn"),
    )


def step_lines(session: str, count: int | None) -> tuple[Line, ...]:
    """Return what stepping *session*, of which *count* messages wait, does."""
    told = "What waits" if count is None else plural(count, "message")
    return (
        Line(f"{told} of session {session} in a hold: handled one after the other,"),
        Line("and what they send within the session too, until nothing of it waits; it stays paused."),
        Line("A waiting retry is made at once; what a breakpoint holds is let go.", "muted"),
    )


def held_line(held: HeldMessage) -> str:
    """Return the payload of *held* on one line."""
    if len(held.encoded) > LARGEST:
        return f"(a payload of {size(len(held.encoded))})"
    return harmless(payload_line(decode(held.encoded)))


def drop_lines(held: HeldMessage, behind: int) -> tuple[Line, ...]:
    """Return what dropping *held*, behind which *behind* messages wait, does."""
    lines = [
        Line(f"{held.message_id} at {held.target}, session {held.session}, will be discarded for good."),
        Line(held_line(held), "muted"),
        Line("It does not go to the dead letters. This cannot be undone.", "warn"),
    ]
    if behind:
        lines.append(Line(f"{plural(behind, 'message')} of its session behind it go on."))
    return tuple(lines)


def release_lines(count: int) -> tuple[Line, ...]:
    """Return what releasing all *count* held messages does."""
    return (
        Line(f"{plural(count, 'message')} will be delivered as they are, each to where it was held."),
        Line("This cannot be undone. The breakpoints stay."),
    )
