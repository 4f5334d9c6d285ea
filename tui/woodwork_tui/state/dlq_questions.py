"""What the DLQ tab asks before it does something to dead letters: each states the exact count."""

from __future__ import annotations

import time
from collections.abc import Sequence

from woodwork_tui.state.dlq_choice import discardable
from woodwork_tui.state.dlq_kinds import Kinds
from woodwork_tui.state.lines import Line
from woodwork_tui.state.questions import Question
from woodwork_tui.units import plural

PURGE = "purge"
"""What has to be typed before letters are forgotten for good."""
_LONGEST_NOTE = 4_096


def discard_question(ids: Sequence[str], kinds: Kinds) -> Question[str]:
    """Return what is asked before *ids* go to the trash."""
    still = discardable(ids, kinds)
    lines = [Line(f"{plural(len(still), 'dead letter')} will go to the trash; u brings them back together.")]
    if gone := len(ids) - len(still):
        lines.append(Line(f"{gone:,} can no longer be discarded.", "warn"))
    return Question("Discard", tuple(lines), f"Discard {plural(len(still), 'dead letter')}", still)


def restore_question(ids: tuple[str, ...], *, together: bool) -> Question[str]:
    """Return what is asked before *ids* come back from the trash; *together*: they went there together."""
    told = "were discarded together and will come back." if together else "will come back from the trash."
    title = "Undo the discard" if together else "Bring back"
    lines = (Line(f"{plural(len(ids), 'dead letter')} {told}"),)
    return Question(title, lines, f"Bring back {plural(len(ids), 'dead letter')}", ids)


def purge_question(ids: tuple[str, ...], asked: int) -> Question[str]:
    """Return what is asked before *ids*, of so many *asked* for, are forgotten for good."""
    lines = [
        Line(
            f"{plural(len(ids), 'dead letter')} will be forgotten; nothing brings them back.",
            "bad",
        ),
        Line("Export them first (x) if somebody may still want them.", "muted"),
    ]
    if left := asked - len(ids):
        lines.append(Line(f"{left:,} stay: their replay is under way, or they are gone already.", "warn"))
    return Question("Purge", tuple(lines), f"Purge {plural(len(ids), 'dead letter')}", ids)


def note_question(ids: Sequence[str], kinds: Kinds) -> Question[str]:
    """Return what is asked before something is written on *ids*."""
    still = tuple(one for one in ids if one in kinds)
    lines = (Line(f"It is kept with {plural(len(still), 'dead letter')}, beside what was noted before."),)
    return Question("Note", lines, f"Note on {plural(len(still), 'dead letter')}", still)


def export_question(ids: tuple[str, ...], *, marked: bool) -> Question[str]:
    """Return what is asked before *ids* are written into a file."""
    which = "marked" if marked else "shown"
    lines = (
        Line(f"{plural(len(ids), f'{which} dead letter')}, complete, one line of JSON each."),
        Line("They stay here; :import FILE reads them in again.", "muted"),
    )
    return Question("Export", lines, f"Export {plural(len(ids), 'dead letter')}", ids)


def typed_note(text: str) -> str | None:
    """Return what is wrong with a note."""
    if len(text) > _LONGEST_NOTE:
        return f"A note has at most {_LONGEST_NOTE:,} characters; this one has {len(text):,}."
    return None if text.strip() else "Type what there is to say."


def typed_file(text: str) -> str | None:
    """Return what is wrong with the name of a file."""
    return None if text.strip() else "Type the name of a new file."


def file_for(now: float) -> str:
    """Return a name for an export that begins at *now* (s since the epoch)."""
    return time.strftime("dead-letters-%Y%m%d-%H%M%S.jsonl", time.localtime(now))
