"""The drawings of one flow in every zoom, each made when it is first wanted and kept while the flow keeps its shape."""

from __future__ import annotations

from itertools import chain

from woodwork_engine.plan import FlowPlan
from woodwork_tui.layout.arrange import arrange
from woodwork_tui.layout.geometry import Layout, Zoom


class Drawings:
    """Layouts of `plan` by zoom; numbers, places in the file and settings do not make a new one."""

    def __init__(self, plan: FlowPlan | None = None) -> None:
        self.plan = plan or FlowPlan("")
        self._layouts: dict[Zoom, Layout] = {}

    def take(self, plan: FlowPlan | None) -> bool:
        """Draw *plan* from now on; return whether it looks different from the one before."""
        before, self.plan = self.plan, plan or FlowPlan("")
        if before is self.plan or _shape(before) == _shape(self.plan):
            return False
        self._layouts.clear()
        return True

    def get(self, zoom: Zoom) -> Layout:
        """Return the drawing in *zoom*."""
        if zoom not in self._layouts:
            self._layouts[zoom] = arrange(self.plan, zoom)
        return self._layouts[zoom]

    def fitting(self, width: int, height: int) -> Zoom:
        """Return the largest zoom that fits into *width* x *height* cells, else into the width, else the smallest."""
        wide = (zoom for zoom in Zoom if self.get(zoom).width <= width)
        widest = next(wide, Zoom.COMPACT)
        return next((zoom for zoom in chain((widest,), wide) if self.get(zoom).height <= height), widest)


def _shape(plan: FlowPlan) -> tuple[object, ...]:
    nodes = tuple((node.name, node.kind, node.role) for node in plan.nodes)
    return nodes, tuple((edge.source, edge.target, edge.kind, edge.via) for edge in plan.edges)
