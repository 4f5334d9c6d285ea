"""How fast many dead letters are replayed, and when the replay stops itself, as it is typed."""

from __future__ import annotations

from dataclasses import dataclass

from woodwork_engine.bus.replay_order import replay_rate
from woodwork_engine.errors import SettingError

RATE, STOP_AFTER = "5/s", 1
"""What a replay of many begins with (screens, mockup D)."""


@dataclass(frozen=True, slots=True)
class Pacing:
    """*rate* in replays/s; the first *canary* must succeed; it stops after *stop_after* failures, None: when many."""

    rate: float = 5.0
    canary: int = 0
    stop_after: int | None = STOP_AFTER


@dataclass(frozen=True, slots=True)
class Mistyped:
    """Why what was typed is no pacing, in one sentence."""

    problem: str


def pacing(rate: str, canary: str, stop_after: str) -> Pacing | Mistyped:
    """Return what was typed: a rate such as 5/s, and two whole numbers, of which the last may be left out."""
    try:
        per_second = replay_rate(rate)
    except SettingError:
        return Mistyped(f"pace: {rate.strip() or 'nothing'} is none; write one such as 5/s or 300/m")
    first, failures = _whole(canary or "0"), _whole(stop_after or "0")
    if first is None:
        return Mistyped(f"canary: {canary} is no whole number; write how many go first, 0 for none")
    if failures is None:
        return Mistyped(f"stop after: {stop_after} is no whole number; write how many failures, or nothing")
    return Pacing(per_second, first, failures or None)


def _whole(text: str) -> int | None:
    digits = text.strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else None


def rate_text(rate: float | None) -> str:
    """Return replays/s as they are typed: `5/s`, `30/m`."""
    if rate is None:
        return "unlimited"
    for per, unit in ((1.0, "s"), (60.0, "m"), (3600.0, "h")):
        if rate * per >= 1 or unit == "h":
            break
    return f"{rate * per:.10g}/{unit}"
