"""What importing loads, seen in a fresh interpreter: the run-time twin of the import contracts in pyproject.toml."""

from __future__ import annotations

import subprocess
import sys

import pytest


def loaded_by(statement: str) -> set[str]:
    """Return the top-level packages that a fresh interpreter has loaded after *statement*."""
    program = f"{statement}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_engine_draws_nothing() -> None:
    assert not loaded_by("import woodwork_engine") & {"textual", "rich", "woodwork_tui", "woodwork_themes"}


def test_the_command_line_loads_nothing_heavy_before_it_knows_what_is_wanted() -> None:
    heavy = {"textual", "rich", "lark", "pydantic", "watchfiles", "msgspec", "woodwork_engine"}
    assert not loaded_by("import woodwork_tui.cli") & heavy


def test_reading_arguments_loads_nothing_heavy() -> None:
    heavy = {"textual", "rich", "lark", "pydantic", "watchfiles", "msgspec", "woodwork_engine"}
    assert not loaded_by("from woodwork_tui.cli.arguments import parse; parse(['flow.ww', '--ascii'])") & heavy


@pytest.mark.parametrize("package", ["state", "layout", "actions"])
def test_what_screens_compute_needs_no_screen(package: str) -> None:
    every_module = (
        f"import importlib, pkgutil, woodwork_tui.{package} as package\n"
        "for found in pkgutil.walk_packages(getattr(package, '__path__', ()), package.__name__ + '.'):\n"
        "    importlib.import_module(found.name)"
    )
    assert "textual" not in loaded_by(every_module)


def test_themes_are_data() -> None:
    assert not loaded_by("import woodwork_themes") & {"textual", "rich", "woodwork_engine", "woodwork_tui"}


def test_what_the_first_frame_needs_not_is_loaded_after_it() -> None:
    late = {"lark", "pydantic", "watchfiles"}
    assert not loaded_by("import woodwork_tui.app, woodwork_tui.operator, woodwork_tui.screens.flow") & late
