"""Which dead letters are meant: the one filter grammar over their fields, and the plain criteria beside it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from woodwork_engine.dead_letter import DeadLetter
from woodwork_engine.filter import Filter, compile_filter
from woodwork_engine.payload_path import EncodedPayload

Matches = Callable[[DeadLetter], bool]


def state_of(letter: DeadLetter) -> str:
    """Return what a letter is to a person: `open`, `under way`, `replayed` or `discarded`.

    One whose replay ended badly without leaving a newer letter is open.
    """
    if letter.is_under_way:
        return "under way"
    return letter.state.value if letter.is_resolved else "open"


def _text(letter: DeadLetter) -> str:
    payload = json.dumps(letter.payload(), ensure_ascii=False, default=str, separators=(",", ":"), skipkeys=True)
    return f"{payload} {letter.error}"


def _last_ms(letter: DeadLetter) -> float | None:
    return (letter.attempts[-1].ended - letter.attempts[-1].started) * 1000 if letter.attempts else None


def _notes(letter: DeadLetter) -> str:
    return " ".join(note.text for note in letter.notes)


_FIELDS: Mapping[str, Callable[[DeadLetter], object]] = {
    "text": _text,
    "payload": EncodedPayload(lambda letter: letter.encoded, DeadLetter.payload),
    "error": lambda letter: letter.why,
    "error_type": lambda letter: letter.error_type,
    "reason": lambda letter: letter.reason.value,
    "session": lambda letter: letter.envelope.session_id,
    "sess": lambda letter: letter.envelope.session_id,
    "event": lambda letter: letter.envelope.event_type,
    "from": lambda letter: letter.route.source or "",
    "source": lambda letter: letter.route.source or "",
    "to": lambda letter: letter.route.target,
    "target": lambda letter: letter.route.target,
    "edge": lambda letter: f"{letter.route.source or ''}->{letter.route.target}",
    "node": lambda letter: letter.route.target,
    "id": lambda letter: letter.envelope.message_id,
    "dlq_id": lambda letter: letter.dlq_id,
    "tries": lambda letter: len(letter.attempts),
    "try": lambda letter: len(letter.attempts),
    "ms": _last_ms,
    "replays": lambda letter: letter.replay.count,
    "rev": lambda letter: letter.revision,
    "size": lambda letter: len(letter.encoded),
    "state": state_of,
    "note": _notes,
}
_AGE = "age"
FIELD_NAMES = (*_FIELDS, _AGE)
"""The names of all fields."""


@dataclass(frozen=True, slots=True)
class LetterFilter:
    """A filter in two parts: what a letter answers once and for all, and what depends on the time."""

    lasting: Matches
    ages: Callable[[float], Matches] | None

    def matches(self, letter: DeadLetter, now: float) -> bool:
        """Return whether *letter* matches at *now* (s since the epoch)."""
        return self.lasting(letter) and (self.ages is None or self.ages(now)(letter))


def letter_filter(query: str) -> LetterFilter:
    """Return the filter written as *query*; raises FilterError."""
    terms = compile_filter(query).terms
    lasting = Filter(query, tuple(term for term in terms if term.field != _AGE)).over(_FIELDS)
    of_age = Filter(query, tuple(term for term in terms if term.field == _AGE))
    if not of_age.terms:
        return LetterFilter(lasting, None)
    return LetterFilter(lasting, lambda now: of_age.over({_AGE: lambda letter: now - letter.at}))


@dataclass(frozen=True, slots=True)
class LetterChoice:
    """Which letters are meant: all that satisfy the filter *where* and every criterion that is not None.

    *error* is the class of the last error by name, *state* one of `state_of`; *since* and *until* are times of death in
    s since the epoch, the second one excluded.
    """

    where: str = ""
    ids: frozenset[str] | None = None
    target: str | None = None
    reason: str | None = None
    error: str | None = None
    session: str | None = None
    state: str | None = None
    since: float | None = None
    until: float | None = None

    def test(self, now: float) -> Matches:
        """Return whether a letter is meant, for a look at *now* (s since the epoch); raises FilterError."""
        tests: list[Matches] = []
        wanted: tuple[tuple[object, Callable[[DeadLetter], object]], ...] = (
            (self.target, lambda letter: letter.route.target),
            (self.reason, lambda letter: letter.reason.value),
            (self.error, lambda letter: letter.error_type),
            (self.session, lambda letter: letter.envelope.session_id),
            (self.state, state_of),
        )
        tests += [_equals(value, get) for value, get in wanted if value is not None]
        if (ids := self.ids) is not None:
            tests.append(lambda letter: letter.dlq_id in ids)
        if (since := self.since) is not None:
            tests.append(lambda letter: letter.at >= since)
        if (until := self.until) is not None:
            tests.append(lambda letter: letter.at < until)
        if self.where.strip():
            found = letter_filter(self.where)
            tests.append(found.lasting)
            if found.ages is not None:
                tests.append(found.ages(now))
        return lambda letter: all(test(letter) for test in tests)


def _equals(value: object, get: Callable[[DeadLetter], object]) -> Matches:
    return lambda letter: get(letter) == value
