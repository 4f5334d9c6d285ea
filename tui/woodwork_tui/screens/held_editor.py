"""The payload of a held message in an editor, on the way to its release."""

from __future__ import annotations

from woodwork_tui.screens.json_dialog import JsonDialog
from woodwork_tui.state.lines import Line
from woodwork_tui.text import glyph


class HeldEditor(JsonDialog[bytes | None]):
    """Edits *text*, the payload of a message held *where*; answers with the new payload, encoded, or None."""

    def __init__(self, title: str, text: str, where: str, *, ascii_only: bool = False) -> None:
        above = Line(f"{glyph('held', ascii_only)} {where}", "warn")
        hint = "^s release it so  esc cancels"
        super().__init__(title, text, above, doing="Release 1 edited message", hint=hint, ascii_only=ascii_only)

    def edited(self, encoded: bytes, changes: tuple[Line, ...]) -> None:
        """Answer with the payload."""
        self.dismiss(encoded)
