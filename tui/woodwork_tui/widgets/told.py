"""A few lines of text with tones, wrapped."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text
from textual.widgets import Static

from woodwork_tui.state.lines import Line
from woodwork_tui.text import fit, safe
from woodwork_tui.widgets.tones import toned, tones

_LONGEST = 400


class Told(Static):
    """Lines that may hold foreign text, each cut where nobody would read on."""

    DEFAULT_CSS = """
    Told { width: 1fr; height: auto; }
    """

    def __init__(self, lines: Iterable[Line] = (), *, id: str | None = None) -> None:  # noqa: A002  Textual's word
        super().__init__(id=id)
        self._lines = tuple(lines)

    def on_mount(self) -> None:
        """Show what was told before there was a theme."""
        self._show()

    def tell(self, lines: Iterable[Line]) -> None:
        """Show *lines*; cheap where nothing changes."""
        told = tuple(lines)
        if told != self._lines:
            self._lines = told
            self._show()

    def _show(self) -> None:
        text = Text("\n").join(safe(fit(line.text, _LONGEST), style=line.tone) for line in self._lines)
        self.update(toned(text, tones(self.app.current_theme)))
