"""How often the screen is brought up to date: at most ten times a second, less often when it cannot keep up."""

from __future__ import annotations

from dataclasses import dataclass, replace

FASTEST = 0.1
SLOWEST = 1.0
_SHARE = 0.25
"""The most of its time the screen may spend on updates."""
_LATE = 0.5
"""Of an interval; a tick that comes later than this shows a loop that is behind."""


@dataclass(frozen=True, slots=True)
class Pace:
    """The time between two ticks, in seconds."""

    interval: float = FASTEST

    def after(self, *, late: float, took: float) -> Pace:
        """Return the pace after a tick that came *late* s after it was due and *took* s to be shown.

        A tick that is late or long makes the next one wait longer at once; each good one wins half of it back.
        """
        needed = max(FASTEST, took / _SHARE, 2 * late if late > _LATE * self.interval else 0.0)
        eased = self.interval / 2
        return replace(self, interval=min(SLOWEST, max(needed, eased, FASTEST)))
