"""What replays of many dead letters are asked for, and what they would do (bus.md E6)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from woodwork_engine.dead_letter import DeadLetter
from woodwork_engine.dead_letter_filter import LetterChoice
from woodwork_engine.errors import SettingError

_RATE = re.compile(r"(\d+(?:\.\d+)?)\s*(?:/\s*(s|m|h))?")
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0}


def replay_rate(text: str) -> float:
    """Return replays per second written as `5/s`, `300/m` or `5`; raises SettingError."""
    found = _RATE.fullmatch(text.strip())
    rate = float(found[1]) / _SECONDS[found[2] or "s"] if found is not None else 0.0
    if not 0 < rate < 1e9:
        raise SettingError("rate", f"{text!r} is no pace; write one such as 5/s or 300/m")
    return rate


@dataclass(frozen=True, slots=True)
class BulkReplay:
    """What is to be replayed and how: open letters that *choice* means, or with *force* replayed ones too.

    *rate* in replays/s, None without limit; at most *in_flight* are under way; the first *canary* must succeed before
    any other goes; the job stops itself when *stop_after* have died again, besides what its rule says. The rest is
    as for one replay (bus.md E4).
    """

    choice: LetterChoice = field(default_factory=LetterChoice)
    rate: float | None = 10.0
    in_flight: int = 16
    canary: int = 0
    stop_after: int | None = None
    encoded: bytes | None = None
    target: str | None = None
    reroute: bool = False
    force: bool = False
    keep_ttl: bool = False
    once: bool = False
    by: str = "person"

    def __post_init__(self) -> None:
        if self.rate is not None and not self.rate > 0:
            raise SettingError("rate", f"must be above 0, not {self.rate!r}")
        if self.in_flight < 1:
            raise SettingError("in_flight", f"must be at least 1, not {self.in_flight!r}")
        if self.canary < 0:
            raise SettingError("canary", f"must not be negative, as {self.canary!r} is")
        if self.stop_after is not None and self.stop_after < 1:
            raise SettingError("stop_after", f"must be at least 1, not {self.stop_after!r}")


@dataclass(frozen=True, slots=True)
class ReplayPreview:
    """What a bulk replay would do: letters in all and of each target, sessions, and how many it would refuse.

    *seconds* is the least that it takes at its rate.
    """

    total: int
    targets: tuple[tuple[str, int], ...]
    sessions: int
    need_force: int
    seconds: float


def preview(letters: Sequence[DeadLetter], order: BulkReplay, max_replays: int) -> ReplayPreview:
    """Return what *order* would do to *letters*; those replayed *max_replays* times need force (bus.md E5)."""
    targets = Counter(order.target or letter.route.target for letter in letters)
    sessions = len({letter.envelope.session_id for letter in letters})
    need = 0 if order.force else sum(letter.replay.count >= max_replays for letter in letters)
    seconds = 0.0 if order.rate is None else max(0, len(letters) - 1) / order.rate
    return ReplayPreview(len(letters), tuple(targets.most_common()), sessions, need, seconds)
