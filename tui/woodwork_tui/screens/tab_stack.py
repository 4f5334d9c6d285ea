"""The tabs: one is in front; each is made when it is first wanted and keeps what it shows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from textual.containers import Container

from woodwork_tui.screens.tab import Tab


class TabStack(Container):
    """Holds the tabs that *make_tab* makes, by name; one that is only asked something is not shown yet."""

    DEFAULT_CSS = """
    TabStack { height: 1fr; }
    """

    def __init__(self, make_tab: Callable[[str], Tab]) -> None:
        super().__init__()
        self._make_tab = make_tab
        self._wanted = ""
        self._made: dict[str, Tab] = {}
        self._tabs: dict[str, Tab] = {}
        self._kept: dict[str, Mapping[str, object]] = {}
        self._making = asyncio.Lock()

    @property
    def front(self) -> Tab | None:
        """The tab in front, once it can be shown something."""
        return self._tabs.get(self._wanted)

    def get(self, name: str) -> Tab:
        """Return the tab *name*; it may not be on the screen yet, and must be shown nothing then."""
        if name not in self._made:
            self._made[name] = self._make_tab(name)
        return self._made[name]

    def unsaved(self) -> tuple[str, ...]:
        """Return the names of files with edits that quitting would lose."""
        return tuple(name for tab in self._tabs.values() for name in tab.unsaved())

    def recall(self, kept: Mapping[str, Mapping[str, object]]) -> None:
        """Have the tabs named in *kept* show things as it says, now or when they are made."""
        for name, words in kept.items():
            self._kept[name] = {**self._kept.get(name, {}), **words}
            if name in self._tabs:
                self._tabs[name].recall(words)

    def remembered(self) -> Mapping[str, Mapping[str, object]]:
        """Return how each tab shows things; of one that was not made, what was kept of it."""
        return {**self._kept, **{name: tab.remembered() for name, tab in self._tabs.items()}}

    async def bring(self, name: str) -> bool:
        """Put the tab *name* in front, made if need be; return whether it is, and no other one was wanted meanwhile."""
        self._wanted = name
        async with self._making:
            if name not in self._tabs:
                tab = self.get(name)
                tab.display = False
                await self.mount(tab)
                self._tabs[name] = tab
                tab.recall(self._kept.get(name, {}))
        if self._wanted != name:
            return False
        for other, tab in self._tabs.items():
            tab.display = other == name
        return True
