"""The one filter grammar, for every list on the screen and for `--where`.

Terms are separated by spaces and all must hold; `!` in front of a term, or of its value, turns it round.

    refused "two words"        text somewhere in payload or error, in any case
    state:retry|dead           a field is one of these; `*` and `?` are wildcards outside quotes
    session:s-0*  to:!audit    wildcards and negation
    payload.text~"repo|pull"   a regular expression; without a field over payload and error: ~"time ?out"
    ms>250  age<5m  size>=2kb  numbers, durations (ms s m h d) and sizes (kb mb)
    payload.files.0:README.md  a path into the payload; `payload:` and `error:` alone mean "contains"
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import translate
from typing import Any, Protocol, TypeVar, runtime_checkable

from woodwork_engine.errors import FilterError
from woodwork_engine.payload_path import walk
from woodwork_engine.safe_regex import UnsafePatternError, searcher

Row = TypeVar("Row")
Test = Callable[[object], bool]

TEXT = "text"
"""The field that bare words search: payload and error together."""
CONTAINS = frozenset({TEXT, "payload", "error"})
"""Fields for which `field:value` means that the text occurs somewhere in them."""
ALIASES: Mapping[str, tuple[str, ...]] = {
    "session": ("session_id",),
    "sess": ("session", "session_id"),
    "event": ("event_type",),
    "id": ("message_id", "dlq_id"),
    "from": ("source",),
    "to": ("target",),
    "node": ("target", "name"),
    "state": ("type",),
    "try": ("attempt",),
    "ms": ("duration_ms",),
}
"""Other names of fields, tried in order on rows that do not have the first."""

_FIELD = re.compile(r"([A-Za-z_]\w*)((?:\.[\w-]+)*)(:|~|>=|<=|>|<)")
_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)(ms|s|m|h|d|kb|mb)?", re.IGNORECASE)
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_BYTES = {"kb": 1024.0, "mb": 1024.0 * 1024.0}
_IN_MILLISECONDS = frozenset({"ms", "duration_ms", "p50", "p95", "p99"})


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: *test* of the value at *path* in *field*, turned round if *negated*; *position* counts from 0.

    *word* is a text, in small letters, that has to occur in the value, where that is all that is asked.
    """

    field: str
    path: tuple[str, ...]
    test: Test
    negated: bool
    position: int
    word: str = ""


@dataclass(frozen=True, slots=True)
class Filter:
    """A compiled filter; an empty one matches everything."""

    text: str
    terms: tuple[Term, ...]

    def over(self, fields: Mapping[str, Callable[[Row], object]]) -> Callable[[Row], bool]:
        """Return a fast predicate over rows whose *fields* are read by these functions.

        One that has a method `at(path)` returns with it what reads that path into its value, one that has `has(word)`
        whether a row has that text, in small letters, in it.

        Raises FilterError for a field that is not among them, at its place.
        """
        tests = []
        for term in self.terms:
            if term.field not in fields:
                raise _unknown(term, fields)
            tests.append(_bound(term, fields[term.field]))
        return _all(tests)

    def matches(self, row: object) -> bool:
        """Whether *row*, a mapping or an object with attributes, satisfies every term; a missing field is null."""
        return all(term.test(walk(_read(row, term.field), term.path)) is not term.negated for term in self.terms)


def compile_filter(text: str) -> Filter:
    """Return the filter written as *text*; raises FilterError with the position of what cannot be read."""
    return Filter(text.strip(), tuple(_Parser(text).terms()))


class _Parser:
    """Reads terms from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def terms(self) -> Iterable[Term]:
        while self._skip_space():
            yield self._term()

    def _skip_space(self) -> bool:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1
        return self.at < len(self.text)

    def _term(self) -> Term:
        start = self.at
        negated = self._bang()
        found = _FIELD.match(self.text, self.at)
        if found is None:
            if self._take("~"):
                return Term(TEXT, (), self._regex(), negated, start)
            word = self._word(stop="")
            return Term(TEXT, (), _contains(word), negated, start, word.lower())
        self.at = found.end()
        field, path = found[1], tuple(found[2].split(".")[1:])
        negated ^= self._bang()
        return Term(field, path, self._test(field, path, found[3]), negated, start)

    def _bang(self) -> bool:
        negated = False
        while self._take("!"):
            negated = not negated
        return negated

    def _take(self, character: str) -> bool:
        if self.text[self.at : self.at + 1] != character:
            return False
        self.at += 1
        return True

    def _test(self, field: str, path: tuple[str, ...], operator: str) -> Test:
        if operator == "~":
            return self._regex()
        if operator != ":":
            return _compares(operator, self._number(field))
        values = [self._value()]
        while self._take("|"):
            values.append(self._value())
        self._end()
        if field in CONTAINS and not path:
            return _any([_contains(value) for value, _ in values])
        return _is_one_of(values)

    def _value(self) -> tuple[str, bool]:
        quoted = self.text[self.at : self.at + 1] == '"'
        return self._word(stop="|"), quoted

    def _number(self, field: str) -> float:
        start = self.at
        word = self._word(stop="")
        found = _NUMBER.fullmatch(word)
        if found is None:
            raise FilterError(f"{word!r} is no number; write one, or a duration such as 5m", start)
        unit = (found[2] or "").lower()
        number = float(found[1]) * (_SECONDS.get(unit) or _BYTES.get(unit, 1.0))
        return number * 1000.0 if field in _IN_MILLISECONDS and unit in _SECONDS else number

    def _regex(self) -> Test:
        start = self.at
        pattern = self._word(stop="", pattern=True)
        self._end()
        try:
            found = searcher(pattern)
        except UnsafePatternError as error:
            raise FilterError(f"regular expression: {error}", start) from error
        return lambda value: found(_text(value))

    def _word(self, *, stop: str, pattern: bool = False) -> str:
        start = self.at
        if self._take('"'):
            return self._quoted(start, pattern=pattern)
        while self.at < len(self.text) and not self.text[self.at].isspace() and self.text[self.at] not in stop:
            self.at += 1
        if self.at == start:
            raise FilterError("a value is missing here", start)
        return self.text[start : self.at]

    def _quoted(self, start: int, *, pattern: bool) -> str:
        parts: list[str] = []
        while self.at < len(self.text):
            character = self.text[self.at]
            self.at += 1
            if character == '"':
                return "".join(parts)
            if character == "\\" and self.at < len(self.text):
                following = self.text[self.at]
                self.at += 1
                character = following if following == '"' or not pattern else character + following
            parts.append(character)
        raise FilterError('this " is never closed', start)

    def _end(self) -> None:
        if self.at < len(self.text) and not self.text[self.at].isspace():
            raise FilterError("a space is missing between two terms", self.at)


@runtime_checkable
class _HasParts(Protocol):
    def at(self, path: tuple[str, ...]) -> Callable[[Any], object]: ...


@runtime_checkable
class _HasWords(Protocol):
    def has(self, word: str) -> Callable[[Any], bool]: ...


def _unknown(term: Term, fields: Iterable[str]) -> FilterError:
    known = sorted(fields)
    close = get_close_matches(term.field, known, n=1)
    hint = f"did you mean {close[0]}?" if close else f"fields are {', '.join(known)}; quote text that has a colon"
    return FilterError(f"no field {term.field!r}; {hint}", term.position)


def _bound(term: Term, get: Callable[[Row], object]) -> Callable[[Row], bool]:
    test, path, negated = term.test, term.path, term.negated
    if path and isinstance(get, _HasParts):
        get, path = get.at(path), ()
    if term.word and not path and isinstance(get, _HasWords):
        has = get.has(term.word)
        return (lambda row: not has(row)) if negated else has
    if path:
        return lambda row: test(walk(get(row), path)) is not negated
    if negated:
        return lambda row: not test(get(row))
    return lambda row: test(get(row))


def _all(tests: list[Callable[[Row], bool]]) -> Callable[[Row], bool]:
    if not tests:
        return lambda row: True
    if len(tests) == 1:
        return tests[0]
    first, rest = tests[0], _all(tests[1:])
    return lambda row: first(row) and rest(row)


def _any(tests: list[Test]) -> Test:
    return tests[0] if len(tests) == 1 else lambda value: any(test(value) for test in tests)


def _contains(word: str) -> Test:
    wanted = word.lower()
    return lambda value: wanted in (value if type(value) is str else _text(value)).lower()


def _is_one_of(values: list[tuple[str, bool]]) -> Test:
    exact = frozenset(value.lower() for value, quoted in values if quoted or not _is_wild(value))
    wild = [re.compile(translate(_few_stars(value.lower()))).match for value, q in values if not q and _is_wild(value)]
    if not wild:
        return lambda value: _text(value).lower() in exact

    def test(value: object) -> bool:
        text = _text(value).lower()
        return text in exact or any(match(text) for match in wild)

    return test


def _is_wild(value: str) -> bool:
    return "*" in value or "?" in value


def _few_stars(value: str) -> str:
    return re.sub(r"\*+", "*", value).replace("[", "[[]")


def _compares(operator: str, wanted: float) -> Test:
    compare: Callable[[float], bool] = {
        ">": lambda number: number > wanted,
        "<": lambda number: number < wanted,
        ">=": lambda number: number >= wanted,
        "<=": lambda number: number <= wanted,
    }[operator]
    return lambda value: isinstance(value, int | float) and not isinstance(value, bool) and compare(value)


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except (TypeError, ValueError, RecursionError):  # integers of thousands of digits, foreign keys
        return type(value).__name__


def _read(row: object, field: str) -> object:
    for name in (field, *ALIASES.get(field, ())):
        value = row.get(name) if isinstance(row, Mapping) else getattr(row, name, None)
        if value is not None:
            return value
    if field == TEXT:
        return " ".join(_text(value) for name in ("payload", "error") if (value := _read(row, name)) is not None)
    return None
