"""The fields of a dead letter that the filter line of the DLQ tab can read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from woodwork_engine.dead_letter import DeadLetter
from woodwork_engine.filter import Filter, compile_filter
from woodwork_tui.state.dlq import is_under_way, reason_of


def _text(letter: DeadLetter) -> str:
    payload = json.dumps(letter.payload(), ensure_ascii=False, default=str, separators=(",", ":"))
    return f"{payload} {letter.error}"


_FIELDS: Mapping[str, Callable[[DeadLetter], object]] = {
    "text": _text,
    "payload": DeadLetter.payload,
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
_AGE = "age"
FIELD_NAMES = (*_FIELDS, _AGE)
"""The names of all fields."""

Matches = Callable[[DeadLetter], bool]


@dataclass(frozen=True, slots=True)
class DlqFilter:
    """A filter in two parts: what a letter answers once and for all, and what depends on the time."""

    lasting: Matches
    ages: Callable[[float], Matches] | None

    def matches(self, letter: DeadLetter, now: float) -> bool:
        """Return whether *letter* matches at *now* (s since the epoch)."""
        return self.lasting(letter) and (self.ages is None or self.ages(now)(letter))


def dlq_filter(query: str) -> DlqFilter:
    """Return the filter written as *query*; raises FilterError."""
    terms = compile_filter(query).terms
    lasting = Filter(query, tuple(term for term in terms if term.field != _AGE)).over(_FIELDS)
    of_age = Filter(query, tuple(term for term in terms if term.field == _AGE))
    if not of_age.terms:
        return DlqFilter(lasting, None)
    return DlqFilter(lasting, lambda now: of_age.over({_AGE: lambda letter: now - letter.at}))
