"""The routing graph: paints a layout at the zoom that fits, with live numbers, which never move a line."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import on
from textual.binding import BindingType
from textual.events import Click, Resize
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.strip import Strip

from woodwork_engine.snapshot import EdgeStats, NodeStats, Snapshot
from woodwork_tui.layout import Layout, Zoom
from woodwork_tui.layout.drawings import Drawings
from woodwork_tui.layout.steps import Mark, anchor, central, first, known, mark_at
from woodwork_tui.state.ghosts import ghost_routes, unused_text
from woodwork_tui.state.holds import stopped_components, stopped_ways
from woodwork_tui.state.pulse import PULSE_SECONDS, Pulse
from woodwork_tui.widgets.graph_map import GraphMap
from woodwork_tui.widgets.graph_moves import GraphMoves
from woodwork_tui.widgets.graph_paint import GraphPaint, Moment
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.line_cells import text_strip
from woodwork_tui.widgets.strip_change import changed
from woodwork_tui.widgets.tones import tones


class GraphView(GraphMoves, can_focus=True):
    """Shows a flow as a graph. Arrow keys move the selection, or the window while nothing is selected.

    The zoom is the largest at which everything fits, until the person chooses one.
    """

    DEFAULT_CSS = """
    GraphView { height: 1fr; width: 1fr; scrollbar-size: 1 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings("flow.zoom", "flow.map")

    class Zoomed(Message):
        """The person chose another zoom."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's word
        super().__init__(id=id)
        self.zoom = Zoom.NORMAL
        self._wanted: Zoom | None = None
        self._drawings = Drawings()
        self._paint = GraphPaint(self._drawings.plan, self._drawings.get(self.zoom))
        self._origin = Offset(0, 0)
        self._node_stats: Mapping[str, NodeStats] = {}
        self._edge_stats: Mapping[tuple[str, str], EdgeStats] = {}
        self._pulse = Pulse()
        self._ascii = False
        self._map = GraphMap()
        self._ghosts: Mapping[tuple[str, str], str] = {}
        self._found: frozenset[str] | None = None
        self._stopped: frozenset[str] = frozenset()
        self._stops: frozenset[tuple[str, str]] = frozenset()
        self._empty = ""
        self._kinds: frozenset[str] = frozenset()
        self._base = Style.null()
        self._tones: Mapping[str, Style] = {}
        self._painted: dict[int, Strip] = {}
        self._painting = False

    @property
    def drawing(self) -> Layout:
        """The geometry of what is shown."""
        return self._paint.layout

    @property
    def kinds_of_lines(self) -> frozenset[str]:
        """How the lines of the drawing look, by the names of LineStyle."""
        return self._kinds

    @property
    def order(self) -> tuple[str, ...]:
        """The nodes as one reads them: from left to right, each column from its top."""
        return tuple(box.name for box in sorted(self.drawing.boxes, key=lambda box: (box.x, box.y)))

    def place(self, x: int, y: int) -> Offset:
        """Return where the cell *x*, *y* of the drawing is in the window."""
        return self._origin - self.scroll_offset + Offset(x, y)

    # what is shown

    def show(
        self,
        snapshot: Snapshot,
        chosen: Mark | None,
        *,
        found: frozenset[str] | None = None,
        ascii_only: bool = False,
        empty: str = "",
    ) -> None:
        """Show the flow of *snapshot* with its numbers; *found* stand out, *empty* is said where nothing is drawn."""
        if self._drawings.take(snapshot.plan):
            self._fit()
            self.refresh()
        self._empty, self._ascii, self._found = empty, ascii_only, found
        self._stopped, self._stops = stopped_components(snapshot), stopped_ways(snapshot)
        self._node_stats = {node.name: node for node in snapshot.nodes}
        self._ghosts = {route: unused_text(since) for route, since in ghost_routes(snapshot).items()}
        self._map.colour(self._node_stats)
        self._edge_stats = {(edge.source, edge.target): edge for edge in snapshot.edges}
        if self.app.animation_level != "none":
            self._beat(snapshot)
        if chosen != self.chosen:
            self.choose(chosen)
        self._repaint()

    def _repaint(self) -> None:
        """Have that painted which does not look as it did: a slow terminal is to get no more than it needs."""
        self._take_moment()
        for y in range(self.size.height):
            columns = changed(self._painted.get(y), self._line(y))
            if columns is not None:
                self.refresh(Region(columns[0], y, columns[1] - columns[0], 1))

    def _beat(self, snapshot: Snapshot) -> None:
        now = time.monotonic()
        before, self._pulse = self._pulse, self._pulse.after(snapshot.edges, now)
        if self._pulse.grown and self._pulse.grown != before.grown:
            self.set_timer(PULSE_SECONDS, self._repaint)

    def choose(self, mark: Mark | None) -> None:
        """Mark *mark* as selected and bring it into sight."""
        self.chosen = mark
        self._bring_into_sight(mark)
        self.refresh()

    def _fit(self) -> None:
        """Choose zoom and place of the drawing for the room there is without scroll bars."""
        room = self.container_size
        if not room:
            return
        middle = central(self.drawing, *self.window)
        self.zoom = self._wanted or self._drawings.fitting(room.width, room.height)
        layout = self._drawings.get(self.zoom)
        if layout is not self._paint.layout:
            self._paint = GraphPaint(self._drawings.plan, layout)
            self._kinds = frozenset(cell.style.value for cell in layout.cells)
        self.virtual_size = Size(max(layout.width, 1), max(layout.height, 1))
        self.refresh_bindings()
        self._origin = Offset(max(0, (room.width - layout.width) // 2), max(0, (room.height - layout.height) // 2))
        if self.chosen is not None and known(layout, self.chosen):
            self._bring_into_sight(self.chosen)
        else:  # zoom about what one looks at; at first that is where messages come from
            self._bring_into_sight(middle if middle and known(layout, middle) else first(layout), center=True)

    def _bring_into_sight(self, mark: Mark | None, *, center: bool = False) -> None:
        layout = self.drawing
        if mark is None or not known(layout, mark):
            return
        if isinstance(mark, str):
            box = layout.box(mark)
            region = Region(box.x, box.y, box.width, box.height) if box else Region()
        else:
            path = layout.path(*mark)
            x, y = anchor(path) if path else (0, 0)
            region = Region(x - 6, y, 12, 1)
        self.scroll_to_region(region.grow((1, 2, 1, 2)), animate=False, immediate=True, force=True, center=center)

    def on_resize(self, event: Resize) -> None:
        """Fit the graph into the new size."""
        self._fit()
        self.refresh()

    def on_focus(self) -> None:
        """Show the selection as active."""
        self.refresh()

    def on_blur(self) -> None:
        """Show the selection as resting."""
        self.refresh()

    def _take_moment(self) -> None:
        """Have everything painted as it is now; what all lines have in common is looked up once."""
        self._base, self._tones = self.rich_style, tones(self.app.current_theme)
        moment = Moment(
            self._tones,
            self._base,
            self._node_stats,
            self._edge_stats,
            self._pulse.beating(time.monotonic()),
            self.chosen,
            self._found,
            self._ghosts,
            self.has_focus,
            self._ascii,
            self._stopped,
            self._stops,
        )
        self._paint.at(moment)
        self._put_map()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Paint the lines in *crop*, all as of one moment."""
        self._take_moment()
        self._painting = True
        strips = super().render_lines(crop)
        self._painting = False
        return strips

    def render_line(self, y: int) -> Strip:
        """Return one line of the window; Textual asks for it under the mouse too, where nothing is painted."""
        strip = self._line(y)
        if self._painting:
            self._painted[y] = strip
        return strip

    def _line(self, y: int) -> Strip:
        width, base = self.size.width, self._base
        layout = self.drawing
        if not layout.boxes:
            return text_strip(self._empty if y == 1 else "", width, base + self._tones.get("muted", Style.null()))
        left, top = self.scroll_offset
        number = y + top - self._origin.y
        if not 0 <= number < layout.height:
            strip = Strip.blank(width, base)
        else:
            indent = self._origin.x
            segments = self._paint.line(number, left - indent, left - indent + width)
            strip = Strip([Segment(" " * indent, base), *segments]).crop_extend(left, left + width, base)
        return self._map.over(strip, y, self._tones, base, ascii_only=self._ascii)

    def _put_map(self) -> None:
        box = self.drawing.box(self.chosen) if isinstance(self.chosen, str) else None
        region = Region(*self.place(box.x, box.y), box.width, box.height) if box else Region()
        self._map.fit(self.drawing, self.scrollable_content_region.size, self.scroll_offset - self._origin, region)

    # keys and the mouse

    def action_zoom(self) -> None:
        """Show more or less of each node."""
        order = list(Zoom)
        self._wanted = order[(order.index(self.zoom) + 1) % len(order)]
        self._fit()
        self.refresh()
        self.post_message(self.Zoomed())

    @property
    def chosen_zoom(self) -> Zoom | None:
        """The zoom that the person chose; None while it is what fits."""
        return self._wanted

    def zoom_to(self, name: object) -> None:
        """Show the zoom called *name*; anything else changes nothing."""
        if name in tuple(Zoom):
            self._wanted = Zoom(str(name))
            self._fit()
            self.refresh()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the map only where the graph does not fit."""
        return action != "map" or self.max_scroll_x > 0 or self.max_scroll_y > 0

    def action_map(self) -> None:
        """Show the map of a graph that does not fit, or hide it."""
        self._map.shown = not self._map.shown
        self.refresh()

    @on(Click)
    def point(self, event: Click) -> None:
        """Select what is pointed at; a second click opens it."""
        if self.dragged:
            return
        place = self._map.place(event.offset)
        if place is not None:
            x, y = place + self._origin - Offset(self.size.width // 2, self.size.height // 2)
            self.scroll_to(x, y, animate=False, immediate=True, force=True)
            return
        mark = mark_at(self.drawing, *(event.offset - self.place(0, 0)))
        if mark is not None and mark == self.chosen and event.chain > 1:
            self.post_message(self.Opened(mark))
        else:
            self._select(mark)
