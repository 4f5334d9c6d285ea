"""Plain counters, a log2 histogram and sliding windows: what the bus knows about itself (bus.md J1, H5)."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from itertools import pairwise

BUCKETS = 40
WINDOW = 60
RATE_SECONDS = 5


class Histogram:
    """Durations in buckets of powers of two microseconds, over the last one to two half windows of 30 s."""

    __slots__ = ("_before", "now")

    def __init__(self) -> None:
        self.now = [0] * BUCKETS
        self._before = [0] * BUCKETS

    def add(self, seconds: float) -> None:
        """Count one duration in seconds."""
        self.now[min(int(seconds * 1_000_000).bit_length(), BUCKETS - 1)] += 1

    def rotate(self) -> None:
        """Forget what is older than the current half window."""
        self._before = self.now
        self.now = [0] * BUCKETS

    def counts(self) -> tuple[int, ...]:
        """Return the counts of the window; bucket n holds durations below 2**n microseconds."""
        return tuple(a + b for a, b in zip(self.now, self._before, strict=True))


def percentile_ms(counts: tuple[int, ...], share: float) -> float:
    """Return the duration in ms that *share* (0 to 1) of all counted ones do not exceed, by linear interpolation."""
    total = sum(counts)
    if not total:
        return 0.0
    wanted = share * total
    seen = 0.0
    for bucket, number in enumerate(counts):
        if number and seen + number >= wanted:
            low = 0 if bucket == 0 else 1 << (bucket - 1)
            high = 1 << bucket
            return (low + (high - low) * (wanted - seen) / number) / 1000
        seen += number
    return (1 << (len(counts) - 1)) / 1000


class Window:
    """The last sixty seconds of a few growing counters, sampled once a second."""

    __slots__ = ("_samples",)

    def __init__(self) -> None:
        self._samples: deque[tuple[float, tuple[int, ...]]] = deque(maxlen=WINDOW + 1)

    def sample(self, now: float, *counters: int) -> None:
        """Remember the counters at *now* (seconds)."""
        self._samples.append((now, counters))

    def rate(self, now: float, index: int, value: int) -> float:
        """Return the growth per second of counter *index*, now *value*, over the last five seconds."""
        if not self._samples:
            return 0.0
        at, counters = self._samples[max(0, len(self._samples) - RATE_SECONDS)]
        return max(0.0, (value - counters[index]) / max(now - at, 0.5))

    def growth(self, index: int, value: int) -> int:
        """Return by how much counter *index*, now *value*, grew over the window."""
        return value - self._samples[0][1][index] if self._samples else value

    def per_second(self, index: int) -> tuple[int, ...]:
        """Return the growth of counter *index* in each second of the window, oldest first."""
        values = [counters[index] for _, counters in self._samples]
        return tuple(after - before for before, after in pairwise(values))


@dataclass(slots=True)
class EdgeCounter:
    """Messages that took one route since start; its window samples `count` alone."""

    source: str | None
    target: str
    count: int = 0
    window: Window = field(default_factory=Window)
