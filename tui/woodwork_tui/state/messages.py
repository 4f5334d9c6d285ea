"""What the Messages tab lists: which deliveries, found how, in which words."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from woodwork_engine.errors import FilterError
from woodwork_engine.filter import compile_filter
from woodwork_engine.payload_path import EncodedPayload
from woodwork_engine.snapshot import Snapshot
from woodwork_tui.state.delivery_row import DeliveryRow, DeliveryState, beyond_json
from woodwork_tui.state.history import DeliveryHistory
from woodwork_tui.text import glyph
from woodwork_tui.units import clock

RESORTED = 1.0
"""Seconds between two sortings by anything but time: each looks at every row."""

_number = attrgetter("number")


def _searched(row: DeliveryRow) -> str:
    line = row.payload_line()
    if line.endswith("…"):
        line = row.payload_text()
    return f"{line} {row.problem}" if row.error_type or row.reason else line


class _Searched:
    """Reads what bare words search: payload and error, and tells fast which rows cannot have a word."""

    def __call__(self, row: DeliveryRow) -> str:
        """Return the text."""
        return _searched(row)

    def has(self, word: str) -> Callable[[DeliveryRow], bool]:
        """Return whether a row has *word* in it."""
        spelt = word.encode() if _IS_SPELT(word) and not any(word in each for each in _JSON_WORDS) else b""
        odd = _KELVIN if "k" in word else b"\xc0"  # what no text has in it

        def found(row: DeliveryRow) -> bool:
            if spelt and row.emission is not None and not (row.is_previewed or row.error_type or row.reason):
                encoded = row.emission.encoded
                if spelt not in encoded.lower() and odd not in encoded and not beyond_json(encoded):
                    return False
            return word in _searched(row).lower()

        return found


_IS_SPELT = re.compile("[a-z_]{4,}").fullmatch
_JSON_WORDS = ("true", "false", "null", "infinity")
"""Words that an encoded payload does not spell where JSON does."""
_KELVIN = "\N{KELVIN SIGN}".encode()
"""The one character beside İ that is an ASCII letter in small; İ is taken for a mark of bytes."""


def _encoded(row: DeliveryRow) -> bytes | None:
    return None if row.emission is None else row.emission.encoded


FIELDS: Mapping[str, Callable[[DeliveryRow], object]] = {
    "text": _Searched(),
    "payload": EncodedPayload(_encoded, DeliveryRow.payload),
    "error": lambda row: row.problem,
    "state": attrgetter("state"),
    "session": attrgetter("session"),
    "sess": attrgetter("session"),
    "from": attrgetter("source"),
    "source": attrgetter("source"),
    "to": attrgetter("target"),
    "target": attrgetter("target"),
    "node": attrgetter("target"),
    "edge": lambda row: f"{row.source or ''}->{row.target}",
    "event": attrgetter("event"),
    "id": attrgetter("message_id"),
    "try": attrgetter("attempt"),
    "ms": attrgetter("duration_ms"),
    "size": attrgetter("size"),
    "rev": attrgetter("rev"),
    "reason": attrgetter("reason"),
    "cause": attrgetter("causation"),
    "correlation": attrgetter("correlation"),
    "age": attrgetter("at"),  # replaced by the age at the moment of looking
}
"""What a filter can ask of a delivery."""


def matcher(text: str, now: Callable[[], float]) -> Callable[[DeliveryRow], bool]:
    """Return the predicate written as *text*; *now* gives s since the epoch for `age`. Raises FilterError."""
    return compile_filter(text).over({**FIELDS, "age": lambda row: now() - row.at})


def filter_problem(text: str) -> str | None:
    """Return what is wrong with the filter *text*, or None."""
    try:
        matcher(text, lambda: 0.0)
    except FilterError as error:
        return str(error)
    return None


_TROUBLE = (
    DeliveryState.DEAD, DeliveryState.UNROUTABLE, DeliveryState.DROPPED, DeliveryState.FAILED, DeliveryState.RETRY,
    DeliveryState.HELD, DeliveryState.PARKED, DeliveryState.HANDLING, DeliveryState.QUEUED,
)  # fmt: skip
_RANK = {state: rank for rank, state in enumerate((*_TROUBLE, *(s for s in DeliveryState if s not in _TROUBLE)))}

SORTS: Mapping[str, Callable[[DeliveryRow], tuple[float, float, str]]] = {
    "time": lambda row: (row.number, 0.0, ""),
    "ms": lambda row: (row.duration_ms is None, -(row.duration_ms or 0.0), ""),
    "state": lambda row: (_RANK[row.state], -row.attempt, ""),
    "session": lambda row: (0.0, 0.0, row.session),
    "size": lambda row: (row.size is None, -(row.size or 0), ""),
}
"""Orders of the list; `o` turns to the next."""

ORDER_WORDS: Mapping[tuple[str, bool], str] = {
    ("time", False): "newest last", ("time", True): "newest first", ("ms", False): "slowest first",
    ("ms", True): "fastest first", ("state", False): "worst first", ("state", True): "worst last",
    ("session", False): "by session", ("session", True): "by session, backwards", ("size", False): "largest first",
    ("size", True): "smallest first",
}  # fmt: skip
"""Each order, and it turned round, in words."""


class MessageIndex:
    """The deliveries that satisfy filter and selection, kept up to date by looking only at what changed.

    A filter that cannot be read leaves the last good one active. `end` is the number the next delivery will have.
    `rows` is the same list from one update to the next where it can be: to be read until then, never kept. An order
    other than by time is brought up to date once in RESORTED seconds.
    """

    def __init__(self) -> None:
        self.rows: Sequence[DeliveryRow] = ()
        self.end = 0
        self._matched: list[DeliveryRow] = []
        self._history: DeliveryHistory | None = None
        self._version = -1
        self._expression: str | None = None
        self._session: str | None = None
        self._order = ("time", False)
        self._unsorted = False
        self._in_filter: Callable[[DeliveryRow], bool] | None = None
        self._asks_age = False
        self._now = 0.0
        self._looked = 0.0
        self._sorted_at = 0.0

    def update(
        self, history: DeliveryHistory, expression: str, session: str | None, now: float, order: tuple[str, bool]
    ) -> bool:
        """Follow *history*; return whether `rows` may have changed. *order* is a name of SORTS and whether reversed."""
        self._now = now
        other = history is not self._history or expression != self._expression or session != self._session
        if expression != self._expression:
            self._read(expression)
        stale = self._asks_age and now - self._looked >= 1.0
        touched = None if other or stale else history.touched_since(self._version)
        if touched is None:
            self._look_at_all(history, session, now)
        elif touched:
            self._follow(history, touched)
        elif order == self._order and not self._unsorted:
            return False
        at_once = other or order != self._order or order[0] == "time"
        self._version, self._order, self.end = history.version, order, history.evicted + len(history)
        self._unsorted = not at_once and now - self._sorted_at < RESORTED
        if not self._unsorted:
            self._arrange(order)
        return not self._unsorted

    def newer(self, number: int) -> int:
        """Return how many of the rows that match are as new as *number*, or newer."""
        return len(self._matched) - bisect_left(self._matched, number, key=_number)

    def before(self, row: DeliveryRow) -> DeliveryRow | None:
        """Return the row that matches and was accepted last before *row*."""
        place = bisect_left(self._matched, row.number, key=_number)
        return self._matched[place - 1] if place else None

    def _read(self, expression: str) -> None:
        self._expression = expression
        try:
            compiled = compile_filter(expression)
            self._in_filter = matcher(expression, lambda: self._now) if compiled.terms else None
        except FilterError:
            return
        self._asks_age = any(term.field == "age" for term in compiled.terms)

    def _look_at_all(self, history: DeliveryHistory, session: str | None, now: float) -> None:
        self._history, self._session, self._looked = history, session, now
        self._matched = [row for row in history if self._matches(row)]

    def _matches(self, row: DeliveryRow) -> bool:
        return (self._session is None or row.session == self._session) and (
            self._in_filter is None or self._in_filter(row)
        )

    def _follow(self, history: DeliveryHistory, touched: Sequence[DeliveryRow]) -> None:
        rows = self._matched
        del rows[: bisect_left(rows, history.evicted, key=_number)]
        if self._in_filter is not None or self._session is not None:
            for row in touched:
                if history.evicted <= row.number < self.end:
                    self._settle(row)
        first = max(self.end, history.evicted)
        rows += sorted((row for row in touched if row.number >= first and self._matches(row)), key=_number)

    def _settle(self, row: DeliveryRow) -> None:
        """Take a row in or out that was known before and has changed."""
        rows = self._matched
        place = bisect_left(rows, row.number, key=_number)
        there = place < len(rows) and rows[place] is row
        if self._matches(row) is there:
            return
        if there:
            del rows[place]
        else:
            rows.insert(place, row)

    def _arrange(self, order: tuple[str, bool]) -> None:
        name, backwards = order
        self._sorted_at = self._now
        if name == "time":
            self.rows = self._matched[::-1] if backwards else self._matched
        else:
            self.rows = sorted(self._matched, key=SORTS[name], reverse=backwards)


@dataclass(frozen=True, slots=True)
class Counts:
    """How much of what is there is shown: rows that match, rows kept, the ring's size, records the screen missed."""

    matched: int
    kept: int
    ring: int
    dropped: int

    def line(self, *, wide: bool = True) -> str:
        """Return `212 of 1,284 kept · ring 50,000 · 0 dropped`; never less than the truth where room is short."""
        some = f"{self.matched:,} of {self.kept:,} kept" if self.matched != self.kept else f"{self.kept:,} kept"
        if not wide:
            return f"{some} · {self.dropped:,} dropped" if self.dropped else some
        return f"{some} · ring {self.ring:,} · {self.dropped:,} dropped"


def counts(index: MessageIndex, history: DeliveryHistory) -> Counts:
    """Return what the line under the list says."""
    return Counts(len(index.rows), len(history), history.limit, history.missed)


@dataclass(frozen=True, slots=True)
class Watching:
    """How the list is looked at: whether it follows, how many came since it stopped, in which order."""

    following: bool
    new: int
    order: tuple[str, bool]


def list_title(
    session: str | None, watching: Watching, *, marked: int = 0, wide: bool = True, ascii_only: bool = False
) -> str:
    """Return what is listed and whether it moves by itself: `Messages · s-02 · ‖ view paused, 86 new (F to follow)`."""
    where = session or ("all sessions" if wide else "")
    if watching.following:
        how = "following"
    elif watching.order != ("time", False):
        how = ORDER_WORDS[watching.order]
    else:
        new = f", {watching.new:,} new" if watching.new else ""
        how = f"{glyph('held', ascii_only)} view{' paused' if wide else ''}{new} (F {'to ' if wide else ''}follow)"
    marks = f"{marked:,} marked" if marked else ""
    return " · ".join(part for part in ("Messages", where, how, marks) if part)


def empty_text(expression: str, session: str | None, history: DeliveryHistory, snapshot: Snapshot) -> str:
    """Return why the list is empty and what to do (screens 1.5)."""
    wish = " ".join(part for part in (f"session:{session}" if session else "", expression.strip()) if part)
    if wish and len(history):
        return f"0 of {len(history):,} match {wish}. esc clears the filter."
    since = f" since start ({clock(snapshot.started_at, millis=False)})" if snapshot.started_at else ""
    return f"No messages{since}. i to inject."
