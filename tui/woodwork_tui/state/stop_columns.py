"""The columns of the lists of breakpoints and of what they hold."""

from __future__ import annotations

from collections.abc import Callable

from rich.text import Text

from woodwork_engine.hold import Breakpoint, HeldMessage
from woodwork_tui.state.columns import Column
from woodwork_tui.state.hold_lines import held_line
from woodwork_tui.state.message_columns import Looks
from woodwork_tui.state.route_words import fit_route, route_text, route_title
from woodwork_tui.text import fit_middle, safe
from woodwork_tui.units import age


def stop_columns(looks: Looks, held: Callable[[Breakpoint], int]) -> tuple[Column[Breakpoint], ...]:
    """Return the columns of breakpoints; *held* tells how many messages are held where one is."""

    def place(stop: Breakpoint) -> Text:
        text = (
            stop.component if stop.source is None else route_text(stop.source, stop.component, ascii_only=looks.ascii)
        )
        return Text(text)

    def condition(stop: Breakpoint) -> Text:
        return safe(stop.condition, width=200) if stop.condition else Text("every message", "muted")

    return (
        Column("place", "BEFORE", place, looks.edge, drop=0, cut=fit_route),
        Column("held", "HELD", lambda stop: f"{held(stop):,}" if held(stop) else "–", 5, align="right", drop=1),
        Column("if", "IF", condition, minimum=14, drop=0),
    )


def held_columns(looks: Looks, now: Callable[[], float]) -> tuple[Column[HeldMessage], ...]:
    """Return the columns of held messages; *now* gives the time in s since the epoch."""

    def way(held: HeldMessage) -> str:
        return route_text(held.source, held.target, ascii_only=looks.ascii)

    def payload(held: HeldMessage) -> Text:
        return safe(held_line(held), width=400)

    return (
        Column("since", "HELD FOR", lambda held: age(now() - held.since), 8, align="right", drop=1),
        Column("session", "SESS", lambda held: safe(held.session, width=200), looks.session, drop=0, cut=fit_middle),
        Column("edge", route_title(ascii_only=looks.ascii, tight=False), way, looks.edge, drop=0, cut=fit_route),
        Column("event", "EVENT", lambda held: safe(held.event, width=40), 18, drop=3),
        Column("payload", "PAYLOAD", payload, minimum=44 if looks.wide else 16, drop=2),
        Column("id", "ID", lambda held: safe(held.message_id, width=80, style="muted"), 32, drop=4),
    )
