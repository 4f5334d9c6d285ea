"""Two sessions compared: their hops in a table, and the hop under the cursor with what differs in it."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.binding import BindingType

from woodwork_tui.state.compare import Compared, Comparison, Verdict
from woodwork_tui.state.compare_columns import compare_columns, hop_lines
from woodwork_tui.state.lines import painted
from woodwork_tui.units import plural
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.line_table import LineTable
from woodwork_tui.widgets.line_view import LineView
from woodwork_tui.widgets.pane import Pane


class ComparePane(Pane):
    """Shows `comparison` as it was when it was asked for; `n` and `N` go from difference to difference."""

    DEFAULT_CSS = """
    ComparePane #compared { height: 1fr; min-height: 4; }
    ComparePane #compared-hop { height: 1fr; padding: 0 1; border-top: solid $foreground 20%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings("list.next", "list.before")

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's word
        self.comparison = Comparison("", "", ())
        self._ascii = False
        self.table: LineTable[Compared] = LineTable(
            compare_columns(self.comparison), key=lambda hop: hop.key, empty="Nothing is kept of either.", id="compared"
        )
        self._hop = LineView(id="compared-hop")
        super().__init__(self.table, self._hop, title="Compare", id=id)

    def show(self, comparison: Comparison, *, ascii_only: bool = False) -> None:
        """Show *comparison*, the first difference under the cursor."""
        self.comparison, self._ascii = comparison, ascii_only
        self.table.set_columns(compare_columns(comparison, ascii_only=ascii_only))
        self.table.set_rows(comparison.hops)
        between = "<->" if ascii_only else "↔"
        hops = plural(len(comparison.hops), "hop")
        self.tell(f"{comparison.left} {between} {comparison.right} · {hops} · esc back", comparison.summary())
        if not self._go(range(len(comparison.hops))):
            self.table.action_cursor_first()
        self._tell_hop()

    @property
    def hop(self) -> Compared | None:
        """The hop under the cursor."""
        return self.table.cursor_row

    def _tell_hop(self) -> None:
        self._hop.set_lines(painted(hop_lines(self.hop, self.comparison, ascii_only=self._ascii)))

    @on(LineTable.Highlighted, "#compared")
    def _show_hop(self) -> None:
        self._tell_hop()  # not stopped here: `Chosen` is a Highlighted too, and for the tab

    def _go(self, places: range) -> bool:
        """Go to the first of *places* where something differs; return whether there is one."""
        hops = self.comparison.hops
        found = next((place for place in places if hops[place].verdict is not Verdict.SAME), None)
        return found is not None and self.table.move_to(hops[found].key)

    def _step(self, by: int) -> None:
        here = self.table.spot.index
        after = range(here + by, len(self.comparison.hops) if by > 0 else -1, by)
        if not self._go(after):
            self.notify("No further difference in this direction.", markup=False)

    def action_next_match(self) -> None:
        """Go to the next difference."""
        self._step(1)

    def action_match_before(self) -> None:
        """Go to the difference before."""
        self._step(-1)
