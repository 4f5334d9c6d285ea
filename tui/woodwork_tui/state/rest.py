"""Whether a view shows anything new: while nothing happens, only ages and countdowns move, and slowly."""

from __future__ import annotations

from woodwork_tui.state.view import View

QUIET = 1.0
"""Seconds between two frames while nothing happens."""
COUNTING = 0.25
"""The same while something counts down to a retry."""


class Rest:
    """Compares each view with the one shown last."""

    def __init__(self) -> None:
        self._shown: tuple[object, ...] = ()
        self._at = 0.0

    def can_wait(self, view: View, trouble: str) -> bool:
        """Return whether *view* can wait; one that cannot counts as shown. *trouble* is what else there is to say."""
        facts = _facts(view, trouble)
        pause = COUNTING if view.snapshot.retries else QUIET
        if facts == self._shown and 0.0 <= view.now - self._at < pause:
            return True
        self._shown, self._at = facts, view.now
        return False


def _facts(view: View, trouble: str) -> tuple[object, ...]:
    snapshot = view.snapshot
    return (
        snapshot.seq,
        snapshot.state,
        snapshot.rev,
        snapshot.dead_version,
        len(snapshot.revisions),
        snapshot.holds,
        snapshot.breakpoints,
        view.deliveries.version,
        view.transcript.last,
        view.selection,
        view.filter,
        view.ascii,
        view.blocked,
        trouble,
    )
