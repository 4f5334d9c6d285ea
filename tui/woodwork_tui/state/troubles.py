"""The last failures at one component, from the deliveries that are kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter

from woodwork_tui.state.delivery_row import DeliveryRow
from woodwork_tui.state.history import DeliveryHistory

MOST = 3
_seq = attrgetter("seq")


@dataclass(frozen=True, slots=True)
class Trouble:
    """One delivery whose last attempt failed, or that was given up; `at` in s since the epoch."""

    at: float
    session: str
    attempt: int
    state: str
    problem: str


class Troubles:
    """Follows the failures at one component, looking only at what changed."""

    def __init__(self) -> None:
        self._history: DeliveryHistory | None = None
        self._version = -1
        self._name: str | None = None
        self._rows: list[DeliveryRow] = []

    def update(self, history: DeliveryHistory, name: str | None) -> Sequence[Trouble]:
        """Return the last failures at the component *name* in *history*, the newest first; none for None."""
        same = history is self._history and name == self._name
        touched = history.touched_since(self._version) if same else None
        self._history, self._version, self._name = history, history.version, name
        if name is None:
            return ()
        if touched is None:
            self._rows = []
            self._take(history, name)
        elif touched:
            self._take(touched, name)
        return tuple(_trouble(row) for row in self._rows)

    def _take(self, rows: Iterable[DeliveryRow], name: str) -> None:
        failed = {row.key: row for row in rows if row.target == name and row.problem}
        if failed:
            failed |= {row.key: row for row in self._rows}
            self._rows = sorted(failed.values(), key=_seq, reverse=True)[:MOST]


def _trouble(row: DeliveryRow) -> Trouble:
    ended = row.attempts[-1].ended if row.attempts else row.settled_at
    return Trouble(ended or row.at, row.session, row.attempt, row.state.value, row.problem)
