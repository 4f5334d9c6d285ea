"""How the app feels, measured in a real pseudo-terminal of 120x36: start, keys and frames under load, rest, saves.

    python tests/benchmarks/screen.py [--only WORDS] [--minutes 2] [--json]

The baseline of the first frame is a minimal Textual app, that of the flood the same flow without a screen, both of the
same run. Linux only: processor time and memory are read in /proc. What is asked is at most, or at least, `floor`.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from figures import Row, show
from painted import APP, Painted, percentile, processor_seconds, seconds_to_first

MINIMAL = """
from textual.app import App
from textual.widgets import Static

class Minimal(App):
    def compose(self):
        yield Static("first frame")

Minimal().run()
"""
REST = "you = input cli {}\nanswer = echo {}\nscreen = output console {}\n"
BUSY = """
source = input generator {{ rate = {rate}, sessions = 100, to = step }}
step = echo {{ to = count }}
count = analytics {{}}
"""
FLOOD = """
source = input generator {{ rate = 1000000, count = {count}, sessions = 100, to = step }}
step = echo {{ to = last }}
last = function python {{ path = "mark.py", function = "seen" }}
"""
MARK = """
import pathlib
import time

count = 0
began = 0.0

async def seen(data):
    global began, count
    count += 1
    if count == 1:
        began = time.perf_counter()
    elif count == {count}:
        pathlib.Path(__file__).with_name("took").write_text(str(time.perf_counter() - began))
"""
ROUNDS = 5
KEYS = 80
SECONDS = 8.0
FLOOD_COUNT = 400_000
COMPONENTS = 50
NODES = 200
SAVES = 30


def start(folder: Path, _minutes: float) -> list[Row]:
    """Return the first frame and the first show of each tab."""
    program, flow = folder / "minimal.py", folder / "rest.ww"
    program.write_text(MINIMAL)
    flow.write_text(REST)
    minimal, ours = [], []
    seconds_to_first((*APP, flow), "Flow", 1)  # compiles the modules
    for _ in range(ROUNDS):
        minimal += seconds_to_first((sys.executable, program), "first frame", 1)
        ours += seconds_to_first((*APP, flow), "Flow", 1)
    firsts = []
    for _ in range(ROUNDS):
        with Painted((*APP, flow, "--state", "none")) as app:  # or the tab left last would be there at once
            app.seconds_until("RUN")
            app.watch(1.0)
            firsts.append(app.tab_times(range(2, 9)))
    ratio = statistics.median(one / other for one, other in zip(ours, minimal, strict=True))
    slowest = max(statistics.median(times) for times in zip(*firsts, strict=True))
    return [
        Row("first frame of a minimal Textual app", statistics.median(minimal) * 1000, "ms", 1.0),
        Row("first frame", statistics.median(ours) * 1000, "ms", ratio, 1.6),
        Row("slowest tab, from its key to its first show", slowest * 1000, "ms", None, 100),
    ]


def load(folder: Path, _minutes: float) -> list[Row]:
    """Return what 10,000 observed messages a second cost, and how soon a key is answered meanwhile."""
    flow = folder / "busy.ww"
    flow.write_text(BUSY.format(rate=10_000))
    with Painted((*APP, flow)) as app:
        app.seconds_until("k/s")
        app.watch(2.0)
        pid = app.process.pid
        began, used = time.perf_counter(), processor_seconds(pid, pid)
        app.watch(SECONDS)
        share = (processor_seconds(pid, pid) - used) / (time.perf_counter() - began)
        waits = app.tab_times([2 if number % 2 == 0 else 8 for number in range(KEYS)])
    what = "at 10,000 messages/s"
    return [
        Row(f"interface {what}", share * 100, "% of a core", None, 15),
        Row(f"key to paint p50 {what}", percentile(waits, 50) * 1000, "ms"),
        Row(f"key to paint p99 {what}", percentile(waits, 99) * 1000, "ms", None, 50),
    ]


def flood(folder: Path, _minutes: float) -> list[Row]:
    """Return how the app keeps up with an engine that runs flat out, and what it takes from it."""
    flow = folder / "flood.ww"
    flow.write_text(FLOOD.format(count=FLOOD_COUNT))
    (folder / "mark.py").write_text(MARK.format(count=FLOOD_COUNT))
    headless, watched, frames, waits = [], [], [], []
    for _ in range(3):
        headless.append(_alone(folder, flow))
        (folder / "took").unlink(missing_ok=True)
        with Painted((*APP, flow, "--state", "none")) as app:
            app.seconds_until("k/s")
            frames.append(app.frames(2.0))
            while not (folder / "took").exists():
                waits += app.tab_times([2, 8])
            app.watch(0.3)
        watched.append(float((folder / "took").read_text()))
    speed = [FLOOD_COUNT / took for took in watched]
    ratio = statistics.median(alone / took for alone, took in zip(headless, watched, strict=True))
    return [
        Row("flat out, without a screen", FLOOD_COUNT / statistics.median(headless), "flows/s", 1.0),
        Row("flat out, with the screen", statistics.median(speed), "flows/s", ratio, 0.7),
        Row("frames while flat out", statistics.median(frames), "frames/s", None, 10),
        Row("key to paint p99 while flat out", percentile(waits, 99) * 1000, "ms", None, 100),
    ]


def _alone(folder: Path, flow: Path) -> float:
    """Return the seconds that *flow* takes without a screen."""
    (folder / "took").unlink(missing_ok=True)
    command = (*APP, "run", flow, "--until", "idle")
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return float((folder / "took").read_text())


def rest(folder: Path, _minutes: float) -> list[Row]:
    """Return what the app costs while nothing moves."""
    flow = folder / "rest.ww"
    flow.write_text(REST)
    with Painted((*APP, flow)) as app:
        app.seconds_until("RUN")
        app.watch(3.0)
        used = processor_seconds(app.process.pid)
        app.watch(SECONDS)
        share = (processor_seconds(app.process.pid) - used) / SECONDS
    return [Row("app while nothing moves", share * 100, "% of a core", None, 2)]


def graph(folder: Path, _minutes: float) -> list[Row]:
    """Return what a graph of 200 components costs while everything in it moves, and how soon it answers a key."""
    flow = folder / "graph.ww"
    lines = ["source = input generator { rate = 5, to = step0 }"]
    for step in range(NODES - 1):
        below = ", ".join(f"step{each}" for each in (2 * step + 1, 2 * step + 2) if each < NODES - 1)
        lines.append(f"step{step} = echo {{ to = [{below}] }}")
    flow.write_text("\n".join(lines) + "\n")
    with Painted((*APP, flow, "--state", "none")) as app:
        app.seconds_until("k/s")
        app.watch(2.0)
        pid = app.process.pid
        began, used = time.perf_counter(), processor_seconds(pid, pid)
        app.watch(SECONDS)
        share = (processor_seconds(pid, pid) - used) / (time.perf_counter() - began)
        waits = []
        for number in range(KEYS):
            app.press("G" if number % 2 == 0 else "g")
            waits.append(app.seconds_until("echo" if number % 2 == 0 else "input generator"))
            app.watch(0.05)
    what = f"with {NODES} components on the graph, 1,000 deliveries/s"
    return [
        Row(f"interface {what}", share * 100, "% of a core", None, 15),
        Row(f"key to paint p50 {what}", percentile(waits, 50) * 1000, "ms"),
        Row(f"key to paint p99 {what}", percentile(waits, 99) * 1000, "ms", None, 50),
    ]


def save(folder: Path, _minutes: float) -> list[Row]:
    """Return the time from closing the saved file to the first delivery by the new routes, with 50 components."""
    flow, seen = folder / "save.ww", folder / "seen"
    (folder / "tell.py").write_text(
        "import pathlib, time\n\nasync def tell(data):\n"
        f"    pathlib.Path({str(seen)!r} + '-' + data['to']).write_text(str(time.time()))\n"
    )
    times = []
    with Painted((*APP, _routed(flow, 0), "--state", "none")) as app:
        app.seconds_until("RUN")
        _first_delivery(app, folder / "seen-0")
        for number in range(1, SAVES + 1):
            _routed(flow, number)
            closed = time.time()
            times.append(_first_delivery(app, folder / f"seen-{number}") - closed)
    return [
        Row(f"save to first delivery, {COMPONENTS} components, p50", percentile(times, 50) * 1000, "ms"),
        Row(f"save to first delivery, {COMPONENTS} components, p99", percentile(times, 99) * 1000, "ms", None, 250),
    ]


def _routed(flow: Path, number: int) -> Path:
    """Write a flow whose messages, one each 5 ms, end at a component that is new with *number*."""
    lines = [f"source = input generator {{ every = 5ms, payload = {{ to = {number} }}, to = last }}"]
    lines += [f"step{step} = echo {{ to = last }}" for step in range(COMPONENTS - 2)]
    lines.append(f'last = function python {{ path = "tell.py", function = "tell", timeout = {number + 1}s }}')
    flow.write_text("\n".join(lines) + "\n")
    return flow


def _first_delivery(app: Painted, seen: Path) -> float:
    """Wait for the first message of a revision; return when it arrived, in seconds since the epoch."""
    while not seen.exists() or not (at := seen.read_text()):
        app.watch(0.005)
    return float(at)


def soak(folder: Path, minutes: float) -> list[Row]:
    """Return the memory after *minutes* of 1,000 messages a second, against that after the first sixth of them."""
    flow = folder / "soak.ww"
    flow.write_text(BUSY.format(rate=1_000))
    with Painted((*APP, flow)) as app:
        app.seconds_until("k/s")
        app.watch(minutes * 10)
        early = _resident(app.process.pid)
        app.watch(minutes * 50)
        late = _resident(app.process.pid)
    return [Row(f"memory after {minutes:g} min at 1,000 messages/s", late / 2**20, "MiB", late / early, 1.1)]


def _resident(pid: int) -> int:
    """Return the bytes that *pid* has in memory."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


PARTS: dict[str, Callable[[Path, float], list[Row]]] = {
    "start": start,
    "rest": rest,
    "load": load,
    "flood": flood,
    "graph": graph,
    "save": save,
    "soak": soak,
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="measure these parts only")
    parser.add_argument("--minutes", type=float, default=2.0, help="how long the soak takes; an hour is asked")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    given = parser.parse_args()
    rows = []
    for part in given.only:
        with tempfile.TemporaryDirectory() as folder:
            rows += PARTS[part](Path(folder), given.minutes)
    show(rows, f"{ROUNDS} rounds", as_json=given.json)


if __name__ == "__main__":
    main()
