"""Numbers as people read them: times, durations, rates, counts, sizes, bars and sparklines."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import pairwise

NONE = "–"
_SPARKS = "▁▂▃▄▅▆▇█"
_ASCII_SPARKS = "_.:-=+*#"
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_SETTLED_DRIFT = 0.05


def clock(at: float, *, millis: bool = True) -> str:
    """Return *at* (s since the epoch) as the local time of day, `12:03:40.802`."""
    whole = int(at)
    text = time.strftime("%H:%M:%S", time.localtime(whole))
    return f"{text}.{int((at - whole) * 1000):03d}" if millis else text


def duration(seconds: float) -> str:
    """Return *seconds* in at most six cells: `0.1s`, `44s`, `3m12s`, `2h05m`, `3d04h`."""
    seconds = max(0.0, seconds)
    if seconds < 9.95:
        return f"{seconds:.1f}s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02d}s"
    if whole < 86400:
        return f"{whole // 3600}h{whole % 3600 // 60:02d}m"
    return f"{whole // 86400}d{whole % 86400 // 3600:02d}h"


def age(seconds: float) -> str:
    """Return how long ago something was, *seconds*, without tenths: `0s`, `41s`, `6m02s`, `1d01h`."""
    whole = round(max(0.0, seconds))
    return f"{whole}s" if whole < 60 else duration(seconds)


def milliseconds(ms: float | None) -> str:
    """Return *ms* as `<1ms`, `24ms`, or in seconds from 10 s on; a dash for None."""
    if ms is None:
        return NONE
    if ms < 1.0:
        return "<1ms"
    return f"{ms:.0f}ms" if ms < 10_000 else duration(ms / 1000)


def rate(per_second: float) -> str:
    """Return messages/s in at most six cells: `0/s`, `9.1/s`, `412/s`, `1.2k/s`, `250k/s`."""
    if per_second < 0.05:
        return "0/s"
    for scale, suffix in ((1.0, ""), (1e3, "k"), (1e6, "M")):
        scaled = per_second / scale
        if scaled < 999.5 or suffix == "M":
            break
    short = f"{scaled:.1f}{suffix}/s"
    return short if scaled < 99.95 and len(short) <= 6 else f"{scaled:.0f}{suffix}/s"


def short_rate(per_second: float, width: int) -> str:
    """Return messages/s in at most *width* cells, for which it gives up the decimals, then the unit."""
    text = rate(per_second)
    if len(text) <= width:
        return text
    whole = text.removesuffix("/s")
    amount, suffix = (whole[:-1], whole[-1]) if whole[-1] in "kM" else (whole, "")
    short = f"{float(amount):.0f}{suffix}"
    return f"{short}/s" if len(short) + 2 <= width else short[:width]


def count(number: float) -> str:
    """Return a count: `7`, `1,284`, from ten thousand `12.3k`."""
    if number < 10_000:
        return f"{int(number):,}"
    return f"{number / 1000:.1f}k" if number < 999_950 else f"{number / 1_000_000:.1f}M"


def plural(number: int, noun: str) -> str:
    """Return `1 message`, `1,204 messages`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def size(bytes_: int | None) -> str:
    """Return a size in bytes: `312 B`, `4.1 KiB`, `1.2 MiB`; a dash for None."""
    if bytes_ is None:
        return NONE
    if bytes_ < 1024:
        return f"{bytes_} B"
    for unit, scale in (("KiB", 1024), ("MiB", 1024**2)):
        if bytes_ < scale * 1024:
            return f"{bytes_ / scale:.1f} {unit}"
    return f"{bytes_ / 1024**3:.1f} GiB"


def sparkline(values: Sequence[float], width: int, *, ascii_only: bool = False) -> str:
    """Return *values*, oldest first, as *width* bars scaled to the highest one.

    More values than cells are averaged, fewer stand on the right; blank is where nothing is known yet.
    """
    if width <= 0:
        return ""
    bars = _ASCII_SPARKS if ascii_only else _SPARKS
    shown = _averaged(values, width) if len(values) > width else list(values)
    top = max(shown, default=0.0)
    drawn = "".join(bars[min(7, int(value / top * 7 + 0.999)) if top > 0 else 0] for value in shown)
    return drawn.rjust(width)


def _averaged(values: Sequence[float], width: int) -> list[float]:
    edges = [part * len(values) // width for part in range(width + 1)]
    return [sum(values[a:b]) / (b - a) for a, b in pairwise(edges)]


def gauge(value: float, limit: float, width: int, *, ascii_only: bool = False) -> str:
    """Return a bar of *width* cells, filled to *value* of *limit*; what is not nothing shows."""
    share = min(1.0, max(0.0, value / limit)) if limit > 0 else 0.0
    if ascii_only:
        full = min(width, round(share * width)) or (1 if share else 0)
        return "#" * full + "." * (width - full)
    eighths = round(share * width * 8) or (1 if share else 0)
    bar = "█" * (eighths // 8) + (_EIGHTHS[eighths % 8] if eighths % 8 else "")
    return bar.ljust(width, "·")


def forecast(depth: int, in_rate: float, out_rate: float) -> str:
    """Return what becomes of a queue of *depth*, rates in messages/s: idle, draining 12s, steady or growing +0.5/s.

    What is handled within a second is no backlog, and how it changes from moment to moment no trend: steady.
    """
    if depth <= 0:
        return "idle"
    if depth <= max(1.0, out_rate):
        return "steady"
    drift = in_rate - out_rate
    if drift > _SETTLED_DRIFT:
        return f"growing +{rate(drift)}"
    return f"draining {duration(depth / -drift)}" if drift < -_SETTLED_DRIFT else "steady"
