"""Opens the line of a person's own code at which something failed, in their own editor."""

from __future__ import annotations

from collections.abc import Sequence

from woodwork_tui.screens.external_editor import open_in_editor
from woodwork_tui.screens.tab import Tab
from woodwork_tui.state.tracebacks import frame_of


def open_failed_line(tab: Tab, tracebacks: Sequence[str]) -> None:
    """Open what the newest of *tracebacks*, oldest first, names of the person's own code; or say that none does."""
    frame = next((found for text in reversed(tracebacks) if (found := frame_of(text)) is not None), None)
    if frame is not None:
        problem = open_in_editor(tab.app, *frame)
    elif any(tracebacks):
        problem = "No line of your own code is in its traceback."
    else:
        problem = "It has no error with a line of code to open."
    if problem:
        tab.notify(problem, severity="warning", markup=False)
