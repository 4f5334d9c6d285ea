"""The File tab in a running app on a file of a temporary folder, and what a test does and sees there."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from support.tab_host import TabHost, until
from woodwork_engine.snapshot import Revision, Snapshot
from woodwork_engine.source import Diagnostic, Severity, Span
from woodwork_tui.screens.file import FileTab
from woodwork_tui.screens.file_problems import ProblemsPane
from woodwork_tui.screens.file_source import SourcePane
from woodwork_tui.state.draft import Draft
from woodwork_tui.state.view import View

NOON = 1_700_000_000.0
TEXT = "".join(f"part{number} = echo {{}}\n" for number in range(1, 61))


def problem(line: int, summary: str = "'to' names no component", **more) -> Diagnostic:
    severity = more.pop("severity", Severity.ERROR)
    return Diagnostic(severity, "WW201", summary, Span(more.pop("file", "main.ww"), line, 3, line, 4), **more)


def view(folder: Path, *problems: Diagnostic, **parts) -> View:
    live = Revision(1, NOON, "live", "opened", "start", source=TEXT)
    shown = {"rev": 1, "rev_at": NOON, "revisions": (live,), "diagnostics": problems} | parts
    return View(Snapshot(**shown), now=NOON, file=str(folder / "main.ww"))


@asynccontextmanager
async def opened(folder: Path, *problems: Diagnostic, size=(120, 36), text: str | None = TEXT, check=None, **parts):
    if text is not None:
        (folder / "main.ww").write_text(text, newline="")
    app = TabHost(FileTab(check=check or (lambda edits, file: Draft())))
    async with app.run_test(size=size) as pilot:
        desk = Desk(app, pilot, view(folder, *problems, **parts))
        desk.show()
        app.tab.enter()
        await until(pilot, lambda: desk.source.file.looked)
        await pilot.pause()
        yield desk


class Desk:
    """What a test looks at and does."""

    def __init__(self, app: TabHost, pilot, view: View) -> None:
        self.app = app
        self.pilot = pilot
        self.view = view
        self.file = Path(view.file)

    @property
    def source(self) -> SourcePane:
        return self.app.tab.query_one(SourcePane)

    @property
    def editor(self):
        return self.source.editor

    @property
    def problems(self):
        return self.app.tab.query_one(ProblemsPane).blocks

    @property
    def title(self) -> str:
        return self.source.border_title

    def show(self, **parts) -> None:
        """Tick: hand down the view, a second later than the last one."""
        self.view = replace(self.view, now=self.view.now + 2, **parts)
        self.app.show(self.view)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def until(self, holds: Callable[[], object]) -> None:
        await until(self.pilot, holds)

    def listed(self) -> str:
        """The list of problems, unfolded."""
        return " ".join(" ".join(line.plain for _, line in self.problems._lines).split())

    def painted(self) -> str:
        return self.app.painted()
