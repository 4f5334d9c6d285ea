"""The views that `v` goes through in the DLQ tab: four groupings, and the trash."""

from __future__ import annotations

from enum import StrEnum

from woodwork_tui.state.dlq_groups import GroupBy


class DlqView(StrEnum):
    """What is listed, and by what it is grouped."""

    REASON = "reason"
    NODE = "node"
    SESSION = "session"
    EVENT = "event"
    TRASH = "trash"

    def next(self) -> DlqView:
        """Return the view that `v` turns to."""
        order = list(DlqView)
        return order[(order.index(self) + 1) % len(order)]

    @property
    def groups(self) -> GroupBy:
        """By what this view groups; the trash by reason."""
        return GroupBy.REASON if self is DlqView.TRASH else GroupBy(self.value)
