"""The fields of a dead letter that the filter line of the DLQ tab can read."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from woodwork_engine.dead_letter import DeadLetter
from woodwork_engine.filter import compile_filter
from woodwork_tui.state.dlq import compact, is_under_way, reason_of


def _payload(letter: DeadLetter) -> object:
    try:
        return letter.payload()
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _text(letter: DeadLetter) -> str:
    try:
        return f"{compact(_payload(letter))} {letter.error}"
    except (ValueError, RecursionError):
        return letter.error


_FIELDS: Mapping[str, Callable[[DeadLetter], object]] = {
    "text": _text,
    "payload": _payload,
    "error": reason_of,
    "reason": lambda letter: letter.reason.value,
    "session": lambda letter: letter.envelope.session_id,
    "event": lambda letter: letter.envelope.event_type,
    "from": lambda letter: letter.route.source or "",
    "to": lambda letter: letter.route.target,
    "node": lambda letter: letter.route.target,
    "id": lambda letter: letter.envelope.message_id,
    "dlq_id": lambda letter: letter.dlq_id,
    "tries": lambda letter: len(letter.attempts),
    "replays": lambda letter: letter.replay.count,
    "rev": lambda letter: letter.revision,
    "size": lambda letter: len(letter.encoded),
    "state": lambda letter: "under way" if is_under_way(letter) else "open",
}
FIELD_NAMES = (*_FIELDS, "age")
"""The names of all fields."""


def dlq_filter(query: str, now: float) -> Callable[[DeadLetter], bool]:
    """Return whether a letter matches *query* at *now* (s since the epoch); raises FilterError."""
    return compile_filter(query).over({**_FIELDS, "age": lambda letter: now - letter.at})
