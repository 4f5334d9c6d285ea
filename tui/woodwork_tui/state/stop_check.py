"""What a breakpoint's condition would have held: checked while it is typed, against the messages last seen there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from woodwork_engine.delivery_filter import FIELD_NAMES, condition
from woodwork_engine.filter import compile_filter
from woodwork_engine.hold import Breakpoint
from woodwork_tui.state.delivery_row import DeliveryRow
from woodwork_tui.state.filters import problem
from woodwork_tui.state.history import DeliveryHistory
from woodwork_tui.state.lines import Line
from woodwork_tui.units import plural

_LOOK_BACK = 20_000
_MOST = 500
"""Messages of that place that are looked at, and deliveries gone through to find them."""
_SMALL = 65_536

_FIELDS: Mapping[str, Callable[[DeliveryRow], object]] = {
    "text": lambda row: row.payload_text(),
    "payload": lambda row: row.payload(),
    "session": lambda row: row.session,
    "event": lambda row: row.event,
    "id": lambda row: row.message_id,
    "from": lambda row: row.source,
    "to": lambda row: row.target,
    "hop": lambda row: None,
    "size": lambda row: row.size,
}


@dataclass(frozen=True, slots=True)
class StopCheck:
    """What there is to say about a condition: *wrong* why it is none, else how many of those *seen* it *held*."""

    wrong: str | None
    held: int = 0
    seen: int = 0

    def line(self, *, always: bool) -> Line:
        """Return it in a sentence; *always*: there is no condition."""
        if self.wrong is not None:
            return Line(self.wrong, "bad")
        if always:
            return Line("Without a condition every message stops here.", "muted")
        if not self.seen:
            return Line("Nothing was seen here yet to try it on.", "muted")
        told = f"It would have held {self.held:,} of the last {plural(self.seen, 'message')} here."
        return Line(told, "ok" if self.held else "warn")


def check_stop(stop: Breakpoint, text: str, history: DeliveryHistory) -> StopCheck:
    """Return what is wrong with the condition *text* at the place of *stop*, or what it would have held."""
    wrong = problem(condition, text)
    if wrong is not None:
        return StopCheck(wrong)
    holds = compile_filter(text).over(_FIELDS)
    rows = _seen(stop, history)
    return StopCheck(None, sum(map(holds, rows)), len(rows))


def _seen(stop: Breakpoint, history: DeliveryHistory) -> list[DeliveryRow]:
    found: list[DeliveryRow] = []
    for number, row in enumerate(reversed(history.rows)):
        if number >= _LOOK_BACK or len(found) >= _MOST:
            break
        here = row.target == stop.component and stop.source in (None, row.source)
        if here and row.emission is not None and len(row.emission.encoded) <= _SMALL:
            found.append(row)
    return found


FIELDS_HINT = f"fields: {', '.join(name for name in FIELD_NAMES if name != 'text')}; payload.PATH; words: anywhere"
"""What can be asked, in a line."""
