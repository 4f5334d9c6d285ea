"""How fast messages may be handled somewhere, as a component asks it of the bus."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """At most *rate* attempts begin each second, *burst* of them at once after a rest, in each session or in all."""

    rate: float
    burst: int = 1
    per_session: bool = True
