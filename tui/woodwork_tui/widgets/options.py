"""A list of options that can be pressed before it is on the screen."""

from __future__ import annotations

from textual.widgets import OptionList

_PAGES = frozenset({"page_up", "page_down"})


class Options(OptionList):
    """An option list; turning its pages before it has a place means nothing. Textual's own would end the app."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer pages only where there is something to turn."""
        return action not in _PAGES or bool(self.size)
