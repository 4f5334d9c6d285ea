"""Figures as the benchmarks print them: what was measured, its ratio to a baseline of the same run, what is asked."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One figure; *ratio* is to the baseline; *floor* and *reach* are asked of it, or without one of the value."""

    name: str
    value: float
    unit: str
    ratio: float | None = None
    floor: float | None = None
    reach: float | None = None

    @property
    def at_most(self) -> bool:
        """Whether less is better."""
        return not self.unit.endswith("/s")

    @property
    def holds(self) -> bool:
        """Whether the figure is what is asked."""
        if self.floor is None:
            return True
        figure = self.value if self.ratio is None else self.ratio
        return figure <= self.floor if self.at_most else figure >= self.floor


def table(rows: Sequence[Row]) -> str:
    """Return *rows* for a person."""
    lines = [f"{'':72}{'value':>12} {'unit':13}{'ratio':>7}{'floor':>8}{'reach':>8}"]
    for row in rows:
        sign = "<=" if row.at_most else ""
        floor, reach = ("" if asked is None else f"{sign}{asked:g}" for asked in (row.floor, row.reach))
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        value = f"{row.value:,.0f}" if row.value >= 1_000 or row.value == int(row.value) else f"{row.value:,.2f}"
        missed = "" if row.holds else "  missed"
        lines.append(f"{row.name:72}{value:>12} {row.unit:13}{ratio:>7}{floor:>8}{reach:>8}{missed}")
    return "\n".join(lines)


def as_data(row: Row) -> dict[str, object]:
    """Return *row* as the published JSON has it."""
    return {name: getattr(row, name) for name in ("name", "value", "unit", "ratio", "floor", "reach")}


def show(rows: Sequence[Row], load: str, *, as_json: bool) -> None:
    """Print *rows*, measured under *load*: as a table, or as the published JSON."""
    if as_json:
        about = {"python": platform.python_version(), "cpus": os.cpu_count()}
        print(json.dumps({**about, "rows": [as_data(row) for row in rows]}))
        return
    print(f"Python {platform.python_version()}, {os.cpu_count()} CPUs, {load}")
    print(table(rows))
