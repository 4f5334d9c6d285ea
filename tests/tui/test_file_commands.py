"""What can be typed on the `:` line about the flow's file, from whatever tab."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from support.fake_engine import FakeEngine
from support.scene import NOW, SOURCE, scene
from support.tab_host import until
from woodwork_engine.snapshot import NodeState, NodeStats
from woodwork_tui.app import WoodworkApp
from woodwork_tui.screens.fate_dialog import FateDialog
from woodwork_tui.screens.file import FileTab
from woodwork_tui.screens.file_source import SourcePane


class Clock:
    """A clock that stands still."""

    def time(self) -> float:
        return NOW

    def monotonic(self) -> float:
        return 0.0


class Shown:
    """The app at a file, and what a person types."""

    def __init__(self, app: WoodworkApp, pilot, engine: FakeEngine) -> None:
        self.app = app
        self.pilot = pilot
        self.engine = engine

    async def command(self, line: str) -> None:
        await self.pilot.press("colon", *({" ": "space"}.get(key, key) for key in line), "enter")
        await self.pilot.pause()

    async def until(self, holds) -> None:
        await until(self.pilot, holds)

    @property
    def source(self) -> SourcePane:
        return self.app.query_one(FileTab).query_one(SourcePane)

    @property
    def said(self) -> list[str]:
        return [note.message for note in self.app._notifications]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@asynccontextmanager
async def at_file(folder: Path, text: str = SOURCE, **parts):
    (folder / "main.ww").write_text(text)
    shown = scene()
    engine = FakeEngine(replace(shown, snapshot=replace(shown.snapshot, **parts)))
    app = WoodworkApp("main.ww", opener=lambda file: engine, clock=Clock(), ticking=False, folder=folder)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        await app.workers.wait_for_complete()
        app.tick(NOW)
        yield Shown(app, pilot, engine)


async def test_a_rollback_by_number_asks_as_the_key_does(tmp_path: Path):
    async with at_file(tmp_path) as shown:
        await shown.command("rollback 1")
        await shown.until(lambda: isinstance(shown.app.screen, FateDialog))
        assert shown.engine.asked == []
        await shown.pilot.press("right", "enter")
        await shown.until(lambda: shown.engine.asked)

        assert shown.engine.asked == [("rollback", {"number": 1})]
        assert [note.title for note in shown.app._notifications] == ["rollback 1"]


async def test_what_a_removed_component_has_left_is_decided_about_by_name(tmp_path: Path):
    left = NodeStats("books", NodeState.PARKED, depth=10)
    nodes = (*scene().snapshot.nodes, left)
    async with at_file(tmp_path, nodes=nodes) as shown:
        await shown.command("resolve books")
        await shown.until(lambda: isinstance(shown.app.screen, FateDialog))
        await shown.pilot.press("right", "enter")
        await shown.until(lambda: shown.engine.asked)

        assert shown.engine.asked == [("resolve_removed", {"component": "books", "how": "park"})]


async def test_the_text_is_laid_out_from_any_tab(tmp_path: Path):
    async with at_file(tmp_path, "a   = echo {}\n") as shown:
        await shown.command("file")
        await shown.until(lambda: shown.source.editor.text)
        await shown.command("msgs")
        await shown.command("format")
        await shown.until(lambda: shown.source.editor.text == "a = echo {}\n")

        assert shown.app.main.place.tab == "file"


async def test_the_component_at_the_cursor_is_shown_in_the_graph_and_the_graph_leads_back(tmp_path: Path):
    async with at_file(tmp_path) as shown:
        await shown.command("file")
        await shown.until(lambda: shown.source.editor.text)
        line = SOURCE.splitlines().index(next(line for line in SOURCE.splitlines() if line.startswith("audit")))
        shown.source.editor.go_to(line + 1)
        await shown.command("node")
        await shown.until(lambda: shown.app.main.place.tab == "flow")
        assert shown.app.main.place.selection.node == "audit"
        shown.source.editor.go_to(1)
        await shown.pilot.press("ctrl+right_square_bracket")
        await shown.until(lambda: shown.app.main.place.tab == "file" and shown.source.editor.line == line + 1)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("edit", "No editor was found"),
        ("definition", "There is no name at the cursor"),
    ],
)
async def test_what_cannot_be_done_is_said(tmp_path: Path, monkeypatch, line: str, sentence: str):
    monkeypatch.setenv("VISUAL", "nobody-has-this-editor")
    async with at_file(tmp_path) as shown:
        await shown.command("file")
        await shown.until(lambda: shown.source.editor.text)
        await shown.command(line)
        await shown.until(lambda: shown.said)

        assert shown.said[0].startswith(sentence)


async def test_the_text_of_a_revision_is_taken_by_number_and_given_back(tmp_path: Path):
    opened, live = scene().snapshot.revisions
    async with at_file(tmp_path, revisions=(replace(opened, source="a = echo {}\n"), live)) as shown:
        await shown.command("file")
        await shown.until(lambda: shown.source.editor.text)
        await shown.command("take 1")
        await shown.until(lambda: shown.source.editor.text == "a = echo {}\n")
        await shown.command("undo-edit")
        await shown.until(lambda: shown.source.editor.text == SOURCE)
