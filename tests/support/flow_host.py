"""A Flow tab in an app that follows its selection."""

from __future__ import annotations

from dataclasses import replace

from support.scene import scene
from support.tab_host import TabHost
from woodwork_tui.screens.flow import FlowTab
from woodwork_tui.screens.tab import Tab
from woodwork_tui.state.view import Selection, View


class FlowHost(TabHost):
    """Shows *view*; what the tab selects is selected."""

    def __init__(self, view: View | None = None) -> None:
        super().__init__(FlowTab())
        self.view: View = scene().view() if view is None else view
        self.gone: list[Tab.Goto] = []
        """Where the tab wanted to go."""

    def on_mount(self) -> None:
        self.again()
        self.tab.enter()

    def again(self, **parts: object) -> None:
        """Show the view with other *parts*."""
        self.view = replace(self.view, **parts)
        self.show(self.view)

    def on_tab_select(self, message: Tab.Select) -> None:
        # Textual calls the handler of TabHost too
        self.again(selection=message.selection)

    def on_tab_goto(self, message: Tab.Goto) -> None:
        self.gone.append(message)

    @property
    def selection(self) -> Selection:
        """What is selected."""
        return self.view.selection

    def said(self, *kinds: str) -> list[tuple[object, ...]]:
        """Return what the tab asked for, of *kinds*."""
        return [message for message in self.told if message[0] in kinds]
