"""Writes what a list shows to a file, beside the screen, and tells what came of it."""

from __future__ import annotations

import asyncio

from textual.app import App
from textual.notifications import SeverityLevel as Severity

from woodwork_tui.state.export import Export, trouble, write
from woodwork_tui.state.leaving import Ending
from woodwork_tui.text import visible

_READING = 8.0
"""Seconds that it is shown where the file is."""


async def export_to(app: App[Ending], export: Export | None, file: str, command: str) -> None:
    """Write *export* to *file* and tell it on *app* under *command*; None: there is nothing to write."""
    if export is None or not export.rows:
        app.notify("There is nothing here to export.", title=visible(command), severity="warning", markup=False)
        return
    failed = False
    try:
        said = await asyncio.to_thread(write, export, file)
    except OSError as error:
        said, failed = trouble(error, file), True
    severity: Severity = "error" if failed else "information"
    app.notify(visible(said), title=visible(command), severity=severity, timeout=_READING, markup=False)
