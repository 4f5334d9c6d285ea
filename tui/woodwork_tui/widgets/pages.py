"""A pane with several pages of which one is in front; the others stand in its title."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from rich.cells import cell_len
from textual.binding import BindingType
from textual.events import Click
from textual.message import Message
from textual.widget import Widget

from woodwork_tui.text import fit
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.pane import Pane

_BETWEEN = "   "
_LONGEST = 60


class Pages(Pane):
    """Shows one of *pages*, by name. Left and right turn to the next one, so does a click on its title."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("item.page_back", "item.page_on")

    class Turned(Message):
        """Another page came to the front."""

    def __init__(self, pages: Mapping[str, Widget], *, id: str | None = None) -> None:  # noqa: A002  Textual's word
        super().__init__(*pages.values(), id=id)
        self._pages = dict(pages)
        self._hidden: frozenset[str] = frozenset()
        self._titles: tuple[tuple[str, str], ...] = ()
        self.page = next(iter(pages))
        self._front()

    @property
    def names(self) -> tuple[str, ...]:
        """The pages one can turn to."""
        return tuple(name for name in self._pages if name not in self._hidden)

    def hide(self, *names: str) -> None:
        """Take pages away for now."""
        self._hidden = frozenset(names)
        if self.page in self._hidden:
            self.turn_to(self.names[0])

    def turn_to(self, name: str) -> None:
        """Put the page *name* in front; the focus goes with it."""
        if name not in self.names or name == self.page:
            return
        inside = self.has_focus_within
        self.page = name
        self._front()
        if inside:
            self.focus_page()
        self.post_message(self.Turned())

    def focus_page(self) -> None:
        """Put the focus into the page in front."""
        page = self._pages[self.page]
        target = page if page.focusable else next((each for each in page.query("*") if each.focusable), None)
        if target is not None:
            target.focus()

    def _front(self) -> None:
        for name, page in self._pages.items():
            page.display = name == self.page

    def entitle(self, titles: Mapping[str, str], hint: str) -> None:
        """Say the title of every page, the one in front in brackets, and *hint* below."""
        self._titles = tuple((name, fit(titles[name], _LONGEST)) for name in self.names)
        shown = (f"[{text}]" if name == self.page else f" {text} " for name, text in self._titles)
        self.tell(_BETWEEN.join(shown).strip() if len(self._titles) > 1 else self._titles[0][1], hint)

    def _turn(self, by: int) -> None:
        names = self.names
        self.turn_to(names[(names.index(self.page) + by) % len(names)])

    def action_page_back(self) -> None:
        """Turn to the page before."""
        self._turn(-1)

    def action_page_on(self) -> None:
        """Turn to the next page."""
        self._turn(1)

    def on_click(self, event: Click) -> None:
        """Turn to the page whose title is pointed at."""
        if event.widget is not self or event.y != 0 or len(self._titles) < 2:
            return
        at = 2
        for name, text in self._titles:
            if at <= event.x < at + cell_len(text) + 2:
                self.turn_to(name)
                return
            at += cell_len(text) + 2 + len(_BETWEEN)
