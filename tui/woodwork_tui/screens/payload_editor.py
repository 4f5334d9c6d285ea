"""The payload of one dead letter in an editor, on the way to its replay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from woodwork_tui.screens.json_dialog import JsonDialog
from woodwork_tui.screens.replay_dialog import ReplayDialog, ReplayOffer, ReplayOrder
from woodwork_tui.state.lines import Line
from woodwork_tui.text import glyph


@dataclass(frozen=True, slots=True)
class EditedReplay:
    """A confirmed replay of one letter with another payload."""

    order: ReplayOrder
    encoded: bytes


class PayloadEditor(JsonDialog[EditedReplay | None]):
    """Edits *text*, which died of *why*; `^s` goes on to the replay dialog that *offer* makes of the difference."""

    def __init__(
        self,
        title: str,
        text: str,
        why: str,
        offer: Callable[[tuple[Line, ...]], ReplayOffer],
        *,
        ascii_only: bool = False,
    ) -> None:
        above = Line(f"{glyph('dead', ascii_only)} {why}", "bad")
        hint = "^s review and replay  esc cancels"
        super().__init__(title, text, above, doing="Review and replay", hint=hint, ascii_only=ascii_only)
        self._offer = offer
        self._dialog: ReplayDialog | None = None

    def look(self) -> None:
        """Look again in the replay dialog, if it is open: something may have changed."""
        if self._dialog is not None:
            self._dialog.look()

    def edited(self, encoded: bytes, changes: tuple[Line, ...]) -> None:
        """Go on to the replay dialog."""
        self._dialog = ReplayDialog(self._offer(changes))
        self.app.push_screen(self._dialog, lambda order: self._replay(order, encoded))

    def _replay(self, order: ReplayOrder | None, encoded: bytes) -> None:
        self._dialog = None
        if order is not None:
            self.dismiss(EditedReplay(order, encoded))
