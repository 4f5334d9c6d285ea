"""The map in a corner of a graph that does not fit: nodes by state, the part in sight bright; a click goes there."""

from __future__ import annotations

from collections.abc import Mapping

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Offset, Region, Size
from textual.strip import Strip

from woodwork_engine.snapshot import NodeStats
from woodwork_tui.layout import Layout
from woodwork_tui.layout.minimap import MOST_COLUMNS, MOST_ROWS, Minimap, minimap
from woodwork_tui.text import tone

_LEAST = Size(56, 12)
"""The window below which a map would hide more than it shows."""
_WORST = ("bad", "warn", "accent", "ok", "muted")
_FRAME = ("╭", "─", "╮", "│", "╰", "╯")
_ASCII_FRAME = ("+", "-", "+", "|", "+", "+")


class GraphMap:
    """Knows where in the window the map is, and paints it; `shown` is the person's wish."""

    def __init__(self) -> None:
        self.shown = True
        self.region = Region()
        """Where it is in the window, its frame included; empty while there is none."""
        self._layout: Layout | None = None
        self._map = Minimap(1, 1, 1, 1, {})
        self._seen = (0, 0, 0, 0)
        self._tones: Mapping[str, str] = {}

    def fit(self, layout: Layout, window: Size, at: Offset, chosen: Region) -> None:
        """Take its place in *window*, which shows *layout* from *at*; a corner that does not hide *chosen*."""
        self.region = Region()
        if window.width < _LEAST.width or window.height < _LEAST.height or not layout.boxes:
            return
        if not self.shown or (layout.width <= window.width and layout.height <= window.height):
            return
        columns, rows = min(MOST_COLUMNS, window.width // 3), min(MOST_ROWS, window.height // 3)
        if layout is not self._layout:
            self._layout, self._map = layout, minimap(layout, columns, rows)
        self._seen = self._map.window(at.x, at.y, window.width, window.height)
        width, height = self._map.columns + 2, self._map.rows + 2
        right, below = window.width - width, window.height - height
        corners = [Region(x, y, width, height) for x, y in ((right, below), (right, 0), (0, below), (0, 0))]
        self.region = next((corner for corner in corners if not corner.overlaps(chosen)), corners[0])

    def colour(self, nodes: Mapping[str, NodeStats]) -> None:
        """Show *nodes* by how they are."""
        self._tones = {name: tone(stats.state.value) for name, stats in nodes.items()}

    def over(self, strip: Strip, y: int, styles: Mapping[str, Style], base: Style, *, ascii_only: bool) -> Strip:
        """Return line *y* of the window with the map over it."""
        region = self.region
        if not region.y <= y < region.bottom:
            return strip
        line = Strip(self._line(y - region.y, styles, base, _ASCII_FRAME if ascii_only else _FRAME), region.width)
        return Strip.join((strip.crop(0, region.x), line, strip.crop(region.right)))

    def _line(self, row: int, styles: Mapping[str, Style], base: Style, frame: tuple[str, ...]) -> list[Segment]:
        edge = base + styles.get("faint", Style.null())
        if row in (0, self.region.height - 1):
            left, right = (frame[0], frame[2]) if row == 0 else (frame[4], frame[5])
            return [Segment(left + frame[1] * self._map.columns + right, edge)]
        cells = [self._cell(column, row - 1, styles, base, frame) for column in range(self._map.columns)]
        return [Segment(frame[3], edge), *cells, Segment(frame[3], edge)]

    def _cell(self, column: int, row: int, styles: Mapping[str, Style], base: Style, frame: tuple[str, ...]) -> Segment:
        left, top, right, bottom = self._seen
        ground = base + styles.get("resting", Style.null()) if left <= column < right and top <= row < bottom else base
        names = self._map.nodes.get((column, row))
        if names is None:
            return Segment(" ", ground)
        found = {self._tones.get(name, "muted") for name in names}
        worst = next((each for each in _WORST if each in found), "muted")
        mark = "#" if frame is _ASCII_FRAME else "▪"
        return Segment(mark, ground + styles.get(worst, Style.null()))

    def place(self, at: Offset) -> Offset | None:
        """Return which cell of the drawing is meant by *at* in the window, None beside the map."""
        if not self.region.contains_point(at):
            return None
        inside = at - self.region.offset - Offset(1, 1)
        column = min(max(inside.x, 0), self._map.columns - 1)
        row = min(max(inside.y, 0), self._map.rows - 1)
        return Offset(*self._map.place(column, row))
