"""About: versions, paths, the terminal, and what was dropped."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType

from woodwork_tui.screens.modal import Modal
from woodwork_tui.state.surroundings import PROGRAM, variables, versions
from woodwork_tui.state.view import View
from woodwork_tui.text import safe
from woodwork_tui.widgets.dialog_box import DialogBox
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.line_view import LineView

Facts = Sequence[tuple[str, str]]


class AboutScreen(Modal[None]):
    """Shows facts, each a name and a text, over what is there."""

    DEFAULT_CSS = """
    AboutScreen { align: center middle; }
    AboutScreen DialogBox { width: 92; height: 24; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings("app.back", "app.leave", "app.about")

    def __init__(self, facts: Facts) -> None:
        super().__init__()
        self._facts = facts

    def compose(self) -> ComposeResult:
        """Lay the facts out."""
        yield DialogBox(LineView(), title="About", hint="esc closes")

    def on_mount(self) -> None:
        """Show the facts."""
        view = self.query_one(LineView)
        view.set_lines([_line(name, text) for name, text in self._facts])
        view.focus()

    def action_leave(self) -> None:
        """Close."""
        self.dismiss()

    def action_about(self) -> None:
        """Close."""
        self.dismiss()


def _line(name: str, text: str) -> Text:
    line = Text(f"{name:<12} ", style="muted", end="")
    line.append_text(Text(safe(text).plain, style="default"))
    return line


def facts(
    view: View, *, size: tuple[int, int], theme: str, interval: float, settings: str, problems: Sequence[str]
) -> Facts:
    """Return what there is to know; *size* in cells, *interval* between two frames in seconds.

    *settings* is the file of the person's settings, *problems* what is wrong with it.
    """
    history, health = view.deliveries, view.snapshot.health
    totals = view.snapshot.totals
    terminal = ", ".join(f"{name}={value}" for name, value in variables().items())
    known = versions()
    return (
        *((name, known[name]) for name in ("woodwork-tui", "textual", "python")),
        ("", ""),
        ("flow", str(Path(view.file).absolute()) if view.file else "none"),
        ("program", str(PROGRAM)),
        ("interpreter", sys.executable),
        ("settings", settings),
        *(("", problem) for problem in problems),
        ("", ""),
        ("terminal", f"{size[0]}x{size[1]}, {terminal or 'nothing known'}"),
        ("theme", theme),
        ("frames", f"every {interval * 1000:.0f} ms"),
        ("", ""),
        ("kept", f"{len(history):,} of {history.limit:,} deliveries, {health.log_records:,} event records"),
        ("left behind", f"{history.evicted:,} deliveries are older than what is kept"),
        ("missed", f"{history.missed:,} event records came too fast for the screen"),
        ("dropped", f"{totals.dropped:,} messages, {totals.discarded:,} discarded, {totals.unroutable:,} unroutable"),
    )  # fmt: skip
