"""From which message a replay came, as which one a dead delivery went on, and whether a person edited it."""

from __future__ import annotations

from collections.abc import Iterator

from woodwork_tui.state.delivery_row import DeliveryRow
from woodwork_tui.state.history import DeliveryHistory
from woodwork_tui.state.lines import Line
from woodwork_tui.state.text_diff import diff_lines, unified

LARGEST = 16 * 1024
"""Bytes of a payload up to which it is compared line by line."""


def lineage_text(row: DeliveryRow, history: DeliveryHistory) -> str:
    """Return `replay of m-1 (edited), replayed as m-3`, or nothing."""
    parts = []
    if row.replay_of:
        parts.append(f"replay of {row.replay_of}{_edited(_other(row, row.replay_of, history), row)}")
    if row.replayed_as:
        parts.append(f"replayed as {row.replayed_as}{_edited(row, _other(row, row.replayed_as, history))}")
    return ", ".join(parts)


def edit_lines(row: DeliveryRow, history: DeliveryHistory) -> Iterator[Line]:
    """Yield what a person changed in the payload before *row* was sent; nothing where nothing is known to be."""
    original = _other(row, row.replay_of, history) if row.replay_of else None
    if original is None or not _differ(original, row):
        return
    yield Line("")
    yield Line(f"edited: what changed from {original.message_id}", "title")
    if max(original.size or 0, row.size or 0) > LARGEST:
        yield Line("too large to be compared line by line", "muted")
        return
    yield from diff_lines(unified(original.payload_text(), row.payload_text()))


def _other(row: DeliveryRow, message_id: str, history: DeliveryHistory) -> DeliveryRow | None:
    return history.get((message_id, row.target))


def _edited(before: DeliveryRow | None, after: DeliveryRow | None) -> str:
    return " (edited)" if before is not None and after is not None and _differ(before, after) else ""


def _differ(before: DeliveryRow, after: DeliveryRow) -> bool:
    if before.emission is None or after.emission is None:
        return False
    return before.emission.encoded != after.emission.encoded
