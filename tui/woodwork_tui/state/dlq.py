"""Dead letters as the DLQ tab lists them: which ones there are, and in which words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from woodwork_engine.dead_letter import DeadLetter, DeadState
from woodwork_tui.state.delivery_row import payload_line
from woodwork_tui.text import glyph
from woodwork_tui.units import NONE

LONGEST_REASON = 300
"""Characters of an error that lists and groups look at."""

_FOLD = re.compile(
    r"""(?P<quoted>(?<![\w'])'[^'\n]*'(?!\w)|"[^"\n]*")
    |(?P<uuid>\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b)
    |(?P<id>\b(?:\w+-)?(?=[0-9a-fA-F-]*\d)(?=[0-9-]*[a-fA-F])[0-9a-fA-F]{6,}(?:-[0-9a-fA-F]+)*\b)
    |(?P<number>(?<![\w.])[-+]?\d+(?:\.\d+)*(?:[eE][-+]?\d+)?(?!\w))""",
    re.VERBOSE,
)


def _folded(match: re.Match[str]) -> str:
    match match.lastgroup:
        case "quoted":
            return f"{match[0][0]}…{match[0][-1]}"
        case "number":
            return "<n>"
        case _:
            return "<id>"


@lru_cache(maxsize=20_000)
def normalised(reason: str) -> str:
    """Return *reason* without what differs from message to message: numbers, ids and quoted strings."""
    return _FOLD.sub(_folded, " ".join(reason[:LONGEST_REASON].split()))


def reason_of(letter: DeadLetter) -> str:
    """Return why *letter* died: its last error, or the reason and then the error."""
    return letter.why


def is_under_way(letter: DeadLetter) -> bool:
    """Whether a replay of *letter* has been accepted and has not ended."""
    return letter.is_under_way


def replay_mark(letter: DeadLetter, *, ascii_only: bool = False) -> str:
    """Return what the column RPL says: how often replayed and with which result; `1⤳` is under way, `1✗` died again."""
    count = letter.replay.count + (letter.state is DeadState.REPLAYED)
    if not count:
        return "-" if ascii_only else NONE
    return f"{count}{glyph('replayed' if is_under_way(letter) else 'failed', ascii_only)}"


def last_discarded(letters: Iterable[DeadLetter]) -> tuple[str, ...]:
    """Return the ids of the letters that were discarded last, together: what `u` brings back."""
    when = {
        letter.dlq_id: letter.resolution.at
        for letter in letters
        if letter.state is DeadState.DISCARDED and letter.resolution is not None
    }
    newest = max(when.values(), default=0.0)
    return tuple(dlq_id for dlq_id, at in when.items() if at == newest)


def preview(letter: DeadLetter) -> str:
    """Return the beginning of the payload as JSON on one line."""
    return payload_line(letter.payload())


def tries(letter: DeadLetter) -> str:
    """Return attempts made out of attempts allowed; the envelope's own limit wins over the policy."""
    own = letter.envelope.max_retries
    allowed = letter.policy.retry.max_attempts if own is None else own + 1
    made = len(letter.attempts)  # more than the policy says where a rule about its errors allowed them
    return f"{made}/{max(made, allowed)}"


def empty_text(*, of: int, died: int, replayed_ok: int, query: str, trash: bool = False) -> str:
    """Return why the list is empty; *of* are listed without a filter, *died* counts since start."""
    if of and query:
        return f"0 of {of:,} match {query}. esc clears the filter."
    if trash:
        return "The trash is empty. D moves a dead letter here; v shows the others again."
    return f"No dead letters. (since start: {died:,} died, {replayed_ok:,} replayed ok)"


def kept_until(letter: DeadLetter, max_age: float | None) -> float | None:
    """Return when a letter in the trash is forgotten, in s since the epoch; None: only when there is no room (E2)."""
    return None if letter.resolution is None or max_age is None else letter.resolution.at + max_age
