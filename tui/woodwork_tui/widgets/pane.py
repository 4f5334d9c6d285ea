"""A framed part of a tab: what it is above, what it offers below."""

from __future__ import annotations

from collections.abc import Mapping

from textual.containers import Vertical
from textual.widget import Widget

from woodwork_tui.state.key_words import rekeyed
from woodwork_tui.text import safe
from woodwork_tui.widgets.keys import own_keys


class Pane(Vertical):
    """A frame around widgets; its lines are bright while the focus is inside. Title and hint may be foreign text.

    Keys that they name by the registry are shown as the person has bound them. `f` shows it over the whole screen.
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
        self._keys: Mapping[str, str] | None = None
        self.tell(title, hint)

    def tell(self, title: str, hint: str = "") -> None:
        """Say *title* above and *hint* below; cheap where nothing changes."""
        keys = own_keys(self)
        if (title, hint) != self._said or keys is not self._keys:
            self._said, self._keys = (title, hint), keys
            self.border_title = safe(rekeyed(title, keys), width=400)
            self.border_subtitle = safe(rekeyed(hint, keys), width=400)

    def tell_again(self) -> None:
        """Say the same with the keys of now."""
        self.tell(*self._said)
