"""Where the person is: the tab, how it was reached, each tab's filter, and what is selected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from woodwork_tui.state.view import Selection


@dataclass(frozen=True, slots=True)
class Navigation:
    """A place in the app. *trail* are the tabs from which the present one was opened, the last one nearest."""

    tab: str = "flow"
    before: str | None = None
    trail: tuple[str, ...] = ()
    filters: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    selection: Selection = field(default_factory=Selection)

    @property
    def filter(self) -> str:
        """The filter expression of the present tab."""
        return self.filters.get(self.tab, "")

    def go(self, tab: str) -> Navigation:
        """Return the place after choosing *tab*: there is nothing to go back to from it."""
        return replace(self._moved(tab), trail=())

    def open(self, tab: str, filter_: str | None = None) -> Navigation:
        """Return the place after following a link to *tab*; `back` leads here again."""
        there = self._moved(tab)
        if tab != self.tab:
            there = replace(there, trail=(*self.trail, self.tab))
        return there if filter_ is None else there.filtered(filter_)

    def back(self) -> Navigation | None:
        """Return the place this one was opened from, or None at the root."""
        if not self.trail:
            return None
        return replace(self._moved(self.trail[-1]), trail=self.trail[:-1])

    def last(self) -> Navigation:
        """Return the place with the tab that was shown before."""
        return self if self.before is None else self.go(self.before)

    def _moved(self, tab: str) -> Navigation:
        return self if tab == self.tab else replace(self, tab=tab, before=self.tab)

    def filtered(self, expression: str) -> Navigation:
        """Return the place with *expression* as the present tab's filter."""
        filters = {tab: text for tab, text in self.filters.items() if tab != self.tab}
        if expression.strip():
            filters[self.tab] = expression
        return replace(self, filters=MappingProxyType(filters))

    def selected(self, selection: Selection) -> Navigation:
        """Return the place with *selection*; a session stays chosen until it is cleared or another one is chosen."""
        kept = selection if selection.session is not None else replace(selection, session=self.selection.session)
        return replace(self, selection=kept)

    def cleared(self) -> Navigation | None:
        """Return the place without its filter, else without the chosen session; None when neither is there."""
        if self.filter:
            return self.filtered("")
        if self.selection.session is not None:
            return replace(self, selection=replace(self.selection, session=None))
        return None
