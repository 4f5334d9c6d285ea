"""The deliveries of one session, kept up to date by looking only at what changed, and the turns they belong to.

A turn is everything that one message from outside led to; its deliveries share a correlation id (bus.md A5).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from operator import attrgetter

from woodwork_tui.state.delivery_row import DeliveryRow
from woodwork_tui.state.history import DeliveryHistory

_number = attrgetter("number")


class SessionPath:
    """What is kept of a session, oldest first; `session` None: nothing."""

    def __init__(self) -> None:
        self.rows: Sequence[DeliveryRow] = ()
        self.session: str | None = None
        self._matched: list[DeliveryRow] = []
        self._turns: dict[str, list[DeliveryRow]] = {}
        self._history: DeliveryHistory | None = None
        self._version = -1
        self._end = 0

    def update(self, history: DeliveryHistory, session: str | None) -> bool:
        """Follow *session* in *history*; return whether anything shown may have changed."""
        same = history is self._history and session == self.session
        touched = history.touched_since(self._version) if same else None
        if touched is not None and not touched:
            return False
        if touched is None:
            self._matched, self._turns = [], {}
            self._add(history if session is not None else (), session)
            changed = True
        else:
            gone = self._forget(history.evicted)
            changed = gone or any(row.session == session for row in touched)
            self._add(sorted((row for row in touched if row.number >= self._end), key=_number), session)
        self._history, self._version, self.session = history, history.version, session
        self._end = history.evicted + len(history)
        if changed:
            self.rows = tuple(self._matched)
        return changed

    def turn(self, row: DeliveryRow) -> tuple[DeliveryRow, ...]:
        """Return the deliveries of the turn that *row* belongs to, oldest first."""
        return self.turn_called(turn_id(row))

    def turn_called(self, name: str) -> tuple[DeliveryRow, ...]:
        """Return the deliveries of the turn *name*, as `turn_id` gives it; none when it is no longer kept."""
        return tuple(self._turns.get(name, ()))

    def newer(self, number: int) -> int:
        """Return how many deliveries of the session are as new as *number*, or newer."""
        return len(self._matched) - bisect_left(self._matched, number, key=_number)

    def before(self, row: DeliveryRow) -> DeliveryRow | None:
        """Return the session's delivery that was accepted last before *row*."""
        place = bisect_left(self._matched, row.number, key=_number)
        return self._matched[place - 1] if place else None

    @property
    def end(self) -> int:
        """The number that the next delivery of any session will have."""
        return self._end

    def _add(self, rows: Sequence[DeliveryRow] | DeliveryHistory, session: str | None) -> None:
        for row in rows:
            if row.session == session:
                self._matched.append(row)
                self._turns.setdefault(turn_id(row), []).append(row)

    def _forget(self, evicted: int) -> bool:
        gone = bisect_left(self._matched, evicted, key=_number)
        for row in self._matched[:gone]:
            turn = self._turns[turn_id(row)]
            turn.pop(0)
            if not turn:
                del self._turns[turn_id(row)]
        del self._matched[:gone]
        return gone > 0


def turn_id(row: DeliveryRow) -> str:
    """Return what all deliveries of a turn have in common."""
    return row.correlation or row.message_id
