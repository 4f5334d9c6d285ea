"""A route in words, the same everywhere: `agent → audit`, in narrow lists `agent→audit`."""

from __future__ import annotations

from rich.cells import cell_len

from woodwork_tui.text import fit, fit_middle

_ARROWS = (" → ", "→", " -> ", "->")


def arrow(*, ascii_only: bool = False, tight: bool = False) -> str:
    """Return what stands between the two ends."""
    sign = "->" if ascii_only else "→"
    return sign if tight else f" {sign} "


def route_title(*, ascii_only: bool = False, tight: bool = False) -> str:
    """Return what stands over a column of routes."""
    return f"FROM{arrow(ascii_only=ascii_only, tight=tight)}TO"


def route_text(source: str | None, target: str | None, *, ascii_only: bool = False, tight: bool = False) -> str:
    """Return the way from *source* to *target*; either may be nobody of the flow."""
    return f"{source or 'outside'}{arrow(ascii_only=ascii_only, tight=tight)}{target or 'nobody'}"


def fit_route(text: str, width: int) -> str:
    """Return the `route_text` *text* in *width* cells: both ends are shortened, neither is cut away."""
    between = next((each for each in _ARROWS if each in text), "")
    if not between or cell_len(text) <= width:
        return fit(text, width)
    source, _, target = text.partition(between)
    room = width - cell_len(between)
    if room < 2:
        return fit(text, width)
    first = min(cell_len(source), max(room // 2, room - cell_len(target)))
    return f"{fit_middle(source, first)}{between}{fit_middle(target, room - first)}"
