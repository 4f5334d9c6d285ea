"""How long the screen stands still with 100,000 dead letters: while they are listed, grouped, filtered and replayed.

    python tests/benchmarks/dead_letters.py [--letters 100000] [--json]

The app runs with its engine in this process, without a terminal: what is measured is for how long its loop did not come
round, which is how long a key waits, and how much of that was the screen's own work rather than the engine's or another
process's. The baseline is the same app at rest.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from textual.pilot import Pilot

from woodwork_engine.runtime import Engine
from woodwork_engine.snapshot import JobState
from woodwork_tui.app import WoodworkApp
from woodwork_tui.screens.dlq import DlqTab
from woodwork_tui.screens.replay_dialog import ReplayDialog

FLOW = """
deployment = local {{ dlq = {{ max_count = 1000000, max_bytes = 4000000000 }}, max_messages = 1000000 }}
source = input generator {{ rate = 50000, count = {count}, sessions = 500, to = audit }}
audit = function python {{ path = "audit.py", function = handle, retry = {{ max_retries = 0 }} }}
"""
BROKEN = """
async def handle(data):
    raise ConnectionError(f"order {data} refused by node-{hash(str(data)) % 7}")
"""
MENDED = "async def handle(data):\n    return None\n"
LOOK = 0.002
PATIENCE = 120.0


@dataclass
class Phase:
    """What a person does: how long it took; and at most in one piece, standing still and *own* work. In seconds."""

    name: str
    seconds: float = 0.0
    longest: float = 0.0
    own: float = 0.0


class Watch:
    """Looks at how late the loop comes round."""

    def __init__(self) -> None:
        self.longest = self.own = 0.0

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            before, worked = time.perf_counter(), time.thread_time()
            await asyncio.sleep(LOOK)
            self.longest = max(self.longest, time.perf_counter() - before - LOOK)
            self.own = max(self.own, time.thread_time() - worked)

    @asynccontextmanager
    async def phase(self, name: str) -> AsyncIterator[Phase]:
        """Measure what is done meanwhile."""
        measured = Phase(name)
        self.longest, self.own, began = 0.0, 0.0, time.perf_counter()
        yield measured
        measured.seconds, measured.longest, measured.own = time.perf_counter() - began, self.longest, self.own
        stall, own = measured.longest * 1000, measured.own * 1000
        print(f"{name:46} {measured.seconds:7.2f} s   stall {stall:6.1f} ms   own {own:6.1f} ms", flush=True)


async def until(holds: Callable[[], object]) -> None:
    """Wait until *holds* is true."""
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110  nobody tells; a benchmark may look again
            await asyncio.sleep(0.01)


def tab_of(app: WoodworkApp) -> DlqTab:
    """Return the DLQ tab, which is in front."""
    tab = app.main.tab
    assert isinstance(tab, DlqTab)
    return tab


async def browse(app: WoodworkApp, pilot: Pilot[object], watch: Watch, count: int) -> list[Phase]:
    """Open the tab and do with the letters what a person does to look at them."""
    phases: list[Phase] = []

    async def do(name: str, *keys: str, until_true: Callable[[], object] = lambda: True) -> None:
        async with watch.phase(name) as measured:
            for key in keys:
                await pilot.press(key)
            await until(lambda: until_true() and not tab_of(app)._index.busy)
            await pilot.pause()
        phases.append(measured)

    async with watch.phase("at rest for two seconds") as rest:
        await asyncio.sleep(2)
    phases.append(rest)
    await pilot.press("6")
    await until(lambda: isinstance(app.main.tab, DlqTab))
    await do("listed, grouped by reason", until_true=lambda: tab_of(app)._index.shown == count)
    await do("browsed: into the letters, to the end and back", "enter", "G", "pageup", "pageup", "g", "pagedown")
    for name in ("node", "session", "event"):
        await do(f"grouped by {name}", "v", until_true=lambda name=name: tab_of(app)._index.wish.by == name)
    await do("the trash, and back to the reasons", "v", "v")
    await do("all of a group marked", "g", "asterisk")
    await do("marks taken away", "backslash")
    await do("filtered: order 77", "slash", *"77", "enter", until_true=lambda: tab_of(app)._index.shown < count)
    await do("filter cleared", "escape", until_true=lambda: tab_of(app)._index.shown == count)
    return phases


async def replay(app: WoodworkApp, pilot: Pilot[object], engine: Engine, watch: Watch, count: int) -> list[Phase]:
    """Replay everything that is listed by the job of the engine, and watch it."""
    phases: list[Phase] = []
    async with watch.phase("replay dialog open, counting twice a second") as dialog:
        await app.main.tab.run_action("replay_where('', 1000000.0, 0, 0)")
        await until(lambda: isinstance(app.screen, ReplayDialog))
        await asyncio.sleep(2)
    phases.append(dialog)
    async with watch.phase("dry run") as dry:
        app.screen.query_one("#also").press()
        await until(lambda: "Dry run" in str(app.screen.query_one("#replay-facts").render()))
    phases.append(dry)
    async with watch.phase(f"{count:,} replayed as fast as can be") as all_of_them:
        app.screen.query_one("#yes").press()
        await until(lambda: engine.snapshot().jobs)
        await until(lambda: engine.snapshot().jobs[-1].state is JobState.DONE)
    phases.append(all_of_them)
    async with watch.phase("the list is empty") as empty:
        await until(lambda: tab_of(app)._index.shown == 0 and not tab_of(app)._index.busy)
    phases.append(empty)
    return phases


async def measure(folder: Path, count: int) -> list[Phase]:
    """Let *count* messages die, then look at them and replay them."""
    (folder / "audit.py").write_text(BROKEN)
    (folder / "main.ww").write_text(FLOW.format(count=count))
    engines: list[Engine] = []

    def opener(file: str) -> Engine:
        engines.append(Engine(file))
        return engines[0]

    app = WoodworkApp(str(folder / "main.ww"), opener=opener, folder=folder)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: engines)
        watch = Watch()
        watching = asyncio.create_task(watch.run())
        async with watch.phase(f"{count:,} messages die") as dying:
            await until(lambda: engines[0].snapshot().totals.dead_letters == count)
        phases = [dying, *await browse(app, pilot, watch, count)]
        (folder / "audit.py").write_text(MENDED)
        await _reloaded(engines[0])
        phases += await replay(app, pilot, engines[0], watch, count)
        watching.cancel()
        await asyncio.wrap_future(engines[0].stop(drain=False))
    return phases


async def _reloaded(engine: Engine) -> None:
    await asyncio.wrap_future(engine.reload())
    await until(lambda: engine.snapshot().rev >= 2)


def _run(work: Callable[[Path], Awaitable[list[Phase]]]) -> list[Phase]:
    async def inside() -> list[Phase]:
        with tempfile.TemporaryDirectory() as folder:
            return await work(Path(folder))

    return asyncio.run(inside())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--letters", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    phases = _run(lambda folder: measure(folder, wanted.letters))
    worst, own = (max(phases[1:], key=key) for key in (lambda one: one.longest, lambda one: one.own))
    print(f"\nlongest stall with the letters there: {worst.longest * 1000:.1f} ms ({worst.name}); goal <= 100 ms")
    print(f"longest piece of the screen's own work: {own.own * 1000:.1f} ms ({own.name})")
    if wanted.json:
        print(json.dumps([asdict(one) for one in phases]))


if __name__ == "__main__":
    main()
