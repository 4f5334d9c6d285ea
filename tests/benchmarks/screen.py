"""How the app feels, measured in a real pseudo-terminal: first frame, key to paint under load, processor time at rest.

    python tests/benchmarks/screen.py [--json]

The baseline of the first frame is a minimal Textual app in the same run. Linux only: processor time is read in /proc.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from support.terminal import Terminal

APP = (sys.executable, "-c", "import sys; from woodwork_tui.cli import main; sys.exit(main())")
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
source = input generator { rate = 10000, sessions = 100, to = step }
step = echo { to = count }
count = analytics {}
"""
ROUNDS = 5
KEYS = 60
REST_SECONDS = 10.0


def seconds_to(command: Sequence[str], text: str) -> float:
    """Return how long *command* takes from its start until *text* is on its screen."""
    began = time.perf_counter()
    with Terminal(command) as terminal:
        terminal.wait_for(text)
        return time.perf_counter() - began


def first_frames(flow: Path, program: Path) -> tuple[float, float]:
    """Return the median seconds to the first frame of a minimal app and of this one, in interleaved rounds."""
    minimal, ours = [], []
    for _ in range(ROUNDS):
        minimal.append(seconds_to((sys.executable, str(program)), "first frame"))
        ours.append(seconds_to((*APP, str(flow)), "Flow"))
    return statistics.median(minimal), statistics.median(ours)


def keys_under_load(flow: Path) -> tuple[list[float], float]:
    """Return sorted seconds from key to paint, and the processor's share meanwhile."""
    with Terminal((*APP, str(flow))) as terminal:
        terminal.wait_until(lambda screen: "k/s" in screen, within=30)
        began, used = time.perf_counter(), processor_seconds(terminal.process.pid)
        waits = []
        for number in range(KEYS):
            tab = "2" if number % 2 == 0 else "8"
            pressed = time.perf_counter()
            terminal.press(tab)
            terminal.wait_until(lambda screen, tab=tab: f"[{tab} " in screen)
            waits.append(time.perf_counter() - pressed)
        share = (processor_seconds(terminal.process.pid) - used) / (time.perf_counter() - began)
    return sorted(waits), share


def at_rest(flow: Path) -> float:
    """Return the share of one core that the app takes while nothing moves."""
    with Terminal((*APP, str(flow))) as terminal:
        terminal.wait_for("RUN")
        terminal.watch(3.0)
        used = processor_seconds(terminal.process.pid)
        terminal.watch(REST_SECONDS)
        return (processor_seconds(terminal.process.pid) - used) / REST_SECONDS


def processor_seconds(pid: int) -> float:
    """Return the processor time that *pid* has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure() -> list[dict[str, object]]:
    """Return one row per figure."""
    with tempfile.TemporaryDirectory() as folder:
        rest, busy = Path(folder, "rest.ww"), Path(folder, "busy.ww")
        rest.write_text(REST)
        busy.write_text(BUSY)
        program = Path(folder, "minimal.py")
        program.write_text(MINIMAL)
        minimal, ours = first_frames(rest, program)
        waits, share = keys_under_load(busy)
        idle = at_rest(rest)
    return [
        row("first frame of a minimal Textual app", minimal, "s"),
        row("first frame", ours, "s", ratio=ours / minimal),
        row("key to paint p50 at 10,000 messages/s", waits[len(waits) // 2] * 1000, "ms"),
        row("key to paint p99 at 10,000 messages/s", waits[int(len(waits) * 0.99)] * 1000, "ms"),
        row("processor at 10,000 messages/s, engine included", share * 100, "% of one core"),
        row("processor at rest", idle * 100, "% of one core"),
    ]


def row(name: str, value: float, unit: str, ratio: float | None = None) -> dict[str, object]:
    """Return one figure as published."""
    return {"name": name, "value": value, "unit": unit, "ratio": ratio}


def main() -> None:
    """Print the figures."""
    rows = measure()
    if "--json" in sys.argv:
        print(json.dumps({"rows": rows}))
        return
    for each in rows:
        ratio = f"  {each['ratio']:.2f} x the minimal app" if each["ratio"] is not None else ""
        print(f"{each['name']:50} {each['value']:10.3f} {each['unit']}{ratio}")


if __name__ == "__main__":
    main()
