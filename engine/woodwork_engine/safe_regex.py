"""Regular expressions a person types into a filter: searched in bounded time, or refused.

Python's `re` backtracks and cannot be interrupted, so what could run away is refused before it runs: a repeat of a
group that itself contains a repeat or alternatives, more than three open-ended repeats, many optional parts,
references to groups and look-around. The more open-ended repeats, the less of a text is searched (`SEARCHED`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

LONGEST = 500
"""The longest pattern accepted, in characters."""
SEARCHED = (65_536, 6_000, 500, 150)
"""How many characters of a text are searched, by the number of open-ended repeats: 20 million steps at worst."""
MOST_WAYS = 256
"""How many ways through alternatives and optional parts a pattern may have."""

_TOKEN = re.compile(
    r"(?P<escape>\\.)|(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<open>\((?:\?:)?)|(?P<close>\))|(?P<bar>\|)"
    r"|(?P<repeat>[*+]|\{(?:\d+,?\d*|,\d*)\})|(?P<optional>\?)|(?P<other>.)",
    re.DOTALL,
)
_DOUBTFUL_SET = re.compile(r"\[|--|&&|\|\||~~")
_ANYTHING = re.compile(r"(\\.|\[\^?\]?(?:\\.|[^\]\\])*\])|\.\*(?![*+{])\??", re.DOTALL)
_PLAIN = re.compile(r"(?:\\[^\d]|\[\^?\]?(?:\\.|[^\]\\])*\]|[^\\\[\](){}*+?|])*", re.DOTALL)


class UnsafePatternError(ValueError):
    """A pattern that cannot be read or might run away; the sentence says which part."""


@dataclass(slots=True)
class _Group:
    alternatives: int = 1
    repeats: bool = False


class _Scan:
    """Reads a pattern once and refuses what could take exponential time."""

    def __init__(self) -> None:
        self.groups = [_Group()]
        self.closed: _Group | None = None
        self.open_ended = 0
        self.ways = 1

    def read(self, pattern: str) -> None:
        previous = ""
        for found in _TOKEN.finditer(pattern):
            kind, symbol = str(found.lastgroup), found.group()
            if kind in ("repeat", "optional") and previous in ("repeat", "optional"):
                previous = ""  # the lazy mark of the repeat before it; a third one is refused by `re`
                continue
            self._take(kind, symbol, pattern[found.end() : found.end() + 1])
            previous = kind

    def _take(self, kind: str, symbol: str, following: str) -> None:
        closed, self.closed = self.closed, None
        if kind == "open":
            if symbol == "(" and following == "?":
                raise UnsafePatternError("only (?: ) groups and (?i) at the start are known here")
            self.groups.append(_Group())
        elif kind == "close":
            self._close()
        elif kind == "bar":
            self.groups[-1].alternatives += 1
        elif kind == "escape" and symbol[1].isdigit() and symbol[1] != "0":
            raise UnsafePatternError("references to groups are not known here")
        elif kind == "set" and _DOUBTFUL_SET.search(symbol[1:]):
            raise UnsafePatternError(r"inside [ ] write \[ \- \& \| \~ for these characters")
        elif kind == "other" and symbol == "[":
            raise UnsafePatternError("a [ without its ]")
        elif kind == "repeat":
            self._repeat(symbol, closed)
        elif kind == "optional":
            self.groups[-1].repeats = True
            self._multiply(2)

    def _close(self) -> None:
        if len(self.groups) == 1:
            raise UnsafePatternError("a ) without its (")
        self.closed = self.groups.pop()
        self._multiply(self.closed.alternatives)
        self.groups[-1].repeats |= self.closed.repeats or self.closed.alternatives > 1

    def _repeat(self, symbol: str, closed: _Group | None) -> None:
        if closed is not None and (closed.repeats or closed.alternatives > 1):
            raise UnsafePatternError("a repeated group with a repeat or alternatives inside could take for ever")
        self.groups[-1].repeats = True
        if symbol[0] != "{" or "," in symbol:
            self.open_ended += 1
        if self.open_ended >= len(SEARCHED):
            raise UnsafePatternError(f"at most {len(SEARCHED) - 1} open-ended repeats; use several terms instead")

    def _multiply(self, ways: int) -> None:
        self.ways *= ways
        if self.ways > MOST_WAYS:
            raise UnsafePatternError("too many alternatives and optional parts")


def searcher(pattern: str) -> Callable[[str], bool]:
    """Return a function that tells whether *pattern* occurs in a text; case counts unless it starts with `(?i)`.

    Raises UnsafePatternError for what is no regular expression and for what could run away. Of a long text only the
    start is searched (`SEARCHED`).
    """
    if len(pattern) > LONGEST:
        raise UnsafePatternError(f"longer than {LONGEST} characters")
    flags = re.DOTALL
    if pattern.startswith("(?i)"):
        pattern, flags = pattern[4:], flags | re.IGNORECASE
    searches = [_compiled(piece, flags) for piece in _pieces(pattern)]
    if len(searches) == 1:
        find, most = searches[0]
        return lambda text: find(text, 0, most) is not None

    def search(text: str) -> bool:
        at = 0
        for find, most in searches:
            found = find(text, at, at + most)
            if found is None:
                return False
            at = found.end()
        return True

    return search


def _pieces(pattern: str) -> list[str]:
    """Split at `.*` where searching one piece after the other finds the same; that takes linear time."""
    pieces, start = [], 0
    for found in _ANYTHING.finditer(pattern):
        if found[1] is None:
            pieces.append(pattern[start : found.start()])
            start = found.end()
    pieces.append(pattern[start:])
    if all(_PLAIN.fullmatch(piece) for piece in pieces[:-1]) and not _branches(pieces[-1]):
        return pieces
    return [pattern]


def _branches(piece: str) -> bool:
    """Whether *piece* has alternatives at its top level, or closes what another piece opened."""
    depth = 0
    for found in _TOKEN.finditer(piece):
        depth += (found.lastgroup == "open") - (found.lastgroup == "close")
        if depth < 0 or (found.lastgroup == "bar" and depth == 0):
            return True
    return False


def _compiled(piece: str, flags: int) -> tuple[Callable[[str, int, int], re.Match[str] | None], int]:
    scan = _Scan()
    scan.read(piece)
    try:
        return re.compile(piece, flags).search, SEARCHED[scan.open_ended]
    except (re.error, OverflowError, RecursionError) as error:
        raise UnsafePatternError(str(error)) from error
