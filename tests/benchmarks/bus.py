"""What the bus gives, each figure beside what plain `asyncio.Queue`s give in the same run, and what is asked of it.

    python tests/benchmarks/bus.py [--rounds 5] [--flows 20000] [--only WORDS] [--json]

A pipeline is input -> agent -> output. Every candidate runs once in each round, in a loop of its own, right after g
(raw.py); a ratio is the median of the rounds. Latency is measured at 2,000 messages a second in an open loop, from the
moment a message was *due*, so that a candidate that is late pays for every message behind. Order and losses are checked
in all of these runs. What is asked is at least `floor` (`reach`, to be proud of), at most where a row says so.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
from collections.abc import Callable
from dataclasses import dataclass

import failing
import fan_out
import journal
import kept
import raw
from figures import Row, show
from pipelines import Candidate, Run, bare_bus, bare_bus_of_three, engine, routed_bus, run, through_g

RATE = 2_000
LATENCY_MESSAGES = 4_000


@dataclass(frozen=True, slots=True)
class Asked:
    """How large a load to measure with."""

    rounds: int
    flows: int
    sessions: int


PIPELINES: dict[str, tuple[Candidate, int, float | None, float | None, bool]] = {
    "g (raw queues)": (through_g, 3, None, None, False),
    "bare bus": (bare_bus, 2, 0.40, 0.60, True),
    "bare bus, the input is a handler too": (bare_bus_of_three, 3, None, None, False),
    "bare bus, routes and copies": (routed_bus, 2, None, None, False),
    "engine, .ww, hook and event log": (engine, 2, 0.20, 0.35, False),
}
"""For each pipeline: what runs, the hops of one flow, floor and reach of its speed, whether its latency is asked."""


def pipelines(asked: Asked) -> list[Row]:
    """Return speed and latency of every pipeline, and what came out of order or not at all in any of these runs."""
    runs: dict[str, list[Run]] = {name: [] for name in PIPELINES}
    for _ in range(asked.rounds):
        for name, (candidate, *_rest) in PIPELINES.items():
            runs[name].append(run(candidate, asked.flows, asked.sessions))
    rows = [_speed(name, runs[name], runs["g (raw queues)"], *PIPELINES[name][2:4]) for name in PIPELINES]
    late = {name: run(PIPELINES[name][0], LATENCY_MESSAGES, asked.sessions, RATE) for name in PIPELINES}
    for name, one in late.items():
        runs[name].append(one)
    rows += _latencies(late)
    every = [one for name in PIPELINES for one in runs[name]]
    rows.append(_none("pipelines: out of order", sum(one.violations for one in every)))
    rows.append(_none("pipelines: lost", sum(one.lost for one in every)))
    return rows


def _speed(name: str, runs: list[Run], base: list[Run], floor: float | None, reach: float | None) -> Row:
    ratios = [one.flows_per_second / g.flows_per_second for one, g in zip(runs, base, strict=True)]
    speed = statistics.median(one.flows_per_second for one in runs)
    return Row(f"pipe3, {name}", speed, "flows/s", statistics.median(ratios), floor, reach)


def _latencies(runs: dict[str, Run]) -> list[Row]:
    rows = []
    for place, part, most, best in ((49, "p50", 1.8, 1.3), (98, "p99", None, None)):
        base = 0.0
        for name, (_candidate, hops, _floor, _reach, asked) in PIPELINES.items():
            value = statistics.quantiles(runs[name].latencies, n=100)[place] / hops * 1e6
            base = base or value
            limits = (most, best) if asked else (None, None)
            rows.append(Row(f"{part} per hop at {RATE:,}/s, {name}", value, "us", value / base, *limits))
    return rows


def _none(name: str, value: float) -> Row:
    return Row(name, value, "messages", None, 0, 0)


def many_sessions(asked: Asked) -> list[Row]:
    """Return how fast the bare bus is with a thousand interleaved sessions."""
    base, runs = [], []
    for _ in range(asked.rounds):
        base.append(run(through_g, asked.flows, 1_000))
        runs.append(run(bare_bus, asked.flows, 1_000))
    return [_speed("bare bus, 1,000 sessions", runs, base, 0.35, 0.50)]


def fan(asked: Asked) -> list[Row]:
    """Return how fast messages reach ten targets each."""
    queues, bus = fan_out.measure(asked.rounds, asked.flows, asked.sessions)
    ratio = statistics.median(one / g for one, g in zip(bus, queues, strict=True))
    return [
        Row("fan-out to 10, g (raw queues)", statistics.median(queues), "deliveries/s", 1.0),
        Row("fan-out to 10, bare bus", statistics.median(bus), "deliveries/s", ratio, 0.45, 0.65),
    ]


def bytes_kept(_asked: Asked) -> list[Row]:
    """Return what one waiting message takes."""
    queue = asyncio.run(kept.in_a_queue())
    lane, bare = asyncio.run(kept.in_a_lane()), asyncio.run(kept.in_a_bare_lane())
    return [
        Row("bytes per queued message, g (raw queue)", queue, "bytes", 1.0),
        Row("bytes per queued message", lane, "bytes", lane / queue, 1.8, 1.5),
        Row("bytes per queued message, bare bus (object and encoding)", bare, "bytes", bare / queue),
    ]


def promises(asked: Asked) -> list[Row]:
    """Return what came out of order and what was lost where handlers wait and fail."""
    disorder, lost = asyncio.run(failing.failing(asked.flows))
    load = f"{failing.SESSIONS} sessions, waiting handlers, 1 % failing once"
    return [_none(f"out of order, {load}", disorder), _none(f"lost, {load}", lost)]


def durable(asked: Asked) -> list[Row]:
    """Return how fast messages are accepted that survive a crash of the process."""
    speed = statistics.median(journal.accepted(2 * asked.flows) for _ in range(asked.rounds))
    name = f"journal, {journal.PUBLISHERS} publishers, accepted"
    return [Row(name, speed, "messages/s", None, 50_000, 100_000)]


def memory(_asked: Asked) -> list[Row]:
    """Return the memory after a million messages as a ratio to that after the first 100,000."""
    name = "memory after 1,000,000 messages of 1,000 sessions, against after 100,000"
    return [Row(name, kept.growth(), "x", None, 1.1)]


PARTS: dict[str, Callable[[Asked], list[Row]]] = {
    "pipelines": pipelines,
    "sessions": many_sessions,
    "fan": fan,
    "bytes": bytes_kept,
    "promises": promises,
    "journal": durable,
    "memory": memory,
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--flows", type=int, default=raw.FLOWS)
    parser.add_argument("--sessions", type=int, default=100)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="measure these parts only")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    given = parser.parse_args()
    asked = Asked(given.rounds, given.flows, given.sessions)
    rows = [row for part in given.only for row in PARTS[part](asked)]
    show(rows, f"{asked.rounds} rounds of {asked.flows:,} flows", as_json=given.json)


if __name__ == "__main__":
    main()
