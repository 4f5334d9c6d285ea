"""How long a routing graph takes to be laid out and painted: `python tests/benchmarks/graph.py`. Median milliseconds.

Random flows of 5 to 200 nodes with lines that skip layers and lead back, and a fan of 60. A painted frame is what 40
lines of 120 columns cost ten times a second; a shown one is what the whole widget does for new numbers at 120x36, with
its map, its ghost routes and the comparison with what is on the screen.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections.abc import Callable

from rich.style import Style
from textual.app import App, ComposeResult

from woodwork_engine.plan import Edge, EdgeKind, FlowPlan, Node
from woodwork_engine.role import Role
from woodwork_engine.snapshot import EdgeStats, NodeState, NodeStats, Snapshot
from woodwork_engine.source import Span
from woodwork_tui.layout import Layout, Zoom, arrange
from woodwork_tui.widgets.graph import GraphView
from woodwork_tui.widgets.graph_paint import GraphPaint, Moment

ROUNDS = 7
LINES, COLUMNS = 40, 120
HERE = Span.point("main.ww")


def flow(pairs: list[tuple[int, int]]) -> FlowPlan:
    """Return the flow in which numbered nodes lead to each other by *pairs*."""
    count = max(max(pair) for pair in pairs) + 1
    roles = [Role.INPUT if number == 0 else Role.PROCESSOR for number in range(count)]
    nodes = tuple(Node(f"node_{number}", "echo", role, HERE) for number, role in enumerate(roles))
    edges = (Edge(nodes[a].name, nodes[b].name, EdgeKind.EXPLICIT, HERE) for a, b in dict.fromkeys(pairs))
    return FlowPlan("main.ww", nodes, tuple(edges))


def tangled(count: int) -> FlowPlan:
    """Return a random flow of *count* nodes: 1.6 lines a node, every twentieth leads back."""
    chance = random.Random(1)
    reach = max(3, int(count**0.5))
    pairs = [(chance.randrange(max(0, b - 2 * reach), b), b) for b in range(1, count)]
    ends = (sorted(chance.sample(range(count), 2)) for _ in range(int(count * 0.6)))
    pairs += [(a, b) for a, b in ends if b - a < 3 * reach]
    pairs += [(b, a) for a, b in (sorted(chance.sample(range(count), 2)) for _ in range(count // 20))]
    return flow(pairs)


def fan(count: int) -> FlowPlan:
    """Return a flow in which one node leads to *count* others, and these to one."""
    return flow([(0, n) for n in range(1, count + 1)] + [(n, count + 1) for n in range(1, count + 1)])


def milliseconds(work: Callable[[], object]) -> float:
    """Return the median time of *work*."""
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


def frame(plan: FlowPlan, layout: Layout) -> Callable[[], object]:
    """Return what paints a window of *layout* with other numbers each time."""
    paint = GraphPaint(plan, layout)
    nodes = {n.name: NodeStats(n.name, NodeState.OK, depth=7, in_rate=4.2, activity=(1,) * 60) for n in plan.nodes}
    edges = {(e.source, e.target): EdgeStats(e.source, e.target, 9, 4.2) for e in plan.edges}

    def work() -> None:
        paint.at(Moment({}, Style(), nodes, edges))
        for y in range(min(LINES, layout.height)):
            paint.line(y, 0, COLUMNS)

    return work


class _Host(App[None]):
    """Nothing but a graph."""

    CSS = "Screen { overflow: hidden; }"

    def __init__(self) -> None:
        super().__init__()
        self.graph = GraphView()

    def compose(self) -> ComposeResult:
        yield self.graph


def numbers(plan: FlowPlan, tick: int) -> Snapshot:
    """Return other numbers for each *tick*."""
    nodes = tuple(
        NodeStats(n.name, NodeState.OK, depth=tick % 9, emitted=9, in_rate=4 + tick % 5, activity=(1, tick) * 30)
        for n in plan.nodes
    )
    edges = tuple(EdgeStats(e.source, e.target, tick, 4.2 + tick % 7) for e in plan.edges)
    return Snapshot(plan=plan, seq=tick, nodes=nodes, edges=edges, started_at=1.0)


async def shown(plan: FlowPlan) -> float:
    """Return the median milliseconds in which the widget shows new numbers of *plan*, painting included."""
    app = _Host()
    async with app.run_test(size=(120, 36)) as pilot:
        app.graph.show(numbers(plan, 0), None)
        await pilot.pause()
        times = []
        for tick in range(1, 30):
            moment = numbers(plan, tick)
            began = time.perf_counter()
            app.graph.show(moment, None)
            app.graph.render_lines(app.graph.size.region)
            times.append(time.perf_counter() - began)
            await pilot.pause()
    return statistics.median(times) * 1000


def main() -> None:
    print(f"{'flow':14}{'zoom':10}{'cells':>12}{'layout ms':>12}{'frame ms':>12}{'shown ms':>12}")
    flows = {f"{count} nodes": tangled(count) for count in (5, 20, 60, 100, 200)} | {"fan of 60": fan(60)}
    for name, plan in flows.items():
        for zoom in Zoom:
            layout = arrange(plan, zoom)
            laid, painted = milliseconds(lambda p=plan, z=zoom: arrange(p, z)), milliseconds(frame(plan, layout))
            whole = f"{asyncio.run(shown(plan)):12.2f}" if zoom is Zoom.COMPACT else ""
            print(f"{name:14}{zoom:10}{f'{layout.width}x{layout.height}':>12}{laid:12.1f}{painted:12.2f}{whole}")


if __name__ == "__main__":
    main()
