"""A framed part of a tab: what it is above, what it offers below."""

from __future__ import annotations

from textual.containers import Vertical
from textual.widget import Widget

from woodwork_tui.text import safe


class Pane(Vertical):
    """A frame around widgets; its lines are bright while the focus is inside. Title and hint may be foreign text.

    `f` shows it over the whole screen.
    """

    ALLOW_MAXIMIZE = True
    DEFAULT_CSS = """
    Pane {
        border: round $foreground 30%; border-title-color: $foreground 80%; border-subtitle-color: $foreground 60%;
        border-title-style: none; border-subtitle-style: none;
        height: 1fr; width: 1fr;
    }
    Pane:focus-within { border: round $primary; border-title-color: $text-primary; border-title-style: bold; }
    """

    def __init__(
        self,
        *children: Widget,
        title: str = "",
        hint: str = "",
        id: str | None = None,  # noqa: A002  Textual's word
        classes: str | None = None,
    ) -> None:
        super().__init__(*children, id=id, classes=classes)
        self._said = ("", "")
        self.tell(title, hint)

    def tell(self, title: str, hint: str = "") -> None:
        """Say *title* above and *hint* below; cheap where nothing changes."""
        if (title, hint) != self._said:
            self._said = (title, hint)
            self.border_title = safe(title, width=400)
            self.border_subtitle = safe(hint, width=400)
