"""What makes pictures the same everywhere: one time zone, one set of colours, nothing that moves, an own folder."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from textual import constants

from support.fake_engine import FakeEngine
from support.pictured import PicturedApp, Step
from support.plain_svg import differences
from support.scene import SOURCE

FROM_THE_SHELL = ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "COLUMNS", "LINES")


@pytest.fixture(autouse=True)
def same_everywhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Take nothing from the shell; Textual read its own variables when pytest's plugin loaded it."""
    for name in FROM_THE_SHELL:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(constants, "TEXTUAL_ANIMATIONS", "none")
    monkeypatch.setattr(constants, "COLOR_SYSTEM", "truecolor")
    monkeypatch.setattr(constants, "FILTERS", "")
    monkeypatch.setattr("woodwork_tui.screens.start.version", lambda package: "0.1")
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return `~/shop`, where the support desk's flow file is and the app runs."""
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "main.ww").write_text(SOURCE, encoding="utf-8")
    for name, function in (("kb.py", "search"), ("audit.py", "handle")):
        (folder / name).write_text(f"def {function}(data):\n    return data\n", encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def look_as_before(
    snap_compare: Callable[..., bool], folder: Path, request: pytest.FixtureRequest
) -> Callable[..., None]:
    """Return what compares the app, led through steps, with the picture kept of it for this test."""
    kept = request.path.parent / "__snapshots__" / request.path.stem / f"{request.node.name}.svg"

    def compare(
        *steps: Step,
        size: tuple[int, int],
        asked: str | None = "main.ww",
        engine: FakeEngine | None = None,
        **options: object,
    ) -> None:
        before = kept.read_text(encoding="utf-8") if kept.exists() else ""
        app = PicturedApp(asked, engine=engine or FakeEngine(), folder=folder, **options)
        same = snap_compare(app, terminal_size=size, run_before=app.guide(*steps))
        assert same, f"{kept.name}\n{differences(before, app.picture)}"

    return compare
