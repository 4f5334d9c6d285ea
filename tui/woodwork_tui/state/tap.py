"""The tap: the deliveries of a component, a route or a session as they come, the newest last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

from woodwork_engine.plan import FlowPlan
from woodwork_engine.role import Role
from woodwork_tui.state.delivery_row import DeliveryRow, DeliveryState
from woodwork_tui.state.history import DeliveryHistory
from woodwork_tui.state.view import Selection

_number = attrgetter("number")
_TROUBLE = frozenset({DeliveryState.FAILED, DeliveryState.RETRY, DeliveryState.DEAD, DeliveryState.DROPPED})


@dataclass(frozen=True, slots=True)
class Tapped:
    """Which deliveries are shown: those into or out of *node*, those along *edge*, those of *session*; else all."""

    node: str | None = None
    edge: tuple[str, str] | None = None
    session: str | None = None

    def takes(self, row: DeliveryRow) -> bool:
        """Whether *row* is shown."""
        if self.session is not None and row.session != self.session:
            return False
        if self.node is not None:
            return self.node in (row.source, row.target)
        return self.edge is None or self.edge == (row.source, row.target)

    def title(self, *, ascii_only: bool = False) -> str:
        """Return what is tapped: `all`, `agent`, `agent → audit`, with the session if there is one."""
        what = self.node or ""
        if self.edge is not None:
            what = f"{self.edge[0]} {'->' if ascii_only else '→'} {self.edge[1]}"
        return " · ".join(part for part in (what, self.session) if part) or "all"


def toggled(tapped: Tapped, selection: Selection) -> Tapped:
    """Return what is tapped after `t`: the selection; everything when it is tapped already or nothing is selected."""
    wanted = Tapped(selection.node, selection.edge)
    return Tapped() if wanted == Tapped(tapped.node, tapped.edge) else wanted


class TapIndex:
    """The deliveries of what is tapped, oldest first, kept up to date by looking only at what changed."""

    def __init__(self) -> None:
        self.rows: list[DeliveryRow] = []
        self._history: DeliveryHistory | None = None
        self._version = -1
        self._tapped = Tapped()

    def update(self, history: DeliveryHistory, tapped: Tapped) -> int | None:
        """Follow *history*; return how many rows are new, or None when nothing shown can have changed."""
        if history is self._history and tapped == self._tapped:
            touched = history.touched_since(self._version)
            if touched is not None and not touched:
                return None
        else:
            touched = None
        self._history, self._version, self._tapped = history, history.version, tapped
        if touched is None:
            before = self.rows[-1].number if self.rows else -1
            self.rows = [row for row in history if tapped.takes(row)]
            return sum(row.number > before for row in self.rows)
        return self._append(history, touched)

    def _append(self, history: DeliveryHistory, touched: Sequence[DeliveryRow]) -> int:
        last = self.rows[-1].number if self.rows else -1
        new = sorted((row for row in touched if row.number > last and self._tapped.takes(row)), key=_number)
        self.rows += new
        gone = 0
        while gone < len(self.rows) and self.rows[gone].number < history.evicted:
            gone += 1
        del self.rows[:gone]
        return len(new)


def content(row: DeliveryRow) -> str:
    """Return what a line says about *row*: its error when something is wrong with it, else its payload."""
    return row.problem if row.state in _TROUBLE and row.problem else row.payload_line()


def empty_text(tapped: Tapped, history: DeliveryHistory, plan: FlowPlan | None = None) -> str:
    """Return why nothing is shown, and what to do (screens 1.5)."""
    if tapped == Tapped():
        inputs = [node.name for node in plan.nodes if node.role is Role.INPUT] if plan is not None else []
        return f"Nothing has moved yet. i injects a message{f' into {inputs[0]}' if inputs else ''}."
    kept = len(history)
    seen = f" among the {kept:,} kept" if kept else ""
    return f"No delivery of {tapped.title()}{seen}. t taps what is selected, again everything."
