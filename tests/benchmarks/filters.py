"""How much processor time a filter takes over a full list: 50,000 deliveries on the Messages tab.

    python tests/benchmarks/filters.py [--json]

The baseline is one pass over the same rows that asks each for its state.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from support.traffic import Traffic
from woodwork_tui.state.history import DeliveryHistory
from woodwork_tui.state.messages import MessageIndex

ROWS = 50_000
ROUNDS = 5
LIMIT_MS = 100.0
FILTERS = (
    "state:dead",
    "!state:ok session:s-0*",
    "refused",
    "ticket 4999",
    '~"ticket 4.*9"',
    "payload.n>49000",
    "payload.user:ana|bob",
    "age<5m ms>100",
)


def history() -> DeliveryHistory:
    """Return a full ring: every tenth delivery has failed, payloads are small objects."""
    traffic = Traffic(limit=ROWS)
    for number in range(ROWS):
        name = f"msg-{number}"
        payload = {"text": f"ticket {number}", "n": number, "user": ("ana", "eve", "ida")[number % 3], "tags": ["a"]}
        traffic.send(name, "agent", payload=payload, session=f"s-{number % 40:02d}", source="tickets")
        traffic.start(name, "agent")
        if number % 10:
            traffic.ok(name, "agent")
        else:
            traffic.fail(name, "agent")
        if number % 1_000 == 0:
            traffic.fold()
            traffic.envelopes.clear()
    return traffic.fold()


def milliseconds(do: Callable[[], object]) -> float:
    """Return the median ms of a call."""
    taken = []
    for _ in range(ROUNDS):
        began = time.thread_time()
        do()
        taken.append((time.thread_time() - began) * 1000)
    return statistics.median(taken)


def first(kept: DeliveryHistory, expression: str) -> float:
    """Return the ms it takes until *expression* has found its rows for the first time in a ring nobody looked at."""
    index = MessageIndex()
    index.update(kept, "", None, 0.0, ("time", False))
    began = time.thread_time()
    index.update(kept, expression, None, 1e9, ("time", False))
    return (time.thread_time() - began) * 1000


def again(kept: DeliveryHistory, expression: str) -> float:
    """Return the median ms it takes when the rows were looked at before."""
    index = MessageIndex()

    def look() -> None:
        index.update(kept, "", None, 0.0, ("time", False))
        index.update(kept, expression, None, 1e9, ("time", False))

    return milliseconds(look)


def main() -> int:
    """Print the figures; 1 when one is over its limit."""
    kept = history()
    baseline = milliseconds(lambda: [row for row in kept if row.state == "dead"])
    figures = {"baseline": round(baseline, 1)}
    for expression in FILTERS:
        figures[f"first {expression}"] = round(first(kept, expression), 1)
        figures[expression] = round(again(kept, expression), 1)
    if "--json" in sys.argv:
        print(json.dumps(figures))
    else:
        for name, ms in figures.items():
            print(f"{name:<36} {ms:8.1f} ms")
    return int(max(figures.values()) > LIMIT_MS)


if __name__ == "__main__":
    raise SystemExit(main())
