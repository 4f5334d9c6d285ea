"""A framed part of a tab with a title above and a hint below, which `f` can show over the whole screen."""

from __future__ import annotations

from textual.containers import Vertical

from woodwork_tui.text import safe


class Pane(Vertical):
    """A frame around widgets; the one with the focus inside is drawn brighter."""

    ALLOW_MAXIMIZE = True
    DEFAULT_CSS = """
    Pane { height: 1fr; border: round $surface-lighten-2; border-title-color: $text-primary; padding: 0;
        border-subtitle-color: $text-muted; }
    Pane:focus-within { border: round $primary; }
    """

    def set_title(self, text: str) -> None:
        """Show *text*, which may be foreign, in the upper edge."""
        self.border_title = safe(text, width=max(1, self.size.width - 4) if self.size.width else 76)

    def set_hint(self, text: str) -> None:
        """Show *text* in the lower edge."""
        self.border_subtitle = safe(text, width=max(1, self.size.width - 4) if self.size.width else 76)
