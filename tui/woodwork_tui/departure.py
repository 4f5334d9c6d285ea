"""Leaving: asks where messages would be lost, stops the flow, ends the app; a second wish ends it at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from textual.app import App

from woodwork_tui.bridge import Bridge
from woodwork_tui.screens.quit import QuitScreen, Way
from woodwork_tui.state.leaving import Ending, left_behind, unfinished
from woodwork_tui.state.view import View

_PATIENCE = 2.0
"""Seconds to wait for an engine that was told to stop at once."""


class Departure:
    """Takes the person out of *app*; *edits* are the names of files with edits that are not saved."""

    def __init__(self, app: App[Ending], edits: Callable[[], tuple[str, ...]]) -> None:
        self._app = app
        self._edits = edits
        self._leaving = False

    def ask(self, view: View, bridge: Bridge | None) -> None:
        """End; ask first if that would lose messages of *view*, or edits.

        Asked again while the question stands, it drains, unless that would lose edits: whoever presses twice means it.
        """
        at_risk = unfinished(view.snapshot, self._edits())
        if self._leaving or not at_risk:
            self.leave(bridge, drain=True)
        elif isinstance(self._app.screen, QuitScreen):
            if not at_risk.edits:
                self._app.screen.dismiss(Way.DRAIN)
        else:
            self._app.push_screen(QuitScreen(at_risk), lambda way: self._answered(way, bridge))

    def look(self, view: View) -> None:
        """Keep the counts true while the question stands."""
        if isinstance(self._app.screen, QuitScreen):
            self._app.screen.look(unfinished(view.snapshot, self._edits()))

    def _answered(self, way: Way | None, bridge: Bridge | None) -> None:
        if way in (Way.DRAIN, Way.NOW):
            self.leave(bridge, drain=way is Way.DRAIN)

    def leave(self, bridge: Bridge | None, *, drain: bool, status: int = 0) -> None:
        """Stop the flow, then end with *status*; asked for a second time, end at once."""
        if self._leaving:
            self._app.exit(Ending(status, ("stopped at once; what was under way is lost",)))
            return
        self._leaving = True
        self._app.run_worker(self._stop_and_exit(bridge, drain, status))

    async def _stop_and_exit(self, bridge: Bridge | None, drain: bool, status: int) -> None:
        if bridge is None:
            self._app.exit(Ending(status))
            return
        stopping = bridge.stop(drain=drain)
        try:
            report = await (stopping if drain else asyncio.wait_for(stopping, _PATIENCE))
        except TimeoutError:
            self._app.exit(Ending(status, ("the flow did not answer; what was under way is lost",)))
        else:
            self._app.exit(Ending(status, left_behind(report) if report is not None else ()))
