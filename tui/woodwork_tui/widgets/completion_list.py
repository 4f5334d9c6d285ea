"""The list that opens at the cursor with what can be written there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rich.text import Text
from textual.geometry import Offset
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from woodwork_tui.text import fit, one_line
from woodwork_tui.widgets.options import Options
from woodwork_tui.widgets.tones import toned, tones

if TYPE_CHECKING:
    from woodwork_engine.language.completion import Candidate

_MOST = 200
_AROUND = 6  # cells of blanks and the scroll bar
_WIDEST = 46
"""Cells of what is said about a candidate."""


class CompletionList(Options, can_focus=False):
    """Candidates, one of them highlighted; *chosen* is called with the place of the one that was clicked.

    It lies over the screen, of which it has to be a child: what scrolls would cut it off. The editor keeps the focus.
    """

    DEFAULT_CSS = """
    CompletionList { overlay: screen; constrain: inside inflect; position: absolute; margin: 1 0; padding: 0;
        display: none; width: auto; height: auto; min-width: 16; max-width: 70; max-height: 8; border: none;
        background: $panel; scrollbar-size-vertical: 1; }
    """

    def __init__(self, chosen: Callable[[int], None]) -> None:
        super().__init__(markup=False)
        self._chosen = chosen

    @property
    def is_open(self) -> bool:
        """Whether it is shown."""
        return bool(self.display)

    def open(self, candidates: Sequence[Candidate], at: Offset) -> None:
        """Show *candidates* under the cell *at* of the screen, the first one highlighted."""
        self.clear_options()
        styles = tones(self.app.current_theme)
        widest = max(len(each.text) for each in candidates[:_MOST])
        room = max(0, min(_WIDEST, self.app.size.width - widest - _AROUND))
        for each in candidates[:_MOST]:
            line = Text(f" {one_line(each.text).ljust(widest)}  ", no_wrap=True)
            line.append(fit(each.detail, room) + " ", "muted")
            self.add_option(Option(toned(line, styles)))
        self.highlighted = 0
        self.absolute_offset = at
        self.display = True

    def follow(self, at: Offset) -> None:
        """Be under the cell *at* from now on."""
        self.absolute_offset = at
        self.refresh(layout=True)

    def close(self) -> None:
        """Hide it."""
        self.display = False

    def step(self, by: int) -> None:
        """Highlight the option *by* further, from the last to the first."""
        if self.option_count:
            self.highlighted = ((self.highlighted or 0) + by) % self.option_count

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Tell which one was clicked."""
        event.stop()
        self._chosen(event.option_index)
