"""The flow as a table of a tree, for narrow screens."""

from __future__ import annotations

from woodwork_engine.plan import FlowPlan
from woodwork_tui.state.flow_tree import TreeRow, kinds_of_lines, tree, with_numbers
from woodwork_tui.state.tree_columns import tree_columns
from woodwork_tui.state.view import View
from woodwork_tui.widgets.line_table import LineTable


class TreeTable(LineTable[TreeRow]):
    """Every component with what it leads to; the cursor is the selection."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's word
        super().__init__(tree_columns(ascii_only=False), key=lambda row: row.path, id=id)
        self._flow: FlowPlan | None = None
        self._tree: tuple[TreeRow, ...] = ()
        self._ascii = False
        self.moved = False
        """Whether the person has moved the cursor, which then is the selection."""

    @property
    def kinds_of_lines(self) -> frozenset[str]:
        """How the lines of the tree look, by the names of LineStyle."""
        return kinds_of_lines(self._tree)

    @property
    def order(self) -> tuple[str, ...]:
        """The components from top to bottom, each once."""
        return tuple(row.name for row in self._tree if not row.again)

    def show(self, view: View, empty: str, found: frozenset[str] | None = None) -> None:
        """Show the flow of *view* with the cursor on the selected node; *found* stand out, None: nothing does."""
        plan = view.snapshot.plan
        if plan is not self._flow:
            self._flow, self._tree = plan, tree(plan)
        if view.ascii is not self._ascii:
            self._ascii = view.ascii
            self.set_columns(tree_columns(ascii_only=view.ascii))
        self.set_empty(empty)
        self.set_rows(with_numbers(self._tree, view.snapshot, found))
        self.point_at(view.selection.node)

    def _go(self, index: int) -> None:
        self.moved = True
        super()._go(index)

    def point_at(self, name: str | None) -> None:
        """Put the cursor on a row of the node *name*, unless it is on one."""
        at = self.cursor_row
        if name is None or (at is not None and at.name == name):
            return
        row = next((row for row in self._tree if row.name == name and not row.again), None)
        if row is not None:
            self.move_to(row.path)
