"""What the inspector says about what is held at a component, on a route or in the flow, and where messages stop."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rich.text import Text

from woodwork_engine.hold import BY_PERSON, Breakpoint, HeldMessage, HoldState
from woodwork_engine.snapshot import Snapshot
from woodwork_tui.state.facts import fact, long_fact
from woodwork_tui.state.hold_lines import held_line
from woodwork_tui.state.holds import scope_text, stop_word
from woodwork_tui.text import fit, glyph
from woodwork_tui.units import age

_MOST = 3
"""Of each kind that are told apart."""


def node_holds(snapshot: Snapshot, name: str, width: int, *, ascii_only: bool = False) -> Iterator[Text]:
    """Yield what is paused, stuck, stopped and held at the component *name*."""
    yield from _holds(snapshot, lambda hold: hold.scope.component == name, width)
    stops = [one for one in snapshot.breakpoints if one.component == name]
    yield from _stops(stops, width, _from, ascii_only)
    yield from _held([one for one in snapshot.held if one.target == name], snapshot.at, width)


def edge_holds(snapshot: Snapshot, source: str, target: str, width: int, *, ascii_only: bool = False) -> Iterator[Text]:
    """Yield the breakpoints that hold what goes from *source* to *target*, and what they hold of it."""
    stops = [one for one in snapshot.breakpoints if one.component == target and one.source in (None, source)]
    yield from _stops(stops, width, lambda stop: "before it" if stop.source is None else "here", ascii_only)
    yield from _held([one for one in snapshot.held if (one.source, one.target) == (source, target)], snapshot.at, width)


def flow_holds(snapshot: Snapshot, width: int, *, ascii_only: bool = False) -> Iterator[Text]:
    """Yield everything that is paused or stuck, every breakpoint, and what they hold."""
    yield from _holds(snapshot, lambda hold: True, width)
    yield from _stops(snapshot.breakpoints, width, _place, ascii_only)
    yield from _held(list(snapshot.held), snapshot.at, width)


def _place(stop: Breakpoint) -> str:
    return stop_word(Breakpoint(stop.component, stop.source))


def _from(stop: Breakpoint) -> str:
    return "before it" if stop.source is None else f"from {stop.source}"


def _holds(snapshot: Snapshot, wanted: Callable[[HoldState], bool], width: int) -> Iterator[Text]:
    paused = [hold for hold in snapshot.holds if wanted(hold) and hold.by == BY_PERSON]
    stuck = [hold for hold in snapshot.holds if wanted(hold) and hold.dlq_id is not None]
    for label, holds, tone in (("paused", paused, "warn"), ("stuck", stuck, "bad")):
        for number, hold in enumerate(holds[:_MOST]):
            since = f"{scope_text(hold.scope)}, for {age(snapshot.at - hold.since)}"
            yield from long_fact(label if number == 0 else "", since, width, tone)
        yield from _more(len(holds))
    if stuck:
        yield fact("", ("p in 4 Queues resolves it", "muted"))


def _stops(
    stops: list[Breakpoint] | tuple[Breakpoint, ...], width: int, place: Callable[[Breakpoint], str], ascii_only: bool
) -> Iterator[Text]:
    mark = glyph("breakpoint", ascii_only)
    for number, stop in enumerate(stops[:_MOST]):
        condition = f", if {stop.condition}" if stop.condition else ""
        yield from long_fact("break" if number == 0 else "", f"{mark} {place(stop)}{condition}", width, "accent")
    yield from _more(len(stops))


def _held(held: list[HeldMessage], now: float, width: int) -> Iterator[Text]:
    for number, one in enumerate(held[:_MOST]):
        told = fit(f"{one.session} {age(now - one.since)} {held_line(one)}", 200)
        yield fact("held" if number == 0 else "", (told, "warn"))
    yield from _more(len(held))
    if held:
        yield fact("", (":held releases, edits, drops", "muted"))


def _more(number: int) -> Iterator[Text]:
    if number > _MOST:
        yield fact("", (f"and {number - _MOST:,} more", "muted"))
