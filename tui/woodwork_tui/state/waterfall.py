"""A turn drawn as a waterfall: a lane for each component, time from left to right, long idle gaps folded."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text

from woodwork_tui.state.delivery_row import DeliveryRow
from woodwork_tui.state.spans import Doing, Span, effort, spans
from woodwork_tui.state.time_axis import Axis, fold_axis
from woodwork_tui.text import fit, pad

MOST_ROWS = 500
"""Deliveries of one turn that are drawn, the newest."""
_WIDEST_NAME = 16
_BARS = {Doing.SENT: "▓", Doing.WAITING: "▒", Doing.HANDLING: "▓", Doing.FAILING: "▓", Doing.PAUSING: "·"}
_TONES = {
    Doing.SENT: "muted", Doing.WAITING: "muted", Doing.HANDLING: "ok", Doing.FAILING: "bad", Doing.PAUSING: "warn",
}  # fmt: skip
_ORDER = (Doing.PAUSING, Doing.WAITING, Doing.SENT, Doing.HANDLING, Doing.FAILING)
_LEGENDS = ("▒ waiting in queue   ▓ handling   · waiting for retry", "▒ queue  ▓ handling  · retry")
_SHORTEST_CUT = 9
"""Cells below which a note is left out rather than cut: half a number lies."""


def waterfall(
    rows: Sequence[DeliveryRow], now: float, width: int, *, most_lanes: int = 8, ascii_only: bool = False
) -> tuple[Text, ...]:
    """Return the turn of *rows*, oldest first, as lines of *width* cells: axis, lanes, legend."""
    shown = rows[-MOST_ROWS:]
    found = spans(shown, now, ascii_only=ascii_only)
    lanes = list(dict.fromkeys(span.lane for span in found))
    name_width = min(max((cell_len(fit(lane, _WIDEST_NAME)) for lane in lanes), default=4), _WIDEST_NAME)
    room = max(10, width - name_width - 1)
    axis = fold_axis(((s.start, s.end) for s in found if s.doing is not Doing.PAUSING), room)
    more = len(lanes) - most_lanes
    drawn = lanes if more <= 0 else lanes[: most_lanes - 1]
    lines = [_axis_line(axis, name_width, room)]
    lines += [_lane_line(lane, [s for s in found if s.lane == lane], axis, name_width, room) for lane in drawn]
    if more > 0:
        lines.append(Text(f"… {len(lanes) - len(drawn)} more components", style="muted", no_wrap=True, end=""))
    return (*lines, _legend(effort(shown, found).line(), width, len(rows) - len(shown)))


def _axis_line(axis: Axis, name_width: int, room: int) -> Text:
    cells = _Cells(room)
    for cell, text in axis.ticks():
        cells.write(cell, text, "muted")
    for fold in axis.folds:
        cells.write(fold.left, fold.text, "faint")
    return cells.line("lane", name_width, "muted")


def _lane_line(lane: str, found: Sequence[Span], axis: Axis, name_width: int, room: int) -> Text:
    cells = _Cells(room)
    placed = []
    for doing in _ORDER:
        for span in found:
            place = axis.cells(span.start, span.end) if span.doing is doing else None
            if place is not None:
                cells.write(place[0], _BARS[doing] * (place[1] - place[0]), _TONES[doing])
                placed.append((place[1], span))
    for fold in axis.folds:
        cells.write(fold.left, "┊" + " " * (len(fold.text) - 2) + "┊" if len(fold.text) > 1 else "┊", "faint")
    for end, span in sorted(placed, key=lambda each: each[0]):
        cells.note(end + 1, span.label, span.tone)
    return cells.line(lane, name_width, "")


def _legend(sums: str, width: int, hidden: int) -> Text:
    if hidden:
        sums = f"the newest {MOST_ROWS} of {MOST_ROWS + hidden:,} · {sums}"
    room = width - cell_len(sums) - 2
    legend = next((f"{pad(each, room)}  " for each in _LEGENDS if cell_len(each) <= room), "")
    return Text(fit(legend + sums, width), style="muted", no_wrap=True, end="")


class _Cells:
    """One line of a waterfall while it is drawn: characters of one cell each, and their tones."""

    def __init__(self, width: int) -> None:
        self._characters = [" "] * width
        self._tones = [""] * width

    def write(self, cell: int, text: str, tone: str) -> None:
        """Write *text* from *cell* on, over what is there."""
        for place, character in enumerate(text[: max(0, len(self._characters) - cell)], cell):
            self._characters[place] = character
            self._tones[place] = tone

    def note(self, cell: int, text: str, tone: str) -> None:
        """Write *text* from *cell* on, as far as there is room before something else."""
        free = 0
        while cell + free < len(self._characters) and self._characters[cell + free] == " ":
            free += 1
        room = free if cell + free == len(self._characters) else free - 1
        if text and (cell_len(text) <= room or room >= _SHORTEST_CUT):
            self.write(cell, fit(text, room), tone)

    def line(self, name: str, name_width: int, tone: str) -> Text:
        """Return the line of the lane *name*."""
        text = Text(no_wrap=True, end="")
        text.append(pad(name, name_width) + " ", style=tone or "strong")
        start = 0
        for place in range(1, len(self._tones) + 1):
            if place == len(self._tones) or self._tones[place] != self._tones[start]:
                text.append("".join(self._characters[start:place]), style=self._tones[start] or None)
                start = place
        return text
