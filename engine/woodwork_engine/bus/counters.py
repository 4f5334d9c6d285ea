"""Plain counters, a log2 histogram and sliding windows: what the bus knows about itself (bus.md J1, H5)."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from itertools import pairwise

BUCKETS = 40
_NONE = [0] * BUCKETS
WINDOW = 60
RATE_SECONDS = 5
_EARLY = 0.4  # seconds by which a sample may come too soon and still count for its second


def bucket_of(seconds: float) -> int:
    """Return the bucket of a duration: bucket n holds durations below 2**n microseconds."""
    return min(int(max(0.0, seconds) * 1e6).bit_length(), BUCKETS - 1)


class Histogram:
    """Durations in buckets of powers of two microseconds, over the last one to two half windows of 30 s."""

    __slots__ = ("_before", "now")

    # Both lists stay the same ones: who counts for every message holds on to `now`.

    def __init__(self) -> None:
        self.now = _NONE.copy()
        self._before: list[int] = []

    def add(self, seconds: float) -> None:
        """Count one duration in seconds."""
        self.now[bucket_of(seconds)] += 1

    def rotate(self) -> None:
        """Forget what is older than the current half window."""
        self._before[:] = self.now
        self.now[:] = _NONE

    def counts(self) -> tuple[int, ...]:
        """Return the counts of the window; bucket n holds durations below 2**n microseconds."""
        return tuple(a + b for a, b in zip(self.now, self._before or _NONE, strict=True))


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


class Beat:
    """When counters were last sampled, in seconds: what windows that are asked less often go by."""

    __slots__ = ("now",)

    def __init__(self) -> None:
        self.now = 0.0


_NOT_SAMPLED: deque[tuple[float, tuple[int, ...]]] = deque(maxlen=0)
"""The samples of every window that has none yet: many belong to sessions that are over before the next beat."""


class Window:
    """The last sixty seconds of a few growing counters, sampled once a second.

    Only changes are kept, so that a thousand idle sessions cost nothing; with a shared *beat* a counter that has not
    changed need not even be sampled. *from_zero*: the counters were 0 at the beat before the first sample.
    """

    __slots__ = ("_beat", "_samples", "_zero_at")

    def __init__(self, beat: Beat | None = None, *, from_zero: bool = False) -> None:
        self._beat = beat or Beat()
        self._zero_at = self._beat.now if from_zero else None
        self._samples: deque[tuple[float, tuple[int, ...]]] = _NOT_SAMPLED

    def sample(self, now: float, *counters: int) -> None:
        """Remember the counters at *now* (seconds)."""
        self._beat.now = now
        samples = self._samples
        if samples is _NOT_SAMPLED:
            samples = self._samples = deque()
            if self._zero_at is not None:
                samples.append((self._zero_at, (0,) * len(counters)))
        if samples and samples[-1][1] == counters:
            return
        samples.append((now, counters))
        while len(samples) > 1 and samples[1][0] <= now - WINDOW - _EARLY:
            samples.popleft()

    def begin_with(self, other: Window, *counters: int) -> None:
        """Say that *counters* have been so since the oldest sample of *other*, which has one."""
        self._samples = deque([(other._samples[0][0], counters)])

    def _at(self, moment: float, index: int) -> int:
        """Return what counter *index* was at *moment*, or when it was first looked at."""
        value = self._samples[0][1][index]
        for at, counters in self._samples:
            if at > moment + _EARLY:
                break
            value = counters[index]
        return value

    def rate(self, now: float, index: int, value: int) -> float:
        """Return the growth per second of counter *index*, now *value*, over the last five seconds.

        A counter that was not sampled yet is less than a second old: all of it grew in that second.
        """
        if not self._samples:
            return float(value)
        since = max(self._beat.now - RATE_SECONDS + 1, self._samples[0][0])
        return max(0.0, (value - self._at(since, index)) / max(now - since, 0.5))

    def growth(self, index: int, value: int) -> int:
        """Return by how much counter *index*, now *value*, grew over the window."""
        return value - self._at(self._beat.now - WINDOW, index) if self._samples else value

    def per_second(self, index: int) -> tuple[int, ...]:
        """Return the growth of counter *index* in each second of the window, oldest first."""
        samples = self._samples
        if not samples:
            return ()
        now = self._beat.now
        growths = [0] * min(WINDOW, max(0, int(now - samples[0][0] + _EARLY)))
        for (_, before), (at, after) in pairwise(samples):
            place = len(growths) - 1 - int(now - at + 0.5)
            if place >= 0:
                growths[place] += after[index] - before[index]
        return tuple(growths)


@dataclass(slots=True)
class EdgeCounter:
    """Messages that took one route since start; its window samples `count` alone."""

    source: str | None
    target: str
    count: int = 0
    window: Window = field(default_factory=Window)
